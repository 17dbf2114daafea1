"""One count beside the one it is held against: numbers, test and words, for any crime type and area."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

from crime_data import breaks
from crime_data.breaks import Break, Period
from crime_data.models import CrimeType
from crime_data.months import add_months, month_range, months_between, period_label
from crime_data.packing import NOT_PUBLISHED
from crime_data.queries import MonthlyCounts
from measures import charts, judgement, library, statistics
from measures.figures import periods
from measures.figures.ground import VICTIMS
from measures.judgement import Polarity, Verdict
from measures.queries.kinds import scatter_of
from measures.queries.usual import SHOWN
from measures.queries.wording import percent_of
from measures.statistics import Change

NEVER_A_PERCENTAGE = ("homicide",)
"""So rare, and each so grave, that a percentage says nothing and offends."""

NO_RATE = (*VICTIMS, *NEVER_A_PERCENTAGE)
"""Of people of some ages, a rate per all people misleads; of a handful of deaths, any rate does."""

ENDED_FROM = 30
"""Offences in a year that cannot go to nought by chance."""

Kind = Literal["own", "whole", "other"]
"""The partnership's own area, one that it is part of, or another."""

NOT_COMPARABLE = Verdict("not-comparable", "Not comparable")


@dataclass(frozen=True, slots=True)
class Line:
    """A crime type in a place. `change.before` is None where nothing earlier is held; `across` are the breaks
    that forbid to compare, `beside` those that go with the figure in words. `population` is (people, year)
    for a rate, where it is held."""

    crime_type: CrimeType
    name: str
    where: str
    code: str
    kind: Kind
    counts: MonthlyCounts
    now: Period
    before: Period | None
    change: Change
    across: tuple[Break, ...]
    beside: tuple[Break, ...]
    population: tuple[int, int] | None

    @property
    def count(self) -> int:
        return int(self.change.now)

    @property
    def earlier(self) -> int | None:
        return None if self.change.before is None else int(self.change.before)

    @property
    def compared(self) -> bool:
        return self.change.difference is not None and not self.across

    @property
    def period(self) -> str:
        return period_label(*self.now)

    @property
    def period_before(self) -> str:
        return period_label(*self.before) if self.before else ""

    @property
    def difference(self) -> str:
        """`+74`, `−12`, `0`; empty where two figures are not compared."""
        if not self.compared or self.change.difference is None:
            return ""
        return signed(int(self.change.difference))

    @property
    def percent(self) -> str:
        """`+32.7%`, `−2.2%`; empty where the base is too small or none may be given."""
        words = percent_of(self.change) if self.compared else ""
        if not words or self.crime_type.key in NEVER_A_PERCENTAGE:
            return ""
        return _signed_percent(self.change.percent or 0.0)

    @property
    def interval(self) -> str:
        """`+11.7% to +57.8%`: where the change lies, allowing for chance."""
        low, high = self.change.low, self.change.high
        if not self.percent or low is None or high is None or high == float("inf"):
            return ""
        return f"{_signed_percent(low)} to {_signed_percent(high)}"

    @property
    def verdict(self) -> Verdict:
        return NOT_COMPARABLE if self.across else judgement.direction_word(self.change, polarity_of(self.key))

    @property
    def key(self) -> str:
        return self.crime_type.key

    @property
    def source_key(self) -> str:
        return self.counts.holding.release.source.key

    @property
    def rate(self) -> float | None:
        """Per 1,000 people."""
        return (
            statistics.rate(self.count, self.population[0]) if self.population and self.count >= 0 else None
        )

    @property
    def rate_limits(self) -> tuple[float, float] | None:
        if not self.population or self.count < 0:
            return None
        return statistics.rate_interval(self.count, self.population[0], dispersion=self.change.dispersion)

    @property
    def rate_words(self) -> str:
        return "" if self.rate is None else judgement.number_words(self.rate, judgement.Unit.RATE)

    @property
    def sentence(self) -> str:
        what, earlier = self.crime_type.noun, self.period_before or "the months before"
        if self.across:
            return judgement.break_sentence(
                self.change,
                [f"{one.title}. {one.text}" for one in self.across],
                what=what,
                where=self.where,
                now_label=self.period,
                before_label=earlier,
            )
        if self.key in NEVER_A_PERCENTAGE:
            return rare_words(self)
        return judgement.change_sentence(
            self.change, what=what, where=self.where, now_label=self.period, before_label=earlier
        )

    @property
    def headline(self) -> str:
        if self.across:
            return f"{self.crime_type.name} in {self.where}: not compared with the year before"
        name = self.crime_type.name
        what = name if name[:2].isupper() else name[:1].lower() + name[1:]
        if self.key in NEVER_A_PERCENTAGE or self.change.before is None:
            return f"{name} in {self.where}, {self.period}"
        return judgement.headline(self.change, what=what, where=self.where)

    @property
    def history(self) -> tuple[int | None, ...]:
        """A count a month from the first held to the last asked for; empty where periods are longer."""
        if self.counts.step != 1:
            return ()
        kept = months_between(self.counts.first_month, self.now[1]) + 1
        return tuple(
            None if value == NOT_PUBLISHED else int(value) for value in self.counts.values[:kept].tolist()
        )

    def months(self, most: int) -> tuple[tuple[date, ...], tuple[int | None, ...]]:
        """(months, counts) of the newest ones up to the last asked for."""
        values = self.history[-most:]
        last = self.now[1]
        return month_range(add_months(last, 1 - len(values)), last) if values else (), values

    @property
    def chance(self) -> str:
        return judgement.interval_sentence(self.change) if self.percent else ""

    @property
    def source_name(self) -> str:
        return self.counts.holding.release.source.name

    @property
    def illustrative(self) -> bool:
        return self.counts.holding.release.illustrative

    @property
    def caveats(self) -> tuple[str, ...]:
        """For a chart, which stands alone: with the breaks."""
        return self._caveats([one.text for one in self.beside])

    @property
    def cautions(self) -> tuple[str, ...]:
        """The same for a page that lists the breaks anyway."""
        return self._caveats([])

    @property
    def rare(self) -> bool:
        """Whether so few are counted that months have no usual range. One that is told in words of its own
        (NEVER_A_PERCENTAGE) is not less rare."""
        return statistics.too_rare(self.history[-SHOWN:])

    def _caveats(self, breaks: Sequence[str]) -> tuple[str, ...]:
        texts = [self.crime_type.note, *breaks]
        change = self.change if self.compared and self.key not in NEVER_A_PERCENTAGE else None
        return judgement.caveats(change, _polarities().get(self.key, Polarity.LOWER), texts)


