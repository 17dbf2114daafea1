"""What each kind of measure needs, may have and cannot have, and how that is said to people.

Pure: no Django. The database keeps the coarse rules as constraints; here is all of them, in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs` and `may` name fields of a measure; a kind has none of the others in `SPECIAL`."""

    hint: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    units: tuple[str, ...] = ("count",)
    statistics: tuple[str, ...] = ("count",)


ALL_UNITS = ("count", "number", "rate", "percent", "points", "days", "hours", "pounds", "yes-no")
ALL_STATISTICS = ("count", "share", "mean", "median", "maximum", "yes-no")

KINDS = {
    "count": Kind(
        "How many offences were recorded, such as residential burglary.", ("crime_type",), ("source_key",)
    ),
    "rate": Kind(
        "Offences for every 1,000 people or households, to compare places of different size.",
        ("crime_type", "per"),
        ("source_key",),
        ("rate",),
    ),
    "share": Kind(
        "One kind of offence as a part of another, such as knife crime among robberies.",
        ("crime_type", "of_crime_type"),
        ("source_key",),
        ("percent",),
        ("share",),
    ),
    "composite": Kind("A definition with several parts, such as serious violence.", ("composite",)),
    "survey": Kind(
        "What part of the people asked gave an answer, such as feeling safe after dark.",
        ("question",),
        ("source_key",),
        ("percent",),
        ("share",),
    ),
    "local": Kind(
        "A figure that only the partnership has: a number, an average, a share, yes or no.",
        (),
        (),
        ALL_UNITS,
        ALL_STATISTICS,
    ),
    "gap": Kind(
        "How far two groups of people are apart, such as confidence of younger and older people.",
        ("group_a", "group_b"),
        (),
        ("points",),
        ("share",),
    ),
    "standard": Kind(
        "How many were done within a time, such as cases reviewed within 48 hours.",
        ("standard_hours",),
        (),
        ("percent",),
        ("share",),
    ),
    "recurring": Kind(
        "Something that should happen a number of times a year, such as twelve panel meetings.",
        ("times_a_year",),
    ),
    "none": Kind("The priority has nothing to be measured by yet. Say why, and who will agree it.", ("why",)),
}  # fmt: skip

SPECIAL = (
    "crime_type", "of_crime_type", "composite", "source_key", "per", "question",
    "group_a", "group_b", "standard_hours", "times_a_year",
)  # fmt: skip
"""Fields that only some kinds have."""

STATISTICS_OF_UNIT = {
    "count": ("count",),
    "number": ("count", "mean", "median", "maximum"),
    "rate": ("count",),
    "percent": ("share",),
    "points": ("share",),
    "days": ("mean", "median", "maximum", "count"),
    "hours": ("mean", "median", "maximum", "count"),
    "pounds": ("count", "mean", "median", "maximum"),
    "yes-no": ("yes-no",),
}
"""The first is the usual one. A mean and a maximum of the same days are never compared."""

MISSING = {
    "crime_type": "Choose the kind of offence that is counted",
    "of_crime_type": "Choose the whole that the share is part of",
    "composite": "Choose which composite is meant",
    "per": "Choose what the rate is for: people or households",
    "question": "Enter the question as it is asked",
    "group_a": "Enter the first group, such as people aged 16 to 34",
    "group_b": "Enter the second group, such as people aged 35 and over",
    "standard_hours": "Enter the standard in hours, such as 48",
    "times_a_year": "Enter how many times a year it should happen, such as 12",
    "why": "Say why no measure has been agreed yet, and what happens next",
}


def fields_of(kind: str) -> tuple[str, ...]:
    """The special fields that a measure of this kind is asked for."""
    rule = KINDS[kind]
    return tuple(name for name in SPECIAL if name in (*rule.needs, *rule.may))


def has_returns(kind: str, source_key: str) -> bool:
    """Whether its figures are entered by the partnership and not read from a publisher's releases."""
    return kind in ("local", "gap", "standard", "recurring") or (kind == "survey" and not source_key)


def is_share(kind: str, unit: str) -> bool:
    """Whether one figure of it is a part of a base, so that number and base may be entered."""
    return kind in ("gap", "standard", "survey") or unit == "percent"


def statistics_of(kind: str, unit: str) -> tuple[str, ...]:
    """The statistics that a measure of this kind and unit can have, the usual one first."""
    return STATISTICS_OF_UNIT[unit] if kind == "local" else KINDS[kind].statistics


def problems(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Field -> what is wrong with it, in words for the person; nothing when the measure can be kept."""
    rule = KINDS[kind]
    found = {name: MISSING[name] for name in rule.needs if not given.get(name)}
    for name in fields_not_of(kind):
        if given.get(name):
            found[name] = "This kind of measure has no such detail. Leave it empty or choose another kind"
    unit, statistic = given.get("unit", rule.units[0]), given.get("statistic", rule.statistics[0])
    if unit not in rule.units:
        found["unit"] = "This kind of measure cannot have this unit"
    elif statistic not in statistics_of(kind, unit):
        found["statistic"] = _wrong_statistic(unit)
    if kind == "share" and given.get("crime_type") and given["crime_type"] == given.get("of_crime_type"):
        found["of_crime_type"] = "The whole must be another kind of offence than the part"
    if kind == "gap" and given.get("group_a") and _same(given["group_a"], given.get("group_b") or ""):
        found["group_b"] = "The second group must be another than the first"
    if kind == "standard" and given.get("standard_hours") and given["standard_hours"] <= 0:
        found["standard_hours"] = "The standard must be more than 0 hours"
    return found


def fields_not_of(kind: str) -> tuple[str, ...]:
    return tuple(name for name in SPECIAL if name not in fields_of(kind))


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _wrong_statistic(unit: str) -> str:
    if unit in ("percent", "points"):
        return "Per cent and percentage points are shares. Choose share"
    if unit == "yes-no":
        return "An answer of yes or no has no other statistic. Choose yes or no"
    if unit in ("count", "rate"):
        return "Offences, incidents and rates are counted. Choose count, or a number as the unit"
    return "Choose count, mean, median or maximum"
