"""The ready measures: all of them as they are in the repository, and what is said of a file that is wrong."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from crime_data.composites import composites
from crime_data.importers import IMPORTERS
from crime_data.mapping import FOLDER as REFERENCE
from crime_data.mapping import ancestors, crime_type_rows
from measures import library
from measures.library import FRAMEWORKS, ReadyMeasure, as_table, load, read
from partners.models import Organisation

pytestmark = pytest.mark.once

DOCS = Path(__file__).parents[2] / "docs" / "measure-library.md"
TABLES = {"mps-borough": "mps", "mps-ward": "mps", "mps-lsoa": "mps"}  # one table for three levels

MEASURES = load()
BY_KEY = {measure.key: measure for measure in MEASURES}

# Every measure that a source document prints, promises or follows, and the item that says so.
IN_DOCUMENTS = {
    "S000-15": "all-recorded-offences-rate",
    "S000-33": "hate-crime domestic-abuse asb-incidents residential-burglary drug-possession",
    "S000-36": "strategic-assessment-ratified adult-reoffending",
    "S000-39": "delivery-plan-reviews",
    "S000-40": "domestic-abuse hate-crime asb-reports-to-council residential-burglary",
    "S000-44": "domestic-abuse-repeat-victims iom-cohort-reoffending trust-in-police "
    "police-treat-everyone-fairly police-listen-to-concerns hate-crime nrm-referrals",
    "S000-48": "burglary non-domestic-violence-with-injury",
    "S001-03": "all-recorded-offences shoplifting theft robbery alcohol-related-violence",
    "S001-09": "serious-violence violence-with-injury personal-robbery weapons-possession homicide "
    "knife-crime",
    "S001-13": "knife-injury-victims-under-25",
    "S001-16": "knife-share-of-personal-robbery phone-share-of-robbery",
    "S001-24": "violence-against-women-and-girls",
    "S001-30": "nrm-referrals",
    "S001-31": "nrm-decision-days-mean nrm-decision-days-longest",
    "S001-32": "exploitation-training-workshops",
    "S001-35": "asb-panel-cases asb-panel-escalations",
    "S001-36": "violence-plan-returns",
    "S001-42": "external-funding",
    "S002-31": "non-domestic-violence-with-injury residential-burglary asb-incidents financial-abuse-reports",
    "S002-36": "residents-aged-65-and-over",
    "S002-43": "feel-safe-by-day feel-safe-after-dark feel-safe-on-public-transport survey-responses",
    "S003-03": "homicide-victims-under-25",
    "S003-07": "serious-acquisitive-crime",
    "S003-08": "police-good-job",
    "S003-09": "theft-from-vehicle",
    "S003-10": "gun-crime",
    "S003-11": "serious-youth-violence",
    "S003-12": "victim-satisfaction-gap victim-satisfaction",
    "S003-15": "hate-crime-charges",
    "S003-16": "residential-burglary robbery theft-from-vehicle motor-vehicle-theft serious-youth-violence "
    "knife-crime gun-crime",
    "S003-22": "most-serious-violence offences-solved",
    "S004-10": "seen-as-serious-problem-burglary seen-as-serious-problem-criminal-damage "
    "seen-as-serious-problem-drug-use seen-as-serious-problem-fraud seen-as-serious-problem-gangs "
    "seen-as-serious-problem-hate-crime seen-as-serious-problem-knife-crime "
    "seen-as-serious-problem-vehicle-theft",
    "S004-13": "all-recorded-offences asb-incidents arson criminal-damage motor-vehicle-theft "
    "personal-robbery drug-possession knife-possession public-order racist-and-religious-hate-crime "
    "residential-burglary violence-against-the-person",
    "S004-25": "fly-tipping",
    "S004-27": "community-impact-days",
    "S004-34": "marac-cases homicide-review-actions-completed",
    "S004-33": "domestic-abuse-service-referrals",
    "S004-35": "first-time-entrants youth-reoffending knife-crime knife-crime-repeat-victims "
    "serious-youth-violence youth-substance-misuse-support",
    "S004-39": "test-purchases test-purchases-failed",
    "S004-40": "hate-crime hate-crime-repeat-victims",
    "S004-42": "channel-assurance-statement",
    "S004-43": "scam-rapid-response",
    "S004-47": "tasking-attendance",
    "S004-49": "police-reports-to-scrutiny",
    "S004-52": "youth-justice-board-reports",
    "S004-56": "prevent-referrals scam-hotline-calls scam-losses-prevented",
}


def crime_types_of(source):
    """The crime types that a source's labels count to, and those that they add up to."""
    path = REFERENCE / "categories" / f"{TABLES.get(source, source)}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        leaves = {row["crime_type"] for row in csv.DictReader(file)} - {""}
    return {above for leaf in leaves for above in ancestors()[leaf]}


