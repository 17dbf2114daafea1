"""Wards in shades of one colour, beside a ranked table: the shades are its figures in classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zlib import crc32

import numpy as np

from crime_data.shapes import Bounds, bounds_of, svg_path, unpack_rings
from measures.charts.drawing import GREY, INK, WIDTH, figure, label_block, markup_free, num, text, width_of
from measures.charts.spec import Cell, Column, Drawing, Interactive, Value

WITHHELD = "withheld"
SHADES = ("#e3ebf3", "#abc2d8", "#6f98bc", "#33669a", "#0b2b47")
NUMBERED = 5  # wards that carry their rank on the map
LEAST_HEIGHT, MOST_HEIGHT = 260, 560
ROW = 32


@dataclass(frozen=True, slots=True)
class Ward:
    """An area of the map. `shape` is packed by `crime_data.shapes.pack_rings`.

    `withheld` stands for a figure that must not be shown; the ward then carries none, so that no form of the
    chart can give it away. None alone means that it was not published.
    """

    name: str
    value: Value
    shape: bytes
    withheld: bool = False

    def __post_init__(self) -> None:
        if self.withheld and self.value is not None:
            raise ValueError(f"{self.name}: a withheld figure must not be on the chart")


@dataclass(frozen=True, slots=True)
class WardMap:
    """Up to five classes of about as many wards each. `measure` heads the column of figures.

    Raises `ValueError` without wards, and for a ward that is withheld and has a figure.
    """

    measure: str
    wards: tuple[Ward, ...]

    def __post_init__(self) -> None:
        if not self.wards:
            raise ValueError("a map needs wards")

    def ranked(self) -> list[tuple[int | Literal[""], Ward]]:
        """Highest first, equals sharing a rank; then those that are withheld, then those not published."""
        known = sorted(
            (ward for ward in self.wards if ward.value is not None),
            key=lambda ward: (-(ward.value or 0), ward.name),
        )
        figures = [ward.value for ward in known]
        rest = sorted(
            (ward for ward in self.wards if ward.value is None),
            key=lambda ward: (not ward.withheld, ward.name),
        )
        ranks = [(figures.index(ward.value) + 1, ward) for ward in known]
        return [*ranks, *(("", ward) for ward in rest)]

    def columns(self) -> tuple[Column, ...]:
        ranked = self.ranked()
        return (
            Column("Ward", tuple(ward.name for _, ward in ranked)),
            Column("Rank", tuple(rank for rank, _ in ranked)),
            Column(self.measure, tuple(_shown(ward) for _, ward in ranked)),
        )

    def classes(self) -> list[tuple[float, float]]:
        """Lowest and highest figure of each class, lowest class first; equal figures are never parted."""
        figures = sorted(ward.value for ward in self.wards if ward.value is not None)
        found: list[tuple[float, float]] = []
        start = 0
        for left in range(len(SHADES), 0, -1):
            if start >= len(figures):
                break
            end = start + max(1, round((len(figures) - start) / left))
            while end < len(figures) and figures[end] == figures[end - 1]:
                end += 1
            found.append((figures[start], figures[end - 1]))
            start = end
        return found

    def draw(self, unit: str, prefix: str) -> Drawing:
        shapes = [unpack_rings(ward.shape) for ward in self.wards]
        bounds = bounds_of(shapes)
        height = _height(bounds)
        paths = [svg_path(rings, bounds=bounds, width=WIDTH - 8, height=height - 8) for rings in shapes]
        hatch = f"{prefix or f'map-{crc32(repr((paths, self.columns())).encode()):08x}'}-hatch"
        classes = self.classes()
        drawn = "".join(
            f'<path class="chart-area" fill="{_fill(ward, classes, hatch)}" d="{path}"><title>'
            f"{text(ward.name)}: {text(figure(_shown(ward)))}</title></path>"
            for ward, path in zip(self.wards, paths, strict=True)
        )
        key, bottom = self._key(classes, hatch, height + 20, unit)
        content = (
            f'<defs><pattern id="{hatch}" width="8" height="8" patternUnits="userSpaceOnUse"'
            f' patternTransform="rotate(45)"><path fill="#fff" d="M0 0h8v8h-8z"/>'
            f'<path stroke="{GREY}" stroke-width="3" d="M0 0v8"/></pattern></defs>'
            f'<g transform="translate(4 4)" stroke="{GREY}" stroke-linejoin="round" fill-rule="evenodd">'
            f"{drawn}</g>"
            f"{self._numbers(shapes, bounds, height)}{key}"
        )
        return Drawing(WIDTH, bottom, content)

    def _numbers(self, shapes: Sequence[Sequence[np.ndarray]], bounds: Bounds, height: int) -> str:
        """The ranks of the highest wards, each in the middle of its ward."""
        ranks = {ward.name: rank for rank, ward in self.ranked()[:NUMBERED] if rank}
        words = []
        for ward, rings in zip(self.wards, shapes, strict=True):
            if ward.name in ranks:
                dot = [_middle(rings)]
                at = svg_path([np.array(dot)], bounds=bounds, width=WIDTH - 8, height=height - 8)
                x, y = (float(part) for part in _two_numbers(at))
                words.append(f'<text x="{num(x + 4)}" y="{num(y + 9)}">{ranks[ward.name]}</text>')
        return (
            f'<g class="chart-label" fill="{INK}" stroke="#fff" stroke-width="4" paint-order="stroke"'
            f' font-weight="bold" text-anchor="middle">{"".join(words)}</g>'
        )

    def _key(
        self, classes: Sequence[tuple[float, float]], hatch: str, top: int, unit: str
    ) -> tuple[str, int]:
        """A swatch and its words for each class, for withheld and for what was not published."""
        entries = [
            (shade, figure(low) if low == high else f"{figure(low)} to {figure(high)}")
            for shade, (low, high) in zip(_shades(len(classes)), classes, strict=True)
        ]
        if any(ward.withheld for ward in self.wards):
            entries.append((f"url(#{hatch})", WITHHELD))
        if any(ward.value is None and not ward.withheld for ward in self.wards):
            entries.append(("#fff", figure(None)))
        said = [label_block([unit], 4, top, GREY)]
        boxes = []
        x, y = 4.0, top + ROW
        for fill, words in entries:
            wide = 34 + width_of(words) + 18
            if x > 4 and x + wide > WIDTH + 18:
                x, y = 4, y + ROW
            boxes.append(
                f'<rect class="chart-key" fill="{fill}" stroke="{GREY}" x="{num(x)}" y="{y - 11}"'
                f' width="26" height="22"/>'
            )
            said.append(label_block([words], x + 34, y, INK))
            x += wide
        return f'{"".join(boxes)}<g class="chart-label">{"".join(said)}</g>', y + 20

    def interact(self) -> Interactive:
        classes = self.classes()
        traces = [_outline(ward, classes) for ward in self.wards]
        hidden = {"visible": False, "fixedrange": True}
        bounds = bounds_of([unpack_rings(ward.shape) for ward in self.wards])
        stretch = float(1 / np.cos(np.radians((bounds.south + bounds.north) / 2)))
        return Interactive(
            traces,
            {
                "height": 520,
                "showlegend": False,
                "hovermode": "closest",
                "xaxis": dict(hidden),
                "yaxis": {**hidden, "scaleanchor": "x", "scaleratio": stretch},
            },
        )


def _outline(ward: Ward, classes: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """A ward as a filled line; plotly.js needs a gap between its parts."""
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in unpack_rings(ward.shape):
        if x:
            x.append(None)
            y.append(None)
        x += [round(float(number), 5) for number in ring[:, 0]]
        y += [round(float(number), 5) for number in ring[:, 1]]
    words = f"{ward.name}: {figure(_shown(ward))}"
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "hoveron": "fills",
        "name": markup_free(ward.name),
        "text": markup_free(words),
        "hoverinfo": "text",
        "meta": _shown(ward),
        "x": x,
        "y": y,
        "fillcolor": _fill(ward, classes, ""),
        "line": {"color": GREY, "width": 1},
    }
    if ward.withheld:
        trace["fillcolor"] = "#fff"
        trace["fillpattern"] = {"shape": "/", "fgcolor": GREY, "bgcolor": "#fff"}
    return trace


def _shown(ward: Ward) -> Cell:
    return WITHHELD if ward.withheld else ward.value


def _shades(count: int) -> list[str]:
    """As far apart as so many classes allow."""
    if count == 1:
        return [SHADES[2]]
    return [SHADES[round(i * (len(SHADES) - 1) / (count - 1))] for i in range(count)]


def _fill(ward: Ward, classes: Sequence[tuple[float, float]], hatch: str) -> str:
    if ward.withheld:
        return f"url(#{hatch})"
    if ward.value is None:
        return "#fff"
    place = next(i for i, (_, high) in enumerate(classes) if ward.value <= high)
    return _shades(len(classes))[place]


def _height(bounds: Bounds) -> int:
    """Of the box that the shapes fill from side to side, within reason."""
    across = (bounds.east - bounds.west) * float(np.cos(np.radians((bounds.south + bounds.north) / 2)))
    return round(
        min(MOST_HEIGHT, max(LEAST_HEIGHT, WIDTH * (bounds.north - bounds.south) / max(across, 1e-9)))
    )


def _middle(rings: Sequence[np.ndarray]) -> tuple[float, float]:
    """Centre of gravity of the largest ring."""

    def twice(ring: np.ndarray) -> np.ndarray:
        return ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]

    centred = [(ring - ring[0], ring[0]) for ring in rings]
    ring, origin = max(centred, key=lambda pair: abs(float(twice(pair[0]).sum())))
    weights = twice(ring)
    if not weights.sum():
        return float(origin[0]), float(origin[1])
    middle = ((ring[:-1] + ring[1:]) * weights[:, None]).sum(axis=0) / (3 * weights.sum()) + origin
    return float(middle[0]), float(middle[1])


def _two_numbers(path: str) -> list[str]:
    """The point of a path that is one point."""
    inside = path.removeprefix("M").removesuffix("z")
    return inside.split() if " " in inside else [inside[: inside.rindex("-")], inside[inside.rindex("-") :]]
