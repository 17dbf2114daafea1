"""The borough profile: every crime type that is counted, twelve months beside the twelve before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crime_data.breaks import Break, Period
from crime_data.models import CrimeType
from crime_data.months import add_months, label
from crime_data.queries import Held, MonthlyCounts, NotHeld, held_on
from measures.figures import drawings
from measures.figures.ground import (
    NOT_OFFENCES,
    PEOPLE_PRINTED,
    VICTIMS,
    From,
    Ground,
    ground,
)
from measures.figures.lines import COLUMNS, NO_RATE, Line, breaks_of, cells_of, line_of, newest_of
from measures.figures.lines import ended as ended_since
from measures.queries.known import added_up
from measures.queries.provenances import provenance_of
from partners.models import Partnership

SORTS = ("type", "name", "change")

GROUPS = {
    "offences": (
        "Recorded offences",
        "Each offence is counted once, under what the police recorded. A kind that is set in is part of the "
        "kind above it, so lines of different depth are not added up.",
    ),
    "flags": (
        "Counted across the kinds of offence",
        "A flag such as hate crime, domestic abuse or knife crime marks offences that are counted above as "
        "well, and one offence can have several. These lines overlap with each other and with those above: "
        "they are never added up.",
    ),
    "incidents": (
        "Incidents that are no crimes",
        "Antisocial behaviour is reported as incidents. It is no part of recorded crime and not in any sum "
        "above.",
    ),
    "victims": ("People", "These lines count people hurt and not offences. Never add them to offences."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its place in the tree. `sparkline` is safe to show."""

    line: Line
    depth: int
    parent: str
    sparkline: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are counted in one way; `note` says what may not be done with them."""

    key: str
    name: str
    note: str
    rows: tuple[Row, ...]

    @property
    def period(self) -> str:
        """What most of its lines are about; the others say so themselves."""
        return Counter(row.line.period for row in self.rows).most_common(1)[0][0]

    @property
    def period_before(self) -> str:
        return next(row.line.period_before for row in self.rows if row.line.period == self.period)


@dataclass(frozen=True, slots=True)
class Profile:
    """All lines, by group. `people` says what rates are per; `ended` are types not counted any more."""

    place: str
    sort: str
    groups: tuple[Group, ...]
    people: str
    breaks: tuple[Break, ...]
    ended: tuple[str, ...]
    origin: From
    newest: tuple[tuple[str, date], ...]

    @property
    def lines(self) -> list[Line]:
        return [row.line for group in self.groups for row in group.rows]

    @property
    def all_illustrative(self) -> bool:
        return all(one.illustrative for one in self.origin.provenances)

    @property
    def data_to(self) -> str:
        """`recorded crime to March 2026, ...`: each source with its last month."""
        return "; ".join(f"{source}: to {label(month)}" for source, month in self.newest)

    @property
    def forbidding(self) -> tuple[Break, ...]:
        return tuple(dict.fromkeys(one for line in self.lines for one in line.across))

    def csv_rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = [["Group", *COLUMNS]]
        for group in self.groups:
            rows += ([group.name, *cells_of(row.line)] for row in group.rows)
        return rows


def profile(partnership: Partnership, sort: str = "type") -> Profile | None:
    """Every crime type held for the partnership's own areas; None where there is none. Seven queries."""
    stand = ground(partnership)
    if stand is None:
        return None
    counts = {source: stand.crime_types.keys() for source in stand.sources}
    own = stand.places.own
    [held] = held_on([None], areas=[area.pk for area in own], counts=counts, printed=PEOPLE_PRINTED)
    found: list[Line] = []
    ended: list[str] = []
    for source, kinds in _held_types(stand, held).items():
        newest = newest_of(kinds.values())
        if newest is None:
            continue
        now = (add_months(newest, -11), newest)
        for pk, series in kinds.items():
            line = _line(stand, held, source, stand.crime_types[pk], series, now)
            if line is None or ended_since(series, now):
                ended.append(stand.crime_types[pk].name)
            else:
                found.append(line)
    if not found:
        return None
    sort = sort if sort in SORTS else SORTS[0]
    people = next((line.population for line in found if line.population), None)
    used = {line.source_key: line for line in found}
    origins = [
        provenance_of(line.counts.holding, (line.before or line.now)[0], line.now[1])
        for line in used.values()
    ]
    return Profile(
        place=partnership.place,
        sort=sort,
        groups=tuple(_groups(stand, found, sort)),
        people=f"{people[0]:,} people ({people[1]})" if people else "",
        breaks=breaks_of(found),
        ended=tuple(ended),
        origin=From((*origins, *([stand.people_from(held)] if people else []))),
        newest=tuple((line.counts.holding.release.source.name, line.now[1]) for line in used.values()),
    )


def profile_called(slug: str) -> Profile:
    """The profile of the partnership of this short name. Raises NotHeld."""
    found = Partnership.objects.filter(slug=slug).first()
    made = profile(found) if found else None
    if made is None:
        raise NotHeld(f"No figures are held for a partnership “{slug[:40]}”. Write partnership=bexley.")
    return made


def _held_types(stand: Ground, held: Held) -> dict[str, dict[int, MonthlyCounts]]:
    """Source -> its crime types with their counts; a type is answered by the first source that has it."""
    own = [area.pk for area in stand.places.own]
    found: dict[str, dict[int, MonthlyCounts]] = {}
    seen: set[int] = set()
    for source in stand.sources:
        for pk in stand.crime_types:
            series = added_up([held.counts.get((source, area, pk)) for area in own])
            if series is not None and pk not in seen:
                seen.add(pk)
                found.setdefault(source, {})[pk] = series
    return found


def _line(
    stand: Ground, held: Held, source: str, kind: CrimeType, series: MonthlyCounts, now: Period
) -> Line | None:
    own = stand.places.own
    return line_of(
        kind,
        series,
        now,
        source=source,
        name=stand.partnership.place,
        where=stand.partnership.place,
        code=own[0].code,
        kind="own",
        population=None if kind.key in NO_RATE else stand.people(held, own, now[1].year),
    )


def _groups(stand: Ground, lines: Sequence[Line], sort: str) -> Iterable[Group]:
    for key, (name, note) in GROUPS.items():
        rows = [_row(stand, line) for line in lines if _group_of(line.crime_type) == key]
        rows.sort(key=_ORDERS[sort])
        if rows:
            yield Group(key, name, note, tuple(rows))


_ORDERS = {
    "type": lambda row: row.line.crime_type.pk,
    "name": lambda row: row.line.crime_type.name,
    "change": lambda row: (
        not row.line.compared,
        -(row.line.change.difference or 0) if row.line.compared else 0,
        row.line.crime_type.name,
    ),
}


def _row(stand: Ground, line: Line) -> Row:
    kind = line.crime_type
    parent = stand.crime_types[kind.parent_id] if kind.parent_id else None
    above = parent.name if parent and parent.parent_id else ""
    return Row(line, stand.depth(kind), above, drawings.sparkline(line))


def _group_of(kind: CrimeType) -> str:
    if kind.key in NOT_OFFENCES:
        return "incidents"
    if kind.key in VICTIMS:
        return "victims"
    return "offences" if kind.parent_id or kind.key == "all" else "flags"