# --- the measures of the repository


def test_there_are_at_least_forty_each_with_a_key_and_a_name_of_its_own():
    assert len(MEASURES) >= 40
    assert max(Counter(measure.key for measure in MEASURES).values()) == 1
    assert max(Counter(measure.name.casefold() for measure in MEASURES).values()) == 1


def test_they_are_in_reading_order_family_by_family():
    families = list(dict.fromkeys(measure.family for measure in MEASURES))

    assert families == [
        "Recorded crime",
        "Serious violence",
        "Violence against women and girls",
        "Hate crime and extremism",
        "Antisocial behaviour and neighbourhoods",
        "Drugs and alcohol",
        "Young people",
        "Reoffending",
        "Confidence and feeling safe",
        "Victims",
        "Exploitation",
        "Delivery of the partnership",
    ]
    assert [m.family for m in MEASURES] == sorted((m.family for m in MEASURES), key=families.index)
    assert MEASURES[0].key == "all-recorded-offences"


def test_loading_again_gives_the_same_measures_that_nobody_can_change():
    assert load() is load()
    with pytest.raises(AttributeError):
        MEASURES[0].name = "Another"


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_its_crime_types_exist_and_its_source_counts_them(measure):
    named = {measure.crime_type, measure.of_crime_type} - {""}
    if measure.kind == "composite":
        assert named <= {composite.key for composite in composites()}
        return
    assert named <= {row.key for row in crime_type_rows()}
    if measure.source:
        assert measure.source in IMPORTERS
        assert named <= crime_types_of(measure.source)
    else:
        assert not named


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_its_words_say_what_who_and_how_often_in_whole_sentences(measure):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", measure.key)
    assert not measure.name.endswith(".")
    for text in (measure.definition, measure.why, measure.caveats, measure.source_note):
        assert text.endswith(".")
        assert text[0].isupper()
    assert re.search(
        r"monthly|quarterly|yearly|every six months|once|after each|ended", measure.source_note
    ), measure.source_note


def test_every_question_of_an_imported_survey_is_asked_there_and_every_one_asked_is_a_measure():
    with (REFERENCE / "categories" / "mopac-pas.csv").open(newline="", encoding="utf-8") as file:
        asked = {row["minor"] for row in csv.DictReader(file)}

    named = [m.question for m in MEASURES if m.kind == "survey" and m.source == "mopac-pas"]
    assert sorted(named) == sorted(asked)
    assert {m.source for m in MEASURES if m.kind == "survey"} == {"mopac-pas", ""}
    assert all(m.question.endswith("?") for m in MEASURES if m.kind == "survey" and not m.source)


def test_a_measure_of_no_imported_file_says_where_its_numbers_come_from():
    computed = {"count", "rate", "share", "composite"}
    for measure in MEASURES:
        assert bool(measure.source) == (measure.kind in computed - {"composite"}) or measure.kind == "survey"
        assert len(measure.source_note) > 20


def test_every_measure_that_the_source_documents_name_is_there():
    named = {key for keys in IN_DOCUMENTS.values() for key in keys.split()}

    assert named <= set(BY_KEY)
    assert len(named) > 60


def test_every_kind_of_number_of_the_documents_has_a_measure():
    assert {measure.kind for measure in MEASURES} == set(library.KINDS)
    units = {measure.unit for measure in MEASURES}
    assert units == {"count", "rate", "percent", "points", "days", "pounds", "yes-no", "number"}
    assert {m.statistic for m in MEASURES} == {"count", "share", "mean", "maximum", "yes-no"}


# --- which way is better


def polarities(*crime_types):
    return {measure.polarity for measure in MEASURES if measure.crime_type in crime_types}


def test_what_follows_police_activity_is_neither_good_nor_bad():
    assert polarities("drug-possession", "drug-trafficking", "stop-and-search") == {"neutral"}
    assert polarities("weapons-possession", "blade-possession", "serious-violence") == {"neutral"}
    assert BY_KEY["knife-crime"].polarity == "neutral"


def test_reports_that_are_wished_for_count_as_reports():
    for measure in MEASURES:
        if measure.kind == "count" and re.search(
            r"hate-crime|domestic|sexual|rape|women-and-girls", measure.crime_type
        ):
            assert measure.polarity == "reporting", measure.key
            assert measure.sensitive, measure.key


