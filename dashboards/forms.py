from datetime import date

from django import forms
from django.utils import timezone

from dashboards.quarters import Asked
from govuk.forms import month_field
from measures.queries import year_start
from partners.models import Partnership

# As people write days, and as our own links do.
WRITTEN = ["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"]


def day_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=WRITTEN,
        error_messages={"invalid": "Enter a real day, such as 30 June 2024"},
        help_text="For example, 30 June 2024",
        widget=forms.DateInput(format="%-d %B %Y", attrs={"class": "govuk-input--width-10"}),
    )


class DayForm(forms.Form):
    """A day in the address of a page. Without one, or with one that cannot be read, it is today."""

    mark_optional = False
    on = day_field("Show another day")

    @property
    def day(self) -> date:
        return (self.cleaned_data.get("on") if self.is_valid() else None) or timezone.localdate()


class AsAtForm(forms.Form):
    """A past day whose figures are asked for."""

    mark_optional = False
    as_at = day_field("Show the figures as at")

    def clean_as_at(self):
        day = self.cleaned_data["as_at"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("The day must be today or in the past")
        return day

    @property
    def day(self) -> date | None:
        return self.cleaned_data.get("as_at") if self.is_valid() else None


class QuarterForm(AsAtForm):
    """The quarter of a board's page, and a past day."""

    quarter = forms.ChoiceField(
        label="Quarter",
        required=False,
        error_messages={"invalid_choice": "Choose one of the quarters in the list"},
    )
    field_order = ("quarter", "as_at")

    def __init__(self, data, *, asked: Asked, partnership: Partnership):
        """Bound to what is in the address; without a quarter there to the one that is shown."""
        shown = {"quarter": data.get("quarter") or asked.quarter.key, "as_at": data.get("as_at", "")}
        super().__init__(shown)
        self.fields["quarter"].choices = [
            (one.key, f"{one.name(year_start(partnership))}: {one.months}") for one in asked.choices
        ]
        self.refused = asked.refused

    def clean_as_at(self):
        if self.refused:
            raise forms.ValidationError(self.refused)
        return super().clean_as_at()


class WardForm(forms.Form):
    """Which kind of offence and which year, out of those held."""

    mark_optional = False
    crime_type = forms.ChoiceField(label="Kind of offence")
    year = forms.ChoiceField(label="Year")

    @classmethod
    def of(cls, found):
        """The form of what is shown: anything with `types`, `years`, `crime_type` and `year`."""
        form = cls(initial={"crime_type": found.crime_type.key, "year": str(found.year)})
        form.fields["crime_type"].choices = [(choice.key, choice.name) for choice in found.types]
        form.fields["year"].choices = [(choice.key, choice.name) for choice in found.years]
        return form


class OfferedField(forms.ChoiceField):
    """A choice out of what is held: only who answers knows whether there is such a thing."""

    default_error_messages = {"invalid_choice": "Choose one from the list"}

    def valid_value(self, value):
        return _may_be_a_key(value)


class OfferedFields(forms.MultipleChoiceField):
    """Several such choices, by ticking boxes."""

    default_error_messages = {"invalid_choice": "Choose from the list"}
    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value):
        return _may_be_a_key(value)


def _may_be_a_key(value):
    return len(value) <= 40 and value.isprintable()


class FiguresForm(forms.Form):
    """Which figures are asked for, out of the address: a crime type, an area, and months."""

    mark_optional = False
    crime_type = OfferedField(label="Crime type", required=False)
    area = OfferedField(label="Area", required=False)
    period = OfferedField(label="Period", required=False)

    def __init__(self, data, *, spans):
        super().__init__(data)
        self.fields["period"].choices = spans.items()
        self.fields["from"] = month_field("From (ranges only)", required=False)
        self.fields["to"] = month_field("To, or month in it", required=False)

    def asked(self):
        """What can be read of it, as `published.Asked` takes it."""
        self.is_valid()
        return {
            "crime_type": self.cleaned_data.get("crime_type", ""),
            "area": self.cleaned_data.get("area", ""),
            "span": self.cleaned_data.get("period", ""),
            "since": self.cleaned_data.get("from"),
            "to": self.cleaned_data.get("to"),
        }

    def offer(self, choices):
        """What can be chosen, known only once the question was answered: `kinds` and `areas` in groups."""
        self.fields["crime_type"].choices = choices.kinds
        self.fields["area"].choices = choices.areas

    def refuse(self, problem):
        """Take a problem (field, words) that who answers found."""
        if problem and problem[0] not in self.errors:
            self.add_error(problem[0], problem[1])


class CompareForm(FiguresForm):
    """The same for several areas, which are chosen by ticking boxes."""

    area = OfferedFields(
        label="Areas",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    def offer(self, choices):
        super().offer(choices)
        self.fields["area"].choices = [area for _, areas in choices.areas for area in areas]


class PeriodForm(FiguresForm):
    """Months alone."""

    crime_type = None
    area = None
