import pytest

from crime_data.importers import BadFile
from tests.tables import csv_of, read, read_path, workbook_of

pytestmark = pytest.mark.once
GLA = [
    "Code",
    "Area name",
    "Inner/ Outer London",
    "GLA Population estimate/ projection",
    "Population per hectare",
]
CHILDREN = ["time_period", "geographic_level", "la_name", "age_group", "population_estimate"]
ROUNDED = ["ltla21_name", "ltla21_code", "households"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (csv_of([GLA]), "the GLA's land area.*projection on another basis.*mid-year estimates"),
        (
            workbook_of(
                {name: [["x"]] for name in ("Metadata", "Borough", "Borough staging", "Ward staging")}
            ),
            "the GLA's land area.*projection on another basis",
        ),
        (csv_of([CHILDREN]), "children of 0 to 17 only and is not the population"),
        (csv_of([ROUNDED, ["Bexley", "E09000004", "95300.0"]]), "rounded to 100.*census2021-ts044-ltla.csv"),
    ],
)
def test_a_near_miss_is_refused_with_the_reason_and_what_to_take(content, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        read(content, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "gla_land_area_population_density_2023.csv",
        "gla_land_area_population_density_2024.csv",
        "land-area-population-density-london.xlsx",
        "ons_children_population_2012_to_2024_dfe.csv",
        "census2021_households_ltla21.csv",
    ],
)
def test_the_published_near_misses_are_known(name, real_data, tmp_path):
    with pytest.raises(BadFile, match="which is not imported"):
        read_path(real_data / "population" / name, tmp_path)
