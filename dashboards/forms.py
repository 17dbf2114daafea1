from datetime import date

from django import forms
from django.utils import timezone

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
