"""The pages below /figures/: the same words and numbers as the releases, for any type, area and months."""

import csv
import io
import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crime_data import services
from crime_data.models import Area, AreaLink, Category, CrimeType, PrintedTable, Release, ReleaseFile, Source
from crime_data.packing import pack, pack_ids
from crime_data.services import Received
from tests.factories import (
    area,
    make_measure,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_return,
)

pytestmark = pytest.mark.django_db

FINANCIAL = "financial"
BOROUGHS = ("Bexley", "Bromley", "Croydon", "Greenwich", "Lewisham", "Sutton")
PARTS = ("violence-with-injury", "personal-robbery", "weapons-possession", "homicide")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def partnership():
    return make_partnership(slug="bexley", place="Bexley", short_name="Bexley")


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def get(client, page, **asked):
    return client.get(f"/bexley/figures/{page}", asked)


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def two_years(before, now):
    return [before] * 12 + [now] * 12


def make_people(**people):
    """People of a borough in the middle of 2023."""
    source = Source.objects.get(key="ons-population")
    label = Category.objects.create(source=source, major="Population", minor="All ages", reviewed=True)
    release = Release.objects.create(source=source, key="mid-2023", published_on=date(2024, 7, 15))
    file = ReleaseFile.objects.create(
        release=release,
        name="people.xlsx",
        part="all",
        sha256="b" * 64,
        digest="b" * 64,
        size=1,
        rows=1,
        observations=1,
        total=1,
        first_month=date(2023, 1, 1),
        last_month=date(2023, 12, 1),
        step=12,
        state=ReleaseFile.State.CURRENT,
        categories=[label.pk],
    )
    for name, number in people.items():
        PrintedTable.objects.create(
            file=file,
            area=area(name),
            categories=pack_ids(np.array([label.pk])),
            lines=pack_ids(np.array([1])),
            values=pack(np.array([[number]])),
        )


def dashboard(counts, crime_types, **given):
    """A release of the source that counts flags across the kinds of offence."""
    area("Bexley")
    source = Source.objects.get(key="mps-dashboard")
    return make_release_with_counts(counts, crime_types=crime_types, source=source, **given)


# --- the profile -----------------------------------------------------------------------------


def test_every_kind_stands_beside_the_year_before_with_what_it_means(client, partnership):
    make_release_with_counts(
        {"Bexley": two_years(20, 30)}, crime_types=("all", "burglary", "residential-burglary")
    )

    page = text(get(client, ""))

    assert "Residential burglary 240 360 +120 (+50.0%) Higher" in page
    assert "January to December 2023, beside January to December 2022" in page
    assert "to December 2023" in page
    assert "lines of different depth are not added up" in page


def test_flags_incidents_and_people_are_apart_from_offences(client, partnership):
    make_release_with_counts({"Bexley": 20}, crime_types=("all", "robbery"))
    dashboard({"Bexley": 5}, ("knife-crime", "knife-injury-victims"), published_on=date(2024, 2, 1))
    local = Source.objects.get(key="local-counts")
    make_release_with_counts({"Bexley": 50}, crime_types=("asb-incidents",), source=local)

    page = get(client, "").content.decode()
    order = [page.index(f'id="group-{key}"') for key in ("offences", "flags", "incidents", "victims")]

    assert order == sorted(order)
    assert page.index('id="group-incidents"') < page.index("?crime_type=asb-incidents")
    assert page.index('id="group-victims"') < page.index("?crime_type=knife-injury-victims")
    assert "never added up" in page and "no part of recorded crime" in page


def test_a_comparison_across_connect_is_refused_and_named(client, partnership):
    dashboard({"Bexley": two_years(40, 20)}, ("hate-crime",), last_month=date(2024, 12, 1))

    page = text(get(client, ""))

    assert "Hate crime 480 240 Not compared" in page
    assert "CONNECT" in page
    assert "−240" not in page and "50.0%" not in page


def test_a_rise_of_reports_is_called_so_and_no_other_is_called_good_or_bad(client, partnership):
    make_release_with_counts({"Bexley": two_years(20, 60)}, crime_types=("all", "robbery", "rape"))
    page = text(get(client, ""))

    assert "Robbery 240 720 +480 (+200.0%) Higher" in page
    for word in ("Improving", "Getting worse"):
        assert word not in page


def test_small_numbers_get_no_percentage(client, partnership):
    make_release_with_counts({"Bexley": two_years(1, 3)}, crime_types=("all", "homicide", "arson"))

    assert "Arson 12 36 +24 Higher" in text(get(client, ""))


