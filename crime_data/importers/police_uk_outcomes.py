"""police.uk: what came of recorded crimes, by LSOA, one file a force and month.

A row is an event, not a crime: one crime can have several, in one month or in several, and identical rows
are two events. So outcomes are never to be divided by the crimes of the same month. The place is that of
the crime.
"""

from datetime import date

from crime_data.importers import police_uk
from crime_data.importers.contract import Publication, SourceSpec
from crime_data.importers.opened import Opened

SOURCE = SourceSpec(
    key="police-uk-outcomes",
    name="Outcomes of crimes (police.uk)",
    publisher=police_uk.PUBLISHER,
    licence=police_uk.LICENCE,
    url=police_uk.URL,
    rhythm="monthly",
    release_day=28,
    lag=2,
    unit="outcomes",
    sums_from="lsoa",
    side_by_side=True,
    parts_add=True,
)

_COLUMNS = ("Crime ID", "Month", "Reported by", "Falls within", "LSOA code", "LSOA name", "Outcome type")


def recognises(file: Opened) -> bool:
    return police_uk.has_columns(file, _COLUMNS, never="Crime type")


def read(file: Opened, *, today: date) -> Publication:
    """Read a whole file. Raises BadFile with words an officer can act on."""
    return police_uk.read_recorded(file, source=SOURCE, printed="Outcome type", today=today, caveats=_caveats)


def _caveats(month: date, tally: police_uk.Tally, crimes: int) -> list[str]:
    return [
        f"{len(tally):,} outcomes of {crimes:,} crimes: a crime can have several, and crimes of "
        "earlier months are among them.",
        police_uk.APPROXIMATE,
    ]
