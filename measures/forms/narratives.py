from datetime import date

from django import forms

from measures.narrative import LONGEST, mistakes
from measures.queries.commentaries import quarter_label


class PlaceForm(forms.Form):
    """Which commentary is to be written. `quarters` are first days, this quarter's first; the newest that the
    board shows is chosen."""

    priority = forms.ChoiceField(
        label="Priority",
        error_messages={"required": "Choose the priority", "invalid_choice": "Choose it anew"},
    )
    quarter = forms.TypedChoiceField(
        label="Quarter",
        coerce=date.fromisoformat,
        error_messages={"required": "Choose the quarter", "invalid_choice": "Choose a quarter of the list"},
    )

    def __init__(self, *args, priorities, quarters, **kwargs):
        super().__init__(*args, **kwargs)
        shown = quarters[1]
        self.fields["priority"].choices = [(p.slug, f"{p.number}. {p.title}") for p in priorities]
        self.fields["quarter"].choices = [(day.isoformat(), quarter_label(day)) for day in quarters]
        self.fields["quarter"].initial = shown.isoformat()
        self.fields["quarter"].help_text = (
            f"The newest quarter whose figures the board shows is {quarter_label(shown)}. "
            "Commentary on a later one is shown with its figures."
        )


class NarrativeForm(forms.Form):
    """A commentary. `figures` are those it may name; `version` is the one that was on the screen."""

    text = forms.CharField(
        label="Commentary",
        help_text="Do not name or describe a person whose case the partnership deals with.",
        widget=forms.Textarea(attrs={"rows": 16, "class": "narrative-text", "spellcheck": "true"}),
        max_length=LONGEST,
        error_messages={
            "required": "Write the commentary",
            "max_length": f"The commentary must be {LONGEST:,} characters or fewer",
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, figures, **kwargs):
        super().__init__(*args, **kwargs)
        self.figures = figures

    def clean_text(self):
        text = "\n".join(self.cleaned_data["text"].split("\r\n"))
        if wrong := mistakes(text, self.figures):
            raise forms.ValidationError([str(mistake) for mistake in wrong])
        return text


class ReturnForm(forms.Form):
    note = forms.CharField(
        label="What should be changed?",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what should be changed, so that the author knows"},
    )
