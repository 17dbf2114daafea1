"""Census 2021, table TS044: households by the kind of home they live in, of districts and of LSOAs."""

from datetime import date

from crime_data.importers.census import is_census, read_census
from crime_data.importers.contract import Publication, SourceSpec
from crime_data.importers.opened import Opened

SOURCE = SourceSpec(
    key="ons-census-households",
    name="Census 2021: households",
    publisher="Office for National Statistics, through Nomis",
    licence="Open Government Licence v3.0",
    url="https://www.nomisweb.co.uk/sources/census_2021_bulk",
    rhythm="once",
    release_day=30,
    lag=20,
    unit="households",
    sums_from="borough",
    side_by_side=True,
)
VARIABLE = "Accommodation type"


def recognises(file: Opened) -> bool:
    return is_census(file, VARIABLE)


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    return read_census(file, source=SOURCE, variable=VARIABLE, major="Households")
