from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.breaks import Break, between_publications, breaks, crossed, that_apply
from crime_data.composites import Part, composites
from crime_data.importers import IMPORTERS
from crime_data.mapping import ancestors, area_rows, crime_type_rows
from crime_data.months import add_months

pytestmark = pytest.mark.once

PLANNED = {
    "mps-borough",
    "mps-ward",
    "mps-lsoa",
    "mps-dashboard",
    "mps-vawg",
    "mopac-pas",
    "police-uk-street",
    "police-uk-outcomes",
    "police-uk-stop-and-search",
    "home-office-csp",
}


months = st.integers(0, 300).map(lambda n: add_months(date(2002, 1, 1), n))
periods = st.tuples(months, st.integers(0, 35)).map(lambda p: (p[0], add_months(p[0], p[1])))


def year(number):
    return date(number, 1, 1), date(number, 12, 1)


def keys(found):
    return {one.key for one in found}


def known_crime_types():
    return {row.key for row in crime_type_rows()}


# --- the table


@pytest.mark.parametrize("one", breaks(), ids=lambda one: one.key)
def test_each_line_of_the_table_says_what_when_and_where_from(one):
    assert one.forbids in ("across", "within", "publications", "")
    assert one.title
    assert not one.title.endswith(".")
    assert one.text.endswith(".")
    assert one.source_urls
    assert all(url.startswith("https://") for url in one.source_urls)
    assert set(one.sources) <= PLANNED | set(IMPORTERS)
    assert set(one.crime_types) <= known_crime_types()
    assert one.when


@pytest.mark.parametrize("one", breaks(), ids=lambda one: one.key)
def test_each_kind_has_the_days_or_months_it_needs(one):
    if one.forbids == "across":
        assert one.on
    if one.forbids in ("within", "publications"):
        assert one.first_month
        assert one.last_month
        assert one.first_month <= one.last_month
    assert one.on or one.first_month


def test_keys_are_said_once():
    assert len({one.key for one in breaks()}) == len(breaks())


def test_each_line_of_the_table_is_listed_in_the_documents(settings):
    listed = (settings.BASE_DIR / "docs" / "breaks.md").read_text(encoding="utf-8")

    assert all(f"(`{one.key}`) | {one.when} |" in listed for one in breaks())


def test_areas_are_codes_that_are_known_or_of_another_publisher():
    known = {row.code for row in area_rows()}
    for one in breaks():
        for code in one.areas:
            assert code.endswith("*") or code in known or code.startswith(("E05", "E22"))


def test_the_classification_of_2019_concerns_every_category_but_not_the_total():
    since = {"all", "stalking-and-harassment", "death-or-injury-by-driving"}
    [found] = [one for one in breaks() if one.key == "classification-2019"]
    parted = {key for key, above in ancestors().items() if above[-1] == "all" != key} - since

    assert parted <= set(found.crime_types)
    assert "all" not in found.crime_types


# --- CONNECT


@pytest.mark.parametrize("crime_type", ["hate-crime", "domestic-abuse"])
def test_hate_crime_and_domestic_abuse_do_not_compare_across_connect(crime_type):
    assert keys(crossed("mps-dashboard", crime_type, year(2023), year(2024))) == {"connect-flags"}
    assert keys(crossed("mps-dashboard", crime_type, year(2024), year(2023))) == {"connect-flags"}


def test_nor_where_february_2024_itself_is_one_of_the_months():
    before = date(2024, 2, 1), date(2024, 2, 1)
    after = date(2024, 3, 1), date(2024, 3, 1)

    assert keys(crossed("mps-dashboard", "hate-crime", before, after)) == {"connect-flags"}


def test_two_periods_on_the_same_side_of_connect_compare():
    assert crossed("mps-dashboard", "hate-crime", year(2022), year(2023)) == ()
    after = date(2024, 3, 1), date(2024, 8, 1)
    assert crossed("mps-dashboard", "hate-crime", after, (date(2024, 9, 1), date(2025, 2, 1))) == ()


