"""Where priorities meet data: a measure says what is counted, a target what was promised.

What a measure is computed from is its kind. Figures that a publisher offers are read from its releases;
figures that only the partnership has are returns, which are added and never changed.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from audit.models import Approvable
from audit.workflow import DECIDED, Status
from crime_data.models import CrimeType
from measures.judgement import Polarity
from partners.models import Organisation, Partnership
from priorities.models import Outcome, Priority


class MeasureQuerySet(models.QuerySet):
    def in_use(self):
        """Those that were not retired."""
        return self.filter(retired_on=None)


class Measure(models.Model):
    """What shows whether a priority makes a difference."""

    class Kind(models.TextChoices):
        COUNT = "count", "Count of offences"
        RATE = "rate", "Rate per 1,000"
        SHARE = "share", "Share of a whole"
        COMPOSITE = "composite", "Several kinds of offence side by side"
        SURVEY = "survey", "Survey percentage"
        LOCAL = "local", "The partnership's own figure"
        GAP = "gap", "Gap between two groups"
        STANDARD = "standard", "Share within a time standard"
        RECURRING = "recurring", "Something done a number of times a year"
        NONE = "none", "No measure agreed yet"

    class Unit(models.TextChoices):
        COUNT = "count", "Offences or incidents"
        NUMBER = "number", "A number"
        RATE = "rate", "Per 1,000"
        PERCENT = "percent", "Per cent"
        POINTS = "points", "Percentage points"
        DAYS = "days", "Days"
        HOURS = "hours", "Hours"
        POUNDS = "pounds", "Pounds"
        YES_NO = "yes-no", "Yes or no"

    class Statistic(models.TextChoices):
        COUNT = "count", "Count"
        SHARE = "share", "Share"
        MEAN = "mean", "Mean"
        MEDIAN = "median", "Median"
        MAXIMUM = "maximum", "Maximum"
        YES_NO = "yes-no", "Yes or no"

    class Per(models.TextChoices):
        PEOPLE = "people", "People"
        HOUSEHOLDS = "households", "Households"

    class Period(models.TextChoices):
        ROLLING = "rolling", "Twelve months to the newest"
        YEAR = "year", "The partnership's year so far"
        QUARTER = "quarter", "Quarter"

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="measures")
    key = models.SlugField(max_length=60, help_text="How commentary names it.")
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COUNT)
    crime_type = models.ForeignKey(CrimeType, models.PROTECT, null=True, blank=True, related_name="+")
    of_crime_type = models.ForeignKey(
        CrimeType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="whole of the share"
    )
    composite = models.SlugField(max_length=40, blank=True)
    source_key = models.SlugField(max_length=40, blank=True, help_text="Empty for the usual source.")
    per = models.CharField(max_length=10, choices=Per, blank=True)
    question = models.CharField("survey question", max_length=160, blank=True)
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.COUNT)
    statistic = models.CharField(max_length=8, choices=Statistic, default=Statistic.COUNT)
    group_a = models.CharField("first group", max_length=80, blank=True)
    group_b = models.CharField("second group", max_length=80, blank=True)
    standard_hours = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    times_a_year = models.PositiveSmallIntegerField(null=True, blank=True)
    period = models.CharField(max_length=8, choices=Period, default=Period.ROLLING)
    polarity = models.CharField(
        "which way is better",
        max_length=10,
        choices=[
            (Polarity.LOWER.value, "Lower is better"),
            (Polarity.HIGHER.value, "Higher is better"),
            (Polarity.NEUTRAL.value, "Neither: the number follows activity"),
            (Polarity.REPORTING.value, "More reports are wished for"),
        ],
        default=Polarity.NEUTRAL.value,
    )
    definition = models.TextField(blank=True)
    why = models.TextField("why it matters", blank=True)
    caveat = models.TextField(blank=True)
    source_note = models.CharField("where the figures come from", max_length=300, blank=True)
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    outcomes = models.ManyToManyField(Outcome, blank=True, related_name="measures")
    library_key = models.SlugField(max_length=60, blank=True, editable=False)
    retired_on = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaces")
    order = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(
        default=1, editable=False, help_text="Counts changes to its definition, baselines and targets."
    )

    history = HistoricalRecords(related_name="changes")
    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["priority", "name"], name="measure_once_a_priority"),
            models.UniqueConstraint(fields=["priority", "key"], name="measure_key_once_a_priority"),
            models.CheckConstraint(
                condition=~Q(kind__in=["count", "rate", "share"]) | Q(crime_type__isnull=False),
                name="measure_of_offences_names_them",
            ),
            models.CheckConstraint(
                condition=~Q(kind="share") | Q(of_crime_type__isnull=False), name="measure_share_has_a_whole"
            ),
            models.CheckConstraint(condition=~Q(kind="rate") | ~Q(per=""), name="measure_rate_says_per_what"),
            models.CheckConstraint(
                condition=~Q(kind="gap") | (~Q(group_a="") & ~Q(group_b="")), name="measure_gap_has_groups"
            ),
            models.CheckConstraint(
                condition=~Q(kind="recurring") | Q(times_a_year__gte=1), name="measure_recurs_at_least_once"
            ),
        ]

    def __str__(self):
        return self.name


class LocalReturn(models.Model):
    """A figure that the partnership has itself, for some months. A correction is another return: of those
    for the same months and group the newest answers, and the older ones are kept."""

    class Absence(models.TextChoices):
        NOT_APPLICABLE = "not-applicable", "Not applicable"
        NOT_STATED = "not-stated", "Not stated"
        NOT_LEGIBLE = "not-legible", "Not legible"
        NOT_YET = "not-yet", "Not yet measured"

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="returns")
    first_month = models.DateField()
    last_month = models.DateField()
    group = models.CharField(max_length=80, blank=True, help_text="For a gap: whose figure it is.")
    statistic = models.CharField(max_length=8, choices=Measure.Statistic, default=Measure.Statistic.COUNT)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    numerator = models.PositiveIntegerField(null=True, blank=True)
    base = models.PositiveIntegerField(null=True, blank=True, help_text="Of how many: people asked, calls.")
    absence = models.CharField("why there is no figure", max_length=14, choices=Absence, blank=True)
    as_printed = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    published_on = models.DateField("known since")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["first_month", "published_on", "id"]
        indexes = [models.Index(fields=["measure", "first_month"], name="return_by_month")]
        constraints = [
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="return_months"),
            models.CheckConstraint(
                condition=Q(absence="", value__isnull=False) | (~Q(absence="") & Q(value__isnull=True)),
                name="return_is_a_figure_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True) | Q(base__isnull=True) | Q(numerator__lte=F("base")),
                name="return_part_of_its_base",
            ),
        ]

    def __str__(self):
        return f"{self.measure}, {self.first_month:%B %Y}"


class Baseline(models.Model):
    """The value from which a measure's change is promised."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="baselines")
    name = models.CharField(max_length=60, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=2)
    first_month = models.DateField()
    last_month = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-last_month", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="baseline_months")
        ]

    def __str__(self):
        return f"{self.measure}: {self.value}"


