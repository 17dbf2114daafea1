"""The journeys of those who look after measures, as a browser without scripts goes them."""

import csv
import io
import re
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from measures.forms.measures import KIND_CHOICES
from measures.models import Measure, Target
from partners.models import Role
from priorities.models import Outcome
from tests.factories import (
    as_,
    crime_type_of,
    make_baseline,
    make_measure,
    make_membership,
    make_organisation,
    make_partnership,
    make_priority,
    make_release_with_counts,
    make_return,
    make_target,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def partnership():
    return make_partnership()


@pytest.fixture
def priority(partnership):
    return make_priority(partnership=partnership, title="Feeling safe")


@pytest.fixture
def user(partnership):
    return make_user(Role.ANALYST, partnership)


@pytest.fixture
def analyst(client, user):
    return as_(client, user)


@pytest.fixture
def timely(priority):
    return local(
        priority, name="Timely", kind="standard", standard_hours=48, unit="percent", statistic="share"
    )


def local(priority, **given):
    return make_measure(
        priority=priority, crime_type=None, **{"kind": "local", "period": "quarter", "unit": "number"} | given
    )


def to(name, measure, **more):
    slug = measure.priority.strategy.partnership.slug
    return reverse(name, kwargs={"partnership": slug, "pk": measure.pk, **more})


def place(name, partnership, **more):
    return reverse(name, kwargs={"partnership": partnership.slug, **more})


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def named(response):
    """The names of what a page asks for."""
    return set(re.findall(r'name="([\w-]+)"', response.content.decode()))


def day(name, on):
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


TODAY = day("published_on", date(2026, 5, 20))


# --- the list --------------------------------------------------------------------------------


def test_the_list_says_of_each_measure_what_it_is_and_how_fresh(analyst, priority, partnership):
    make_release_with_counts({"Bexley": 40})
    owner = make_organisation(name="Police")
    burglary = make_measure(priority=priority, name="Burglary", source_key="mps-borough", owner=owner)
    make_target(burglary, value=400)
    walks = local(priority, name="Walks")
    make_return(walks, date(2026, 1, 1), 4, months=3)
    local(priority, name="Old", retired_on=date(2026, 4, 1), replaced_by=walks)
    make_measure(priority=priority, crime_type=None, name="Open", why="The board decides in July")
    make_priority(partnership=partnership, title="Empty")

    page = text(analyst.get(place("workspace_measures", partnership)))

    assert "Burglary Kind : Count of offences".replace(" :", "") in page.replace(" :", "")
    assert "Figures to December 2023 Target At most 400 by 31 March 2028 Owner Police" in page
    assert "Figures to March 2026 Target No target set Owner No owner yet" in page
    assert "No measure agreed yet. The board decides in July" in page
    assert "2. Empty No measure agreed yet" in page
    assert page.index("Retired") < page.index("1 April 2026, replaced by Walks")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("kind=standard", {"Timely"}),
        ("kind=local", {"Walks"}),
        ("owner=none", {"Timely"}),
        ("target=yes", {"Walks"}),
        ("target=no", {"Timely"}),
        ("priority=priority-1", {"Timely", "Walks"}),
        ("kind=gap", set()),
        ("kind=nonsense", {"Timely", "Walks"}),
    ],
)
def test_filters_stand_in_the_address(analyst, priority, partnership, timely, query, shown):
    owner = make_membership(partnership=partnership).organisation
    make_target(local(priority, name="Walks", owner=owner), value=4)

    page = analyst.get(place("workspace_measures", partnership) + f"?{query}").content.decode()

    assert {name for name in ("Timely", "Walks") if f">{name}</a>" in page} == shown


def test_the_list_takes_as_many_queries_for_a_hundred_measures(
    analyst, priority, partnership, django_assert_max_num_queries
):
    for _ in range(100):
        make_target(make_measure(priority=priority), value=3)

    with django_assert_max_num_queries(24):
        analyst.get(place("workspace_measures", partnership))