def test_the_order_is_in_the_address(client, partnership):
    make_release_with_counts({"Bexley": two_years(20, 30)}, crime_types=("all", "burglary", "arson"))

    by_name = get(client, "", sort="name").content.decode()
    assert 'aria-sort="ascending"' in by_name
    assert by_name.index("crime_type=arson") < by_name.index("crime_type=burglary")
    assert 'aria-sort="descending"' in get(client, "", sort="change").content.decode()
    unknown = get(client, "", sort="nonsense")
    assert unknown.status_code == 422
    assert "There is no order called “nonsense”." in text(unknown) and "Burglary" in text(unknown)


def test_rates_need_a_population_and_say_of_which_year(client, partnership):
    make_release_with_counts({"Bexley": 20}, crime_types=("all",))
    assert "no rates are given" in text(get(client, ""))

    make_people(Bexley=240_000)
    page = text(get(client, ""))
    assert "Rates are for 240,000 people (2023)" in page
    assert "No clear change 1.0" in page


def test_sixty_kinds_cost_the_queries_of_one(client, partnership):
    area("Bexley")
    make_people(Bexley=250_000)
    counts = []
    for kinds in (("all",), tuple(CrimeType.objects.values_list("key", flat=True))):
        make_release_with_counts(
            {"Bexley": 20}, crime_types=kinds, published_on=date(2024, 1, 1 + len(counts))
        )
        with CaptureQueriesContext(connection) as made:
            assert get(client, "").status_code == 200
        counts.append(len(made))

    assert counts[0] == counts[1] <= 8


def test_a_partnership_without_figures_or_areas_says_so(client, partnership):
    for page in ("", "serious-violence/", "compare/", "explore/"):
        response = get(client, page)
        assert response.status_code == 200
        assert "held" in text(response)

    make_partnership(slug="nowhere", areas=())
    for page in ("", "serious-violence/", "compare/", "explore/"):
        assert client.get(f"/nowhere/figures/{page}").status_code == 200


def test_made_up_figures_are_called_so_on_every_page(client, partnership):
    make_release_with_counts({"Bexley": 20}, crime_types=("all", *PARTS), illustrative=True)

    for page in ("", "serious-violence/", "compare/", "explore/"):
        assert "Illustrative figures" in text(get(client, page)), page
    for page in ("profile.csv", "serious-violence.csv", "compare.csv", "explore.csv"):
        rows = rows_of(get(client, page))
        assert all("Illustrative: not real" in row for row in rows[1:] if row), page


def test_the_profile_is_open_data_too(client, partnership):
    make_release_with_counts({"Bexley": two_years(20, 30)}, crime_types=("all", "homicide"))

    answer = client.get("/api/v1/profile/?partnership=bexley").json()

    assert [line["crime_type"] for line in answer["lines"]] == ["all", "homicide"]
    assert [line["difference"] for line in answer["lines"]] == [120, 120]
    assert [line["percent"] for line in answer["lines"]] == [50.0, None]
    assert client.get("/api/v1/profile/?partnership=atlantis").status_code == 422


def test_what_is_rare_has_no_usual_range_of_months_no_rate_and_no_wish(client, partnership):
    make_release_with_counts({"Bexley": [0] * 11 + [1] + [0] * 12}, crime_types=("all", "homicide"))
    make_people(Bexley=240_000)

    page = text(get(client, "explore/", crime_type="homicide"))

    assert "There were no homicides in Bexley in January to December 2023 and 1 in" in page
    for words in ("Usual range", "per 1,000 people", "Neither direction is better", "100.0%"):
        assert words not in page


ENDED = [40] * 24 + [0] * 24


def test_a_kind_that_is_not_counted_any_more_is_refused_and_not_called_a_fall(client, partnership):
    kinds = {"months": 48, "last_month": date(2023, 12, 1)}
    make_release_with_counts({"Bexley": ENDED}, crime_types=("all", "fraud"), **kinds)
    dashboard({"Bexley": 9}, ("knife-crime",), **kinds)

    for page in ("explore/", "compare/"):
        response = get(client, page, crime_type="fraud")
        assert response.status_code == 422, page
        assert "Fraud and forgery is not counted apart in Bexley in January to December 2023." in text(
            response
        )
        assert "No clear change" not in text(response)
    assert "There were 480 fraud and forgery offences in Bexley" in text(
        get(client, "explore/", crime_type="fraud", to="2021-12")
    )
    profile = text(get(client, ""))
    assert "Not counted apart for all of the last twelve months: " in profile
    assert "Fraud and forgery" in profile[profile.index("Not counted apart") :]


