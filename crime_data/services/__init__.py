"""Everything that changes figures: importing, accepting, refusing, withdrawing, and looking for new files."""

from crime_data.services.deciding import (
    accept_file,
    accept_release,
    refuse_file,
    refuse_release,
    restore_file,
    restore_release,
    withdraw_file,
    withdraw_release,
)
from crime_data.services.importing import (
    LOST_AFTER,
    Outcome,
    Received,
    import_files,
    sweep_staged,
    worst,
)
from crime_data.services.looking import edit_source, look_now, tick
from crime_data.services.reference import load_reference
from crime_data.services.remapping import outdated_files, remap_file
from crime_data.services.runs import ask_for_import, run_again, run_import, sweep_imports

__all__ = [
    "LOST_AFTER",
    "Outcome",
    "Received",
    "accept_file",
    "accept_release",
    "ask_for_import",
    "edit_source",
    "import_files",
    "load_reference",
    "look_now",
    "outdated_files",
    "refuse_file",
    "refuse_release",
    "remap_file",
    "restore_file",
    "restore_release",
    "run_again",
    "run_import",
    "sweep_imports",
    "sweep_staged",
    "tick",
    "withdraw_file",
    "withdraw_release",
    "worst",
]
