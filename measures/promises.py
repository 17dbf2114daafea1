"""What a target promises and how it will be judged, in words, before there is a figure to judge.

Pure: no Django. What a figure then means against it is `judgement`'s.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AMOUNTS = {
    "count": "", "number": "", "rate": " per 1,000", "percent": "%", "points": " percentage points",
    "days": " days", "hours": " hours", "pounds": "", "yes-no": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promise:
    """One kind of target: its name, an example of how it is judged, and what it needs."""

    name: str
    example: str
    has_baseline: bool = False
    may_have_baseline: bool = False
    percent: bool = False


PROMISES = {
    "at_most": Promise("At most", "At most 500: met when the figure on the day is 500 or lower."),
    "at_least": Promise("At least", "At least 60: met when the figure on the day is 60 or higher."),
    "reduce_by_percent": Promise(
        "Reduce by a percentage",
        "Reduce by 10% from a baseline of 400: met when the figure is 360 or lower.",
        has_baseline=True,
        percent=True,
    ),
    "increase_by_percent": Promise(
        "Increase by a percentage",
        "Increase by 10% from a baseline of 400: met when the figure is 440 or higher.",
        has_baseline=True,
        percent=True,
    ),
    "reduce_by": Promise(
        "Reduce by a number",
        "Reduce by 50 from a baseline of 400: met when the figure is 350 or lower.",
        has_baseline=True,
    ),
    "increase_by": Promise(
        "Increase by a number",
        "Increase by 5 from a baseline of 60: met when the figure is 65 or higher.",
        has_baseline=True,
    ),
    "hold_steady": Promise(
        "Hold steady",
        "Hold steady: met while there is no change beyond chance from a year before. "
        "With a number of 20 and a baseline of 400: met between 380 and 420.",
        may_have_baseline=True,
    ),
    "gap_at_most": Promise(
        "Gap of at most", "Gap of at most 4 points: met when the two groups are 4 points apart or less."
    ),
    "standard": Promise(
        "Within the standard, at least",
        "Within the standard, at least 90%: met when 90 in 100 or more were done within the hours.",
        percent=True,
    ),
    "rank_at_most": Promise(
        "Among the first",
        "Among the first 10: met when at most 9 of the areas compared with do better.",
    ),
}

RANKED = ("count", "rate", "share")
"""Kinds of measure whose figures other areas have too."""


def fitting(kind: str, unit: str, source_key: str = "") -> tuple[str, ...]:
    """The kinds of target that a measure of this kind can have, the likely ones first."""
    if kind == "none":
        return ()
    if kind == "gap":
        return ("gap_at_most", "reduce_by", "hold_steady")
    if kind == "standard":
        return ("standard", "increase_by", "hold_steady")
    if kind == "recurring":
        return ("at_least",)
    if unit == "yes-no":
        return ("at_least",)
    levels = ("at_most", "at_least", "reduce_by_percent", "increase_by_percent", "reduce_by", "increase_by")
    ranks = ("rank_at_most",) if kind in RANKED or (kind == "survey" and source_key) else ()
    return (*levels, "hold_steady", *ranks)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a target is sized up against: the newest figure with its period in words, the largest that is
    held, and among how many areas a place is given (0 where that is not known)."""

    newest: Decimal
    period: str
    largest: Decimal
    areas: int = 0


def problems(
    *,
    target: str,
    kind: str,
    unit: str,
    source_key: str,
    value: Decimal | None,
    has_baseline: bool,
    standing: Standing | None = None,
) -> dict[str, str]:
    """Field -> what is wrong with a target, in words; nothing when it can be kept."""
    if target not in fitting(kind, unit, source_key):
        return {"kind": "This measure cannot have this kind of target. Choose another"}
    promise = PROMISES[target]
    found = {}
    if promise.has_baseline and value is not None and not has_baseline:
        found["baseline"] = "Choose the baseline that it counts from, or add one first"
    if has_baseline and not (promise.has_baseline or promise.may_have_baseline):
        found["baseline"] = f"“{promise.name}” counts from nothing. Choose no baseline"
    if value is None:
        return found
    if value < 0:
        found["value"] = "The number must be 0 or more. Choose reduce or increase for the direction"
    elif promise.has_baseline and value == 0:
        found["value"] = "The number must be more than 0. For no change choose hold steady"
    elif value > 100 and (
        target in ("reduce_by_percent", "standard")
        or (target in ("at_most", "at_least") and unit == "percent")
    ):
        found["value"] = "The percentage must be 100 or less"
    elif unit == "yes-no" and value != 1:
        found["value"] = "For a measure of yes or no the number is 1, which is yes"
    elif target == "rank_at_most" and (value < 1 or value != value.to_integral_value()):
        found["value"] = "The place must be a whole number from 1 on"
    elif target == "rank_at_most" and standing and 0 < standing.areas < value:
        found["value"] = f"{standing.areas} areas are compared, so the place must be {standing.areas} or less"
    elif kind == "recurring" and value != value.to_integral_value():
        found["value"] = "The number of times must be a whole number"
    elif target in ("at_most", "at_least") and standing and _far_off(value, standing):
        newest = f"{amount(standing.newest, unit)} ({standing.period})"
        found["value"] = f"The newest figure is {newest}. Check the number: it is many times as large"
    return found