def test_a_kind_that_was_always_rare_is_not_said_to_have_ended(client, partnership):
    counts = [2] * 12 + [0] * 36
    kinds = {"months": 48, "last_month": date(2023, 12, 1)}
    make_release_with_counts({"Bexley": counts}, crime_types=("all", "arson"), **kinds)

    page = text(get(client, "explore/", crime_type="arson"))

    assert "There were no arson offences in Bexley in January to December 2023" in page


def test_a_kind_that_no_source_of_the_area_has_is_not_offered(client, partnership):
    old = {"months": 24, "last_month": date(2015, 12, 1), "published_on": date(2016, 1, 4)}
    make_release_with_counts({"Bexley": 5}, crime_types=("blade-possession",), **old)
    make_release_with_counts({"Bexley": 20}, crime_types=("all", "robbery"))

    page = get(client, "explore/").content.decode()

    assert 'value="robbery"' in page and 'value="blade-possession"' in page
    assert "stop-and-search" not in page


def test_what_is_rare_says_once_how_long_ago_the_last_one_was(client, partnership):
    counts = [0] * 12 + [1, 0, 0, 1] * 3
    make_release_with_counts({"Bexley": counts}, crime_types=("all", "antisemitic-hate-crime", *PARTS))

    page = text(get(client, "explore/", crime_type="antisemitic-hate-crime"))
    violence = text(get(client, "serious-violence/"))

    assert page.count("antisemitic hate crime offences in Bexley in the 24 months to December 2023") == 1
    for words in ("Usual range", "usual range", "make usual", "Beside the"):
        assert words not in page.replace("Beside the year before", "")
    assert violence.count("homicides in Bexley in the 24 months to") == 1


def test_the_explorer_says_each_thing_once_and_tells_two_ranges_apart(client, partnership):
    counts = [20 + at % 5 for at in range(60)]
    make_release_with_counts({"Bexley": counts}, crime_types=("all", "rape"), months=60)

    response = get(client, "explore/", crime_type="rape")
    page = " ".join(
        unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", response.content.decode(), flags=re.S)).split()
    )

    assert page.count("There were 267 rape offences in Bexley in January to December 2023") == 1
    assert page.count("A rise can mean that more people report") == 1
    assert page.count("Beside the same month of earlier years: December 2023 had") == 1
    assert page.count("Beside the last three years, month by month: December 2023 (") == 1


def test_a_caption_without_an_earlier_year_ends_with_the_months(client, partnership):
    make_release_with_counts({"Bexley": 20}, crime_types=("all", *PARTS), months=12)

    for page in ("", "serious-violence/", "compare/"):
        captions = re.findall(r"<caption[^>]*>(.*?)</caption>", get(client, page).content.decode(), re.S)
        assert captions and not [one for one in captions if re.search(r"beside\W*$", one)], page


def test_every_cell_has_the_name_of_its_column_for_narrow_screens(client, partnership):
    make_release_with_counts({"Bexley": two_years(20, 30)}, crime_types=("all", *PARTS))

    for page in ("", "serious-violence/", "compare/"):
        tables = re.findall(
            r'<table class="[^"]*stacks".*?</table>', get(client, page).content.decode(), re.S
        )
        cells = re.findall(r"<td[^>]*>", "".join(tables))
        assert cells and all("data-label=" in cell for cell in cells), page


# --- serious violence ------------------------------------------------------------------------


@pytest.fixture
def violence():
    make_release_with_counts(
        {"Bexley": two_years(10, 20), "Greenwich": 15}, crime_types=PARTS, last_month=date(2023, 12, 1)
    )
    dashboard({"Bexley": two_years(8, 9)}, ("knife-crime",), last_month=date(2023, 12, 1))


def test_the_five_parts_stand_side_by_side_in_three_areas(client, partnership, violence):
    page = text(get(client, "serious-violence/"))

    assert "Personal robbery Bexley 120 240 +120 (+100.0%)" in page
    assert "South East command unit 300 420 +120 (+40.0%)" in page
    assert "Knife crime overlaps robbery" in page
    assert "follows police activity" in page


def test_homicides_are_counts_without_a_percentage(client, partnership):
    counts = [0] * 10 + [1, 0] + [0] * 11 + [1]
    make_release_with_counts({"Bexley": counts}, crime_types=("homicide",))

    page = text(get(client, "serious-violence/"))
    part = page[page.index("Homicide") : page.index("Download these figures")]

    assert "%" not in part
    assert (
        "There was 1 homicide in Bexley in January to December 2023 and 1 in January to December 2022."
        in part
    )
    assert "the last in December 2023" in part


