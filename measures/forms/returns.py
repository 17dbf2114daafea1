"""What is asked about returns: a grid of periods, or rows pasted from a spreadsheet."""

from dataclasses import dataclass

from django import forms
from django.utils import timezone

from crime_data.months import period_label
from govuk.forms import DatePartsField
from measures import kinds, pasted, periods
from measures.forms.targets import begins
from measures.models import LocalReturn, Measure
from measures.services.returns import Entry, WrongEntries, plan_returns

ROWS = {1: 12, 3: 8, 12: 5}


def groups_of(measure: Measure) -> tuple[str, ...]:
    return (measure.group_a, measure.group_b) if measure.kind == Measure.Kind.GAP else ()


def wanted(measure: Measure, step: int) -> pasted.Wanted:
    """What pasted rows of this measure are."""
    share = kinds.is_share(measure.kind, measure.unit)
    unit = "percent" if share else measure.unit
    return pasted.Wanted(unit, step, begins(measure.priority.strategy.partnership), groups_of(measure), share)


def as_entry(row: pasted.Row) -> Entry:
    return Entry(
        first_month=row.period[0],
        last_month=row.period[1],
        group=row.group,
        value=row.value,
        numerator=row.numerator,
        base=row.base,
        statistic=row.statistic,
        absence=row.absence,
        as_printed=row.as_printed,
        note=row.note,
        published_on=row.published_on,
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the grid: a period (and group), and what is entered for it already."""

    key: str
    period: periods.Period
    group: str
    now: LocalReturn | None

    @property
    def label(self) -> str:
        return period_label(*self.period)


def cells(measure: Measure, step: int, until, held) -> list[Cell]:
    """The lines of the grid, newest period first."""
    basis = begins(measure.priority.strategy.partnership)
    found = []
    for at, period in enumerate(periods.newest_first(until, step, basis, ROWS[step])):
        for number, group in enumerate(groups_of(measure) or ("",)):
            found.append(Cell(f"r{at}g{number}", period, group, held.get((*period, group))))
    return found


class GridForm(forms.Form):
    """Every line of the grid in one form: `entries` has those that were filled in, and `lines` draws them."""

    published_on = DatePartsField(
        label="Known since",
        help_text="The day from which these figures were known. Pages as at an earlier day do not show them.",
    )
    note = forms.CharField(
        label="Note", required=False, max_length=300, help_text="Kept with every figure that you enter now."
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, measure, grid, **kwargs):
        super().__init__(*args, **kwargs)
        self.measure, self.grid = measure, grid
        self.shares = kinds.is_share(measure.kind, measure.unit)
        self.unit = "percent" if self.shares else measure.unit
        self.initial.setdefault("published_on", timezone.localdate())
        offered = kinds.statistics_of(measure.kind, measure.unit)
        if len(offered) > 1:
            names = dict(Measure.Statistic.choices)
            self.fields["statistic"] = forms.ChoiceField(
                label="Statistic",
                choices=[(key, names[key]) for key in offered],
                initial=measure.statistic,
                help_text="Of the figures that you enter now. Different statistics are never compared.",
            )
        for cell in grid:
            self._add(cell)
        self.entries: list[tuple[Cell, Entry]] = []

    def _add(self, cell):
        whose = f", {cell.group}" if cell.group else ""
        if self.unit == "yes-no":
            choices = [("", "–"), ("yes", "Yes"), ("no", "No")]
            self.fields[f"{cell.key}-value"] = forms.ChoiceField(
                label=f"{cell.label}{whose}: answer", choices=choices, required=False
            )
        else:
            self._text(f"{cell.key}-value", f"{cell.label}{whose}: {'per cent' if self.shares else 'figure'}")
        if self.shares:
            self._text(f"{cell.key}-numerator", f"{cell.label}{whose}: number")
            self._text(f"{cell.key}-base", f"{cell.label}{whose}: of how many")
        self.fields[f"{cell.key}-absence"] = forms.ChoiceField(
            label=f"{cell.label}{whose}: no figure because",
            choices=[("", "–"), *LocalReturn.Absence.choices],
            required=False,
        )

    def _text(self, name, label):
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=30,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )

    @property
    def columns(self):
        """The headings of what is entered on a line."""
        if self.shares:
            return ("Number", "Of how many", "Per cent", "No figure because")
        return ("Answer" if self.unit == "yes-no" else "Figure", "No figure because")

    @property
    def common(self):
        """The fields below the grid."""
        names = ("statistic", "published_on", "note")
        return [self[name] for name in names if name in self.fields]

    @property
    def lines(self):
        """(cell, [(heading, field)], whether anything in it is wrong) for the template."""
        for cell in self.grid:
            names = ("numerator", "base", "value", "absence") if self.shares else ("value", "absence")
            fields = [self[f"{cell.key}-{name}"] for name in names]
            columns = list(zip(self.columns, fields, strict=True))
            yield cell, columns, any(field.errors for field in fields)

    def clean(self):
        data = super().clean()
        for cell in self.grid:
            self._clean_line(cell, data)
        self._clean_together()
        if not self.errors and not self.entries:
            self.add_error(f"{self.grid[0].key}-value", "Enter at least one figure")
        return data

    def _clean_together(self):
        """What the service would refuse, on its line, beside what could not be read."""
        try:
            plan_returns(measure=self.measure, entries=[entry for _, entry in self.entries])
        except WrongEntries as wrong:
            for at, words in wrong.problems:
                self.add_error(f"{self.entries[at][0].key}-value", words)

    def _clean_line(self, cell, data):
        given = {
            name: data.get(f"{cell.key}-{name}", "") for name in ("value", "numerator", "base", "absence")
        }
        if not any(given.values()):
            return
        read = {}
        for name in ("value", "numerator", "base"):
            try:
                read[name] = (
                    (pasted.read_figure(given[name], self.unit) if given[name] else None)
                    if name == "value"
                    else pasted.read_whole(given[name] or "", name)
                )
            except pasted.NotANumber as problem:
                self.add_error(f"{cell.key}-{name}", f"{cell.label}: {problem}")
        if len(read) == 3:
            entry = Entry(
                *cell.period,
                cell.group,
                read["value"],
                read["numerator"],
                read["base"],
                statistic=data.get("statistic", ""),
                absence=given["absence"],
                note=data.get("note", ""),
                published_on=data.get("published_on"),
            )
            self.entries.append((cell, entry))


class StepForm(forms.Form):
    """How long the periods of the grid are, and up to when; it stands in the address."""

    mark_optional = False

    step = forms.TypedChoiceField(
        label="Periods", coerce=int, choices=[(1, "Months"), (3, "Quarters"), (12, "Years")], required=False
    )


class PasteForm(forms.Form):
    step = forms.TypedChoiceField(
        label="What does one row stand for?",
        coerce=int,
        choices=[(1, "A month"), (3, "A quarter"), (12, "A year")],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        error_messages={"required": "Choose what one row stands for"},
    )
    rows = forms.CharField(
        label="Rows",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "paste"}),
        strip=False,
        error_messages={"required": "Paste at least one row: a period and its figure"},
    )
    published_on = DatePartsField(
        label="Known since", help_text="For rows that do not say it in a column of their own."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("published_on", timezone.localdate())

    def clean_published_on(self):
        day = self.cleaned_data["published_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Known since must be today or in the past")
        return day
