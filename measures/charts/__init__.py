"""One `ChartSpec`, shown as an inline SVG, a table, CSV, a picture and an interactive figure.

    from measures import charts

    spec = charts.ChartSpec(title, subtitle, unit, charts.Trend(months, series), source, summary)
    charts.svg(spec)

All of them say the same numbers: `values(spec)`. The kinds are in docs/charts.md.
"""

from datetime import date
from typing import Any
from zlib import crc32

from crime_data.months import label
from measures.charts.bars import Bars
from measures.charts.choropleth import Ward, WardMap
from measures.charts.dots import Dot, Dots
from measures.charts.drawing import (
    COLOURS,
    GREY,
    INK,
    LETTERS,
    attribute,
    figures,
    markup_free,
    num,
    text,
    wrapped,
)
from measures.charts.funnel import Funnel, FunnelLimits, Place
from measures.charts.multiples import Multiples, Panel
from measures.charts.picture import rendered
from measures.charts.sparkline import Sparkline
from measures.charts.spec import (
    NOT_PUBLISHED,
    Body,
    Cell,
    ChartSpec,
    Column,
    Series,
    Table,
    Value,
)
from measures.charts.trend import Projection, Segment, Trend, year_on_year

__all__ = [
    "COLOURS",
    "NOT_PUBLISHED",
    "Bars",
    "Body",
    "Cell",
    "ChartSpec",
    "Column",
    "Dot",
    "Dots",
    "Funnel",
    "FunnelLimits",
    "Multiples",
    "Panel",
    "Place",
    "Projection",
    "Segment",
    "Series",
    "Sparkline",
    "Table",
    "Trend",
    "Value",
    "Ward",
    "WardMap",
    "csv_rows",
    "harmless",
    "plotly",
    "png",
    "svg",
    "table",
    "values",
    "year_on_year",
]

FONT = "Arial, 'Liberation Sans', sans-serif"
PNG_WIDTH = 1440  # pixels


def values(spec: ChartSpec) -> tuple[Column, ...]:
    """The numbers of the chart, column by column; the first column names the rows."""
    return spec.body.columns()


def table(spec: ChartSpec) -> Table:
    """The chart's numbers for reading: months in words, thousands separated, "not published" for gaps."""
    columns = spec.body.columns()
    shown = [_words(column.cells) for column in columns]
    caption = f"{spec.title}: {spec.subtitle} ({spec.unit})"
    return Table(caption, tuple(column.name for column in columns), tuple(zip(*shown, strict=True)))


def csv_rows(spec: ChartSpec) -> list[list[str | int | float]]:
    """The chart's numbers for spreadsheets: a row of headings, then the rows of the table.

    Months are ISO dates and figures plain numbers; gaps say "not published". Words that a spreadsheet would
    run as a formula get an apostrophe in front.
    """
    columns = spec.body.columns()
    cells = [[_plain(cell) for cell in column.cells] for column in columns]
    return [[harmless(column.name) for column in columns], *map(list, zip(*cells, strict=True))]


def svg(spec: ChartSpec, prefix: str = "", *, alone: bool = False) -> str:
    """The chart as an `<svg>` element, text escaped.

    `prefix` begins the ids in it and must differ between the charts of one page; by default it is derived
    from everything that the chart shows. With `alone` the drawing carries its headline, subtitle, notes and
    source itself, as a file that leaves the portal must.
    """
    prefix = attribute(prefix)
    drawing = spec.body.draw(spec.unit, prefix)
    title, summary = text(spec.title), text(spec.summary or spec.subtitle)
    if drawing.inline:
        width, height = drawing.width, drawing.height
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart chart--inline" role="img"'
            f' viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' aria-label="{attribute(spec.summary or spec.subtitle)}" fill="none">{drawing.content}</svg>'
        )
    # A checksum rather than hash(): the same in every process, so that pages can be cached and compared.
    prefix = prefix or f"chart-{crc32((title + summary + drawing.content).encode()):08x}"
    content, height = drawing.content, drawing.height
    # The style sheet names the letters of a page; a file has none.
    family = f' font-family="{FONT}"' if alone else ""
    if alone:
        content, height = _with_words(spec, content, drawing.width, height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img"'
        f' viewBox="0 0 {drawing.width} {height}" aria-labelledby="{prefix}-title {prefix}-desc" fill="none"'
        f'{family} font-size="{LETTERS}"><title id="{prefix}-title">{title}</title>'
        f'<desc id="{prefix}-desc">{summary}</desc>{content}</svg>'
    )


def png(spec: ChartSpec) -> bytes:
    """The chart with its words as a PNG, 1440 pixels wide, on white; the same bytes for the same chart."""
    return rendered(svg(spec, alone=True), PNG_WIDTH)


def plotly(spec: ChartSpec) -> dict[str, Any]:
    """`data` and `layout` for plotly.js: plain dicts, ready for JSON. Lines stand in `layout.shapes`."""
    shown = spec.body.interact()
    look = {
        "font": {"family": FONT.replace("'", ""), "size": 15, "color": INK},
        # The unit stands above the chart, as in the drawing: beside an axis it has no room on a telephone.
        "title": {
            "text": markup_free(spec.unit),
            "font": {"size": 15, "color": GREY},
            "x": 0,
            "xanchor": "left",
        }
        | {"y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 8}},
        "margin": {"l": 10, "r": 14, "t": 52, "b": 10},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "colorway": [colour for colour, _ in COLOURS],
        "legend": {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
        "dragmode": False,
    }
    axes = {
        name: {"automargin": True, "tickangle": 0, "gridcolor": "#d9d9d9", "linecolor": GREY, **axis}
        for name, axis in shown.layout.items()
        if name.startswith(("xaxis", "yaxis"))
    }
    return {"data": shown.traces, "layout": look | shown.layout | axes}


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _words(cells: tuple[Cell, ...]) -> list[str]:
    shown = figures(cells)
    return [
        label(cell) if isinstance(cell, date) else words for cell, words in zip(cells, shown, strict=True)
    ]


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return NOT_PUBLISHED
    if isinstance(cell, date):
        return cell.isoformat()
    return harmless(cell) if isinstance(cell, str) else cell


def _with_words(spec: ChartSpec, content: str, width: int, height: int) -> tuple[str, int]:
    """Headline and subtitle above the drawing, notes and source below."""
    room = width - 8
    above, y = [], 8
    for words, size, colour in ((spec.title, 21, INK), (spec.subtitle, LETTERS, GREY)):
        for line in wrapped(words, room * 22 / size):
            y += round(size * 1.3)
            above.append(f'<text x="4" y="{y}" font-size="{size}" fill="{colour}">{text(line)}</text>')
    top = y + 14
    below, y = [], top + height + 4
    source = f"Source: {spec.source}" if spec.source else ""
    for words in filter(None, (*spec.notes, source)):
        for line in wrapped(words, room * 22 / 13):
            y += 18
            below.append(f'<text x="4" y="{y}" font-size="13" fill="{GREY}">{text(line)}</text>')
    drawing = f'<g transform="translate(0 {num(top)})">{content}</g>'
    return "".join((*above, drawing, *below)), y + 10
