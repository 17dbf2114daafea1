"""Reading bytes as a received file: what the importers make of them, without a database."""

import tempfile
from datetime import date
from pathlib import Path

from crime_data.importers import Gazetteer, Publication, open_file, read_publication
from crime_data.importers.opened import Opened

TODAY = date(2026, 11, 23)


def opened(content: bytes, folder: Path, name: str = "recent.csv") -> Opened:
    """The one file in these bytes."""
    path = folder / "received"
    path.write_bytes(content)
    [found] = open_file(name, path, folder)
    return found


def read(content: bytes, *, name: str = "recent.csv", today: date = TODAY) -> Publication | Gazetteer:
    with tempfile.TemporaryDirectory() as folder:
        return read_publication(opened(content, Path(folder), name), today=today)


def figures_of(publication: Publication) -> dict[tuple[str, ...], list]:
    """(area as printed, label) -> its values."""
    grid = publication.grid
    found = {}
    for rows in grid.chunks():
        for row, values in zip(rows.tolist(), grid.values(rows).tolist(), strict=True):
            area, label = publication.areas[grid.area[row]], publication.labels[grid.label[row]]
            found[area.name, label.major, label.minor] = values
    return found
