"""Forms as the GOV.UK Design System draws them.

Settings name `GovukRenderer` as FORM_RENDERER, and from then on `{{ form }}` and
`{{ form.field.as_field_group }}` give label, hint, error message and input in the
Design System's markup. A form says nothing about it: it asks, and words its errors.
"""

import calendar
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.forms.widgets import Input

PARTS = ("day", "month", "year")


class Hinted(str):
    """The label of a radio or checkbox, with a hint that is drawn below it."""

    hint: str

    def __new__(cls, label, hint):
        made = super().__new__(cls, label)
        made.hint = hint
        return made

    def __getnewargs__(self):
        # Django copies the choices of a form's field.
        return str(self), self.hint


MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}

MONTH_FORMS = ("%Y-%m", "%B %Y", "%b %Y", "%Y%m", "%m/%Y")


class DatePartsWidget(forms.MultiWidget):
    """Three text boxes: a calendar pop-up is slow for known dates and poor with a keyboard."""

    template_name = "govuk/date_parts.html"

    def __init__(self, attrs=None):
        numeric = {"inputmode": "numeric"}
        super().__init__({part: forms.TextInput(attrs=numeric) for part in PARTS}, attrs)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name, value, attrs):
        attrs = dict(attrs or {})
        wrong = attrs.pop("wrong", ())
        context = super().get_context(name, value, attrs)
        for part, box in zip(PARTS, context["widget"]["subwidgets"], strict=True):
            size = "4" if part == "year" else "2"
            box["label"] = part.capitalize()
            box["attrs"]["class"] = f"govuk-input govuk-date-input__input govuk-input--width-{size}"
            if part in wrong:
                box["attrs"]["class"] += " govuk-input--error"
            else:
                box["attrs"].pop("aria-invalid", None)
        return context


class DatePartsField(forms.Field):
    """A day, typed as day, month and year. Cleans to a `date`, or None when optional and empty.

    The label is the subject of the errors: "Due date must be a real date".
    """

    widget = DatePartsWidget
    default_error_messages = {
        "required": "Enter the %(name)s",
        "incomplete": "%(Name)s must include a %(missing)s",
        "unreal": "%(Name)s must be a real date",
        "short_year": "Year must include 4 numbers",
    }

    def get_bound_field(self, form, field_name):
        # Only here does a field learn its name, which the errors need.
        self.label = self.label or pretty_name(field_name)
        return super().get_bound_field(form, field_name)

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, date):
            return value or None
        typed = [(part or "").strip() for part in value]
        missing = [part for part, text in zip(PARTS, typed, strict=True) if not text]
        if len(missing) == len(PARTS):
            return None
        if missing:
            raise self.error("incomplete", missing, missing=" and ".join(missing))
        day, month, year = typed
        if year.isdecimal() and len(year) != 4:
            raise self.error("short_year", ["year"])
        try:
            return date(int(year), MONTHS.get(month.lower()) or int(month), int(day))
        except ValueError:
            raise self.error("unreal", PARTS) from None

    def validate(self, value):
        if self.required and value is None:
            raise self.error("required", PARTS)

    def error(self, code, wrong, **words):
        name = str(self.label or "date")
        names = {"Name": name, "name": name[:1].lower() + name[1:]}
        params = {"wrong": wrong, **names, **words}
        return ValidationError(self.error_messages[code], code=code, params=params)


class MonthField(forms.CharField):
    """A month as it stands in an address (2024-03) or as people write it (March 2024): its first day."""

    def clean(self, value):
        text = " ".join(str(super().clean(value)).split())
        if not text:
            return None
        for form in MONTH_FORMS:
            try:
                return datetime.strptime(text, form).date().replace(day=1)
            except ValueError:
                continue
        raise forms.ValidationError("Enter a month, such as 2024-03 or March 2024")

    def prepare_value(self, value):
        return f"{value:%Y-%m}" if isinstance(value, date) else value


def month_field(label: str, **given) -> MonthField:
    return MonthField(
        label=label,
        error_messages={"required": "Enter a month, such as 2024-03"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        **given,
    )


# The first widget class that fits decides how the field is drawn.
KINDS = (
    (DatePartsWidget, "date"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.PasswordInput, "password"),
    (Input, "input"),
)
CLASSES = {
    "checkboxes": "govuk-checkboxes__input",
    "checkbox": "govuk-checkboxes__input",
    "radios": "govuk-radios__input",
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "file": "govuk-file-upload",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "input": "govuk-input",
}
CHOICES = {"checkboxes", "radios"}
BOXED = {"select", "textarea", "file", "password", "input"}  # these get a red border when wrong


class GovukBoundField(forms.BoundField):
    """A field that knows its classes, and what `govuk/field.html` has to draw."""

    @property
    def kind(self):
        return next((kind for widget, kind in KINDS if isinstance(self.field.widget, widget)), "other")

    @property
    def is_optional(self):
        """True when the label says "(optional)". A filter form sets `mark_optional = False`."""
        return (
            not self.field.required and self.kind != "checkbox" and getattr(self.form, "mark_optional", True)
        )

    @property
    def maximum(self):
        """Characters allowed in a text area; the page counts them down where JavaScript runs."""
        return getattr(self.field, "max_length", None) if self.kind == "textarea" else None

    @property
    def options(self):
        """Radios or checkboxes, without the empty choice that Django adds to a required field."""
        return [box for box in self.subwidgets if box.data["value"] != "" or not self.field.required]

    @property
    def group_classes(self):
        """Modifiers such as govuk-radios--inline, which belong to the group and not to each box."""
        given = self.field.widget.attrs.get("class", "").split()
        return " ".join(name for name in given if "--" in name)

    @property
    def error_target(self):
        """The id that the error summary links to: the first box that can be put right."""
        if self.kind == "date":
            return f"{self.auto_id}_{PARTS.index(self.wrong_parts[0]) if self.wrong_parts else 0}"
        if self.kind in CHOICES:
            return self.options[0].id_for_label if self.options else self.auto_id
        return self.id_for_label

    @property
    def wrong_parts(self):
        for error in self.form.errors.as_data().get(self.name, ()):
            return tuple((error.params or {}).get("wrong", PARTS))
        return ()

    @property
    def aria_describedby(self):
        described = super().aria_describedby
        if self.maximum and described is not None:
            return f"{described} {self.auto_id}-info".strip()
        return described

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        # The server words every error; the browser's bubbles are short-lived and not ours to word.
        attrs.pop("required", None)
        kind = self.kind
        if widget is not None and widget is not self.field.widget:
            return attrs  # drawn as something else, such as a hidden copy
        if kind == "date":
            attrs["wrong"] = self.wrong_parts
        elif kind in CLASSES:
            classes = [CLASSES[kind]]
            if kind not in CHOICES:
                classes.insert(0, self.field.widget.attrs.get("class", ""))
            if kind in BOXED and self.errors:
                classes.append(CLASSES[kind].split()[0] + "--error")
            if self.maximum:
                classes.append("govuk-js-character-count")
                attrs["maxlength"] = False  # it would cut pasted text without a word
            attrs["class"] = " ".join(filter(None, classes))
        return attrs


class GovukRenderer(TemplatesSetting):
    form_template_name = "govuk/form.html"
    field_template_name = "govuk/field.html"
    bound_field_class = GovukBoundField
