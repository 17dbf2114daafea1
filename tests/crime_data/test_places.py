"""Areas as publishers name them, and as the portal knows them after one file and the next."""

import json
from datetime import date

import pytest

from crime_data import queries, services
from crime_data.importers import BadFile
from crime_data.models import Area, AreaLink, AreaName, PrintedTable
from crime_data.services import Received
from tests import samples
from tests.mps_files import BURGLARY, ROBBERY, make_table, written

pytestmark = pytest.mark.django_db

WARDS = ["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"]
BELVEDERE = ("Belvedere", "E05011217", "Bexley")
HEATHROW = ("Heathrow Villages", "E05013570", "Hillingdon")
AIRPORT = ("Heathrow Villages", "E05013570", "Aviation Security (SO18)")
MONTH = date(2022, 2, 1)


def wards(*lines: tuple[tuple[str, str], tuple[str, str, str], int]) -> bytes:
    """One month: lines of label, ward and count."""
    header = make_table(header=WARDS, months=1)[0]
    return written([header, *([*label, *ward, str(count)] for label, ward, count in lines)])


def outline(*named: tuple[str, str]) -> bytes:
    ring = [[0.1, 51.4], [0.2, 51.4], [0.2, 51.5], [0.1, 51.4]]
    return samples.geojson([["WD22CD", "WD22NM", "points"], *([code, name, ring] for code, name in named)])


def bring(content: bytes, name: str = "file.csv", **given) -> str:
    [outcome] = services.import_files(received=[Received(name, content)], **given)
    return outcome.outcome


def wards_of(area: str) -> int:
    found = queries.figures(area=queries.find_area(area), first=MONTH, last=MONTH, source_key="mps-ward")
    return found.count


def test_a_ward_known_from_its_outline_counts_to_the_borough_that_a_later_file_prints_beside_it():
    bring(outline(("E05011217", "Belvedere")), "wards.geojson")
    assert not AreaLink.objects.filter(part__code="E05011217", file=None).exists()

    bring(wards((BURGLARY, BELVEDERE, 7), (ROBBERY, BELVEDERE, 2), (ROBBERY, HEATHROW, 5)))

    assert (wards_of("Bexley"), wards_of("London")) == (9, 14)
    assert Area.objects.get(code="E05011217").wholes.get(file=None).whole.name == "Bexley"


def test_a_ward_that_has_its_borough_keeps_it():
    bring(wards((BURGLARY, BELVEDERE, 7)))

    bring(outline(("E05011217", "Belvedere")), "wards.geojson")
    bring(wards((BURGLARY, BELVEDERE, 8), (ROBBERY, BELVEDERE, 1)), published=date(2022, 3, 7))

    assert AreaLink.objects.filter(part__code="E05011217", file=None).count() == 1
    assert wards_of("Bexley") == 9


# --- one code, two places --------------------------------------------------------------------


def test_a_ward_under_a_borough_and_under_aviation_security_is_two_areas():
    bring(wards((BURGLARY, HEATHROW, 7), (BURGLARY, AIRPORT, 30), (ROBBERY, AIRPORT, 2)))

    own, airport = Area.objects.filter(code="E05013570").order_by("within")
    assert (own.within, Area.objects.get(code=airport.within).kind) == ("", "pseudo")
    assert (wards_of("Hillingdon"), wards_of("London")) == (7, 39)
    assert queries.figures(area=own, first=MONTH, last=MONTH).count == 7


def test_a_ward_that_stands_only_under_aviation_security_is_not_the_boroughs():
    bring(wards((BURGLARY, AIRPORT, 30), (BURGLARY, BELVEDERE, 1)))

    assert Area.objects.get(code="E05013570").within != ""
    assert wards_of("London") == 31
    with pytest.raises(queries.NotHeld):
        wards_of("Hillingdon")


