"""Rates of many areas against their size, with the limits that chance alone would keep most of them in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any, Literal

from measures.charts.drawing import (
    BAND,
    COLOURS,
    FAINT,
    GREY,
    INK,
    LINE_HEIGHT,
    SIGNAL,
    WIDE,
    WIDTH,
    apart,
    diamond,
    figure,
    label_block,
    markup_free,
    num,
    text,
    tick_words,
    ticks_around,
    width_of,
)
from measures.charts.spec import Column, Drawing, Interactive

HEIGHT, TOP, BOTTOM = 446, 44, 336
RIGHT = WIDTH - 106  # room for the names of the curves
SIZES = {"own": 10, "similar": 6, "other": 6}
RING = 48  # units: how far from its point a name may stand, with a line between them
OWN = COLOURS[0][0]
TRIANGLE = COLOURS[3][1]
SYMBOLS = {"circle": "circle", "triangle": "triangle-up", "diamond": "diamond"}

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """The limits for one population: 99.8% (`far_lower`, `far_upper`) and, inside them, 95%."""

    population: float
    far_lower: float
    lower: float
    upper: float
    far_upper: float


@dataclass(frozen=True, slots=True)
class Place:
    """An area, its population and its rate. `outside` says which limits it lies beyond, in words; `far` that
    these are the 99.8% limits and not the 95% ones alone."""

    name: str
    population: int
    rate: float
    kind: Literal["own", "similar", "other"] = "other"
    outside: str = ""
    far: bool = False

    @property
    def shape(self) -> Literal["circle", "triangle", "diamond"]:
        """The same in the drawing, its key and the interactive form."""
        return "diamond" if self.far else "triangle" if self.outside else "circle"


@dataclass(frozen=True, slots=True)
class Funnel:
    """`limits` are the curves to draw, in the order of their population; `average` is the line they surround.

    `measure` heads the column of rates, `people` says what the population counts. The own area is
    named, and so is every one beyond the 99.8% limits; those beyond the 95% limits where
    there is room. Raises `ValueError` without areas.
    """

    measure: str
    people: str
    places: tuple[Place, ...]
    average: float
    limits: tuple[FunnelLimits, ...]

    def __post_init__(self) -> None:
        if not self.places or not self.limits:
            raise ValueError("a funnel needs areas and limits")

    def columns(self) -> tuple[Column, ...]:
        return (
            Column("Area", tuple(place.name for place in self.places)),
            Column(self.people, tuple(place.population for place in self.places)),
            Column(self.measure, tuple(place.rate for place in self.places)),
            Column("Against the limits", tuple(place.outside or "inside" for place in self.places)),
        )

    def draw(self, unit: str, prefix: str) -> Drawing:
        return Drawing(WIDTH, HEIGHT, _Picture(self, unit).content())

    def interact(self) -> Interactive:
        return Interactive(
            [*_limit_traces(self), *_place_traces(self)],
            {
                "height": 480,
                "legend": {"orientation": "h", "x": 0, "y": -0.24, "yanchor": "top"},
                "hovermode": "closest",
                "shapes": [
                    {
                        "type": "line",
                        "name": "Average",
                        "xref": "paper",
                        "x0": 0,
                        "x1": 1,
                        "y0": self.average,
                        "y1": self.average,
                        "line": {"color": INK, "width": 1},
                    }
                ],
                "xaxis": {"title": {"text": markup_free(self.people)}, "tickformat": ",~r"},
                "yaxis": {"tickformat": ",~r"},
            },
        )


class _Picture:
    def __init__(self, funnel: Funnel, unit: str) -> None:
        self.funnel, self.unit = funnel, unit
        places, limits = funnel.places, funnel.limits
        people = [limits[0].population, limits[-1].population, *(place.population for place in places)]
        margin = (max(people) - min(people)) / 25 or 1
        self.least, self.most = max(0, min(people) - margin), max(people) + margin
        self.xs = [tick for tick in ticks_around(people, steps=4) if self.least <= tick <= self.most]
        # The limits of the smallest populations are left out where they would press everything else flat.
        rates = [place.rate for place in places]
        near = min(limits, key=lambda at: abs(at.population - min(place.population for place in places)))
        shown = [*rates, funnel.average, near.far_lower, near.far_upper]
        margin = (max(shown) - min(shown)) / 16 or 1
        low = min(shown) - margin
        self.ys = ticks_around([max(low, 0.0) if min(shown) > 0 else low, max(shown) + margin])
        self.left = round(14 + max(width_of(tick_words(tick)) for tick in self.ys))
        self.right = RIGHT
        self.per_x = (self.right - self.left) / ((self.most - self.least) or 1)
        self.per_y = (BOTTOM - TOP) / (self.ys[-1] - self.ys[0])

    def x(self, population: float) -> float:
        return self.left + self.per_x * (population - self.least)

    def y(self, rate: float) -> float:
        return BOTTOM - self.per_y * (rate - self.ys[0])

    def content(self) -> str:
        return "".join((self._limits(), self._axes(), self._points(), self._names(), self._key()))

    def _limits(self) -> str:
        inner = self._curve("lower"), self._curve("upper")
        outer = self._curve("far_lower"), self._curve("far_upper")
        band = "M" + "L".join((*inner[1], *reversed(inner[0]))) + "z" if all(inner) else ""
        return (
            f'<path class="chart-band" fill="{BAND}" d="{band}"/>'
            f'<path class="chart-limit" stroke="{GREY}" stroke-dasharray="6 4"'
            f' d="{"".join("M" + " ".join(curve) for curve in inner if curve)}"/>'
            f'<path class="chart-limit" stroke="{GREY}" stroke-width="1.5"'
            f' d="{"".join("M" + " ".join(curve) for curve in outer if curve)}"/>'
            f'<path class="chart-mean" stroke="{INK}" d="M{self.left} {num(self.y(self.funnel.average))}'
            f'H{num(self.x(self.funnel.limits[-1].population))}"/>'
        )

    def _curve(self, name: str) -> list[str]:
        """The curve as coordinates, cut off where it leaves the axes."""
        points = [(at.population, float(getattr(at, name))) for at in self.funnel.limits]
        kept = _inside(points, self.ys[0], self.ys[-1])
        return [f"{num(self.x(population))} {num(self.y(rate))}" for population, rate in kept]

    def _axes(self) -> str:
        ys = [(tick_words(tick), self.y(tick)) for tick in self.ys]
        xs = [(tick_words(tick), self.x(tick)) for tick in self.xs]
        grid = "".join(f"M{self.left} {num(y)}H{self.right}" for _, y in ys[1:])
        rates = "".join(f'<text x="{self.left - 8}" y="{num(y + 5)}">{words}</text>' for words, y in ys)
        people = "".join(f'<text x="{num(x)}" y="{BOTTOM + 26}">{words}</text>' for words, x in xs)
        marks = "".join(f"M{num(x)} {BOTTOM}v6" for _, x in xs)
        return (
            f'<path stroke="{FAINT}" d="{grid}"/>'
            f'<path stroke="{GREY}" d="M{self.left} {BOTTOM}H{self.right}{marks}"/>'
            f'<g class="chart-label" fill="{GREY}"><text x="4" y="18">{text(self.unit)}</text>'
            f'<g class="chart-figures" text-anchor="end">{rates}</g>'
            f'<g class="chart-people" text-anchor="middle">{people}</g>'
            f'<text x="{self.right}" y="{BOTTOM + 54}" text-anchor="end">'
            f"{text(self.funnel.people)}</text></g>"
            f'<g class="chart-label">{self._curve_names()}</g>'
        )

    def _curve_names(self) -> str:
        """Beside the ends of the curves, kept apart."""
        last = self.funnel.limits[-1]
        ends = [
            ("99.8%", last.far_upper, GREY),
            ("95%", last.upper, GREY),
            (f"Mean {figure(self.funnel.average)}", self.funnel.average, INK),
            ("95%", last.lower, GREY),
            ("99.8%", last.far_lower, GREY),
        ]
        shown = [
            (self.y(rate), words, colour)
            for words, rate, colour in sorted(ends, key=lambda end: -end[1])
            if self.ys[0] <= rate <= self.ys[-1]
        ]
        middles = apart([y for y, _, _ in shown], [LINE_HEIGHT] * len(shown), BOTTOM + 12, TOP - 20)
        x = max(self.x(last.population), self.left) + 6
        return "".join(
            label_block([words], x, middle, colour)
            for middle, (_, words, colour) in zip(middles, shown, strict=True)
        )

    def _key(self) -> str:
        """What the shapes stand for, as far as they are there."""
        places = self.funnel.places
        entries = [
            ("Similar", "similar", "circle"),
            ("Inside the limits", "other", "circle"),
            ("Beyond 95%", "other", "triangle"),
            ("Beyond 99.8%", "other", "diamond"),
        ]
        parts, words, x, y = [], [], 12.0, HEIGHT - 20
        for said, kind, shape in entries:
            if any(place.shape == shape and _coloured(place) == kind for place in places):
                parts.append(_point(kind, shape, x, y, "chart-key"))
                words.append(label_block([said], x + 14, y, INK))
                x += 14 + width_of(said) + 20
        return f'{"".join(parts)}<g class="chart-label">{"".join(words)}</g>'

    def _points(self) -> str:
        """Every area; the own one last, so that it lies on top."""
        return "".join(
            _point(place.kind, place.shape, self.x(place.population), self.y(place.rate))
            for place in sorted(self.funnel.places, key=lambda place: place.kind == "own")
        )

    def _names(self) -> str:
        """Names beside their points, over no other name or point: of the own area and all beyond the 99.8%
        limits, then of those beyond the 95% limits that have room."""
        named = sorted(
            (place for place in self.funnel.places if place.outside or place.kind == "own"),
            key=lambda place: (place.kind != "own", not place.far, -abs(place.rate - self.funnel.average)),
        )
        taken = [self._mark(place) for place in self.funnel.places]
        parts, lines = [], []
        for place in named:
            box = self._free_box(place, taken)
            if box is None:
                continue
            taken.append(box)
            weight = ' font-weight="bold"' if place.kind == "own" else ""
            block = label_block([place.name], box[0], (box[1] + box[3]) / 2, INK)
            parts.append(f'<g stroke="#fff" stroke-width="4" paint-order="stroke"{weight}>{block}</g>')
            lines.append(self._leader(place, box))
        drawn = f'<path stroke="{GREY}" d="{"".join(lines)}"/>' if any(lines) else ""
        return f'{drawn}<g class="chart-label">{"".join(parts)}</g>'

    def _mark(self, place: Place) -> Box:
        x, y, size = self.x(place.population), self.y(place.rate), SIZES[place.kind]
        return (x - size, y - size, x + size, y + size)

    def _leader(self, place: Place, box: Box) -> str:
        """A line from a point to a name that does not stand right beside it."""
        x, y = self.x(place.population), self.y(place.rate)
        near_x, near_y = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
        if hypot(near_x - x, near_y - y) <= 20:
            return ""
        return f"M{num(x)} {num(y)}L{num(near_x)} {num(near_y)}"

    def _free_box(self, place: Place, taken: Sequence[Box]) -> Box | None:
        """The nearest place for its name; None where all are taken, and for one beyond the 95% limits where
        the name would not stand beside its point."""
        x, y = self.x(place.population), self.y(place.rate)
        wide, high = width_of(place.name), WIDE + 3
        beside = [(x + 14, y), (x - 14 - wide, y), (x - wide / 2, y - 24), (x - wide / 2, y + 24)]
        beside += [(x + 10, y - 20), (x + 10, y + 20), (x - 10 - wide, y - 20), (x - 10 - wide, y + 20)]
        if place.far or place.kind == "own":
            beside += [
                (left, y + down)
                for reach in range(RING, 4 * RING, RING // 4)
                for left in (x - wide / 2, x + 14, x - 14 - wide, x + reach, x - reach - wide)
                for down in (-reach, reach, 0)
            ]
        for left, middle in beside:
            box = (left, middle - high / 2, left + wide, middle + high / 2)
            inside = box[0] >= self.left and box[2] <= self.right and box[1] >= TOP - 12 and box[3] <= BOTTOM
            if inside and not any(_overlap(box, other) for other in taken):
                return box
        return None


def _coloured(place: Place) -> str:
    """What the key calls it: beyond the limits all areas look alike."""
    return "other" if place.outside else place.kind


def _point(kind: str, shape: str, x: float, y: float, name: str = "chart-point") -> str:
    """A circle, hollow for similar areas, a triangle beyond the 95% limits and a diamond beyond the 99.8%
    ones; larger for the own area."""
    own = kind == "own"
    if shape == "diamond":
        outline = diamond(x, y, 11 if own else 8)
        return f'<path class="{name}" fill="{OWN if own else SIGNAL}" stroke="#fff" d="{outline}"/>'
    if shape == "triangle":
        outline = _triangle(x, y, 10 if own else 7)
        return f'<path class="{name}" fill="{OWN if own else TRIANGLE}" stroke="#fff" d="{outline}"/>'
    look, radius = {
        "own": (f'fill="{OWN}" stroke="#fff"', 9),
        "similar": (f'fill="#fff" stroke="{OWN}" stroke-width="2"', 5),
    }.get(kind, (f'fill="{GREY}"', 5))
    return f'<circle class="{name}" {look} cx="{num(x)}" cy="{num(y)}" r="{radius}"/>'


def _triangle(x: float, y: float, size: int) -> str:
    return f"M{num(x)} {num(y - size)}l{size} {2 * size}h-{2 * size}z"


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(points: Sequence[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """The part of a curve between two heights, with the places where it crosses them."""
    kept: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if low <= y0 <= high:
            kept.append((x0, y0))
        crossings = [edge for edge in (low, high) if min(y0, y1) < edge < max(y0, y1)]
        kept += [(x0 + (x1 - x0) * (edge - y0) / (y1 - y0), edge) for edge in crossings]
    if points and low <= points[-1][1] <= high:
        kept.append(points[-1])
    return kept


def _limit_traces(funnel: Funnel) -> Iterable[dict[str, Any]]:
    for name, field, dash in (
        ("99.8% limit, lower", "far_lower", "solid"),
        ("95% limit, lower", "lower", "dash"),
        ("95% limit, upper", "upper", "dash"),
        ("99.8% limit, upper", "far_upper", "solid"),
    ):
        yield {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "showlegend": False,
            "hoverinfo": "skip",
            "x": [at.population for at in funnel.limits],
            "y": [getattr(at, field) for at in funnel.limits],
            "line": {"color": GREY, "width": 1, "dash": dash},
        }


def _place_traces(funnel: Funnel) -> Iterable[dict[str, Any]]:
    others = [place for place in funnel.places if place.kind != "own"]
    for name, colour, size, shown in (
        ("Inside the limits", GREY, 10, [p for p in others if p.kind == "other" and not p.outside]),
        ("Similar areas", COLOURS[1][0], 11, [p for p in others if p.kind == "similar" and not p.outside]),
        ("Beyond the 95% limits", TRIANGLE, 12, [p for p in others if p.shape == "triangle"]),
        ("Beyond the 99.8% limits", SIGNAL, 12, [p for p in others if p.shape == "diamond"]),
        ("This area", OWN, 17, [p for p in funnel.places if p.kind == "own"]),
    ):
        if shown:
            yield {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [place.population for place in shown],
                "y": [place.rate for place in shown],
                "text": [
                    markup_free(f"{place.name}: {place.outside or 'inside the limits'}") for place in shown
                ],
                "hovertemplate": "%{text}<br>%{y:,.1f}, %{x:,}<extra></extra>",
                "marker": {
                    "color": colour,
                    "size": size,
                    "symbol": [SYMBOLS[place.shape] for place in shown],
                },
            }