def test_measures_are_put_in_order(analyst, priority, partnership):
    first, second = local(priority, name="A", order=0), local(priority, name="B", order=1)

    response = analyst.post(to("move_measure", second), {"direction": "up"})

    assert response["Location"].endswith("#priority-1")
    assert list(priority.measures.all()) == [second, first]


# --- the library -----------------------------------------------------------------------------


def test_a_measure_is_adopted_with_one_click_and_taken_back_with_another(analyst, priority, partnership):
    make_release_with_counts({"Bexley": 40})
    library = place("measure_library", partnership)
    page = text(analyst.get(library + "?q=residential+burglary&family=Recorded+crime"))
    assert "Residential burglary" in page and "Figures are held here" in page

    url = place("adopt_measure", partnership, key="residential-burglary")
    response = analyst.post(url + "?q=burglary", {"priority": priority.slug}, follow=True)

    measure = Measure.objects.get(library_key="residential-burglary")
    assert "“Residential burglary” is adopted for 1. Feeling safe." in text(response)
    assert "Adopted for priority 1" in text(response)
    assert response.redirect_chain[0][0].startswith(library + "?q=burglary")
    again = text(analyst.post(url, {"priority": priority.slug}, follow=True))
    assert "is adopted for this priority already" in again

    back = text(analyst.post(to("undo_adoption", measure), follow=True))
    assert "“Residential burglary” is taken back" in back
    assert not Measure.objects.exists()


def test_undo_is_refused_in_words_once_a_target_is_set(analyst, priority, partnership):
    measure = make_measure(priority=priority, library_key="residential-burglary")
    make_target(measure, value=3)

    assert "Retire it instead" in text(analyst.post(to("undo_adoption", measure), follow=True))
    assert Measure.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=BURGLARY", "Residential burglary"),
        ("framework=Youth+justice+indicators", "Young people"),
        ("figures=returned", "entered by the partnership"),
        ("q=zzz", "No measure fits."),
        ("priority=nowhere&family=nothing", "Residential burglary"),
    ],
)
def test_the_library_is_searched_and_filtered(analyst, priority, partnership, query, found):
    assert found in text(analyst.get(place("measure_library", partnership) + f"?{query}"))


def test_nothing_is_adopted_that_is_not_there_or_for_another_s_priority(analyst, priority, partnership):
    crime_type_of("residential-burglary")
    foreign = make_priority(slug="elsewhere")
    url = place("adopt_measure", partnership, key="residential-burglary")

    assert analyst.post(url, {"priority": foreign.slug}).status_code == 404
    assert (
        analyst.post(
            place("adopt_measure", partnership, key="no-such"), {"priority": priority.slug}
        ).status_code
        == 404
    )
    assert not Measure.objects.exists()


# --- own measures ----------------------------------------------------------------------------


def test_step_one_leads_to_step_two_of_the_kind(analyst, priority, partnership):
    url = place("choose_kind", partnership)
    assert text(analyst.post(url, {"priority": priority.slug})).count("Choose the kind of measure") == 2

    response = analyst.post(url, {"priority": priority.slug, "kind": "gap"})
    assert (
        response["Location"] == place("add_measure", partnership, kind="gap") + f"?priority={priority.slug}"
    )


SENT = {
    "count": {"crime_type": "residential-burglary"},
    "rate": {"crime_type": "residential-burglary", "per": "households"},
    "share": {"crime_type": "residential-burglary", "of_crime_type": "burglary"},
    "composite": {"composite": "serious-violence"},
    "survey": {"question": "Do you feel safe after dark?"},
    "local": {"unit": "days", "statistic": "median"},
    "gap": {"group_a": "Men", "group_b": "Women"},
    "standard": {"standard_hours": "48"},
    "recurring": {"times_a_year": "12"},
    "none": {"why": "The board decides in July"},
}
COMMON = {"name": "New one", "polarity": "higher", "period": "year"}


def sent(kind):
    given = COMMON | SENT[kind]
    for name in ("crime_type", "of_crime_type"):
        if name in given:
            given[name] = crime_type_of(given[name]).pk
    return given


