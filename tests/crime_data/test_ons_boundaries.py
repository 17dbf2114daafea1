import copy
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.importers import IMPORTERS, BadFile, open_file, read_publication
from crime_data.importers.contract import AreaRef

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
RING = [[0.1, 51.4], [0.2, 51.4], [0.2, 51.5], [0.1, 51.4]]
HOLE = [[0.15, 51.41], [0.18, 51.41], [0.18, 51.44], [0.15, 51.41]]
ISLAND = [[0.3, 51.4], [0.4, 51.4], [0.4, 51.5], [0.3, 51.4]]


def feature(code="E05900001", name="Harbour", *, coordinates=None, kind="Polygon", **names):
    code_name, name_name = names.get("code_name", "WD22CD"), names.get("name_name", "WD22NM")
    return {
        "type": "Feature",
        "properties": {code_name: code, name_name: name, **names.get("more", {})},
        "geometry": {"type": kind, "coordinates": coordinates or [RING]},
    }


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features) or [feature()]}


@pytest.fixture
def read(tmp_path):
    def reading(document, name="wards.geojson"):
        path = tmp_path / "received"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        [file] = open_file(name, path, tmp_path)
        return read_publication(file, today=TODAY)

    return reading


@pytest.mark.parametrize(
    ("code_name", "name_name", "code", "kind", "edition"),
    [
        ("WD22CD", "WD22NM", "E05900001", "ward", "WD22"),
        ("WD20CD", "WD20NM", "E05900001", "ward", "WD20"),
        ("lad20cd", "lad20nm", "E09000901", "borough", "LAD20"),
        ("LSOA21CD", "LSOA21NM", "E01900001", "lsoa", "LSOA21"),
        ("CSP24CD", "CSP24NM", "E22000901", "csp", "CSP24"),
        ("PFA24CD", "PFA24NM", "W15000901", "force", "PFA24"),
    ],
)
def test_the_properties_say_the_kind_and_the_edition(read, code_name, name_name, code, kind, edition):
    found = read(collection(feature(code, code_name=code_name, name_name=name_name)))

    [shape] = found.shapes
    assert (shape.area, shape.edition) == (AreaRef(kind, "Harbour", code), edition)
    assert found.key == edition.lower()
    assert found.areas == (shape.area,)
    assert found.rows == 1


def test_the_borough_beside_a_ward_is_kept(read):
    [shape] = read(collection(feature(more={"LADNM": "Seashire"}))).shapes
    assert shape.area.within == "Seashire"
    [shape] = read(collection(feature(more={"LAD22CD": "E06000902", "LAD22NM": "Seashire"}))).shapes
    assert shape.area == AreaRef("ward", "Harbour", "E05900001", "E06000902")


def test_other_properties_do_not_matter(read):
    more = {"FID": 1, "WD22NMW": None, "BNG_E": 531_000, "LONG": 0.1, "Shape__Area": 1.5, "GlobalID": "x"}

    assert len(read(collection(feature(more=more))).shapes) == 1


def test_a_polygon_with_a_hole_and_several_polygons_become_rings(read):
    [one] = read(collection(feature(coordinates=[RING, HOLE]))).shapes
    [several] = read(collection(feature(kind="MultiPolygon", coordinates=[[RING, HOLE], [ISLAND]]))).shapes

    assert one.rings == tuple(tuple(map(tuple, ring)) for ring in (RING, HOLE))
    assert several.rings == tuple(tuple(map(tuple, ring)) for ring in (RING, HOLE, ISLAND))


def test_a_height_above_the_sea_is_left_out(read):
    high = [[*point, 12.5] for point in RING]

    assert read(collection(feature(coordinates=[high]))).shapes == read(collection()).shapes


def test_id_and_name_need_the_year_in_the_name_of_the_file(read):
    own = collection(feature(code_name="id", name_name="name"))

    with pytest.raises(BadFile, match=r"do not say of which year .* such as wd22\.geojson"):
        read(own, name="council-wards.geojson")
    with pytest.raises(BadFile, match="of which year"):
        read(own, name="lad20.geojson")
    [shape] = read(own, name="council-wards-WD22.geojson").shapes
    assert (shape.area.code, shape.edition) == ("E05900001", "WD22")


