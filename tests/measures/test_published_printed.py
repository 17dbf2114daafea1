"""Printed figures beside held ones: the demonstration's documents, made releases and the Met's own file."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from crime_data import services
from crime_data.services import Received
from csp_portal.demo.load import load_printed
from measures import published_printed as prints
from measures.models import PrintedDocument
from tests.factories import make_partnership, make_printed_document, make_release_with_counts

pytestmark = pytest.mark.django_db

CRIME = "bromley-strategy-2020-crime"
YEAR = {"first_month": date(2019, 2, 1), "last_month": date(2020, 1, 1), "area": "Bromley"}
ARSON = {
    **YEAR, "label": "Arson", "crime_type": "arson", "value": 99, "change_percent": 18, "direction": "up",
    "as_printed": "99 (up 18%)",
}  # fmt: skip


@pytest.fixture
def demonstration():
    """(Bexley, Bromley) with the documents of the demonstration."""
    bexley = make_partnership(slug="bexley")
    bromley = make_partnership(slug="bromley", areas=("Bromley",))
    load_printed()
    return bexley, bromley


def release(before: int, now: int, published_on: date, **given):
    """Bromley: `before` and `now` offences in the two years to January 2020, all in their first months."""
    counts = [before, *[0] * 11, now, *[0] * 11]
    return make_release_with_counts(
        {"Bromley": counts},
        crime_types=("arson",),
        last_month=date(2020, 1, 1),
        published_on=published_on,
        **given,
    )


def one(document) -> prints.PublicPrinted:
    [group] = document.groups
    [figure] = group.figures
    return figure


# --- the demonstration's documents -----------------------------------------------------------


def test_the_documents_of_each_partnership_are_its_own(demonstration):
    bexley, bromley = demonstration

    assert [(d.slug, d.figures) for d in prints.documents(bromley)] == [
        (CRIME, 12), ("bromley-survey-2019", 11),
    ]  # fmt: skip
    assert len(prints.documents(bexley)) == 2
    assert prints.document(bexley, CRIME) is None
    load_printed()  # a second time changes nothing
    assert PrintedDocument.objects.count() == 4


def test_seven_of_the_twelve_say_no_clear_change_and_no_total_is_made(demonstration):
    found = prints.document(demonstration[1], CRIME)

    assert (found.no_clear_change, found.tested) == (7, 12)
    assert "17,737 of the 25,279" in found.sum_note
    [group] = found.groups
    assert group.heading == "Bromley, February 2019 to January 2020"
    assert [figure.as_printed for figure in group.figures][:3] == [
        "25,279 (up 9%)", "6,772 (up 16%)", "99 (up 18%)",
    ]  # fmt: skip


def test_the_policing_summary_keeps_lost_arrows_lost_and_gives_both_verdicts(demonstration):
    found = prints.document(demonstration[0], "bexley-policing-summary-2009-10")
    london, bexley, targets = found.groups

    assert [group.heading for group in found.groups] == [
        "London, April 2009 to March 2010",
        "Bexley, April 2009 to March 2010",
        "Bexley, April 2010 to March 2011",
    ]
    assert [f.told.target.key for f in london.figures if f.told.target] == [
        "exceeded", "exceeded", "exceeded", "missed", "missed", "missed",
    ]  # fmt: skip
    lost = [f for f in bexley.figures if f.told.direction == "Direction not legible"]
    assert len(lost) == 7
    assert all(f.told.verdict is None and f.told.before for f in lost)
    assert sum("must be a fall" in f.note for f in lost) == 3
    assert {f.told.target.key for f in targets.figures} == {"not-measured", "no-value"}


def test_the_delivery_report_tests_what_it_can_and_refuses_the_days(demonstration):
    found = prints.document(demonstration[0], "bexley-delivery-2023")
    figures = [figure for group in found.groups for figure in group.figures]

    [robbery] = [f for f in figures if f.label == "Personal robbery"]
    assert "between a rise of 11.7% and a rise of 57.9%" in robbery.sentences[0]
    days = [f for f in figures if "days" in f.as_printed]
    assert len(days) == 2
    assert all("do not compare" in " ".join(f.sentences) for f in days)
    assert found.without_counts == 9
    assert not any("Derived:" in f.note for f in figures)


def test_the_survey_has_its_limits(demonstration):
    found = prints.document(demonstration[1], "bromley-survey-2019")

    figures = [figure for group in found.groups for figure in group.figures]
    assert len(figures) == 11
    assert all("Of 1,118 people who answered" in f.sentences[0] for f in figures)


# --- beside what is held ---------------------------------------------------------------------


def test_the_newest_release_answers_and_the_one_that_was_printed_is_named():
    bromley = make_partnership(areas=("Bromley",))
    document = make_printed_document(partnership=bromley, figures=(ARSON,))
    release(84, 99, date(2020, 6, 4))
    newest = release(83, 96, date(2026, 4, 6))

    figure = one(prints.document(bromley, document.slug))

    assert (figure.held.count, figure.held.previous, figure.held.release) == (96, 83, newest.key)
    assert figure.difference == -3
    assert figure.beside == "3 fewer. As printed in the release of 4 June 2020; restated since."
    assert figure.held_words == "up 13 (15.7%) from 83: no clear change"


@pytest.mark.parametrize(
    ("first", "newest", "says"),
    [
        (99, 99, "The same as printed."),
        (101, 100, "1 more. It was 101 in the release of 4 June 2020."),
        (96, 96, "3 fewer."),
    ],
)
def test_how_the_held_figure_stands_to_the_print(first, newest, says):
    bromley = make_partnership(areas=("Bromley",))
    document = make_printed_document(partnership=bromley, figures=(ARSON,))
    release(84, first, date(2020, 6, 4))
    release(84, newest, date(2026, 4, 6))

    assert one(prints.document(bromley, document.slug)).beside == says


def test_illustrative_figures_are_said_to_be_so_and_yield_to_published_ones():
    bromley = make_partnership(areas=("Bromley",))
    document = make_printed_document(partnership=bromley, figures=(ARSON,))
    release(84, 99, date(2030, 1, 1), illustrative=True)
    found = prints.document(bromley, document.slug)
    assert found.illustrative and one(found).beside.startswith("Illustrative")

    release(84, 98, date(2020, 6, 4))
    found = prints.document(bromley, document.slug)
    assert (found.illustrative, one(found).held.count) == (False, 98)


def test_without_the_months_the_area_or_the_type_nothing_is_held():
    bromley = make_partnership(areas=("Bromley",))
    release(84, 99, date(2020, 6, 4))
    figures = (
        ARSON | {"area": "Nowhere"},
        ARSON | {"crime_type": "homicide"},
        ARSON | {"first_month": date(2009, 4, 1), "last_month": date(2010, 3, 1)},
        ARSON | {"first_month": None, "last_month": None},
        ARSON | {"crime_type": None},
    )
    document = make_printed_document(partnership=bromley, figures=figures)

    found = prints.document(bromley, document.slug)

    assert [figure.held for group in found.groups for figure in group.figures] == [None] * 5


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_queries_for_one_figure_as_for_many(number, django_assert_num_queries):
    bromley = make_partnership(areas=("Bromley",))
    document = make_printed_document(partnership=bromley, figures=(ARSON,) * number)
    release(84, 99, date(2020, 6, 4))

    with django_assert_num_queries(5):
        prints.document(bromley, document.slug)


def test_the_table_of_twelve_beside_the_publisher_s_own_file(real_data, demonstration):
    """Ten of the twelve are in the Met's file by borough, and what it says differs from print by little."""
    for folder in ("to-202005", "to-202603"):
        files = sorted((real_data / "mps-borough" / folder).glob("*.csv"))
        services.import_files(received=[Received(file.name, file.read_bytes()) for file in files])

    [group] = prints.document(demonstration[1], CRIME).groups

    held = {figure.label: figure for figure in group.figures if figure.held}
    assert set(group.figures) - set(held.values()) == {
        figure
        for figure in group.figures
        if figure.label in ("Anti-social behaviour", "Race and religious hate crime")
    }
    assert len(held) == 10
    for figure in held.values():
        assert abs(figure.difference) <= max(4, 0.04 * int(figure.value.replace(",", "")))
        assert figure.beside
    # Since 2024 the publisher counts no blades apart, and what it published before began in June 2018.
    assert [label for label, figure in held.items() if figure.held.previous is None] == [
        "Possession of a knife"
    ]
    assert held["Arson"].beside.endswith("restated since.")


# --- pages -----------------------------------------------------------------------------------


def test_the_page_and_its_file_say_the_same(client, demonstration):
    _, bromley = demonstration
    release(83, 96, date(2026, 4, 6))
    where = {"partnership": bromley.slug, "document": CRIME}

    page = client.get(reverse("printed", kwargs=where)).content.decode()
    answer = client.get(reverse("printed_csv", kwargs=where))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert len(rows) == 12
    [arson] = [row for row in rows if row["Figure"] == "Arson"]
    assert arson["As printed"] == "99 (up 18%)"
    assert (arson["Derived, year before"], arson["On the printed numbers"]) == ("84", "No clear change")
    assert (arson["Held now"], arson["Held less printed"]) == ("96", "-3")
    assert page.count("No clear change") >= 7
    for row in rows:
        assert row["As printed"] in page
    assert reverse("printed_csv", kwargs=where) in page


def test_a_formula_in_a_label_cannot_run_in_a_spreadsheet(client):
    bromley = make_partnership(areas=("Bromley",))
    document = make_printed_document(partnership=bromley, figures=(ARSON | {"label": "=1+1"},))

    rows = prints.document(bromley, document.slug).csv_rows()

    assert not rows[1][0].startswith("=")