@pytest.mark.parametrize(
    ("ward", "message"),
    [
        (
            ("Belvedere", "E05011217", "Bromley"),
            "E05011217 stands for Belvedere, Bromley, and elsewhere for another",
        ),
        (("Erith", "E05011217", "Bexley"), "E05011217 stands for Erith, and elsewhere for Belvedere"),
        (("Belvedere", "E99011217", "Bexley"), "“E99011217” is not the code of a ward"),
        (("Belvedere", "E05011218", "Atlantis"), "“Atlantis” is not a London borough we know"),
        (("Belvedere", "E05011218", "London"), "“London” is not a London borough we know"),
    ],
)
def test_a_code_that_cannot_be_right_is_refused_with_its_line(ward, message):
    lines = [(BURGLARY, BELVEDERE, 7), (ROBBERY, BELVEDERE, 7), (("DRUGS", "POSSESSION"), ward, 3)]

    with pytest.raises(BadFile, match=f"Line 4.*{message}"):
        bring(wards(*lines))

    assert not PrintedTable.objects.exists()


def test_where_labels_overlap_a_ward_may_stand_under_two_boroughs_and_its_own_has_most_lines():
    rows = samples.dashboard()
    header, first = rows[0], rows[1]
    ward = ["2024-01-01", "Safer Neighbourhood Teams", "Bexley Belvedere", "Belvedere", "E05011217"]
    other = ["2024-01-01", "Safer Neighbourhood Teams", "Bromley Belvedere", "Belvedere", "E05011217"]
    borough = [*first[:2], "Bromley", "Bromley", "E09000006", *first[5:]]
    kinds = [["Hate crime", "Racist Crime"], ["Hate crime", "Hate Crime"]]
    lines = [[*ward, *kind, "Offences", "fy23-24", "23-24_01", "4", ""] for kind in kinds]
    lines += [[*other, *kinds[0], "Offences", "fy23-24", "23-24_01", "9", ""]]

    bring(samples.as_csv([header, first, borough, *lines]))

    found = Area.objects.filter(code="E05011217").order_by("within")
    assert [area.within for area in found] == ["", "E09000006"]
    assert found[0].wholes.get(file=None).whole.name == "Bexley"


# --- areas without a code, and names that come later -----------------------------------------


@pytest.mark.parametrize("name", ["Unknown", "London Heathrow and London City Airports"])
def test_a_pseudo_area_counts_to_the_force_and_to_no_borough_or_command_unit(name):
    table = make_table(boroughs=["Bexley", name], months=1, count=lambda row, month: 4)
    bring(written(table))
    services.accept_file(file=PrintedTable.objects.first().file, by=None, reason="Two areas are enough.")

    def all_of(area: str) -> int:
        return queries.figures(area=queries.find_area(area), first=MONTH, last=MONTH).count

    assert (all_of("London"), all_of(name), all_of("Bexley")) == (16, 8, 8)
    unit = AreaLink.objects.get(part__name="Bexley", whole__kind="bcu").whole
    assert all_of(unit.code) == 8


def test_a_partnership_known_by_name_gets_its_code_from_a_look_up_and_stays_the_same_area():
    rows = samples.partnerships()
    bring(
        samples.ods([[cell if cell != "Medway" else "Eastsea" for cell in row] for row in rows]),
        "prc-csp.ods",
    )
    before = AreaName.objects.get(scope="csps", name="eastsea").area
    assert before.code == "CSP-EASTSEA"

    bring(samples.as_csv(samples.look_up()), "lookup.csv")

    after = AreaName.objects.get(scope="csps", name="eastsea").area
    assert (after.pk, after.code, after.name) == (before.pk, "E22000901", "Eastsea")
    assert PrintedTable.objects.filter(area=after).exists()
    assert Area.objects.filter(kind="csp", name="Eastsea").count() == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Bournemouth, Christchurch and Poole East", "Bournemouth, Christchurch and Poole West"),
        ("東京", "大阪"),
    ],
)
def test_two_partnerships_whose_names_begin_alike_or_have_no_latin_letter_stay_two(one, two):
    rows = samples.partnerships()
    named = {"Bexley": one, "Medway": two}
    bring(samples.ods([[named.get(cell, cell) for cell in row] for row in rows]), "prc-csp.ods")

    assert set(Area.objects.filter(name__in=[one, two]).values_list("name", flat=True)) == {one, two}
    assert PrintedTable.objects.filter(area__name__in=[one, two]).count() == 2


