"""Importers, found by themselves: a new source is one new file here that has SOURCE, recognises and read."""

import pkgutil
from datetime import date
from importlib import import_module
from types import ModuleType

from crime_data.importers import not_taken
from crime_data.importers.contract import BadFile, Gazetteer, Publication
from crime_data.importers.opened import Opened, open_file

__all__ = ["IMPORTERS", "BadFile", "Gazetteer", "Opened", "Publication", "open_file", "read_publication"]

IMPORTERS: dict[str, ModuleType] = {}
for found in pkgutil.iter_modules(__path__):
    module = import_module(f"{__name__}.{found.name}")
    if hasattr(module, "SOURCE"):
        IMPORTERS[module.SOURCE.key] = module


def read_publication(file: Opened, *, today: date) -> Publication | Gazetteer:
    """Read one file by the importer that knows its form and header. Raises BadFile."""
    for importer in IMPORTERS.values():
        if importer.recognises(file):
            publication: Publication | Gazetteer = importer.read(file, today=today)
            return publication
    if why := not_taken.reason(file):
        raise BadFile(why)
    known = f"None of the {len(IMPORTERS)} sources that the portal knows looks like this."
    if file.form == "workbook":
        sheets = ", ".join(file.sheet_names)
        raise BadFile(f"The workbook is not known: its sheets are {sheets[:200]}. {known}")
    shown = ", ".join(file.header[:5]) if file.header else "none; this is JSON"
    raise BadFile(
        f"The header is not known: its first columns are “{shown[:120]}”. {known} "
        "Check that the whole file was downloaded and that its first line was not changed."
    )
