"""Which release answers, and what it says."""

from datetime import date

import pytest

from crime_data import queries
from crime_data.models import Area, CrimeType
from crime_data.queries import NotHeld
from tests.mps_files import BURGLARY, RAPE, ROBBERY, make_file, make_historical

pytestmark = pytest.mark.django_db
YEAR = {"first": date(2023, 1, 1), "last": date(2023, 12, 1)}


def figures(area: str = "Bexley", **asked) -> queries.Figures:
    return queries.figures(area=queries.find_area(area), **YEAR | asked)


def of_each(number: int):
    return lambda row, month: number


def test_the_same_months_a_year_before_come_out_of_the_same_release(bring_in):
    bring_in(
        {"recent.csv": make_file(count=of_each(15)), "historical.csv": make_historical(count=of_each(10))}
    )

    found = figures(first=date(2022, 2, 1), last=date(2023, 1, 1), crime_type="personal-robbery")

    assert (found.count, found.previous, found.difference, found.percent) == (180, 120, 60, 50.0)
    assert found.files == ("historical.csv", "recent.csv")


def test_a_release_without_the_year_before_gives_a_count_alone(bring_in):
    bring_in(make_file())

    found = figures()

    assert found.count > 0
    assert (found.previous, found.difference, found.percent) == (None, None, None)
    assert found.files == ("recent.csv",)


