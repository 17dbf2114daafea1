"""Codes and columns of the Office for National Statistics: the vintage stands in the column's name.

`WD22CD` is the ward codes of the edition of 2022, `LAD24NM` the names of the districts of 2024. A code names
one area of one kind for ever; its first three characters say which kind.
"""

import re
from dataclasses import dataclass
from datetime import date

from crime_data.importers.contract import BadFile, SetAside
from crime_data.importers.wide import meaning
from crime_data.months import MONTH_NAMES

_CODE = re.compile(r"[A-Z]\d{8}", re.ASCII)
_COLUMN = re.compile(r"([a-z]{2,6}?)(\d\d)?(cd|nmw|nm|name)", re.ASCII)
_MONTH = re.compile(rf"({'|'.join(MONTH_NAMES)})[\s_]+(20\d\d)", re.IGNORECASE | re.ASCII)
_ELSEWHERE = {"S": "Scotland", "N": "Northern Ireland"}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of areas: its letters in a column's name, our kind of area, and how its codes begin."""

    letters: str
    kind: str
    words: str
    prefixes: frozenset[str]


# From the smallest to the largest.
LEVELS = (
    Level("LSOA", "lsoa", "an LSOA", frozenset({"E01", "W01"})),
    Level("WD", "ward", "a ward", frozenset({"E05", "W05"})),
    Level("LAD", "borough", "a local authority district", frozenset({"E06", "E07", "E08", "E09", "W06"})),
    Level("CSP", "csp", "a Community Safety Partnership", frozenset({"E22", "W14"})),
    Level("PFA", "force", "a police force area", frozenset({"E23", "W15"})),
)
_LEVEL = {level.letters: level for level in LEVELS}


@dataclass(frozen=True, slots=True)
class Column:
    """What the name of a column says: `vintage` in two digits or "", `what` is code, name or Welsh name."""

    letters: str
    vintage: str
    what: str

    @property
    def level(self) -> Level | None:
        """None for areas that the portal does not keep, such as MSOAs."""
        return _LEVEL.get(self.letters)


def column(name: str) -> Column | None:
    """`WD22CD`, `lad20nm`, `LADNM` and `WardName` are understood; None for any other name."""
    found = _COLUMN.fullmatch(meaning(name))
    if not found:
        return None
    letters, vintage, what = found.groups()
    letters = "WD" if letters == "ward" else letters.upper()
    return Column(letters, vintage or "", {"cd": "code", "nmw": "Welsh name"}.get(what, "name"))


def level_of(code: str) -> Level | None:
    """The level a code belongs to; None when it is no code of England or Wales that the portal keeps."""
    if not is_code(code):
        return None
    return next((level for level in LEVELS if code[:3] in level.prefixes), None)


def is_code(text: str) -> bool:
    """Whether it is a letter and eight digits."""
    return bool(_CODE.fullmatch(text))


def kind_of(code: str) -> str:
    """The kind of area as `AreaRef.kind` names it; "other" for regions, counties, countries and the rest."""
    level = level_of(code)
    return level.kind if level else "other"


def country_elsewhere(code: str) -> str:
    """The name of the country of a code of Scotland or Northern Ireland; nothing for any other text."""
    return _ELSEWHERE.get(code[:1], "") if is_code(code) else ""


def outside(country: str, rows: int) -> SetAside:
    """Rows of a country that has no Community Safety Partnerships of the 1998 Act."""
    return SetAside(
        what=f"Areas in {country}",
        why="The portal is for England and Wales: Community Safety Partnerships exist only there.",
        rows=rows,
    )


def edition_month(vintage: str, name: str, *, today: date) -> date:
    """First day of the month of an edition. Only the year is certain: the month is that in the file's name
    where it names one of the same year, otherwise January. Raises BadFile for a year to come."""
    year = 2000 + int(vintage)
    if year > today.year:
        raise BadFile(f"The edition is of {year}, which lies in the future. Check the names of the columns.")
    for month, of_year in _MONTH.findall(name):
        if int(of_year) == year:
            return date(year, MONTH_NAMES.index(month.capitalize()) + 1, 1)
    return date(year, 1, 1)
