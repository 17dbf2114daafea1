"""Small tables as bytes, and reading them as an uploaded file is read."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from crime_data.importers import Publication, open_file, read_publication

TODAY = date(2026, 11, 24)
Rows = Sequence[Sequence[Any]]


def csv_of(rows: Rows, *, delimiter: str = ",", ends: str = "\r\n") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ends).writerows(rows)
    return text.getvalue().encode()


def workbook_of(sheets: Mapping[str, Rows]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(content: bytes, folder: Path, *, today: date = TODAY) -> Publication:
    """The publication in these bytes. Raises BadFile."""
    received = folder / "received.xlsx"  # openpyxl asks for the ending; all else goes by the bytes
    received.write_bytes(content)
    [opened] = open_file("file", received, folder)
    return read_publication(opened, today=today)


def read_path(path: Path, folder: Path, *, today: date = TODAY) -> Publication:
    [opened] = open_file(path.name, path, folder)
    return read_publication(opened, today=today)


def cells_of(publication: Publication) -> dict[tuple[str, str], list]:
    """(name or code of the area, minor label) -> its values."""
    import numpy as np

    grid = publication.grid
    values = grid.values(np.arange(len(grid))).tolist()
    areas, labels = publication.areas, publication.labels
    return {
        (areas[area].name or areas[area].code, labels[label].minor): row
        for area, label, row in zip(grid.area.tolist(), grid.label.tolist(), values, strict=True)
    }
