"""What anyone may ask of the figures held: counts by borough and above, where they came from, and what each
release said of them. Figures of smaller areas are not given away here, and neither are sums of their files;
wards are `measures.published`'s.
"""

from dataclasses import dataclass
from datetime import date

from crime_data import queries
from crime_data.models import Area, ReleaseFile, Source
from crime_data.queries import NotHeld
from crime_data.queries.figures import SOURCE_OF

SMALL_AREA_SOURCES = {SOURCE_OF[Area.Kind.WARD], SOURCE_OF[Area.Kind.LSOA]}
OPEN = (Area.Kind.FORCE, Area.Kind.BCU, Area.Kind.BOROUGH, Area.Kind.CSP)

__all__ = [
    "NotHeld",
    "PublicFigure",
    "PublicRelease",
    "PublicRestatement",
    "PublicSource",
    "figure",
    "restatements",
    "sources",
]


@dataclass(frozen=True, slots=True)
class PublicFile:
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """A count, the same months a year before, and the release both are from."""

    area: str
    area_code: str
    crime_type: str
    first: date
    last: date
    count: int
    previous: int | None
    source: str
    publisher: str
    licence: str
    release: str
    published_on: date
    illustrative: bool
    files: tuple[PublicFile, ...]


@dataclass(frozen=True, slots=True)
class PublicRestatement:
    """What one release says; None where it does not print the figure. `difference` is against the release
    before it; `breaks` are reasons not to compare the two."""

    source: str
    licence: str
    release: str
    published_on: date
    count: int | None
    difference: int | None
    breaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicRelease:
    key: str
    published_on: date
    illustrative: bool


@dataclass(frozen=True, slots=True)
class PublicSource:
    key: str
    name: str
    publisher: str
    licence: str
    url: str
    releases: tuple[PublicRelease, ...]


def sources() -> list[PublicSource]:
    """The sources of which figures are in use, with their releases, published ones first and newest first.

    Made-up releases are marked so."""
    rows = (
        ReleaseFile.objects.current()
        .values_list("release__source_id", "release__key", "release__published_on", "release__illustrative")
        .distinct()
        .order_by("release__illustrative", "-release__published_on", "-release_id")
    )
    releases: dict[int, list[PublicRelease]] = {}
    for source, key, day, illustrative in rows:
        release = PublicRelease(key, day, illustrative)
        if release not in releases.setdefault(source, []):
            releases[source].append(release)
    return [
        PublicSource(
            source.key, source.name, source.publisher, source.licence, source.url, tuple(releases[source.pk])
        )
        for source in Source.objects.filter(pk__in=releases)
    ]


def figure(
    *,
    area: str,
    crime_type: str,
    first: date,
    last: date,
    source: str = "",
    release: str = "",
    as_at: date | None = None,
) -> PublicFigure:
    """A count of recorded offences. Raises NotHeld with what is held instead."""
    place = _open_area(area, source)
    queries.crime_type_or_not_held(crime_type)
    found = queries.figures(
        area=place,
        crime_type=crime_type,
        first=first,
        last=last,
        release_key=release,
        source_key=source,
        as_at=as_at,
    )
    known = ReleaseFile.objects.filter(release=found.release, name__in=found.files)
    spec = found.release.source
    return PublicFigure(
        area=place.name,
        area_code=place.code,
        crime_type=crime_type,
        first=first,
        last=last,
        count=found.count,
        previous=found.previous,
        source=spec.key,
        publisher=spec.publisher,
        licence=spec.licence,
        release=found.release.key,
        published_on=found.release.published_on,
        illustrative=found.release.illustrative,
        files=tuple(PublicFile(file.name, file.sha256) for file in known),
    )


def restatements(
    *, area: str, crime_type: str, first: date, last: date, source: str = ""
) -> list[PublicRestatement]:
    """What every release in use says of one count, in the order of publication. Raises NotHeld."""
    place = _open_area(area, source)
    told = queries.ledger(
        held=queries.holdings(source_key=source or queries.source_for(place)),
        area=place,
        crime_type=queries.crime_type_or_not_held(crime_type),
        first=first,
        last=last,
    )
    return [
        PublicRestatement(
            said.release.source.key,
            said.release.source.licence,
            said.release.key,
            said.release.published_on,
            said.value,
            said.since_before,
            tuple(one.text for one in said.breaks),
        )
        for said in told.said
    ]


def _open_area(name: str, source: str) -> Area:
    if source in SMALL_AREA_SOURCES:
        # The force less its boroughs would be the one ward that stands under the airport.
        raise NotHeld(
            "Sums of the files of wards and smaller areas are not given here. Leave out the source, or name "
            "one of boroughs."
        )
    place = queries.find_area(name)
    if place.kind not in OPEN:
        raise NotHeld(
            "Figures of wards and smaller areas are not given here. Ask for a borough or the force."
        )
    return place
