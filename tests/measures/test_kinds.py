"""Every kind of measure, worked out by hand: what it comes to, and what it says when it cannot."""

from datetime import date

import pytest

from crime_data.models import Source
from crime_data.services import Received, import_files
from measures.models import Baseline, Measure, Rebase
from measures.queries import measure_list, readings, returned
from partners.models import Partnership
from tests.factories import (
    make_measure,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_return,
    make_target,
)
from tests.samples import ALL

pytestmark = pytest.mark.django_db
YEAR = date(2022, 4, 1)


@pytest.fixture
def partnership():
    return make_partnership(areas=("Bexley",), place="Bexley")


@pytest.fixture
def priority(partnership):
    return make_priority(partnership=partnership)


@pytest.fixture
def read(partnership, priority):
    """The reading of a measure made with what is given."""

    def read(measure=None, *, until=None, **given):
        measure = measure or make_measure(priority=priority, **given)
        [found] = readings(partnership, list(measure_list([priority])), until=until)
        assert found.measure_id == measure.pk
        return found

    return read


@pytest.fixture
def local(priority):
    def local(**given):
        return make_measure(priority=priority, crime_type=None, **{"kind": "local"} | given)

    return local


def bring_in(name):
    content = next(one for one in ALL if one.name == name).content
    import_files(received=[Received(name, content)])


def people(number=250_000):
    """Bexley's population, as a sample file has it: 248,000 in 2022 and 250,853 in 2023."""
    bring_in("mye23.xlsx")


# --- periods ---------------------------------------------------------------------------------


def test_a_measure_of_the_year_speaks_of_the_months_of_the_partnership_s_year(partnership, read):
    make_release_with_counts({"Bexley": 10})

    reading = read(period="year")
    assert (reading.period, reading.value) == ("April to December 2023", "90")
    assert reading.period_before == "April to December 2022"

    partnership.year_basis = Partnership.YearBasis.CALENDAR
    partnership.save()
    assert read(Measure.objects.get()).period == "January to December 2023"


def test_a_measure_of_the_quarter_speaks_of_the_last_whole_one(read):
    make_release_with_counts({"Bexley": 10}, last_month=date(2023, 11, 1))

    reading = read(period="quarter")

    assert (reading.period, reading.value) == ("July to September 2023", "30")


def test_a_reading_up_to_a_past_month_does_not_know_what_came_after(read):
    make_release_with_counts({"Bexley": [10] * 21 + [99] * 3})

    reading = read(until=date(2023, 9, 1))

    assert (reading.period, reading.value) == ("October 2022 to September 2023", "120")
    assert reading.chart.spec.body.months[-1] == date(2023, 9, 1)


# --- rates and shares --------------------------------------------------------------------------


def test_a_rate_is_taken_of_the_population_of_each_year(read):
    make_release_with_counts({"Bexley": [100] * 12 + [110] * 12})
    people()

    reading = read(kind="rate", per="people")

    assert reading.change.now == pytest.approx(1000 * 1320 / 250_853)
    assert reading.change.before == pytest.approx(1000 * 1200 / 248_000)
    assert reading.value == "5.3 per 1,000 people"
    assert "population of 2023" in reading.sentence


def test_without_a_population_there_is_no_rate_and_the_reason_is_said(read):
    make_release_with_counts({"Bexley": 100})

    assert read(kind="rate", per="people").sentence == (
        "The number of people is not held, so no rate can be given."
    )


def test_a_share_is_told_in_points(read):
    make_release_with_counts({"Bexley": 20}, crime_types=("residential-burglary", "burglary"))

    reading = read(kind="share", of_crime_type="burglary")

    assert (reading.value, reading.difference) == ("100%", "no change")


def test_a_place_among_the_boroughs_is_held_against_a_target_for_it(priority, read):
    make_release_with_counts({"Bexley": 10, "Bromley": 100})
    people()
    measure = make_measure(priority=priority, kind="rate", per="people")
    make_target(measure, "rank_at_most", 1)

    # The sample holds the people of two boroughs of 32, so no place can be given.
    assert read(measure).target.verdict.key == "not-measured"


