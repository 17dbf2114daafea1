"""Several small trends, on one scale or each on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from measures.charts import months as axis
from measures.charts.drawing import (
    COLOURS,
    FAINT,
    GREY,
    INK,
    WIDTH,
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
from measures.charts.spec import Column, Drawing, Interactive, Value
from measures.charts.trend import runs

ACROSS, GUTTER = 2, 40
PANEL = (WIDTH - GUTTER) // ACROSS
LINE, PLOT, MONTHS, SPACE = 25, 106, 30, 20


@dataclass(frozen=True, slots=True)
class Panel:
    """One small trend; `note` is a short verdict under its name."""

    name: str
    values: tuple[Value, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Multiples:
    """A panel for each trend over the same months; with `shared` all have one scale, and may be compared.

    Raises `ValueError` when there are no months, a month is missing or a panel has another length.
    """

    months: tuple[date, ...]
    panels: tuple[Panel, ...]
    shared: bool = True

    def __post_init__(self) -> None:
        axis.check(self.months, [(panel.name, len(panel.values)) for panel in self.panels])

    def columns(self) -> tuple[Column, ...]:
        return (Column("Month", self.months), *(Column(panel.name, panel.values) for panel in self.panels))

    def draw(self, unit: str, prefix: str) -> Drawing:
        together = ticks(
            [value for panel in self.panels for value in panel.values] if self.shared else [], steps=4
        )
        said = f"{unit}, all on one scale" if self.shared else f"{unit}, each on its own scale"
        parts = [f'<text class="chart-label" fill="{GREY}" x="0" y="18">{text(said)}</text>']
        y = 36
        for row in range(0, len(self.panels), ACROSS):
            shown = self.panels[row : row + ACROSS]
            heads = [_head(panel) for panel in shown]
            above = LINE * max(len(lines) for lines in heads)
            for place, (panel, lines) in enumerate(zip(shown, heads, strict=True)):
                marks = together if self.shared else ticks(panel.values, steps=4)
                parts.append(self._panel(panel, lines, marks, place * (PANEL + GUTTER), y, above))
            y += above + PLOT + MONTHS + SPACE
        return Drawing(WIDTH, y - SPACE + 4, "".join(parts))

    def _panel(
        self, panel: Panel, lines: Sequence[tuple[str, str]], marks: list[float], x: int, y: int, above: int
    ) -> str:
        words = "".join(
            label_block([line], x, y + 10 + LINE * i, colour) for i, (line, colour) in enumerate(lines)
        )
        top, bottom = y + above + 18, y + above + PLOT
        left = round(x + 8 + max(width_of(tick_words(mark)) for mark in marks))
        last = next((value for value in reversed(panel.values) if value is not None), None)
        right = x + PANEL - 12 - (width_of(figure(last)) if last is not None else 0)
        step = (right - left) / max(1, len(self.months) - 1)
        per_unit = (bottom - top) / (marks[-1] - marks[0])

        def at(place: int, value: float) -> tuple[str, str]:
            return f"{left + step * place:.1f}", f"{bottom - per_unit * (value - marks[0]):.1f}"

        ends = (marks[0], marks[-1])
        grid = "".join(f"M{left} {at(0, mark)[1]}H{num(right)}" for mark in marks[1:])
        figures = "".join(
            f'<text x="{left - 7}" y="{num(float(at(0, mark)[1]) + 5)}">{tick_words(mark)}</text>'
            for mark in ends
        )
        found = runs(panel.values, ())
        path = "".join(
            "M" + " ".join(" ".join(at(start + n, value)) for n, value in enumerate(run))
            for start, run in found
            if len(run) > 1
        )
        alone = [(start, run[0]) for start, run in found if len(run) == 1]
        alone += [(start + len(run) - 1, run[-1]) for start, run in found[-1:] if len(run) > 1]
        dots = "".join('<circle cx="{}" cy="{}" r="4"/>'.format(*at(place, value)) for place, value in alone)
        end = ""
        if last is not None and found:
            place = found[-1][0] + len(found[-1][1]) - 1
            end_x, end_y = at(place, last)
            end = (
                f'<text fill="{INK}" x="{num(float(end_x) + 8)}" y="{num(float(end_y) + 5)}">'
                f"{figure(last)}</text>"
            )
        zero = at(0, 0)[1]
        colour = COLOURS[0][0]
        return (
            f'<g class="chart-panel"><path stroke="{FAINT}" d="{grid}"/>'
            f'<path stroke="{GREY}" d="M{left} {zero}H{num(right)}"/>'
            f'<g class="chart-label" fill="{GREY}">{words}'
            f'<g class="chart-figures" text-anchor="end">{figures}</g>'
            f'<text x="{left}" y="{bottom + 24}">{axis.short(self.months[0])}</text>'
            f'<text text-anchor="end" x="{x + PANEL}" y="{bottom + 24}">{axis.short(self.months[-1])}</text>'
            f"{end}</g>"
            f'<path class="chart-line" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"'
            f' d="{path}"/>'
            f'<g class="chart-point" fill="{colour}">{dots}</g></g>'
        )

    def interact(self) -> Interactive:
        traces = []
        rows = -(-len(self.panels) // ACROSS)
        layout: dict[str, object] = {
            "grid": {"rows": rows, "columns": ACROSS, "pattern": "independent", "ygap": 0.5},
            "height": 104 + 210 * rows,
            "margin": {"l": 10, "r": 10, "t": 104, "b": 10},
            "showlegend": False,
            "hovermode": "x unified",
        }
        notes = []
        for n, panel in enumerate(self.panels):
            end = "" if n == 0 else str(n + 1)
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": markup_free(panel.name),
                    "x": [month.isoformat() for month in self.months],
                    "y": list(panel.values),
                    "connectgaps": False,
                    "xaxis": f"x{end}",
                    "yaxis": f"y{end}",
                    "line": {"color": COLOURS[0][0]},
                    "marker": {"size": 5},
                }
            )
            layout[f"xaxis{end}"] = {"type": "date", "tickformat": "%b %Y", "nticks": 3}
            layout[f"yaxis{end}"] = {"rangemode": "tozero", "nticks": 4, "tickformat": ",~r"}
            if self.shared and n:
                layout[f"yaxis{end}"] = {"matches": "y", "nticks": 4, "tickformat": ",~r"}
            notes.append(
                {
                    "text": "<br>".join(markup_free(line) for line, _ in _head(panel)),
                    "align": "left",
                    "font": {"size": 13},
                    "showarrow": False,
                    "xref": f"x{end} domain",
                    "yref": f"y{end} domain",
                    "x": 0,
                    "y": 1.05,
                    "xanchor": "left",
                    "yanchor": "bottom",
                }
            )
        return Interactive(traces, {**layout, "annotations": notes})


def _head(panel: Panel) -> list[tuple[str, str]]:
    """Name and note as lines with their colours."""
    return [
        *((line, INK) for line in wrapped(panel.name, PANEL)),
        *((line, GREY) for line in wrapped(panel.note, PANEL)),
    ]
