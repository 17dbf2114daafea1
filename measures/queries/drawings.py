"""The charts of a reading, made when they are asked for: a page that shows none pays for none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import mark_safe

from crime_data.months import MONTH_NAMES, add_months, label, month_range, period_label
from measures import charts, statistics
from measures.charts import ChartSpec
from measures.judgement import percentage_allowed
from measures.queries.said import Said
from measures.queries.usual import RULES, SHOWN
from measures.statistics import Change, Process


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as `components/figure.html` shows it: picture, words and table from one spec. `said` is what it
    says beyond the sentence of its measure."""

    spec: ChartSpec
    illustrative: bool
    said: str = ""

    @property
    def headline(self) -> str:
        return self.spec.title

    @property
    def subtitle(self) -> str:
        return self.spec.subtitle

    @property
    def summary(self) -> str:
        return self.spec.summary

    @property
    def source(self) -> str:
        return self.spec.source

    @property
    def notes(self) -> tuple[str, ...]:
        return self.spec.notes

    @property
    def svg(self) -> str:
        # charts.svg escapes every word it is given; nothing else in the portal is marked safe.
        return mark_safe(charts.svg(self.spec))  # noqa: S308

    @property
    def table(self) -> charts.Table:
        return charts.table(self.spec)

    @property
    def plotly(self) -> dict[str, Any]:
        return charts.plotly(self.spec)

    @property
    def drawing(self) -> str:
        """The picture as a file of its own, which says all of it: title, notes and source."""
        return charts.svg(self.spec, alone=True)

    @property
    def png(self) -> bytes:
        return charts.png(self.spec)


def main(reading: Said) -> Chart | None:
    """The one chart that a board or a list shows of a measure."""
    found = reading.worked
    if reading.change is None and not found.values:
        return None
    if found.parts:
        return _multiples(reading)
    if found.step == 1 and len(found.values) >= 2:
        return trend(reading)
    if len(found.values) >= 2:
        return _bars(reading)
    return None


def all_of(reading: Said) -> list[tuple[str, Chart]]:
    """(key for its address, chart) of everything that can be drawn of a measure, the main one first."""
    found = [("main", main(reading)), ("years", year_on_year(reading)), ("rolling", rolling(reading))]
    found.append(("areas", areas(reading)))
    return [(key, chart) for key, chart in found if chart]


def trend(reading: Said) -> Chart:
    """The last three years by month, with the usual range and the months that break its rules."""
    found = reading.worked
    periods, values = found.periods[-SHOWN:], found.values[-SHOWN:]
    breaks = reading.breaks_shown(periods)
    process = reading.process
    body = charts.Trend(
        months=periods,
        series=(charts.Series(reading.name, values),),
        breaks=breaks,
        limits=limits_of(process, periods),
        signal_points=signals_of(process, periods),
    )
    subtitle = f"{reading.name}, {reading.place}, by month, {period_label(periods[0], periods[-1])}"
    return _chart(reading, reading.headline, subtitle, f"{reading.unit_words} a month", body, reading.signal)


def limits_of(process: Process | None, periods: Sequence[date]) -> tuple[charts.Segment, ...]:
    """The usual range of each stretch of these months."""
    return tuple(
        charts.Segment(
            periods[one.start],
            periods[one.stop - 1],
            *(round(limit, 1) for limit in (one.limits.lower, one.limits.mean, one.limits.upper)),
        )
        for one in (process.stretches if process else ())
        if one.limits
    )


def signals_of(process: Process | None, periods: Sequence[date]) -> tuple[tuple[date, str], ...]:
    """The months that break a rule, each with the first rule that it breaks."""
    found: dict[date, str] = {}
    for signal in process.findings if process else ():
        for at in range(signal.first, signal.last + 1):
            found.setdefault(periods[at], RULES[signal.rule])
    return tuple(sorted(found.items()))


def year_on_year(reading: Said) -> Chart | None:
    found = reading.worked
    if found.step != 1 or len(found.values) < 24 or found.across:
        return None
    months, series = charts.year_on_year(found.periods[-24:], found.values[-24:])
    subtitle = f"{reading.name}, {reading.place}, and the same months a year before"
    return _chart(
        reading, reading.headline, subtitle, f"{reading.unit_words} a month", charts.Trend(months, series)
    )


def rolling(reading: Said) -> Chart | None:
    """Twelve months to each month: the line that a yearly target is held against."""
    found = reading.worked
    if found.step != 1 or len(found.values) < 18 or not reading.adds_up or found.across:
        return None
    sums = statistics.rolling_sum(found.values)  # type: ignore[arg-type]  # counts, as they add up
    periods, values = found.periods[11:][-SHOWN:], sums[11:][-SHOWN:]
    if len(periods) < 2 or all(value is None for value in values):
        return None
    target = reading.targets[0] if reading.targets else None
    body = charts.Trend(
        months=periods,
        series=(charts.Series("Twelve months to each month", tuple(values)),),
        target=target.bound if target else None,
        baseline=target.baseline if target else None,
    )
    subtitle = f"{reading.name}, {reading.place}, twelve months to each month"
    summary = f"{target.words}: {target.verdict.in_sentence}." if target else reading.sentence
    return _chart(
        reading, reading.headline, subtitle, f"{reading.unit_words} in twelve months", body, summary
    )