@pytest.mark.parametrize("kind", [kind for kind, _ in KIND_CHOICES])
def test_a_measure_of_every_kind_is_added_with_its_own_fields_only(analyst, priority, partnership, kind):
    outcome = Outcome.objects.create(strategy=priority.strategy, statement="People feel safe")
    url = place("add_measure", partnership, kind=kind) + f"?priority={priority.slug}"
    given = sent(kind)

    page = analyst.get(url)
    assert (set(given) - {"polarity", "period"}) | {"name"} <= named(page)
    others = {name for fields in SENT.values() for name in fields} - set(SENT[kind]) - {"why"}
    assert others & named(page) == set()
    response = analyst.post(url, given | ({} if kind == "none" else {"outcomes": outcome.pk}), follow=True)

    assert "“New one” is added." in text(response), text(response)
    measure = Measure.objects.get()
    assert (measure.kind, measure.priority) == (kind, priority)
    assert list(measure.outcomes.all()) == ([] if kind == "none" else [outcome])


@pytest.mark.parametrize("kind", [kind for kind, _ in KIND_CHOICES if kind != "local"])
def test_what_is_missing_is_said_in_words_and_nothing_is_added(analyst, priority, partnership, kind):
    crime_type_of("residential-burglary")
    url = place("add_measure", partnership, kind=kind) + f"?priority={priority.slug}"

    response = analyst.post(url, COMMON)

    assert response.status_code == 422
    assert "There is a problem" in text(response)
    assert "violated" not in text(response) and "This field" not in text(response)
    assert not Measure.objects.exists()


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("local", {"unit": "yes-no"}, "Choose yes or no"),
        ("share", {"of_crime_type": "residential-burglary"}, "another kind of offence than the part"),
        ("gap", {"group_b": "men"}, "must be another than the first"),
        ("survey", {"source_key": "mopac-pas"}, "Choose one of the survey's questions"),
        ("count", {"crime_type": "asb-incidents"}, "The source has no figures of “Antisocial behaviour”"),
        ("standard", {"standard_hours": "two days"}, "as a number, such as 48"),
        ("recurring", {"times_a_year": "x"}, "as a whole number, such as 12"),
        ("none", {"name": "Taken"}, "This priority has a measure of this name already"),
    ],
)
def test_what_does_not_go_together_is_said_on_its_field(analyst, priority, partnership, kind, change, says):
    local(priority, name="Taken")
    given = sent(kind) | change
    for name in ("crime_type", "of_crime_type"):
        if isinstance(given.get(name), str):
            given[name] = crime_type_of(given[name]).pk
    url = place("add_measure", partnership, kind=kind) + f"?priority={priority.slug}"

    response = analyst.post(url, given)

    assert response.status_code == 422
    assert says in text(response)
    assert Measure.objects.count() == 1


def test_a_question_of_an_imported_survey_is_taken_as_printed(analyst, priority, partnership):
    url = place("add_measure", partnership, kind="survey") + f"?priority={priority.slug}"
    asked = "Public Attitude Survey / Trust MPS"
    assert f'<option value="{asked}">' in analyst.get(url).content.decode()

    analyst.post(url, COMMON | {"source_key": "mopac-pas", "question": asked})

    measure = Measure.objects.get()
    assert (measure.source_key, measure.question) == ("mopac-pas", asked)
    assert analyst.get(to("measure_returns", measure)).status_code == 404


def test_a_kind_that_is_none_and_a_priority_that_is_not_there(analyst, priority, partnership):
    assert analyst.get(place("add_measure", partnership, kind="vibes")).status_code == 404
    assert analyst.get(place("add_measure", partnership, kind="gap")).status_code == 302


# --- changing --------------------------------------------------------------------------------


def definition(measure, **given):
    fields = ("name", "unit", "statistic", "polarity", "period", "definition", "why", "caveat", "version")
    return {name: getattr(measure, name) for name in fields} | given


