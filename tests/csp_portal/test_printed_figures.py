"""The printed figures of the demonstration are those of the documents, with what is lost said to be lost."""

import tomllib
from datetime import date
from math import ceil, floor
from pathlib import Path

import pytest

import csp_portal.demo
from crime_data.mapping import crime_type_rows
from measures.judgement import TargetKind

pytestmark = pytest.mark.once

PRINTED = tomllib.loads((Path(csp_portal.demo.__file__).parent / "printed.toml").read_text(encoding="utf-8"))
DOCUMENTS = {document["slug"]: document for document in PRINTED["documents"]}
FIGURES = PRINTED["figures"]

CRIME = "bromley-strategy-2020-crime"
SURVEY = "bromley-survey-2019"
DELIVERY = "bexley-delivery-2023"
SUMMARY = "bexley-policing-summary-2009-10"

ALWAYS = {"document", "label", "crime_type", "area", "statistic", "unit", "direction", "as_printed", "note"}
SOMETIMES = {
    "first_month", "last_month", "value", "before", "base", "change_count", "change_percent", "target_kind",
    "target_value", "target_printed",
}  # fmt: skip


def figures(document, **wanted):
    return [
        figure
        for figure in FIGURES
        if figure["document"] == document and all(figure.get(name) == value for name, value in wanted.items())
    ]


def figure(document, label, area, **wanted):
    [found] = figures(document, label=label, area=area, **wanted)
    return found


def bases(change, percent, decimals):
    """The smallest and the largest earlier number that a printed change fits, rounded as it is."""
    half = 0.5 * 10**-decimals
    return 100 * change / (percent + half), 100 * change / (percent - half)


def earlier(value, percent):
    """The smallest and the largest earlier count from which a change rounds to this whole percentage."""
    return ceil(value / (1 + (percent + 0.5) / 100)), floor(value / (1 + (percent - 0.5) / 100))


# --- the form


def test_the_four_documents_belong_to_the_two_partnerships():
    assert [(one["slug"], one["partnership"]) for one in PRINTED["documents"]] == [
        (CRIME, "bromley"),
        (SURVEY, "bromley"),
        (DELIVERY, "bexley"),
        (SUMMARY, "bexley"),
    ]
    for document in PRINTED["documents"]:
        assert set(document) == {"slug", "partnership", "title", "period", "source_page", "note"}
        assert all(document.values())


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: f"{one['label']}, {one['area']}")
def test_a_figure_has_known_fields_and_words(one):
    assert set(one) >= ALWAYS
    assert set(one) <= ALWAYS | SOMETIMES
    assert one["document"] in DOCUMENTS
    assert one["crime_type"] in {"", *(row.key for row in crime_type_rows())}
    assert one["area"] in {"Bexley", "Southeast BCU", "London", "Bromley"}
    assert one["statistic"] in {"count", "share", "mean", "maximum", "gap"}
    assert one["unit"] in {"offences", "incidents", "people", "percent", "points", "days"}
    assert one["direction"] in {"up", "down", "none", "not-legible"}
    assert one.get("target_kind", "not-stated") in {"not-stated", *TargetKind}
    assert one.get("target_printed", "missed") in {"exceeded", "missed"}
    assert one["note"] == "" or one["note"].endswith(".")
    assert len(one["label"]) <= 160
    assert len(one["note"]) <= 300


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: f"{one['label']}, {one['area']}")
def test_a_change_has_the_sign_of_its_direction_and_none_where_that_is_lost(one):
    changes = [one[name] for name in ("change_count", "change_percent") if name in one]
    if one["direction"] == "none":
        assert changes == []
    elif one["direction"] == "down":
        assert changes
        assert all(change < 0 for change in changes)
    else:
        assert all(change > 0 for change in changes)


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: f"{one['label']}, {one['area']}")
def test_the_numbers_are_in_the_printed_words(one):
    words = one["as_printed"].replace(",", "").replace("four", "4")
    for name in {"value", "before", "change_count", "change_percent"} & set(one):
        assert f"{abs(one[name]):g}" in words


def test_a_figure_stands_once_for_its_area_period_and_kind():
    seen = [
        (
            one["document"],
            one["label"],
            one["area"],
            one.get("first_month"),
            one["statistic"],
            one["direction"],
        )
        for one in FIGURES
    ]
    assert len(set(seen)) == len(seen)


def test_months_are_first_days_and_run_forwards_and_are_left_out_where_no_period_is_printed():
    without = [one["label"] for one in FIGURES if "first_month" not in one]
    assert len(without) == 2
    assert all(label.startswith("Time to a decision") for label in without)
    for one in FIGURES:
        if "first_month" in one:
            assert one["first_month"].day == one["last_month"].day == 1
            assert one["first_month"] <= one["last_month"]


# --- Bromley


def test_bromley_prints_twelve_and_the_eleven_leave_7542_unexplained():
    rows = {one["label"]: one for one in figures(CRIME)}

    assert len(rows) == 12
    everything = rows.pop("All crime types")["value"]
    assert everything == 25_279
    assert sum(one["value"] for one in rows.values()) == 17_737
    assert everything - 17_737 == 7_542
    assert {(one["first_month"], one["last_month"]) for one in figures(CRIME)} == {
        (date(2019, 2, 1), date(2020, 1, 1))
    }