# --- composites ----------------------------------------------------------------------------------


def test_a_composite_shows_its_parts_and_warns_that_they_overlap(priority, read):
    bring_in("other.csv")
    parts = ("violence-with-injury", "personal-robbery", "weapons-possession", "homicide")
    make_release_with_counts({"Bexley": 10}, crime_types=parts)

    reading = read(kind="composite", composite="serious-violence", crime_type=None)

    names = [part.name for part in reading.parts]
    assert names[:2] == ["Violence with injury", "Personal robbery"]
    assert any("overlaps robbery" in caveat for caveat in reading.caveats)


# --- surveys ----------------------------------------------------------------------------------------


def test_parts_that_overlap_have_a_sum_and_no_change_of_it(priority, read):
    parts = ("violence-with-injury", "personal-robbery", "weapons-possession", "homicide")
    make_release_with_counts({"Bexley": [10] * 12 + [20] * 12}, crime_types=parts)
    make_release_with_counts(
        {"Bexley": 10}, crime_types=("knife-crime",), source=Source.objects.get(key="mps-dashboard")
    )

    reading = read(kind="composite", composite="serious-violence", crime_type=None, name="Serious violence")

    assert reading.headline == (
        "Serious violence in Bexley: 4 of 5 parts higher beyond chance, 1 without a clear change"
    )
    assert reading.sentence == (
        "The five parts of serious violence in Bexley come to 1,080 in January to December 2023 when added "
        "up, and some offences are counted twice, so no change is given."
    )
    assert (reading.verdict.key, reading.difference, reading.before) == ("not-comparable", "", "")
    assert (reading.limits, reading.change_interval) == ("", None)
    assert sum("overlap" in caveat for caveat in reading.caveats) == 1


def test_parts_that_share_no_offence_are_compared_as_a_sum(priority, read):
    parts = ("residential-burglary", "robbery", "theft-from-vehicle", "motor-vehicle-theft")
    make_release_with_counts({"Bexley": [10] * 12 + [20] * 12}, crime_types=parts)

    reading = read(kind="composite", composite="serious-acquisitive-crime", crime_type=None, polarity="lower")

    assert (reading.difference, reading.verdict.key) == ("up 480 (100.0%)", "worse")


def test_a_mean_is_said_to_be_one_in_the_file_as_well(read, local):
    measure = local(unit="number", statistic="mean")
    make_return(measure, YEAR, 12, statistic="mean", months=12)
    make_return(measure, date(2023, 4, 1), 14, statistic="median", months=12)

    reading = read(measure)

    header, *rows = reading.csv_rows()
    at = header.index("Statistic")
    assert [row[at] for row in rows] == ["mean", "median"]
    assert reading.value == "14 (median)"
    assert [one.now.words for one in returned(measure)] == ["14 (median)", "12 (mean)"]


def test_a_survey_without_four_quarters_says_so(read):
    bring_in("survey.csv")

    question = {"source_key": "mopac-pas", "question": "Public Attitude Survey / Trust MPS"}
    reading = read(kind="survey", crime_type=None, **question)

    assert reading.sentence == "Four quarters in a row are not published yet."


def test_a_survey_of_the_partnership_s_own_is_a_return_with_its_base(read, local):
    """S002-43: 54% of 1,118 felt safe alone after dark."""
    measure = local(kind="survey", unit="percent", statistic="share", name="Safe after dark")
    make_return(measure, date(2019, 12, 1), 54, numerator=604, base=1118)

    reading = read(measure)

    assert reading.value == "54%"
    assert reading.sentence.endswith(
        "It rests on 604 of 1,118 answers; in a random sample of this size chance alone would leave it "
        "between 51.1% and 56.9%."
    )


# --- the partnership's own figures -------------------------------------------------------------------


