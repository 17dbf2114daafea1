"""One question that anyone may ask: a crime type over some months, for all areas of a borough and above.

Four queries whatever is held, two more for a population: which files are in use, which crime types each of
them has for the area asked about, and the counts of the release that answers. A level is never made of
another, and wards and smaller areas are not given away here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crime_data.breaks import Period
from crime_data.models import Area, CrimeTypeTable, ReleaseFile
from crime_data.packing import unpack_ids
from crime_data.queries.figures import Holding
from crime_data.queries.held import Held, chosen, counts_of, printed_of, printed_rows

OPEN = (Area.Kind.FORCE, Area.Kind.BCU, Area.Kind.BOROUGH, Area.Kind.CSP)
NOT_READ = ("evidence", "restated", "set_aside", "unreviewed", "categories")


@dataclass(frozen=True, slots=True)
class Answer:
    """The release that answers, and its counts of every open area that it has: `held.counts` by (source,
    area, crime type). `holding` is None where no release publishes the crime type for the area asked about.

    `offered` are the crime types that the newest release of any of the sources has for that area, each with
    its source, and `ever` those that any release has; `areas` are those that have figures in the release that
    answers.
    """

    crime_type: int
    holding: Holding | None
    held: Held
    areas: tuple[Area, ...]
    offered: dict[int, str]
    ever: frozenset[int]

    @property
    def source(self) -> str:
        return self.holding.release.source.key if self.holding else ""


def answer(
    *,
    sources: Sequence[str],
    area: int,
    crime_type: int,
    over: Period | None = None,
    printed: Mapping[str, Collection[str]] | None = None,
    or_any: bool = False,
) -> Answer:
    """What the sources say of a crime type, the first that publishes it for this area.

    Of its releases that one answers which was published last among those that hold the months `over` and the
    same months a year before; else among those that hold the months; else the one that would answer anyway.
    `printed` names labels that are wanted beside it, such as a population, by their source. With `or_any`
    another crime type answers where this one is not published.
    """
    printed = printed or {}
    held = _held({*sources, *printed})
    types = _types(
        {file.pk for source in sources for one in held.get(source, ()) for file in one.files}, area
    )
    offered = _offered(sources, held, types)
    holding = _answering(sources, held, types, crime_type, over)
    if holding is None and or_any and offered:
        crime_type = min(offered)
        holding = _answering(sources, held, types, crime_type, over)
    rows, areas = _counts({file.pk for file in holding.files} if holding else set())
    releases = {source: chosen(held[source]) for source in printed if source in held}
    labelled, labels = printed_rows(
        {file.pk for one in releases.values() for file in one.files}, [place.pk for place in areas], printed
    )
    answering = {holding.release.source.key: holding} if holding else {}
    counts = counts_of(answering, {source: [crime_type] for source in answering}, rows)
    return Answer(
        crime_type,
        holding,
        Held(releases | answering, counts, printed_of(releases, labelled, labels)),
        tuple(place for place in areas if any(key[1] == place.pk for key in counts)),
        offered,
        frozenset().union(*types.values()),
    )


def _held(sources: Collection[str]) -> dict[str, list[Holding]]:
    """Source -> its releases in use, published last first; without the illustrative where others are held."""
    files = ReleaseFile.objects.current().filter(release__source__key__in=list(sources))
    releases: dict[int, list[ReleaseFile]] = {}
    for file in files.select_related("release__source").defer(*NOT_READ).order_by("first_month", "pk"):
        releases.setdefault(file.release_id, []).append(file)
    held: dict[str, list[Holding]] = {}
    for of_one in releases.values():
        held.setdefault(of_one[0].release.source.key, []).append(Holding(of_one[0].release, tuple(of_one)))
    for holdings in held.values():
        holdings.sort(key=lambda one: (one.release.published_on, one.release.pk), reverse=True)
        if any(not one.release.illustrative for one in holdings):
            holdings[:] = [one for one in holdings if not one.release.illustrative]
    return held


def _types(files: Collection[int], area: int) -> dict[int, frozenset[int]]:
    """File -> the crime types that it has for the area."""
    rows = CrimeTypeTable.objects.filter(file__in=files, area=area).values_list("file_id", "crime_types")
    return {file: frozenset(unpack_ids(types).tolist()) for file, types in rows}


def _offered(
    sources: Iterable[str], held: Mapping[str, list[Holding]], types: Mapping[int, frozenset[int]]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for source in sources:
        if held.get(source):
            for file in chosen(held[source]).files:
                for kind in types.get(file.pk, ()):
                    found.setdefault(kind, source)
    return found


def _answering(
    sources: Iterable[str],
    held: Mapping[str, list[Holding]],
    types: Mapping[int, frozenset[int]],
    crime_type: int,
    over: Period | None,
) -> Holding | None:
    def publishes(one: Holding) -> bool:
        files = one.spans(*over) if over else one.files
        return any(crime_type in types.get(file.pk, ()) for file in files)

    later: Holding | None = None
    for source in sources:
        having = [one for one in held.get(source, []) if publishes(one)]
        if not having:
            continue
        found = chosen(having, over)
        if over is None or found.covers(*over):
            return found
        later = later or found
    return later


def _counts(files: Collection[int]) -> tuple[dict[int, list], tuple[Area, ...]]:
    """The packed rows of each file, as `counts_of` takes them, and their areas by name."""
    rows: dict[int, list] = {}
    areas: dict[int, Area] = {}
    if files:
        tables = CrimeTypeTable.objects.filter(file__in=files, area__kind__in=OPEN).select_related("area")
        for table in tables:
            areas[table.area_id] = table.area
            rows.setdefault(table.file_id, []).append((table.area_id, table.crime_types, table.values))
    return rows, tuple(sorted(areas.values(), key=lambda area: area.name))
