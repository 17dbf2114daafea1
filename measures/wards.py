"""Figures of wards for the public: counts by crime type and year, with what must be withheld left out.

The page, its map, the CSV file and the JSON are all made of one `PublicWards`, which holds no withheld count.
Only whole years are asked for, and only of the newest release: years do not overlap, and wards of two
editions of the geography, which would differ by a street, never stand beside each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from crime_data.mapping import normal
from crime_data.models import Area, AreaLink, AreaShape, CrimeType, CrimeTypeTable, ReleaseFile
from crime_data.months import add_months, period_label
from crime_data.packing import NOT_PUBLISHED, unpack, unpack_ids
from crime_data.queries import Holding, NotHeld, holdings
from crime_data.queries.figures import joined
from crime_data.sensitive import sensitive_reasons, sensitive_types
from measures import disclosure
from measures.charts import ChartSpec, Ward, WardMap
from measures.queries.drawings import Chart
from partners.models import Partnership

SOURCE = "mps-ward"
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Choice:
    """What else can be asked for."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class SensitiveKind:
    """A crime type whose small counts are withheld, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class PublicWard:
    """One ward. `count` and `rank` are None where the count is withheld; rank 1 is the highest of the counts
    shown, equal counts share one."""

    code: str
    name: str
    borough: str
    count: int | None
    rank: int | None

    @property
    def said(self) -> str:
        return WITHHELD if self.count is None else f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class PublicBorough:
    """All offences of the ward file in a borough: the sum of its wards, shown or not."""

    code: str
    name: str
    count: int

    @property
    def said(self) -> str:
        return f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class PublicWards:
    """Counts by ward of one crime type in one year, out of one release; highest first, withheld ones last in
    the order of their names. `chart` is the map, None where not every ward's outline is held."""

    crime_type: Choice
    noun: str
    first: date
    last: date
    year: int
    wards: tuple[PublicWard, ...]
    boroughs: tuple[PublicBorough, ...]
    types: tuple[Choice, ...]
    years: tuple[Choice, ...]
    sensitive_kinds: tuple[SensitiveKind, ...]
    chart: Chart | None
    headline: str
    summary: str
    note: str
    edition: str
    made_up_map: bool
    source: str
    publisher: str
    licence: str
    release: str
    published_on: date
    illustrative: bool

    @property
    def period(self) -> str:
        return period_label(self.first, self.last)

    @property
    def withheld(self) -> int:
        return sum(ward.count is None for ward in self.wards)

    @property
    def sensitive(self) -> bool:
        return self.crime_type.key in sensitive_types()

    @property
    def financial(self) -> bool:
        return self.first.month == 4

    def csv_rows(self) -> list[list[str | int]]:
        head: list[str | int] = [
            "Ward", "Ward code", "Borough", "Crime type", "From", "To", "Offences", "Rank",
        ]  # fmt: skip
        rows = [
            [
                ward.name, ward.code, ward.borough, self.crime_type.name, f"{self.first:%Y-%m}",
                f"{self.last:%Y-%m}", WITHHELD if ward.count is None else ward.count,
                WITHHELD if ward.rank is None else ward.rank,
            ]
            for ward in self.wards
        ]  # fmt: skip
        return [head, *rows]


def wards_called(slug: str, *, crime_type: str = "", year: str = "") -> PublicWards:
    """The same for the partnership with this short name in its address. Raises NotHeld in words."""
    partnership = Partnership.objects.filter(slug=slug).first()
    if not partnership:
        known = ", ".join(Partnership.objects.values_list("slug", flat=True)) or "none yet"
        raise NotHeld(f"Name a partnership. There are: {known}.")
    return wards(partnership, crime_type=crime_type, year=year)


