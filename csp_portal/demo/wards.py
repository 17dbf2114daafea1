"""Invented ward figures and a made-up map for the demonstration.

Names and codes of the wards are public facts; no count is. Each offence of the invented borough files is
given to a ward by chance, more to some than to others, and a few to none, as in the publisher's own files.
The outlines are hexagons, placed so that neighbours are about where they are on a real map.
"""

import csv
import json
import random
from collections.abc import Iterable, Iterator
from itertools import accumulate
from math import cos, radians, sqrt
from pathlib import Path
from typing import NamedTuple

from csp_portal.demo.figures import write_demo_figures

WARDS_NAME = "MPS Ward Level Crime (Historical).csv"
OUTLINES_NAME = "illustrative-wards-wd22.geojson"
FIRST_MONTH = "201801"
WITHOUT_WARD = 0.03

PITCH = 0.02  # degrees of longitude from one hexagon to the next
ORIGINS = {"Bexley": (0.09, 51.5), "Bromley": (-0.05, 51.43)}


class Ward(NamedTuple):
    """`size` says how many offences it has beside the others, `column` and `row` where its hexagon lies."""

    borough: str
    code: str
    name: str
    size: int
    column: int
    row: int


WARDS = tuple(
    Ward(*line)
    for line in (
        ("Bexley", "E05011217", "Barnehurst", 60, 4, 1),
        ("Bexley", "E05011218", "Belvedere", 110, 3, 0),
        ("Bexley", "E05011219", "Bexleyheath", 210, 3, 2),
        ("Bexley", "E05011220", "Blackfen & Lamorbey", 55, 1, 3),
        ("Bexley", "E05011221", "Blendon & Penhill", 50, 2, 3),
        ("Bexley", "E05011222", "Crayford", 140, 5, 1),
        ("Bexley", "E05011223", "Crook Log", 80, 2, 2),
        ("Bexley", "E05011224", "East Wickham", 65, 1, 1),
        ("Bexley", "E05011225", "Erith", 150, 4, 0),
        ("Bexley", "E05011226", "Falconwood & Welling", 90, 1, 2),
        ("Bexley", "E05011227", "Longlands", 45, 1, 4),
        ("Bexley", "E05011228", "Northumberland Heath", 85, 3, 1),
        ("Bexley", "E05011229", "St Mary's & St James", 40, 3, 3),
        ("Bexley", "E05011230", "Sidcup", 100, 2, 4),
        ("Bexley", "E05011231", "Slade Green & Northend", 115, 5, 0),
        ("Bexley", "E05011232", "Thamesmead East", 130, 2, 0),
        ("Bexley", "E05011233", "West Heath", 60, 2, 1),
        ("Bromley", "E05013987", "Beckenham Town & Copers Cope", 120, 2, 0),
        ("Bromley", "E05013988", "Bickley & Sundridge", 80, 4, 1),
        ("Bromley", "E05013989", "Biggin Hill", 40, 3, 3),
        ("Bromley", "E05013990", "Bromley Common & Holwood", 95, 3, 2),
        ("Bromley", "E05013991", "Bromley Town", 230, 3, 1),
        ("Bromley", "E05013992", "Chelsfield", 60, 5, 3),
        ("Bromley", "E05013993", "Chislehurst", 85, 5, 0),
        ("Bromley", "E05013994", "Clock House", 75, 0, 1),
        ("Bromley", "E05013995", "Crystal Palace & Anerley", 140, 0, 0),
        ("Bromley", "E05013996", "Darwin", 30, 4, 3),
        ("Bromley", "E05013997", "Farnborough & Crofton", 60, 4, 2),
        ("Bromley", "E05013998", "Hayes & Coney Hall", 60, 2, 2),
        ("Bromley", "E05013999", "Kelsey & Eden Park", 65, 1, 1),
        ("Bromley", "E05014000", "Mottingham", 70, 4, 0),
        ("Bromley", "E05014001", "Orpington", 130, 5, 2),
        ("Bromley", "E05014002", "Penge & Cator", 170, 1, 0),
        ("Bromley", "E05014003", "Petts Wood & Knoll", 60, 5, 1),
        ("Bromley", "E05014004", "Plaistow", 80, 3, 0),
        ("Bromley", "E05014005", "Shortlands & Park Langley", 50, 2, 1),
        ("Bromley", "E05014006", "St Mary Cray", 110, 6, 2),
        ("Bromley", "E05014007", "St Paul's Cray", 115, 6, 1),
        ("Bromley", "E05014008", "West Wickham", 55, 1, 2),
    )
)


def write_wards(folder: Path) -> list[Path]:
    """Write the ward file that belongs to the invented borough files, and return its path."""
    chance = random.Random(1888)
    months: dict[str, None] = {}
    rows: dict[tuple[str, str, Ward], dict[str, int]] = {}
    for major, minor, borough, counts in _monthly(write_demo_figures(folder)):
        months |= dict.fromkeys(counts)
        places: list[Ward | None] = [ward for ward in WARDS if ward.borough == borough]
        sizes = [ward.size * (0.6 + 0.8 * chance.random()) for ward in places if ward]
        weights = list(accumulate([*sizes, WITHOUT_WARD * sum(sizes)]))
        for month, count in counts.items():
            for ward in chance.choices([*places, None], cum_weights=weights, k=count):
                if ward:
                    of_ward = rows.setdefault((major, minor, ward), {})
                    of_ward[month] = of_ward.get(month, 0) + 1
    path = folder / WARDS_NAME
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        header = ["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"]
        writer.writerow([*header, *sorted(months)])
        for (major, minor, ward), found in sorted(rows.items()):
            counts_of = [found.get(month, 0) for month in sorted(months)]
            writer.writerow([major, minor, ward.name, ward.code, ward.borough, *counts_of])
    return [path]


def _monthly(files: Iterable[Path]) -> Iterator[tuple[str, str, str, dict[str, int]]]:
    """Labels, borough, and month -> count, of the boroughs that have wards here."""
    for path in files:
        with path.open(encoding="ascii", newline="") as file:
            reader = csv.reader(file)
            months = next(reader)[3:]
            for major, minor, borough, *counts in reader:
                if borough in ORIGINS:
                    cells = zip(months, map(int, counts), strict=True)
                    yield major, minor, borough, {month: n for month, n in cells if month >= FIRST_MONTH}


def write_outlines(folder: Path) -> list[Path]:
    """Write a hexagon a ward as GeoJSON, and return its path."""
    path = folder / OUTLINES_NAME
    features = [
        {
            "type": "Feature",
            "properties": {"WD22CD": ward.code, "WD22NM": ward.name, "LADNM": ward.borough},
            "geometry": {"type": "Polygon", "coordinates": [_hexagon(ward)]},
        }
        for ward in WARDS
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="ascii")
    return [path]


def _hexagon(ward: Ward) -> list[tuple[float, float]]:
    """Longitude and latitude of a hexagon on its corner; every other row is half a step to the right."""
    west, north = ORIGINS[ward.borough]
    flat = cos(radians(north))  # degrees of latitude are longer
    radius = PITCH / sqrt(3)
    x = west + PITCH * (ward.column + (ward.row % 2) / 2)
    y = north - 1.5 * radius * flat * ward.row
    corners = [
        (x + across * PITCH / 2, y + up * radius * flat)
        for across, up in ((0, 1), (1, 0.5), (1, -0.5), (0, -1), (-1, -0.5), (-1, 0.5), (0, 1))
    ]
    return [(round(east, 5), round(up, 5)) for east, up in corners]
