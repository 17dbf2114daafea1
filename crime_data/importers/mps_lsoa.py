"""Metropolitan Police: recorded crime by LSOA (lower-layer super output area, about 1,700 people).

Its borough column holds the ONS code. It has no sexual offences at all and only what could be placed, so it
adds up to about 94% of the borough file.
"""

from datetime import date

from crime_data.importers.contract import AreaRef, Publication, SourceSpec
from crime_data.importers.opened import Opened
from crime_data.importers.wide import WideForm, read_wide

SOURCE = SourceSpec(
    key="mps-lsoa",
    name="MPS recorded crime by LSOA",
    publisher="Metropolitan Police Service, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/recorded_crime_summary",
    rhythm="monthly",
    release_day=6,
    partition=True,
    categories="mps",
    sums_from="lsoa",
    listing="https://data.london.gov.uk/api/dataset/recorded_crime_summary",
    wanted=r"lsoa level crime.*\.csv$",
)

FORM = WideForm(
    columns={
        "LSOA code": {"lsoacode"},
        "LSOA name": {"lsoaname"},
        "borough": {"boroughname", "lookupboroughname", "borough"},
        "major": {"majortext", "majorcategory"},
        "minor": {"minortext", "minorcategory"},
    },
    area_of=lambda code, name, borough: AreaRef("lsoa", name, code, borough),
)


def recognises(file: Opened) -> bool:
    return FORM.fits(file.header)


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    return read_wide(file, source=SOURCE, form=FORM, today=today)