def line_of(
    crime_type: CrimeType,
    counts: MonthlyCounts | None,
    now: Period,
    *,
    source: str,
    name: str,
    where: str,
    code: str,
    kind: Kind = "other",
    population: tuple[int, int] | None = None,
) -> Line | None:
    """The figure of these months; None where they are not all published."""
    total = counts.sum(*now) if counts else None
    if counts is None or total is None:
        return None
    before = periods.before(now)
    earlier = counts.sum(*before) if before else None
    across = (
        breaks.crossed(source, crime_type.key, before, now, code) if before and earlier is not None else ()
    )
    touched = breaks.that_apply(source, crime_type.key, before[0] if before else now[0], now[1], code)
    line = Line(
        crime_type=crime_type,
        name=name,
        where=where,
        code=code,
        kind=kind,
        counts=counts,
        now=now,
        before=before,
        change=statistics.plain_change(total, earlier),
        across=across,
        beside=tuple(one for one in touched if one not in across),
        population=population,
    )
    if total < 0 or (earlier is not None and earlier < 0):
        return line  # a correction of the publisher below nought is no count: there is no test of it
    scatter = scatter_of(line.history) if line.history else 1.0
    return replace(line, change=statistics.change(total, earlier, dispersion=scatter))


def ended(counts: MonthlyCounts, now: Period) -> tuple[int, date] | None:
    """(count, last month) of the busiest twelve months before these, where they and the twelve to their end
    have fewer than a hundredth of it: a kind that is not counted apart any more. None for all others.

    Offences do not end; labels do, and a few are still put under an old one by mistake.
    """
    total = counts.sum(*now)
    if counts.step != 1 or total is None:
        return None
    values = [max(0, value) for value in counts.values.tolist()]
    first, stop = (months_between(counts.first_month, month) for month in now)
    years = [(sum(values[at - 11 : at + 1]), at) for at in range(11, min(first, len(values)))]
    most, at = max(years, default=(0, 0))
    recent = max(total, sum(values[max(0, stop - 11) : stop + 1]))
    if most < ENDED_FROM or recent * 100 >= most:
        return None
    return most, add_months(counts.first_month, at)


