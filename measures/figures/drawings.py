"""The charts of lines: months of one, changes and rates of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crime_data.breaks import that_apply
from crime_data.months import add_months, months_between, period_label
from measures import charts, judgement, statistics
from measures.charts import ChartSpec
from measures.figures.lines import Line
from measures.queries.drawings import Chart, limits_of, signals_of
from measures.queries.usual import SHOWN
from measures.statistics import Process


@dataclass(frozen=True, slots=True)
class Months:
    """What a trend shows: `process` is its usual range, None where there is none; `breaks` are the first
    months that are counted another way, and why."""

    months: tuple[date, ...]
    values: tuple[int | None, ...]
    process: Process | None = None
    breaks: tuple[tuple[date, str], ...] = ()


def months_of(line: Line) -> Months:
    """Three years to the last month asked for, more where more is asked for."""
    length = months_between(*line.now) + 13
    months, values = line.months(max(SHOWN, length))
    if len(values) < 2 or all(value is None for value in values):
        return Months(months, values)
    reasons = {}
    for one in that_apply(line.source_key, line.key, months[0], months[-1], line.code):
        if one.forbids == "across" and one.on:
            start = one.on.replace(day=1)
            month = start if one.on.day == 1 else add_months(start, 1)
            if months[0] < month <= months[-1]:
                reasons[month] = one.title
    if line.rare or statistics.too_rare(values):
        # Most months have none: limits of months would call every single one unusual.
        return Months(months, values, None, tuple(sorted(reasons.items())))
    rebases = [
        statistics.Rebase(months_between(months[0], month), title) for month, title in sorted(reasons.items())
    ]
    return Months(months, values, statistics.process(values, rebases), tuple(sorted(reasons.items())))


def trend(line: Line, source: str, illustrative: bool) -> Chart | None:
    """The months up to the last one asked for, with the usual range."""
    shown = months_of(line)
    if len(shown.values) < 2 or all(value is None for value in shown.values):
        return None
    months = shown.months
    body = charts.Trend(
        months=months,
        series=(charts.Series(line.crime_type.name, shown.values),),
        breaks=shown.breaks,
        limits=limits_of(shown.process, months),
        signal_points=signals_of(shown.process, months),
    )
    subtitle = f"{line.crime_type.name}, {line.name}, by month, {period_label(months[0], months[-1])}"
    return _chart(line, line.headline, subtitle, body, source, illustrative)


def years(line: Line, source: str, illustrative: bool) -> Chart | None:
    """Twelve months beside the twelve before; none across a break."""
    months, values = line.months(24)
    if len(values) < 24 or line.across:
        return None
    axis, series = charts.year_on_year(months, values)
    subtitle = f"{line.crime_type.name}, {line.name}, by month, {period_label(axis[0], axis[-1])}"
    title = f"{line.crime_type.name} in {line.where}, month by month beside the year before"
    return _chart(line, title, subtitle, charts.Trend(axis, series), source, illustrative)


def changes(
    lines: Sequence[Line],
    *,
    title: str,
    subtitle: str,
    source: str,
    illustrative: bool,
    notes: Sequence[str] = (),
) -> Chart | None:
    """The change of each in per cent, with its interval, where a percentage may be given."""
    dots = tuple(
        charts.Dot(line.name, round(line.change.percent or 0.0, 1), *_limits(line), kind=line.kind)
        for line in lines
        if line.percent
    )
    if len(dots) < 2:
        return None
    body = charts.Dots("Change (%)", dots)
    summary = " ".join(f"{line.name}: {line.percent} ({line.interval})." for line in lines if line.percent)
    unit = "Change from the year before, per cent"
    spec = ChartSpec(title, subtitle, unit, body, source=source, summary=summary, notes=tuple(notes))
    return Chart(spec, illustrative)


def rates(
    lines: Sequence[Line], *, title: str, subtitle: str, source: str, illustrative: bool
) -> Chart | None:
    dots = []
    for line in lines:
        if line.rate is None or line.rate_limits is None:
            continue
        low, high = line.rate_limits
        dots.append(charts.Dot(line.name, round(line.rate, 2), round(low, 2), round(high, 2), kind=line.kind))
    if len(dots) < 2:
        return None
    summary = judgement.beside_sentence([(dot.name, dot.value or 0.0) for dot in dots], label=lines[0].period)
    body = charts.Dots("Per 1,000 people", tuple(dots))
    spec = ChartSpec(title, subtitle, "Per 1,000 people", body, source=source, summary=summary)
    return Chart(spec, illustrative)


def rows_of(chart: Chart) -> list[list[str | int | float]]:
    """The figures of one chart for spreadsheets."""
    return charts.csv_rows(chart.spec)


def sparkline(line: Line) -> str:
    """An inline drawing for a row of a table; empty where the months are too few or longer than a month."""
    months, values = line.months(SHOWN)
    if sum(value is not None for value in values) < 12 or line.across:
        return ""
    low, high = (judgement.value_words(end(v for v in values if v is not None)) for end in (min, max))
    summary = f"{period_label(months[0], months[-1])}: from {low} to {high} a month"
    spec = ChartSpec("", "", line.crime_type.noun, charts.Sparkline(months, "", values), summary=summary)
    return Chart(spec, False).svg


def _limits(line: Line) -> tuple[float | None, float | None]:
    low, high = line.change.low, line.change.high
    if low is None or high is None or high == float("inf"):
        return None, None
    return round(low, 1), round(high, 1)


def _chart(
    line: Line, title: str, subtitle: str, body: charts.Body, source: str, illustrative: bool
) -> Chart:
    unit = f"{line.crime_type.noun[:1].upper()}{line.crime_type.noun[1:]} a month"
    spec = ChartSpec(title, subtitle, unit, body, source=source, summary=line.sentence, notes=line.caveats)
    return Chart(spec, illustrative)
