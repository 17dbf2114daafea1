"""police.uk: stops and searches, one file a force and month.

Neither force nor LSOA stands in the file: the force is in its name, YYYY-MM-<force>-stop-and-search.csv, and
of the place there are only coordinates, which one search in ten lacks. So searches are counted for the
force, by what was searched for, what came of it, and whether the outcome is linked to what was searched for.
Times are UTC: in summer the first hour of a month is printed as the last of the month before.
"""

import re
from calendar import monthrange
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

from crime_data.importers import police_uk
from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.delimited import same_width
from crime_data.importers.opened import Opened
from crime_data.months import label

SOURCE = SourceSpec(
    key="police-uk-stop-and-search",
    name="Stop and search (police.uk)",
    publisher=police_uk.PUBLISHER,
    licence=police_uk.LICENCE,
    url=police_uk.URL,
    rhythm="monthly",
    release_day=28,
    lag=2,
    unit="searches",
    side_by_side=True,
    parts_add=True,
)

UK = ZoneInfo("Europe/London")
QUIET_DAYS = 3  # so many days without a search at the end of a month are said
NOT_STATED = "Not stated"
LINKED = {
    "true": "Outcome linked to the object",
    "false": "Outcome not linked to the object",
    "": "Link not stated",
}
VEHICLE = "Vehicle search"
_COLUMNS = ("Type", "Date", "Object of search", "Outcome", "Outcome linked to object of search")
_NAME = re.compile(r"(?<!\d)(\d{4}-\d\d)-([a-z-]+)-stop-and-search(?![a-z0-9-])", re.ASCII | re.IGNORECASE)


def recognises(file: Opened) -> bool:
    return police_uk.has_columns(file, (*_COLUMNS, "Legislation"))


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    month, slug = _from_name(file, today)
    table = file.table()
    kind_at, date_at, object_at, outcome_at, linked_at = police_uk.places_of(table.header, _COLUMNS)
    area = AreaRef("pseudo", f"{police_uk.FORCES[slug]} (all searches)", f"SEARCH-{slug}")
    tally = police_uk.Tally()
    days: set[int] = set()
    elsewhere: Counter[date] = Counter()
    vehicles = unlinked = 0
    for line, cells in table.lines:
        cells = same_width(cells, table.header, line=line)
        day = _uk_day(cells[date_at], line)
        if (day.year, day.month) != (month.year, month.month):
            elsewhere[day.replace(day=1)] += 1
            continue
        linked = LINKED.get(cells[linked_at].casefold())
        if linked is None:
            raise BadFile(
                f"Line {line}, column {_COLUMNS[4]}: “{cells[linked_at][:40]}” is neither True nor False."
            )
        days.add(day.day)
        vehicles += cells[kind_at] == VEHICLE
        unlinked += linked == LINKED[""]
        tally.add(line, area, Label(cells[object_at] or NOT_STATED, cells[outcome_at] or NOT_STATED, linked))
    if not len(tally):
        if elsewhere:
            raise BadFile(
                f"The name of the file says {label(month)}, but its searches are of {label(min(elsewhere))}"
                " or another month. Give it the name it was downloaded with."
            )
        raise police_uk.nothing_in("The file has a header but no searches below it.")
    caveats = [
        f"{vehicles:,} of {len(tally):,} searches were of a vehicle alone.",
        "The publisher gives no area smaller than the force; coordinates are not kept.",
        *_partial(month, days),
    ]
    if unlinked:
        caveats.append(
            f"Of {unlinked:,} searches it is not said whether the outcome is linked to the object: the share "
            "of linked ones is then not known."
        )
    return tally.publication(SOURCE, month, f"{slug} {month:%Y-%m}", caveats, _set_aside(month, elsewhere))


def _from_name(file: Opened, today: date) -> tuple[date, str]:
    name = police_uk.base_name(file)
    found = _NAME.search(name)
    if not found:
        raise BadFile(
            f"A stop-and-search file does not say whose it is, and its name “{name[:80]}” does not either. "
            "Give it the name it was downloaded with, such as 2023-03-metropolitan-stop-and-search.csv."
        )
    month = police_uk.month_of(found.group(1), where="The name of the file", today=today)
    slug = found.group(2).casefold()
    if slug not in police_uk.FORCES:
        raise BadFile(
            f"The name of the file says the force “{slug[:40]}”, which is none of police.uk. "
            "Give it the name it was downloaded with, such as 2023-03-metropolitan-stop-and-search.csv."
        )
    return month, slug


def _uk_day(text: str, line: int) -> date:
    """The day in the United Kingdom of a time such as 2017-05-31T23:00:00+00:00: here 1 June."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year < 2000:
        raise BadFile(
            f"Line {line}, column Date: “{text[:40]}” is not a time such as 2023-03-01T05:30:28+00:00."
        )
    try:
        return moment.astimezone(UK).date()
    except OverflowError:
        raise BadFile(f"Line {line}, column Date: “{text[:40]}” lies too far off.") from None


def _set_aside(month: date, elsewhere: Counter[date]) -> tuple[SetAside, ...]:
    return tuple(
        SetAside(
            what=f"Searches of {label(other)}",
            why=f"By the time in the United Kingdom they were not made in {label(month)}, the month that the "
            "name of the file says.",
            rows=number,
            total=number,
        )
        for other, number in sorted(elsewhere.items())
    )


def _partial(month: date, days: set[int]) -> list[str]:
    """Said when a month seems to end early: the publisher does not mark what came in too late."""
    length = monthrange(month.year, month.month)[1]
    if length - max(days) < QUIET_DAYS:
        return []
    return [
        f"The searches run from {min(days)} to {max(days)} {label(month)}; of the last {length - max(days)} "
        "days there is none, so the month may be incomplete."
    ]