def test_a_definition_is_changed_and_the_page_tells_what(analyst, priority):
    measure = local(priority, name="Walks")

    response = analyst.post(
        to("edit_measure", measure), definition(measure, name="Walks at dusk"), follow=True
    )

    assert "Measure saved." in text(response)
    assert "Changed name: “Walks” to “Walks at dusk”" in text(response)


def test_who_saves_second_sees_both_texts_and_loses_nothing(analyst, priority, partnership):
    measure = local(priority, name="Walks")
    mine = definition(measure, name="Mine", definition="My words")
    other = as_(Client(), make_user(Role.OFFICER, partnership))
    other.post(to("edit_measure", measure), definition(measure, name="Theirs", definition="Their words"))

    response = analyst.post(to("edit_measure", measure), mine)

    page = response.content.decode()
    assert response.status_code == 409
    assert 'value="Mine"' in page and "My words" in page
    assert "Theirs" in text(response) and "Their words" in text(response)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert analyst.post(to("edit_measure", measure), mine | {"version": version}).status_code == 302
    measure.refresh_from_db()
    assert measure.name == "Mine"


@pytest.mark.parametrize("version", ["", "x", "0", "9" * 30])
def test_a_spoilt_version_is_no_way_around_the_check(analyst, priority, version):
    measure = local(priority, name="Walks")

    response = analyst.post(to("edit_measure", measure), definition(measure, name="Mine", version=version))

    assert response.status_code in (409, 422)
    measure.refresh_from_db()
    assert measure.name == "Walks"


def test_a_measure_is_retired_for_another_and_reinstated(analyst, priority):
    measure, other = local(priority, name="Walks"), local(priority, name="Talks")
    given = day("retired_on", date(2026, 5, 1)) | {"replaced_by": other.pk, "version": 1}

    response = analyst.post(to("retire_measure", measure), given, follow=True)
    assert "Retired on 1 May 2026, replaced by Talks" in text(response)
    assert "Change this measure" not in text(response)

    again = analyst.post(to("retire_measure", measure), given)
    assert again.status_code == 409 and "Somebody else changed this measure" in text(again)
    response = analyst.post(to("reinstate_measure", measure), {"version": 2}, follow=True)
    assert "is in use again" in text(response)


# --- promises --------------------------------------------------------------------------------


def test_the_end_of_the_partnership_s_year_is_filled_in(analyst, partnership, priority):
    measure = local(priority)
    page = analyst.get(to("add_target", measure)).content.decode()
    assert re.search(r'name="due_on_month" value="3"', page) and 'name="due_on_year" value="2027"' in page

    partnership.year_basis = "calendar"
    partnership.save()
    page = analyst.get(to("add_target", measure)).content.decode()
    assert re.search(r'name="due_on_month" value="12"', page) and 'name="due_on_year" value="2026"' in page


def test_a_promise_from_a_baseline_says_how_it_will_be_judged(analyst, timely, priority):
    measure = local(priority, name="Walks")
    page = analyst.post(
        to("add_baseline", measure),
        {"value": "1,400", "first_month": "Apr 2024", "last_month": "03/2025", "version": 1},
        follow=True,
    )
    assert "1,400, April 2024 to March 2025" in text(page)
    given = {"kind": "reduce_by_percent", "value": "10%", "version": 2} | day("due_on", date(2027, 3, 31))
    refused = analyst.post(to("add_target", measure), given)
    assert refused.status_code == 422 and "Choose the baseline that it counts from" in text(refused)

    page = analyst.post(
        to("add_target", measure), given | {"baseline": measure.baselines.get().pk}, follow=True
    )

    words = "Reduce by 10% from 1,400 (April 2024 to March 2025) by 31 March 2027"
    assert f"{words} Met when the figure is 1,260 or lower." in text(page)
    assert "within the standard" not in text(analyst.get(to("add_target", measure))).lower()
    assert "Within the standard" in text(analyst.get(to("add_target", timely)))