def wards(partnership: Partnership, *, crime_type: str = "", year: str = "") -> PublicWards:
    """The wards of a partnership's boroughs; the newest whole year and all offences unless told.

    `year` is the one in which the year begins. Raises NotHeld in words.
    """
    held = holdings(source_key=SOURCE)
    boroughs = _boroughs(partnership)
    years = _years(held, partnership.year_basis)
    if not years or not boroughs:
        raise NotHeld("No figures by ward are held for a whole year.")
    asked = _year(year, years)
    first = date(asked, years[asked].month, 1)
    last = add_months(first, 11)
    chain = tuple(reversed([holding for holding in held if holding.covers(first, last)]))
    digests = tuple((file.digest, file.mapping) for holding in chain for file in holding.files)
    tables = [_decided(borough, first, last, chain, digests) for borough in boroughs]
    tables = [table for table in tables if table.areas]
    if not tables:
        raise NotHeld(f"No figures by ward are held for {' and '.join(area.name for area in boroughs)}.")
    kinds = _kinds(tables)
    kind = kinds.get(crime_type or "all")
    if kind is None:
        raise NotHeld(
            f"No figures by ward are held for the crime type “{crime_type[:40]}” in "
            f"{period_label(first, last)}. There are: {', '.join(kinds)}."
        )
    return _public(kind, kinds, tables, years, first, last, chain[-1])


# --- which boroughs and years ------------------------------------------------------------------


def _boroughs(partnership: Partnership) -> list[Area]:
    """Those of the partnership's boroughs whose years are its own years.

    Two partnerships with different years for one borough would publish years that overlap: the first one
    there decides for the borough.
    """
    found = []
    for area in partnership.areas.filter(kind=Area.Kind.BOROUGH):
        deciding = Partnership.objects.filter(areas=area).order_by("pk").first()
        if deciding and deciding.year_basis == partnership.year_basis:
            found.append(area)
    return found


def _years(held: Sequence[Holding], basis: str) -> dict[int, date]:
    """Year -> its first day, newest first: those of which one release holds all months."""
    start = 4 if basis == Partnership.YearBasis.FINANCIAL else 1
    asked = {
        year
        for holding in held
        for year in range(holding.first_month.year, holding.last_month.year + 1)
        if holding.covers(date(year, start, 1), add_months(date(year, start, 1), 11))
    }
    return {year: date(year, start, 1) for year in sorted(asked, reverse=True)}


def _year(asked: str, years: dict[int, date]) -> int:
    if not asked:
        return next(iter(years))
    for year in years:
        if asked == str(year):
            return year
    raise NotHeld(
        f"No release holds all months of the year “{asked[:10]}” by ward. There are: "
        f"{', '.join(str(year) for year in years)}."
    )


# --- counts, and what is withheld of them ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counts:
    """One borough, one year, one release; `counts` has shape (areas, types) and is all of it, `hidden` says
    what of it may not leave this module."""

    borough: Area
    areas: tuple[Area, ...]
    types: tuple[CrimeType, ...]
    counts: np.ndarray
    hidden: np.ndarray


@lru_cache(maxsize=512)
def _decided(
    borough: Area,
    first: date,
    last: date,
    chain: tuple[Holding, ...],
    digests: tuple[tuple[str, str], ...],
) -> _Counts:
    """The newest release of the chain, with what it and all before it withhold.

    `digests` name what the files of the chain hold, so that a kept answer is never one for other figures.
    """
    places = _wards_of(borough)
    kept: set[tuple[str, str]] = set()
    for holding in chain:
        areas, types, counts = _yearly(holding, places, first, last)
        # Wards by name: between two editions of the geography the code changes and the place may not.
        names = [[(normal(area.name), kind.key) for kind in types] for area in areas]
        before = np.array([[name in kept for name in row] for row in names]).reshape(counts.shape)
        hidden = disclosure.withheld(
            counts,
            _parents(types),
            [kind.key in sensitive_types() for kind in types],
            before=before.astype(bool),
        )
        kept |= {names[area][kind] for area, kind in np.argwhere(hidden).tolist()}
    return _Counts(borough, areas, types, counts, hidden)


