"""What a chart says, apart from how it is shown: the words around it and, by kind, a body of figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

Value = int | float | None
"""A figure; None when it was not published."""

Cell = date | str | int | float | None
"""One place of a chart's table: a month, a word ("withheld"), a figure, or None when it was not published."""

NOT_PUBLISHED = "not published"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart's figures; the first column of a chart names its rows."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The inside of an `<svg>` and the size of its box, in units. Letters are 15 units high.

    An `inline` one is as large as a word and stands in a line of text.
    """

    width: int
    height: int
    content: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Interactive:
    """Traces and layout of plotly.js as plain dicts, without the look that all charts share."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]


class Body(Protocol):
    """A kind of chart. Table, CSV, values and test read `columns`; `draw` and `interact` show the same."""

    def columns(self) -> tuple[Column, ...]: ...

    def draw(self, unit: str, prefix: str) -> Drawing: ...

    def interact(self) -> Interactive: ...


@dataclass(frozen=True, slots=True)
class Series:
    """A name and its values, in the order of the chart's months or rows. `previous` is the year before,
    drawn grey and dashed or hollow."""

    name: str
    values: tuple[Value, ...]
    kind: Literal["line", "previous"] = "line"


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A chart: everything that its picture, its table, its CSV and its interactive form say.

    `title` states the finding, `subtitle` measure, place and period, `unit` what the figures count, `summary`
    the chart in a sentence or two for those who do not see it. `notes` are caveats, a sentence each.
    """

    title: str
    subtitle: str
    unit: str
    body: Body
    source: str = ""
    summary: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A chart as text: `rows` hold one cell for each of `columns`; the first cell is the row's heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