def test_there_is_no_percentage_of_nought(bring_in):
    bring_in(make_file(first=date(2022, 1, 1), count=lambda row, month: month // 12))

    found = figures()

    assert (found.count, found.previous, found.difference, found.percent) == (24, 0, 24, None)


def test_the_release_published_last_answers(bring_in):
    for number in (100, 99, 98):
        bring_in(make_file(first=date(2022, 101 - number, 1), count=of_each(number)))

    assert figures(first=date(2023, 6, 1), last=date(2023, 6, 1)).release.key == "to-202402"


def test_as_at_a_day_only_what_was_published_by_then_answers(bring_in):
    bring_in(make_file(count=of_each(10)))
    bring_in(make_file(first=date(2022, 3, 1), count=of_each(10)))

    assert figures(as_at=date(2024, 3, 5)).release.key == "to-202401"
    assert figures(as_at=date(2024, 3, 6)).release.key == "to-202402"
    with pytest.raises(NotHeld, match="No release was published by 5 February 2024"):
        figures(as_at=date(2024, 2, 5))


def test_a_release_is_asked_by_its_key(bring_in):
    bring_in(make_file(count=of_each(10)))
    bring_in(make_file(first=date(2022, 3, 1), count=of_each(11)))

    assert figures(release_key="to-202401").count == 240
    with pytest.raises(
        NotHeld, match=r"No release “to-199901” is in use. Releases held: to-202402, to-202401"
    ):
        figures(release_key="to-199901")


def test_an_older_release_answers_for_months_the_newest_no_longer_holds(bring_in):
    bring_in(make_file(first=date(2020, 2, 1), count=of_each(10)))
    bring_in(make_file(count=of_each(10)))

    assert figures(first=date(2021, 6, 1), last=date(2021, 12, 1)).release.key == "to-202201"


def test_an_older_release_answers_for_a_type_the_newest_does_not_publish(bring_in):
    bring_in(make_file(first=date(2021, 1, 1), labels=[RAPE, BURGLARY], count=of_each(10)))
    bring_in(make_file(first=date(2021, 6, 1), labels=[BURGLARY], count=of_each(19)))

    found = figures(first=date(2022, 6, 1), last=date(2022, 6, 1), crime_type="rape")

    assert found.release.key == "to-202212"


def test_a_release_with_a_count_alone_answers_where_those_with_both_years_do_not_know_the_type(bring_in):
    bring_in(make_file(first=date(2022, 1, 1), labels=[BURGLARY], count=of_each(19)))
    bring_in(make_file(first=date(2022, 6, 1), labels=[BURGLARY, RAPE], count=of_each(10)))

    found = figures(crime_type="rape")

    assert (found.release.key, found.count, found.previous) == ("to-202405", 120, None)


def test_illustrative_figures_answer_only_where_nothing_published_is_held(bring_in):
    bring_in(make_file(count=of_each(10)), illustrative=True)
    assert figures().release.illustrative

    bring_in(make_file(count=of_each(9)))
    assert not figures().release.illustrative
    assert figures(release_key="illustrative-to-202401").count == 240


def test_months_nobody_holds_are_refused_with_what_is_held(bring_in):
    bring_in(make_file())

    with pytest.raises(NotHeld, match=r"2010-01 to 2010-12.*to-202401, holds 2022-02 to 2024-01"):
        figures(first=date(2010, 1, 1), last=date(2010, 12, 1))


@pytest.mark.parametrize("name", ["E09000033", "westminster", " City  of WESTMINSTER "])
def test_an_area_is_found_by_code_and_by_every_spelling(bring_in, name):
    bring_in(make_file())

    assert queries.find_area(name).name == "Westminster"


def test_an_unknown_area_is_refused_by_name(bring_in):
    bring_in(make_file())

    with pytest.raises(NotHeld, match="No area is called “Atlantis”"):
        queries.find_area("Atlantis")


# --- the publisher's own labels --------------------------------------------------------------


@pytest.mark.parametrize(
    "category", ["ROBBERY / ROBBERY OF PERSONAL PROPERTY", "robbery / robbery of  personal property"]
)
def test_a_category_is_asked_by_the_publishers_own_label(bring_in, category):
    bring_in(make_file(labels=[ROBBERY, ("ROBBERY", "ROBBERY OF BUSINESS PROPERTY")], count=of_each(3)))

    found = figures(category=category)

    assert (found.count, found.crime_type) == (36, category)


def test_a_label_printed_for_other_boroughs_only_counts_as_none(bring_in):
    table = make_file(count=of_each(3)).decode().splitlines()
    bring_in("\n".join(line for line in table if "ROBBERY OF PERSONAL PROPERTY,Bexley" not in line).encode())

    assert figures(category="ROBBERY / ROBBERY OF PERSONAL PROPERTY").count == 0


def test_a_label_that_a_file_does_not_print_has_no_count_in_its_months(bring_in):
    old = ("BURGLARY", "DOMESTIC BURGLARY")
    bring_in({"recent.csv": make_file(), "historical.csv": make_historical(labels=[old])})

    found = figures(
        first=date(2022, 2, 1), last=date(2023, 1, 1), category="BURGLARY / BURGLARY - RESIDENTIAL"
    )

    assert found.count > 0
    assert found.previous is None


def test_an_unknown_label_is_refused_with_labels_near_it(bring_in):
    bring_in(make_file())

    with pytest.raises(NotHeld, match="Labels near it: ROBBERY / ROBBERY OF PERSONAL PROPERTY"):
        figures(category="ROBBERY / ROBBERY OF A TRAIN")


# --- what pages read -------------------------------------------------------------------------


def test_pages_read_all_months_of_the_newest_release_in_two_queries(bring_in, django_assert_num_queries):
    bring_in({"recent.csv": make_file(count=of_each(2)), "historical.csv": make_historical(count=of_each(1))})
    areas = list(Area.objects.values_list("pk", flat=True))
    kinds = list(CrimeType.objects.values_list("pk", flat=True))

    with django_assert_num_queries(2):
        [held] = queries.held_on([None], areas=areas, counts={"mps-borough": kinds})

    bexley = held.counts["mps-borough", queries.find_area("Bexley").pk, CrimeType.objects.get(key="all").pk]
    assert (bexley.first_month, bexley.last_month) == (date(2019, 1, 1), date(2024, 1, 1))
    assert bexley.values.tolist() == [2] * 37 + [4] * 24


def test_a_sum_over_months_that_are_not_held_is_none_and_not_nought(bring_in):
    bring_in(make_file(count=of_each(1)))
    area, kind = queries.find_area("Bexley").pk, CrimeType.objects.get(key="all").pk

    [held] = queries.held_on([None], areas=[area], counts={"mps-borough": [kind]})
    counts = held.counts["mps-borough", area, kind]

    assert counts.sum(date(2023, 1, 1), date(2023, 12, 1)) == 24
    assert counts.sum(date(2022, 1, 1), date(2022, 12, 1)) is None
    assert counts.sum(date(2024, 1, 1), date(2024, 2, 1)) is None
