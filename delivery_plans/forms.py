import uuid
from datetime import date

from django import forms
from django.utils import timezone

from audit.workflow import Status
from delivery_plans.models import Action, Rag
from govuk.forms import DatePartsField
from partners.models import Organisation


class ActionForm(forms.ModelForm):
    """An action's own facts. `version` is the one that was on the screen."""

    starts_on = DatePartsField(label="Start")
    due_on = DatePartsField(label="Due date")
    completed_on = DatePartsField(
        label="Completed on", required=False, help_text="Leave empty while work goes on."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Action
        fields = ["title", "detail", "lead", "starts_on", "due_on", "completed_on"]
        labels = {"title": "What will be done", "detail": "Details", "lead": "Lead organisation"}
        widgets = {"detail": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"title": {"required": "Say what will be done"}}

    def __init__(self, *args, partnership, **kwargs):
        super().__init__(*args, **kwargs)
        # Partners of this partnership, and whoever leads it now even if they have left since.
        leads = Organisation.objects.filter(memberships__partnership=partnership)
        self.fields["lead"].queryset = (
            leads | Organisation.objects.filter(pk=self.instance.lead_id)
        ).distinct()
        self.fields["lead"].empty_label = None

    def clean(self):
        data = super().clean()
        starts_on, due_on, completed_on = (data.get(name) for name in ("starts_on", "due_on", "completed_on"))
        if starts_on and due_on and due_on < starts_on:
            self.add_error("due_on", "Due date must be the same as or after the start")
        if starts_on and completed_on and completed_on < starts_on:
            self.add_error("completed_on", "Completed on must be the same as or after the start")
        if completed_on and completed_on > timezone.localdate():
            self.add_error("completed_on", "Completed on must be today or in the past")
        return data


def quarters(today, number=6):
    """First days of this quarter and the ones before, newest first."""
    year, month = today.year, 3 * ((today.month - 1) // 3) + 1
    found = []
    for _ in range(number):
        found.append(today.replace(year=year, month=month, day=1))
        year, month = (year, month - 3) if month > 3 else (year - 1, 10)
    return found


def quarter_name(first_day):
    names = {1: "January to March", 4: "April to June", 7: "July to September", 10: "October to December"}
    return f"{names[first_day.month]} {first_day.year}"


class ProgressUpdateForm(forms.Form):
    period = forms.TypedChoiceField(
        label="Which quarter is this about?",
        coerce=date.fromisoformat,
        error_messages={
            "required": "Choose the quarter",
            "invalid_choice": "Choose another quarter: there is a progress update for this one already",
        },
    )
    rag = forms.ChoiceField(
        label="How does it stand?",
        choices=Rag.choices,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        error_messages={"required": "Choose on track, at risk or off track"},
    )
    narrative = forms.CharField(
        label="What happened, and what comes next?",
        help_text="Do not name or describe a person whose case the partnership deals with.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        error_messages={
            "required": "Say what happened",
            "max_length": "What happened must be 2,000 characters or fewer",
        },
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, action=None, **kwargs):
        super().__init__(*args, **kwargs)
        free_again, sent = (Status.DRAFT, Status.WITHDRAWN), self.data.get("submission")
        taken = {
            update.period
            for update in (action.updates.all() if action else ())
            # A quarter that this very form has taken, sent twice, is no mistake of the person.
            if update.status not in free_again and not (sent and sent == str(update.submission))
        }
        # A returned update is written anew from its own words, however long ago its quarter was.
        returned = [
            update for update in (action.updates.all() if action else ()) if update.status == Status.DRAFT
        ]
        days = {*quarters(timezone.localdate()), *(update.period for update in returned)} - taken
        self.fields["period"].choices = [
            (day.isoformat(), quarter_name(day)) for day in sorted(days, reverse=True)
        ]
        self.fields["submission"].initial = uuid.uuid4
        if returned:
            self.initial = {name: getattr(returned[0], name) for name in ("rag", "narrative")}
            self.initial["period"] = returned[0].period.isoformat()

    def clean(self):
        data = super().clean()
        if data.get("rag") == Rag.RED and len(data.get("narrative", "").split()) < 10:
            self.add_error(
                "narrative", "Say why the action is off track and what will be done, in ten words or more"
            )
        return data


class ReturnForm(forms.Form):
    note = forms.CharField(
        label="What should be changed?",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what should be changed, so that the author knows"},
    )
