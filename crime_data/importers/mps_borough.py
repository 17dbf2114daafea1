"""Metropolitan Police: recorded crime by borough, one row a borough and category, one column a month.

Four spellings of the header and five generations of category names are in use; columns are matched by
meaning, never by position. A missing row means none recorded; a missing column means not published.
"""

from datetime import date

from crime_data.importers.contract import AreaRef, Publication, SourceSpec
from crime_data.importers.opened import Opened
from crime_data.importers.wide import WideForm, read_wide

SOURCE = SourceSpec(
    key="mps-borough",
    name="MPS recorded crime by borough",
    publisher="Metropolitan Police Service, through the London Datastore",
    licence="UK Open Government Licence",
    url="https://data.london.gov.uk/dataset/recorded_crime_summary",
    rhythm="monthly",
    release_day=6,
    partition=True,
    categories="mps",
    sums_from="borough",
    listing="https://data.london.gov.uk/api/dataset/recorded_crime_summary",
    wanted=r"borough level crime.*\.csv$",
)

FORM = WideForm(
    columns={
        "major": {"majortext", "majorcategory"},
        "minor": {"minortext", "minorcategory"},
        "borough": {"boroughname", "lookupboroughname", "borough"},
    },
    area_of=lambda borough: AreaRef("borough", borough),
    never={"wardname", "wardcode", "lsoacode", "lsoaname"},
)


def recognises(file: Opened) -> bool:
    return FORM.fits(file.header)


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    return read_wide(file, source=SOURCE, form=FORM, today=today)