def _wards_of(borough: Area) -> dict[int, Area]:
    """Of every edition of the geography: a release has those that it prints."""
    links = AreaLink.objects.filter(whole=borough, part__kind=Area.Kind.WARD, file=None)
    return {link.part_id: link.part for link in links.select_related("part")}


def _yearly(
    holding: Holding, places: dict[int, Area], first: date, last: date
) -> tuple[tuple[Area, ...], tuple[CrimeType, ...], np.ndarray]:
    """Wards, types and counts of the year. A type that a file does not print for a ward has none there; one
    that is not published for every month and ward is left out."""
    files = {file.pk: file for file in holding.spans(first, last)}
    packed = CrimeTypeTable.objects.filter(file__in=list(files), area__in=list(places))
    rows = list(packed.values_list("file_id", "area_id", "crime_types", "values"))
    areas = sorted({area for _, area, _, _ in rows}, key=lambda pk: (places[pk].name, pk))
    kinds = sorted({int(kind) for _, _, ids, _ in rows for kind in unpack_ids(ids)})
    by_file = {
        pk: np.zeros((len(areas), len(kinds), file.periods), dtype=np.int32) for pk, file in files.items()
    }
    for pk, area, ids, values in rows:
        at = np.searchsorted(kinds, unpack_ids(ids))
        by_file[pk][areas.index(area), at] = unpack(values, len(at))
    held = joined(holding, list(by_file.items()))
    span = held.span(first, last) if held and areas else None
    if held is None or span is None:
        return (), (), np.zeros((0, 0), dtype=np.int64)
    months = held.values[..., span]
    whole = ~(months == NOT_PUBLISHED).any(axis=(0, 2))
    named = CrimeType.objects.in_bulk(kinds)
    types = [named[kind] for at, kind in enumerate(kinds) if whole[at]]
    return tuple(places[pk] for pk in areas), tuple(types), months[:, whole].sum(axis=2, dtype=np.int64)


def _parents(types: Sequence[CrimeType]) -> list[int]:
    place = {kind.pk: at for at, kind in enumerate(types)}
    return [place.get(kind.parent_id or 0, -1) for kind in types]


# --- what is shown -----------------------------------------------------------------------------


def _kinds(tables: Sequence[_Counts]) -> dict[str, CrimeType]:
    """The types that all boroughs have, in the order of the portal's own list."""
    shared = set.intersection(*({kind.pk for kind in table.types} for table in tables))
    return {kind.key: kind for kind in CrimeType.objects.filter(pk__in=shared)}


def _public(
    kind: CrimeType,
    kinds: dict[str, CrimeType],
    tables: Sequence[_Counts],
    years: dict[int, date],
    first: date,
    last: date,
    holding: Holding,
) -> PublicWards:
    shown: list[tuple[Area, Area, int | None]] = []
    boroughs = []
    for table in tables:
        at = [one.pk for one in table.types].index(kind.pk)
        hidden, counts = table.hidden[:, at].tolist(), table.counts[:, at].tolist()
        shown += [
            (area, table.borough, None if hides else count)
            for area, count, hides in zip(table.areas, counts, hidden, strict=True)
        ]
        boroughs.append(PublicBorough(table.borough.code, table.borough.name, sum(counts)))
    listed = _ranked(shown)
    shapes, edition, made_up = _outlines([area for area, *_ in shown])
    spec, illustrative = holding.release.source, holding.release.illustrative
    headline = f"{kind.name} by ward"
    summary = _summary(listed, kind, period_label(first, last))
    return PublicWards(
        crime_type=Choice(kind.key, kind.name),
        noun=kind.noun,
        first=first,
        last=last,
        year=first.year,
        wards=listed,
        boroughs=tuple(boroughs),
        types=tuple(Choice(one.key, one.name) for one in kinds.values()),
        years=tuple(Choice(str(year), period_label(day, add_months(day, 11))) for year, day in years.items()),
        sensitive_kinds=_sensitive(),
        chart=Chart(
            _map(headline, kind, period_label(first, last), summary, listed, shapes, _source_line(holding)),
            illustrative,
        )
        if shapes
        else None,
        headline=headline,
        summary=summary,
        note=kind.note,
        edition=edition,
        made_up_map=made_up,
        source=spec.key,
        publisher=spec.publisher,
        licence=spec.licence,
        release=holding.release.key,
        published_on=holding.release.published_on,
        illustrative=illustrative,
    )