def test_scotland_is_set_aside_by_number(read):
    found = read(collection(feature(), feature("S13900001"), feature("N08900001"), feature("S13900002")))

    assert [(aside.what, aside.rows) for aside in found.set_aside] == [
        ("Areas in Scotland", 2),
        ("Areas in Northern Ireland", 1),
    ]
    assert (found.rows, len(found.shapes)) == (4, 1)


@pytest.mark.parametrize(
    ("ring", "message"),
    [
        (
            [[531_000, 181_000], [532_000, 181_000], [532_000, 182_000], [531_000, 181_000]],
            "metres of the British",
        ),
        ([[51.4, 0.1], [51.5, 0.1], [51.5, 0.2], [51.4, 0.1]], "has latitude first"),
        ([[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]], "outside the United Kingdom.*EPSG:4326"),
        ([*RING[:3], [0.1, 51.45]], "not closed"),
        (RING[:3], "a ring of 3 points"),
        ([RING[0], RING[1], RING[1], RING[0]], "a ring of 4 points encloses nothing"),
        ([RING[0], ["0.2", "51.4"], RING[2], RING[3]], "not a pair of numbers"),
        ([RING[0], [True, 51.4], RING[2], RING[3]], "not a pair of numbers"),
        ([RING[0], [None, None], RING[2], RING[3]], "not a pair of numbers"),
        ([RING[0], [0.2], RING[2], RING[3]], "not a pair of longitude and latitude"),
        ([RING[0], 0.2, RING[2], RING[3]], "not a pair of longitude and latitude"),
        ([RING[0], [float("nan"), 51.4], RING[2], RING[3]], r"point nan, 51\.4 lies outside"),
        ([RING[0], [float("inf"), 51.4], RING[2], RING[3]], "is not longitude and latitude"),
        ([RING[0], [10**400, 51.4], RING[2], RING[3]], "is not longitude and latitude"),
    ],
)
def test_a_broken_outline_is_refused_by_feature_and_code(read, ring, message):
    document = collection(feature("E05900002"), feature(coordinates=[ring]))

    with pytest.raises(BadFile, match=rf"Feature 2 \(E05900001\): .*{message}"):
        read(document)


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (None, "the geometry is missing"),
        ({"type": "Point", "coordinates": [0.1, 51.4]}, "the geometry is 'Point'"),
        ({"type": "LineString", "coordinates": RING}, "'LineString'; only Polygon and MultiPolygon"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection"),
        ({"type": "Polygon", "coordinates": []}, "empty or broken"),
        ({"type": "Polygon", "coordinates": [[]]}, "empty or broken"),
        ({"type": "Polygon"}, "empty or broken"),
        ({"type": "MultiPolygon", "coordinates": []}, "empty or broken"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "empty or broken"),
        ({"type": "MultiPolygon", "coordinates": {"0": RING}}, "empty or broken"),
        ({"type": "\ud800"}, "geometry is"),
    ],
)
def test_what_is_no_area_is_refused(read, geometry, message):
    broken = feature()
    broken["geometry"] = geometry

    with pytest.raises(BadFile, match=message):
        read(collection(broken))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (feature(), "Feature 2: E05900001 stands in the file already"),
        (feature("E09000901"), "Feature 2: “E09000901” in WD22CD is not the code of a ward"),
        (feature("Harbour"), "“Harbour” in WD22CD is not the code"),
        (feature(""), "Feature 2 has no WD22CD"),
        (feature(12), "Feature 2 has no WD22CD"),
        (feature("E05900002", None), "Feature 2 has no WD22NM"),
        (feature("E05900002", "x" * 200), "is no name"),
        (feature("E05900002", "Har\x1bbour"), r"'Har\\x1bbour' in WD22NM is no name"),
        (feature("E05900002", "\ud800"), "is no name"),
        (feature("E05900002", code_name="WD20CD"), "Feature 2 has no WD22CD"),
        ({"type": "Feature"}, "Feature 2 has no WD22CD"),
        (None, "Feature 2 has no WD22CD"),
        ([], "Feature 2 has no WD22CD"),
    ],
)
def test_a_feature_unlike_the_first_is_refused_by_number(read, second, message):
    with pytest.raises(BadFile, match=message):
        read(collection(feature(), second))


