"""The invented figures of the other sources are read by the real importers and hold what documents print."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from crime_data.importers import Publication, open_file, read_publication
from crime_data.importers.grid import NOT_PUBLISHED
from crime_data.mapping import rows_of, tables
from crime_data.months import months_between
from csp_portal.demo.invented import BOROUGHS
from csp_portal.demo.local_counts import ASB_TOTALS
from csp_portal.demo.other_figures import OTHER_FIGURES
from csp_portal.demo.people import PLACES, QUESTIONS, people
from csp_portal.demo.police_dashboards import DASHBOARD_TOTALS, KNIFE, RACIST_AND_RELIGIOUS, SOUTH_EAST

TODAY = date(2026, 11, 24)
LONDON = tuple(borough.name for borough in BOROUGHS)


class Made(NamedTuple):
    files: dict[str, list[tuple[Path, Publication]]]  # by the key of the source
    seconds: float  # of writing

    def publication(self, source: str, at: int = -1, part: str = "") -> Publication:
        found = [pub for _, pub in self.files[source] if part in ("", pub.part)]
        return found[at]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    files, seconds = {}, 0.0
    for source in OTHER_FIGURES:
        if source.source_key == "ons-boundaries":  # outlines: no figures are in it
            continue
        folder = tmp_path_factory.mktemp(source.source_key)
        started = time.process_time()
        paths = source.write(folder)
        seconds += time.process_time() - started
        files[source.source_key] = [(path, publication_in(path, folder)) for path in paths]
    return Made(files, seconds)


def publication_in(path: Path, folder: Path) -> Publication:
    inside = folder / f"inside-{path.name}"
    inside.mkdir()
    [opened] = open_file(path.name, path, inside)
    publication = read_publication(opened, today=TODAY)
    assert isinstance(publication, Publication)
    return publication


def each_row(publication: Publication) -> Iterator[tuple[str, str, str, np.ndarray]]:
    """Area, minor label, what is counted, values."""
    grid = publication.grid
    values = grid.values(np.arange(len(grid)))
    for area, label, row in zip(grid.area.tolist(), grid.label.tolist(), values, strict=True):
        printed = publication.labels[label]
        yield publication.areas[area].name, printed.minor, printed.counted, row


def total(
    publication: Publication, minor: str, boroughs: tuple[str, ...], first: date, last: date, counted: str
) -> int:
    start = months_between(publication.first_month, first)
    end = months_between(publication.first_month, last) + 1
    assert 0 <= start < end <= publication.grid.columns
    return sum(
        int(row[start:end].sum())
        for area, label, unit, row in each_row(publication)
        if (label, unit) == (minor, counted) and area in boroughs
    )


def test_every_file_is_read_by_its_source_without_a_doubt(made):
    for source, files in made.files.items():
        for path, publication in files:
            assert publication.source.key == source, path.name
            assert not publication.doubts and not publication.missing, path.name


def test_every_label_is_one_that_was_reviewed(made):
    for source, files in made.files.items():
        table = made.publication(source).source.table
        assert table in tables()
        reviewed = {
            (row["major"], row["minor"], row["counted"]) for row in rows_of(f"categories/{table}.csv")
        }
        folded = {tuple(word.casefold() for word in row) for row in reviewed}
        for _, publication in files:
            for label in publication.labels:
                exact = tuple(word.casefold() for word in label)
                assert exact in folded or (*exact[:2], "") in folded, label


@pytest.mark.parametrize("expected", DASHBOARD_TOTALS, ids=lambda one: f"{one.subtype} {one.count}")
def test_the_dashboard_holds_the_totals_that_documents_print(made, expected):
    held = [
        publication
        for _, publication in made.files["mps-dashboard"]
        if publication.first_month <= expected.first
        and expected.last <= publication.last_month
        and any(label.minor == expected.subtype for label in publication.labels)
    ]
    assert held
    span = (expected.first, expected.last)
    assert {total(pub, expected.subtype, expected.boroughs, *span, "Offences") for pub in held} == {
        expected.count
    }


def test_knife_crime_changes_as_the_report_on_2023_prints(made):
    knife = made.publication("mps-dashboard", part="knife")
    for boroughs, printed in ((("Bexley",), 22.9), (SOUTH_EAST, 21.4), (LONDON, 17.0)):
        before, now = (
            total(knife, KNIFE, boroughs, date(year, 1, 1), date(year, 12, 1), "Offences")
            for year in (2022, 2023)
        )
        assert round(100 * (now / before - 1), 1) == printed


def test_hate_crime_in_bromley_is_as_its_strategy_prints(made):
    oldest = made.publication("mps-dashboard", at=0)
    now = total(oldest, RACIST_AND_RELIGIOUS, ("Bromley",), date(2019, 2, 1), date(2020, 1, 1), "Offences")
    before = total(oldest, RACIST_AND_RELIGIOUS, ("Bromley",), date(2018, 2, 1), date(2019, 1, 1), "Offences")
    assert (now, round(100 * (now / before - 1))) == (460, 6)


def test_the_newest_dashboard_crosses_the_day_since_when_flags_are_recorded_in_another_way(made):
    newest = made.publication("mps-dashboard", part="other")
    assert (newest.first_month, newest.last_month) == (date(2021, 1, 1), date(2024, 12, 1))
    assert any("not comparable" in caveat for caveat in newest.caveats)


def test_parts_of_a_flag_are_never_more_than_the_whole(made):
    newest = made.publication("mps-dashboard", part="other")
    rows = {(area, minor): row for area, minor, unit, row in each_row(newest) if unit == "Offences"}
    for part, whole in (
        (RACIST_AND_RELIGIOUS, "Hate crime"),
        ("Racist Crime", RACIST_AND_RELIGIOUS),
        ("Domestic Abuse Violence with Injury", "Domestic Abuse"),
    ):
        for borough in LONDON:
            assert (rows[borough, part] <= rows[borough, whole]).all(), (borough, part)


def test_borough_and_ward_lines_of_the_dashboard_agree(made):
    for _, publication in made.files["mps-dashboard"]:
        assert not any("do not agree" in caveat for caveat in publication.caveats)


def test_the_newer_dashboard_restates_the_older_by_a_few_late_records(made):
    older, newer = (made.publication("mps-dashboard", at, "other") for at in (-2, -1))
    span = (date(2023, 8, 1), date(2024, 1, 1))
    for minor in ("Hate crime", "Domestic Abuse"):
        then, now = (total(pub, minor, LONDON, *span, "Offences") for pub in (older, newer))
        assert 0 < now - then < 20


def test_the_two_tables_of_violence_against_women_and_girls_count_the_same_offences(made):
    for _, publication in made.files["mps-vawg"]:
        assert publication.part == "both"
        assert not any("in a whole file they are the same" in caveat for caveat in publication.caveats)


def test_the_survey_has_eight_questions_for_london_and_every_borough(made):
    for _, publication in made.files["mopac-pas"]:
        assert {label.minor for label in publication.labels} == set(QUESTIONS)
        assert {area.name for area in publication.areas} == {*LONDON, "Metropolitan Police"}
        for area, minor, _, row in each_row(publication):
            unasked = np.isnan(row)
            assert unasked.sum() == (5 if minor == "Trust MPS" else 0), (area, minor)
            assert (row[~unasked] > 0.05).all() and (row[~unasked] < 0.98).all()


def test_population_and_households_are_rounded_and_of_every_borough(made):
    for source, names in (("ons-population", {"LONDON"}), ("ons-census-households", set())):
        for _, publication in made.files[source]:
            assert {area.name for area in publication.areas} == {place.name for place in PLACES} | names
            for *_, row in each_row(publication):
                assert (row >= 0).all() and (row % 100 == 0).all()
    newest = {area: row for area, _, _, row in each_row(made.publication("ons-population"))}
    assert newest["LONDON"][-1] == sum(int(newest[place.name][-1]) for place in PLACES)
    homes = {
        area: int(row[0])
        for area, minor, _, row in each_row(made.publication("ons-census-households"))
        if minor == "Total"
    }
    for place in PLACES:
        assert 2 < people(place, 2021) / homes[place.name] < 3, place.name


def test_antisocial_behaviour_in_bromley_is_as_its_strategy_prints(made):
    for _, publication in made.files["local-counts"]:
        (before, now) = (
            total(publication, "Anti-social behaviour", ("Bromley",), first, last, "incidents")
            for first, last, _ in ASB_TOTALS
        )
        assert (now, round(100 * (now / before - 1))) == (6_772, 16)
        assert all((row != NOT_PUBLISHED).all() for *_, row in each_row(publication))


def test_the_files_come_out_the_same_every_time_and_quickly(made, tmp_path):
    folders = [tmp_path / name for name in ("once", "again")]
    for folder in folders:
        folder.mkdir()
    for source in OTHER_FIGURES:
        before, again = (source.write(folder) for folder in folders)
        assert [path.name for path in again] == [path.name for path in before]
        assert [path.read_bytes() for path in again] == [path.read_bytes() for path in before]
    assert made.seconds < 3
