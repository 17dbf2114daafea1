"""The pages under /data/, for data managers."""

from crime_data.views.figures import (
    figure,
    figure_json,
    levels,
    restatements,
    restatements_json,
)
from crime_data.views.imports import import_run, run_again, upload
from crime_data.views.looking import edit_source, look_now
from crime_data.views.releases import decide_file, decide_release, release, release_file
from crime_data.views.sources import break_list, categories, coverage, data_home, source, template_file

__all__ = [
    "break_list",
    "categories",
    "coverage",
    "data_home",
    "decide_file",
    "decide_release",
    "edit_source",
    "figure",
    "figure_json",
    "import_run",
    "levels",
    "look_now",
    "release",
    "release_file",
    "restatements",
    "restatements_json",
    "run_again",
    "source",
    "template_file",
    "upload",
]
