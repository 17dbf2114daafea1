"""Metropolitan Police: recorded crime by borough, one row a borough and category, one column a month.

Four spellings of the header and five generations of category names are in use; columns are matched by
meaning, never by position. A missing row means none recorded; a missing column means not published.
"""

import re
from datetime import date

import numpy as np

from crime_data.importers.contract import BadFile, Label, Publication, SourceSpec
from crime_data.importers.delimited import read_delimited, same_width, whole_number
from crime_data.months import add_months, label

SOURCE = SourceSpec(
    key="mps-borough",
    name="MPS recorded crime by borough",
    publisher="Metropolitan Police Service, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/recorded_crime_summary",
    rhythm="monthly",
    release_day=6,
)

COLUMNS = {
    "major": {"majortext", "majorcategory"},
    "minor": {"minortext", "minorcategory"},
    "borough": {"boroughname", "lookupboroughname", "borough"},
}
RECENT_MONTHS = 24
MOST_IN_A_MONTH = 1_000_000  # ten times what the whole of London records
_MONTH = re.compile(r"(20\d\d)(0[1-9]|1[0-2])", re.ASCII)


def _meaning(name: str) -> str:
    return re.sub(r"[\s_]+", "", name).casefold()


def recognises(header: tuple[str, ...]) -> bool:
    """Whether the first columns are those of this source, in any order and spelling."""
    names = {_meaning(name) for name in header}
    ward_or_lsoa = names & {"wardname", "wardcode", "lsoacode", "lsoaname"}
    return not ward_or_lsoa and all(names & spellings for spellings in COLUMNS.values())


def read(content: bytes, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    table = read_delimited(content)
    places = {key: _place(table.header, key) for key in COLUMNS}
    months = _months(table.header, set(places.values()), today)
    first, last = min(months), max(months)
    ordered = [months[month] for month in sorted(months)]

    lines: list[int] = []
    areas: list[str] = []
    labels: list[Label] = []
    counts: list[list[int]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, cells in table.lines:
        cells = same_width(cells, table.header, line=line)
        major, minor, borough = (cells[places[key]] for key in ("major", "minor", "borough"))
        for key, value in (("major", major), ("minor", minor), ("borough", borough)):
            if not value:
                raise BadFile(f"Line {line}, column {table.header[places[key]]}: the cell is blank.")
        same = (" ".join(major.split()).casefold(), " ".join(minor.split()).casefold(), borough.casefold())
        if same in seen:
            raise BadFile(
                f"Line {line} repeats line {seen[same]}: “{major} / {minor}” for {borough} stands there "
                "already."
            )
        seen[same] = line
        lines.append(line)
        areas.append(borough)
        labels.append(Label(major, minor))
        counts.append([whole_number(cells[at], line=line, column=table.header[at]) for at in ordered])
    if not counts:
        raise BadFile("The file has a header but no figures below it.")

    table_of_counts = np.array(counts, dtype=np.int32)
    for month, total in zip(sorted(months), table_of_counts.sum(axis=0, dtype=np.int64), strict=True):
        if total > MOST_IN_A_MONTH:
            raise BadFile(
                f"Column {month:%Y%m} adds up to {total:,} offences, more than ten times what London records "
                "in a month. A number in it is wrong, or a row of totals was added."
            )

    # The Historical file ends in the month before the 24 recent ones of the same publication begin.
    recent = len(months) <= RECENT_MONTHS or add_months(last, RECENT_MONTHS) > today
    return Publication(
        source=SOURCE,
        release_month=last if recent else add_months(last, RECENT_MONTHS),
        first_month=first,
        last_month=last,
        part="recent" if recent else "historical",
        lines=tuple(lines),
        areas=tuple(areas),
        labels=tuple(labels),
        counts=table_of_counts,
    )


def _place(header: tuple[str, ...], key: str) -> int:
    at = [i for i, name in enumerate(header) if _meaning(name) in COLUMNS[key]]
    if len(at) != 1:
        names = ", ".join(f"“{header[i]}”" for i in at)
        raise BadFile(f"The header has {len(at)} columns for the {key} ({names}); there must be one.")
    return at[0]


def _months(header: tuple[str, ...], taken: set[int], today: date) -> dict[date, int]:
    """First day of each month -> its column. Months are YYYYMM, without a gap and none twice."""
    months: dict[date, int] = {}
    for at, name in enumerate(header):
        if at in taken:
            continue
        found = _MONTH.fullmatch(name)
        if not found:
            raise BadFile(
                f"Column {at + 1} of the header is “{name}”, which is not a month such as 202401. "
                "A spreadsheet may have changed or added it: use the file as it was downloaded."
            )
        month = date(int(found.group(1)), int(found.group(2)), 1)
        if month in months:
            raise BadFile(
                f"The month {name} stands twice in the header (columns {months[month] + 1} and {at + 1})."
            )
        if month > today:
            raise BadFile(f"Column {at + 1} is {label(month)}, which lies in the future.")
        months[month] = at
    if not months:
        raise BadFile("The header has no month columns such as 202401.")
    month = min(months)
    while month < max(months):
        month = add_months(month, 1)
        if month not in months:
            raise BadFile(
                f"The header has no column for {label(month)} ({month:%Y%m}); months must follow each other."
            )
    return months
