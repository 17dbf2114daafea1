"""What a figure says as a document prints it: what follows from the print, and what does not.

A document prints a count and "up 18%" and leaves out the earlier count, or loses its arrows, or sets a mean
beside a maximum. Nothing is guessed here. What follows by arithmetic is worked out with the range that
rounding leaves, is held against chance, and is said to be derived.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from measures import judgement, statistics
from measures.judgement import Polarity, TargetKind, TargetVerdict, Verdict
from measures.statistics import Derived, Statistic, StatisticType, Unit

UP, DOWN, SAME, NOT_LEGIBLE = "up", "down", "none", "not-legible"

_PERCENTAGES = re.compile(r"(\d[\d,]*(?:\.(\d+))?)\s*%")


@dataclass(frozen=True, slots=True)
class Printed:
    """One figure of a document. None is what the document does not print.

    `change_count` and `change_percent` have no sign where the direction is not legible. `base` is of how
    many `value` is a percentage, and `surveyed` whether they are people who answered a survey. `noun` is the
    plural of what is counted, in the middle of a sentence. `part_of_all` says that it is counted among all
    offences.
    """

    label: str
    as_printed: str = ""
    area: str = ""
    period: str = ""
    period_before: str = ""
    crime_type: str = ""
    noun: str = ""
    unit: Unit = Unit.COUNT
    statistic: StatisticType = StatisticType.COUNT
    before_statistic: StatisticType | None = None
    value: Decimal | None = None
    before: Decimal | None = None
    base: int | None = None
    change_count: int | None = None
    change_percent: Decimal | None = None
    direction: str = ""
    target_kind: TargetKind | None = None
    target_value: Decimal | None = None
    target_printed: str = ""
    polarity: Polarity = Polarity.NEUTRAL
    surveyed: bool = False
    part_of_all: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What is said beside a printed figure. Empty or None is what does not follow from it.

    `before` is the derived earlier count in words and `formula` how it was worked out. `verdict` is what the
    change means on the printed numbers alone and `chance` the sentence behind it, or why it was not tested.
    `target` is where the result stands; `sentences` are what else must be said.
    """

    direction: str = ""
    before: str = ""
    formula: str = ""
    difference: str = ""
    verdict: Verdict | None = None
    chance: str = ""
    target: TargetVerdict | None = None
    target_words: str = ""
    sentences: tuple[str, ...] = field(default=())


def told(printed: Printed) -> Told:
    """All that follows from one figure as it is printed."""
    base = derived_base(printed)
    verdict, chance = _held_against_chance(printed, base)
    target = _target(printed)
    return Told(
        direction=_direction(printed),
        before=derived_words(base) if base else "",
        formula=base.formula if base else "",
        difference=_difference(printed, base),
        verdict=verdict,
        target=target,
        target_words=_target_words(printed),
        chance=chance,
        sentences=tuple(
            filter(
                None, (_refusal(printed), _pair(printed), _limits(printed), _contradicted(printed, target))
            )
        ),
    )


def derived_base(printed: Printed) -> Derived | None:
    """The earlier count behind a count and its change in per cent, or behind both forms of a change."""
    if printed.unit != Unit.COUNT or printed.before is not None or printed.change_percent is None:
        return None
    decimals = _decimals(printed)
    signed = _signed(printed, printed.change_percent)
    try:
        if printed.change_count is not None:
            size = abs(printed.change_percent)
            return statistics.derived_base_of_difference(abs(printed.change_count), str(size), decimals)
        if printed.value is not None and signed is not None:
            return statistics.derived_base(int(printed.value), str(signed), decimals)
    except ValueError:  # a fall of everything, or a change that was rounded away
        return None
    return None


def derived_words(derived: Derived) -> str:
    """`84`, or `23,086 to 23,299`."""
    if derived.low == derived.high:
        return f"{derived.low:,}"
    return f"{derived.low:,} to {derived.high:,}"


