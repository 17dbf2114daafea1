"""One `ChartSpec`, shown as an inline SVG, as a table and as CSV from the same numbers.

The SVG is text put together by hand, so that a page of charts costs no library and no script. It is drawn to
stand alone (print, PDF and Word packs): colours are presentation attributes, which any rule in a style sheet
overrides by class, and there is no style attribute, which the site's content security policy would refuse.

Classes: chart, chart-grid, chart-axis, chart-line, chart-line--previous, chart-point, chart-target,
chart-band, chart-label, chart-break.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from itertools import pairwise
from math import ceil, floor, log10
from textwrap import wrap
from typing import Literal
from zlib import crc32

from crime_data.months import MONTH_NAMES, label, months_between, period_label

Value = int | float | None
"""A figure for one month; None when it was not published."""

NOT_PUBLISHED = "not published"

WIDTH, HEIGHT = 720, 320
TOP, BOTTOM = 36, 284
LINE_HEIGHT = 23  # room for the larger letters of narrow screens
LETTER = 8.8  # a generous mean width of a letter at 15 units: the fallback font of servers is a wide one
LABEL_LETTERS = 18

GREY, INK, FAINT = "#595959", "#0b0c0c", "#d9d9d9"
# Government Analysis Function palette; beside each line colour the shade of it that is dark enough for text.
COLOURS = (("#12436d", "#12436d"), ("#28a197", "#1a6b64"), ("#801650", "#801650"), ("#f46a25", "#a8410c"))
OUTSIDE_COLOUR = "#801650"

# Every coordinate of a line, in tenths of a unit, written out once: turning floats into text was most of the
# time of a chart.
_TENTHS = tuple(f"{tenth / 10:g}" for tenth in range(10 * WIDTH + 1))

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Series:
    """One line: a value for each month of its chart. `previous` is the year before, drawn dashed and grey."""

    name: str
    values: tuple[Value, ...]
    kind: Literal["line", "previous"] = "line"


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A trend chart: everything that its picture, its table and its CSV say.

    `title` states the finding, `subtitle` measure, place and period, `unit` what the y axis counts, `summary`
    the chart in a sentence or two for those who do not see it. `months` are consecutive firsts of months.
    `breaks` are the months from which figures are not comparable with those before; lines stop there.
    `band` is the usual range (lower, upper), for instance of `statistics.process_limits`.

    Raises `ValueError` when there are no months, a month is missing or a series has another length.
    """

    title: str
    subtitle: str
    unit: str
    months: tuple[date, ...]
    series: tuple[Series, ...]
    target: float | None = None
    breaks: tuple[tuple[date, str], ...] = ()
    source: str = ""
    summary: str = ""
    band: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not self.months:
            raise ValueError("a chart needs at least one month")
        if any(months_between(a, b) != 1 for a, b in pairwise(self.months)):
            raise ValueError("the months of a chart follow one another without a gap")
        for series in self.series:
            if len(series.values) != len(self.months):
                raise ValueError(f"{series.name}: {len(series.values)} values, {len(self.months)} months")


@dataclass(frozen=True, slots=True)
class Table:
    """A chart as text: `rows` hold one cell for each of `columns`; the first cell is the row's heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def year_on_year(
    months: Sequence[date], values: Sequence[Value]
) -> tuple[tuple[date, ...], tuple[Series, Series]]:
    """Fold 24 months into the last twelve and two lines over them: these months and the same a year earlier.

    Raises `ValueError` for any other number of months or values.
    """
    if len(months) != 24 or len(values) != 24:
        raise ValueError("two years are 24 months and 24 values")
    before = Series(period_label(months[0], months[11]), tuple(values[:12]), "previous")
    now = Series(period_label(months[12], months[23]), tuple(values[12:]))
    return tuple(months[12:]), (now, before)


def table(spec: ChartSpec) -> Table:
    """The chart's numbers for reading: months in words, thousands separated, "not published" for gaps."""
    first = tuple(label(month) for month in spec.months)
    columns = [tuple(_figure(value) for value in values) for values in _columns(spec)]
    notes = [_notes(spec)] if spec.breaks else []
    caption = f"{spec.title}: {spec.subtitle} ({spec.unit})"
    return Table(caption, _column_names(spec), tuple(zip(first, *columns, *notes, strict=True)))