def test_a_look_up_that_came_first_is_found_by_the_name_of_its_partnership():
    bring(samples.as_csv(samples.look_up()), "lookup.csv")

    rows = samples.partnerships()
    bring(
        samples.ods([[cell if cell != "Medway" else "Eastsea" for cell in row] for row in rows]),
        "prc-csp.ods",
    )

    assert PrintedTable.objects.get(area__name="Eastsea").area.code == "E22000901"


def test_the_next_release_finds_the_partnership_that_has_got_its_code():
    first, later = samples.partnerships(), samples.partnerships()
    bring(samples.ods(first), "prc-csp.ods")
    renamed = [[*row[:2], "E22000999", "Medway", *row[4:]] for row in samples.look_up()]
    bring(samples.as_csv([samples.look_up()[0], renamed[1]]), "lookup.csv")

    later[1][-1] += 1
    bring(samples.ods(later), "prc-csp-later.ods")

    medway = Area.objects.get(name="Medway")
    assert medway.code == "E22000999"
    assert PrintedTable.objects.filter(area=medway).count() == 2


def test_an_area_known_by_its_code_only_gets_its_name_from_a_later_file():
    asked = [["area", "month", "category", "count"], ["E05011217", "2024-01", "Fly-tipping", "3"]]
    bring(samples.as_csv(asked))
    assert Area.objects.get(code="E05011217").name == "E05011217"

    bring(outline(("E05011217", "Belvedere")), "wards.geojson")

    assert Area.objects.get(code="E05011217").name == "Belvedere"


def test_a_name_never_gives_way_to_a_bare_code():
    bring(outline(("E05011217", "Belvedere")), "wards.geojson")

    asked = [["area", "month", "category", "count"], ["E05011217", "2024-01", "Fly-tipping", "3"]]
    bring(samples.as_csv(asked))

    assert Area.objects.get(code="E05011217").name == "Belvedere"


# --- outlines and look-ups -------------------------------------------------------------------


def test_areas_links_and_outlines_are_kept_with_the_file_they_came_in():
    bring(samples.as_csv(samples.look_up()), "lookup.csv")
    bring(outline(("E05011217", "Belvedere"), ("E05011218", "Erith")), "wards.geojson")

    links = AreaLink.objects.exclude(file=None)
    assert {link.file.name for link in links} == {"lookup.csv"}
    assert links.filter(part__code="E06000901", whole__kind="csp").count() == 2
    shapes = Area.objects.get(code="E05011217").shapes.all()
    assert [(shape.edition, shape.file.name) for shape in shapes] == [("WD22", "wards.geojson")]


def test_the_same_areas_again_are_already_held_in_whatever_order():
    first = json.loads(outline(("E05011217", "Belvedere"), ("E05011218", "Erith")))
    bring(json.dumps(first).encode(), "wards.geojson")
    first["features"].reverse()

    assert bring(json.dumps(first, indent=1).encode(), "again.geojson") == "already-held"


def test_outlines_that_were_refused_by_a_person_are_gone_and_may_come_again():
    content = outline(("E05011217", "Belvedere"))
    bring(content, "wards.geojson")
    file = Area.objects.get(code="E05011217").shapes.get().file

    services.withdraw_file(file=file, by=None, reason="They overlap.")

    assert bring(content, "wards.geojson") == "accepted"
    assert Area.objects.get(code="E05011217").shapes.count() == 2
