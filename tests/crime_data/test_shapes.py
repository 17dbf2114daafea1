import re
from datetime import date
from math import cos, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.importers import open_file, read_publication
from crime_data.shapes import Bounds, bounds_of, pack_rings, simplify, svg_path, unpack_rings

pytestmark = pytest.mark.once

LONDON = Bounds(-0.51, 51.28, 0.34, 51.7)


def closed(points):
    return [*points, points[0]]


def square(west=0.1, south=51.4, size=0.1):
    return closed([(west, south), (west + size, south), (west + size, south + size), (west, south + size)])


def wheel(points, *, east=0.1, north=51.5, size=0.05):
    """A round outline of many points."""
    turns = [2 * pi * at / points for at in range(points)]
    return closed([(east + size * cos(turn), north + size * sin(turn)) for turn in turns])


@st.composite
def shapes(draw):
    position = st.tuples(st.floats(-9, 3), st.floats(49, 61))
    rings = draw(st.lists(st.lists(position, min_size=3, max_size=40), min_size=1, max_size=5))
    return [closed(ring) for ring in rings]


def points_of(path):
    """Every point of a path of relative lines, worked out from its text alone."""
    rings = []
    for ring in re.findall(r"M([^z]*)z", path):
        start, _, steps = ring.partition("l")
        numbers = [float(n) for n in re.findall(r"-?(?:\d+(?:\.\d)?|\.\d)", f"{start} {steps}")]
        rings.append(np.cumsum(np.array(numbers).reshape(-1, 2), axis=0))
    return rings


# --- bytes


@given(shapes())
def test_packed_rings_come_back_to_five_decimals(rings):
    back = unpack_rings(pack_rings(rings))

    assert [len(ring) for ring in back] == [len(ring) for ring in rings]
    for was, now in zip(rings, back, strict=True):
        assert np.abs(np.array(was) - now).max() <= 1e-5
        assert now[0].tolist() == now[-1].tolist()


@given(shapes())
def test_packing_twice_changes_nothing(rings):
    once = pack_rings(rings)

    assert pack_rings(unpack_rings(once)) == once


def test_a_packed_outline_takes_few_bytes_a_point():
    ring = wheel(500)

    assert len(pack_rings([ring])) < 4 * len(ring)


def test_nothing_is_packed_as_nothing():
    assert unpack_rings(pack_rings([])) == []


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(content):
    with pytest.raises(ValueError, match="no packed rings"):
        unpack_rings(content)


def test_cut_bytes_are_refused():
    with pytest.raises(ValueError, match="no packed rings"):
        unpack_rings(pack_rings([wheel(50)])[:-6])


# --- fewer points


def test_points_on_a_straight_line_go():
    ring = square()
    middle = ((ring[0][0] + ring[1][0]) / 2, ring[0][1])

    [thin] = simplify([[ring[0], middle, *ring[1:]]], 1)

    assert thin.tolist() == [list(point) for point in ring]


def test_a_corner_stays_and_a_dent_smaller_than_the_tolerance_goes():
    ring = square()
    dent = (0.15, 51.4 + 1 / 111_320)  # a metre deep, seven kilometres wide
    jagged = [ring[0], (0.1499, 51.4), dent, (0.1501, 51.4), *ring[1:]]

    [thin] = simplify([jagged], 20)

    assert thin.tolist() == [list(point) for point in ring]


def test_fewer_metres_keep_more_points():
    fine, coarse = simplify([wheel(400)], 50)[0], simplify([wheel(400)], 1_000)[0]

    assert 4 <= len(coarse) < len(fine) < 401


@given(shapes(), st.floats(0, 5_000))
def test_simplified_rings_are_closed_and_made_of_the_same_points(rings, tolerance):
    thin = simplify(rings, tolerance)
    known = {tuple(point) for ring in rings for point in ring}

    assert 0 < len(thin) <= len(rings)
    for ring in thin:
        assert len(ring) >= 4
        assert ring[0].tolist() == ring[-1].tolist()
        assert {tuple(point) for point in ring.tolist()} <= known


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(51, 52)), min_size=5, max_size=30, unique=True), st.data()
)
def test_where_a_ring_begins_and_which_way_it_runs_does_not_matter(points, data):
    turn = data.draw(st.integers(0, len(points) - 1))
    turned = closed([*points[turn:], *points[:turn]][::-1])

    one, other = simplify([closed(points)], 5_000)[0], simplify([turned], 5_000)[0]

    assert {tuple(p) for p in one.tolist()} == {tuple(p) for p in other.tolist()}


