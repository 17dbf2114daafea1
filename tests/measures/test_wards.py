"""Wards as the public sees them: which years, which release, which map, and what is said where nothing is."""

from datetime import date

import pytest

from crime_data.models import ReleaseFile
from crime_data.sensitive import sensitive_types
from crime_data.services import Received, import_files
from crime_data.services.deciding import accept_file
from measures import wards
from measures.wards import NotHeld
from partners.models import Role
from tests.factories import make_partnership, make_user
from tests.ward_files import Ward, outlines, ward_file

pytestmark = pytest.mark.django_db
A: Ward = ("Ash", "E05011210", "Bexley")
B: Ward = ("Beech", "E05011211", "Bexley")
C: Ward = ("Cedar", "E05011212", "Bexley")


@pytest.fixture
def partnership(db):
    return make_partnership()


def bring(content: bytes, name: str = "wards.csv", **given) -> None:
    for outcome in import_files(received=[Received(name, content)], **given):
        assert outcome.outcome == "accepted", outcome.message


def file(shoplifting=(1, 2, 3), months: int = 24, first: date = date(2022, 4, 1), wards=(A, B, C)):
    counts = dict(zip(wards, shoplifting, strict=True))
    return ward_file({(ward, "shoplifting"): [count] * months for ward, count in counts.items()}, first)


def test_the_newest_whole_year_of_the_partnership_is_shown_highest_first(partnership):
    bring(file())

    found = wards.wards(partnership)

    assert (found.first, found.last, found.period) == (
        date(2023, 4, 1), date(2024, 3, 1), "April 2023 to March 2024",
    )  # fmt: skip
    assert [(ward.name, ward.count, ward.rank) for ward in found.wards] == [
        ("Cedar", 36, 1),
        ("Beech", 24, 2),
        ("Ash", 12, 3),
    ]
    assert [borough.count for borough in found.boroughs] == [72]
    assert [choice.key for choice in found.years] == ["2023", "2022"]


def test_a_partnership_that_counts_in_calendar_years_gets_those(db):
    bring(file())

    found = wards.wards(make_partnership(year_basis="calendar"))

    assert (found.first, [choice.key for choice in found.years]) == (date(2023, 1, 1), ["2023"])


def test_equal_counts_share_a_rank_and_stand_in_the_order_of_names(partnership):
    bring(file((5, 5, 2)))

    found = wards.wards(partnership)

    assert [(ward.name, ward.rank) for ward in found.wards] == [("Ash", 1), ("Beech", 1), ("Cedar", 3)]


def test_a_kind_that_is_not_printed_for_a_ward_has_none_there(partnership):
    months = [4] * 12
    bring(
        ward_file(
            {(A, "shoplifting"): months, (B, "shoplifting"): months, (B, "rape"): months}, date(2022, 4, 1)
        )
    )

    found = wards.wards(partnership, crime_type="rape")

    assert {ward.name: ward.count for ward in found.wards} == {"Beech": 48, "Ash": 0}


def test_the_wards_are_those_of_the_release_that_answers(partnership):
    """The code of a ward changes with its edition; the release before had other wards."""
    new_a, new_b = ("Ash", "E05013990", "Bexley"), ("Birch", "E05013991", "Bexley")
    bring(file(), published=date(2024, 4, 6))
    import_files(
        received=[Received("wards.csv", file((4, 4), wards=(new_a, new_b)))], published=date(2024, 5, 6)
    )
    waiting = ReleaseFile.objects.waiting().get()
    accept_file(file=waiting, by=make_user(Role.DATA_MANAGER), reason="New wards since May 2022.")

    found = wards.wards(partnership)

    assert [ward.code for ward in found.wards] == ["E05013990", "E05013991"]


def test_a_map_is_drawn_when_the_outline_of_every_ward_is_held(client, partnership):
    bring(file())
    bring(outlines([A, B]), "outlines.geojson")
    assert wards.wards(partnership).chart is None

    bring(outlines([A, B, C]), "all-outlines.geojson")
    found = wards.wards(partnership)

    assert found.chart.svg.count('<path class="chart-area') == 3
    assert "<title>Cedar: 36</title>" in found.chart.svg
    assert (found.edition, found.made_up_map) == ("WD22", False)
    drawing = client.get(f"/{partnership.slug}/figures/wards.svg").content.decode()
    assert "Cedar: 36" in drawing and "Source: " in drawing and "not rates" in drawing


def test_made_up_outlines_serve_only_where_no_others_do(partnership):
    bring(file())
    bring(outlines([C, B, A]), "outlines.geojson", illustrative=True)
    assert wards.wards(partnership).made_up_map

    bring(outlines([A, B, C]), "real.geojson")

    assert not wards.wards(partnership).made_up_map


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"crime_type": "piracy"}, "No figures by ward are held for the crime type “piracy”"),
        ({"year": "1999"}, "There are: 2023, 2022."),
        ({"year": "2023x"}, "There are: 2023, 2022."),
    ],
)
def test_what_is_not_held_is_said_with_what_is(partnership, asked, words):
    bring(file())

    with pytest.raises(NotHeld, match=words):
        wards.wards(partnership, **asked)


def test_less_than_a_year_is_no_year(partnership):
    bring(file(months=11))

    with pytest.raises(NotHeld, match="whole year"):
        wards.wards(partnership)


def test_a_partnership_without_wards_in_the_file_is_told_so(db):
    bring(file())

    with pytest.raises(NotHeld, match="held for Bromley"):
        wards.wards(make_partnership(areas=("Bromley",)))


def test_what_was_decided_once_is_not_decided_again(partnership, django_assert_max_num_queries):
    for number in range(3):
        bring(file((1, 2, 3 + number)), published=date(2024, 4 + number, 6))
    wards.wards(partnership)

    with django_assert_max_num_queries(8):
        wards.wards(partnership)


def test_the_page_names_its_place_its_years_and_what_is_sensitive(client, partnership):
    bring(file())

    page = client.get(f"/{partnership.slug}/figures/wards/").content.decode()

    assert f'href="/{partnership.slug}/figures/">Figures</a>' in page
    assert '<nav class="figures-nav"' in page and "<strong>Wards</strong>" in page
    assert "Ward figures are shown for whole financial years only" in " ".join(page.split())
    for name in ("Rape", "Homicide", "Domestic abuse offences"):
        assert f"<li>{name}: " in page
    assert client.get(f"/{partnership.slug}/figures/wards.svg").status_code == 404  # no outlines are held


def test_homicides_are_sensitive():
    assert "homicide" in sensitive_types()