def sum_sentence(rows: Sequence[Printed]) -> str:
    """Why the parts of a document's count of all offences are not added up; empty where there is no such."""
    for whole in rows:
        if whole.crime_type != "all" or whole.value is None:
            continue
        parts = [
            row
            for row in rows
            if row is not whole
            and row.value is not None
            and (row.unit, row.area, row.period) == (Unit.COUNT, whole.area, whole.period)
        ]
        if len(parts) < 2:
            continue
        total, rest = sum(int(row.value or 0) for row in parts), int(whole.value)
        aside = [_lower(row.label) for row in parts if not row.part_of_all]
        why = f" {judgement.joined(aside).capitalize()} are no part of that count at all." if aside else ""
        return (
            f"No total is made: the other {len(parts)} figures come to {total:,} of the {rest:,} printed for "
            f"{_lower(whole.label)}. They are no complete list.{why}"
        )
    return ""


def printed_twice(rows: Sequence[Printed]) -> dict[int, str]:
    """Place in `rows` -> how else the document prints the same figure."""
    places: dict[tuple[str, str, str], list[int]] = {}
    for at, row in enumerate(rows):
        if row.target_value is None or row.value is not None or row.change_percent is not None:
            places.setdefault((row.label.casefold(), row.area, row.period), []).append(at)
    found = {}
    for same in places.values():
        for at in same:
            others = [rows[other].as_printed for other in same if other != at]
            others = [words for words in others if words and words != rows[at].as_printed]
            if others:
                found[at] = (
                    f"The document also prints “{'” and “'.join(others)}” for it. Both stand as they are."
                )
    return found


def not_compared(rows: Sequence[Printed]) -> dict[int, str]:
    """Place in `rows` -> why it does not compare with the figure that the document sets beside it.

    Two figures stand beside each other when their labels are the same up to a comma and so are area and
    period: a longest wait before something, and a mean wait with it.
    """
    places: dict[tuple[str, str, str], list[int]] = {}
    for at, row in enumerate(rows):
        if row.value is not None and "," in row.label:
            places.setdefault((row.label.partition(",")[0], row.area, row.period), []).append(at)
    found = {}
    for same in places.values():
        for at in same:
            words = [_refused(rows[at], rows[other]) for other in same if other != at]
            if any(words):
                found[at] = " ".join(filter(None, words))
    return found


def _refused(one: Printed, other: Printed) -> str:
    why = statistics.comparable(Statistic(one.statistic, one.unit), Statistic(other.statistic, other.unit))
    if why is None:
        return ""
    both = " and ".join(
        judgement.value_words(float(row.value or 0), row.unit, row.statistic) for row in (one, other)
    )
    return f"{both} do not compare: {why.reason}. No difference and no percentage is given."


# --- one figure ------------------------------------------------------------------------------


def _signed(printed: Printed, size: Decimal | int | None) -> Decimal | None:
    """A change with its sign; None where its direction is not known."""
    if size is None or printed.direction not in (UP, DOWN):
        return None
    return abs(Decimal(size)) * (1 if printed.direction == UP else -1)


def _decimals(printed: Printed) -> int:
    """With how many decimals the percentage is printed: 30.0% has one, though a database may drop it."""
    if printed.change_percent is None:
        return 0
    for found in _PERCENTAGES.finditer(printed.as_printed):
        if Decimal(found[1].replace(",", "")) == abs(printed.change_percent):
            return len(found[2] or "")
    exponent = printed.change_percent.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _direction(printed: Printed) -> str:
    words = {UP: "Up", DOWN: "Down", SAME: "No change", NOT_LEGIBLE: "Direction not legible"}
    return words.get(printed.direction, "")


def _difference(printed: Printed, base: Derived | None) -> str:
    """How many more or fewer, before any percentage; from a derived base as a range."""
    if printed.unit != Unit.COUNT or printed.direction not in (UP, DOWN):
        return ""
    ends = {abs(_ends(printed, end)[0] - _ends(printed, end)[1]) for end in _bases(printed, base)}
    if not ends:
        return ""
    low, high = min(ends), max(ends)
    size = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{size} {'more' if printed.direction == UP else 'fewer'}"


def _bases(printed: Printed, base: Derived | None) -> tuple[int, ...]:
    """The earlier counts that the print allows: the printed one, or the ends of the derived range."""
    if printed.before is not None:
        return (int(printed.before),) if printed.value is not None else ()
    return (base.low, base.high) if base else ()


