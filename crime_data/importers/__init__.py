"""Importers, found by themselves: a new source is one new file here that has SOURCE, recognises and read."""

import pkgutil
from datetime import date
from importlib import import_module
from types import ModuleType

from crime_data.importers.contract import BadFile, Publication
from crime_data.importers.delimited import read_delimited, unpacked

IMPORTERS: dict[str, ModuleType] = {}
for found in pkgutil.iter_modules(__path__):
    module = import_module(f"{__name__}.{found.name}")
    if hasattr(module, "SOURCE"):
        IMPORTERS[module.SOURCE.key] = module


def read_publication(content: bytes, *, today: date) -> Publication:
    """Read one file by the importer that knows its header. Raises BadFile.

    `content` is the file as it was received, packed or not.
    """
    content = unpacked(content)
    header = read_delimited(content).header
    for importer in IMPORTERS.values():
        if importer.recognises(header):
            publication: Publication = importer.read(content, today=today)
            return publication
    known = ", ".join(importer.SOURCE.name for importer in IMPORTERS.values())
    shown = ", ".join(header[:5])
    raise BadFile(
        f"The header is not known: its first columns are “{shown[:120]}”. Known sources: {known}. "
        "Check that the whole file was downloaded and that its first line was not changed."
    )
