"""The demonstration content is complete, consistent with itself and free of people's names."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import csp_portal.demo
from crime_data.importers import IMPORTERS
from crime_data.mapping import FOLDER as REFERENCE
from crime_data.mapping import crime_type_rows
from measures.models import Measure

FOLDER = Path(csp_portal.demo.__file__).parent
SLUGS = ("bexley", "bromley")

CRIME_TYPES = {kind.key for kind in crime_type_rows()}

CHOICES = {
    ("partnership", "colour"): {"teal", "blue", "green", "purple", "maroon"},
    ("partnership", "year_basis"): {"calendar", "financial"},
    ("organisations", "sector"): set(
        "council police fire probation health mayor voluntary housing education transport community "
        "other".split()
    ),
    ("memberships", "kind"): {"responsible-authority", "co-operating-body", "invited"},
    ("memberships", "as_published"): {"Statutory partner", "Non-statutory partner", "Partner"},
    ("bodies", "kind"): {"board", "group", "theme", "panel", "process", "mechanism"},
    ("bodies", "level"): {"strategic", "performance", "operational", ""},
    ("priorities", "high"): {"volume", "harm", ""},
    ("local_volume_priorities", "origin"): {"mandatory", "agreed", "local"},
    ("measures", "kind"): set(Measure.Kind.values),
    ("measures", "polarity"): {"lower", "higher", "neutral", "reporting"},
    ("updates", "rag"): {"green", "amber", "red"},
    ("updates", "status"): {"submitted", "approved", "published"},
    ("meetings", "status"): {"planned", "held", "cancelled"},
    ("printed_figures", "crime_type"): CRIME_TYPES | {""},
}

REQUIRED = {
    "partnership": "slug name short_name acronym borough area_code strapline about contact_name "
    "contact_email colour year_basis list_exhaustive partners_note",
    "organisations": "key name sector is_class",
    "memberships": "organisation kind as_published printed_name starts_on note",
    "bodies": "key name acronym kind order remit cadence level restricted starts_on",
    "strategy": "title slug starts_on ends_on vision summary audience objectives principles source_document",
    "priorities": "number slug title high statement aim tackle approach tracking",
    "outcomes": "statement priorities",
    "local_volume_priorities": "name origin starts_on note",
    "measures": "priority key name kind polarity definition why caveat",
    "actions": "reference priority title lead starts_on due_on detail illustrative source",
    "updates": "action period rag narrative status",
    "meetings": "body title on starts_at place status note illustrative items",
    "printed_figures": "label crime_type first_month last_month count source",
}

OPTIONAL = {
    "memberships": {"ends_on"},
    "bodies": {"parent", "ends_on"},
    "measures": set(
        "crime_type of_crime_type composite source_key per question unit statistic groups standard_hours "
        "times_a_year period source_note owner outcomes targets baselines returns rebases".split()
    ),
    "printed_figures": {"change_percent", "previous"},
}


def read(slug: str) -> dict[str, Any]:
    with (FOLDER / f"{slug}.toml").open("rb") as file:
        return tomllib.load(file)


def rows_of(content: dict[str, Any], table: str) -> list[dict[str, Any]]:
    rows = content[table]
    return [rows] if isinstance(rows, dict) else rows


def rows_of_table(name: str) -> list[dict[str, str]]:
    """A reviewed table of the crime data."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measures_of(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in content["measures"]}


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def depths(bodies: list[dict[str, Any]]) -> Counter[int]:
    parents = {body["key"]: body.get("parent") for body in bodies}

    def depth(key: str) -> int:
        parent = parents[key]
        return 0 if parent is None else 1 + depth(parent)

    return Counter(depth(key) for key in parents)


