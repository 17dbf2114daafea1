"""The public pages, files and open data of measures: the same words in all of them, and never old ones."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.workflow import Status
from crime_data.models import ReleaseFile, Source
from crime_data.services import withdraw_file
from measures.models import Measure
from measures.services.measures import edit_measure
from measures.services.returns import Entry, enter_returns
from measures.services.targets import save_target
from partners.models import Role
from priorities.models import Outcome
from tests.factories import (
    make_baseline,
    make_measure,
    make_narrative,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_return,
    make_strategy,
    make_target,
    make_user,
)

SENTENCE = (
    "There were 960 residential burglaries in Bexley in January to December 2023, 240 fewer than in January "
    "to December 2022 (1,200), a fall of 20.0%. This fall is larger than we would expect by chance."
)
PRIORITY = "/bexley/priorities/priority-1/"
CHARTS = ("main", "years", "rolling", "areas")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


def a_partnership():
    return make_partnership(slug="bexley", place="Bexley")


def burglary(partnership, **given) -> Measure:
    """A count that fell from 1,200 to 960."""
    make_release_with_counts({"Bexley": [100] * 12 + [80] * 12, "Bromley": 50})
    priority = make_priority(partnership=partnership, title="Burglary")
    return make_measure(priority=priority, key="burglary", name="Residential burglary", **given)


def local(partnership, **given) -> Measure:
    priority = make_priority(partnership=partnership, title="Help")
    words = {"kind": "local", "unit": "number", "name": "Families helped", "key": "families"}
    return make_measure(priority=priority, crime_type=None, **words | given)


def url(measure: Measure, form: str = "/") -> str:
    return f"/bexley/measures/{measure.pk}{form}"


def text(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# --- one measure -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_measure_says_its_finding_its_verdict_and_which_way_is_better(client):
    response = client.get(
        url(burglary(a_partnership(), why="Homes matter.", definition="Homes broken into."))
    )
    page = text(response)

    assert re.search(
        r"<h1[^>]*>Residential burglary in Bexley fell by 240 \(20\.0%\)</h1>", response.content.decode()
    )
    assert SENTENCE in page
    assert "What it means Improving . Lower is better." in page
    assert "December 2023 (80) is below the usual range" in page
    assert "Homes matter." in page and "Homes broken into." in page
    assert "No target is set." in page


@pytest.mark.django_db
def test_a_target_has_two_verdicts_side_by_side(client):
    measure = burglary(a_partnership())
    baseline = make_baseline(measure, 1000, first_month=date(2022, 1, 1), last_month=date(2022, 12, 1))
    make_target(measure, "reduce_by_percent", 10, baseline=baseline, due_on=date(2023, 12, 31))

    page = text(client.get(url(measure)))

    assert "A fall of at least 10%, from 1,000 (January to December 2022), by 31 December 2023" in page
    assert "Is it met? Missed" in page
    assert "Could the change be chance? The fall from 1,000 to 960 could be chance." in page


@pytest.mark.django_db
def test_every_baseline_is_held_against_the_newest_figure(client):
    measure = burglary(a_partnership())
    for name, value, year in (("Before the plan", 1200, 2022), ("Before Covid", 700, 2019)):
        make_baseline(measure, value, name=name, first_month=date(year, 1, 1), last_month=date(year, 12, 1))
    make_baseline(measure, 300, name="A quarter", first_month=date(2021, 1, 1), last_month=date(2021, 3, 1))

    page = text(client.get(url(measure)))

    assert "The year before, January to December 2022 1,200 down 240 (20.0%) Improving" in page
    assert "Before the plan, January to December 2022 1,200 down 240 (20.0%) Improving" in page
    assert "Before Covid, January to December 2019 700 up 260 (37.1%) Getting worse" in page
    assert "A quarter, January to March 2021 300 – Not comparable" in page


@pytest.mark.django_db
def test_a_baseline_before_a_declared_break_is_not_compared(client):
    partnership = a_partnership()
    make_release_with_counts(
        {"Bexley": 50}, crime_types=("domestic-abuse",), last_month=date(2025, 12, 1), months=20,
        source=Source.objects.get(key="mps-dashboard"),
    )  # fmt: skip
    measure = make_measure(
        priority=make_priority(partnership=partnership), crime_type="domestic-abuse",
        source_key="mps-dashboard",
    )  # fmt: skip
    make_baseline(measure, 900, name="Old", first_month=date(2023, 1, 1), last_month=date(2023, 12, 1))

    page = text(client.get(url(measure)))

    assert "Old, January to December 2023 900 – Not comparable" in page


@pytest.mark.django_db
def test_returns_stand_with_what_they_said_before(client):
    measure = local(a_partnership())
    make_return(measure, date(2025, 1, 1), 40, months=3, published_on=date(2025, 5, 1))
    make_return(
        measure, date(2025, 1, 1), 42, months=3, published_on=date(2025, 7, 1), note="Two were missed"
    )

    page = text(client.get(url(measure)))

    assert "Known since 1 July 2025; was 40, known since 1 May 2025 42" in page


@pytest.mark.django_db
def test_the_parts_of_a_composite_stand_side_by_side(client):
    partnership = a_partnership()
    parts = ("violence-with-injury", "personal-robbery", "weapons-possession", "homicide", "knife-crime")
    make_release_with_counts({"Bexley": 10}, crime_types=parts[:4])
    measure = make_measure(
        priority=make_priority(partnership=partnership), crime_type=None, kind="composite",
        composite="serious-violence",
    )  # fmt: skip

    page = text(client.get(url(measure)))

    assert "Figures are held for 4 of its 5 parts." in page
    assert "Personal robbery 120 120 no change No clear change" in page


@pytest.mark.django_db
def test_a_measure_says_where_its_figures_are_from(client):
    measure = burglary(a_partnership())
    response = client.get(url(measure))
    file = ReleaseFile.objects.get()

    assert file.name in text(response) and file.sha256 in text(response)
    [address] = re.findall(r'href="(/api/v1/restatements/[^"]*)"', response.content.decode())
    [told] = json.loads(client.get(unescape(address)).content)["releases"]
    assert told["count"] == 960


@pytest.mark.django_db
def test_a_measure_that_is_not_agreed_yet_says_so_and_has_no_files(client):
    measure = make_measure(priority=make_priority(partnership=a_partnership()), crime_type=None)
    page = client.get(url(measure))

    assert "No measure has been agreed yet." in text(page)
    assert ".csv" not in page.content.decode()
    assert {client.get(url(measure, form)).status_code for form in (".csv", ".svg", ".png", ".json")} == {404}


@pytest.mark.django_db
def test_a_retired_measure_says_since_when_and_what_replaced_it(client):
    measure = burglary(a_partnership())
    newer = make_measure(priority=measure.priority, name="Burglary of homes")
    Measure.objects.filter(pk=measure.pk).update(retired_on=date(2026, 4, 1), replaced_by=newer)

    page = client.get(url(measure))

    assert "This measure was retired on 1 April 2026 and replaced by Burglary of homes" in text(page)
    assert url(newer) in page.content.decode()
    assert "Residential burglary" not in text(client.get("/bexley/"))


@pytest.mark.django_db
@pytest.mark.parametrize("status", [status for status in Status if status != Status.PUBLISHED])
def test_what_replaced_it_is_not_named_before_it_is_published(client, status):
    partnership = a_partnership()
    draft = make_strategy(
        partnership=partnership, status=status, starts_on=date(2030, 4, 1), ends_on=date(2034, 3, 31)
    )
    newer = make_measure(priority=make_priority(strategy=draft), name="Secret")
    published = make_priority(strategy=make_strategy(partnership=partnership))
    measure = make_measure(priority=published, retired_on=date(2026, 4, 1), replaced_by=newer)

    page = text(client.get(url(measure)))

    assert "retired on 1 April 2026 and not replaced" in page and "Secret" not in page
    assert client.get(url(newer)).status_code == 404
    assert client.get(f"/api/v1/measures/{newer.pk}/").status_code == 404


@pytest.mark.django_db
def test_more_baselines_targets_and_returns_cost_no_more_queries(client):
    measure = local(a_partnership())
    counts = []
    for first in (2020, 2021):
        for month in range(1, 7):
            day = date(first, month, 1)
            make_return(measure, day, 4)
            make_target(measure, value=5, baseline=make_baseline(measure, 9, first_month=day, last_month=day))
        with CaptureQueriesContext(connection) as made:
            assert client.get(url(measure)).status_code == 200
        counts.append(len(made))

    assert counts[0] == counts[1] <= 16


# --- files -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_page_picture_file_and_open_data_say_the_same_sentence(client):
    measure = burglary(a_partnership())
    [figure] = re.findall(
        r"<desc[^>]*>(There were[^<]*)</desc>", client.get(url(measure, ".svg")).content.decode()
    )

    assert SENTENCE in text(client.get(url(measure)))
    assert unescape(figure).startswith(SENTENCE)
    assert json.loads(client.get(url(measure, ".json")).content)["sentence"] == SENTENCE
    assert json.loads(client.get(f"/api/v1/measures/{measure.pk}/").content)["sentence"] == SENTENCE


@pytest.mark.django_db
@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_comes_in_four_forms(client, chart):
    measure = burglary(a_partnership())
    given = {
        form: client.get(url(measure, f".{form}?chart={chart}")) for form in ("csv", "svg", "png", "json")
    }

    assert {response.status_code for response in given.values()} == {200}
    assert {response["Cache-Control"] for response in given.values()} == {"public, max-age=600"}
    assert given["svg"].content.startswith(b"<svg") and given["svg"]["Content-Type"].startswith(
        "image/svg+xml"
    )
    assert given["png"].content.startswith(b"\x89PNG") and given["png"]["Content-Type"] == "image/png"
    drawn = json.loads(given["json"].content)
    assert drawn["data"] and drawn["layout"] and drawn["sentence"] == SENTENCE
    assert "filename" not in given["json"].get("Content-Disposition", "")
    rows = list(csv.reader(io.StringIO(given["csv"].content.decode("utf-8-sig"))))
    assert len(rows) > 2 and rows[1][rows[0].index("Measure")] == "Residential burglary"
    assert given["csv"]["Content-Disposition"].endswith('-2023-01-to-2023-12.csv"')


@pytest.mark.django_db
def test_the_interactive_chart_has_the_figures_of_the_table(client):
    measure = burglary(a_partnership())
    drawn = json.loads(client.get(url(measure, ".json")).content)
    rows = list(csv.reader(io.StringIO(client.get(url(measure, ".csv")).content.decode("utf-8-sig"))))

    [line] = [trace for trace in drawn["data"] if trace.get("name") == "Residential burglary"]
    assert [str(value) for value in line["y"]] == [row[1] for row in rows[1:]]


@pytest.mark.django_db
def test_every_address_on_the_page_answers_and_every_file_has_a_name_of_its_own(client):
    measure = burglary(a_partnership())
    page = client.get(url(measure)).content.decode()
    addresses = {unescape(a) for a in re.findall(r'(?:href|data-chart-url)="(/bexley/measures/[^"]*)"', page)}
    answers = [client.get(address) for address in addresses]
    names = [answer["Content-Disposition"] for answer in answers if "Content-Disposition" in answer]

    assert len(addresses) == 4 * len(CHARTS)
    assert {answer.status_code for answer in answers} == {200}
    assert len(names) == len(set(names)) == 3 * len(CHARTS)


# --- the pages above -------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_priority_lists_its_measures_its_outcomes_and_its_published_commentary(client):
    measure = burglary(a_partnership())
    priority = measure.priority
    none = make_measure(priority=priority, crime_type=None, name="Recovery")
    for statement, shown_by in (("Homes are safe", measure), ("Victims recover", none)):
        outcome = Outcome.objects.create(strategy=priority.strategy, statement=statement)
        outcome.priorities.set([priority])
        shown_by.outcomes.set([outcome])
    make_target(measure, value=1000)
    make_narrative(priority=priority, status=Status.PUBLISHED, text="Patrols were moved.")
    make_narrative(priority=priority, status=Status.DRAFT, text="Not yet.", quarter=date(2026, 4, 1))

    response = client.get(PRIORITY)
    page = text(response)

    assert "January to December 2023: 960 . January to December 2022: 1,200, so down 240 (20.0%)." in page
    assert "At most 1,000, by 31 March 2028: Better than asked" in page
    assert "Homes are safe Residential burglary : improving" in page
    assert "Victims recover No measure agreed yet" in page
    assert "Patrols were moved." in page and "Not yet." not in page
    assert response.content.decode().count("<svg") == 2  # the portal's mark and the chart
    assert page.index("Improving") < page.index("The figures") < page.index("Homes are safe")


@pytest.mark.django_db
def test_the_partnership_s_page_shows_every_measure_at_a_glance(client):
    measure = burglary(a_partnership())
    response = client.get("/bexley/")

    assert "Residential burglary 960, down 240 (20.0%) Improving" in text(response)
    assert url(measure) in response.content.decode()


# --- open data -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_measure_as_open_data(client):
    measure = burglary(a_partnership())
    make_baseline(measure, 1000, name="Plan", first_month=date(2022, 1, 1), last_month=date(2022, 12, 1))
    make_target(measure, value=1000)

    found = json.loads(client.get(f"/api/v1/measures/{measure.pk}/").content)

    assert (found["value"], found["before"], found["difference"], found["unit"]) == (960, 1200, -240, "count")
    assert found["period"] == {"from": "2023-01", "to": "2023-12"}
    assert found["verdict"] == {"key": "improving", "words": "Improving"} and found["beyond_chance"] is True
    assert found["targets"][0]["verdict"] == "exceeded"
    assert found["series"][0] == {"from": "2022-01", "months": 1, "value": 100} and len(found["series"]) == 24
    assert found["provenance"]["files"][0]["sha256"] == ReleaseFile.objects.get().sha256
    assert [one["name"] for one in found["held_against"]] == ["The year before", "Plan"]


@pytest.mark.django_db
def test_the_measures_of_a_partnership_are_listed(client):
    partnership = a_partnership()
    measure = burglary(partnership)
    local(partnership)
    make_measure(priority=measure.priority, name="Gone", retired_on=date(2026, 1, 1))
    make_measure(priority=make_priority(partnership=make_partnership(areas=("Bromley",))), name="Theirs")

    found = json.loads(client.get("/api/v1/measures/?partnership=bexley").content)["measures"]

    assert found[0]["statistic"] == "count"
    assert found[0]["change_interval"]["unit"] == "percent"
    assert found[0]["change_interval"]["low"] < -20 < found[0]["change_interval"]["high"]

    assert [one["name"] for one in found] == ["Residential burglary", "Families helped"]
    assert found[0]["url"] == f"/api/v1/measures/{measure.pk}/"
    assert "/api/v1/measures/" in json.loads(client.get("/api/v1/").content)["measures"]


@pytest.mark.django_db
def test_a_list_without_a_partnership_says_which_there_are(client):
    a_partnership()
    answer = client.get("/api/v1/measures/")

    assert answer.status_code == 422
    assert json.loads(answer.content)["error"].endswith("There are: bexley.")


# --- kept, and never out of date -------------------------------------------------------------


def publish_a_newer_release(measure, by):
    make_release_with_counts({"Bexley": [100] * 12 + [70] * 12}, key="newer", published_on=date(2024, 2, 6))


def withdraw_the_file(measure, by):
    withdraw_file(file=ReleaseFile.objects.get(), by=make_user(Role.DATA_MANAGER), reason="Printed wrongly.")


def change_the_target(measure, by):
    target = measure.targets.get()
    save_target(
        measure=measure, by=by, version=measure.version, target=target, kind="at_most", value=900,
        due_on=target.due_on,
    )  # fmt: skip


def edit_the_measure(measure, by):
    edit_measure(measure=measure, by=by, version=measure.version, caveat="Count again.")


def publish_commentary(measure, by):
    make_narrative(priority=measure.priority, status=Status.PUBLISHED, text="Patrols were moved.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "page", "words"),
    [
        (publish_a_newer_release, "measure", "There were 840 residential burglaries"),
        (publish_a_newer_release, "priority", "840"),
        (publish_a_newer_release, "partnership", "840, down 360"),
        (withdraw_the_file, "measure", "No figures are held for this measure yet."),
        (withdraw_the_file, "partnership", "Not measured yet"),
        (change_the_target, "measure", "At most 900"),
        (change_the_target, "priority", "At most 900"),
        (edit_the_measure, "measure", "Count again."),
        (publish_commentary, "priority", "Patrols were moved."),
    ],
)
def test_a_kept_page_is_made_anew_when_what_it_says_has_changed(client, act, page, words):
    partnership = a_partnership()
    measure = burglary(partnership)
    make_target(measure, value=1000)
    officer = make_user(Role.OFFICER, partnership)
    address = {
        "measure": url(measure),
        "priority": "/bexley/priorities/priority-1/",
        "partnership": "/bexley/",
    }[page]
    before = client.get(address)
    assert words not in text(before)
    assert client.get(address, HTTP_IF_NONE_MATCH=before["ETag"]).status_code == 304

    act(measure, officer)

    after = client.get(address, HTTP_IF_NONE_MATCH=before["ETag"])
    assert after.status_code == 200 and after["ETag"] != before["ETag"]
    assert words in text(after)


@pytest.mark.django_db(transaction=True)
def test_a_new_return_is_on_the_page_and_in_its_files_at_once(client):
    partnership = a_partnership()
    measure = local(partnership)
    for month in (1, 2):
        make_return(measure, date(2026, month, 1), 40)
    addresses = [url(measure), url(measure, ".csv"), url(measure, ".json"), url(measure, ".svg")]
    tags = [client.get(address)["ETag"] for address in addresses]

    officer = make_user(Role.OFFICER, partnership)
    entry = Entry(first_month=date(2026, 3, 1), last_month=date(2026, 3, 1), value=Decimal(43))
    enter_returns(measure=measure, entries=[entry], by=officer)

    for address, tag in zip(addresses, tags, strict=True):
        answer = client.get(address, HTTP_IF_NONE_MATCH=tag)
        assert answer.status_code == 200 and b"43" in answer.content


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_page_costs_no_query_of_its_figures(client):
    measure = burglary(a_partnership())
    for address in (url(measure), url(measure, ".png"), "/bexley/", PRIORITY):
        first = client.get(address)

        # PostgreSQL counts what is written to any of its databases, and other tests write to theirs.
        assert any(costs_no_query(client, address, first) for _ in range(50))


def costs_no_query(client, address, first):
    with CaptureQueriesContext(connection) as made:
        again = client.get(address)
        unchanged = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])

    assert again.content == first.content and unchanged.status_code == 304 and not unchanged.content
    return {query["sql"] for query in made} <= {"SELECT pg_current_snapshot()::text"}
