"""One grammar for what a figure means: every change and every target is put in words here and nowhere else.

The words state the finding and no cause. Whether a movement is good is never read from its direction alone:
that is the measure's `Polarity`. Whether it is a movement at all is the count test of `statistics.change`.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from measures.statistics import Change

SMALLEST_BASE = 30
"""The smallest earlier count that a percentage is given on; below it one offence moves the figure too far."""

LONGEST_HEADLINE = 15
"""Words."""


class Polarity(StrEnum):
    """Which way a measure is wished to go; `REPORTING` counts reports, which grow with trust as well."""

    LOWER = "lower"
    HIGHER = "higher"
    NEUTRAL = "neutral"
    REPORTING = "reporting"


class TargetKind(StrEnum):
    """What a target asks of a value; the last two count from a baseline."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    REDUCE_BY_PERCENT = "reduce_by_percent"
    INCREASE_BY_PERCENT = "increase_by_percent"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change means for a measure. `key` is for code and CSS, `words` for people.

    Keys: improving, worse, higher, lower, more-reports, fewer-reports, no-clear-change, no-comparison,
    not-measured.
    """

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """Where a value stands against its target, and beside it whether the change could be chance.

    Keys: met, not-met, no-target, no-baseline, not-measured. `note` is a sentence, or empty when there is no
    earlier count to compare with.
    """

    key: str
    words: str
    note: str


_NO_CLEAR_CHANGE = Verdict("no-clear-change", "No clear change")
_IMPROVING = Verdict("improving", "Improving")
_WORSE = Verdict("worse", "Getting worse")

# (when the figure fell, when it rose)
_VERDICTS = {
    Polarity.LOWER: (_IMPROVING, _WORSE),
    Polarity.HIGHER: (_WORSE, _IMPROVING),
    Polarity.NEUTRAL: (Verdict("lower", "Lower"), Verdict("higher", "Higher")),
    Polarity.REPORTING: (Verdict("fewer-reports", "Fewer reports"), Verdict("more-reports", "More reports")),
}


def change_sentence(
    change: Change,
    *,
    what: str,
    where: str,
    now_label: str,
    before_label: str,
    singular: str | None = None,
) -> str:
    """The figure, the earlier figure, the difference, and whether it could be chance, in two sentences.

    `what` is a plural phrase in the middle of a sentence ("personal robbery offences") whose singular is
    derived from its last word unless `singular` is given; the labels are periods ("January to December
    2023"). The difference comes first; the percentage follows where the base is 30 or more.
    """
    singular = singular or _singular(what)
    opening = f"There {_count_of(change.now, what, singular)} in {where} in {now_label}"
    if change.before is None or change.difference is None:
        return f"{opening}. Figures for the same months a year earlier are not held."
    if change.difference == 0:
        return f"{opening}, the same number as in {before_label}."
    comparative = "more" if change.difference > 0 else "fewer"
    parts = [opening, f"{abs(change.difference):,} {comparative} than in {before_label} ({change.before:,})"]
    if _percentage_allowed(change):
        parts.append(f"a {_noun(change)} of {_percent_of(change)}")
    return f"{', '.join(parts)}. {_chance_sentence(change)}"


def headline(change: Change, *, what: str, where: str) -> str:
    """The finding as a title of at most 15 words: "Personal robbery in Bexley rose by 74 (32.7%)".

    `what` names the measure without "offences" ("personal robbery"). A place too long for the title is left
    out of it; the subtitle below names it.
    """
    return _finding(change, f"{what} in {where}", limit=LONGEST_HEADLINE) or _finding(change, what)


def percent_words(percent: float, decimals: int = 1) -> str:
    """A percentage without its sign: `32.7%`, or `less than 0.1%` where rounding would leave nothing."""
    smallest = 10**-decimals
    if 0 < abs(percent) < smallest / 2:
        return f"less than {smallest:g}%"
    return f"{abs(percent):,.{decimals}f}%"


def direction_word(change: Change | None, polarity: Polarity) -> Verdict:
    """What the change means for a measure with this polarity; `change` is None when nothing is measured yet.

    Better and worse are said of changes beyond chance only, and never of neutral measures or reports.
    """
    if change is None:
        return Verdict("not-measured", "Not measured yet")
    if change.difference is None:
        return Verdict("no-comparison", "No earlier figure")
    if not change.beyond_chance:
        return _NO_CLEAR_CHANGE
    fell, rose = _VERDICTS[polarity]
    return rose if change.difference > 0 else fell


def target_verdict(
    value: float | Decimal | None,
    target_kind: TargetKind | None,
    target_value: float | Decimal | None,
    baseline: float | Decimal | None,
    change: Change | None,
) -> TargetVerdict:
    """Hold `value` against the target; reaching it exactly meets it.

    `target_value` is in the unit of the value (at most, at least) or in per cent of `baseline` (reduce,
    increase), 10 for 10%. `value` is None when nothing is measured yet, `target_kind` or `target_value` None
    when no target is set. "Met" speaks of the figure alone; `note` says whether `change` could be chance.
    """
    note = _chance_note(change)
    if target_kind is None or target_value is None:
        return TargetVerdict("no-target", "No target set", note)
    if value is None:
        return TargetVerdict("not-measured", "Not measured yet", note)
    bound = _bound(target_kind, _exact(target_value), baseline)
    if bound is None:
        return TargetVerdict("no-baseline", "No baseline set", note)
    if target_kind in (TargetKind.AT_MOST, TargetKind.REDUCE_BY_PERCENT):
        met = _exact(value) <= bound
    else:
        met = _exact(value) >= bound
    return TargetVerdict("met", "Met", note) if met else TargetVerdict("not-met", "Not met yet", note)


def _count_of(count: int, plural: str, singular: str) -> str:
    if count == 1:
        return f"was 1 {singular}"
    return f"were {count:,} {plural}" if count else f"were no {plural}"


def _singular(plural: str) -> str:
    if plural.endswith("ies"):
        return plural.removesuffix("ies") + "y"
    return plural.removesuffix("s")


def _noun(change: Change) -> str:
    return "rise" if (change.difference or 0) > 0 else "fall"


def _percentage_allowed(change: Change) -> bool:
    return change.percent is not None and (change.before or 0) >= SMALLEST_BASE


def _percent_of(change: Change) -> str:
    return percent_words(change.percent or 0.0)


def _chance_sentence(change: Change) -> str:
    if not change.beyond_chance:
        return "This is not a clear change: a difference of this size could be chance."
    # "More" after "fewer than" would be read as a rise.
    subject = "This is more" if _noun(change) == "rise" else "This fall is larger"
    return f"{subject} than we would expect by chance."


def _chance_note(change: Change | None) -> str:
    if change is None or change.before is None:
        return ""
    if change.difference == 0:
        return f"There is no change from {change.before:,}."
    verdict = "is more than we would expect by chance" if change.beyond_chance else "could be chance"
    return f"The {_noun(change)} from {change.before:,} to {change.now:,} {verdict}."


def _finding(change: Change, subject: str, limit: int | None = None) -> str:
    """The headline about `subject`; empty when it has more words than `limit`."""
    if change.difference is None:
        words = f"{subject} stood at {change.now:,}"
    elif not change.beyond_chance:
        words = f"no clear change in {subject}"
    else:
        verb = "rose" if change.difference > 0 else "fell"
        percent = f" ({_percent_of(change)})" if _percentage_allowed(change) else ""
        words = f"{subject} {verb} by {abs(change.difference):,}{percent}"
    if limit is not None and len(words.split()) > limit:
        return ""
    return words[:1].upper() + words[1:]


def _bound(kind: TargetKind, target: Decimal, baseline: float | Decimal | None) -> Decimal | None:
    """The value at which the target is reached; None when it counts from a baseline that is not set."""
    if kind in (TargetKind.AT_MOST, TargetKind.AT_LEAST):
        return target
    if baseline is None:
        return None
    share = -target if kind == TargetKind.REDUCE_BY_PERCENT else target
    return _exact(baseline) * (100 + share) / 100


def _exact(value: float | Decimal) -> Decimal:
    """As printed: in binary, 33.3 is not 33.3, and a target reached to the digit would read as missed."""
    return Decimal(str(value))