def csv_rows(spec: ChartSpec) -> list[list[str | int | float]]:
    """The chart's numbers for spreadsheets: a row of headings, then one row a month.

    Months are ISO dates and figures plain numbers; gaps say "not published". A heading or note that a
    spreadsheet would run as a formula gets an apostrophe in front.
    """
    rows: list[list[str | int | float]] = [[harmless(name) for name in _column_names(spec)]]
    columns = list(_columns(spec))
    notes = _notes(spec)
    for position, month in enumerate(spec.months):
        row: list[str | int | float] = [month.isoformat()]
        for values in columns:
            value = values[position]
            row.append(NOT_PUBLISHED if value is None else value)
        if spec.breaks:
            row.append(harmless(notes[position]))
        rows.append(row)
    return rows


def svg(spec: ChartSpec, prefix: str = "") -> str:
    """The chart as an `<svg>` element, 720 by 320 units, text escaped.

    `prefix` begins the ids of its title and description and must differ between the charts of one page; by
    default it is derived from everything that the chart shows. Raises `ValueError` for negative figures.
    """
    ticks = _ticks(spec)
    scale = _Scale(spec, ticks)
    drawing = "".join(
        (
            _band(spec, scale),
            _grid(spec, ticks, scale),
            _month_labels(spec, scale),
            _breaks(spec, scale),
            _target(spec, scale),
            *_lines(spec, scale),
            *_end_labels(spec, scale),
        )
    )
    title, summary = _text(spec.title), _text(spec.summary or spec.subtitle)
    # A checksum rather than hash(): the same in every process, so that pages can be cached and compared.
    prefix = escape(prefix) or f"chart-{crc32((title + summary + drawing).encode()):08x}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' aria-labelledby="{prefix}-title {prefix}-desc" fill="none" font-family="Arial, sans-serif"'
        f' font-size="15"><title id="{prefix}-title">{title}</title>'
        f'<desc id="{prefix}-desc">{summary}</desc>{drawing}</svg>'
    )


class _Scale:
    """Where months and values lie on the drawing, in its units."""

    def __init__(self, spec: ChartSpec, ticks: Sequence[float]) -> None:
        names = [line for words, _, _ in _labels(spec) for line in _wrapped(words)]
        # Room for the figures, and for half of the first month's name.
        self.left = max(42, 14 + LETTER * max(len(_tick(tick)) for tick in ticks))
        self.right = WIDTH - 20 - LETTER * max((len(name) for name in names), default=2)
        self.step = (self.right - self.left) / max(1, len(spec.months) - 1)
        self.per_unit = (BOTTOM - TOP) / ticks[-1]

    def x(self, position: float) -> float:
        return self.left + self.step * position

    def y(self, value: float) -> float:
        return BOTTOM - self.per_unit * value


def _band(spec: ChartSpec, scale: _Scale) -> str:
    if spec.band is None:
        return ""
    top, bottom = scale.y(spec.band[1]), scale.y(spec.band[0])
    return (
        f'<rect class="chart-band" fill="#e8eef4" x="{scale.left:.4g}" y="{top:.4g}"'
        f' width="{scale.right - scale.left:.4g}" height="{bottom - top:.4g}"/>'
    )


def _grid(spec: ChartSpec, ticks: Sequence[float], scale: _Scale) -> str:
    """Horizontal lines, the figures beside them, the base line and, above them, the unit."""
    left, right = f"{scale.left:.4g}", f"{scale.right:.4g}"
    lines = "".join(f"M{left} {scale.y(tick):.4g}H{right}" for tick in ticks[1:])
    figures = "".join(
        f'<text x="{scale.left - 8:.4g}" y="{scale.y(tick) + 5:.4g}">{_tick(tick)}</text>' for tick in ticks
    )
    return (
        f'<path class="chart-grid" stroke="{FAINT}" d="{lines}"/>'
        f'<path class="chart-axis" stroke="{GREY}" d="M{left} {BOTTOM}H{right}{_month_ticks(spec, scale)}"/>'
        f'<g class="chart-label" fill="{GREY}" text-anchor="end">{figures}</g>'
        f'<text class="chart-label" fill="{GREY}" x="4" y="16">{_text(spec.unit)}</text>'
    )


def _labelled_months(spec: ChartSpec) -> list[int]:
    """Positions of the few months named below the axis: each quarter, half year or January."""
    count = len(spec.months)
    if count <= 15:
        return list(range(0, count, 3))
    if count <= 36:
        return [i for i, month in enumerate(spec.months) if month.month in (1, 7)]
    januaries = [i for i, month in enumerate(spec.months) if month.month == 1]
    return januaries[:: ceil(len(januaries) / 8)]


def _month_ticks(spec: ChartSpec, scale: _Scale) -> str:
    return "".join(f"M{scale.x(position):.4g} {BOTTOM}v6" for position in _labelled_months(spec))