def _ends(printed: Printed, before: int) -> tuple[int, int]:
    """(now, before), given the earlier count."""
    if printed.value is not None:
        return int(printed.value), before
    return before + int(_signed(printed, printed.change_count) or 0), before


def _held_against_chance(printed: Printed, base: Derived | None) -> tuple[Verdict | None, str]:
    """The plain count test on the printed numbers. Whatever base the rounding allows must pass it."""
    if printed.unit != Unit.COUNT or _refusal(printed):
        return None, ""
    if printed.direction == NOT_LEGIBLE:
        return None, "Whether it rose or fell is not legible, so nothing is said of the change."
    known = [_ends(printed, before) for before in _bases(printed, base)]
    if not known or (printed.before is None and printed.direction not in (UP, DOWN)):
        if printed.change_percent is not None:
            return (
                None,
                "The numbers behind the percentage are not printed, so it cannot be held against chance.",
            )
        return None, ""
    changes = [statistics.change(now, before) for now, before in known]
    clear = [one for one in changes if one.beyond_chance]
    verdict = judgement.direction_word(
        changes[0] if len(clear) == len(changes) else next(c for c in changes if not c.beyond_chance),
        printed.polarity,
    )
    if clear and len(clear) < len(changes):
        return verdict, "Rounding leaves it open: some of the earlier numbers it allows could be chance."
    return verdict, judgement.chance_sentence(changes[0])


def _pair(printed: Printed) -> str:
    """Both printed counts in the sentence that every change gets, with its limits."""
    if printed.unit != Unit.COUNT or printed.value is None or printed.before is None or _refusal(printed):
        return ""
    change = statistics.change(int(printed.value), int(printed.before))
    words = judgement.change_sentence(
        change,
        what=printed.noun or _lower(printed.label),
        where=printed.area,
        now_label=printed.period,
        before_label=printed.period_before,
    )
    return " ".join(filter(None, (words, judgement.interval_sentence(change))))


def _refusal(printed: Printed) -> str:
    """Why two printed values are not compared; empty where they may be."""
    if printed.value is None or printed.before is None or printed.before_statistic is None:
        return ""
    return _refused(printed, replace(printed, statistic=printed.before_statistic, value=printed.before))


def _limits(printed: Printed) -> str:
    """Of how many a percentage is, and how far chance moves it."""
    if printed.unit != Unit.PERCENT or printed.value is None:
        return ""
    if printed.base is None:
        return ""
    if not printed.surveyed:
        behind = statistics.derived_count(str(printed.value), printed.base)
        return f"That is {derived_words(behind)} of {printed.base:,}."
    low, high = statistics.percent_interval(float(printed.value), printed.base)
    return (
        f"Of {printed.base:,} people who answered. In a random sample of this size chance alone would leave "
        f"it between {judgement.percent_words(low)} and {judgement.percent_words(high)}."
    )


def _target(printed: Printed) -> TargetVerdict | None:
    if printed.target_kind is None:
        return None
    kind = TargetKind(printed.target_kind)
    result, baseline = printed.value, None
    if kind in (TargetKind.REDUCE_BY_PERCENT, TargetKind.INCREASE_BY_PERCENT):
        # The percentage is printed and its base is not: on a base of 100 it is the same target.
        moved = _signed(printed, printed.change_percent)
        result, baseline = (None if moved is None else 100 + moved), Decimal(100)
    return judgement.target_verdict(
        result, kind, printed.target_value, baseline, None, unit=printed.unit, closed=result is not None
    )


def _target_words(printed: Printed) -> str:
    if printed.target_kind is None:
        return ""
    return judgement.target_words(TargetKind(printed.target_kind), printed.target_value, printed.unit)


def _contradicted(printed: Printed, target: TargetVerdict | None) -> str:
    """Where the document's own verdict on a target is not the one that its figures come to."""
    if target is None or not printed.target_printed:
        return ""
    # "Met" is said by some of what is also exceeded.
    if target.key == printed.target_printed or (target.key, printed.target_printed) == ("exceeded", "met"):
        return ""
    return f"The document says of the target: {printed.target_printed}."


def _lower(label: str) -> str:
    """A label in the middle of a sentence."""
    return label[:1].lower() + label[1:]
