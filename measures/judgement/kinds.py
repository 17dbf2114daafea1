"""The closed vocabularies: which way is better, what a target asks, and the verdicts there are."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Polarity(StrEnum):
    """Which way a measure is wished to go; `REPORTING` counts reports, which grow with trust as well."""

    LOWER = "lower"
    HIGHER = "higher"
    NEUTRAL = "neutral"
    REPORTING = "reporting"


class TargetKind(StrEnum):
    """What a target asks of a value.

    In the unit of the value: at most, at least, a gap or a rank of at most, a share within a standard of at
    least. From a baseline: reduce or increase by per cent of it, or by a number. Hold steady: no change
    beyond chance, or within a tolerance of the baseline where one is given.
    """

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    REDUCE_BY_PERCENT = "reduce_by_percent"
    INCREASE_BY_PERCENT = "increase_by_percent"
    REDUCE_BY = "reduce_by"
    INCREASE_BY = "increase_by"
    GAP_AT_MOST = "gap_at_most"
    STANDARD = "standard"
    HOLD_STEADY = "hold_steady"
    RANK_AT_MOST = "rank_at_most"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change means for a measure. `key` is for code and CSS, `words` for people.

    Keys: improving, worse, higher, lower, more-reports, fewer-reports, no-clear-change, no-comparison,
    not-measured, not-comparable.
    """

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """Where a value stands against its target, and beside it whether the change could be chance.

    Keys: exceeded (better than asked), met (reached to the digit), not-met (still running), missed (its day
    has passed), no-target, no-baseline, no-value (a target without a number), not-measured. `detail` is a
    clause with result and target, empty without a verdict on them. `note` is a sentence about chance, empty
    when there is no earlier figure to compare with. `margin` is how much better than asked the result is, in
    the unit of the target; negative when it is not.
    """

    key: str
    words: str
    note: str
    detail: str = ""
    margin: Decimal | None = None

    @property
    def in_sentence(self) -> str:
        """The words after a colon; names of months keep their capitals."""
        return self.words[:1].lower() + self.words[1:]