def _month_labels(spec: ChartSpec, scale: _Scale) -> str:
    words = []
    for position in _labelled_months(spec):
        month = spec.months[position]
        name = f"{MONTH_NAMES[month.month - 1][:3]} {month.year}"
        words.append(f'<text x="{scale.x(position):.4g}" y="{BOTTOM + 23}">{name}</text>')
    return f'<g class="chart-label" fill="{GREY}" text-anchor="middle">{"".join(words)}</g>'


def _break_positions(spec: ChartSpec) -> dict[int, str]:
    """Position of the first month after each break, and what broke; breaks off the chart are left out."""
    places = ((months_between(spec.months[0], month), words) for month, words in spec.breaks)
    return {position: words for position, words in places if 0 <= position < len(spec.months)}


def _breaks(spec: ChartSpec, scale: _Scale) -> str:
    """A vertical line half-way between the last month before and the first month after."""
    parts = []
    for row, (position, words) in enumerate(_break_positions(spec).items()):
        x = scale.x(max(0, position - 0.5))
        # The words go to the wider side.
        anchor, offset = ("start", 6) if x < (scale.left + scale.right) / 2 else ("end", -6)
        parts.append(
            f'<path class="chart-break" stroke="{GREY}" stroke-dasharray="2 3"'
            f' d="M{x:.4g} {TOP - 12}V{BOTTOM}"/>'
            f'<text class="chart-label" fill="{INK}" text-anchor="{anchor}"'
            f' x="{x + offset:.4g}" y="{TOP - 4 + LINE_HEIGHT * row}">{_text(words)}</text>'
        )
    return "".join(parts)


def _target(spec: ChartSpec, scale: _Scale) -> str:
    if spec.target is None:
        return ""
    return (
        f'<path class="chart-target" stroke="{INK}" stroke-width="1.5" stroke-dasharray="8 4"'
        f' d="M{scale.left:.4g} {scale.y(spec.target):.4g}H{scale.right:.4g}"/>'
    )


def _lines(spec: ChartSpec, scale: _Scale) -> Iterable[str]:
    """One path for each series, the year before first so that it lies underneath."""
    left, step = 10 * scale.left + 0.5, 10 * scale.step
    xs = [_TENTHS[int(left + step * position)] for position in range(len(spec.months))]
    breaks = _break_positions(spec)
    for series, (colour, _) in sorted(_with_colours(spec), key=lambda pair: pair[0].kind == "line"):
        previous = series.kind == "previous"
        extra = ' stroke-dasharray="5 4" stroke-width="2"' if previous else ' stroke-width="3"'
        name = "chart-line chart-line--previous" if previous else "chart-line"
        runs = _runs(series.values, breaks)
        path = "".join(_stretch(xs, scale, run) for run in runs if len(run) > 1)
        if path:
            yield f'<path class="{name}" stroke="{colour}"{extra} stroke-linejoin="round" d="{path}"/>'
        yield _marks(spec, scale, series, runs, colour)


def _stretch(xs: Sequence[str], scale: _Scale, run: Sequence[tuple[int, float]]) -> str:
    base, per_unit = 10 * BOTTOM + 0.5, 10 * scale.per_unit
    return "M" + " ".join([f"{xs[i]} {_TENTHS[int(base - per_unit * value)]}" for i, value in run])


def _runs(values: Sequence[Value], breaks: Collection[int]) -> list[list[tuple[int, float]]]:
    """The published months as unbroken stretches of (position, value)."""
    if None not in values and not breaks:
        return [list(enumerate(values))]  # type: ignore[arg-type]
    runs: list[list[tuple[int, float]]] = [[]]
    for position, value in enumerate(values):
        if runs[-1] and (value is None or position in breaks):
            runs.append([])
        if value is not None:
            runs[-1].append((position, value))
    return runs if runs[-1] else runs[:-1]


def _marks(
    spec: ChartSpec, scale: _Scale, series: Series, runs: Sequence[Sequence[tuple[int, float]]], colour: str
) -> str:
    """A dot for the last month and for months that stand alone, a diamond outside the usual range."""
    dots = {run[0] for run in runs if len(run) == 1}
    if runs:
        dots.add(runs[-1][-1])
    outside = set()
    if spec.band is not None and series.kind == "line":
        lower, upper = spec.band
        outside = {point for run in runs for point in run if not lower <= point[1] <= upper}
    circles = "".join(
        f'<circle class="chart-point" fill="{colour}" cx="{scale.x(i):.4g}" cy="{scale.y(value):.4g}" r="4"/>'
        for i, value in sorted(dots - outside)
    )
    diamonds = "".join(
        f"M{scale.x(i):.4g} {scale.y(value) - 7:.4g}l7 7-7 7-7-7z" for i, value in sorted(outside)
    )
    if not diamonds:
        return circles
    return f'{circles}<path class="chart-point" fill="{OUTSIDE_COLOUR}" stroke="#fff" d="{diamonds}"/>'


