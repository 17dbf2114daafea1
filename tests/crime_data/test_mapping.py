"""The reviewed tables are whole and agree with each other."""

import pytest

from crime_data import mapping, services
from crime_data.mapping import ancestors, area_rows, category_rows, crime_type_of, crime_type_rows, normal
from crime_data.models import Area, AreaLink, AreaName, CrimeType
from tests.mps_files import BOROUGHS

once = pytest.mark.once


def of_kind(kind: str) -> list[mapping.AreaRow]:
    return [row for row in area_rows() if row.kind == kind]


@once
def test_there_are_32_boroughs_and_12_command_units_in_one_force():
    assert sorted(row.name for row in of_kind("borough")) == sorted(BOROUGHS)
    assert len(of_kind("bcu")) == 12
    assert len(of_kind("force")) == 1
    assert len(of_kind("pseudo")) == 6


@once
def test_each_borough_is_in_one_command_unit_and_none_is_empty():
    units = {row.code for row in of_kind("bcu")}
    parents = [row.parent for row in of_kind("borough")]

    assert set(parents) == units
    assert len(parents) == 32


@once
def test_all_else_is_in_the_force():
    [force] = of_kind("force")

    assert {row.parent for row in [*of_kind("bcu"), *of_kind("pseudo")]} == {force.code}
    assert force.parent == ""


@once
def test_borough_codes_are_those_of_the_ons_without_the_city_of_london():
    codes = [row.code for row in of_kind("borough")]

    assert codes == [f"E090000{number:02}" for number in range(2, 34)]


@once
def test_no_spelling_of_an_area_means_two_places():
    spellings = [(normal(name), row.code) for row in area_rows() for name in {row.name, row.code, *row.also}]

    assert len(dict(spellings)) == len(set(spellings))


@once
def test_crime_type_parents_stand_above_their_children():
    above: set[str] = {""}
    for row in crime_type_rows():
        assert row.parent in above, row.key
        assert row.key not in above
        above.add(row.key)


@once
def test_all_offences_are_above_every_crime_type():
    assert {chain[-1] for chain in ancestors().values()} >= {"all"}


@once
def test_every_crime_type_has_a_name_and_a_noun():
    assert all(row.name and row.noun for row in crime_type_rows())


@once
def test_every_label_has_a_known_crime_type_or_none_by_intent():
    keys = {row.key for row in crime_type_rows()} | {""}
    for table in mapping.tables():
        rows = category_rows(table)
        assert [row for row in rows if row.crime_type not in keys] == []
        assert len({(*row.label, row.first, row.generation) for row in rows}) == len(rows)


@once
@pytest.mark.parametrize(
    ("major", "minor", "expected"),
    [
        ("Drug Offences", "Possession of  Drugs", "drug-possession"),
        ("DRUG OFFENCES", "POSSESSION OF DRUGS", "drug-possession"),
        ("Burglary", "Burglary - Residential", "residential-burglary"),
        ("BURGLARY", "RES BURGLARY OF UNCONNECTED BUILDING", "residential-burglary"),
        ("Fraud or Forgery", "Other Fraud and Forgery", "fraud"),
        ("Violence Against the Person", "Harassment", ""),
        ("Robbery", "Robbery of the Future", None),
    ],
)
def test_a_label_is_looked_up_without_regard_to_case_and_blanks(major, minor, expected):
    assert crime_type_of("mps", major, minor) == expected


@pytest.mark.django_db
def test_loading_the_tables_twice_changes_nothing():
    def held():
        models = (Area, AreaName, AreaLink, CrimeType)
        return [list(model.objects.order_by("pk").values()) for model in models]

    services.load_reference()
    before = held()
    services.load_reference()

    assert held() == before
    assert AreaLink.objects.count() == 32 + 12 + 6
