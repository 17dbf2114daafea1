"""Office for National Statistics and councils: boundaries of areas as GeoJSON.

The names of the properties carry the vintage and differ by file: `lad20cd` and `lad20nm`, `WD20CD` and
`WD20NM`, `WD22CD`, `WD22NM` and `LADNM`; some councils say `id` and `name`, and then the year must stand in
the file's name. Only longitude and latitude (WGS84) are read: the same portal offers the same file in metres
of the British National Grid. Simplified files have neighbours that do not quite meet; nothing is mended here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from crime_data.importers.contract import AreaRef, BadFile, Gazetteer, ShapeRow, SourceSpec
from crime_data.importers.delimited import MAX_CELL
from crime_data.importers.ons_codes import (
    LEVELS,
    Level,
    column,
    country_elsewhere,
    edition_month,
    level_of,
    outside,
)
from crime_data.importers.opened import Opened

SOURCE = SourceSpec(
    key="ons-boundaries",
    name="ONS boundaries of areas",
    publisher="Office for National Statistics, Open Geography Portal; contains OS data",
    licence="Open Government Licence v3.0",
    url="https://geoportal.statistics.gov.uk/",
    rhythm="yearly",
    release_day=31,
    unit="areas",
)

WEST, EAST, SOUTH, NORTH = -9, 3, 49, 61  # the United Kingdom and nothing else
_IN_NAME = re.compile(r"(?<![a-z])(lsoa|wd|lad|csp|pfa)(\d\d)(?!\d)", re.IGNORECASE | re.ASCII)

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """The properties that hold the code, the name and the district, and the edition they say."""

    code: str
    name: str
    within: str  # "" when there is none
    level: Level
    vintage: str  # "" when the properties do not say it

    @property
    def edition(self) -> str:
        return f"{self.level.letters}{self.vintage}"


def recognises(file: Opened) -> bool:
    """Whether this is GeoJSON whose first feature has a code and a name of the kinds that are kept."""
    if file.form != "json":
        return False
    first = next(iter(_features(file.document)), None)
    return _names(first) is not None


def read(file: Opened, *, today: date) -> Gazetteer:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    features = _features(file.document)
    names = _with_vintage(_names(features[0]), file.name)
    shapes: dict[str, ShapeRow] = {}
    elsewhere: dict[str, int] = {}
    for number, feature in enumerate(features, start=1):
        code = _text(feature, names.code, number)
        if country := country_elsewhere(code):
            elsewhere[country] = elsewhere.get(country, 0) + 1
            continue
        if level_of(code) is not names.level:
            raise BadFile(
                f"Feature {number}: “{code}” in {names.code} is not the code of {names.level.words}."
            )
        if code in shapes:
            raise BadFile(f"Feature {number}: {code} stands in the file already.")
        within = _text(feature, names.within, number) if names.within else ""
        area = AreaRef(names.level.kind, _text(feature, names.name, number), code, within)
        shapes[code] = ShapeRow(area, names.edition, tuple(_rings(feature, f"Feature {number} ({code})")))
    if not shapes:
        raise BadFile("The file has no area of England or Wales.")
    return Gazetteer(
        source=SOURCE,
        key=names.edition.lower(),
        month=edition_month(names.vintage, file.name, today=today),
        rows=len(features),
        areas=tuple(shape.area for shape in shapes.values()),
        shapes=tuple(shapes.values()),
        set_aside=tuple(outside(country, rows) for country, rows in elsewhere.items()),
    )


# --- the properties --------------------------------------------------------------------------


def _features(document: Any) -> list[Any]:
    """The features of a FeatureCollection; nothing for any other JSON."""
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        return []
    features = document.get("features")
    return features if isinstance(features, list) else []


def _names(feature: Any) -> _Names | None:
    """Which properties say what. The smallest kind of area is what a feature is about."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None
    known = [(name, found) for name in properties if (found := column(name))]
    codes = {c.letters: (name, c.vintage) for name, c in known if c.what == "code" and c.level and c.vintage}
    titles = {c.letters: name for name, c in known if c.what == "name" and c.level}
    for level in LEVELS:
        if level.letters in codes and level.letters in titles:
            code, vintage = codes[level.letters]
            within = codes["LAD"][0] if "LAD" in codes else titles.get("LAD", "")
            small = level.kind in ("lsoa", "ward")
            return _Names(code, titles[level.letters], within if small else "", level, vintage)
    if isinstance(properties.get("id"), str) and isinstance(properties.get("name"), str):
        guessed = level_of(properties["id"].strip())
        return _Names("id", "name", "", guessed, "") if guessed else None
    return None


