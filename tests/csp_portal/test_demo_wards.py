"""The invented ward file fits the invented borough file, and the made-up map has every ward once."""

import csv
import json
from collections import Counter
from pathlib import Path

from csp_portal.demo.figures import write_demo_figures
from csp_portal.demo.wards import FIRST_MONTH, ORIGINS, WARDS, write_outlines, write_wards


def totals(path: Path, borough_column: int) -> Counter:
    """(borough, major, minor) -> all offences of the months that the ward file has."""
    found: Counter = Counter()
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    first = borough_column + 1
    for row in rows:
        if row[borough_column] in ORIGINS:
            months = zip(header[first:], row[first:], strict=True)
            found[row[borough_column], row[0], row[1]] += sum(int(n) for m, n in months if m >= FIRST_MONTH)
    return found


def test_wards_have_nearly_all_offences_of_their_borough_and_never_more(tmp_path):
    [wards] = write_wards(tmp_path)
    boroughs: Counter = sum((totals(path, 2) for path in write_demo_figures(tmp_path)), Counter())

    of_wards = totals(wards, 4)

    assert all(count <= boroughs[key] for key, count in of_wards.items())
    assert 0.96 < of_wards.total() / boroughs.total() < 0.98


def test_every_ward_has_one_hexagon_and_a_place_of_its_own(tmp_path):
    [path] = write_outlines(tmp_path)

    features = json.loads(path.read_text())["features"]

    assert sorted(feature["properties"]["WD22CD"] for feature in features) == sorted(w.code for w in WARDS)
    assert len({str(feature["geometry"]["coordinates"]) for feature in features}) == len(WARDS) == 39
    assert all(len(feature["geometry"]["coordinates"][0]) == 7 for feature in features)