def test_a_break_between_two_periods_that_do_not_meet_is_crossed():
    assert keys(crossed("mps-dashboard", "hate-crime", year(2022), year(2025))) == {"connect-flags"}


def test_borough_totals_and_knife_crime_compare_across_connect_within_one_publication():
    assert crossed("mps-borough", "all", year(2023), year(2024)) == ()
    assert crossed("mps-dashboard", "knife-crime", year(2023), year(2024)) == ()


def test_but_never_across_two_publications():
    def found(one, other):
        return keys(between_publications("mps-borough", "all", one, other))

    assert found(date(2024, 1, 1), date(2024, 4, 1)) == {"connect-geography"}
    assert found(date(2026, 3, 1), date(2023, 7, 1)) == {"connect-geography"}
    assert found(date(2023, 7, 1), date(2024, 1, 1)) == set()
    assert found(date(2024, 4, 1), date(2026, 3, 1)) == set()


def test_a_publication_of_which_nobody_knows_the_form_counts_as_both():
    def found(one, other):
        return keys(between_publications("mps-borough", "all", one, other))

    unknown = date(2024, 2, 1)
    assert found(date(2024, 1, 1), unknown) == {"connect-geography"}
    assert found(unknown, date(2024, 4, 1)) == {"connect-geography"}
    assert found(unknown, unknown) == set()


# --- regrouped categories


def test_violence_without_injury_does_not_compare_across_the_split_of_2025():
    def found(crime_type):
        return keys(between_publications("mps-borough", crime_type, date(2025, 3, 1), date(2025, 12, 1)))

    assert found("violence-without-injury") == {"stalking-split-2025"}
    assert found("violence-against-the-person") == set()
    assert found("burglary") == set()


def test_totals_compare_across_the_classification_of_2019_and_categories_do_not():
    def found(crime_type):
        return keys(between_publications("mps-borough", crime_type, date(2018, 12, 1), date(2019, 6, 1)))

    assert found("all") == set()
    assert found("theft") == {"classification-2019"}


def test_regrouping_all_months_at_once_is_no_break_inside_a_publication():
    shown = that_apply("mps-borough", "violence-without-injury", date(2010, 4, 1), date(2026, 3, 1))

    assert not {one.key for one in shown if one.forbids == "publications"}


# --- caveats


def test_the_covid_caveat_begins_and_stops_by_itself():
    def shown(first, last):
        return "covid" in keys(that_apply("mps-borough", "burglary", first, last))

    assert shown(date(2019, 4, 1), date(2020, 3, 1))
    assert shown(date(2021, 12, 1), date(2022, 11, 1))
    assert not shown(date(2019, 3, 1), date(2020, 2, 1))
    assert not shown(*year(2022))


def test_the_covid_caveat_is_for_every_source():
    assert "covid" in keys(that_apply("police-uk-street", "", *year(2020)))


def test_offences_without_a_borough_are_told_of_for_boroughs_and_not_for_the_force():
    months = date(2023, 10, 1), date(2023, 10, 1)

    assert "unplaced-2021-to-2024" in keys(that_apply("mps-borough", "all", *months, area="E09000004"))
    assert "unplaced-2021-to-2024" in keys(that_apply("mps-borough", "all", *months, area="BCU-SE"))
    assert "unplaced-2021-to-2024" not in keys(that_apply("mps-borough", "all", *months, area="E23000001"))


def test_the_airports_are_told_of_for_hillingdon_only():
    months = date(2023, 1, 1), date(2023, 12, 1)

    assert "airports" in keys(that_apply("mps-borough", "all", *months, area="E09000017"))
    assert "airports" not in keys(that_apply("mps-borough", "all", *months, area="E09000004"))


