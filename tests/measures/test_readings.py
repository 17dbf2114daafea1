"""Readings: measures joined to figures. Counts are made by hand: every sum can be done in the head."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crime_data.models import CrimeTypeTable, ReleaseFile
from crime_data.packing import NOT_PUBLISHED, pack, unpack
from measures import published
from measures.models import Baseline, Target
from measures.queries import measure_list, readings
from tests.factories import (
    make_measure,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_strategy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership():
    return make_partnership(areas=("Bexley",), place="Bexley")


@pytest.fixture
def priority(partnership):
    return make_priority(partnership=partnership)


def year_on_year(before, now):
    """A count a month for one year, and another for the next."""
    return [before] * 12 + [now] * 12


def read(partnership, measure, **given):
    [found] = readings(partnership, list(measure_list([measure.priority])), **given)
    return found


# --- what a measure says ---------------------------------------------------------------------


def test_a_measure_says_what_was_counted_in_two_years(partnership, priority):
    make_release_with_counts({"Bexley": year_on_year(100, 80)})

    reading = read(partnership, make_measure(priority=priority))

    assert (reading.change.before, reading.change.now) == (1200, 960)
    assert reading.period == "January to December 2023"
    assert reading.sentence == (
        "There were 960 residential burglaries in Bexley in January to December 2023, 240 fewer than in "
        "January to December 2022 (1,200), a fall of 20.0%. "
        "This fall is larger than we would expect by chance."
    )
    assert (reading.verdict.key, reading.verdict.words) == ("improving", "Improving")
    assert reading.chart.headline == "Residential burglary in Bexley fell by 240 (20.0%)"
    assert [series.values for series in reading.chart.spec.body.series] == [(100,) * 12 + (80,) * 12]
    years = dict(reading.charts)["years"].spec.body.series
    assert [series.values for series in years] == [(80,) * 12, (100,) * 12]


@pytest.mark.parametrize(
    ("polarity", "key"),
    [("lower", "worse"), ("higher", "improving"), ("neutral", "higher"), ("reporting", "more-reports")],
)
def test_whether_a_rise_is_good_is_said_by_the_measure(partnership, priority, polarity, key):
    make_release_with_counts({"Bexley": year_on_year(80, 100)})

    assert read(partnership, make_measure(priority=priority, polarity=polarity)).verdict.key == key


def test_a_difference_that_could_be_chance_is_called_so(partnership, priority):
    make_release_with_counts({"Bexley": year_on_year(100, 101)})

    assert read(partnership, make_measure(priority=priority)).verdict.key == "no-clear-change"


def test_a_measure_without_a_crime_type_is_not_measured_yet(partnership, priority):
    make_release_with_counts({"Bexley": 100})

    reading = read(partnership, make_measure(priority=priority, crime_type=None))

    assert (reading.change, reading.chart, reading.provenance) == (None, None, None)
    assert reading.sentence.startswith("No measure has been agreed yet")
    assert reading.verdict.key == "not-measured"
    assert reading.csv_rows() == []
    assert not reading.illustrative


def test_without_figures_it_is_said_that_none_are_held(partnership, priority):
    assert (
        read(partnership, make_measure(priority=priority)).sentence
        == "No figures are held for this measure yet."
    )


def test_figures_of_another_kind_are_not_this_measure_s(partnership, priority):
    make_release_with_counts({"Bexley": 100}, crime_types=("robbery",))

    assert read(partnership, make_measure(priority=priority)).change is None


def test_a_month_that_was_not_published_makes_no_sum(partnership, priority):
    make_release_with_counts({"Bexley": 100})
    for table in CrimeTypeTable.objects.all():
        counts = unpack(table.values).copy()
        counts[:, -3] = NOT_PUBLISHED
        table.values = pack(counts)
        table.save()

    assert read(partnership, make_measure(priority=priority)).sentence == (
        "The last twelve months are not all published yet."
    )


def test_the_measure_s_care_stands_before_the_crime_type_s(partnership, priority):
    make_release_with_counts({"Bexley": 100})

    reading = read(partnership, make_measure(priority=priority, caveat="Sheds count too."))

    assert reading.caveat.startswith("Sheds count too. The publisher has used six labels")


# --- areas -----------------------------------------------------------------------------------


def test_a_partnership_of_two_boroughs_counts_both():
    both = make_partnership(areas=("Bexley", "Bromley"))
    make_release_with_counts({"Bexley": year_on_year(10, 20), "Bromley": year_on_year(1, 2), "Camden": 500})

    reading = read(both, make_measure(priority=make_priority(partnership=both)))

    assert (reading.change.before, reading.change.now) == (12 * 11, 12 * 22)


def test_when_one_of_two_boroughs_has_no_figures_there_is_no_sum():
    both = make_partnership(areas=("Bexley", "Bromley"))
    make_release_with_counts({"Bexley": 10})

    assert read(both, make_measure(priority=make_priority(partnership=both))).change is None


def test_a_partnership_without_areas_has_no_figures():
    nowhere = make_partnership(areas=())
    make_release_with_counts({"Bexley": 10})

    assert read(nowhere, make_measure(priority=make_priority(partnership=nowhere))).change is None


def test_it_is_held_against_its_command_unit_and_the_force(partnership, priority):
    make_release_with_counts(
        {"Bexley": year_on_year(10, 20), "South East": year_on_year(50, 40), "Metropolitan Police": 1000}
    )

    comparisons = read(partnership, make_measure(priority=priority)).comparisons

    assert [(c.area, c.before, c.now, c.difference, c.words) for c in comparisons] == [
        ("South East command unit", "600", "480", "down 120 (20.0%)", "Lower"),
        ("All of the Met's area", "12,000", "12,000", "no change", "No clear change"),
    ]


def test_boroughs_of_two_command_units_are_held_against_the_force_only():
    both = make_partnership(areas=("Bexley", "Bromley"))
    make_release_with_counts({"Bexley": 10, "Bromley": 10})

    reading = read(both, make_measure(priority=make_priority(partnership=both)))

    assert [comparison.area for comparison in reading.comparisons] == ["All of the Met's area"]


# --- releases --------------------------------------------------------------------------------


def test_the_newest_release_answers_or_that_of_a_day(partnership, priority):
    measure = make_measure(priority=priority)
    make_release_with_counts({"Bexley": 100}, published_on=date(2024, 1, 4), key="first")
    make_release_with_counts({"Bexley": 102}, published_on=date(2024, 2, 6), key="restated")

    now, then = read(partnership, measure), read(partnership, measure, as_at=date(2024, 2, 5))

    assert (now.change.now, now.provenance.release) == (1224, "restated")
    assert (then.change.now, then.provenance.release) == (1200, "first")
    assert read(partnership, measure, as_at=date(2024, 2, 6)).provenance.release == "restated"
    assert read(partnership, measure, as_at=date(2024, 1, 3)).change is None


@pytest.mark.parametrize("state", sorted(set(ReleaseFile.State) - {ReleaseFile.State.CURRENT}))
def test_figures_that_are_not_in_use_are_not_shown(partnership, priority, state):
    make_release_with_counts({"Bexley": 100}, state=state)

    assert read(partnership, make_measure(priority=priority)).change is None


def test_a_release_that_holds_one_year_only_has_nothing_to_compare(partnership, priority):
    make_release_with_counts({"Bexley": 100}, months=24, published_on=date(2024, 1, 4), key="two-years")
    make_release_with_counts({"Bexley": 999}, months=12, published_on=date(2024, 2, 6))

    assert read(partnership, make_measure(priority=priority)).provenance.release == "two-years"


def test_every_figure_names_the_files_it_is_from(partnership, priority):
    release = make_release_with_counts({"Bexley": 100}, key="2024-01")
    file = release.files.get()

    reading = read(partnership, make_measure(priority=priority))

    assert reading.provenance.files == ((file.name, file.sha256),)
    assert reading.provenance.publisher in reading.chart.source
    assert "release 2024-01, published 4 January 2024" in reading.chart.source


def test_made_up_figures_are_marked_everywhere(partnership, priority):
    make_release_with_counts({"Bexley": 100}, illustrative=True)

    reading = read(partnership, make_measure(priority=priority))

    assert reading.illustrative and reading.provenance.illustrative and reading.chart.illustrative
    assert "They are not real." in reading.chart.source


def test_made_up_figures_answer_only_where_no_published_ones_are_held(partnership, priority):
    make_release_with_counts({"Bexley": 100}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": 999}, published_on=date(2024, 2, 6), illustrative=True)

    reading = read(partnership, make_measure(priority=priority))

    assert (reading.change.now, reading.illustrative) == (1200, False)


def test_the_table_of_figures_can_be_read_by_a_machine(partnership, priority):
    file = make_release_with_counts({"Bexley": year_on_year(100, 80)}).files.get()
    text = io.StringIO()
    csv.writer(text).writerows(
        read(partnership, make_measure(priority=priority, name="Burglaries")).csv_rows()
    )

    rows = list(csv.DictReader(io.StringIO(text.getvalue())))

    assert [row["Burglaries"] for row in rows] == ["100"] * 12 + ["80"] * 12
    assert rows[0]["Month"] == "2022-01-01"
    assert {row["Measure"] for row in rows} == {"Burglaries"}
    assert {row["Files"] for row in rows} == {f"{file.name} (sha256 {file.sha256})"}


# --- targets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "baseline", "key"),
    [
        ("at_most", 960, None, "met"),
        ("at_most", 959, None, "not-met"),
        ("at_least", 960, None, "met"),
        ("at_least", 961, None, "not-met"),
        ("reduce_by_percent", 20, 1200, "met"),
        ("reduce_by_percent", "20.1", 1200, "not-met"),
        ("increase_by_percent", 20, 800, "met"),
        ("increase_by_percent", 20, 801, "not-met"),
        ("reduce_by_percent", 20, None, "no-baseline"),
    ],
)
def test_a_figure_is_held_against_its_target(partnership, priority, kind, value, baseline, key):
    make_release_with_counts({"Bexley": year_on_year(100, 80)})
    measure = make_measure(priority=priority)
    counted_from = baseline and Baseline.objects.create(
        measure=measure, value=baseline, first_month=date(2022, 1, 1), last_month=date(2022, 12, 1)
    )
    Target.objects.create(
        measure=measure,
        kind=kind,
        value=value,
        starts_on=date(2023, 1, 1),
        due_on=date(2028, 3, 31),
        baseline=counted_from or None,
    )

    reading = read(partnership, measure)

    assert reading.target.verdict.key == key
    assert reading.target.words.endswith(", by 31 March 2028")


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"starts_on": date(2023, 4, 1)}, "not-measured", "No figure for the target's own period yet"),
        ({"starts_on": date(2023, 1, 1)}, "exceeded", "Better than asked"),
        ({"value": 900}, "not-met", "Its day has passed; the figures held end in December 2023"),
        ({"value": 900, "due_on": date(2999, 3, 31)}, "not-met", "Not met yet"),
    ],
)
def test_a_target_is_judged_by_months_of_its_own(partnership, priority, given, key, words):
    make_release_with_counts({"Bexley": year_on_year(100, 80)})
    measure = make_measure(priority=priority)
    asked = {"kind": "at_most", "value": 1000, "due_on": date(2024, 3, 31)} | given
    Target.objects.create(measure=measure, **asked)

    verdict = read(partnership, measure).target.verdict

    assert (verdict.key, verdict.words) == (key, words)


@pytest.mark.parametrize(
    ("months", "due_on", "detail"),
    [
        (
            (date(2022, 1, 1), date(2022, 12, 1)),
            date(2024, 12, 31),
            "the target's period begins in January 2024",
        ),
        ((date(2022, 2, 1), date(2023, 1, 1)), date(2023, 12, 31), "holds months of its baseline"),
    ],
)
def test_a_figure_of_the_baseline_s_months_meets_no_target(partnership, priority, months, due_on, detail):
    make_release_with_counts({"Bexley": year_on_year(100, 80)})
    measure = make_measure(priority=priority)
    baseline = Baseline.objects.create(
        measure=measure, value=1200, first_month=months[0], last_month=months[1]
    )
    Target.objects.create(
        measure=measure, kind="reduce_by_percent", value=10, due_on=due_on, baseline=baseline
    )

    verdict = read(partnership, measure).target.verdict

    assert verdict.key == "not-measured"
    assert verdict.detail.endswith(detail)


def test_a_verdict_names_its_number_and_period(partnership, priority):
    make_release_with_counts({"Bexley": year_on_year(100, 80)})
    measure = make_measure(priority=priority)
    Target.objects.create(measure=measure, kind="hold_steady", due_on=date(2023, 12, 31))

    verdict = read(partnership, measure).target.verdict

    assert (verdict.words, verdict.detail) == (
        "Missed",
        "960 in January to December 2023, a fall beyond chance",
    )


def test_each_area_is_tested_with_the_scatter_of_its_own_months(partnership, priority):
    steady, wild = year_on_year(100, 101), [40, 160] * 6 + [160, 42] * 6
    make_release_with_counts({"Bexley": steady, "South East": wild, "Metropolitan Police": steady})

    reading = read(partnership, make_measure(priority=priority))

    own, unit, force = reading.change, *(one.change for one in reading.comparisons)
    assert own.dispersion == force.dispersion == 1
    assert unit.dispersion > 5
    areas = dict(reading.charts)["areas"]
    header, first, second, _ = reading.csv_rows(areas)
    assert header[4:7] == ["Year before", "Now", "Dispersion factor"]
    assert first[4:7] == [1200, 1212, 1]
    assert second[6] == round(unit.dispersion, 2)
    assert "in the South East command unit" in reading.comparators_sentence


def test_the_limits_of_a_change_are_said_and_given(partnership, priority):
    make_release_with_counts({"Bexley": year_on_year(100, 80)})

    reading = read(partnership, make_measure(priority=priority))

    assert reading.limits.startswith("Allowing for chance, the change lies between a fall of 2")
    found = reading.change_interval
    assert (found["unit"], found["dispersion"]) == ("percent", 1)
    assert found["low"] < -20 < found["high"] < 0


def test_a_measure_without_a_target_is_normal(partnership, priority):
    make_release_with_counts({"Bexley": 100})

    reading = read(partnership, make_measure(priority=priority))

    assert (reading.target, reading.targets) == (None, ())


# --- public, and fast ------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "number"), [("published", 1), ("draft", 0), ("withdrawn", 0)])
def test_measures_of_a_published_strategy_are_public_and_no_others(partnership, status, number):
    priority = make_priority(strategy=make_strategy(partnership=partnership, status=status))
    measure = make_measure(priority=priority)

    [found] = published.measures(partnership, [priority.pk])

    assert len(found.readings) == number
    assert (published.measure(partnership, measure.pk) is not None) == bool(number)


def test_another_partnership_s_measures_are_not_read(partnership):
    theirs = make_measure(priority=make_priority(partnership=make_partnership(areas=("Bromley",))))

    [found] = published.measures(partnership, [theirs.priority_id])

    assert found.readings == ()
    assert published.measure(partnership, theirs.pk) is None


def test_twenty_measures_cost_the_queries_of_one(partnership, priority):
    kinds = ("residential-burglary", "robbery", "criminal-damage", "arson")
    make_release_with_counts({"Bexley": 100}, crime_types=kinds)
    counts = []
    for number in (1, 19):
        for at in range(number):
            make_measure(priority=priority, crime_type=kinds[at % 4])
        with CaptureQueriesContext(connection) as queries_made:
            found = published.measures(partnership, [priority.pk])[0].readings
        counts.append(len(queries_made))

    assert len(found) == 20 and all(reading.change for reading in found)
    assert counts[0] == counts[1]
