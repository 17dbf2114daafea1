"""What a figure is a figure of: its unit, the statistic it is, and which two may be compared."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a value is counted in. `POINTS` are percentage points, `RATE` is per 1,000."""

    COUNT = "count"
    RATE = "rate"
    PERCENT = "percent"
    POINTS = "points"
    DAYS = "days"
    HOURS = "hours"
    POUNDS = "pounds"
    YES_NO = "yes-no"
    NUMBER = "number"
    RANK = "rank"


class StatisticType(StrEnum):
    """How a value was made from what it stands for."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    MEDIAN = "median"
    MAXIMUM = "maximum"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a figure says: `Statistic("maximum", "days")`. `of` names the population or definition.

    An empty `of` stands for "the measure's own". Raises `ValueError` for a type or unit that is none.
    """

    type: StatisticType
    unit: Unit
    of: str = ""

    def __post_init__(self) -> None:
        # A database holds plain text.
        object.__setattr__(self, "type", StatisticType(self.type))
        object.__setattr__(self, "unit", Unit(self.unit))


@dataclass(frozen=True, slots=True)
class Incomparable:
    """In the place of a `Change`: two figures that are not compared, and why, in words."""

    reason: str


_SPOKEN = {
    StatisticType.COUNT: "a count",
    StatisticType.SHARE: "a share of a whole",
    StatisticType.MEAN: "a mean",
    StatisticType.MEDIAN: "a median",
    StatisticType.MAXIMUM: "a maximum",
    StatisticType.YES_NO: "a yes or no",
}

_SPOKEN_UNIT = {
    Unit.COUNT: "offences or cases",
    Unit.RATE: "a rate per 1,000",
    Unit.PERCENT: "per cent",
    Unit.POINTS: "percentage points",
    Unit.DAYS: "days",
    Unit.HOURS: "hours",
    Unit.POUNDS: "pounds",
    Unit.YES_NO: "yes or no",
    Unit.NUMBER: "a number",
    Unit.RANK: "a rank",
}


def comparable(one: Statistic, other: Statistic) -> Incomparable | None:
    """None when a difference between the two means something; otherwise the reason, as a clause.

    "one figure is a maximum and the other a mean": nothing can be taken from the other, and no percentage
    exists between them.
    """
    if one.type != other.type:
        return Incomparable(f"one figure is {_SPOKEN[one.type]} and the other {_SPOKEN[other.type]}")
    if one.unit != other.unit:
        return Incomparable(
            f"one figure is in {_SPOKEN_UNIT[one.unit]} and the other in {_SPOKEN_UNIT[other.unit]}"
        )
    if one.of != other.of:
        return Incomparable(f"one figure is of {_named(one)} and the other of {_named(other)}")
    return None


def _named(statistic: Statistic) -> str:
    return statistic.of or "all"