def test_neighbours_lose_the_same_points_of_their_border():
    wave = [(0.2 + 0.002 * sin(at), 51.4 + at / 1_000) for at in range(1, 100)]
    west = closed([(0.1, 51.4), (0.2, 51.4), *wave, (0.2, 51.5), (0.1, 51.5)])
    east = closed([(0.2, 51.4), (0.3, 51.4), (0.3, 51.5), (0.2, 51.5), *wave[::-1]])

    [left], [right] = simplify([west], 100), simplify([east], 100)

    border = set(wave)
    kept = border & {tuple(point) for point in left.tolist()}
    assert kept == border & {tuple(point) for point in right.tolist()}
    assert 10 < len(kept) < 90


def test_a_small_island_goes_but_the_largest_ring_never():
    island = square(west=0.5, size=0.0001)

    assert len(simplify([square(), island], 100)) == 1
    assert len(simplify([island], 100)) == 1
    assert simplify([], 100) == []


# --- a drawing


def test_bounds_hold_all_shapes():
    assert bounds_of([[square()], [square(west=-0.2, south=51.3)]]) == Bounds(-0.2, 51.3, 0.2, 51.5)


def test_no_shape_has_no_bounds():
    with pytest.raises(ValueError, match="no bounds"):
        bounds_of([])


def test_a_path_is_short_text_of_relative_lines():
    bounds = Bounds(0, 0, 1, 1)  # at the equator a degree is as wide as high, nearly
    ring = closed([(0, 0), (0.5, 1), (1, 0)])

    assert svg_path([ring], bounds=bounds, width=100, height=100) == "M50 0l50 100-100 0z"


@given(shapes(), st.integers(1, 2_000), st.integers(1, 2_000))
def test_a_path_stays_inside_its_box(rings, width, height):
    path = svg_path(rings, bounds=bounds_of([rings]), width=width, height=height)

    assert re.fullmatch(r"(M[-\d. ]+(l[-\d. ]+)?z)+", path)
    for ring in points_of(path):
        assert ring.min() >= -1e-6
        assert ring[:, 0].max() <= width + 1e-6
        assert ring[:, 1].max() <= height + 1e-6


@given(st.integers(3, 300))
def test_roundings_do_not_add_up(points):
    ring = wheel(points)
    scale = 1_000 / ((LONDON.east - LONDON.west) * cos(radians((LONDON.south + LONDON.north) / 2)))

    path = svg_path([ring], bounds=LONDON, width=1_000, height=2_000)

    top = (2_000 - (LONDON.north - LONDON.south) * scale) / 2
    wanted = top + (LONDON.north - min(north for _, north in ring)) * scale
    assert abs(points_of(path)[0][:, 1].max() - wanted) <= 0.06


def test_north_is_up_and_a_degree_of_longitude_is_narrower():
    [ring] = points_of(svg_path([square()], bounds=bounds_of([[square()]]), width=1_000, height=1_000))

    wide, high = np.ptp(ring[:, 0]), np.ptp(ring[:, 1])
    assert high == pytest.approx(1_000, abs=0.2)
    assert wide / high == pytest.approx(cos(radians(51.45)), abs=0.001)
    assert ring[:, 0].min() == pytest.approx(1_000 - ring[:, 0].max(), abs=0.2)


def test_a_shape_too_small_to_be_seen_leaves_a_point():
    assert svg_path([square(size=0.00001)], bounds=LONDON, width=100, height=100) == "M71.8 67z"


def test_the_real_wards_become_a_small_map(real_data, tmp_path):
    path = real_data / "boundaries" / "london-wards-wd20-before-may-2022.geojson"
    [file] = open_file(path.name, path, tmp_path)
    wards = [shape.rings for shape in read_publication(file, today=date(2026, 11, 24)).shapes]
    points = sum(len(ring) for ward in wards for ring in ward)

    packed = [pack_rings(ward) for ward in wards]
    thin = [simplify(ward, 200) for ward in wards]
    box = bounds_of(wards)
    drawn = [svg_path(ward, bounds=box, width=1_000, height=900) for ward in thin]

    assert points == 23_920
    assert sum(map(len, packed)) < 5 * points
    assert sum(len(ring) for ward in thin for ring in ward) < points / 2
    assert all(drawn)
    assert sum(map(len, drawn)) < 80_000
