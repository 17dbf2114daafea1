"""A month as people write it."""

from datetime import date

from django import forms

from crime_data.months import label
from measures.periods import NotAPeriod, read_period


class MonthField(forms.CharField):
    """A month, such as Apr 2024 or 04/2024; cleans to its first day, or None when optional and empty."""

    def __init__(self, *, name: str, **given):
        given.setdefault(
            "widget", forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"})
        )
        super().__init__(max_length=40, error_messages={"required": f"Enter the {name}"}, **given)
        self.name = name

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            first, last = read_period(text, step=1, begins=1)
        except NotAPeriod:
            first = last = None
        if first is None or first != last:
            raise forms.ValidationError(f"The {self.name} must be a month, such as April 2024")
        return first

    def prepare_value(self, value):
        return label(value) if isinstance(value, date) else value
