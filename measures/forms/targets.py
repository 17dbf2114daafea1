"""What is asked about baselines, targets and the usual range."""

from django import forms
from django.utils import timezone

from govuk.forms import DatePartsField, Hinted
from measures import periods, promises
from measures.forms.months import MonthField
from measures.models import Baseline, Measure, Rebase, Target
from measures.queries.readings import standing_of
from measures.queries.upkeep import baseline_words

NUMBER = {"class": "govuk-input--width-10", "inputmode": "decimal", "autocomplete": "off"}


def begins(partnership) -> int:
    """The month in which the partnership's year begins."""
    financial = partnership.year_basis == partnership.YearBasis.FINANCIAL
    return periods.FINANCIAL if financial else periods.CALENDAR


class NumberField(forms.DecimalField):
    """A number as people write it: thousands commas, a pound sign or a per cent sign are taken off."""

    widget = forms.TextInput(attrs=NUMBER)

    def to_python(self, value):
        text = (
            str(value).replace(",", "").strip().removeprefix("£").removesuffix("%").strip()
            if value
            else value
        )
        return super().to_python(text)


class BaselineForm(forms.ModelForm):
    value = NumberField(
        label="Value",
        max_digits=12,
        decimal_places=2,
        error_messages={
            "required": "Enter the value",
            "invalid": "The value must be a number, such as 412 or 62.5",
        },
    )
    first_month = MonthField(name="first month", label="First month", help_text="Such as April 2023.")
    last_month = MonthField(name="last month", label="Last month", help_text="Such as March 2024.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Baseline
        fields = ["value", "first_month", "last_month", "name", "note"]
        labels = {"name": "Name", "note": "Where it comes from"}
        help_texts = {"name": "Only if it needs one, such as: before the new system."}

    def validate_constraints(self):
        """`clean` says it in words."""

    def clean(self):
        data = super().clean()
        first, last = data.get("first_month"), data.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", "The last month must be the same as or after the first")
        return data


class TargetForm(forms.ModelForm):
    """Only the kinds of target that the measure can have. An empty number is a promise without a number."""

    kind = forms.ChoiceField(
        label="What is promised?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is promised"},
    )
    value = NumberField(
        label="Number",
        required=False,
        max_digits=12,
        decimal_places=2,
        help_text="Leave it empty if the promise has no number; the page then says so.",
        error_messages={"invalid": "The number must be a number, such as 10 or 62.5"},
    )
    due_on = DatePartsField(
        label="Day it is judged", help_text="Filled in with the end of the partnership's year."
    )
    starts_on = DatePartsField(label="Start", required=False)
    set_on = DatePartsField(
        label="Day it was agreed",
        required=False,
        help_text="Pages as at an earlier day do not show it. Leave it empty if it is not known.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Target
        fields = ["kind", "value", "baseline", "due_on", "starts_on", "set_on", "note"]
        labels = {"baseline": "Baseline", "note": "Note"}
        help_texts = {"note": "Such as the page of the strategy that promises it."}

    def __init__(self, *args, measure: Measure, **kwargs):
        super().__init__(*args, **kwargs)
        self.measure, self.instance.measure = measure, measure
        allowed = promises.fitting(measure.kind, measure.unit, measure.source_key)
        self.fields["kind"].choices = [
            (kind, Hinted(promises.PROMISES[kind].name, promises.PROMISES[kind].example)) for kind in allowed
        ]
        baselines = self.fields["baseline"]
        baselines.queryset = measure.baselines.all()
        baselines.label_from_instance = baseline_words
        baselines.empty_label = "No baseline"
        if not baselines.queryset:
            baselines.help_text = "There is none yet. Add a baseline first, if the promise counts from one."
        if not self.instance.pk:
            year = begins(measure.priority.strategy.partnership)
            today = timezone.localdate()
            self.initial.setdefault("due_on", periods.year_end(today, year))
            self.initial.setdefault("starts_on", periods.year_start(today, year))

    def validate_constraints(self):
        """`clean` says it in words."""

    def clean(self):
        data = super().clean()
        if data.get("kind") and "value" not in self.errors:
            found = promises.problems(
                target=data["kind"],
                kind=self.measure.kind,
                unit=self.measure.unit,
                source_key=self.measure.source_key,
                value=data.get("value"),
                has_baseline=bool(data.get("baseline")),
                standing=standing_of(self.measure),
            )
            for name, words in found.items():
                self.add_error(name, words)
        starts_on, due_on = data.get("starts_on"), data.get("due_on")
        if starts_on and due_on and due_on < starts_on:
            self.add_error("due_on", "Day it is judged must be the same as or after the start")
        return data


class RebaseForm(forms.ModelForm):
    month = MonthField(name="month", label="From which month?", help_text="Such as March 2024.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Rebase
        fields = ["month", "reason"]
        labels = {"reason": "Why?"}
        help_texts = {
            "reason": "It is shown beside the chart, such as: cases are counted in another way since."
        }
        error_messages = {"reason": {"required": "Say why: the reason is shown beside the chart"}}

    def validate_unique(self):
        """The service says it in words."""

    def clean_month(self):
        month = self.cleaned_data["month"]
        if month > timezone.localdate():
            raise forms.ValidationError("The month must have begun")
        return month