class Target(models.Model):
    """What was promised for a measure, by a day. A measure without one is normal, and so is a promise
    without a number."""

    class Kind(models.TextChoices):
        AT_MOST = "at_most", "At most"
        AT_LEAST = "at_least", "At least"
        REDUCE_BY_PERCENT = "reduce_by_percent", "Reduce by (%)"
        INCREASE_BY_PERCENT = "increase_by_percent", "Increase by (%)"
        REDUCE_BY = "reduce_by", "Reduce by (number)"
        INCREASE_BY = "increase_by", "Increase by (number)"
        GAP_AT_MOST = "gap_at_most", "Gap of at most"
        STANDARD = "standard", "Within the standard, at least (%)"
        HOLD_STEADY = "hold_steady", "Hold steady"
        RANK_AT_MOST = "rank_at_most", "Among the first"

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=24, choices=Kind)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    baseline = models.ForeignKey(Baseline, models.PROTECT, null=True, blank=True, related_name="targets")
    set_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords(related_name="changes")

    class Meta:
        ordering = ["-due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(due_on__gte=F("starts_on")), name="target_days"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.value:g}" if self.value is not None else "No number was set"


class Rebase(models.Model):
    """From this month on, a measure's usual range is worked out anew, for a reason that is shown."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="rebases")
    month = models.DateField()
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["month"]
        constraints = [models.UniqueConstraint(fields=["measure", "month"], name="rebase_once_a_month")]

    def __str__(self):
        return f"{self.measure}, from {self.month:%B %Y}"


class PrintedDocument(models.Model):
    """A published document whose figures are kept as it prints them."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="printed_documents")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    period = models.CharField(max_length=80, blank=True)
    source_page = models.CharField("where its figures stand", max_length=200, blank=True)
    is_survey = models.BooleanField(default=False, help_text="Its percentages are of people who answered.")
    note = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "slug"], name="printed_document_slug_once")
        ]

    def __str__(self):
        return self.title