def areas(reading: Said) -> Chart | None:
    """The change here, in the command unit and in the force, each with its interval."""
    if reading.change is None or not reading.comparisons or reading.worked.across:
        return None
    rows = [(reading.place, reading.change, "own")]
    rows += [(one.area, one.change, "whole") for one in reading.comparisons]
    dots = tuple(
        charts.Dot(name, _percent(change), *_limits(change), kind=kind, behind=_behind(change))  # type: ignore[arg-type]
        for name, change, kind in rows
        if change.percent is not None and percentage_allowed(change)
    )
    if len(dots) < 2 or dots[0].name != reading.place:
        return None
    unit = "Change from the year before, per cent"
    title = f"{reading.name}: the change in {reading.place} beside wider areas"
    return _chart(
        reading,
        title,
        f"{reading.period}, compared with {reading.period_before}",
        unit,
        charts.Dots("Change (%)", dots, behind=BEHIND),
        reading.comparators_sentence,
    )


BEHIND = ("Year before", "Now", "Dispersion factor")


def _behind(change: Change) -> tuple[float | None, ...]:
    """Both counts and how much more the months scatter than unconnected offences would."""
    now, before = change.counts or (change.now, change.before)
    return before, now, round(change.dispersion, 2)


def _percent(change: Change) -> float:
    return round(change.percent or 0.0, 1)


def _limits(change: Change) -> tuple[float | None, float | None]:
    if change.low is None or change.high is None or change.high == float("inf"):
        return None, None
    return round(change.low, 1), round(change.high, 1)


def _multiples(reading: Said) -> Chart | None:
    """The parts of a composite side by side, each on its own scale: they are never added up in a chart."""
    parts = reading.worked.parts
    first = max((found.periods[0] for _, found in parts if found.periods), default=None)
    last = min((found.periods[-1] for _, found in parts if found.periods), default=None)
    if first is None or last is None or first >= last:
        return None
    months = month_range(max(first, add_months(last, 1 - SHOWN)), last)
    panels = tuple(
        charts.Panel(part.name, _between(found.periods, found.values, months), part.words)
        for part, (_, found) in zip(reading.parts, parts, strict=True)
        if found.periods
    )
    subtitle = f"Parts of {reading.name[:1].lower()}{reading.name[1:]}, {reading.place}, by month"
    body = charts.Multiples(months, panels, shared=False)
    return _chart(reading, reading.headline, subtitle, "Offences a month", body)


def _between(
    periods: Sequence[date], values: Sequence[float | None], months: Sequence[date]
) -> tuple[float | None, ...]:
    known = dict(zip(periods, values, strict=True))
    return tuple(known.get(month) for month in months)


def _bars(reading: Said) -> Chart:
    """A row for each quarter or year, the newest last."""
    found = reading.worked
    periods, values = found.periods[-12:], found.values[-12:]
    names = tuple(_period(start, found.step) for start in periods)
    subtitle = f"{reading.name}, {reading.place}, {names[0]} to {names[-1]}"
    if any(value is not None and value < 0 for value in values):
        dots = tuple(charts.Dot(name, value, kind="own") for name, value in zip(names, values, strict=True))
        return _chart(
            reading, reading.headline, subtitle, reading.unit_words, charts.Dots(reading.unit_words, dots)
        )
    body = charts.Bars("Period", names, (charts.Series(reading.name, values),))
    return _chart(reading, reading.headline, subtitle, reading.unit_words, body)


def _period(start: date, step: int) -> str:
    if step == 1:
        return label(start)
    last = add_months(start, step - 1)
    if step == 12 and start.month == 1:
        return str(start.year)
    if step == 12 and start.month == 4:
        return f"{start.year} to {last.year}"
    return f"{MONTH_NAMES[start.month - 1][:3]} to {MONTH_NAMES[last.month - 1][:3]} {last.year}"


def _chart(
    reading: Said, title: str, subtitle: str, unit: str, body: charts.Body, summary: str = ""
) -> Chart:
    words = " ".join(dict.fromkeys(filter(None, (reading.sentence, summary))))
    spec = ChartSpec(
        title, subtitle, unit, body, source=reading.source_line, summary=words, notes=reading.caveats
    )
    return Chart(spec, reading.illustrative, "" if summary == reading.sentence else summary)


def sparkline(reading: Said) -> Chart | None:
    """Three years by month in a row of a table."""
    found = reading.worked
    if found.step != 1 or len(found.values) < 12:
        return None
    periods, values = found.periods[-SHOWN:], found.values[-SHOWN:]
    signals = signals_of(reading.process, periods)
    body = charts.Sparkline(periods, reading.name, values, signals)
    spec = ChartSpec(reading.headline, "", reading.unit_words, body, summary=reading.sentence)
    return Chart(spec, reading.illustrative)