@pytest.mark.parametrize(
    ("label", "value", "percent"),
    [
        ("All crime types", 25_279, 9),
        ("Anti-social behaviour", 6_772, 16),
        ("Arson", 99, 18),
        ("Criminal damage", 1_918, -3),
        ("Motor vehicle theft", 977, 10),
        ("Personal robbery", 428, 14),
        ("Possession of drugs", 1_074, 50),
        ("Possession of a knife", 65, -44),
        ("Public order offences", 1_637, 7),
        ("Race and religious hate crime", 460, 6),
        ("Residential burglary", 2_122, -3),
        ("Violence against the person", 2_185, 2),
    ],
)
def test_bromley_rows_are_those_of_the_strategy(label, value, percent):
    row = figure(CRIME, label, "Bromley")

    assert (row["value"], row["change_percent"]) == (value, percent)
    way = "up" if percent > 0 else "down"
    assert row["as_printed"] == f"{value:,} ({way} {abs(percent)}%)"


@pytest.mark.parametrize(
    ("label", "first", "last", "said"),
    [
        ("Arson", 84, 84, "Derived: 84 in"),
        ("Possession of a knife", 116, 117, "116 to 117"),
        ("All crime types", 23_086, 23_298, "23,086 to 23,298"),
    ],
)
def test_earlier_numbers_are_derived_with_their_range_and_said_to_be(label, first, last, said):
    row = figure(CRIME, label, "Bromley")

    assert earlier(row["value"], row["change_percent"]) == (first, last)
    assert said in row["note"]
    assert "before" not in row


def test_the_survey_has_eleven_percentages_of_1118_answers():
    assert {one["label"]: one["value"] for one in figures(SURVEY)} == {
        "Safe in the local area during the day": 88,
        "Safe alone in the area after dark": 54,
        "Safe on public transport": 72,
        "Burglary is a serious problem": 82,
        "Criminal damage is a serious problem": 53,
        "Drug use is a serious problem": 43,
        "Fraud is a serious problem": 61,
        "Gangs are a serious problem": 47,
        "Hate crime is a serious problem": 21,
        "Knife crime is a serious problem": 42,
        "Motor vehicle theft is a serious problem": 82,
    }
    assert {(one["base"], one["statistic"], one["unit"]) for one in figures(SURVEY)} == {
        (1118, "share", "percent")
    }
    assert "chose themselves" in DOCUMENTS[SURVEY]["note"]


@pytest.mark.parametrize("percent", [88, 54, 72])
def test_intervals_of_the_survey_are_those_of_its_base(percent):
    [row] = [one for one in figures(SURVEY, value=percent) if one["label"].startswith("Safe")]
    half = 196 * (percent / 100 * (1 - percent / 100) / row["base"]) ** 0.5

    assert f"{percent - half:.0f}% to {percent + half:.0f}%" in row["note"]


# --- Bexley in 2023


def test_personal_robbery_rose_by_74_and_the_percentage_is_right():
    robbery = figure(DELIVERY, "Personal robbery", "Bexley")

    assert (robbery["before"], robbery["value"]) == (226, 300)
    assert robbery["change_percent"] == round(100 * (300 / 226 - 1), 1) == 32.7
    assert "74 more" in robbery["note"]


def test_three_areas_stand_side_by_side_for_serious_violence_knife_crime_and_victims():
    def of(label):
        return {one["area"]: one["change_percent"] for one in figures(DELIVERY, label=label)}

    assert of("Serious violence") == {"London": 6.2, "Southeast BCU": 8.4, "Bexley": 1.6}
    assert of("Knife crime") == {"London": 17, "Southeast BCU": 21.4, "Bexley": 22.9}
    assert of("Knife crime victims") == {"London": 3.7, "Southeast BCU": -2.2, "Bexley": -3.8}
    assert {one["unit"] for one in figures(DELIVERY, label="Knife crime victims")} == {"people"}
    assert figure(DELIVERY, "Knife crime victims", "Southeast BCU")["as_printed"] == "-2.2% reduction"
    assert figure(DELIVERY, "Knife crime", "London")["as_printed"] == "+17%"


def test_homicides_are_of_another_year_than_the_report():
    homicides = figure(DELIVERY, "Homicides", "Bexley")

    assert homicides["value"] == 4
    assert (homicides["first_month"], homicides["last_month"]) == (date(2022, 1, 1), date(2022, 12, 1))
    assert "change_percent" not in homicides


def test_500_days_is_a_maximum_and_53_a_mean_and_no_change_is_given():
    days = {one["value"]: one for one in figures(DELIVERY, unit="days")}

    assert {value: one["statistic"] for value, one in days.items()} == {500: "maximum", 53: "mean"}
    assert not any("change_percent" in one or "before" in one for one in days.values())