class PrintedFigure(models.Model):
    """One figure as a document prints it, and what is needed to stand it beside a computed one."""

    class Direction(models.TextChoices):
        UP = "up", "Up"
        DOWN = "down", "Down"
        NONE = "none", "No change"
        NOT_LEGIBLE = "not-legible", "Not legible"
        NOT_STATED = "", "Not stated"

    document = models.ForeignKey(PrintedDocument, models.CASCADE, related_name="figures")
    section = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=160)
    as_printed = models.CharField(max_length=200, blank=True)
    area = models.CharField(max_length=80, blank=True, help_text="By its name, as the sources write it.")
    crime_type = models.ForeignKey(CrimeType, models.PROTECT, null=True, blank=True, related_name="+")
    first_month = models.DateField(null=True, blank=True)
    last_month = models.DateField(null=True, blank=True)
    unit = models.CharField(max_length=8, choices=Measure.Unit, default=Measure.Unit.COUNT)
    statistic = models.CharField(max_length=8, choices=Measure.Statistic, default=Measure.Statistic.COUNT)
    before_statistic = models.CharField(max_length=8, choices=Measure.Statistic, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    before = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    base = models.PositiveIntegerField(null=True, blank=True)
    change_count = models.IntegerField(null=True, blank=True)
    change_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    direction = models.CharField(max_length=12, choices=Direction, blank=True, default=Direction.NOT_STATED)
    target_kind = models.CharField(max_length=24, choices=Target.Kind, blank=True)
    target_value = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    target_printed = models.CharField(max_length=12, blank=True, help_text="The document's own verdict.")
    polarity = models.CharField(max_length=10, blank=True)
    note = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["document", "order", "id"]

    def __str__(self):
        return f"{self.label}, {self.document}"


class NarrativeQuerySet(models.QuerySet):
    def decided(self):
        """Those that a second person approved, whether or not the public may read them."""
        return self.filter(status__in=DECIDED)

    def published(self):
        return self.filter(status=Status.PUBLISHED)


class Narrative(Approvable):
    """What a lead says of a priority in a quarter, in Markdown with figures bound to its measures.

    The figures are frozen when it is approved, so that the text goes on to say what its author wrote.
    """

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="narratives")
    quarter = models.DateField("quarter that begins on")
    text = models.TextField()
    frozen = models.JSONField(default=dict, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = HistoricalRecords(related_name="changes")
    objects = NarrativeQuerySet.as_manager()

    class Meta:
        ordering = ["-quarter", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["priority", "quarter"],
                condition=~Q(status=Status.WITHDRAWN),
                name="narrative_once_a_quarter",
            )
        ]

    def __str__(self):
        return f"{self.priority}, quarter from {self.quarter:%B %Y}"