def ended_words(kind: CrimeType, where: str, now: Period, found: tuple[int, date]) -> str:
    most, last = found
    busiest = period_label(add_months(last, -11), last)
    return (
        f"{kind.name} is not counted apart in {where} in {period_label(*now)}. There were {most:,} "
        f"{kind.noun} in {busiest}; since then the publisher has stopped counting them apart, and the "
        "months stand at 0 or close to it. What is not counted any more has not fallen to nought. Choose "
        "earlier months."
    )


def polarity_of(key: str) -> Polarity:
    """Reports are called so; whether a rise of anything else is bad is for a measure to say, not for a list
    of all that is counted."""
    reports = _polarities().get(key) == Polarity.REPORTING
    return Polarity.REPORTING if reports else Polarity.NEUTRAL


@cache
def _polarities() -> dict[str, Polarity]:
    return {one.crime_type: Polarity(one.polarity) for one in library.load() if one.kind == "count"}


def newest_of(counts: Iterable[MonthlyCounts]) -> date | None:
    """The last month that any of these has a figure for."""
    ends = []
    for one in counts:
        known = (one.values != NOT_PUBLISHED).nonzero()[0]
        if len(known):
            ends.append(add_months(one.first_month, one.step * (int(known[-1]) + 1) - 1))
    return max(ends, default=None)


def rare_words(line: Line) -> str:
    """Both counts and, where monthly figures are held, how long ago the last one was. No percentage."""
    what = line.crime_type.noun
    number = {0: f"were no {what}", 1: f"was 1 {what[:-1]}"}.get(line.count, f"were {line.count:,} {what}")
    words = f"There {number} in {line.where} in {line.period}"
    words += f" and {line.earlier:,} in {line.period_before}." if line.earlier is not None else "."
    return " ".join(filter(None, (words, gap_words(line))))


def gap_words(line: Line) -> str:
    """How many there were in five years, or since a break that forbids to add up across it, and how long ago
    the last one was; empty where they are not rare."""
    held = 60
    for one in line.across:
        if one.on and one.on <= line.now[1]:
            start = one.on.replace(day=1)
            start = start if one.on.day == 1 else add_months(start, 1)
            held = min(held, max(0, months_between(start, line.now[1]) + 1))
    months, values = line.months(held) if held else ((), ())
    if not months or not statistics.too_rare(values):
        return ""
    return judgement.rare_sentence(
        statistics.gaps(values),
        what=line.crime_type.noun,
        where=line.where,
        label=period_label(months[-1], months[-1]),
    )


def signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number < 0 else "0"


def _signed_percent(value: float) -> str:
    words = judgement.percent_words(value)
    if value == 0 or not words[0].isdigit():
        return words
    return f"+{words}" if value > 0 else f"−{words}"


def breaks_of(lines: Sequence[Line]) -> tuple[Break, ...]:
    """The breaks that these figures cross or touch, once each; those that forbid a comparison first."""
    across = [one for line in lines for one in line.across]
    beside = [one for line in lines for one in line.beside]
    return tuple(dict.fromkeys([*across, *beside]))


COLUMNS = (
    "Area",
    "Code",
    "Crime type",
    "From",
    "To",
    "Count",
    "Year before",
    "Difference",
    "Percent",
    "Percent from",
    "Percent to",
    "Verdict",
    "Not compared because",
    "Population",
    "Per 1,000 people",
    "Source",
    "Release",
)


def cells_of(line: Line) -> list[str | int | float]:
    """A line for spreadsheets, in the order of COLUMNS: plain numbers, empty where there is none to give."""
    release = line.counts.holding.release
    exact = line.percent and line.interval
    texts = charts.harmless(line.name), charts.harmless(line.crime_type.name)
    return [
        texts[0],
        line.code,
        texts[1],
        f"{line.now[0]:%Y-%m}",
        f"{line.now[1]:%Y-%m}",
        line.count,
        "not held" if line.earlier is None else line.earlier,
        line.count - line.earlier if line.compared and line.earlier is not None else "",
        round(line.change.percent or 0.0, 1) if line.percent else "",
        round(line.change.low or 0.0, 1) if exact else "",
        round(line.change.high or 0.0, 1) if exact else "",
        line.verdict.words,
        "; ".join(one.title for one in line.across),
        line.population[0] if line.population else "",
        "" if line.rate is None else round(line.rate, 2),
        "Illustrative: not real" if release.illustrative else release.source.name,
        release.key,
    ]
