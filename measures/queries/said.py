"""What a measure says, apart from how it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from measures import judgement
from measures.judgement import Polarity, Unit, Verdict
from measures.models import Measure
from measures.queries import wording
from measures.queries.kinds import Worked
from measures.queries.provenances import Provenance, source_line
from measures.queries.targets import TargetReading
from measures.queries.usual import break_months
from measures.statistics import ChanceTest, Change, Process

WORSE = ("worse",)

POLARITIES = {
    Polarity.LOWER: "Lower is better",
    Polarity.HIGHER: "Higher is better",
    Polarity.NEUTRAL: "Neither direction is better in itself: the number follows activity",
    Polarity.REPORTING: "More reports can be a good sign",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same change in another area, to hold the partnership's own against."""

    area: str
    now: str
    before: str
    difference: str
    change: Change
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a composite."""

    name: str
    now: str
    before: str
    difference: str
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a measure says. Without figures `change` and `provenance` are None and `sentence` says why.

    `value`, `before` and `difference` are words for a table; `worked` holds the numbers behind them,
    `process` the usual range of the months that a trend shows.
    """

    measure: Measure
    place: str
    area_code: str
    worked: Worked
    process: Process | None
    value: str
    before: str
    difference: str
    period: str
    period_before: str
    sentence: str
    headline: str
    verdict: Verdict
    signal: str
    has_signal: bool
    targets: tuple[TargetReading, ...]
    comparisons: tuple[Comparison, ...]
    parts: tuple[Part, ...]
    caveats: tuple[str, ...]
    provenance: Provenance | None

    @property
    def measure_id(self) -> int:
        return self.measure.pk

    @property
    def priority_id(self) -> int:
        return self.measure.priority_id

    @property
    def key(self) -> str:
        return self.measure.key

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def kind(self) -> str:
        return self.measure.kind

    @property
    def definition(self) -> str:
        return self.measure.definition

    @property
    def why(self) -> str:
        return self.measure.why

    @property
    def polarity(self) -> str:
        """Which way is better, as a clause."""
        return POLARITIES[Polarity(self.measure.polarity)]

    @property
    def caveat(self) -> str:
        return " ".join(self.caveats)

    @property
    def change(self) -> Change | None:
        found = self.worked.change
        return found if isinstance(found, Change) else None

    @property
    def tested(self) -> Change | None:
        """The change that may be told with its limits; None where two figures are not compared."""
        return None if self.worked.across else self.change

    @property
    def limits(self) -> str:
        """The 95% interval of the change in words, and what the test allows for; empty without one."""
        words = judgement.interval_sentence(self.tested, self.unit) if self.tested else ""
        if not words or self.tested is None or self.tested.dispersion <= 1:
            return words
        factor = f"{self.tested.dispersion:.1f}"
        return f"{words} This allows for months that scatter {factor} times as much as unconnected offences."

    @property
    def change_interval(self) -> dict[str, float | str] | None:
        """`low` and `high` of the 95% interval, in per cent or points, where the page gives it too."""
        change = self.tested
        if change is None or not self.limits or change.low is None or change.high is None:
            return None
        unit = "points" if change.test == ChanceTest.SHARE else "percent"
        return {
            "low": round(change.low, 6),
            "high": round(change.high, 6),
            "unit": unit,
            "dispersion": round(change.dispersion, 6),
        }

    @property
    def statistic(self) -> str:
        """What the newest figure is: a count, a share, a mean, a median, a maximum, yes or no."""
        found = self.worked.statistics
        return str(found[1].type.value) if found else self.measure.statistic

    def statistics_of(self, rows: int) -> list[str]:
        """The same of each of the newest `rows` figures; joined where they cannot be matched."""
        returned = {row.first_month: row.statistic for row in self.worked.returns}
        kinds = list(dict.fromkeys(returned.values())) or [self.statistic]
        shown = self.worked.periods[-rows:] if rows else ()
        if len(kinds) > 1 and len(shown) == rows:
            return [returned.get(month, "") for month in shown]
        return ["; ".join(kinds)] * rows

    @property
    def illustrative(self) -> bool:
        return bool(self.provenance and self.provenance.illustrative)

    @property
    def adds_up(self) -> bool:
        """Whether twelve months of it make a year's figure."""
        return self.kind == Measure.Kind.COUNT

    @property
    def target(self) -> TargetReading | None:
        return self.targets[0] if self.targets else None

    @property
    def missed(self) -> bool:
        return any(target.verdict.key == "missed" for target in self.targets)

    @property
    def needs_attention(self) -> bool:
        return self.verdict.key in WORSE or self.missed or self.has_signal

    @property
    def unit_words(self) -> str:
        """What one value is, in the plural, with a capital letter."""
        measure = self.measure
        if measure.kind == Measure.Kind.RATE:
            return f"Per 1,000 {measure.get_per_display().lower()}"
        if measure.kind == Measure.Kind.COUNT and measure.crime_type:
            return measure.crime_type.noun[:1].upper() + measure.crime_type.noun[1:]
        return {"count": "Number", "number": "Number", "percent": "Per cent"}.get(
            measure.unit, measure.get_unit_display()
        )

    @property
    def source_line(self) -> str:
        return source_line(self.provenance)

    @property
    def unit(self) -> Unit:
        return wording.unit_of(self.measure)

    def in_words(self, value: float) -> str:
        """A value of this measure with its unit."""
        return judgement.value_words(value, self.unit, per=wording.per_of(self.measure))

    def difference_of(self, change: Change) -> str:
        """`up 74 (32.7%)`, `no change`; empty without an earlier figure."""
        return wording.difference_of(self.measure, Worked(change=change))

    @property
    def comparators_sentence(self) -> str:
        others = [judgement.Comparator(wording.within(one.area), one.change) for one in self.comparisons]
        return judgement.comparators_sentence(others, wording.unit_of(self.measure))

    def breaks_shown(self, months: Sequence[date]) -> tuple[tuple[date, str], ...]:
        """The first month after each declared break among these months."""
        return break_months(self.worked, months)