def test_every_chart_of_serious_violence_is_a_file_too(client, partnership, violence):
    page = get(client, "serious-violence/", to="2023-12").content.decode()

    for chart in ("parts", "personal-robbery"):
        for form in ("svg", "png", "json", "csv"):
            [link] = set(re.findall(rf'"(/bexley/figures/serious-violence/{chart}\.{form}\?[^"]+)"', page))
            assert client.get(unescape(link)).status_code == 200
    header, *rows = rows_of(get(client, "serious-violence/personal-robbery.csv"))
    assert rows[0][:2] == ["Bexley", "100.0"], header
    assert get(client, "serious-violence/nothing.svg").status_code == 404
    assert "components" not in page and "data-chart-url" in page


def test_the_parts_are_added_up_only_beside_the_warning(client, partnership, violence):
    page = text(get(client, "serious-violence/"))
    told = page[page.index("What the parts come to") :]

    assert "Bexley: 576 to 1,068, with some offences counted twice" in told
    assert "No percentage and no test is given of such a sum." in told


def test_a_part_that_is_not_held_is_named_and_nothing_is_added_up(client, partnership):
    make_release_with_counts({"Bexley": 10}, crime_types=PARTS)

    page = text(get(client, "serious-violence/"))

    assert "Not held for these months: Knife crime." in page
    assert "What the parts come to" not in page


def test_victims_are_counted_apart_or_said_not_to_be_held(client, partnership, violence):
    assert "The number of all victims of knife crime is not held" in text(get(client, "serious-violence/"))

    measure = make_measure(
        priority=make_priority(partnership=partnership),
        crime_type=None,
        kind="local",
        unit="count",
        statistic="count",
        key="knife-crime-victims",
        name="Victims of knife crime",
    )
    make_return(measure, date(2023, 1, 1), 51, months=12)
    assert "Victims of knife crime: " in text(get(client, "serious-violence/"))


def test_other_months_come_out_of_the_release_that_holds_them(client, partnership, violence):
    early = date(2015, 12, 1)
    make_release_with_counts(
        {"Bexley": two_years(3, 4)}, crime_types=PARTS, last_month=early, published_on=date(2016, 1, 4)
    )

    page = text(get(client, "serious-violence/", period="calendar", to="2015-03"))

    assert "January to December 2015, beside January to December 2014" in page
    assert "Violence with injury Bexley 36 48 +12" in page


# --- compare ---------------------------------------------------------------------------------


@pytest.fixture
def boroughs():
    make_release_with_counts(
        {name: two_years(100, 100 + 5 * at) for at, name in enumerate(BOROUGHS)},
        crime_types=("all", "robbery"),
    )


def test_the_boroughs_of_the_same_command_unit_are_compared_unasked(client, partnership, boroughs):
    page = text(get(client, "compare/", crime_type="robbery"))

    assert "Bexley 1,200 1,200" in page and "Greenwich 1,200 1,380 +180 (+15.0%)" in page
    assert "Croydon 1,200" not in page


def test_areas_that_the_partnership_finds_similar_go_before_them(client, partnership, boroughs):
    partnership.compared_with.set([area("Croydon")])

    page = text(get(client, "compare/", crime_type="robbery"))

    assert "Croydon 1,200 1,320" in page and "Greenwich 1,200" not in page


def test_counts_without_rates_are_warned_of(client, partnership, boroughs):
    assert "Compare the changes and not the counts." in text(get(client, "compare/"))


def test_with_people_there_are_rates_a_funnel_and_a_place_with_its_uncertainty(client, partnership, boroughs):
    make_people(**dict.fromkeys(BOROUGHS, 300_000))

    response = get(client, "compare/", crime_type="robbery", area=["E09000006", "E09000008"])
    page = text(response)

    assert "beside all 6 boroughs" in page
    assert (
        "Bexley had the 6th highest figure of 6 boroughs; allowing for chance its place lies between" in page
    )
    assert "Compare the changes and not the counts." not in page
    header, own, *others = rows_of(get(client, "compare.csv", crime_type="robbery", area="E09000006"))
    assert dict(zip(header, own, strict=True))["Per 1,000 people"] == "4.0"
    assert [row[0] for row in others] == ["Bromley"]
    assert b"Bexley" in get(client, "compare/funnel.svg", crime_type="robbery").content


