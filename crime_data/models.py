"""Published figures as they were published: sources, releases, files and packed series of counts.

A release is never overwritten. Every later publication restates the past, so the release is part of the
key of every figure, and the file says where each figure came from.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crime_data.importers import IMPORTERS
from crime_data.importers.contract import Gazetteer
from crime_data.months import months_between


class Area(models.Model):
    """A place that figures are published for, from the force down to a few streets, or no place at all.

    The publisher's code is not always a key: a ward can stand under two boroughs. `within` is then the code
    of the one that is not its own.
    """

    class Kind(models.TextChoices):
        FORCE = "force", "Police force"
        BCU = "bcu", "Basic command unit"
        BOROUGH = "borough", "Borough or district"
        CSP = "csp", "Community Safety Partnership area"
        WARD = "ward", "Ward"
        LSOA = "lsoa", "Small area (LSOA)"
        PSEUDO = "pseudo", "No place (in the force's total only)"
        OTHER = "other", "Region, county or country"

    code = models.CharField(max_length=40)
    within = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["code", "within"], name="area_code_once_within")]
        indexes = [models.Index(fields=["kind"], name="area_kind")]

    def __str__(self):
        return self.name


class AreaName(models.Model):
    """One spelling of an area's name, as compared (lower case, single spaces).

    Names are keys only where a publisher gives no code: in one `scope` (boroughs and what is above them;
    CSPs) a name means one place. Wards and LSOAs have none here: the same name is used in two boroughs.
    """

    class Scope(models.TextChoices):
        BOROUGHS = "boroughs", "Boroughs, command units and forces"
        CSPS = "csps", "Community Safety Partnership areas"

    area = models.ForeignKey(Area, models.CASCADE, related_name="names")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.BOROUGHS)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "name"], name="area_name_once_a_scope")]

    def __str__(self):
        return self.name


class AreaLink(models.Model):
    """An area is part of another, from a day on, in an edition of the geography.

    Those of the repository's own table and of the figures' files have no edition; those of a look-up belong
    to its file and count while that is in use. Written by the thousand, as the packed tables below are, and
    like those not checked by the database one by one.
    """

    part = models.ForeignKey(Area, models.CASCADE, related_name="wholes", db_constraint=False, db_index=False)
    whole = models.ForeignKey(Area, models.CASCADE, related_name="parts", db_constraint=False)
    edition = models.CharField(max_length=40, blank=True, default="")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    file = models.ForeignKey("ReleaseFile", models.CASCADE, null=True, blank=True, related_name="links")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "whole", "edition", "file"], name="area_link_once_a_file"
            ),
            models.UniqueConstraint(
                fields=["part", "whole", "edition"], condition=Q(file=None), name="own_area_link_once"
            ),
        ]

    def __str__(self):
        return f"{self.part} in {self.whole}"


class AreaShape(models.Model):
    """The outline of an area in an edition of the geography, packed (see shapes.py)."""

    file = models.ForeignKey("ReleaseFile", models.CASCADE, related_name="shapes")
    area = models.ForeignKey(Area, models.PROTECT, related_name="shapes")
    edition = models.CharField(max_length=40)
    rings = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "area"], name="shape_once_a_file")]

    def __str__(self):
        return f"{self.area}, {self.edition}"


class CrimeType(models.Model):
    """The portal's own name for a kind of offence, steady while the publisher's labels change."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    noun = models.CharField(max_length=80, help_text="As it stands in a sentence, in the plural.")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.name


