"""Invented figures about people, in their publishers' own form: how many there are, how they live, and what
they say of the police. Populations are of the right order of size and rounded to hundreds.
"""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np

from crime_data.months import add_months
from csp_portal.demo.invented import BOROUGHS


class Place(NamedTuple):
    name: str
    code: str
    thousands: int


# Thousands of people about 2023, roughly.
_THOUSANDS = {
    "Barking and Dagenham": 222,
    "Barnet": 395,
    "Bexley": 248,
    "Brent": 341,
    "Bromley": 331,
    "Camden": 217,
    "Croydon": 397,
    "Ealing": 373,
    "Enfield": 328,
    "Greenwich": 293,
    "Hackney": 263,
    "Hammersmith and Fulham": 186,
    "Haringey": 263,
    "Harrow": 264,
    "Havering": 268,
    "Hillingdon": 315,
    "Hounslow": 291,
    "Islington": 220,
    "Kensington and Chelsea": 146,
    "Kingston upon Thames": 170,
    "Lambeth": 317,
    "Lewisham": 299,
    "Merton": 215,
    "Newham": 362,
    "Redbridge": 310,
    "Richmond upon Thames": 195,
    "Southwark": 314,
    "Sutton": 211,
    "Tower Hamlets": 325,
    "Waltham Forest": 275,
    "Wandsworth": 330,
    "Westminster": 209,
}
# The City has a police force of its own: it is in London's population and in none of the Met's figures.
PLACES = (
    Place("City of London", "E09000001", 11),
    *(Place(borough.name, borough.code, _THOUSANDS[borough.name]) for borough in BOROUGHS),
)
INNER = set(
    "Camden|City of London|Greenwich|Hackney|Hammersmith and Fulham|Islington|Kensington and Chelsea|Lambeth|"
    "Lewisham|Newham|Southwark|Tower Hamlets|Wandsworth|Westminster".split("|")
)

YEARS = range(2011, 2024)
_YEARLY_GROWTH = 1.006

ACCOMMODATION = (
    "Detached",
    "Semi-detached",
    "Terraced",
    "In a purpose-built block of flats or tenement",
    "Part of a converted or shared house, including bedsits",
    "Part of another converted building, for example, former school, church or warehouse",
    "In a commercial building, for example, in an office building, hotel or over a shop",
    "A caravan or other mobile or temporary structure",
)
_HOMES = {
    "inner": (2.3, (0.02, 0.05, 0.17, 0.56, 0.17, 0.015, 0.013, 0.002)),
    "outer": (2.6, (0.1, 0.29, 0.27, 0.25, 0.07, 0.008, 0.01, 0.002)),
}

# The survey's questions: the share of London that agreed in 2015 and in 2024.
QUESTIONS = {
    '"Good Job" local': (0.67, 0.49),
    "Contact ward officer": (0.41, 0.2),
    "Informed local": (0.48, 0.32),
    "Listen to concerns": (0.74, 0.59),
    "Relied on to be there": (0.77, 0.6),
    "Treat everyone fairly": (0.75, 0.63),
    "Trust MPS": (0.89, 0.72),
    "Understand issues": (0.72, 0.6),
}
FIRST_TRUST = date(2016, 3, 31)
SURVEYS = (date(2023, 12, 31), date(2024, 12, 31))
_FIRST_SURVEY = date(2014, 12, 31)

Rows = Iterable[Sequence[str | int]]


def write_population(folder: Path) -> list[Path]:
    """Two editions of the mid-year estimates: workbooks with the sheet of all years."""
    return [_write_population(folder, last) for last in YEARS[-2:]]


def write_households(folder: Path) -> list[Path]:
    """Households of the census of 2021 by the kind of home, districts only."""
    path = folder / "census2021-ts044-ltla.csv"
    total = "Total: All households"
    header = ["date", "geography", "geography code"]
    header += [f"Accommodation type: {kind}" for kind in (total, *ACCOMMODATION)]
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for place in sorted(PLACES):
            homes = _homes(place)
            writer.writerow(["2021", place.name, place.code, sum(homes), *homes])
    return [path]


def write_survey(folder: Path) -> list[Path]:
    """Two editions of the Public Attitude Survey's table of boroughs, with London's share on every line."""
    answers = _answers()
    return [_write_survey(folder, answers, last) for last in SURVEYS]


# --- population and households ---------------------------------------------------------------


def people(place: Place, year: int) -> int:
    """Rounded to hundreds."""
    return round(place.thousands * 1_000 * _YEARLY_GROWTH ** (year - 2023) / 100) * 100


def _homes(place: Place) -> list[int]:
    size, shares = _HOMES["inner" if place.name in INNER else "outer"]
    return [round(people(place, 2021) / size * share / 100) * 100 for share in shares]


def _write_population(folder: Path, last: int) -> Path:
    path = folder / f"mye{last % 100}tablesew.xlsx"
    years = [year for year in reversed(YEARS) if year <= last]
    london = [sum(people(place, year) for place in PLACES) for year in years]
    rows: list[Sequence[str | int]] = [
        ["MYE4: Population estimates: illustrative figures, made for a demonstration"],
        ["Code", "Name", "Geography", *(f"Mid-{year}" for year in years)],
        ["E12000007", "LONDON", "Region", *london],
    ]
    for place in sorted(PLACES):
        rows.append([place.code, place.name, "London Borough", *(people(place, year) for year in years)])
    _write_workbook(path, "MYE4", rows)
    return path


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _write_workbook(path: Path, name: str, rows: Rows) -> None:
    """A workbook of one sheet, the same to the byte every time."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
        f'Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>'
        + "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        + "</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in parts.items():
            archive.writestr(zipfile.ZipInfo(part), _XML + text, zipfile.ZIP_DEFLATED)


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


# --- the survey ------------------------------------------------------------------------------


class _Answer(NamedTuple):
    day: date
    borough: str
    question: str
    share: float
    london: float


def _answers() -> list[_Answer]:
    chance = np.random.RandomState(1829)
    people_in = np.array([_THOUSANDS[borough.name] for borough in BOROUGHS])
    found = []
    for question, (start, end) in QUESTIONS.items():
        apart = chance.normal(0, 0.035, len(BOROUGHS))
        for day in _quarters():
            if question == "Trust MPS" and day < FIRST_TRUST:
                continue
            level = start + (end - start) * (day - _FIRST_SURVEY).days / (SURVEYS[-1] - _FIRST_SURVEY).days
            shares = np.clip(level + apart + chance.normal(0, 0.02, len(BOROUGHS)), 0.05, 0.97).round(2)
            london = round(float(shares @ people_in / people_in.sum()), 2)
            found += [
                _Answer(day, borough.name, question, share, london)
                for borough, share in zip(BOROUGHS, shares.tolist(), strict=True)
            ]
    return found


def _quarters() -> list[date]:
    """The last days of the quarters, as the survey prints them."""
    month, days = date(_FIRST_SURVEY.year + 1, 1, 1), []
    while month <= add_months(SURVEYS[-1].replace(day=1), 1):
        days.append(month - timedelta(days=1))
        month = add_months(month, 3)
    return days


def _write_survey(folder: Path, answers: Iterable[_Answer], last: date) -> Path:
    path = folder / f"PAS_Dashboard_Borough_{last:%Y%m}.csv"
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Date", "Survey", "Borough", "Measure", "Proportion", "MPS"])
        for answer in answers:
            if answer.day <= last:
                shares = [f"{share:g}".replace(".", ",") for share in (answer.share, answer.london)]
                writer.writerow([f"{answer.day:%d/%m/%Y}", "PAS", answer.borough, answer.question, *shares])
    return path
