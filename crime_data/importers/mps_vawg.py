"""Metropolitan Police: offences of violence against women and girls (VAWG dashboard).

Two tables of the same offences, never to be added: one by classification, for the whole force, and one by
location, for boroughs and wards. Both count by the month of recording; the month in which an offence was
committed stands beside it and is added up here. A fifth of the offences are flagged although they lie outside
the Met's classification.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SourceSpec
from crime_data.importers.delimited import Delimited
from crime_data.importers.grid import Grid, Register, grid_of_cells
from crime_data.importers.mps_long import (
    Lines,
    check_words,
    count_of,
    fitted,
    folded,
    meaning,
    month_number,
    month_numbered,
    month_of,
    positions,
    sheet_table,
)
from crime_data.importers.opened import Opened
from crime_data.months import add_months, label

SOURCE = SourceSpec(
    key="mps-vawg",
    name="MPS violence against women and girls",
    publisher="Metropolitan Police Service, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/mps-violence-against-women-and-girls-dashboard-data-2yod5",
    rhythm="monthly",
    release_day=6,
    sums_from="borough",
    side_by_side=True,
    listing="https://data.london.gov.uk/api/dataset/mps-violence-against-women-and-girls-dashboard-data-2yod5",
    wanted=r"VAWG.*Offence.*\.(csv|xlsx)$",
)

CLASSIFICATION, LOCATION = "Offence count classification", "Offence count location"
ALL_FLAGGED = Label("Violence against women and girls", "All flagged offences", LOCATION)
FORCE = AreaRef("force", "Metropolitan Police", "E23000001")

FIGURES = {
    "month": {"recordeddatemonths", "recordeddatemonth", "recordeddate"},
    "count": {"count", "offencecount"},
}
PLACE = {
    "borough": {"boroughname", "borough"},
    "ward": {"wardnameclean2", "wardnameclean", "wardname", "ward"},
}
OFFENCE = {"group": {"crimsecgroup"}, "offence": {"vawgoffence"}}
OPTIONAL = {
    "month committed": {"datecommittedfromdatemonths", "datecommittedfromdatemonth", "datecommittedfromdate"},
    "command unit": {"bculocation", "bcu"},
    "code": {"crimseccodeexpansion"},
    "Home Office offence": {"crimsecoffences"},
    "sheet": {"sheet"},
}
ALL_COLUMNS = FIGURES | PLACE | OFFENCE | OPTIONAL
# The table of victims has these columns too, and more: a file with a column of another name is not this one.
KNOWN = frozenset(chain.from_iterable(ALL_COLUMNS.values()))
MOST_COMMITTED = 20_000  # days or months in which offences were committed; they go back to 1900
NO_PLACE = {"", "n/k", "unknown", "other", "non met police force"}


@dataclass
class _Found:
    """What has been read so far. The `thing` of a line is the number of its words as they are printed."""

    printed: Register[tuple[str, str, str]] = field(default_factory=Register)  # view and its two words
    committed: Register[str] = field(default_factory=Register)
    details: Register[tuple[str, ...]] = field(default_factory=Register)
    lines: Lines = field(default_factory=Lines)


def recognises(file: Opened) -> bool:
    if file.form == "workbook":
        return bool(_sheets(file))
    names = {meaning(name) for name in file.header}
    if not all(names & spellings for spellings in FIGURES.values()) or not names <= KNOWN:
        return False
    return any(all(names & spellings for spellings in words.values()) for words in (PLACE, OFFENCE))


def _sheets(file: Opened) -> dict[str, str]:
    """View -> the name of its sheet."""
    named = {folded(name): name for name in file.sheet_names}
    return {view: named[folded(view)] for view in (CLASSIFICATION, LOCATION) if folded(view) in named}


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    found = _Found()
    if file.form == "workbook":
        for view, name in _sheets(file).items():
            try:
                _read_lines(sheet_table(file, name), view, found, today)
            except BadFile as problem:
                raise BadFile(f"Sheet “{name}”: {problem}") from None
    else:
        _read_lines(file.table(), "", found, today)
    first, columns = found.lines.months()
    views = {view for view, _, _ in found.printed}
    areas, labels, grid = _grid(found, first, columns)
    return Publication(
        source=SOURCE,
        release_month=add_months(first, columns - 1),
        first_month=first,
        part="both" if len(views) == 2 else views.pop().rsplit(" ", 1)[-1],
        areas=areas,
        labels=labels,
        grid=grid,
        rows=len(found.lines),
        caveats=tuple(_caveats(found)),
    )


# --- line by line ----------------------------------------------------------------------------


def _read_lines(table: Delimited, view: str, found: _Found, today: date) -> None:
    header = table.header
    at = positions(header, ALL_COLUMNS)
    needed = {CLASSIFICATION: OFFENCE, LOCATION: PLACE}.get(view, {})
    if lacking := [word for word in (*FIGURES, *needed) if word not in at]:
        raise BadFile(f"The header has no column for the {' and the '.join(lacking)}.")
    month_at, count_at, committed_at = at["month"], at["count"], at.get("month committed")
    printed_at = sorted(set(at.values()) - {month_at, count_at, committed_at})
    months: dict[str, int] = {}
    kinds: dict[tuple[str, ...], tuple[int, int]] = {}
    start = len(found.lines)
    for line, cells in table.lines:
        cells = fitted(cells, header, line=line)
        kind = kinds.get(printed := tuple([cells[place] for place in printed_at]))
        if kind is None:
            entry = _words_of(cells, at, view, line)
            check_words(entry, line=line)
            detail = tuple(map(folded, (entry[0], *printed)))
            kind = kinds[printed] = found.printed.number(entry), found.details.number(detail)
        month = months.get(cells[month_at])
        if month is None:
            day = month_of(cells[month_at], line=line, column=header[month_at], today=today)
            month = months[cells[month_at]] = month_number(day)
        committed = "" if committed_at is None else cells[committed_at]
        found.lines.add(
            kind[0],
            month,
            count_of(cells[count_at], line=line, column=header[count_at]),
            line,
            kind[1] * MOST_COMMITTED + _committed(committed, line, found),
        )
    if len(found.lines) == start:
        raise BadFile("There is a header but no figures below it.")
    _refuse_repeats(found)


def _committed(cell: str, line: int, found: _Found) -> int:
    number = found.committed.number(cell)
    if number >= MOST_COMMITTED:
        raise BadFile(f"Line {line}: more than {MOST_COMMITTED:,} dates of offences; this is another table.")
    return number


def _words_of(cells: list[str], at: dict[str, int], view: str, line: int) -> tuple[str, str, str]:
    """View, and borough and ward or group and offence, of a line of either table."""
    place = [cells[at[word]] if word in at else "" for word in PLACE]
    offence = [cells[at[word]] if word in at else "" for word in OFFENCE]
    printed = folded(cells[at["sheet"]]) if "sheet" in at else ""
    if not view and printed:
        view = next((known for known in (CLASSIFICATION, LOCATION) if folded(known) == printed), "")
        if not view:
            raise BadFile(f"Line {line}: the sheet “{cells[at['sheet']]}” is not known.")
    if not view:
        view = LOCATION if PLACE.keys() <= at.keys() and not any(offence) else CLASSIFICATION
    if view == CLASSIFICATION:
        if any(place):
            raise BadFile(f"Line {line} has a place as well as an offence; the two tables are kept apart.")
        if not all(offence):
            raise BadFile(f"Line {line}: the group or the offence is blank.")
        return view, offence[0], offence[1]
    if any(offence):
        raise BadFile(f"Line {line} has an offence as well as a place; the two tables are kept apart.")
    return view, place[0], place[1]


def _refuse_repeats(found: _Found) -> None:
    if pair := found.lines.repeat():
        first, second = (int(found.lines.line[at]) for at in pair)
        words = " / ".join(filter(None, tuple(found.printed)[int(found.lines.thing[pair[0]])][1:]))
        month = label(month_numbered(int(found.lines.month[pair[0]])))
        raise BadFile(f"Line {second} repeats line {first}: “{words}”, recorded in {month}.")


# --- areas, labels, figures ------------------------------------------------------------------


def _grid(found: _Found, first: date, columns: int) -> tuple[tuple[AreaRef, ...], tuple[Label, ...], Grid]:
    """Every line of the table by location counts to a borough, and to a ward where one is named."""
    areas: Register[AreaRef] = Register()
    labels: Register[Label] = Register()
    names = _ward_names(found)
    whole, part, label_of = (np.full(len(found.printed), -1, dtype=np.int64) for _ in range(3))
    for (view, one, two), at in found.printed.items():
        if view == CLASSIFICATION:
            whole[at] = areas.number(FORCE)
            label_of[at] = labels.number(Label(one, two, view))
            continue
        label_of[at] = labels.number(ALL_FLAGGED)
        whole[at] = areas.number(_borough(one))
        if folded(one) not in NO_PLACE and folded(two) not in NO_PLACE:
            part[at] = areas.number(AreaRef("ward", names[_ward_key(one, two)], within=one))
    lines = found.lines
    has_ward = part[lines.thing] >= 0
    area = np.concatenate([whole[lines.thing], part[lines.thing][has_ward]])
    rest = [
        np.concatenate([numbers, numbers[has_ward]]).astype(np.int64)
        for numbers in (label_of[lines.thing], lines.month - month_number(first), lines.line, lines.count)
    ]
    try:
        return tuple(areas), tuple(labels), grid_of_cells(columns, area, *rest)
    except OverflowError:
        raise BadFile("The counts of one area and month do not fit: a number in the file is wrong.") from None


def _borough(name: str) -> AreaRef:
    if folded(name) in NO_PLACE:
        return AreaRef("pseudo", name or "Unknown")
    return AreaRef("borough", name)


def _ward_key(borough: str, ward: str) -> tuple[str, str]:
    """A ward stands in several spellings: “St Mary's & St James” and “St. Mary's & St. James”."""
    return folded(borough), re.sub(r"[^a-z0-9]+", "", folded(ward).replace("&", "and"))


def _ward_names(found: _Found) -> dict[tuple[str, str], str]:
    """The spelling of each ward that most lines have."""
    lines = np.bincount(found.lines.thing, minlength=len(found.printed))
    spellings: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (view, borough, ward), at in found.printed.items():
        if view == LOCATION:
            spellings[_ward_key(borough, ward)][ward] += int(lines[at])
    return {key: counter.most_common(1)[0][0] for key, counter in spellings.items()}


def _caveats(found: _Found) -> Iterator[str]:
    lines = found.lines
    printed = tuple(found.printed)
    views = {
        view: np.array([entry[0] == view for entry in printed])[lines.thing]
        for view in (CLASSIFICATION, LOCATION)
    }
    yield "Offences are counted in the month in which they were recorded, not in which they were committed."
    yield (
        "Flags of domestic abuse before and after March 2024 are not comparable: "
        "the Met changed its recording system."
    )
    outside = np.array(["outside of vawg" in folded(entry[1]) for entry in printed])[lines.thing]
    total = int(lines.count[views[CLASSIFICATION]].sum())
    if outside.any():
        yield (
            f"{int(lines.count[outside].sum()):,} of {total:,} offences are flagged although they lie "
            "outside the Met's classification. The table by location cannot tell them apart."
        )
    no_ward = np.array(
        [
            view == LOCATION and folded(borough) not in NO_PLACE and folded(ward) in NO_PLACE
            for view, borough, ward in printed
        ]
    )[lines.thing]
    if no_ward.any():
        yield (
            f"{int(lines.count[no_ward].sum()):,} offences have a borough and no ward: "
            "wards add up to less than their borough."
        )
    located = int(lines.count[views[LOCATION]].sum())
    if views[CLASSIFICATION].any() and views[LOCATION].any() and total != located:
        yield (
            f"The table by classification has {total:,} offences and the one by location {located:,}; "
            "in a whole file they are the same."
        )