def test_more_reports_and_fewer_people_hit_again_are_both_good():
    assert BY_KEY["hate-crime"].polarity == "reporting"
    assert BY_KEY["hate-crime-repeat-victims"].polarity == "lower"


def test_confidence_is_better_higher_and_harm_better_lower():
    assert {m.polarity for m in MEASURES if m.source == "mopac-pas"} == {"higher"}
    assert {BY_KEY[key].polarity for key in BY_KEY if key.startswith("feel-safe")} == {"higher"}
    assert {
        BY_KEY[key].polarity
        for key in ("homicide", "violence-with-injury", "residential-burglary", "knife-crime-with-injury")
    } == {"lower"}
    assert {m.polarity for m in MEASURES if m.kind == "gap"} == {"lower"}


def test_what_rests_on_flags_says_that_it_does_not_compare_across_march_2024():
    for measure in MEASURES:
        if measure.source == "mps-dashboard" and re.search("hate-crime|domestic", measure.crime_type):
            assert "March 2024" in measure.caveats, measure.key


def test_a_mean_and_a_maximum_are_two_measures():
    assert BY_KEY["nrm-decision-days-mean"].statistic == "mean"
    assert BY_KEY["nrm-decision-days-longest"].statistic == "maximum"


def test_offences_and_victims_are_two_measures():
    assert BY_KEY["knife-crime"].crime_type == "knife-crime"
    assert BY_KEY["knife-injury-victims-under-25"].crime_type == "knife-injury-victims"


# --- the lists of words


def test_the_sectors_of_owners_are_those_of_organisations():
    assert set(library.SECTORS) == set(Organisation.Sector.values)


def test_every_framework_is_used_and_says_where_it_is_known_from():
    assert {name for measure in MEASURES for name in measure.frameworks} == set(FRAMEWORKS)
    assert all(FRAMEWORKS.values())


def test_the_document_lists_all_of_them_and_all_frameworks():
    text = DOCS.read_text(encoding="utf-8")

    assert as_table(MEASURES) in text
    for name, known_from in FRAMEWORKS.items():
        assert f"| {name} | {known_from} |" in text


# --- what is said of a file that is wrong

GOOD = {
    "key": "robbery",
    "name": "Robbery",
    "kind": "count",
    "crime_type": "robbery",
    "source": "mps-borough",
    "unit": "count",
    "statistic": "count",
    "period": "rolling",
    "polarity": "lower",
    "definition": "Recorded robberies.",
    "why": "It matters.",
    "caveats": "Small.",
    "source_note": "The police; monthly.",
    "owner_sector": "police",
    "frameworks": ["Usual CSP set"],
    "sensitive": False,
}