def test_a_promise_without_a_number_says_so(analyst, priority):
    measure = local(priority)
    given = {"kind": "at_most", "value": "", "version": 1} | day("due_on", date(2027, 3, 31))

    page = text(analyst.post(to("add_target", measure), given, follow=True))

    assert "At most, promised without a number, by 31 March 2027" in page
    assert "It cannot be judged" in page


def test_removing_asks_first_and_a_baseline_in_use_stays(analyst, priority):
    measure = local(priority)
    baseline = make_baseline(measure)
    target = make_target(measure, "reduce_by", 10, baseline=baseline)
    remove = to("remove_target", measure, target=target.pk)

    refused = analyst.post(to("remove_baseline", measure, baseline=baseline.pk), {"version": 1})
    assert refused.status_code == 422 and "A target counts from this baseline" in text(refused)
    assert "Remove this target?" in text(analyst.get(remove)) and Target.objects.exists()
    assert "Target removed." in text(analyst.post(remove, {"version": 1}, follow=True))
    stale = analyst.post(to("remove_baseline", measure, baseline=baseline.pk), {"version": 1})
    assert stale.status_code == 409
    assert "Baseline removed." in text(
        analyst.post(to("remove_baseline", measure, baseline=baseline.pk), {"version": 2}, follow=True)
    )


def test_a_month_is_asked_for_in_words(analyst, priority):
    measure = local(priority)
    for month in ("2024/25", "Apr to Jun 2024", "soon"):
        response = analyst.post(to("add_rebase", measure), {"month": month, "reason": "New", "version": 1})
        assert "The month must be a month, such as April 2024" in text(response)

    page = analyst.post(
        to("add_rebase", measure), {"month": "04/2025", "reason": "Counted anew", "version": 1}, follow=True
    )
    assert "Worked out anew from April 2025 Counted anew" in text(page)


def test_another_measure_s_promises_are_not_here(analyst, priority):
    mine, other = local(priority), local(priority)
    target, baseline = make_target(other, value=3), make_baseline(other)

    assert analyst.get(to("edit_target", mine, target=target.pk)).status_code == 404
    assert analyst.get(to("remove_baseline", mine, baseline=baseline.pk)).status_code == 404


# --- figures ---------------------------------------------------------------------------------


def test_the_grid_offers_ended_periods_of_the_measure_s_own_length(analyst, timely, priority):
    page = text(analyst.get(to("measure_returns", timely)))
    assert "January to March 2026" in page and "April to June 2026" not in page

    page = text(analyst.get(to("measure_returns", timely) + "?step=1&until=2025-05"))
    assert "April 2025" in page and "May 2025" not in page
    assert "April 2025 to March 2026" in text(analyst.get(to("measure_returns", timely) + "?step=12"))


def test_figures_are_entered_and_corrected_in_the_grid(analyst, timely):
    url = to("measure_returns", timely)
    given = TODAY | {"r0g0-numerator": "30", "r0g0-base": "40", "r2g0-absence": "not-stated", "seen": 0}
    page = text(analyst.post(url, given, follow=True))
    assert "2 figures entered." in page
    assert "January to March 2026: 75% (30 of 40)" in page
    assert "July to September 2025: Not stated" in page

    newest = timely.returns.order_by("-pk")[0].pk
    given = TODAY | {"r0g0-value": "80", "note": "Five came late", "seen": newest}
    page = text(analyst.post(url, given, follow=True))
    assert "January to March 2026: 80% Was 75% (30 of 40), known since 20 May 2026 Five came late" in page
    again = text(analyst.post(url, given, follow=True))
    assert "Nothing new" in again
    assert timely.returns.count() == 3


def test_every_wrong_line_is_named_and_nothing_is_entered(analyst, timely):
    given = TODAY | {
        "r0g0-numerator": "50",
        "r0g0-base": "40",
        "r1g0-value": "abc",
        "r2g0-value": "90",
        "seen": 0,
    }

    response = analyst.post(to("measure_returns", timely), given)

    assert response.status_code == 422
    assert "January to March 2026: the number (50) is more than of how many (40)." in text(response)
    assert "October to December 2025: “abc” is no number." in text(response)
    assert 'value="90"' in response.content.decode()
    assert not timely.returns.exists()


