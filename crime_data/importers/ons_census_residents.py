"""Census 2021, table TS007A: residents by age, five years to a band, of districts and of LSOAs."""

from datetime import date

from crime_data.importers.census import is_census, read_census
from crime_data.importers.contract import Publication, SourceSpec
from crime_data.importers.opened import Opened

SOURCE = SourceSpec(
    key="ons-census-residents",
    name="Census 2021: residents by age",
    publisher="Office for National Statistics, through Nomis",
    licence="Open Government Licence v3.0",
    url="https://www.nomisweb.co.uk/sources/census_2021_bulk",
    rhythm="once",
    release_day=30,
    lag=20,
    unit="people",
    sums_from="borough",
    side_by_side=True,
)
VARIABLE = "Age"


def recognises(file: Opened) -> bool:
    return is_census(file, VARIABLE)


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    return read_census(file, source=SOURCE, variable=VARIABLE, major="Residents")