def test_a_file_of_scotland_alone_is_refused(read):
    with pytest.raises(BadFile, match="no area of England or Wales"):
        read(collection(feature("S13900001")))


def test_an_edition_of_the_future_is_refused(read):
    with pytest.raises(BadFile, match="of 2031, which lies in the future"):
        read(collection(feature(code_name="WD31CD", name_name="WD31NM")))


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        [{"category": "violent-crime"}],
        {"type": "FeatureCollection"},
        {"type": "FeatureCollection", "features": []},
        {"type": "FeatureCollection", "features": {}},
        {"type": "FeatureCollection", "features": [None]},
        {"type": "FeatureCollection", "features": [{"properties": []}]},
        {"type": "FeatureCollection", "features": [{"properties": {"id": "Q1", "name": "x"}}]},
        {"type": "FeatureCollection", "features": [{"properties": {"WD22CD": "E05900001"}}]},
        {"type": "Topology", "objects": {}},
    ],
)
def test_other_json_is_not_taken_for_boundaries(tmp_path, document):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(document))
    [file] = open_file("other.json", path, tmp_path)

    assert not IMPORTERS["ons-boundaries"].recognises(file)


def test_a_file_cut_short_is_refused(read):
    with pytest.raises(BadFile, match="cut short"):
        read(json.dumps(collection())[:-20])


JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places_in(value, path=()):
    """The way to every value in a document."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places_in(value[key], (*path, key))


SOUND = collection(
    feature(more={"LADNM": "Seashire"}),
    feature(
        "E05900002", "Village", kind="MultiPolygon", coordinates=[[RING, HOLE]], more={"LADNM": "Seashire"}
    ),
)


@given(st.sampled_from([path for path in places_in(SOUND) if path]), JUNK)
def test_junk_anywhere_is_refused_or_leaves_sound_outlines(tmp_path_factory, path, junk):
    document = copy.deepcopy(SOUND)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    folder = tmp_path_factory.mktemp("junk")
    received = folder / "received"
    received.write_text(json.dumps(document))

    try:
        [file] = open_file("wards.geojson", received, folder)
        found = read_publication(file, today=TODAY)
    except BadFile as problem:
        assert str(problem).encode()
        return
    assert found.rows == len(found.shapes) + sum(aside.rows for aside in found.set_aside)
    for shape in found.shapes:
        assert shape.rings
        for ring in shape.rings:
            assert ring[0] == ring[-1]
            assert all(-9 <= east <= 3 and 49 <= north <= 61 for east, north in ring)


# --- the published files


@pytest.mark.parametrize(
    ("name", "key", "shapes", "points"),
    [
        ("bexley-wards-wd20.geojson", "wd20", 17, 1_121),
        ("bromley-wards-wd20-before-may-2022.geojson", "wd20", 22, 1_627),
        ("london-boroughs-lad20.geojson", "lad20", 33, 6_548),
        ("london-wards-wd20-before-may-2022.geojson", "wd20", 632, 23_920),
        ("london-wards-wd22.geojson", "wd22", 684, 5_796),
    ],
)
def test_the_published_boundaries_are_read_whole(real_data, tmp_path, name, key, shapes, points):
    [file] = open_file(name, real_data / "boundaries" / name, tmp_path)
    found = read_publication(file, today=TODAY)

    assert (found.key, found.rows, len(found.shapes)) == (key, shapes, shapes)
    assert sum(len(ring) for shape in found.shapes for ring in shape.rings) == points