def test_an_empty_grid_asks_for_a_figure(analyst, timely):
    response = analyst.post(to("measure_returns", timely), TODAY | {"seen": 0})

    assert "Enter at least one figure" in text(response)


def test_who_enters_second_sees_the_first_figure(analyst, timely, user):
    given = TODAY | {"r0g0-value": "80", "seen": 0}
    make_return(timely, date(2026, 1, 1), 75, months=3, by=user)

    response = analyst.post(to("measure_returns", timely), given)

    assert response.status_code == 409
    assert f"January 2026 to March 2026: 75%, by {user.name}" in text(response)
    assert 'value="80"' in response.content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', response.content.decode())[1]
    assert analyst.post(to("measure_returns", timely), given | {"seen": seen}).status_code == 302
    assert timely.returns.count() == 2


def test_a_gap_asks_for_both_groups_and_days_for_their_statistic(analyst, priority):
    gap = local(priority, kind="gap", group_a="Men", group_b="Women", unit="points", statistic="share")
    page = text(analyst.post(
        to("measure_returns", gap), TODAY | {"r0g0-value": "60", "r0g1-value": "64.9", "seen": 0}, follow=True
    ))  # fmt: skip
    assert "January to March 2026, Men: 60%" in page and "January to March 2026, Women: 64.9%" in page

    days = local(priority, unit="days", statistic="mean")
    assert "statistic" in named(analyst.get(to("measure_returns", days)))
    given = TODAY | {"r0g0-value": "500", "statistic": "maximum", "seen": 0}
    page = text(analyst.post(to("measure_returns", days), given, follow=True))
    assert "January to March 2026: 500 days (maximum)" in page


def test_an_answer_of_yes_or_no(analyst, priority):
    measure = local(priority, unit="yes-no", statistic="yes-no")

    page = text(analyst.post(
        to("measure_returns", measure), TODAY | {"r0g0-value": "no", "seen": 0}, follow=True
    ))  # fmt: skip
    assert "January to March 2026: No" in page


FIGURE = TODAY | {"r0g0-value": "3", "statistic": "count", "seen": 0}
ROWS = "Q1 2025/26\t30\t40\nQ2 2025/26\tn/a\nQ3 2025/26\t62.5%"


def pasted(rows=ROWS, **given):
    return TODAY | {"step": 3, "rows": rows} | given


def test_pasted_rows_are_shown_first_and_then_entered_together(analyst, timely):
    url = to("paste_returns", timely)
    make_return(timely, date(2025, 10, 1), 60, months=3)
    response = analyst.post(url, pasted(check=1))
    page = text(response)
    assert "Save 3 figures? Nothing is saved yet." in page
    assert "1 April to June 2025 75% (30 of 40) – 20 May 2026 New" in page
    assert "3 October to December 2025 62.5% 60% 20 May 2026 Correction" in page
    assert timely.returns.count() == 1

    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w*)"', response.content.decode()))
    response = analyst.post(url, hidden | {"rows": ROWS, "confirm": 1}, follow=True)
    assert "3 figures entered." in text(response)
    assert timely.returns.count() == 4
    assert "There is nothing new" in text(analyst.post(url, pasted(check=1)))


def test_one_wrong_line_keeps_all_rows_out(analyst, timely):
    rows = "Q1 2025/26\t30\t40\nx\t2\nQ2 2025/26\t50\t40"
    for given in (pasted(rows, check=1), pasted(rows, confirm=1, seen=0)):
        response = analyst.post(to("paste_returns", timely), given)
        assert response.status_code == 422
        assert "Line 2: “x” is no period." in text(response)
        assert "Q1 2025/26" in response.content.decode()
    response = analyst.post(to("paste_returns", timely), pasted(rows.replace("x\t2\n", "")))
    assert "Line 2: July to September 2025: the number (50) is more than of how many (40)." in text(response)
    assert not timely.returns.exists()