def test_wards_of_2022_are_told_of_when_the_months_lie_on_both_sides():
    assert "wards-2022" in keys(that_apply("mps-ward", "all", *year(2022), area="E05013987"))
    assert "wards-2022" not in keys(that_apply("mps-ward", "all", *year(2023), area="E05013987"))


def test_medway_has_no_figures_from_2024_on():
    assert keys(crossed("home-office-csp", "", year(2023), year(2024), area="E22000143")) == {
        "kent-unassigned"
    }
    assert "kent-unassigned" in keys(that_apply("home-office-csp", "", *year(2026), area="E22000143"))
    assert crossed("home-office-csp", "", year(2023), year(2024), area="E22000180") == ()


def test_a_day_is_said_in_words():
    said = {one.key: one.when for one in breaks()}

    assert said["connect-flags"] == "28 February 2024"
    assert said["covid"] == "March 2020 to December 2021"
    assert said["kent-unassigned"] == "from January 2024 on"
    assert said["stalking-split-2025"] == "between the publications to July 2025 and to October 2025"


# --- what holds for any periods


@given(periods, periods)
def test_which_period_is_called_the_earlier_does_not_matter(one, other):
    for source, crime_type in (("mps-dashboard", "hate-crime"), ("home-office-csp", "")):
        assert crossed(source, crime_type, one, other) == crossed(source, crime_type, other, one)


@given(periods, periods)
def test_what_forbids_a_comparison_is_shown_beside_figures_of_all_its_months(one, other):
    first, last = min(one[0], other[0]), max(one[1], other[1])
    for source, crime_type in (("mps-dashboard", "hate-crime"), ("home-office-csp", "")):
        found = crossed(source, crime_type, one, other)
        assert keys(found) <= keys(that_apply(source, crime_type, first, last))


@given(months)
def test_a_month_compares_with_itself(month):
    found = crossed("mps-dashboard", "hate-crime", (month, month), (month, month))

    assert keys(found) == ({"connect-flags"} if month == date(2024, 2, 1) else set())


def test_a_break_cannot_be_changed():
    with pytest.raises(AttributeError):
        breaks()[0].title = "another"
    assert isinstance(breaks()[0], Break)


# --- composites


def test_serious_violence_has_five_parts_and_a_warning_that_they_overlap():
    [serious] = [one for one in composites() if one.key == "serious-violence"]

    assert serious.parts == (
        Part("violence-with-injury", "mps-borough"),
        Part("personal-robbery", "mps-borough"),
        Part("weapons-possession", "mps-borough"),
        Part("homicide", "mps-borough"),
        Part("knife-crime", "mps-dashboard"),
    )
    assert "counts some offences twice" in serious.overlap
    assert (serious.version, serious.valid_from) == ("1", date(2023, 1, 1))


def test_serious_acquisitive_crime_has_the_four_parts_of_the_old_targets_and_no_overlap():
    [acquisitive] = [one for one in composites() if one.key == "serious-acquisitive-crime"]

    assert [part.crime_type for part in acquisitive.parts] == [
        "residential-burglary",
        "robbery",
        "theft-from-vehicle",
        "motor-vehicle-theft",
    ]
    assert acquisitive.overlap == ""
    named = [ancestors()[part.crime_type] for part in acquisitive.parts]
    assert not any(
        one.crime_type in above for one in acquisitive.parts for above in (set(line[1:]) for line in named)
    )


@pytest.mark.parametrize("composite", composites(), ids=lambda one: f"{one.key}-{one.version}")
def test_each_part_is_a_known_crime_type_of_a_known_source(composite):
    assert {part.crime_type for part in composite.parts} <= known_crime_types()
    assert {part.source for part in composite.parts} <= PLANNED | set(IMPORTERS)
    assert len(set(composite.parts)) == len(composite.parts)


def test_a_version_of_a_composite_stands_once():
    versions = [(one.key, one.version) for one in composites()]

    assert len(set(versions)) == len(versions)