def test_a_maximum_and_a_mean_are_printed_and_not_compared(read, local):
    measure = local(unit="days", statistic="mean", name="Time to a decision")
    make_return(measure, date(2022, 1, 1), 500, months=12, statistic="maximum")
    make_return(measure, date(2023, 1, 1), 53, months=12)

    reading = read(measure)

    assert reading.sentence == (
        "Time to a decision in Bexley stood at 53 days (mean) in January to December 2023 and 500 days "
        "(maximum) in January to December 2022. They do not compare, so no change is given: one figure is a "
        "maximum and the other a mean."
    )
    assert (reading.change, reading.difference, reading.verdict.key) == (None, "", "not-comparable")


def test_a_correction_answers_and_the_figure_before_it_is_kept(partnership, priority, local):
    measure = local(unit="number")
    make_return(measure, YEAR, 10, published_on=date(2022, 5, 3))
    make_return(measure, YEAR, 12, published_on=date(2022, 6, 3))

    [now] = readings(partnership, [measure])
    [then] = readings(partnership, [measure], as_at=date(2022, 5, 31))

    assert (then.value, now.value) == ("10", "12")
    assert measure.returns.count() == 2


@pytest.mark.parametrize(
    ("absence", "words"),
    [
        ("not-applicable", "For April 2022: not applicable."),
        ("not-stated", "For April 2022: not stated."),
        ("not-legible", "For April 2022: not legible."),
        ("not-yet", "For April 2022: not yet measured."),
    ],
)
def test_why_there_is_no_figure_is_said_and_is_not_nought(read, local, absence, words):
    measure = local(unit="number")
    make_return(measure, YEAR, absence=absence)

    assert read(measure).sentence == words


def test_nought_is_a_figure(read, local):
    measure = local(unit="number", name="Complaints")
    make_return(measure, YEAR, 0)

    assert "stood at 0" in read(measure).sentence


def test_a_share_within_a_standard_is_tested_by_its_numbers(read, local):
    measure = local(kind="standard", unit="percent", statistic="share", standard_hours=2)
    make_return(measure, date(2022, 1, 1), 80, months=3, numerator=80, base=100)
    make_return(measure, date(2023, 1, 1), 95, months=3, numerator=95, base=100)
    make_target(measure, "standard", 95)

    reading = read(measure)

    assert (reading.value, reading.difference) == ("95%", "up 15 points")
    assert reading.change.beyond_chance
    assert reading.target.verdict.key == "met"


def test_a_gap_is_held_against_its_target(read, local):
    """S003-12: White victims 78.8%, BME victims 73.9%, a gap of 4.9 points against 3.8: missed."""
    groups = {"group_a": "White victims", "group_b": "BME victims"}
    measure = local(kind="gap", unit="points", statistic="share", name="Satisfaction", **groups)
    for group, value in zip(groups.values(), ("78.8", "73.9"), strict=True):
        make_return(measure, date(2009, 4, 1), value, months=12, group=group)
    make_target(measure, "gap_at_most", "3.8", due_on=date(2010, 3, 31))

    reading = read(measure)

    assert reading.value == "4.9 points"
    assert reading.sentence.startswith(
        "Satisfaction: 78.8% for White victims and 73.9% for BME victims in April 2009 to March 2010, a gap "
        "of 4.9 points."
    )
    assert reading.target.verdict.key == "missed"


def test_half_of_a_gap_is_no_gap(read, local):
    measure = local(kind="gap", unit="points", statistic="share", group_a="Women", group_b="Men")
    make_return(measure, YEAR, 60, group="Women")

    assert read(measure).sentence == "Figures of both groups have not been returned yet."


@pytest.mark.parametrize(
    ("done", "words", "key"),
    [
        (5, "By then 6 were due.", "not-met"),
        (6, "That is at least the 6 due by then.", "not-met"),
        (12, "were done in April to September 2022.", "met"),
    ],
)
def test_what_recurs_is_counted_against_its_number_a_year(read, local, done, words, key):
    measure = local(kind="recurring", times_a_year=12, name="Community Impact Days")
    make_return(measure, YEAR, done, months=6)

    reading = read(measure)

    assert reading.sentence.endswith(words)
    assert reading.target.verdict.key == key