def test_figures_that_came_between_check_and_save_are_shown(analyst, timely):
    make_return(timely, date(2025, 4, 1), 70, months=3)

    response = analyst.post(to("paste_returns", timely), pasted(confirm=1, seen=0))

    assert response.status_code == 409
    assert "Somebody else entered figures" in text(response) and "75% (30 of 40) 70%" in text(response)
    assert timely.returns.count() == 1


def test_rows_can_be_changed_after_the_check(analyst, timely):
    response = analyst.post(to("paste_returns", timely), pasted(change=1))

    assert response.status_code == 200
    assert "Q1 2025/26" in response.content.decode()


def table(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_template_has_the_periods_without_a_figure_and_can_be_pasted_back(analyst, timely):
    make_return(timely, date(2026, 1, 1), 60, months=3)
    response = analyst.get(to("returns_template", timely) + "?step=3")
    header, *rows = table(response)
    assert header == [
        "Period",
        "Number",
        "Of",
        "Figure",
        "Statistic",
        "No figure because",
        "Note",
        "Known since",
    ]
    assert rows[-1][0] == "October 2025 to December 2025" and len(rows) == 7

    filled = "\n".join(",".join([row[0], "1", "2"]) for row in rows)
    page = text(analyst.post(to("paste_returns", timely), pasted(f"Period,Number,Of\n{filled}")))
    assert "Save 7 figures?" in page


def test_the_export_has_all_that_was_ever_said(analyst, timely):
    make_return(timely, date(2026, 1, 1), 60, months=3, note="=HYPERLINK(1)")
    make_return(timely, date(2026, 1, 1), 75, months=3, numerator=30, base=40)

    header, first, second = table(analyst.get(to("returns_csv", timely)))

    assert dict(zip(header, first, strict=True)) == {
        "Period": "January 2026 to March 2026", "Number": "", "Of": "", "Figure": "60", "Statistic": "share",
        "No figure because": "", "Note": "'=HYPERLINK(1)", "Known since": "01/04/2026",
        "Entered on": "20/05/2026", "Stands": "corrected since",
    }  # fmt: skip
    assert second[1:4] == ["30", "40", "75"] and second[-1] == "current"
    page = text(
        analyst.post(to("paste_returns", timely), pasted("\n".join([",".join(header), ",".join(second)])))
    )
    assert "There is nothing new" in page


def test_a_measure_of_a_publisher_s_has_no_returns(analyst, priority):
    measure = make_measure(priority=priority)

    for name in ("measure_returns", "paste_returns", "returns_csv", "returns_template"):
        assert analyst.get(to(name, measure)).status_code == 404
    assert "Figures entered" not in text(analyst.get(to("workspace_measure", measure)))


# --- who may ---------------------------------------------------------------------------------


def test_a_lead_enters_figures_and_changes_nothing_else(partnership, priority):
    own = make_organisation()
    mine, other = local(priority, owner=own), local(priority)
    lead = as_(Client(), make_user(Role.PARTNER_LEAD, partnership, organisation=own))

    page = text(lead.get(to("workspace_measure", mine)))
    assert "Enter figures" in page and "Change this measure" not in page and "Add a target" not in page
    assert lead.post(to("measure_returns", mine), FIGURE).status_code == 302
    assert lead.post(to("measure_returns", other), FIGURE).status_code == 403
    assert "Save figures" not in text(lead.get(to("measure_returns", other)))
    assert lead.get(to("paste_returns", other)).status_code == 403
    assert lead.get(to("edit_measure", mine)).status_code == 403
    assert not other.returns.exists()


def test_an_approver_reads_and_is_offered_nothing(partnership, priority):
    measure = local(priority)
    approver = as_(Client(), make_user(Role.APPROVER, partnership))

    for url in (
        to("workspace_measure", measure),
        place("workspace_measures", partnership),
        to("measure_returns", measure),
    ):
        page = approver.get(url)
        assert page.status_code == 200
        assert "Adopt" not in text(page) and "Save" not in text(page) and "Add a target" not in text(page)
