"""An area beside others: comparators, places in a list, funnels, and sums that must not be made."""

from collections.abc import Sequence
from dataclasses import dataclass

from measures.judgement.changes import both_words, direction, percentage_allowed
from measures.judgement.words import (
    capital,
    difference_words,
    joined,
    number_words,
    ordinal,
    percent_words,
    sentence,
    value_words,
)
from measures.statistics import Change, FunnelPoint, Incomparable, Place, Rank, Unit


@dataclass(frozen=True, slots=True)
class Comparator:
    """Another area's change in the same measure over the same periods; `area` as in a sentence."""

    area: str
    change: Change | Incomparable


def comparators_sentence(others: Sequence[Comparator], unit: Unit = Unit.COUNT) -> str:
    """The same change elsewhere, each with both figures: never a percentage without what is behind it.

    Empty without other areas.
    """
    said = [_elsewhere(other, Unit(unit)) for other in others]
    return f"Over the same periods there was {joined(said)}." if said else ""


def beside_sentence(
    values: Sequence[tuple[str, float]], *, label: str, unit: Unit = Unit.RATE, per: str = "people"
) -> str:
    """Several areas' values in one period, the own first: "In 2023, Bexley stood at 1.2 per 1,000 ...".

    Raises `ValueError` without any.
    """
    if not values:
        raise ValueError("there is no area to name")
    (area, value), *others = values
    words = [f"{area} stood at {value_words(value, unit, per=per)}"]
    words += [f"{name} at {_short(other, unit)}" for name, other in others]
    return f"In {label}, {joined(words)}."


def rank_sentence(rank: Rank, *, area: str, areas: str = "areas", highest_first: bool = True) -> str:
    """An area's place and the places it could have; without the second, a rank says more than is known."""
    end = "highest" if highest_first else "lowest"
    place = end if rank.place == 1 else f"{ordinal(rank.place)} {end}"
    opening = f"{area} had the {place} figure of {rank.areas} {areas}"
    if rank.best == rank.worst:
        return f"{opening}, and that place is clear."
    ends = f"{ordinal(rank.best)} and {ordinal(rank.worst)}"
    higher, lower = len(rank.higher), len(rank.lower)
    return (
        f"{opening}; allowing for chance its place lies between {ends}. "
        f"{_areas(higher)} clearly higher and {_areas(lower, start=False)} clearly lower."
    )


def funnel_sentence(
    point: FunnelPoint, *, area: str, areas: str = "areas", unit: Unit = Unit.RATE, per: str = "people"
) -> str:
    """Whether an area's rate lies outside what its size and the spread among the areas explain."""
    place = {
        Place.FAR_ABOVE: "far above",
        Place.ABOVE: "above",
        Place.WITHIN: "within",
        Place.BELOW: "below",
        Place.FAR_BELOW: "far below",
    }[point.place]
    decimals = next((few for few in (1, 2, 3) if _told_apart(point, few)), 4)
    low, high = (number_words(limit, unit, decimals) for limit in point.warning)
    rate = value_words(point.rate, unit, per=per, decimals=decimals)
    usual = f"{low} to {high} that is usual for one of its size among the {areas}"
    return f"{area} stood at {rate}, {place} the {usual}."


def overlap_warning(parts: Sequence[str], explanation: str = "", total: str = "") -> str:
    """Why these parts are not added up: a composite's, or kinds of offence a reader wants to sum.

    `explanation` says which overlap which; `total` names the printed whole they do not make.
    """
    tail = f" and do not make up {total}" if total else ""
    warning = (
        f"{capital(joined(parts))} overlap{tail}: one offence can be in several, so they are not added up."
    )
    return f"{warning} {sentence(explanation)}".rstrip()


def _elsewhere(other: Comparator, unit: Unit) -> str:
    change = other.change
    if isinstance(change, Incomparable):
        return f"nothing to compare in {other.area} ({change.reason})"
    both = both_words(change, unit)
    if change.difference is None:
        return f"no earlier figure for {other.area} (now {both})"
    if not change.difference:
        return f"no change in {other.area} ({both})"
    if change.beyond_chance is False:
        return f"no clear change in {other.area} ({both})"
    size = (
        percent_words(change.percent or 0.0)
        if percentage_allowed(change, unit)
        else difference_words(change.difference, unit)
    )
    return f"a {direction(change)} of {size} in {other.area} ({both})"


def _told_apart(point: FunnelPoint, decimals: int) -> bool:
    """Whether rounding leaves the rate on the side of each limit that it lies on."""
    rate, (low, high) = point.rate, point.warning
    shown, shown_low, shown_high = (round(value, decimals) for value in (rate, low, high))
    return (shown < shown_low, shown > shown_high) == (rate < low, rate > high)


def _short(value: float, unit: Unit) -> str:
    return number_words(value, unit) if unit == Unit.RATE else value_words(value, unit)


def _areas(count: int, start: bool = True) -> str:
    if not count:
        return "No area is" if start else "no area is"
    return "1 is" if count == 1 else f"{count} are"