def _with_colours(spec: ChartSpec) -> list[tuple[Series, tuple[str, str]]]:
    """Each series with its colours for line and text; the year before is grey, outside the palette."""
    pairs = []
    used = 0
    for series in spec.series:
        if series.kind == "previous":
            pairs.append((series, (GREY, GREY)))
        else:
            pairs.append((series, COLOURS[used % len(COLOURS)]))
            used += 1
    return pairs


def _labels(spec: ChartSpec) -> list[tuple[str, float, str]]:
    """(words, value they stand beside, colour) of everything named at the right-hand end."""
    labels = []
    for series, (_, colour) in _with_colours(spec):
        published = [value for value in series.values if value is not None]
        if published:
            labels.append((series.name, published[-1], colour))
    if spec.target is not None:
        labels.append((f"Target {_figure(spec.target)}", spec.target, INK))
    if spec.band is not None:
        labels.append(("Usual range", sum(spec.band) / 2, GREY))
    return labels


def _end_labels(spec: ChartSpec, scale: _Scale) -> Iterable[str]:
    """Names beside the ends of the lines, in their order, moved apart where they would overlap."""
    labels = sorted((scale.y(value), _wrapped(words), colour) for words, value, colour in _labels(spec))
    middles = _apart([y for y, _, _ in labels], [LINE_HEIGHT * len(lines) for _, lines, _ in labels])
    x = f"{scale.right + 10:.4g}"
    for middle, (_, lines, colour) in zip(middles, labels, strict=True):
        first = middle - LINE_HEIGHT * (len(lines) - 1) / 2 + 5
        words = " ".join(
            f'<tspan x="{x}" y="{first + LINE_HEIGHT * i:.4g}">{_text(line)}</tspan>'
            for i, line in enumerate(lines)
        )
        yield f'<text class="chart-label" fill="{colour}">{words}</text>'


@lru_cache(maxsize=1024)  # names repeat from chart to chart, and wrapping costs as much as a line
def _wrapped(words: str) -> tuple[str, ...]:
    return tuple(wrap(words, LABEL_LETTERS))


def _apart(middles: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Move blocks of these heights (sorted downwards) so that none overlaps another or leaves the chart."""
    tops = []
    free = 0.0
    for middle, height in zip(middles, heights, strict=True):
        tops.append(max(free, middle - height / 2))
        free = tops[-1] + height
    free = HEIGHT
    for position in range(len(tops) - 1, -1, -1):
        tops[position] = min(tops[position], free - heights[position])
        free = tops[position]
    return [top + height / 2 for top, height in zip(tops, heights, strict=True)]


def _ticks(spec: ChartSpec) -> list[float]:
    """0 and three or four round steps up to the highest thing shown; fewer for counts of 3 and less."""
    # Neither None nor 0 can be the highest or the lowest that matters.
    shown = [list(filter(None, values)) for values in (*_columns(spec), spec.band or ())]
    if min((min(values) for values in shown if values), default=0) < 0:
        raise ValueError("the axis of a chart starts at 0: negative figures cannot be drawn")
    highest = max((max(values) for values in shown if values), default=0)
    if not highest:
        return [0, 1]
    power = 10.0 ** floor(log10(highest / 4))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if highest <= 4 * power * factor)
    if step % 1 and all(isinstance(value, int) for series in spec.series for value in series.values if value):
        step = ceil(step)  # no half offences
    return [step * i for i in range(ceil(highest / step) + 1)]


def _columns(spec: ChartSpec) -> Iterable[Sequence[Value]]:
    for series in spec.series:
        yield series.values
    if spec.target is not None:
        yield (spec.target,) * len(spec.months)


def _column_names(spec: ChartSpec) -> tuple[str, ...]:
    names = ["Month", *(series.name for series in spec.series)]
    if spec.target is not None:
        names.append("Target")
    if spec.breaks:
        names.append("Note")
    return tuple(names)


def _notes(spec: ChartSpec) -> tuple[str, ...]:
    notes = _break_positions(spec)
    return tuple(notes.get(position, "") for position in range(len(spec.months)))


def _figure(value: Value) -> str:
    if value is None:
        return NOT_PUBLISHED
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}"


def _tick(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:g}"


def _text(words: str) -> str:
    """Safe inside XML: escaped, and without the characters that no XML file may hold."""
    return escape(_NOT_XML.sub("", words), quote=False)


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
