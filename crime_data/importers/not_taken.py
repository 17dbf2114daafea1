"""Files that are known and not taken, with the reason: a near miss is worse than a file nobody knows."""

from typing import NamedTuple

from crime_data.importers.opened import Opened
from crime_data.importers.wide import meaning


class NotTaken(NamedTuple):
    """A file is known by columns it has (as `meaning` writes them), or a workbook by its sheets."""

    what: str
    why: str
    columns: frozenset[str]
    sheets: frozenset[str] = frozenset()


KNOWN = (
    NotTaken(
        what="the GLA's land area and population density",
        why="Its population is a projection on another basis than the estimates of the Office for National "
        "Statistics (Bexley 2024: about 5% higher), so a rate worked out with it would differ from every "
        "published one. Take the mid-year estimates: mye23tablesew.xlsx or a newer edition.",
        columns=frozenset({"areaname", "glapopulationestimate/projection", "populationperhectare"}),
        sheets=frozenset({"Borough staging", "Ward staging"}),
    ),
    NotTaken(
        what="a copy of the Home Office's notes",
        why="It has no figures. Take the workbook itself, whose notes are read with its figures.",
        columns=frozenset({"forcenotes"}),
    ),
    NotTaken(
        what="the Department for Education's population of children",
        why="Its column population_estimate counts children of 0 to 17 only and is not the population. Take "
        "the mid-year estimates of the Office for National Statistics, mye23tablesew.xlsx or newer.",
        columns=frozenset({"timeperiod", "agegroup", "populationestimate"}),
    ),
    NotTaken(
        what="the first results of the census, households rounded to 100",
        why="The census table TS044 has the same households to the unit, and two figures for one thing are "
        "one too many. Take census2021-ts044-ltla.csv.",
        columns=frozenset({"ltla21name", "ltla21code", "households"}),
    ),
)


def reason(file: Opened) -> str:
    """Why this file is known and not taken; nothing for any other file."""
    names, sheets = {meaning(name) for name in file.header}, set(file.sheet_names)
    for known in KNOWN:
        if names >= known.columns or (known.sheets and sheets >= known.sheets):
            return f"This is {known.what}, which is not imported. {known.why}"
    return ""
