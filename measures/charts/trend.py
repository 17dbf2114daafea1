"""Lines over months: with limits, signals, a target, a baseline, breaks and a projection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import sub
from typing import Any

from crime_data.months import add_months, months_between, period_label
from measures.charts import months as axis
from measures.charts.drawing import (
    BAND,
    FAINT,
    GREY,
    INK,
    LINE_HEIGHT,
    SIGNAL,
    WIDE,
    WIDTH,
    apart,
    colours_of,
    diamond,
    figure,
    label_block,
    markup_free,
    num,
    text,
    tick_words,
    ticks,
    width_of,
    wrapped,
)
from measures.charts.spec import Cell, Column, Drawing, Interactive, Series, Value

HEIGHT, TOP, BOTTOM = 364, 52, 322
LABEL_WIDTH = 6.6 * WIDE

# Every step of a line from one month to the next, in units, written out once: turning numbers into text was
# most of the time of a chart.
_STEPS = tuple(f" {step}" if step >= 0 else str(step) for step in (*range(HEIGHT), *range(-HEIGHT, 0)))


@dataclass(frozen=True, slots=True)
class Segment:
    """Process limits, and the mean between them, over the months from `first` to `last`, both included."""

    first: date
    last: date
    lower: float
    centre: float
    upper: float


@dataclass(frozen=True, slots=True)
class Projection:
    """What the first series may come to in the months after its last: (lowest, middle, highest) of each."""

    values: tuple[tuple[float, float, float], ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("a projection needs at least one month")


@dataclass(frozen=True, slots=True)
class Trend:
    """`months` are consecutive firsts of months; each series has a value for each of them.

    `baseline` is a level that a target is counted from. `breaks` are the months from which figures are not
    comparable with those before, and why: lines and limits stop there. `limits` and `signal_points` (month,
    and the rule that it broke) belong to the first series.

    Raises `ValueError` when there are no months, a month is missing, a series has another length or there are
    more than four.
    """

    months: tuple[date, ...]
    series: tuple[Series, ...]
    target: float | None = None
    baseline: float | None = None
    breaks: tuple[tuple[date, str], ...] = ()
    limits: tuple[Segment, ...] = ()
    signal_points: tuple[tuple[date, str], ...] = ()
    projection: Projection | None = None

    def __post_init__(self) -> None:
        axis.check(self.months, [(series.name, len(series.values)) for series in self.series])
        colours_of([series.kind for series in self.series])

    def columns(self) -> tuple[Column, ...]:
        ahead = self.ahead()
        later: tuple[Cell, ...] = ("",) * len(ahead)
        count = len(self.months) + len(ahead)
        columns = [Column("Month", (*self.months, *ahead))]
        columns += [Column(series.name, (*series.values, *later)) for series in self.series]
        if self.target is not None:
            columns.append(Column("Target", (self.target,) * count))
        if self.baseline is not None:
            columns.append(Column("Baseline", (self.baseline,) * count))
        if self.limits:
            columns += [Column(name, (*cells, *later)) for name, cells in self._limit_cells()]
        if self.signal_points:
            columns.append(Column("Signal", (*self._words_by_month(self.signal_points), *later)))
        if self.projection:
            columns += self._projected(self.projection)
        if self.breaks:
            columns.append(Column("Note", (*self._words_by_month(self.breaks), *later)))
        return tuple(columns)

    def ahead(self) -> tuple[date, ...]:
        """The months of the projection."""
        count = len(self.projection.values) if self.projection else 0
        return tuple(add_months(self.months[-1], n + 1) for n in range(count))

    def _limit_cells(self) -> Iterable[tuple[str, tuple[Cell, ...]]]:
        found = [next((s for s in self.limits if s.first <= m <= s.last), None) for m in self.months]
        yield "Lower limit", tuple("" if s is None else s.lower for s in found)
        yield "Mean", tuple("" if s is None else s.centre for s in found)
        yield "Upper limit", tuple("" if s is None else s.upper for s in found)

    def _words_by_month(self, said: Iterable[tuple[date, str]]) -> tuple[Cell, ...]:
        words = dict(said)
        return tuple(words.get(month, "") for month in self.months)

    def _projected(self, projection: Projection) -> list[Column]:
        before: tuple[Cell, ...] = ("",) * len(self.months)
        names = ("Projected, lowest", "Projected", "Projected, highest")
        by_name = zip(names, zip(*projection.values, strict=True), strict=True)
        return [Column(name, (*before, *cells)) for name, cells in by_name]

    def positions(self, said: Iterable[tuple[date, str]]) -> dict[int, str]:
        """Place on the axis, and words, of those that fall on the chart."""
        places = ((months_between(self.months[0], month), words) for month, words in said)
        return {place: words for place, words in places if 0 <= place < len(self.months)}

    def draw(self, unit: str, prefix: str) -> Drawing:
        return Drawing(WIDTH, HEIGHT, _Picture(self, unit).content())

    def interact(self) -> Interactive:
        return _interactive(self)


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


class _Picture:
    """Where months and values lie on the drawing, in its units, and the pieces that are drawn there."""

    def __init__(self, trend: Trend, unit: str) -> None:
        self.trend, self.unit = trend, unit
        self.ticks = ticks(_shown(trend))
        self.breaks = trend.positions(trend.breaks) if trend.breaks else {}
        self.colours = colours_of([series.kind for series in trend.series])
        self.labels = self._labels()
        count = len(trend.months) + (len(trend.projection.values) if trend.projection else 0)
        # Room for the figures, and for half of the first month's name.
        self.left = round(max(46, 14 + max(width_of(tick_words(tick)) for tick in self.ticks)))
        names = max((width_of(line) for _, lines, _ in self.labels for line in lines), default=0)
        self.step = round((WIDTH - 14 - names - self.left) / max(1, count - 1), 2)
        self.right = round(self.left + self.step * max(1, count - 1))
        self.per_unit = (BOTTOM - TOP) / (self.ticks[-1] - self.ticks[0])
        self.zero = round(BOTTOM + self.per_unit * self.ticks[0])

    def x(self, place: float) -> float:
        return self.left + self.step * place

    def y(self, value: float) -> int:
        return round(self.zero - self.per_unit * value)

    def content(self) -> str:
        trend = self.trend
        return "".join(
            (
                self._limits() if trend.limits else "",
                self._grid(),
                self._breaks() if self.breaks else "",
                self._levels(),
                self._projection(trend.projection) if trend.projection else "",
                self._lines(),
                self._signals() if trend.signal_points else "",
                self._end_labels(),
            )
        )

    def _limits(self) -> str:
        """A band for each segment, its edges dashed and its mean dotted; it stops half-way to the next."""
        bands, edges, means = [], [], []
        last = len(self.trend.months) - 1
        for segment in self.trend.limits:
            start = months_between(self.trend.months[0], segment.first)
            end = months_between(self.trend.months[0], segment.last)
            if end < 0 or start > last:
                continue
            x = round(self.x(max(0, start - 0.5)))
            right = round(self.x(min(last, end + 0.5)))
            upper, mean, lower = self.y(segment.upper), self.y(segment.centre), self.y(segment.lower)
            bands.append(f"M{x} {upper}H{right}V{lower}H{x}z")
            edges.append(f"M{x} {upper}H{right}M{x} {lower}H{right}")
            means.append(f"M{x} {mean}H{right}")
        return (
            f'<path class="chart-band" fill="{BAND}" d="{"".join(bands)}"/>'
            f'<path class="chart-limit" stroke="{GREY}" stroke-dasharray="6 4" d="{"".join(edges)}"/>'
            f'<path class="chart-mean" stroke="{GREY}" stroke-dasharray="1 3" d="{"".join(means)}"/>'
        )

    def _grid(self) -> str:
        """Horizontal lines, the figures beside them, the base line and, above them, the unit."""
        left, right = self.left, self.right
        at = [(tick_words(tick), self.y(tick)) for tick in self.ticks]
        lines = "".join([f"M{left} {y}H{right}" for _, y in at if y != self.zero])
        figures = "".join([f'<text x="{left - 8}" y="{y + 5}">{words}</text>' for words, y in at])
        named = [(round(self.x(place)), words) for place, words in axis.named(self.trend.months)]
        marks = "".join([f"M{x} {BOTTOM}v6" for x, _ in named])
        months = "".join([f'<text x="{x}" y="{BOTTOM + 26}">{words}</text>' for x, words in named])
        return (
            f'<path stroke="{FAINT}" d="{lines}"/>'
            f'<path stroke="{GREY}" d="M{left} {self.zero}H{right}{marks}"/>'
            f'<g class="chart-label" fill="{GREY}"><text x="4" y="18">{text(self.unit)}</text>'
            f'<g class="chart-figures" text-anchor="end">{figures}</g>'
            f'<g text-anchor="middle">{months}</g></g>'
        )

    def _breaks(self) -> str:
        """A vertical line half-way between the last month before and the first month after."""
        lines: list[str] = []
        words: list[str] = []
        row = 0
        for place, why in self.breaks.items():
            x = round(self.x(max(0, place - 0.5)))
            lines.append(f"M{x} {TOP - 24}V{BOTTOM}")
            # The words go to the wider side, in as many lines as they need there.
            wide = x < (self.left + self.right) / 2
            anchor, offset, room = ("start", 6, WIDTH - x) if wide else ("end", -6, x)
            said = wrapped(why, room - 10)
            spans = " ".join(
                f'<tspan x="{x + offset}" y="{TOP - 8 + LINE_HEIGHT * (row + at)}">{text(line)}</tspan>'
                for at, line in enumerate(said)
            )
            words.append(f'<text text-anchor="{anchor}">{spans}</text>')
            row += len(said)
        return (
            f'<path class="chart-break" stroke="{INK}" stroke-dasharray="2 3" d="{"".join(lines)}"/>'
            f'<g class="chart-label" fill="{INK}" stroke="#fff" stroke-width="4" paint-order="stroke">'
            f"{''.join(words)}</g>"
        )

    def _levels(self) -> str:
        """Target and baseline: lines from side to side."""
        trend = self.trend
        across = f"H{self.right}"
        drawn = ""
        if trend.baseline is not None:
            drawn += (
                f'<path class="chart-baseline" stroke="{GREY}" stroke-dasharray="10 3 2 3"'
                f' d="M{self.left} {self.y(trend.baseline)}{across}"/>'
            )
        if trend.target is not None:
            drawn += (
                f'<path class="chart-target" stroke="{INK}" stroke-width="2" stroke-dasharray="14 5"'
                f' d="M{self.left} {self.y(trend.target)}{across}"/>'
            )
        return drawn

    def _projection(self, projection: Projection) -> str:
        """A cone from the last published month on, its middle dotted."""
        series = self.trend.series[0]
        last = len(series.values) - 1
        known = series.values[last]
        places = [
            (self.x(last + 1 + n), low, mid, high) for n, (low, mid, high) in enumerate(projection.values)
        ]
        if known is not None:
            places.insert(0, (self.x(last), known, known, known))
        upper = [f"{num(x)} {self.y(high)}" for x, _, _, high in places]
        lower = [f"{num(x)} {self.y(low)}" for x, low, _, _ in reversed(places)]
        middle = " ".join(f"{num(x)} {self.y(mid)}" for x, _, mid, _ in places)
        colour = self.colours[0][0]
        return (
            f'<path class="chart-cone" fill="{BAND}" stroke="{GREY}" stroke-dasharray="1 3"'
            f' d="M{" ".join(upper + lower)}z"/>'
            f'<path class="chart-projection" stroke="{colour}" stroke-width="2" stroke-dasharray="2 4"'
            f' d="M{middle}"/>'
        )

    def _lines(self) -> str:
        """One path for each series, the year before first so that it lies underneath."""
        order = sorted(range(len(self.colours)), key=lambda i: self.trend.series[i].kind == "line")
        lines, dots = [], []
        for i in order:
            series, (colour, _, dashes) = self.trend.series[i], self.colours[i]
            found = runs(series.values, self.breaks)
            path = "".join([self._stretch(start, run) for start, run in found if len(run) > 1])
            extra = f' stroke-dasharray="{dashes}"' if dashes else ""
            if series.kind == "previous":
                extra += ' stroke-width="2"'
            if path:
                lines.append(f'<path stroke="{colour}"{extra} d="{path}"/>')
            alone = [(start, run[0]) for start, run in found if len(run) == 1]
            if found and len(found[-1][1]) > 1:
                alone.append((found[-1][0] + len(found[-1][1]) - 1, found[-1][1][-1]))
            circles = "".join(
                [f'<circle cx="{self.x(at):.4g}" cy="{self.y(value)}" r="4"/>' for at, value in alone]
            )
            if circles:
                dots.append(f'<g fill="{colour}">{circles}</g>')
        return (
            f'<g class="chart-line" stroke-width="3" stroke-linejoin="round">{"".join(lines)}</g>'
            f'<g class="chart-point">{"".join(dots)}</g>'
        )

    def _stretch(self, start: int, run: Sequence[float]) -> str:
        """Relative steps: to the right always the same, so that a page packs well."""
        zero, per_unit = self.zero + 0.5, self.per_unit
        if self.ticks[0] < 0:
            heights = [round(zero - 0.5 - per_unit * value) for value in run]
        else:
            heights = [int(zero - per_unit * value) for value in run]  # rounds what is above 0
        steps = f" {self.step:g}".join(map(_STEPS.__getitem__, map(sub, heights[1:], heights)))
        return f"M{self.x(start):.4g} {heights[0]}l{self.step:g}{steps}"

    def _signals(self) -> str:
        """A diamond over each month that breaks a rule."""
        values = self.trend.series[0].values
        found = [(place, values[place]) for place in sorted(self.trend.positions(self.trend.signal_points))]
        shapes = "".join(
            diamond(self.x(place), self.y(value), 7) for place, value in found if value is not None
        )
        if not shapes:
            return ""
        return f'<path class="chart-signal" fill="{SIGNAL}" stroke="#fff" stroke-width="1.5" d="{shapes}"/>'

    def _labels(self) -> list[tuple[float, tuple[str, ...], str]]:
        """(value they stand beside, lines, colour) of everything named at the right-hand end."""
        trend = self.trend
        said: list[tuple[float, str, str]] = []
        for series, (_, colour, _) in zip(trend.series, self.colours, strict=True):
            published = next((value for value in reversed(series.values) if value is not None), None)
            name = series.name
            if trend.projection and series is trend.series[0]:
                published, name = trend.projection.values[-1][1], f"{name}, projected"
            if published is not None:
                said.append((published, name, colour))
        if trend.target is not None:
            said.append((trend.target, f"Target {figure(trend.target)}", INK))
        if trend.baseline is not None:
            said.append((trend.baseline, f"Baseline {figure(trend.baseline)}", GREY))
        if trend.limits:
            said.append((trend.limits[-1].centre, "Usual range", GREY))
        return [(value, wrapped(words, LABEL_WIDTH), colour) for value, words, colour in said]

    def _end_labels(self) -> str:
        """Names beside the ends of the lines, in their order, moved apart where they would overlap."""
        labels = sorted((self.y(value), lines, colour) for value, lines, colour in self.labels)
        heights = [LINE_HEIGHT * len(lines) for _, lines, _ in labels]
        middles = apart([y for y, _, _ in labels], heights, HEIGHT)
        blocks = [
            label_block(lines, self.right + 9, middle, colour)
            for middle, (_, lines, colour) in zip(middles, labels, strict=True)
        ]
        return f'<g class="chart-label">{"".join(blocks)}</g>'


def _shown(trend: Trend) -> Iterable[Value]:
    """The lowest and the highest of everything that is drawn, and some between."""
    for series in trend.series:
        known = [v for v in series.values if v is not None] if None in series.values else series.values
        if known:
            yield min(known)  # type: ignore[type-var]
            yield max(known)  # type: ignore[type-var]
    yield trend.target
    yield trend.baseline
    for segment in trend.limits:
        yield segment.lower
        yield segment.upper
    for triple in trend.projection.values if trend.projection else ():
        yield from triple


def runs(values: Sequence[Value], breaks: Iterable[int]) -> list[tuple[int, Sequence[float]]]:
    """The published months as unbroken stretches: where each starts, and its values."""
    if None not in values and not breaks:
        return [(0, values)]  # type: ignore[list-item]
    found: list[tuple[int, list[float]]] = []
    open_run = False
    for place, value in enumerate(values):
        if value is None or place in breaks:
            open_run = False
        if value is not None:
            if not open_run:
                found.append((place, []))
                open_run = True
            found[-1][1].append(value)
    return found  # type: ignore[return-value]


# --- plotly.js -------------------------------------------------------------------------------


def _interactive(trend: Trend) -> Interactive:
    traces = []
    breaks = trend.positions(trend.breaks)
    colours = colours_of([series.kind for series in trend.series])
    for series, (colour, _, dashes) in zip(trend.series, colours, strict=True):
        x, y = _with_gaps(trend.months, series.values, breaks)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": markup_free(series.name),
                "x": x,
                "y": y,
                "connectgaps": False,
                "line": {"color": colour, "width": 3, "dash": _plotly_dash(dashes)},
                "marker": {"size": 6},
            }
        )
    if trend.signal_points:
        traces.append(_signal_trace(trend))
    if trend.projection:
        traces += _projection_traces(trend.ahead(), trend.projection)
    return Interactive(traces, _layout(trend))


def _with_gaps(
    months: Sequence[date], values: Sequence[Value], breaks: Iterable[int]
) -> tuple[list[str], list[Value]]:
    """ISO months and values; a None before a break, where the line must not cross."""
    x: list[str] = []
    y: list[Value] = []
    for place, (month, value) in enumerate(zip(months, values, strict=True)):
        if place in breaks:
            x.append(month.isoformat())
            y.append(None)
        x.append(month.isoformat())
        y.append(value)
    return x, y


def _plotly_dash(dashes: str) -> str:
    return ",".join(f"{length}px" for length in dashes.split()) or "solid"


def _signal_trace(trend: Trend) -> dict[str, Any]:
    places = trend.positions(trend.signal_points)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Signal",
        "x": [trend.months[place].isoformat() for place in places],
        "y": [trend.series[0].values[place] for place in places],
        "text": [markup_free(words) for words in places.values()],
        "hovertemplate": "%{text}<extra>Signal</extra>",
        "marker": {"symbol": "diamond", "size": 13, "color": SIGNAL, "line": {"color": "#fff", "width": 1.5}},
    }


def _projection_traces(ahead: Sequence[date], projection: Projection) -> list[dict[str, Any]]:
    low, middle, high = (list(values) for values in zip(*projection.values, strict=True))
    shared = {"type": "scatter", "x": [month.isoformat() for month in ahead], "mode": "lines"}
    edge = {"color": GREY, "width": 1, "dash": "dot"}
    return [
        {**shared, "name": "Projected, lowest", "y": low, "line": edge, "showlegend": False},
        {
            **shared,
            "name": "Projected, highest",
            "y": high,
            "line": edge,
            "showlegend": False,
            "fill": "tonexty",
            "fillcolor": "rgba(18,67,109,0.12)",
        },
        {**shared, "name": "Projected", "y": middle, "line": {"color": "#12436d", "width": 2, "dash": "dot"}},
    ]


def _layout(trend: Trend) -> dict[str, Any]:
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for segment in trend.limits:
        across = {"x0": segment.first.isoformat(), "x1": segment.last.isoformat()}
        shapes.append(
            {
                "type": "rect",
                "name": "Usual range",
                **across,
                "y0": segment.lower,
                "y1": segment.upper,
                "fillcolor": BAND,
                "line": {"color": GREY, "width": 1, "dash": "dash"},
                "layer": "below",
            }
        )
        if segment is trend.limits[-1]:
            words = {"text": "Usual range", "textposition": "top right", "font": {"color": GREY}}
            shapes[-1]["label"] = words
        shapes.append(_level("Mean", across, segment.centre, GREY, "dot", 1))
    for name, value, colour, dash in (
        ("Baseline", trend.baseline, GREY, "dot"),
        ("Target", trend.target, INK, "longdash"),
    ):
        if value is not None:
            shapes.append(_level(name, {"xref": "paper", "x0": 0, "x1": 1}, value, colour, dash, 2))
            notes.append(
                {
                    "text": f"{name} {figure(value)}",
                    "xref": "paper",
                    "x": 1,
                    "xanchor": "right",
                    "y": value,
                    "yanchor": "bottom",
                    "showarrow": False,
                    "font": {"color": colour},
                }
            )
    for place, why in trend.positions(trend.breaks).items():
        month = trend.months[place].isoformat()
        shapes.append(
            {
                "type": "line",
                "name": markup_free(why),
                "x0": month,
                "x1": month,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": INK, "width": 1, "dash": "dot"},
            }
        )
        notes.append(
            {"text": markup_free(why), "x": month, "yref": "paper", "y": 1, "showarrow": False,
             "xanchor": "left" if place < len(trend.months) / 2 else "right"}
        )  # fmt: skip
    return {
        "hovermode": "x unified",
        "shapes": shapes,
        "annotations": notes,
        "xaxis": {"type": "date", "tickformat": "%b %Y", "hoverformat": "%B %Y", "nticks": 4},
        "yaxis": {
            "rangemode": "tozero",
            "tickformat": ",~r",
            "zeroline": True,
        },
    }


def _level(
    name: str, across: dict[str, Any], value: float, colour: str, dash: str, width: int
) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        **across,
        "y0": value,
        "y1": value,
        "line": {"color": colour, "width": width, "dash": dash},
    }