def _far_off(value: Decimal, standing: Standing) -> bool:
    """Whether a level is so large that a digit or a comma must have slipped."""
    newest, largest = standing.newest, standing.largest
    return (newest > 0 and value > 100 * newest) or (largest > 0 and value > 20 * largest)


def in_words(
    target: str,
    value: Decimal | None,
    unit: str,
    *,
    due_on: date,
    baseline: Decimal | None = None,
    baseline_label: str = "",
) -> str:
    """What is promised, by when: `Reduce by 10% from 400 (2023/24) by 31 March 2027`."""
    promise = PROMISES[target]
    by = f"by {due_on.day} {due_on:%B %Y}"
    start = ""
    if baseline is not None:
        start = f" from {amount(baseline, unit)}" + (f" ({baseline_label})" if baseline_label else "")
    if value is None and target != "hold_steady":
        return f"{promise.name}{start}, promised without a number, {by}"
    if value is None:
        return f"{promise.name}{start} {by}"
    if unit == "yes-no":
        return f"Yes {by}"
    name = promise.name.removesuffix(" a percentage").removesuffix(" a number")
    if target == "rank_at_most":
        return f"{name} {_number(value)} areas" + f" {by}" if value != 1 else f"The first of the areas {by}"
    if target == "hold_steady":
        return f"{name}{start}, within {amount(value, _apart(unit))}, {by}"
    apart = promise.has_baseline and not promise.percent
    shown = f"{_number(value)}%" if promise.percent else amount(value, _apart(unit) if apart else unit)
    return f"{name} {shown}{start} {by}"


def judged(target: str, value: Decimal | None, unit: str, baseline: Decimal | None = None) -> str:
    """How it will be judged: the sentence that the page shows beside it."""
    if target == "hold_steady":
        return _steady(value, unit, baseline)
    if value is None:
        return (
            "It cannot be judged, as no number was promised: the page says so, and which way the figure goes."
        )
    if unit == "yes-no":
        return "Met when the answer is yes."
    if target == "gap_at_most":
        return f"Met when the two groups are {amount(value, unit)} apart or less."
    if target == "standard":
        return f"Met when {_number(value)} in 100 or more were within the standard."
    if target == "rank_at_most" and value == 1:
        return "Met when none of the areas compared with does better."
    if target == "rank_at_most":
        return f"Met when at most {_number(value - 1)} of the areas compared with do better."
    level = _level(target, value, baseline)
    if level is None:
        return "It cannot be judged before its baseline is known."
    way = "lower" if target in ("at_most", "reduce_by", "reduce_by_percent") else "higher"
    return f"Met when the figure is {amount(level, unit)} or {way}."


def _steady(value: Decimal | None, unit: str, baseline: Decimal | None) -> str:
    if value is None:
        return "Met while there is no change beyond chance from a year before."
    if baseline is None:
        return f"Met while the figure is within {amount(value, _apart(unit))} of the year before."
    low, high = amount(baseline - value, unit), amount(baseline + value, unit)
    return f"Met while the figure is between {low} and {high}."


def _level(target: str, value: Decimal, baseline: Decimal | None) -> Decimal | None:
    if target in ("at_most", "at_least"):
        return value
    if baseline is None:
        return None
    step = baseline * value / 100 if target.endswith("percent") else value
    return baseline - step if target.startswith("reduce") else baseline + step


def _apart(unit: str) -> str:
    """The unit of a difference: two percentages are points apart."""
    return "points" if unit == "percent" else unit


def amount(value: Decimal, unit: str) -> str:
    """A figure with its unit: `62.5%`, `£1,200`, `14 days`."""
    return f"£{_number(value)}" if unit == "pounds" else f"{_number(value)}{AMOUNTS[unit]}"


def _number(value: Decimal) -> str:
    """At most two decimals and none that say nothing: 360, 12.5, 1,204."""
    text = f"{round(Decimal(value), 2):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
