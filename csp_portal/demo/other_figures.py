"""Which sources the demonstration makes figures up for, besides the borough file, and how it imports them."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crime_data.importers import IMPORTERS
from crime_data.models import ReleaseFile
from crime_data.services import Received, import_files
from csp_portal.demo.local_counts import write_local_counts
from csp_portal.demo.people import write_households, write_population, write_survey
from csp_portal.demo.police_dashboards import write_dashboards, write_vawg
from csp_portal.demo.wards import write_outlines, write_wards


@dataclass(frozen=True)
class MadeUp:
    """`published` are the days of the files, one each, where the source has no usual one."""

    source_key: str
    write: Callable[[Path], list[Path]]
    published: tuple[date, ...] = ()


OTHER_FIGURES = (
    MadeUp("ons-population", write_population),
    MadeUp("ons-census-households", write_households),
    MadeUp("mps-dashboard", write_dashboards),
    MadeUp("mps-vawg", write_vawg),
    MadeUp("mopac-pas", write_survey),
    MadeUp("mps-ward", write_wards),
    MadeUp("ons-boundaries", write_outlines),
    MadeUp("local-counts", write_local_counts, (date(2024, 2, 28), date(2025, 1, 28))),
)


def is_held(source_key: str) -> bool:
    """Whether any figures of the source are in use, published or made up."""
    return ReleaseFile.objects.current().filter(release__source__key=source_key).exists()


def load_other_figures(say: Callable[[str], object]) -> None:
    """Make figures up for the sources that nothing is held of; they are marked so wherever they are shown."""
    made = []
    for source in OTHER_FIGURES:
        if is_held(source.source_key):
            continue
        with tempfile.TemporaryDirectory() as folder:
            received = [Received(path.name, path) for path in source.write(Path(folder))]
            if source.published:
                for file, day in zip(received, source.published, strict=True):
                    import_files(received=[file], published=day, illustrative=True)
            else:
                import_files(received=received, illustrative=True)
        made.append(IMPORTERS[source.source_key].SOURCE.name)
    if made:
        say(f"Made up for this demonstration too, and marked so: {', '.join(made)}.")
