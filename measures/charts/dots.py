"""One figure for each of a few places, with its interval: how the own area stands beside others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from measures.charts.drawing import (
    COLOURS,
    FAINT,
    GREY,
    INK,
    WIDE,
    WIDTH,
    diamond,
    figures,
    label_block,
    markup_free,
    num,
    text,
    tick_words,
    ticks,
    width_of,
    wrapped,
)
from measures.charts.spec import Column, Drawing, Interactive, Value

OWN, LARGER = COLOURS[0][0], COLOURS[2][0]
NAMES = 9.5 * WIDE
TOP = 12
SYMBOLS = {"own": "diamond", "whole": "square", "other": "circle"}


@dataclass(frozen=True, slots=True)
class Dot:
    """A place and its figure, between `lower` and `upper` where an interval is known.

    `own` is the partnership's area, `whole` an area that it is part of (command unit, force, England and
    Wales), `other` any other. `behind` is what the figure was worked out of, one for each of
    `Dots.behind`.
    """

    name: str
    value: Value
    lower: float | None = None
    upper: float | None = None
    kind: Literal["own", "whole", "other"] = "other"
    behind: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Dots:
    """A row for each dot, in the order given. Figures may be negative, for instance changes.

    `measure` heads the column of figures, `interval` says what the interval is, for instance "95% interval".
    `behind` heads the columns of what each figure was worked out of; they are in the table alone.
    """

    measure: str
    dots: tuple[Dot, ...]
    interval: str = "95% interval"
    behind: tuple[str, ...] = ()

    def columns(self) -> tuple[Column, ...]:
        columns = [
            Column("Area", tuple(dot.name for dot in self.dots)),
            Column(self.measure, tuple(dot.value for dot in self.dots)),
        ]
        if self._has_intervals():
            columns += [
                Column(f"{self.interval}, from", tuple(_or_blank(dot.lower) for dot in self.dots)),
                Column(f"{self.interval}, to", tuple(_or_blank(dot.upper) for dot in self.dots)),
            ]
        columns += [
            Column(name, tuple(dot.behind[at] for dot in self.dots)) for at, name in enumerate(self.behind)
        ]
        return tuple(columns)

    def _has_intervals(self) -> bool:
        return any(dot.lower is not None for dot in self.dots)

    def draw(self, unit: str, prefix: str) -> Drawing:
        marks = ticks([number for dot in self.dots for number in (dot.value, dot.lower, dot.upper)])
        blocks = [wrapped(dot.name, NAMES) for dot in self.dots]
        left = 22 + max((width_of(line) for lines in blocks for line in lines), default=0)
        said = figures(dot.value for dot in self.dots)
        right = WIDTH - 22 - max(map(width_of, said), default=0)
        per_unit = (right - left) / (marks[-1] - marks[0])

        def x(value: float) -> float:
            return left + per_unit * (value - marks[0])

        rows, y = [], TOP
        for dot, lines, words in zip(self.dots, blocks, said, strict=True):
            height = max(44, 24 * len(lines) + 16)
            middle = y + height / 2
            rows.append(_words(dot, lines, words, left - 18, middle) + _drawn(dot, x, middle))
            y += height
        grid = "".join(f"M{num(x(mark))} {TOP}V{y}" for mark in marks)
        numbers = "".join(
            f'<text x="{num(x(mark))}" y="{y + 24}">{tick_words(mark)}</text>' for mark in marks
        )
        own = "".join(
            f"M{num(x(dot.value))} {TOP}V{y}"
            for dot in self.dots
            if dot.kind == "own" and dot.value is not None
        )
        # The unit stands under the figures, at the right, where the letters have room on any screen.
        content = (
            f'<path stroke="{FAINT}" d="{grid}"/>'
            f'<path stroke="{GREY}" d="M{num(x(0))} {TOP}V{y}"/>'
            f'<path class="chart-mean" stroke="{OWN}" stroke-dasharray="2 3" d="{own}"/>'
            f'<g class="chart-label chart-figures" fill="{GREY}" text-anchor="middle">{numbers}</g>'
            f'<text class="chart-label" fill="{GREY}" text-anchor="end" x="{WIDTH - 4}" y="{y + 52}">'
            f"{text(unit)}</text>{''.join(rows)}"
        )
        return Drawing(WIDTH, y + 62, content)

    def interact(self) -> Interactive:
        traces = [
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "showlegend": False,
                "x": [dot.value for dot in shown],
                "y": [markup_free(dot.name) for dot in shown],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [_reach(dot.upper, dot.value) for dot in shown],
                    "arrayminus": [_reach(dot.value, dot.lower) for dot in shown],
                    "thickness": 2,
                },
                "marker": {"symbol": SYMBOLS[kind], "size": 13, "color": _colour(kind)},
            }
            for kind, name in (("own", "This area"), ("whole", "Larger areas"), ("other", "Other areas"))
            if (shown := [dot for dot in self.dots if dot.kind == kind])
        ]
        layout = {
            "height": 120 + 42 * len(self.dots),
            "hovermode": "closest",
            "xaxis": {"rangemode": "tozero", "tickformat": ",~r", "nticks": 4},
            "yaxis": {
                "type": "category",
                "autorange": "reversed",
                "categoryorder": "array",
                "categoryarray": [markup_free(dot.name) for dot in self.dots],
            },
        }
        return Interactive(traces, layout)


def _words(dot: Dot, lines: Sequence[str], words: str, right: float, y: float) -> str:
    """The name, ending at `right`, and the figure at the edge of the drawing."""
    name = label_block(lines, right, y, OWN if dot.kind == "own" else INK, "end")
    said = label_block([words], WIDTH - 4, y, INK, "end")
    weight = ' font-weight="bold"' if dot.kind == "own" else ""
    return f'<g class="chart-label"{weight}>{name}{said}</g>'


def _drawn(dot: Dot, x: Callable[[float], float], y: float) -> str:
    """The interval with its ends, and the dot."""
    if dot.value is None:
        return ""
    colour = _colour(dot.kind)
    interval = ""
    if dot.lower is not None and dot.upper is not None:
        low, high = f"{x(dot.lower):.1f}", f"{x(dot.upper):.1f}"
        interval = (
            f'<path class="chart-interval" stroke="{colour}" stroke-width="2"'
            f' d="M{low} {num(y)}H{high}M{low} {num(y - 6)}v12M{high} {num(y - 6)}v12"/>'
        )
    return f"{interval}{_mark(dot.kind, x(dot.value), y, colour)}"


def _mark(kind: str, x: float, y: float, colour: str) -> str:
    """Diamond for the own area, square for a whole, a hollow circle for others."""
    if kind == "own":
        return f'<path class="chart-point" fill="{colour}" d="{diamond(x, y, 10)}"/>'
    if kind == "whole":
        return (
            f'<rect class="chart-point" fill="{colour}" x="{x - 7:.1f}" y="{num(y - 7)}"'
            f' width="14" height="14"/>'
        )
    return (
        f'<circle class="chart-point" fill="#fff" stroke="{colour}" stroke-width="3"'
        f' cx="{x:.1f}" cy="{num(y)}" r="6"/>'
    )


def _colour(kind: str) -> str:
    return {"own": OWN, "whole": LARGER}.get(kind, GREY)


def _or_blank(number: float | None) -> float | str:
    return "" if number is None else number


def _reach(high: Value, low: Value) -> float:
    return high - low if high is not None and low is not None else 0
