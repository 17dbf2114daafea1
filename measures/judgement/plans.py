"""What was done a number of times against what was planned."""

from measures.judgement.words import capital, difference_words, value_words
from measures.statistics import Unit


def recurring_sentence(done: int, planned: int, months: int, *, what: str, label: str) -> str:
    """How many of a year's planned times are done, and how many were due by now: rounded down, so that
    nothing is called late before it is. `months` of the year are past; `label` names them."""
    due = planned * min(months, 12) // 12
    words = f"{capital(what)}: {done:,} of the {planned:,} planned for the year were done in {label}."
    if done >= planned:
        return words
    if done >= due:
        return f"{words} That is at least the {due:,} due by then."
    return f"{words} By then {due:,} were due."


def groups_sentence(
    *,
    what: str,
    first: tuple[str, float],
    second: tuple[str, float],
    label: str,
    interval: tuple[float, float] | None = None,
) -> str:
    """Two groups' percentages side by side and the points between them, and whether that could be chance.

    `first` and `second` are (group, per cent), `interval` the limits of their difference in points.
    """
    gap = abs(first[1] - second[1])
    sides = " and ".join(
        f"{value_words(value, Unit.PERCENT)} for {group}" for group, value in (first, second)
    )
    words = f"{capital(what)}: {sides} in {label}, a gap of {difference_words(gap, Unit.POINTS)}."
    if interval is None:
        return f"{words} How many people were asked is not known, so this cannot be held against chance."
    if interval[0] <= 0 <= interval[1]:
        return f"{words} This is not a clear difference: a gap of this size could be chance."
    ends = sorted(abs(limit) for limit in interval)
    low, high = (value_words(end, Unit.POINTS) for end in ends)
    return f"{words} This is more than we would expect by chance: the gap lies between {low} and {high}."