def write(folder, *rows, name="one.yaml", family="One", order=1):
    content = {"family": family, "order": order, "measures": list(rows)}
    (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_a_good_file_is_read_and_files_follow_their_order(tmp_path):
    write(tmp_path, GOOD, name="a.yaml", family="Second", order=2)
    write(tmp_path, {**GOOD, "key": "arson", "name": "Arson"}, name="b.yaml", family="First", order=1)

    arson, robbery = read(tmp_path)

    assert (arson.key, arson.family) == ("arson", "First")
    assert robbery == ReadyMeasure(
        **{**GOOD, "frameworks": ("Usual CSP set",)},
        family="Second",
        of_crime_type="",
        per="",
        question="",
        group_a="",
        group_b="",
        standard_hours=0,
        times_a_year=0,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "the field colour is not known. Delete it"),
        ({"why": None}, "why is “None” and no text"),
        ({"name": ""}, "name is empty. Write it"),
        ({"name": "x" * 161}, "name has 161 characters. Shorten it to 160."),
        ({"name": "Two\nlines"}, "name has line breaks"),
        ({"definition": "x" * 501}, "definition has 501 characters. Shorten it to 500."),
        ({"kind": "sum"}, "the kind “sum” is not known. Take one of: count, rate,"),
        ({"unit": "metres"}, "the unit “metres” is not known"),
        ({"unit": "percent"}, "the unit of a count is count. Write that."),
        ({"statistic": "mean"}, "the statistic of a count is count. Write that."),
        (
            {"polarity": "up"},
            "the polarity “up” is not known. Take one of: lower, higher, neutral, r",
        ),
        ({"period": "week"}, "the period “week” is not known"),
        ({"owner_sector": "army"}, "the owner_sector “army” is not known"),
        ({"sensitive": "no"}, "sensitive is “no”. Write true or false."),
        ({"key": 7}, "key is “7” and no text. Put it in quotation marks."),
        ({"frameworks": []}, "frameworks is empty. Name at least one"),
        ({"frameworks": "Usual CSP set"}, "frameworks is empty. Name at least one document, as a list."),
        ({"frameworks": ["Another plan"]}, "the framework “Another plan” is not known"),
        ({"frameworks": ["Usual CSP set"] * 2}, "frameworks names one twice"),
        ({"per": "people"}, "a count has no per. Delete it or choose another kind."),
        ({"kind": "rate", "unit": "rate"}, "a rate needs per. Add it or choose another kind."),
        (
            {"kind": "rate", "unit": "rate", "per": "dogs"},
            "the per “dogs” is not known. Take one of: pe",
        ),
        ({"times_a_year": 0}, "times_a_year is “0”. Write a whole number from 1 on."),
        ({"standard_hours": True}, "standard_hours is “True”. Write a whole number from 1 on."),
        ({"times_a_year": 12}, "a count has no times_a_year"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_wrong_field_is_refused_with_file_key_and_what_to_do(tmp_path, change, said):
    write(tmp_path, {**GOOD, **change})

    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        read(tmp_path)

    assert str(refused.value).startswith(f"one.yaml: {change.get('key', 'robbery')}: ")


@pytest.mark.parametrize("name", sorted(library._REQUIRED))
def test_a_missing_field_is_named(tmp_path, name):
    write(tmp_path, {field: value for field, value in GOOD.items() if field != name})
    key = "measure 1" if name == "key" else "robbery"

    with pytest.raises(ValueError, match=f"^one.yaml: {key}: the field {name} is missing. Add it.$"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("kind", "unit", "statistic", "needs"),
    [
        ("count", "count", "count", "crime_type"),
        ("share", "percent", "share", "crime_type"),
        ("composite", "count", "count", "crime_type"),
        ("survey", "percent", "share", "question"),
        ("gap", "points", "share", "group_a"),
        ("standard", "percent", "share", "standard_hours"),
        ("recurring", "count", "count", "times_a_year"),
    ],
)
def test_a_kind_without_what_it_needs_is_refused(tmp_path, kind, unit, statistic, needs):
    row = {name: value for name, value in GOOD.items() if name not in ("crime_type", "source")}
    write(tmp_path, {**row, "kind": kind, "unit": unit, "statistic": statistic})

    with pytest.raises(ValueError, match=f"a {kind} needs {needs}"):
        read(tmp_path)


def test_yes_or_no_is_the_unit_and_the_statistic(tmp_path):
    row = {name: value for name, value in GOOD.items() if name not in ("crime_type", "source")}
    write(tmp_path, {**row, "kind": "local", "unit": "yes-no"})

    with pytest.raises(ValueError, match="both yes-no or neither"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"name": "Another"}, "two.yaml: robbery: the key stands in one.yaml already. Give it another key"),
        ({"key": "other", "name": "ROBBERY"}, "two.yaml: other: the name stands in one.yaml already"),
    ],
)
def test_a_key_or_name_twice_is_refused(tmp_path, second, said):
    write(tmp_path, GOOD)
    write(tmp_path, {**GOOD, **second}, name="two.yaml", order=2)

    with pytest.raises(ValueError, match=re.escape(said)):
        read(tmp_path)


def test_two_files_with_one_order_are_refused(tmp_path):
    write(tmp_path, GOOD)
    write(tmp_path, {**GOOD, "key": "other", "name": "Other"}, name="two.yaml")

    with pytest.raises(ValueError, match=r"two.yaml: order 1 is that of one.yaml too"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a file has family, order and measures, and nothing else."),
        ("family: A\norder: 1\nmeasures: []\nnote: b\n", "and nothing else."),
        ("family: A\norder: 1\nmeasures: []\n", "measures is empty. Write at least one"),
        ("family: ''\norder: 1\nmeasures: [a]\n", "family is empty."),
        ("family: A\norder: first\nmeasures: [a]\n", "order is “first”. Write a whole number."),
        ("family: A\norder: 1\nmeasures: [a]\n", "measure 1: it has no fields."),
        ("family: A\nfamily: B\norder: 1\nmeasures: []\n", "line 1: family is said twice."),
        ("family: A\norder: 1\nmeasures:\n- why: B\n  key: c\n  why: D\n", "line 4: why is said twice."),
        ("family: [A\n", "this is no YAML"),
        ("family: !!python/object/apply:os.getcwd []\norder: 1\nmeasures: []\n", "this is no YAML"),
    ],
    ids=range(10),
)
def test_a_file_that_is_not_one_is_refused_by_name(tmp_path, text, said):
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        read(tmp_path)

    assert str(refused.value).startswith("bad.yaml: ")
