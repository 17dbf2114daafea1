"""police.uk: crimes and anti-social behaviour by LSOA, one file a force and month; and answers of its API.

Identical rows are not duplicates: older rows and all anti-social behaviour have no crime ID, and the place
is rounded to a map point. A force's file holds places of its neighbours, so the same LSOA stands in several
files of a month and its figure is their sum. The categories are not those of the Met: violence and sexual
offences are one, and anti-social behaviour is in, so the total is no total of recorded offences.
"Last outcome category" is not kept: it says what is known today, and changes later; outcomes have files of
their own.
"""

import re
from datetime import date
from typing import Any

from crime_data.importers import police_uk
from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SourceSpec
from crime_data.importers.delimited import CONTROL, MAX_CELL
from crime_data.importers.opened import Opened

SOURCE = SourceSpec(
    key="police-uk-street",
    name="Street-level crime (police.uk)",
    publisher=police_uk.PUBLISHER,
    licence=police_uk.LICENCE,
    url=police_uk.URL,
    rhythm="monthly",
    release_day=28,
    lag=2,
    unit="crimes",
    sums_from="lsoa",
    side_by_side=True,
    parts_add=True,
)

SINCE_MAY_2013 = (
    "Anti-social behaviour",
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
)
_COLUMNS = ("Crime ID", "Month", "Reported by", "Falls within", "LSOA code", "LSOA name", "Crime type")
_POLYGON = re.compile(r"(?<![A-Z0-9])([EWSN]\d{8})(?:_(\d{1,3}))?(?![A-Z0-9])", re.ASCII | re.IGNORECASE)


def recognises(file: Opened) -> bool:
    if file.form == "json":
        return _is_answer(file)
    return police_uk.has_columns(file, _COLUMNS, never="Outcome type")


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    if file.form == "json":
        return _read_answer(file, today)
    return police_uk.read_recorded(file, source=SOURCE, printed="Crime type", today=today, caveats=_caveats)


def _caveats(month: date, tally: police_uk.Tally, crimes: int) -> list[str]:
    caveats = [police_uk.APPROXIMATE]
    lacking = [name for name in SINCE_MAY_2013 if Label(name, name) not in tally.labels]
    if lacking and month >= date(2013, 5, 1):
        caveats.append(
            f"No row is of the crime type {', '.join(lacking)}: either the force recorded none, or somebody "
            "cut the file to some crime types."
        )
    return caveats


# --- answers of the API ----------------------------------------------------------------------


def _is_answer(file: Opened) -> bool:
    with file.path.open("rb") as start:
        head = start.read(4096).removeprefix(b"\xef\xbb\xbf").strip()
    if not head.startswith(b"["):
        return False
    return head[1:].strip() == b"]" or (b'"category"' in head and b'"location_type"' in head)


def _read_answer(file: Opened, today: date) -> Publication:
    """A list of crimes in a polygon. Only the file's name says in which: the answer holds no area."""
    records = file.document
    if not records:
        raise police_uk.nothing_in("The file is an empty list.")
    ward, polygon = _ward(file)
    tally = police_uk.Tally()
    months: dict[date, int] = {}
    seen: dict[str, int] = {}
    railway = 0
    for number, record in enumerate(records, start=1):
        category, text, crime = _fields(record, number)
        month = police_uk.month_of(text, where=f"Record {number}, month", today=today)
        months.setdefault(month, number)
        if len(months) > 1:
            raise BadFile(
                f"Record {number} is of {text}, those further up of another month. "
                "Ask the API for one month at a time."
            )
        if seen.setdefault(crime, number) != number:
            raise BadFile(
                f"Record {number} has the id {crime[:40]} of record {seen[crime]}: two answers were put "
                "together. Use the files as they were downloaded."
            )
        railway += record.get("location_type") == "BTP"
        tally.add(number, ward, Label(category, category))
    part = f"{ward.code}{polygon} {month:%Y-%m}"
    caveats = [
        "Crimes on the edge of two polygons stand in the answers for both: wards do not add up to a borough.",
        f"{railway:,} of {len(tally):,} crimes are of the British Transport Police.",
    ]
    return tally.publication(SOURCE, month, part, caveats)


def _ward(file: Opened) -> tuple[AreaRef, str]:
    found = {(code.upper(), number) for code, number in _POLYGON.findall(police_uk.base_name(file))}
    if len(found) != 1:
        raise BadFile(
            "An answer of the police.uk API does not say which area it is about, and the name of the file "
            f"holds {len(found)} area codes. Name it by its ward: crime_month_2018_06_area_E05000106_0.json."
        )
    code, number = found.pop()
    if code[:3] not in ("E05", "W05"):
        raise BadFile(
            f"The name of the file says the area {code}, which is no ward of England or Wales. Only answers "
            "for wards are read from the API; for other areas use the monthly CSV files."
        )
    return AreaRef("ward", "", code), f" polygon {number}" if number else ""


def _fields(record: Any, number: int) -> tuple[str, str, str]:
    """Category, month and id of one crime."""
    if not isinstance(record, dict):
        raise BadFile(f"Record {number} of the list is no crime but {str(record)[:40]!r}.")
    category, month, crime = (record.get(name) for name in ("category", "month", "id"))
    if not isinstance(category, str) or not category.strip():
        raise BadFile(f"Record {number} has no category.")
    if len(category) > MAX_CELL or CONTROL.search(category) or "\n" in category:
        raise BadFile(f"Record {number}: “{category[:30]!r}” is no category.")
    if not isinstance(month, str):
        raise BadFile(f"Record {number} has no month.")
    if isinstance(crime, bool) or not isinstance(crime, int | str) or crime == "":
        raise BadFile(f"Record {number} has no id.")
    return category.strip(), month, str(crime)
