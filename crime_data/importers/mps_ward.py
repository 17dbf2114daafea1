"""Metropolitan Police: recorded crime by ward. A code is not a key: the same ward stands under two boroughs.

What has no ward is not in the file, so wards add up to about 97% of the borough file.
"""

from datetime import date

from crime_data.importers.contract import AreaRef, Publication, SourceSpec
from crime_data.importers.opened import Opened
from crime_data.importers.wide import WideForm, read_wide

SOURCE = SourceSpec(
    key="mps-ward",
    name="MPS recorded crime by ward",
    publisher="Metropolitan Police Service, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/recorded_crime_summary",
    rhythm="monthly",
    release_day=6,
    partition=True,
    categories="mps",
    sums_from="ward",
    listing="https://data.london.gov.uk/api/dataset/recorded_crime_summary",
    wanted=r"ward level crime.*\.csv$",
)

FORM = WideForm(
    columns={
        "major": {"majortext", "majorcategory"},
        "minor": {"minortext", "minorcategory"},
        "ward": {"wardname"},
        "ward code": {"wardcode"},
        "borough": {"boroughname", "lookupboroughname", "borough"},
    },
    area_of=lambda name, code, borough: AreaRef("ward", name, code, borough),
)


def recognises(file: Opened) -> bool:
    return FORM.fits(file.header)


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    return read_wide(file, source=SOURCE, form=FORM, today=today)
