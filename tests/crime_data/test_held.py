"""Several sources and days at once: which release answers, and what is printed that is no crime."""

from datetime import date

import pytest

from crime_data import queries
from crime_data.models import Area, CrimeType
from tests.factories import area, make_release_with_counts
from tests.samples import ALL

pytestmark = pytest.mark.django_db
SURVEY, PEOPLE = "mopac-pas", "ons-population"
BOROUGHS = "mps-borough"


def sample(name):
    return {name: next(one for one in ALL if one.name == name).content}


def of_bexley(*days, key="residential-burglary"):
    """What Bexley's first month was on each of the days."""
    bexley, kind = area("Bexley").pk, CrimeType.objects.get(key=key).pk
    held = queries.held_on(days, areas=[bexley], counts={BOROUGHS: [kind]})
    found = [one.counts.get((BOROUGHS, bexley, kind)) for one in held]
    return [counts and counts.values[0] for counts in found]


def test_two_sources_and_two_days_are_read_in_the_queries_of_one(bring_in, django_assert_num_queries):
    bring_in(sample("other.csv"))
    make_release_with_counts({"Bexley": 1}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": 2}, published_on=date(2024, 2, 4))
    kinds = list(CrimeType.objects.values_list("pk", flat=True))
    wanted = dict.fromkeys((BOROUGHS, "mps-dashboard"), kinds)
    places = [area("Bexley").pk]

    with django_assert_num_queries(2):
        now, _ = queries.held_on([None, date(2024, 1, 31)], areas=places, counts=wanted)

    assert {source for source, _, _ in now.counts} == {BOROUGHS, "mps-dashboard"}


def test_the_newest_release_with_two_years_answers(db):
    area("Bexley")
    make_release_with_counts({"Bexley": 1}, last_month=date(2023, 11, 1))
    make_release_with_counts({"Bexley": 2}, months=3, published_on=date(2024, 2, 1))

    assert of_bexley(None) == [1]


def test_where_none_holds_two_years_the_newest_months_answer(db):
    area("Bexley")
    make_release_with_counts({"Bexley": 1}, months=3, last_month=date(2023, 11, 1))
    make_release_with_counts({"Bexley": 2}, months=3)

    assert of_bexley(None) == [2]


def test_a_past_day_is_answered_by_what_was_published_then(db):
    area("Bexley")
    make_release_with_counts({"Bexley": 1}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": 2}, published_on=date(2024, 2, 4))

    assert of_bexley(None, date(2024, 1, 31)) == [2, 1]
    assert of_bexley(date(2024, 1, 31)) == [1]
    assert of_bexley(date(2023, 12, 31)) == [None]


def test_a_past_day_is_answered_however_many_releases_came_since(db):
    area("Bexley")
    for number in range(20):
        make_release_with_counts({"Bexley": number}, published_on=date(2024, 1, 4 + number))

    assert of_bexley(None, date(2024, 1, 5)) == [19, 1]


def test_made_up_figures_answer_only_where_nothing_is_published(db):
    area("Bexley")
    make_release_with_counts({"Bexley": 1}, published_on=date(2024, 1, 4))
    make_release_with_counts({"Bexley": 2}, published_on=date(2024, 2, 4), illustrative=True)

    assert of_bexley(None) == [1]


def test_a_crime_type_that_is_not_published_has_no_counts(db):
    area("Bexley")
    make_release_with_counts({"Bexley": 1})

    assert of_bexley(None, key="homicide") == [None]


def test_a_survey_and_a_population_are_read_as_printed(bring_in, django_assert_num_queries):
    bring_in(sample("survey.csv"))
    bring_in(sample("mye23.xlsx"))
    bexley = area("Bexley").pk
    trust, people = "Public Attitude Survey / Trust MPS", "Population / All ages"

    with django_assert_num_queries(3):
        [held] = queries.held_on([None], areas=[bexley], printed={SURVEY: [trust], PEOPLE: [people]})

    asked = held.printed[SURVEY, bexley, trust]
    assert (asked.first_month, asked.step) == (date(2023, 7, 1), 3)
    assert asked.values.tolist() == [0.60, 0.60]
    counted = held.printed[PEOPLE, bexley, people]
    assert counted.step == 12
    assert counted.values.tolist() == [248_000, 250_853]


def test_nothing_is_asked_of_the_database_when_nothing_is_wanted(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        [held] = queries.held_on([None], areas=[1])

    assert (held.releases, held.counts, held.printed) == ({}, {}, {})


def test_a_type_whose_labels_are_printed_for_boroughs_only_is_not_nought_for_the_force(bring_in):
    bring_in(sample("vawg.csv"))
    kind = CrimeType.objects.get(key="violence-against-women-and-girls").pk
    force = area("Metropolitan Police").pk
    boroughs = list(Area.objects.filter(kind="borough").values_list("pk", flat=True))

    [held] = queries.held_on([None], areas=[force, *boroughs], counts={"mps-vawg": [kind]})

    assert ("mps-vawg", force, kind) not in held.counts
    assert {key for key in held.counts} <= {("mps-vawg", borough, kind) for borough in boroughs}
    assert held.counts