@pytest.fixture(params=SLUGS)
def content(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read(request.param)


@pytest.fixture
def bexley() -> dict[str, Any]:
    return read("bexley")


@pytest.fixture
def bromley() -> dict[str, Any]:
    return read("bromley")


def test_every_table_has_exactly_the_keys_that_the_loader_reads(content):
    assert set(content) == set(REQUIRED)
    for table, names in REQUIRED.items():
        required = set(names.split())
        for row in rows_of(content, table):
            assert required <= set(row) <= required | OPTIONAL.get(table, set()), (table, row)


def test_every_coded_value_is_one_of_the_agreed_choices(content):
    for (table, key), choices in CHOICES.items():
        assert {row[key] for row in rows_of(content, table)} <= choices, (table, key)


def test_every_reference_leads_to_something_in_the_same_file(content):
    organisations = {row["key"] for row in content["organisations"]}
    bodies = {row["key"] for row in content["bodies"]}
    priorities = {row["number"] for row in content["priorities"]}
    actions = {row["reference"] for row in content["actions"]}

    assert {row["organisation"] for row in content["memberships"]} == organisations
    assert {row["parent"] for row in content["bodies"] if "parent" in row} <= bodies
    assert {number for row in content["outcomes"] for number in row["priorities"]} <= priorities
    assert {row["priority"] for row in content["measures"]} == priorities
    assert {row["owner"] for row in content["measures"] if "owner" in row} <= organisations
    outcomes = set(range(1, len(content["outcomes"]) + 1))
    assert {number for row in content["measures"] for number in row.get("outcomes", ())} == outcomes
    assert {row["priority"] for row in content["actions"]} == priorities
    assert {row["lead"] for row in content["actions"]} <= organisations
    assert {row["action"] for row in content["updates"]} <= actions
    assert {row["body"] for row in content["meetings"]} <= bodies
    items = [item for row in content["meetings"] for item in row["items"]]
    assert {item["presenter"] for item in items if "presenter" in item} <= organisations
    assert {item["priority"] for item in items if "priority" in item} <= priorities


def test_keys_are_not_used_twice(content):
    for table, key in (
        ("organisations", "key"),
        ("bodies", "key"),
        ("priorities", "number"),
        ("priorities", "slug"),
        ("actions", "reference"),
        ("meetings", "on"),
        ("printed_figures", "label"),
    ):
        values = [row[key] for row in content[table]]
        assert len(values) == len(set(values)), (table, key)
    assert max(Counter((row["action"], row["period"]) for row in content["updates"]).values()) == 1
    for key in ("key", "name"):
        assert max(Counter((row["priority"], row[key]) for row in content["measures"]).values()) == 1


def test_parents_come_before_their_bodies_and_no_two_siblings_share_a_place(content):
    seen: set[str] = set()
    for body in content["bodies"]:
        assert body.get("parent") is None or body["parent"] in seen
        seen.add(body["key"])
    places = Counter((body.get("parent"), body["order"]) for body in content["bodies"])
    assert max(places.values()) == 1


def test_dates_run_forwards(content):
    for table in ("memberships", "bodies"):
        for row in content[table]:
            assert row["starts_on"] < row.get("ends_on", date.max)
    for row in [content["strategy"]]:
        assert row["starts_on"] < row["ends_on"]
        assert row["ends_on"].year - row["starts_on"].year == 3
    for row in content["actions"]:
        assert row["starts_on"] < row["due_on"]
    for row in content["printed_figures"]:
        assert row["first_month"] < row["last_month"]
        assert row["first_month"].day == row["last_month"].day == 1


def test_updates_are_for_quarters_in_which_their_action_was_running(content):
    actions = {row["reference"]: row for row in content["actions"]}
    for update in content["updates"]:
        period, action = update["period"], actions[update["action"]]
        assert period.day == 1
        assert period.month in (1, 4, 7, 10)
        assert period <= action["due_on"]
        quarter_end = date(period.year + period.month // 10, (period.month + 3) % 12, 1)
        assert action["starts_on"] < quarter_end


def test_two_thirds_of_the_actions_have_progress_of_every_colour_and_two_wait_for_approval(content):
    covered = {row["action"] for row in content["updates"]}
    assert 0.6 <= len(covered) / len(content["actions"]) <= 0.8
    assert {row["rag"] for row in content["updates"]} == {"green", "amber", "red"}
    assert Counter(row["status"] for row in content["updates"])["submitted"] == 2
    assert all(row["narrative"].endswith("Illustrative.") for row in content["updates"])


def test_invented_dates_and_leads_are_marked_as_illustrative(content):
    assert all(row["illustrative"] is True for row in content["actions"] + content["meetings"])
    assert all(re.fullmatch(r"S00[0-4]-\d\d", row["source"]) for row in content["actions"])


def test_every_priority_has_three_or_four_actions_and_at_least_three_measures(content):
    actions = Counter(row["priority"] for row in content["actions"])
    measures = Counter(row["priority"] for row in content["measures"])
    assert set(actions.values()) <= {3, 4}
    assert min(measures.values()) >= 3


def test_every_priority_says_what_has_no_measure_yet_and_what_could_show_it(content):
    without = [row for row in content["measures"] if row["kind"] == "none"]
    expected = {row["number"] for row in content["priorities"]}
    if content["partnership"]["slug"] == "bromley":
        expected -= {1}  # all four aims of its first priority are counted
    assert {row["priority"] for row in without} == expected
    for row in without:
        assert row["caveat"].startswith("No measure agreed yet")
        assert "could show it" in row["caveat"]
        assert not row.keys() & {"crime_type", "targets", "returns", "baselines"}


def test_the_two_partnerships_have_measures_of_every_kind_and_polarity(bexley, bromley):
    measures = bexley["measures"] + bromley["measures"]
    assert {row["kind"] for row in measures} == set(Measure.Kind.values)
    assert {row["polarity"] for row in measures} == {"lower", "higher", "neutral", "reporting"}
    assert {row.get("per") for row in measures if row["kind"] == "rate"} == {"people", "households"}


def test_measures_name_sources_questions_and_composites_that_there_are(content):
    composites = {row["key"] for row in rows_of_table("composites.csv")}
    questions = {f"{row['major']} / {row['minor']}" for row in rows_of_table("categories/mopac-pas.csv")}
    for row in content["measures"]:
        assert {row[name] for name in ("crime_type", "of_crime_type") if name in row} <= CRIME_TYPES
        assert row.get("source_key", "mps-borough") in IMPORTERS
        if row["kind"] == "survey":
            assert row["question"] in questions
        if row["kind"] == "composite":
            assert row["composite"] in composites


def test_what_is_invented_about_a_measure_says_so_and_what_is_printed_says_where(content):
    for row in content["measures"]:
        for given in (*row.get("targets", ()), *row.get("baselines", ()), *row.get("returns", ())):
            assert given.get("illustrative") is True or given["note"], (row["key"], given)
    numbers = [
        (row["key"], target["value"])
        for row in content["measures"]
        for target in row.get("targets", ())
        if "value" in target and not target.get("illustrative")
    ]
    # The only numbers that a document prints: a target of 2009/10, and a claim that is no target.
    assert set(numbers) <= {("satisfaction-gap", 3.8), ("all-crime-rate", 5)}


def test_a_share_of_calls_is_the_one_that_its_numbers_make(bromley):
    response = measures_of(bromley)["rapid-response"]
    assert response["standard_hours"] == 2
    for row in response["returns"]:
        assert round(100 * row["numerator"] / row["base"], 1) == row["value"]


def test_bexley_measures_hold_what_its_documents_print(bexley):
    measures = measures_of(bexley)
    gap = measures["satisfaction-gap"]
    white, bme = (row["value"] for row in gap["returns"])
    assert (white, bme, round(white - bme, 1)) == (78.8, 73.9, 4.9)
    assert [row["first_month"] for row in gap["returns"]] == [date(2009, 4, 1)] * 2
    assert [row["last_month"] for row in gap["returns"]] == [date(2010, 3, 1)] * 2
    assert gap["targets"][0]["value"] == 3.8 and gap["groups"] == [row["group"] for row in gap["returns"]]
    decisions = measures["nrm-decision-time"]["returns"]
    assert [(row["statistic"], row["value"]) for row in decisions] == [("maximum", 500), ("mean", 53)]
    robbery = {row["name"]: row["value"] for row in measures["personal-robbery"]["baselines"]}
    assert robbery == {"2022": 226, "2023": 300}
    assert "36%" in measures["personal-robbery"]["caveat"] and "30%" in measures["personal-robbery"]["caveat"]
    knife = measures["knife-crime"]
    assert knife["polarity"] == "neutral"
    assert all(words in knife["caveat"] for words in ("22.9%", "21.4%", "17%", "stop and search"))
    serious = measures["serious-violence"]["caveat"]
    assert all(words in serious for words in ("1.6%", "8.4%", "6.2%"))
    victims = measures["knife-crime-victims"]["returns"]
    assert all("value" not in row and row["absence"] == "not-stated" for row in victims)
    assert victims[-1]["as_printed"] == "-3.8%"
    (rank,) = measures["all-crime-rate"]["targets"]
    assert (rank["kind"], rank["value"]) == ("rank_at_most", 5)


def test_bromley_measures_hold_what_its_documents_print(bromley):
    measures = measures_of(bromley)
    printed = {row["label"]: row["count"] for row in bromley["printed_figures"]}
    baselines = {
        "violence-with-injury": "Violence against the person",
        "residential-burglary": "Residential burglary",
        "antisocial-behaviour": "Anti-social behaviour",
        "race-and-religious-hate-crime": "Race and religious hate crime",
    }
    for key, label in baselines.items():
        (baseline,) = measures[key]["baselines"]
        assert (baseline["value"], baseline["first_month"], baseline["last_month"]) == (
            printed[label],
            date(2019, 2, 1),
            date(2020, 1, 1),
        )
    assert measures["community-impact-days"]["times_a_year"] == 12
    (dark,) = measures["feel-safe-after-dark"]["returns"]
    assert (dark["value"], dark["base"]) == (54, 1118)
    (promise,) = measures["hate-crime"]["targets"]
    assert "value" not in promise
    # A rise in reports and a fall in repeats are both good.
    assert measures["hate-crime"]["polarity"] == "reporting"
    assert measures["repeat-victims-of-hate-crime"]["polarity"] == "lower"


def test_drug_possession_is_neither_good_nor_bad_in_either_direction(content):
    found = [row for row in content["measures"] if row.get("crime_type") == "drug-possession"]
    assert {row["polarity"] for row in found} <= {"neutral"}


def test_violence_with_injury_says_that_the_published_figure_includes_domestic_violence(content):
    (measure,) = (row for row in content["measures"] if row.get("crime_type") == "violence-with-injury")
    assert "includes domestic" in measure["caveat"]


def test_the_office_of_the_mayor_is_not_a_responsible_authority_in_law(content):
    (mopac,) = (row for row in content["memberships"] if row["organisation"] == "mopac")
    assert mopac["kind"] != "responsible-authority"


def test_the_five_sectors_of_section_five_are_responsible_authorities(content):
    sectors = {row["key"]: row["sector"] for row in content["organisations"]}
    kinds = {row["organisation"]: row["kind"] for row in content["memberships"]}
    by_law = {sectors[key] for key, kind in kinds.items() if kind == "responsible-authority"}
    assert by_law == {"council", "police", "fire", "probation", "health"}


def test_organisations_shared_by_both_partnerships_are_described_alike(bexley, bromley):
    ours = {row["key"]: row for row in bexley["organisations"]}
    theirs = {row["key"]: row for row in bromley["organisations"]}
    shared = ours.keys() & theirs.keys()
    assert "met-police" in shared
    assert [ours[key] for key in sorted(shared)] == [theirs[key] for key in sorted(shared)]


def test_texts_name_no_person_and_hold_no_personal_address(content):
    text = "\n".join(texts_in(content))
    for name in ("Gower", "Lawry", "Stowell", "Joanne", "Trevor", "Cllr", "MBE"):
        assert name not in text
    addresses = set(re.findall(r"[\w.+-]+@[\w.-]+", text))
    assert addresses <= {"community.safety@bexley.gov.uk"}
    assert not re.search(r"\b0\d{2,4} ?\d{3,4} ?\d{3,4}\b", text)


def test_texts_name_no_path_of_a_machine(content):
    text = "\n".join(texts_in(content))
    assert not re.search(r"/(work|tmp|home|usr)\b", text)


def test_bexley_structure_of_2022_has_one_board_one_group_five_themes_and_twelve_others(bexley):
    then = [body for body in bexley["bodies"] if body["starts_on"] <= date(2022, 4, 1)]
    assert depths(then) == {0: 1, 1: 1, 2: 5, 3: 12}
    themes = [body["key"] for body in then if body["kind"] == "theme"]
    assert [sum(body.get("parent") == theme for body in then) for theme in themes] == [4, 2, 3, 2, 1]


def test_bexley_structure_of_2023_adds_four_bodies_to_that_of_2022(bexley):
    later = {body["name"] for body in bexley["bodies"] if body["starts_on"] > date(2022, 4, 1)}
    assert later == {
        "BCSP Executive Group",
        "BCSP Serious Violence Working Group",
        "Violence Intervention Panel",
        "ASB Case Management Panel",
    }


def test_bexley_has_five_priorities_and_six_outcomes_of_which_the_first_priority_has_two(bexley):
    assert [row["number"] for row in bexley["priorities"]] == [1, 2, 3, 4, 5]
    links = [number for row in bexley["outcomes"] for number in row["priorities"]]
    assert links == [1, 1, 2, 3, 4, 5]


def test_bexley_has_six_statutory_and_nine_other_partners_of_which_two_are_classes(bexley):
    printed = Counter(row["as_published"] for row in bexley["memberships"])
    assert printed == {"Statutory partner": 6, "Non-statutory partner": 9}
    assert sum(row["is_class"] for row in bexley["organisations"]) == 2
    assert bexley["partnership"]["list_exhaustive"] is False


def test_bexley_has_two_local_volume_priorities_and_bromley_four_of_which_one_is_mandatory(bexley, bromley):
    assert Counter(row["origin"] for row in bexley["local_volume_priorities"]) == {"agreed": 2}
    assert Counter(row["origin"] for row in bromley["local_volume_priorities"]) == {
        "agreed": 2,
        "mandatory": 1,
        "local": 1,
    }


def test_bexley_printed_figures_are_those_of_the_report(bexley):
    figures = {row["label"]: row for row in bexley["printed_figures"]}
    robbery = figures["Personal robbery"]
    assert (robbery["previous"], robbery["count"], robbery["change_percent"]) == (226, 300, 32.7)
    assert round(100 * (300 / 226 - 1), 1) == robbery["change_percent"]
    assert figures["Homicides"]["count"] == 4
    assert figures["Homicides"]["first_month"] == date(2022, 1, 1)


def test_bromley_has_four_priorities_with_all_their_parts(bromley):
    shape = [
        (row["number"], row["high"], len(row["tackle"]), len(row["approach"]))
        for row in bromley["priorities"]
    ]
    assert shape == [(1, "volume", 4, 6), (2, "harm", 4, 6), (3, "harm", 3, 4), (4, "harm", 5, 7)]
    for row in bromley["priorities"]:
        assert row["statement"] and row["aim"] and row["tracking"]


def test_bromley_has_eight_partners_and_one_leaves_when_probation_is_reunified(bromley):
    assert len(bromley["memberships"]) == 8
    ended = {row["organisation"]: row["ends_on"] for row in bromley["memberships"] if "ends_on" in row}
    assert ended == {"london-crc": date(2021, 6, 25)}


def test_bromley_promises_twelve_impact_days_and_two_deadlines_in_august_2020(bromley):
    actions = {row["source"]: row for row in bromley["actions"]}
    assert "12 Community Impact Days" in actions["S004-27"]["title"]
    due = [row["due_on"] for row in bromley["actions"] if row["source"] == "S004-51"]
    assert due == [date(2020, 8, 31)] * 2


def test_bromley_board_meets_four_times_with_its_theme_a_police_update_and_four_reports_at_the_end(bromley):
    held = [row for row in bromley["meetings"] if row["status"] == "held"]
    assert [(row["on"].month - 1) // 3 + 1 for row in held] == [1, 2, 3, 4]
    for quarter, meeting in enumerate(held, start=1):
        themes = [item["priority"] for item in meeting["items"] if item["kind"] == "substantive"]
        assert themes == [quarter]
        assert any(item["title"] == "Police crime update" for item in meeting["items"])
        year_end = [item["priority"] for item in meeting["items"] if item["kind"] == "year-end"]
        assert year_end == ([1, 2, 3, 4] if quarter == 4 else [])


def test_bromley_printed_figures_are_the_twelve_of_the_strategy_and_do_not_add_up(bromley):
    figures = {row["label"]: row["count"] for row in bromley["printed_figures"]}
    assert len(figures) == 12
    assert figures.pop("All crime types") == 25_279
    assert sum(figures.values()) == 17_737


def test_items_of_a_meeting_are_numbered_from_one_and_of_a_known_kind(content):
    for meeting in content["meetings"]:
        numbers = [item["number"] for item in meeting["items"]]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {item["kind"] for item in meeting["items"]} <= {"substantive", "standing", "year-end", "other"}
        assert re.fullmatch(r"\d\d:\d\d", meeting["starts_at"])