class Source(models.Model):
    """One publisher's series of files, read by one importer, and how it is looked after.

    What the publisher promises comes from the importer; when to look is the data manager's.
    """

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    publisher = models.CharField(max_length=160)
    licence = models.CharField(max_length=120)
    url = models.URLField()
    rhythm = models.CharField(max_length=20)
    unit = models.CharField(max_length=40, default="offences")
    release_day = models.PositiveSmallIntegerField(default=1)
    watched = models.BooleanField(
        "look for new files by itself",
        default=False,
        help_text="On the days the publisher usually publishes.",
    )
    address = models.URLField(
        "address to look at",
        max_length=500,
        blank=True,
        help_text="The publisher's list of files, or one file. Only hosts on the allow-list are asked.",
    )
    due_at = models.DateTimeField("next look", null=True, blank=True, db_index=True)
    looked_at = models.DateTimeField("last look", null=True, blank=True)
    found_new_on = models.DateField("last new release", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("failed looks in a row", default=0)
    last_word = models.TextField("what the last look said", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def adds_up(self):
        """Whether all lines of a file together are a number of something: nothing in it overlaps."""
        importer = IMPORTERS.get(self.key)
        return bool(importer and (importer.SOURCE.partition or importer.SOURCE.parts_add))


class Category(models.Model):
    """A category exactly as a publisher prints it, and the crime type it was reviewed to be."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="categories")
    major = models.CharField(max_length=120)
    minor = models.CharField(max_length=120, blank=True)
    counted = models.CharField(max_length=120, blank=True, default="")
    crime_type = models.ForeignKey(
        CrimeType, models.PROTECT, null=True, blank=True, related_name="categories"
    )
    reviewed = models.BooleanField(
        default=False, help_text="False: printed by the publisher, not yet in our table."
    )

    class Meta:
        ordering = ["major", "minor", "counted"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "major", "minor", "counted"], name="category_once_a_source"
            ),
        ]

    def __str__(self):
        return " / ".join(filter(None, (self.major, self.minor, self.counted)))


class Release(models.Model):
    """One publication of a source. It may come in several files."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="releases")
    key = models.SlugField(max_length=40)
    published_on = models.DateField(db_index=True)
    illustrative = models.BooleanField(
        default=False, help_text="Made for demonstration; not the publisher's."
    )

    class Meta:
        ordering = ["-published_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="release_key_once_a_source")]

    def __str__(self):
        return self.key


class ReleaseFileQuerySet(models.QuerySet):
    def current(self):
        return self.filter(state=ReleaseFile.State.CURRENT)

    def kept(self):
        """All but those that were refused or withdrawn: their figures may not be stored twice."""
        return self.exclude(state__in=[ReleaseFile.State.REFUSED, ReleaseFile.State.WITHDRAWN])

    def in_the_way_of(self, publication):
        """Those that hold other figures for what this publication is about: the same part, or, where parts
        follow each other in time, the same months. A recent and a Historical file may share a month, and
        files of areas stand beside each other."""
        if isinstance(publication, Gazetteer):
            return self.none()
        shared = self.filter(first_month__lte=publication.last_month, last_month__gte=publication.first_month)
        return shared.filter(part=publication.part)

    def waiting(self):
        return self.filter(state=ReleaseFile.State.HELD)


class ReleaseFile(models.Model):
    """One file of a release: what it holds, where it came from, and whether its figures are shown.

    Its rows are written while it is staged, and become visible all at once when its state turns current.
    """

    class State(models.TextChoices):
        STAGED = "staged", "Being stored"
        HELD = "held", "Waiting for a person"
        CURRENT = "current", "In use"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    release = models.ForeignKey(Release, models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    part = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64, help_text="Of the figures themselves, whatever the line ends.")
    size = models.PositiveBigIntegerField()
    rows = models.PositiveIntegerField()
    observations = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField(null=True, help_text="Of all counts; none for shares and areas.")
    totals = models.JSONField(default=list, blank=True, help_text="Of the file's rows, one a period.")
    set_aside = models.JSONField(default=list, blank=True, help_text="What is not stored, and why.")
    caveats = models.JSONField(default=list, blank=True, help_text="The publisher's own warnings.")
    categories = models.JSONField(default=list, blank=True, help_text="Numbers of the printed categories.")
    unreviewed = models.JSONField(default=list, blank=True)
    mapping = models.CharField("version of the category table", max_length=12, blank=True)
    restated = models.JSONField(default=dict, blank=True, help_text="Against the release before.")
    evidence = models.JSONField(default=list, blank=True, help_text="Why it waits for a person.")
    first_month = models.DateField()
    last_month = models.DateField()
    step = models.PositiveSmallIntegerField(default=1, help_text="Months a period.")
    state = models.CharField(max_length=10, choices=State, default=State.STAGED)
    imported_at = models.DateTimeField(default=timezone.now)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = ReleaseFileQuerySet.as_manager()

    class Meta:
        ordering = ["first_month", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_month__gte=F("first_month")), name="file_months_in_order"
            ),
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(state__in=["staged", "held", "current"]),
                name="figures_stored_once",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def periods(self):
        """How many columns a row of its tables has."""
        return (months_between(self.first_month, self.last_month) + 1) // self.step

    @property
    def rows_set_aside(self):
        return sum(entry["rows"] for entry in self.set_aside)

    @property
    def rows_stored(self):
        return self.rows - self.rows_set_aside


class PrintedTable(models.Model):
    """What one file prints for one area: a row a category, a column a period, packed (see packing.py).

    `categories` and `lines` have one number a row: the Category, and the line of the file it begins at.

    The database does not check the keys of these rows one by one: the import has just read both ends, areas
    are never deleted, and a file goes through Django, which takes its tables along.
    """

    file = models.ForeignKey(ReleaseFile, models.CASCADE, related_name="printed_tables", db_constraint=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_constraint=False)
    categories = models.BinaryField()
    lines = models.BinaryField()
    values = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "area"], name="printed_table_once")]

    def __str__(self):
        return f"{self.area}, {self.file}"


class CrimeTypeTable(models.Model):
    """The same, summed to crime types, and to the areas above: the table that pages read.

    `crime_types` has one CrimeType a row.
    """

    file = models.ForeignKey(
        ReleaseFile, models.CASCADE, related_name="crime_type_tables", db_constraint=False
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_constraint=False)
    crime_types = models.BinaryField()
    values = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "area"], name="crime_type_table_once")]

    def __str__(self):
        return f"{self.area}, {self.file}"


class ImportRunQuerySet(models.QuerySet):
    def going(self):
        return self.filter(state__in=[ImportRun.State.QUEUED, ImportRun.State.RUNNING])


class ImportRun(models.Model):
    """One loading of files. The row, not the broker, is the truth about where it stands."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for the worker"
        RUNNING = "running", "Running"
        ACCEPTED = "accepted", "Stored and in use"
        ALREADY_HELD = "already-held", "Already held"
        HELD = "held-for-review", "Waiting for a person"
        REJECTED = "rejected", "Refused"
        FAILED = "failed", "Could not be fetched"
        STOPPED = "stopped", "Stopped before its end"

    source = models.ForeignKey(
        Source,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
        help_text="Where the portal is to fetch the files itself.",
    )
    file_names = models.JSONField(default=list)
    spool = models.CharField(
        max_length=64, blank=True, help_text="Folder of the uploaded files until they are read."
    )
    published_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED, db_index=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0, help_text="Rows stored so far.")
    to_do = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    results = models.JSONField(default=list, blank=True, help_text="What was stored, one entry a release.")
    releases = models.ManyToManyField(Release, blank=True, related_name="runs")

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        permissions = [("manage_figures", "Can import, accept, refuse and withdraw figures")]

    def __str__(self):
        if self.file_names:
            return ", ".join(self.file_names)
        return f"Look for new files: {self.source}" if self.source else f"Import {self.pk}"

    @property
    def is_going(self):
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self):
        return min(100, round(100 * self.done / self.to_do)) if self.to_do else 0
