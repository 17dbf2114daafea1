"""Metropolitan Police: the Monthly Crime Dashboard (M1045), in three files: TNO, Other and Knife.

Nothing in it may be added up without thought. Boroughs and wards stand in one column and are the same
offences; subtypes lie inside each other; offences and positive outcomes are two measures. What was not
recorded has no line. Crime types are refreshed on different days. Hate crime and domestic abuse break in
March 2024.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

import numpy as np

from crime_data.importers.contract import AreaRef, BadFile, Label, Publication, SetAside, SourceSpec
from crime_data.importers.delimited import Delimited
from crime_data.importers.grid import NOT_PUBLISHED, Grid, Register, grid_of_cells
from crime_data.importers.mps_long import (
    Lines,
    check_words,
    count_of,
    day_in_words,
    fitted,
    folded,
    meaning,
    month_number,
    month_numbered,
    month_of,
    positions,
    sheet_header,
    sheet_table,
)
from crime_data.importers.opened import Opened
from crime_data.months import add_months, label

SOURCE = SourceSpec(
    key="mps-dashboard",
    name="MPS Monthly Crime Dashboard",
    publisher="Metropolitan Police Service, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/mps-monthly-crime-dashboard-data-e5n6w",
    rhythm="monthly",
    release_day=6,
    sums_from="borough",
    side_by_side=True,
    listing="https://data.london.gov.uk/api/dataset/mps-monthly-crime-dashboard-data-e5n6w",
    wanted=r"MonthlyCrimeDashboard_(TNO|Other|Knife)CrimeData.*\.(csv|xlsx)$",
)

PLACE = {
    "area type": {"areatype"},
    "Borough_SNT": {"boroughsnt"},
    "area name": {"areaname"},
    "area code": {"areacode"},
}
LABEL = {
    "crime type": {"crimetype", "offencegroup"},
    "crime subtype": {"crimesubtype", "offencesubgroup"},
    "measure": {"measure"},
}
NEEDED = PLACE | LABEL | {"month": {"monthyear"}, "count": {"count"}}
REFRESH = {"refresh date": {"refreshdate"}}  # files of 2018-22 have none

BOROUGHS, WARDS = "borough", "safer neighbourhood teams"
_BOROUGH_CODE = re.compile(r"E09\d{6}", re.ASCII)
_WARD_CODE = re.compile(r"E05\d{6}", re.ASCII)
MOST_LABELS = 1_000
CONNECT = date(2024, 3, 1)  # the first whole month in the Met's new recording system
BROKEN = {"hate crime": "Hate crime", "domestic abuse": "Domestic abuse"}


@dataclass(frozen=True, slots=True)
class _Place:
    """An area as it is printed: level, borough and ward run together, name and code."""

    level: str
    borough_snt: str
    name: str
    code: str

    @property
    def is_borough(self) -> bool:
        return folded(self.level) == BOROUGHS

    @property
    def is_real_borough(self) -> bool:
        return self.is_borough and bool(_BOROUGH_CODE.fullmatch(self.code))

    @property
    def is_ward(self) -> bool:
        return folded(self.level) == WARDS


@dataclass
class _Found:
    """What has been read so far. The `thing` of a line is its place times a thousand, and its label."""

    places: list[_Place] = field(default_factory=list)
    place_lines: list[int] = field(default_factory=list)  # the line each place was first seen on
    labels: Register[Label] = field(default_factory=Register)
    lines: Lines = field(default_factory=Lines)
    refreshed: set[tuple[str, str]] = field(default_factory=set)  # crime type and day, as printed


def recognises(file: Opened) -> bool:
    return any(_fits(header) for header in _headers(file))


def _headers(file: Opened) -> Iterator[tuple[str, ...]]:
    if file.form in ("text", "parquet"):
        yield file.header
    elif len(file.sheet_names) == 1:
        yield sheet_header(file, file.sheet_names[0])


def _fits(header: tuple[str, ...]) -> bool:
    names = {meaning(name) for name in header}
    return all(names & spellings for spellings in NEEDED.values())


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    table = sheet_table(file, file.sheet_names[0]) if file.form == "workbook" else file.table()
    found = _read_lines(table, today)
    first, columns = found.lines.months()
    _refuse_repeats(found)
    of_place, areas, set_aside = _areas(found)
    labels = tuple(found.labels)
    unpublished = _unpublished(found, labels, first, columns)
    last = add_months(first, columns - 1)
    return Publication(
        source=SOURCE,
        release_month=last,
        first_month=first,
        part=_part(table.header, labels),
        areas=areas,
        labels=labels,
        grid=_grid(found, of_place, unpublished, first, columns),
        rows=len(found.lines),
        set_aside=set_aside,
        caveats=tuple(_caveats(found, labels, unpublished, first, last)),
    )


# --- line by line ----------------------------------------------------------------------------


def _read_lines(table: Delimited, today: date) -> _Found:
    header, found = table.header, _Found()
    at = positions(header, NEEDED | REFRESH)
    place_of = itemgetter(*(at[word] for word in PLACE))
    label_of = itemgetter(*(at[word] for word in LABEL))
    refresh_at = at.get("refresh date")
    month_at, count_at, type_at = at["month"], at["count"], at["crime type"]
    month_name, count_name = header[month_at], header[count_at]
    places: dict[tuple[str, ...], int] = {}
    labels: dict[tuple[str, ...], int] = {}
    months: dict[str, int] = {}
    spellings: dict[tuple[str, ...], int] = {}
    words: dict[str, str] = {}
    add = found.lines.add
    for line, cells in table.lines:
        cells = fitted(cells, header, line=line)
        place = places.get(printed := place_of(cells))
        if place is None:
            place = places[printed] = _new_place(printed, line, spellings, found)
        category = labels.get(printed := label_of(cells))
        if category is None:
            category = labels[printed] = _new_label(printed, line, words, found)
        month = months.get(cells[month_at])
        if month is None:
            day = month_of(cells[month_at], line=line, column=month_name, today=today)
            month = months[cells[month_at]] = month_number(day)
        add(
            place * MOST_LABELS + category,
            month,
            count_of(cells[count_at], line=line, column=count_name),
            line,
        )
        if refresh_at is not None:
            found.refreshed.add((cells[type_at], cells[refresh_at]))
    return found


def _new_place(
    printed: tuple[str, ...], line: int, spellings: dict[tuple[str, ...], int], found: _Found
) -> int:
    check_words(printed, line=line)
    place = _Place(*printed)
    if not place.level or not (place.borough_snt or place.name):
        raise BadFile(f"Line {line}: the area type or the name of the area is blank.")
    number = spellings.setdefault(tuple(map(folded, printed)), len(found.places))
    if number == len(found.places):
        found.places.append(place)
        found.place_lines.append(line)
    return number


def _new_label(printed: tuple[str, ...], line: int, words: dict[str, str], found: _Found) -> int:
    check_words(printed, line=line)
    if not all(printed):
        raise BadFile(f"Line {line}: the crime type, the subtype or the measure is blank.")
    # One label is spelt in two ways, once for each measure: the first spelling stands for both.
    number = found.labels.number(Label(*(words.setdefault(folded(word), word) for word in printed)))
    if number >= MOST_LABELS:
        raise BadFile(
            f"Line {line}: the file has more than {MOST_LABELS:,} categories; this is another table."
        )
    return number


def _refuse_repeats(found: _Found) -> None:
    if pair := found.lines.repeat():
        lines = found.lines
        first, second = (int(lines.line[at]) for at in pair)
        place = found.places[int(lines.thing[pair[0]]) // MOST_LABELS]
        category = tuple(found.labels)[int(lines.thing[pair[0]]) % MOST_LABELS]
        raise BadFile(
            f"Line {second} repeats line {first}: {category.minor}, {category.counted}, in "
            f"“{place.borough_snt or place.name}” in {label(month_numbered(int(lines.month[pair[0]])))}."
        )


# --- areas -----------------------------------------------------------------------------------


def _areas(found: _Found) -> tuple[np.ndarray, tuple[AreaRef, ...], tuple[SetAside, ...]]:
    """The number of its area for each place, -1 for one that is set aside; the areas; what is set aside."""
    _refuse_swapped_codes(found)
    place_of_line = found.lines.thing // MOST_LABELS
    rows = np.bincount(place_of_line, minlength=len(found.places))
    totals = np.bincount(place_of_line, weights=found.lines.count, minlength=len(found.places))
    boroughs = {
        folded(place.borough_snt): place.borough_snt for place in found.places if place.is_real_borough
    }
    areas: Register[tuple[str, str, str]] = Register()
    names: defaultdict[int, Counter[str]] = defaultdict(Counter)
    aside: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    of_place = np.full(len(found.places), -1, dtype=np.int32)
    for at, place in enumerate(found.places):
        key = _key(place, boroughs)
        if key is None:
            why = aside[_why_aside(place)]
            why[0] += int(rows[at])
            why[1] += int(totals[at])
            continue
        of_place[at] = areas.number(key)
        names[areas[key]][place.name or place.borough_snt] += int(rows[at])
    refs = tuple(
        AreaRef(kind, names[number].most_common(1)[0][0], "" if kind == "pseudo" else code, within)
        for (kind, code, within), number in areas.items()
    )
    if not any(ref.kind == "borough" for ref in refs):
        raise BadFile(
            "The file has no line of area type Borough with the code of a borough (E09…): "
            "part of it is missing. Use the file as it was downloaded."
        )
    return of_place, refs, tuple(SetAside(*what, *sums) for what, sums in aside.items())


def _key(place: _Place, boroughs: dict[str, str]) -> tuple[str, str, str] | None:
    """Kind, code and borough. The name of a ward is no part of it: its spelling changes from line to line."""
    if place.is_real_borough:
        return "borough", place.code, ""
    if place.is_borough:
        return "pseudo", folded(place.name or place.borough_snt), ""
    if place.is_ward and _WARD_CODE.fullmatch(place.code):
        printed = folded(place.borough_snt)
        within = [name for name in boroughs if printed.startswith(name + " ")]
        return ("ward", place.code, boroughs[max(within, key=len)]) if within else None
    return None


def _why_aside(place: _Place) -> tuple[str, str]:
    if not place.is_ward:
        return (
            f"Area type “{place.level}”",
            "Only Borough and Safer Neighbourhood Teams are known; another level repeats the same offences.",
        )
    return (
        f"Safer Neighbourhood Teams, “{place.borough_snt or place.name}”, code “{place.code}”",
        "These lines name no ward of a borough. The same offences stand in the lines of area type Borough, "
        "so the totals of boroughs and force have them.",
    )


def _refuse_swapped_codes(found: _Found) -> None:
    seen: dict[str, int] = {}
    for at, place in enumerate(found.places):
        if not place.is_real_borough:
            continue
        before = seen.setdefault(place.code, at)
        if folded(found.places[before].name) != folded(place.name):
            raise BadFile(
                f"Line {found.place_lines[at]}: the code {place.code} stands beside “{place.name}”, "
                f"and in line {found.place_lines[before]} beside “{found.places[before].name}”."
            )


# --- figures ---------------------------------------------------------------------------------


def _unpublished(
    found: _Found, labels: tuple[Label, ...], first: date, columns: int
) -> dict[str, tuple[int, ...]]:
    """Crime types -> the columns before and after their own months: they were refreshed on another day.

    A month without a line is nought; a crime type without any line in all of London was not published.
    """
    column = found.lines.month - month_number(first)
    major_of = np.array([_number_of_major(labels)[entry.major] for entry in labels], dtype=np.int64)
    of_line = major_of[found.lines.thing % MOST_LABELS]
    missing = {}
    for major, number in _number_of_major(labels).items():
        here = column[of_line == number]
        outside = (*range(int(here.min())), *range(int(here.max()) + 1, columns))
        if outside:
            missing[major] = outside
    return missing


def _number_of_major(labels: tuple[Label, ...]) -> dict[str, int]:
    return {major: number for number, major in enumerate(dict.fromkeys(entry.major for entry in labels))}


def _grid(
    found: _Found, of_place: np.ndarray, unpublished: dict[str, tuple[int, ...]], first: date, columns: int
) -> Grid:
    lines = found.lines
    area, category = of_place[lines.thing // MOST_LABELS], lines.thing % MOST_LABELS
    kept = area >= 0
    parts = [
        np.stack([area, category, lines.month - month_number(first), lines.line, lines.count])[
            :, kept
        ].astype(np.int64)
    ]
    for number, entry in enumerate(found.labels):
        outside = unpublished.get(entry.major, ())
        for place in np.unique(area[kept & (category == number)]).tolist() if outside else ():
            parts.append(np.array([[place, number, column, 0, NOT_PUBLISHED] for column in outside]).T)
    cells = np.concatenate(parts, axis=1)
    try:
        return grid_of_cells(columns, *cells)
    except OverflowError:
        raise BadFile("The counts of one area and month do not fit: a number in the file is wrong.") from None


def _part(header: tuple[str, ...], labels: tuple[Label, ...]) -> str:
    majors = {folded(entry.major) for entry in labels}
    # The TNO files of single financial years have the column names of the other two.
    if "offencegroup" in map(meaning, header) or majors & {"burglary", "violence against the person"}:
        return "tno"
    return "knife" if majors == {"knife crime"} else "other"


# --- what a reader must know -----------------------------------------------------------------


def _caveats(
    found: _Found, labels: tuple[Label, ...], unpublished: dict[str, tuple[int, ...]], first: date, last: date
) -> Iterator[str]:
    majors = {folded(entry.major) for entry in labels}
    if first.month != 4:
        yield f"The first financial year is incomplete: the file begins with {label(first)}."
    if last.month != 3:
        yield f"The last financial year is incomplete: the file ends with {label(last)}."
    if first < CONNECT <= last and (broken := sorted(BROKEN[key] for key in majors & set(BROKEN))):
        yield (
            f"{' and '.join(broken)}: figures up to February 2024 and from March 2024 on are not comparable. "
            "The Met changed its recording system."
        )
    if "hate crime" in majors:
        yield "Hate crime does not include what is flagged as domestic abuse only."
    if any("other accepted crime" in (folded(entry.major), folded(entry.minor)) for entry in labels):
        yield "“Other Accepted Crime” is not notifiable and belongs to no total of recorded offences."
    if any("victims" in folded(entry.minor) for entry in labels):
        yield "“Knife Injury Victims” counts people, not offences."
    yield from _refresh_caveat(found.refreshed)
    for major, columns in unpublished.items():
        names = ", ".join(_spans([add_months(first, column) for column in columns]))
        yield f"{major} has no line at all for {names}: taken as not published, not as nought."
    yield from _level_caveat(found)


def _refresh_caveat(refreshed: set[tuple[str, str]]) -> Iterator[str]:
    days: defaultdict[str, set[str]] = defaultdict(set)
    for major, day in refreshed:
        days[day_in_words(day) or "a day that is not printed"].add(major)
    if len(days) > 1:
        parts = sorted(f"{', '.join(sorted(majors))} on {day}" for day, majors in days.items())
        yield f"Not all crime types were refreshed on one day: {'; '.join(parts)}."


def _spans(months: list[date]) -> Iterator[str]:
    """Months in words, those that follow each other as one span."""
    start = months[0]
    for month in months:
        if add_months(month, 1) not in months:
            yield label(start) if start == month else f"{label(start)} to {label(month)}"
            start = next((later for later in months if later > month), month)


def _level_caveat(found: _Found) -> Iterator[str]:
    """Both levels hold the same offences, each with lines for what has no place."""
    lines = found.lines
    place = lines.thing // MOST_LABELS
    key = (lines.thing % MOST_LABELS) * 12 * 3000 + lines.month.astype(np.int64)
    keys, at = np.unique(key, return_inverse=True)
    sums = []
    for level in ("is_borough", "is_ward"):
        here = np.array([getattr(entry, level) for entry in found.places])[place]
        sums.append(np.bincount(at[here], weights=lines.count[here], minlength=len(keys)))
    differ = int((sums[0] != sums[1]).sum())
    if differ:
        yield (
            f"The lines of Borough ({int(sums[0].sum()):,} in all) and of Safer Neighbourhood Teams "
            f"({int(sums[1].sum()):,}) do not agree in {differ:,} of {len(keys):,} months and categories. "
            "In a whole file they do."
        )
