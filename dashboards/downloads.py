"""What leaves the portal as a file: a table for spreadsheets, a chart as drawing, picture or figures."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, Protocol

from django.http import Http404, HttpResponse, JsonResponse

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
}


class Drawn(Protocol):
    """A chart that can be a file."""

    @property
    def drawing(self) -> str: ...

    @property
    def png(self) -> bytes: ...

    @property
    def plotly(self) -> dict[str, Any]: ...


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    written = StringIO()
    written.write("\ufeff")  # so that Excel reads the file as UTF-8
    csv.writer(written).writerows(rows)
    return written.getvalue()


def csv_file(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    response = HttpResponse(csv_text(rows), content_type=TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def chart_file(name: str, chart: Drawn, form: str) -> HttpResponse:
    """`form` is svg, png or json (data and layout for plotly.js)."""
    if form == "json":
        return JsonResponse(chart.plotly)
    if form not in ("svg", "png"):
        raise Http404
    response = HttpResponse(chart.drawing if form == "svg" else chart.png, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
