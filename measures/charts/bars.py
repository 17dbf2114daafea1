"""Bars side by side: the same things in two periods or a few groups."""

from dataclasses import dataclass

from measures.charts.drawing import (
    GREY,
    INK,
    WIDTH,
    colours_of,
    figure,
    label_block,
    markup_free,
    text,
    width_of,
    wrapped,
)
from measures.charts.spec import Column, Drawing, Interactive, Series

BAR, GAP, ROW_GAP, NAME = 22, 3, 16, 26
KEY = 34  # the line above the bars that says which is which


@dataclass(frozen=True, slots=True)
class Bars:
    """A row for each of `names`, in it a bar for each series; `previous` is hollow. Bars start at 0.

    `what` heads the column of names. Raises `ValueError` for a series of another length, more than four, or a
    negative figure: a bar stands for an amount.
    """

    what: str
    names: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        colours_of([series.kind for series in self.series])
        for series in self.series:
            if len(series.values) != len(self.names):
                raise ValueError(f"{series.name}: {len(series.values)} values, {len(self.names)} rows")
            if any(value is not None and value < 0 for value in series.values):
                raise ValueError(f"{series.name}: a bar starts at 0 and cannot be negative")

    def columns(self) -> tuple[Column, ...]:
        return (
            Column(self.what, self.names),
            *(Column(series.name, series.values) for series in self.series),
        )

    def draw(self, unit: str, prefix: str) -> Drawing:
        key, top = self._key(unit)
        values = [value for series in self.series for value in series.values]
        room = max((width_of(figure(value)) for value in values), default=0)
        per_unit = (WIDTH - room - 16) / (max(filter(None, values), default=1))
        parts, y = [key], top
        for row, name in enumerate(self.names):
            lines = wrapped(name, WIDTH - 8)
            parts.append(
                _words("".join(label_block([line], 0, y + 12 + 24 * i, INK) for i, line in enumerate(lines)))
            )
            y += NAME + 24 * (len(lines) - 1)
            for series, (colour, _, _) in zip(self.series, colours_of(self._kinds()), strict=True):
                parts.append(_bar(series, row, y, per_unit, colour))
                y += BAR + GAP
            y += ROW_GAP
        height = y - ROW_GAP + 4
        return Drawing(WIDTH, height, f'{"".join(parts)}<path stroke="{GREY}" d="M.5 {top}V{height}"/>')

    def _kinds(self) -> list[str]:
        return [series.kind for series in self.series]

    def _key(self, unit: str) -> tuple[str, int]:
        """The unit and, for more than one series, a swatch and a name for each; and where the bars begin."""
        said = label_block([unit], 0, 14, GREY)
        if len(self.series) < 2:
            return _words(said), KEY
        x, y = 0.0, KEY + 10
        swatches = []
        for series, (colour, words, _) in zip(self.series, colours_of(self._kinds()), strict=True):
            wide = 26 + width_of(series.name) + 24
            if x and x + wide > WIDTH + 24:
                x, y = 0, y + 28
            swatches.append(_rect(series.kind, x, y - 9, 18, 18, colour))
            said += label_block([series.name], x + 26, y, words)
            x += wide
        return f"{''.join(swatches)}{_words(said)}", y + 26

    def interact(self) -> Interactive:
        traces = [
            {
                "type": "bar",
                "orientation": "h",
                "name": markup_free(series.name),
                "y": [markup_free(name) for name in self.names],
                "x": list(series.values),
                "marker": {
                    "color": "#fff" if series.kind == "previous" else colour,
                    "line": {"color": colour, "width": 2},
                },
            }
            for series, (colour, _, _) in zip(self.series, colours_of(self._kinds()), strict=True)
        ]
        layout = {
            "barmode": "group",
            "height": 120 + len(self.names) * (24 * len(self.series) + 16),
            "hovermode": "y unified",
            "xaxis": {"rangemode": "tozero", "tickformat": ",~r", "nticks": 4},
            "yaxis": {"autorange": "reversed", "type": "category"},
        }
        return Interactive(traces, layout)


def _words(labels: str) -> str:
    return f'<g class="chart-label">{labels}</g>'


def _bar(series: Series, row: int, y: int, per_unit: float, colour: str) -> str:
    """The bar and, beyond its end, its figure."""
    value = series.values[row]
    wide = per_unit * value if value else 0.0
    words = (
        f'<text class="chart-label" fill="{INK}" x="{wide + 8:.1f}" y="{y + 17}">{text(figure(value))}</text>'
    )
    return (_rect(series.kind, 0, y, wide, BAR, colour, "chart-bar") if wide else "") + words


def _rect(
    kind: str, x: float, y: float, width: float, height: float, colour: str, name: str = "chart-key"
) -> str:
    look = f'fill="#fff" stroke="{colour}" stroke-width="2"' if kind == "previous" else f'fill="{colour}"'
    if kind == "previous":  # its outline lies inside the bar's box
        x, y, width, height = x + 1, y + 1, max(width - 2, 0), height - 2
    return f'<rect class="{name}" {look} x="{x:.2f}" y="{y:g}" width="{width:.2f}" height="{height}"/>'
