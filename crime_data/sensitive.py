"""Which kinds of offence need care where few are counted: the reviewed table `reference/sensitive.csv`."""

import csv
from functools import cache

from crime_data.mapping import FOLDER


@cache
def sensitive_reasons() -> dict[str, str]:
    """Crime type -> why its small counts below borough level are no public matter, in the table's order."""
    with (FOLDER / "sensitive.csv").open(newline="", encoding="utf-8") as file:
        return {row["crime_type"]: row["why"] for row in csv.DictReader(file)}


@cache
def sensitive_types() -> frozenset[str]:
    """Keys of those crime types."""
    return frozenset(sensitive_reasons())
