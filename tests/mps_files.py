"""Small files in the Met's format. Valid by default; a test names what it changes."""

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from datetime import date

from crime_data.months import add_months

BOROUGHS = (
    "Barking and Dagenham",
    "Barnet",
    "Bexley",
    "Brent",
    "Bromley",
    "Camden",
    "Croydon",
    "Ealing",
    "Enfield",
    "Greenwich",
    "Hackney",
    "Hammersmith and Fulham",
    "Haringey",
    "Harrow",
    "Havering",
    "Hillingdon",
    "Hounslow",
    "Islington",
    "Kensington and Chelsea",
    "Kingston upon Thames",
    "Lambeth",
    "Lewisham",
    "Merton",
    "Newham",
    "Redbridge",
    "Richmond upon Thames",
    "Southwark",
    "Sutton",
    "Tower Hamlets",
    "Waltham Forest",
    "Wandsworth",
    "Westminster",
)
LSOAS = ("LSOA Code", "LSOA Name", "Borough", "Major Category", "Minor Category")
HEADER = ("MajorText", "MinorText", "BoroughName")
BURGLARY = ("BURGLARY", "BURGLARY - RESIDENTIAL")
ROBBERY = ("ROBBERY", "ROBBERY OF PERSONAL PROPERTY")
RAPE = ("SEXUAL OFFENCES", "RAPE")
Table = list[list[str]]


def an_ordinary_count(row: int, month: int) -> int:
    return 20 + (7 * row + 3 * month) % 50


def make_table(
    *,
    header: Sequence[str] = HEADER,
    first: date = date(2022, 2, 1),
    months: int = 24,
    labels: Sequence[tuple[str, str]] = (BURGLARY, ROBBERY),
    boroughs: Sequence[str] = BOROUGHS,
    count: Callable[[int, int], int] = an_ordinary_count,
) -> Table:
    """The header and a row for each label and borough; February 2022 to January 2024 unless told."""
    table = [[*header, *(f"{add_months(first, at):%Y%m}" for at in range(months))]]
    for major, minor in labels:
        for borough in boroughs:
            counts = (str(count(len(table), month)) for month in range(months))
            table.append([major, minor, borough, *counts])
    return table


def written(table: Table, *, delimiter: str = ",", ends: str = "\r\n") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ends).writerows(table)
    return text.getvalue().encode()


def make_file(**given) -> bytes:
    return written(make_table(**given))


def make_historical(**given) -> bytes:
    """The Historical file that belongs to the default file: January 2019 to January 2022."""
    return make_file(**{"first": date(2019, 1, 1), "months": 37} | given)


def make_large_file(*, areas: int, labels: int, first: date = date(2022, 2, 1), count: int = 10) -> bytes:
    """The Met's LSOA form: 24 months of one count, a row for each of many areas and some labels."""
    header = make_table(header=LSOAS, first=first)[0]
    kinds = [f"ROBBERY,ROBBERY OF KIND {number}" for number in range(labels)]
    counts = ",".join([str(count)] * 24)
    lines = [
        f"E01{area:06},Bexley {area // 26:03}{chr(65 + area % 26)},E09000004,{kind},{counts}"
        for area in range(areas)
        for kind in kinds
    ]
    return "\r\n".join([",".join(header), *lines, ""]).encode()


def total_of(table: Table) -> int:
    """The sum of all counts, worked out apart from the importer."""
    return sum(int(cell) for row in table[1:] for cell in row[3:])


def changed(change: Callable[[Table], object], **given) -> bytes:
    """A valid file after one change to its table."""
    table = make_table(**given)
    change(table)
    return written(table)


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