def test_levels_that_differ_are_warned_of(client, partnership, boroughs):
    page = text(get(client, "compare/", area="BCU-SE"))

    assert "Bexley is a borough, and these are not: South East command unit (command unit)." in page
    assert "Compare the changes and the rates only." in page


def test_a_borough_and_a_ward_are_no_pair(client, partnership, boroughs):
    Area.objects.create(code="E05011217", name="Belvedere", kind=Area.Kind.WARD)

    response = get(client, "compare/", area="E05011217")

    assert response.status_code == 422
    assert "Belvedere is smaller than Bexley: a ward and a borough are no pair to compare." in text(response)


def test_more_areas_than_can_be_read_are_refused(client, partnership, boroughs):
    codes = [
        link.part.code for link in AreaLink.objects.filter(part__kind="borough").select_related("part")[:8]
    ]

    response = get(client, "compare/", area=codes)

    assert response.status_code == 422
    assert "Choose up to 6 areas." in text(response)


@pytest.mark.parametrize("page", ["compare/", "explore/", "serious-violence/"])
def test_a_page_costs_few_queries_whatever_is_asked(client, partnership, boroughs, violence, page):
    make_people(**dict.fromkeys(BOROUGHS, 300_000))
    counts = []
    for asked in ({}, {"crime_type": "homicide", "period": "calendar", "to": "2023-05"}):
        with CaptureQueriesContext(connection) as made:
            assert get(client, page, **asked).status_code == 200
        counts.append(len(made))

    assert max(counts) <= 12


# --- explore ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "period", "before", "count"),
    [
        ({}, "March 2023 to February 2024", "March 2022 to February 2023", 240),
        ({"to": "2023-12"}, "January to December 2023", "January to December 2022", 240),
        (
            {"period": "financial", "to": "2023-02"},
            "April 2022 to March 2023",
            "April 2021 to March 2022",
            240,
        ),
        (
            {"period": "financial", "to": "2024-02"},
            "April 2023 to February 2024",
            "April 2022 to February",
            220,
        ),
        (
            {"period": "calendar", "to": "2022-07"},
            "January to December 2022",
            "January to December 2021",
            240,
        ),
        ({"period": "quarter", "to": "2023-05"}, "April to June 2023", "April to June 2022", 60),
        ({"period": "range", "from": "2023-05", "to": "2023-06"}, "May to June 2023", "May to June 2022", 40),
        ({"to": "December 2023"}, "January to December 2023", "January to December 2022", 240),
    ],
)
def test_any_months_can_be_asked_for(client, partnership, asked, period, before, count):
    make_release_with_counts({"Bexley": 20}, crime_types=("all",), months=48, last_month=date(2024, 2, 1))

    page = text(get(client, "explore/", **asked))

    assert (
        f"There were {count} recorded offences in Bexley in {period}, the same number as in {before}" in page
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"crime_type": "witchcraft"}, "No crime type is called “witchcraft”."),
        ({"area": "E99999999"}, "No area has the code “E99999999”."),
        ({"area": "E05011217"}, "Belvedere is smaller than a borough."),
        ({"period": "fortnight"}, "Choose a period from the list"),
        ({"period": "range", "to": "2023-06"}, "Enter the first month"),
        ({"period": "range", "from": "2023-07", "to": "2023-06"}, "must be the same as or after the first"),
        ({"to": "soon"}, "Enter a month, such as 2024-03"),
        ({"to": "1066-10"}, "Enter a month between 1900 and 2100"),
        ({"to": "1999-12"}, "No release held has all recorded offences in Bexley for all of January to"),
        ({"crime_type": "fraud"}, "No release held has fraud and forgery in Bexley."),
        ({"crime_type": "a\x00b"}, "Choose one from the list"),
        ({"area": "a\x00b"}, "Choose one from the list"),
        ({"crime_type": "x" * 5000}, "There is a problem"),
        ({"to": "2023-12", "period": "range", "from": "2001-01"}, "Held are January 2022 to December 2023."),
    ],
)
def test_what_cannot_be_answered_is_said_on_the_page(client, partnership, asked, words):
    Area.objects.create(code="E05011217", name="Belvedere", kind=Area.Kind.WARD)
    make_release_with_counts({"Bexley": 20}, crime_types=("all",))

    response = get(client, "explore/", **asked)

    assert response.status_code == 422
    assert words in text(response)
    assert "<title>Error: " in response.content.decode()
    assert get(client, "explore.csv", **asked).status_code == 404
    assert get(client, "explore/trend.svg", **asked).status_code == 404


