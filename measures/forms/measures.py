"""What is asked about a measure: which kind, then only the fields of that kind."""

from django import forms
from django.utils import timezone

from crime_data.models import CrimeType
from govuk.forms import DatePartsField, Hinted
from measures import kinds
from measures.models import Measure
from measures.queries import upkeep
from priorities.models import Priority

KIND_CHOICES = [(kind, Hinted(Measure.Kind(kind).label, rule.hint)) for kind, rule in kinds.KINDS.items()]


class FilterForm(forms.Form):
    """What stands in the address of the list."""

    mark_optional = False

    priority = forms.ChoiceField(label="Priority", required=False)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All kinds"), *Measure.Kind.choices])
    owner = forms.ChoiceField(label="Owner", required=False)
    target = forms.ChoiceField(
        label="Target",
        required=False,
        choices=[("", "With or without"), ("yes", "With a target"), ("no", "Without a target")],
    )

    def __init__(self, *args, priorities, owners, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["priority"].choices = [("", "All priorities")] + [
            (one.slug, f"{one.number}. {one.title}") for one in priorities
        ]
        self.fields["owner"].choices = [("", "All owners"), ("none", "No owner")] + [
            (str(one.pk), one.name) for one in owners
        ]


class LibraryForm(forms.Form):
    """What stands in the address of the library: for which priority, and which measures to show."""

    mark_optional = False

    priority = forms.ChoiceField(label="For which priority", required=False)
    q = forms.CharField(label="Words", required=False, max_length=80)
    family = forms.ChoiceField(label="Family", required=False)
    framework = forms.ChoiceField(label="Named in", required=False)
    figures = forms.ChoiceField(
        label="Figures",
        required=False,
        choices=[("", "All"), ("held", "Held here"), ("returned", "Entered by the partnership")],
    )

    def __init__(self, *args, priorities, ready, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["priority"].choices = [(one.slug, f"{one.number}. {one.title}") for one in priorities]
        self.fields["family"].choices = [("", "All families")] + [
            (name, name) for name in dict.fromkeys(one.family for one in ready)
        ]
        self.fields["framework"].choices = [("", "Any document")] + [
            (name, name) for name in sorted({name for one in ready for name in one.frameworks})
        ]


class KindForm(forms.Form):
    """Step 1: for which priority, and of which kind."""

    priority = forms.ModelChoiceField(
        label="Priority",
        queryset=Priority.objects.none(),
        empty_label=None,
        to_field_name="slug",
        error_messages={
            "required": "Choose the priority",
            "invalid_choice": "Choose a priority of the strategy",
        },
    )
    kind = forms.ChoiceField(
        label="What kind of measure is it?",
        choices=KIND_CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the kind of measure"},
    )

    def __init__(self, *args, priorities, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["priority"].queryset = priorities
        self.fields["priority"].label_from_instance = lambda one: f"{one.number}. {one.title}"


FIELDS = {
    "none": ("name", "why", "owner"),
    "": (
        "name", *kinds.SPECIAL, "unit", "statistic", "polarity", "period", "definition", "why", "caveat",
        "source_note", "owner", "outcomes",
    ),
}  # fmt: skip


class MeasureForm(forms.ModelForm):
    """Step 2, and later changes: the fields that a measure of this kind has, and no others."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Measure
        fields = FIELDS[""]
        labels = {
            "name": "Name",
            "crime_type": "What is counted",
            "of_crime_type": "As a share of",
            "question": "Question",
            "group_a": "First group",
            "group_b": "Second group",
            "standard_hours": "Standard, in hours",
            "times_a_year": "Times a year",
            "unit": "Unit",
            "statistic": "Statistic",
            "per": "For every 1,000",
            "polarity": "Which way is better?",
            "period": "Which period is judged?",
            "definition": "What is measured, in plain words",
            "why": "Why it matters",
            "caveat": "What to be careful about",
            "source_note": "Where the figures come from",
            "owner": "Owner",
            "outcomes": "Outcomes that it shows",
        }
        help_texts = {
            "name": "As it is shown to the board and the public. No full stop.",
            "definition": "One or two sentences that a resident would understand.",
            "owner": "The organisation that answers for it. Its leads may enter figures.",
            "standard_hours": "48 for two days.",
            "statistic": "A mean and a maximum of the same days are never compared.",
            "source_note": "The team or system, such as: quarterly return of the youth justice service.",
            "question": "As it is asked. For an imported survey choose one of its questions.",
        }
        widgets = {
            "definition": forms.Textarea(attrs={"rows": 3}),
            "why": forms.Textarea(attrs={"rows": 3}),
            "caveat": forms.Textarea(attrs={"rows": 3}),
            "polarity": forms.RadioSelect,
            "period": forms.RadioSelect,
            "per": forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
            "outcomes": forms.CheckboxSelectMultiple,
            "question": forms.TextInput(attrs={"list": "questions", "autocomplete": "off"}),
            "standard_hours": forms.TextInput(
                attrs={"class": "govuk-input--width-5", "inputmode": "decimal"}
            ),
            "times_a_year": forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        }
        error_messages = {
            "name": {"required": "Enter the name of the measure"},
            "standard_hours": {"invalid": "Enter the standard in hours as a number, such as 48"},
            "times_a_year": {"invalid": "Enter the times a year as a whole number, such as 12"},
        }

    def __init__(self, *args, kind, priority, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.instance.kind, self.instance.priority = kind, kind, priority
        if self.instance.standard_hours is not None:
            self.initial["standard_hours"] = f"{self.instance.standard_hours.normalize():f}"
        self._keep_fields_of(kind)
        self._offer(priority)
        for name in set(kinds.KINDS[kind].needs) & set(self.fields):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = kinds.MISSING[name]
        if kind == "none":
            self.fields["name"].label = "What it would show"
            self.fields["name"].help_text = "Such as: whether young people feel safer on their way home."
            self.fields["why"].label = "Why there is no measure yet"
            self.fields["why"].help_text = "Say also who will agree one, and by when."

    def _keep_fields_of(self, kind):
        if kind == "none":
            keep = set(FIELDS["none"])
        else:
            keep = set(FIELDS[""]) - set(kinds.fields_not_of(kind))
            if kind != "local":
                keep -= {"unit", "statistic"}
        for name in [name for name in self.fields if name not in keep | {"version"}]:
            del self.fields[name]

    def _offer(self, priority):
        fields, partnership = self.fields, priority.strategy.partnership
        fields["owner"].queryset = upkeep.owners_of(partnership)
        fields["owner"].empty_label = "No owner yet"
        if "outcomes" in fields:
            fields["outcomes"].queryset = priority.strategy.outcomes.all()
            if not fields["outcomes"].queryset:
                del fields["outcomes"]
        for name in ("crime_type", "of_crime_type"):
            if name in fields:
                fields[name].queryset = CrimeType.objects.order_by("name")
                fields[name].empty_label = "Choose"
        if "composite" in fields:
            choices = [(one.key, one.name) for one in upkeep.composite_choices()]
            fields["composite"] = forms.ChoiceField(
                label="Which composite", choices=choices, widget=forms.RadioSelect
            )
        if "source_key" in fields:
            fields["source_key"] = self._source_field()

    def _source_field(self):
        if self.kind == "survey":
            choices = [("", "The partnership's own survey: figures are entered here")]
            choices += [(key, name) for key, name, _ in upkeep.surveys()]
            return forms.ChoiceField(
                label="Survey", choices=choices, required=False, widget=forms.RadioSelect
            )
        choices = [("", "The usual source (recorded by borough)")]
        choices += [(one.key, one.name) for one in upkeep.count_sources() if one.key != upkeep.USUAL_SOURCE]
        return forms.ChoiceField(label="Source", choices=choices, required=False)

    @property
    def questions(self):
        """Of the surveys that can be imported, for the list below the text box."""
        return [words for _, _, asked in upkeep.surveys() for words in asked] if self.kind == "survey" else []

    def validate_unique(self):
        """The service says it in words."""

    def validate_constraints(self):
        """`kinds.problems` says it in words."""

    def clean(self):
        data = super().clean()
        for name, words in kinds.problems(self.kind, data).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, words)
        self._clean_source(data)
        return data

    def _clean_source(self, data):
        source = data.get("source_key", "")
        for name in ("crime_type", "of_crime_type"):
            if "source_key" in self.fields and data.get(name) and not upkeep.gives(source, data[name]):
                self.add_error(name, f"The source has no figures of “{data[name]}”")
        if self.kind == "survey" and source and data.get("question"):
            asked = next(questions for key, _, questions in upkeep.surveys() if key == source)
            if data["question"] not in asked:
                self.add_error("question", "Choose one of the survey's questions, written as in the list")


class RetireForm(forms.Form):
    retired_on = DatePartsField(label="Retired on", help_text="The last day on which it was used.")
    replaced_by = forms.ModelChoiceField(
        label="Replaced by", queryset=Measure.objects.none(), required=False, empty_label="Nothing"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, measure, **kwargs):
        super().__init__(*args, **kwargs)
        strategy = measure.priority.strategy_id
        others = Measure.objects.in_use().filter(priority__strategy=strategy).exclude(pk=measure.pk)
        self.fields["replaced_by"].queryset = others.select_related("priority").order_by(
            "priority__number", "order"
        )
        self.fields["replaced_by"].label_from_instance = lambda one: f"{one.priority.number}. {one.name}"

    def clean_retired_on(self):
        day = self.cleaned_data["retired_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Retired on must be today or in the past")
        return day


class VersionForm(forms.Form):
    """For a page that only asks whether to go on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