def _with_vintage(names: _Names | None, file_name: str) -> _Names:
    if names is None:
        raise BadFile("The first feature has no code and name of an area.")
    if names.vintage:
        return names
    for letters, vintage in _IN_NAME.findall(file_name):
        if letters.upper() == names.level.letters:
            return _Names(names.code, names.name, names.within, names.level, vintage)
    raise BadFile(
        f"The properties “{names.code}” and “{names.name}” do not say of which year the boundaries are. Put "
        f"it into the name of the file, such as {names.level.letters.lower()}22.geojson for those of 2022."
    )


def _text(feature: Any, name: str, number: int) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    value = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise BadFile(f"Feature {number} has no {name}. All features must have the properties of the first.")
    value = value.strip()
    if len(value) > MAX_CELL or not value.isprintable():
        raise BadFile(f"Feature {number}: {value[:30]!a} in {name} is no name.")
    return value


# --- the coordinates -------------------------------------------------------------------------


def _rings(feature: Any, where: str) -> Iterator[Ring]:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        shown = ascii(kind[:40]) if isinstance(kind, str) else "missing"
        raise BadFile(f"{where}: the geometry is {shown}; only Polygon and MultiPolygon have an outline.")
    for polygon in [coordinates] if kind == "Polygon" else _list(coordinates, where):
        for ring in _list(polygon, where):
            yield _ring(ring, where)


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise BadFile(f"{where}: the outline is empty or broken. Download the file again.")
    return value


def _ring(positions: Any, where: str) -> Ring:
    ring = tuple([_position(position, where) for position in _list(positions, where)])
    if len(ring) < 4 or len(set(ring)) < 3:
        raise BadFile(f"{where}: a ring of {len(ring)} points encloses nothing; four are the least.")
    if ring[0] != ring[-1]:
        raise BadFile(
            f"{where}: a ring is not closed: its last point must be its first. The file may be cut."
        )
    return ring


def _position(position: Any, where: str) -> tuple[float, float]:
    if not isinstance(position, list) or len(position) not in (2, 3):
        raise BadFile(f"{where}: “{str(position)[:40]}” is not a pair of longitude and latitude.")
    east, north = position[:2]
    # type() and not isinstance(): True and False are whole numbers too.
    if type(east) not in (int, float) or type(north) not in (int, float):
        raise BadFile(f"{where}: “{str(position)[:40]}” is not a pair of numbers.")
    # NaN and infinity lie in no range.
    if WEST <= east <= EAST and SOUTH <= north <= NORTH:
        return float(east), float(north)
    shown = f"{where}: the point {_short(east)}, {_short(north)} "
    if SOUTH <= east <= NORTH and WEST <= north <= EAST:
        raise BadFile(f"{shown}has latitude first. GeoJSON has longitude first.")
    if abs(east) > 180 or abs(north) > 90:
        raise BadFile(
            f"{shown}is not longitude and latitude; it looks like metres of the British National Grid. "
            "Export the file as WGS84 (EPSG:4326), the form that GeoJSON has."
        )
    raise BadFile(f"{shown}lies outside the United Kingdom. Export the file as WGS84 (EPSG:4326).")


def _short(number: float) -> str:
    return str(number)[:20]
