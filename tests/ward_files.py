"""Small ward files in the Met's format, and their outlines."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from crime_data.months import add_months
from tests.mps_files import written

HEADER = ("MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName")
LABELS = {
    "rape": ("SEXUAL OFFENCES", "RAPE"),
    "other-sexual-offences": ("SEXUAL OFFENCES", "OTHER SEXUAL OFFENCES"),
    "personal-robbery": ("ROBBERY", "ROBBERY OF PERSONAL PROPERTY"),
    "shoplifting": ("THEFT", "SHOPLIFTING"),
    "bicycle-theft": ("THEFT", "BICYCLE THEFT"),
}
Ward = tuple[str, str, str]
"""Name, code, borough."""


def ward_file(counts: Mapping[tuple[Ward, str], Sequence[int]], first: date) -> bytes:
    """(ward, crime type) -> a count a month from `first`."""
    months = max(len(values) for values in counts.values())
    header = [*HEADER, *(f"{add_months(first, at):%Y%m}" for at in range(months))]
    rows = [[*LABELS[kind], *ward, *map(str, values)] for (ward, kind), values in counts.items()]
    return written([header, *rows])


def outlines(wards: Sequence[Ward]) -> bytes:
    """A row of squares."""
    features = [
        {
            "type": "Feature",
            "properties": {"WD22CD": code, "WD22NM": name, "LADNM": borough},
            "geometry": {"type": "Polygon", "coordinates": [_square(at)]},
        }
        for at, (name, code, borough) in enumerate(wards)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _square(at: int) -> list[list[float]]:
    west = round(0.01 * at, 2)
    return [[west, 51.4], [west + 0.01, 51.4], [west + 0.01, 51.41], [west, 51.41], [west, 51.4]]
