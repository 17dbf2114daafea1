"""Published figures as they were published: sources, releases, files and packed series of counts.

A release is never overwritten. Every later publication restates the past, so the release is part of the
key of every figure, and the file says where each figure came from.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Area(models.Model):
    """A place that figures are published for: the force, a command unit, a borough, or no place at all."""

    class Kind(models.TextChoices):
        FORCE = "force", "Police force"
        BCU = "bcu", "Basic command unit"
        BOROUGH = "borough", "Borough"
        PSEUDO = "pseudo", "No place (in the force's total only)"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class AreaName(models.Model):
    """One spelling of an area's name, as compared (lower case, single spaces). Names are never keys."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="names")
    name = models.CharField(max_length=80, unique=True)

    def __str__(self):
        return self.name


class AreaLink(models.Model):
    """An area is part of another, from a day on."""

    part = models.ForeignKey(Area, models.CASCADE, related_name="wholes")
    whole = models.ForeignKey(Area, models.CASCADE, related_name="parts")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "whole"], name="area_link_once")]

    def __str__(self):
        return f"{self.part} in {self.whole}"


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
    """One publisher's series of files, read by one importer."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    publisher = models.CharField(max_length=160)
    licence = models.CharField(max_length=120)
    url = models.URLField()
    rhythm = models.CharField(max_length=20)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Category(models.Model):
    """A category exactly as a publisher prints it, and the crime type it was reviewed to be."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="categories")
    major = models.CharField(max_length=120)
    minor = models.CharField(max_length=120)
    crime_type = models.ForeignKey(
        CrimeType, models.PROTECT, null=True, blank=True, related_name="categories"
    )
    reviewed = models.BooleanField(
        default=False, help_text="False: printed by the publisher, not yet in our table."
    )

    class Meta:
        ordering = ["major", "minor"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["source", "major", "minor"], name="category_once_a_source"),
        ]

    def __str__(self):
        return f"{self.major} / {self.minor}"


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

    def overlapping(self, publication):
        """Those that hold any month of this publication."""
        return self.filter(first_month__lte=publication.last_month, last_month__gte=publication.first_month)

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
    part = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, help_text="Of the figures themselves, whatever the line ends.")
    size = models.PositiveBigIntegerField()
    rows = models.PositiveIntegerField()
    observations = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField()
    set_aside = models.JSONField(default=list, blank=True)
    unreviewed = models.JSONField(default=list, blank=True)
    evidence = models.JSONField(default=list, blank=True, help_text="Why it waits for a person.")
    first_month = models.DateField()
    last_month = models.DateField()
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


class Series(models.Model):
    """All months of one area and printed category in one file, packed (see packing.py)."""

    file = models.ForeignKey(ReleaseFile, models.CASCADE, related_name="series")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    counts = models.BinaryField()

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["file", "area", "category"], name="series_once_a_file")
        ]

    def __str__(self):
        return f"{self.category}, {self.area}, {self.file}"


class CrimeTypeSeries(models.Model):
    """All months of one area and crime type in one file, summed at import: the table that pages read."""

    file = models.ForeignKey(ReleaseFile, models.CASCADE, related_name="crime_type_series")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    crime_type = models.ForeignKey(CrimeType, models.PROTECT, related_name="+")
    counts = models.BinaryField()

    class Meta:
        verbose_name_plural = "crime type series"
        constraints = [
            models.UniqueConstraint(
                fields=["file", "area", "crime_type"], name="crime_type_series_once_a_file"
            )
        ]

    def __str__(self):
        return f"{self.crime_type}, {self.area}, {self.file}"


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
        STOPPED = "stopped", "Stopped before its end"

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
        return ", ".join(self.file_names) or f"Import {self.pk}"

    @property
    def is_going(self):
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self):
        return min(100, round(100 * self.done / self.to_do)) if self.to_do else 0