def _sensitive() -> tuple[SensitiveKind, ...]:
    """All of them, whether or not the ward file counts them: the rule is public."""
    reasons = sensitive_reasons()
    names = dict(CrimeType.objects.filter(key__in=list(reasons)).values_list("key", "name"))
    return tuple(SensitiveKind(names[key], reasons[key].lower()) for key in reasons if key in names)


def _ranked(shown: Sequence[tuple[Area, Area, int | None]]) -> tuple[PublicWard, ...]:
    counts = sorted((count for *_, count in shown if count is not None), reverse=True)
    rows = [
        PublicWard(
            area.code,
            area.name,
            borough.name,
            count,
            None if count is None else counts.index(count) + 1,
        )
        for area, borough, count in shown
    ]
    # Withheld ones by name and nothing else: any other order would tell one from another.
    return tuple(sorted(rows, key=lambda row: (row.count is None, -(row.count or 0), row.name, row.code)))


def _summary(listed: Sequence[PublicWard], kind: CrimeType, period: str) -> str:
    counted = [ward for ward in listed if ward.count is not None]
    hidden = len(listed) - len(counted)
    if not counted:
        return f"{kind.name}, {period}: all counts by ward are withheld."
    highest, lowest = counted[0], counted[-1]
    words = (
        f"Of the counts of {kind.noun} shown for {period}, the highest is in {highest.name} ({highest.said})"
        f" and the lowest in {lowest.name} ({lowest.said})."
    )
    if hidden == 1:
        words += " The count of 1 ward is withheld."
    elif hidden:
        words += f" The counts of {hidden} wards are withheld."
    return words


# --- the map -----------------------------------------------------------------------------------


def _outlines(areas: Sequence[Area]) -> tuple[dict[str, bytes], str, bool]:
    """Code -> packed rings, their edition, and whether they are made up; empty where no file has every ward.

    The newest edition answers, and made-up outlines only where no published ones have all.
    """
    codes = {area.code for area in areas}
    shapes = AreaShape.objects.filter(
        area__code__in=codes, area__kind=Area.Kind.WARD, file__state=ReleaseFile.State.CURRENT
    ).select_related("file__release", "area")
    files: dict[ReleaseFile, dict[str, AreaShape]] = {}
    for shape in shapes.order_by("file__release__illustrative", "-file__release__published_on", "-file_id"):
        files.setdefault(shape.file, {})[shape.area.code] = shape
    for file, found in files.items():
        if codes == set(found):
            edition = next(iter(found.values())).edition
            rings = {code: bytes(shape.rings) for code, shape in found.items()}
            return rings, edition, file.release.illustrative
    return {}, "", False


def _map(
    headline: str,
    kind: CrimeType,
    period: str,
    summary: str,
    listed: Sequence[PublicWard],
    shapes: dict[str, bytes],
    source: str,
) -> ChartSpec:
    drawn = [Ward(ward.name, ward.count, shapes[ward.code], ward.count is None) for ward in listed]
    notes = ("Numbers of offences, not rates. Small counts of sensitive offences are withheld.",)
    # By name: the order in which areas are drawn is public too.
    body = WardMap("Offences", tuple(sorted(drawn, key=lambda ward: ward.name)))
    return ChartSpec(headline, period, kind.noun, body, source=source, summary=summary, notes=notes)


def _source_line(holding: Holding) -> str:
    release = holding.release
    if release.illustrative:
        return f"Illustrative figures, not real ({release.source.name})."
    return (
        f"{release.source.name}, {release.source.publisher}, release {release.key}. {release.source.licence}."
    )