@pytest.mark.parametrize("to", ["0001-01", "0001-03", "9999-11", "9999-12"])
@pytest.mark.parametrize("page", ["explore/", "compare/", "serious-violence/"])
@pytest.mark.parametrize("period", ["rolling", "financial", "calendar", "quarter", "range"])
def test_the_ends_of_time_break_nothing(client, partnership, page, to, period):
    make_release_with_counts({"Bexley": 20}, crime_types=("all", *PARTS))

    response = get(client, page, period=period, to=to, **{"from": to})

    assert response.status_code == 422


def test_picture_table_csv_and_interactive_form_say_the_same(client, partnership):
    make_release_with_counts({"Bexley": [*range(10, 34)]}, crime_types=("all",))

    rows = rows_of(get(client, "explore.csv"))
    figure = json.loads(get(client, "explore/trend.json").content)
    drawing = get(client, "explore/trend.svg")
    png = get(client, "explore/trend.png")

    counts = [row[rows[0].index("All recorded offences")] for row in rows[1:]]
    assert counts == [str(number) for number in range(10, 34)]
    assert next(trace["y"] for trace in figure["data"] if list(range(10, 34)) == trace.get("y"))
    assert drawing["Content-Type"] == "image/svg+xml" and b"Source: " in drawing.content
    assert png.content.startswith(b"\x89PNG")
    assert get(client, "explore/trend.exe").status_code == 404
    assert get(client, "explore/nothing.svg").status_code == 404


def test_the_same_figure_is_linked_as_open_data(client, partnership):
    make_release_with_counts({"Bexley": 20}, crime_types=("all",))
    page = get(client, "explore/").content.decode()

    for name in ("figures", "restatements"):
        [link] = re.findall(rf'href="(/api/v1/{name}/\?[^"]+)"', page)
        answer = client.get(unescape(link)).json()
        assert answer.get("count", answer.get("releases", [{}])[0].get("count")) == 240


def test_no_break_lies_between_a_month_and_the_years_it_is_held_against(client, partnership):
    dashboard({"Bexley": 30}, ("hate-crime",), months=60, last_month=date(2024, 12, 1))

    page = text(get(client, "explore/", crime_type="hate-crime"))

    assert "They do not compare, so no change is given." in page and "CONNECT" in page
    assert "make usual for December" not in page


def test_figures_that_are_counted_by_quarter_have_no_months_to_draw(client, partnership):
    release = make_release_with_counts({"Bexley": [60] * 8}, crime_types=("all",), months=8)
    release.files.update(step=3, first_month=date(2022, 1, 1), last_month=date(2023, 12, 1))

    page = text(get(client, "explore/"))

    assert "There were 240 recorded offences in Bexley in January to December 2023" in page
    assert "not counted by month" in page
    assert [row[1] for row in rows_of(get(client, "explore.csv"))] == ["Count", "240", "240"]
    assert "No release held has" in text(get(client, "explore/", to="2023-11"))


# --- the publishers' own figures -------------------------------------------------------------


class Undo(Exception):
    pass


@pytest.fixture(scope="module")
def published(real_data: Path, django_db_setup, django_db_blocker):
    """Three publications of the Met, imported once for the module and undone after it."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                for folder in ("to-202005", "to-202401"):
                    paths = sorted((real_data / "mps-borough" / folder).glob("*.csv*"))
                    services.import_files(received=[Received(path.name, path.read_bytes()) for path in paths])
                yield
                raise Undo
        except Undo:
            pass


def test_robbery_in_bexley_rose_from_226_to_300_in_the_release_of_its_day(client, published, partnership):
    page = text(get(client, "explore/", crime_type="personal-robbery", period="calendar", to="2023-12"))

    assert "There were 300 personal robberies in Bexley in January to December 2023, 74 more than" in page
    assert "(226), a rise of 32.7%" in page


def test_the_twelve_months_of_a_printed_table_are_there(client, published, partnership):
    page = text(get(client, "explore/", crime_type="personal-robbery", area="E09000006", to="2020-01"))

    assert "personal robberies in Bromley in February 2019 to January 2020" in page
    assert "than in February 2018 to January 2019" in page


def test_a_kind_that_is_not_counted_any_more_is_answered_by_an_older_release(client, published, partnership):
    page = text(get(client, "explore/", crime_type="blade-possession", area="E09000006", to="2020-01"))

    assert "blade or point possession offences in Bromley in February 2019 to January 2020" in page
