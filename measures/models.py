"""Where priorities meet data: a measure says what is counted, a target what was promised."""

from django.db import models
from django.db.models import Q

from crime_data.models import CrimeType
from measures.judgement import Polarity, TargetKind
from partners.models import Organisation
from priorities.models import Priority


class Measure(models.Model):
    """What shows whether a priority makes a difference. Without a crime type it is not measured yet."""

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="measures")
    name = models.CharField(max_length=160)
    crime_type = models.ForeignKey(CrimeType, models.PROTECT, null=True, blank=True, related_name="+")
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
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["priority", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["priority", "name"], name="measure_once_a_priority")]

    def __str__(self):
        return self.name


class Baseline(models.Model):
    """The value from which a measure's change is promised."""

    measure = models.OneToOneField(Measure, models.CASCADE, related_name="baseline")
    value = models.DecimalField(max_digits=12, decimal_places=2)
    first_month = models.DateField()
    last_month = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_month__gte=models.F("first_month")), name="baseline_months"
            )
        ]

    def __str__(self):
        return f"{self.measure}: {self.value}"


class Target(models.Model):
    """What was promised for a measure, by a day. A measure without one is normal."""

    measure = models.OneToOneField(Measure, models.CASCADE, related_name="target")
    kind = models.CharField(
        max_length=24,
        choices=[
            (TargetKind.AT_MOST.value, "At most"),
            (TargetKind.AT_LEAST.value, "At least"),
            (TargetKind.REDUCE_BY_PERCENT.value, "Reduce by (%)"),
            (TargetKind.INCREASE_BY_PERCENT.value, "Increase by (%)"),
        ],
    )
    value = models.DecimalField(max_digits=12, decimal_places=2)
    due_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    def __str__(self):
        return f"{self.get_kind_display()} {self.value:g}"