def test_a_measure_that_is_not_agreed_yet_says_so(read, local):
    reading = read(local(kind="none"))

    assert reading.sentence == "No measure has been agreed yet."
    assert (reading.value, reading.verdict.key, reading.charts) == ("", "not-measured", [])


def test_a_retired_measure_is_not_among_them(partnership, priority, local):
    local(kind="none", retired_on=date(2024, 1, 1))

    assert list(measure_list([priority])) == []


# --- breaks ----------------------------------------------------------------------------------------


def test_across_connect_hate_crime_is_given_and_not_compared(partnership, priority, bring_in_dashboard):
    bring_in_dashboard("hate-crime", date(2023, 1, 1), 24)
    measure = make_measure(priority=priority, crime_type="hate-crime", source_key="mps-dashboard")

    [reading] = readings(partnership, [measure])

    assert "CONNECT" in reading.sentence and "They do not compare" in reading.sentence
    assert (reading.difference, reading.verdict.key) == ("", "not-comparable")
    assert reading.comparisons == ()
    assert [key for key, _ in reading.charts] == ["main"]


@pytest.fixture
def bring_in_dashboard():
    def bring_in(crime_type, first, months):
        make_release_with_counts(
            {"Bexley": 30},
            crime_types=(crime_type,),
            last_month=date(first.year + 1, 12, 1),
            months=months,
            source=Source.objects.get(key="mps-dashboard"),
        )

    return bring_in


# --- targets and the usual range -----------------------------------------------------------------------


def test_a_target_whose_day_has_passed_is_held_against_the_figure_of_that_day(priority, read):
    make_release_with_counts({"Bexley": [10] * 24 + [50] * 12}, months=36)
    measure = make_measure(priority=priority)
    make_target(measure, "at_most", 120, due_on=date(2022, 12, 31))

    target = read(measure).target

    assert (target.verdict.key, target.period) == ("met", "January to December 2022")


def test_a_target_is_not_missed_before_the_figures_reach_its_day(priority, read):
    make_release_with_counts({"Bexley": 50})
    measure = make_measure(priority=priority)
    make_target(measure, "at_most", 120, due_on=date(2024, 3, 31))

    assert read(measure).target.verdict.key == "not-met"


def test_a_target_from_a_baseline_is_tested_against_the_baseline(priority, read):
    make_release_with_counts({"Bexley": [80] * 12 + [80] * 12})
    measure = make_measure(priority=priority)
    baseline = Baseline.objects.create(
        measure=measure, value=1200, first_month=date(2019, 1, 1), last_month=date(2019, 12, 1)
    )
    make_target(measure, "reduce_by_percent", 10, baseline=baseline, due_on=date(2023, 12, 31))

    target = read(measure).target

    assert target.verdict.key == "exceeded"
    assert target.verdict.note == "The fall from 1,200 to 960 is more than we would expect by chance."


def test_a_target_due_with_the_year_says_where_the_year_will_end(priority, read):
    make_release_with_counts({"Bexley": 100})
    measure = make_measure(priority=priority)
    make_target(measure, "at_most", 1100, due_on=date(2024, 3, 31))

    outlook = read(measure).target.outlook

    assert "it ends with about 1,200 residential burglaries in Bexley" in outlook
    assert outlook.endswith("that it ends with at most 1,100.")


def test_the_usual_range_is_worked_out_anew_for_a_reason_that_is_shown(priority, read):
    make_release_with_counts({"Bexley": [10] * 12 + [50] * 12})
    measure = make_measure(priority=priority)
    Rebase.objects.create(measure=measure, month=date(2023, 1, 1), reason="A new way of counting")

    reading = read(measure)

    assert [stretch.start for stretch in reading.process.stretches] == [0, 12]
    assert "A new way of counting" in reading.signal
    assert not reading.has_signal


def test_a_month_far_outside_is_a_signal(read):
    make_release_with_counts({"Bexley": [50, 52] * 11 + [51, 200]})

    reading = read()

    assert reading.has_signal and reading.needs_attention
    assert reading.signal.startswith("December 2023 (200) is above the usual range")