def test_two_shares_of_the_robberies_can_overlap():
    shares = figures(DELIVERY, statistic="share")

    assert {one["value"] for one in shares} == {36, 30}
    assert {one["base"] for one in shares} == {300}
    assert all("overlap" in one["note"] for one in shares)


# --- 2009/10


@pytest.mark.parametrize(
    ("label", "count", "percent", "target", "verdict"),
    [
        ("Serious acquisitive crime", -6919, -3.5, 2.5, "exceeded"),
        ("Theft from motor vehicle", -6195, -7.9, 2.5, "exceeded"),
        ("Gun crime", 429, 14.2, 4.2, "missed"),
        ("Serious youth violence", 105, 1.6, 4.7, "missed"),
    ],
)
def test_london_targets_to_reduce_and_what_became_of_them(label, count, percent, target, verdict):
    row = figure(SUMMARY, label, "London")

    assert (row["change_count"], row["change_percent"], row["target_value"]) == (count, percent, target)
    assert row["target_kind"] == "reduce_by_percent"
    assert row["target_printed"] == verdict == ("exceeded" if -percent > target else "missed")


def test_derived_bases_of_london_are_those_of_the_printed_changes():
    low, high = bases(6919, 3.5, 1)
    assert low < 197_700 < high
    low, high = bases(105, 1.6, 1)
    assert low < 6_560 < high


def test_confidence_exceeded_a_level_and_the_gap_missed_one():
    confidence = figure(SUMMARY, "Public confidence", "London")
    assert (confidence["value"], confidence["target_kind"], confidence["target_value"]) == (
        53.1,
        "at_least",
        51.4,
    )
    assert confidence["target_printed"] == "exceeded"
    assert "1.7 percentage points" in confidence["note"]

    [gap] = figures(SUMMARY, statistic="gap")
    white = figure(SUMMARY, "Satisfaction of White victims", "London")["value"]
    other = figure(SUMMARY, "Satisfaction of Black and Minority Ethnic victims", "London")["value"]
    assert gap["value"] == round(white - other, 1) == 4.9
    assert gap["unit"] == "points"
    assert (gap["target_kind"], gap["target_value"], gap["target_printed"]) == ("gap_at_most", 3.8, "missed")


@pytest.mark.parametrize(
    ("label", "count", "percent", "base", "said"),
    [
        ("Residential burglary", 120, 8.4, 1429, "1,429"),
        ("Total robbery", 89, 23.7, 376, "376"),
        ("Theft from vehicles", 274, 16.6, 1651, "1,651"),
        ("Theft or taking of vehicles", 3, 0.4, 750, "667 to 857"),
        ("Serious youth violence", 30, 25.6, 117, "117"),
        ("Knife crime", 57, 29.5, 193, "193"),
        ("Gun crime", 15, 30.0, 50, "50"),
    ],
)
def test_bexleys_table_keeps_its_lost_arrows_and_says_what_follows(label, count, percent, base, said):
    row = figure(SUMMARY, label, "Bexley", direction="not-legible")

    assert (row["change_count"], row["change_percent"]) == (count, percent)
    assert "value" not in row
    assert "target_printed" not in row  # whose "Target missed" it is, is lost
    low, high = bases(count, percent, 1)
    assert low < base < high
    assert said in row["note"]


def test_what_can_be_inferred_of_the_seven_is_said_and_of_three_nothing():
    rows = {one["label"]: one["note"] for one in figures(SUMMARY, direction="not-legible")}

    assert len(rows) == 7
    assert {label for label, note in rows.items() if "must be a fall" in note} == {
        "Residential burglary",
        "Total robbery",
        "Theft from vehicles",
    }
    assert {label for label, note in rows.items() if note.startswith("Neither")} == {
        "Theft or taking of vehicles",
        "Knife crime",
        "Gun crime",
    }
    assert rows["Serious youth violence"].startswith("A fall, by the text")
    assert "Target missed" in DOCUMENTS[SUMMARY]["note"]


def test_the_text_and_the_table_of_bexley_differ_and_both_stand():
    text = figure(SUMMARY, "Serious acquisitive crime", "Bexley", direction="down")
    falls = 120 + 89 + 274
    base = 1429 + 376 + 1651

    assert text["change_percent"] == -11
    low, high = (100 * (falls + taken) / (base + 750) for taken in (-3, 3))
    assert f"{low:.1f}% to {high:.1f}%" == "11.4% to 11.6%"
    assert "11.4% to 11.6%" in text["note"]
    assert figure(SUMMARY, "Serious youth violence", "Bexley", direction="down")["change_percent"] == -25


def test_five_targets_of_2010_11_have_a_number_and_one_has_none():
    targets = {one["label"]: one for one in figures(SUMMARY, first_month=date(2010, 4, 1))}

    assert {label: one.get("target_value") for label, one in targets.items()} == {
        "Serious acquisitive crime": 1.4,
        "Most serious violence": 2.5,
        "Serious youth violence": 1.0,
        "Gun crime": 3.4,
        "Knife crime": 5.0,
        "Sanction detection rates": None,
    }
    assert {one["last_month"] for one in targets.values()} == {date(2011, 3, 1)}
    assert not any("value" in one or "change_percent" in one for one in targets.values())
