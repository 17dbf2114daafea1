"""Where a value stands against what was promised, and beside it whether the change could be chance."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from measures.judgement.changes import direction
from measures.judgement.kinds import TargetKind, TargetVerdict
from measures.judgement.words import difference_words, number_words, ordinal, percent_words, value_words
from measures.statistics import Change, Unit

Number = float | Decimal

_LEVELS = (
    TargetKind.AT_MOST,
    TargetKind.AT_LEAST,
    TargetKind.GAP_AT_MOST,
    TargetKind.STANDARD,
    TargetKind.RANK_AT_MOST,
)
_FALLS = (TargetKind.REDUCE_BY_PERCENT, TargetKind.REDUCE_BY)
_BY_PERCENT = (TargetKind.REDUCE_BY_PERCENT, TargetKind.INCREASE_BY_PERCENT)
_SMALLER_IS_BETTER = (TargetKind.AT_MOST, TargetKind.GAP_AT_MOST, TargetKind.RANK_AT_MOST)


def target_verdict(
    value: Number | None,
    target_kind: TargetKind | None,
    target_value: Number | None,
    baseline: Number | None,
    change: Change | None,
    *,
    unit: Unit = Unit.COUNT,
    due: date | None = None,
    as_at: date | None = None,
    closed: bool = False,
    label: str = "",
) -> TargetVerdict:
    """Hold `value` against the target; reaching it exactly meets it, going beyond it exceeds it.

    `target_value` is in the unit of the value, or in per cent of `baseline` (reduce, increase by per cent),
    10 for 10%. `value` is None when nothing is measured yet, `target_kind` None when no target is set,
    `target_value` None when one was set without a number. What is not met is missed once the target is
    `closed`, or `as_at` lies after `due`. The verdict speaks of the figure alone; `note` says whether
    `change` could be chance. `label` names the months of the value, for the detail.

    A gap is a size: its sign does not count. Hold steady, without a tolerance, asks for no change beyond
    chance; with one, for a value no further than that from the baseline (or from the earlier figure).
    """
    note = chance_note(change, unit)
    if target_kind is None:
        return TargetVerdict("no-target", "No target set", note)
    kind = TargetKind(target_kind)
    if target_value is None and kind != TargetKind.HOLD_STEADY:
        return TargetVerdict("no-value", "Target without a number", note)
    if value is None:
        return TargetVerdict("not-measured", "Not measured yet", note)
    over = closed or (due is not None and as_at is not None and as_at > due)
    if kind == TargetKind.HOLD_STEADY:
        found = _hold_steady(_exact(value), target_value, baseline, change, Unit(unit), over, note)
        stands = f"{value_words(float(value), Unit(unit))} in {label}, " if label else ""
        return replace(found, detail=f"{stands}{found.detail}") if found.detail else found
    asked = abs(_exact(target_value or 0)) if kind == TargetKind.GAP_AT_MOST else _exact(target_value or 0)
    result = abs(_exact(value)) if kind == TargetKind.GAP_AT_MOST else _exact(value)
    if kind in _LEVELS:
        margin = asked - result if kind in _SMALLER_IS_BETTER else result - asked
        detail = _level_detail(result, kind, asked, Unit(unit), label)
    else:
        if baseline is None or (kind in _BY_PERCENT and not _exact(baseline)):
            return TargetVerdict("no-baseline", "No baseline set", note)
        moved = result - _exact(baseline)
        wished = -moved if kind in _FALLS else moved
        if kind in _BY_PERCENT:
            # Compared without dividing: 33.3% of 1,000 must be reached to the digit.
            margin = (wished * 100 - asked * abs(_exact(baseline))) / abs(_exact(baseline))
        else:
            margin = wished - asked
        detail = _move_detail(moved, _exact(baseline), kind, asked, Unit(unit))
        if label:
            detail = f"{value_words(float(result), Unit(unit))} in {label}, {detail}"
    return _verdict(kind, margin, over, note, detail)


def target_words(kind: TargetKind, value: Number | None, unit: Unit = Unit.COUNT) -> str:
    """What a target asks, as a clause: `at most 250`, `a fall of at least 10%`, `within 2 points`."""
    kind, unit = TargetKind(kind), Unit(unit)
    if value is None:
        return "no change beyond chance" if kind == TargetKind.HOLD_STEADY else "a target without a number"
    size = float(value)
    if kind in _BY_PERCENT:
        return f"a {'fall' if kind in _FALLS else 'rise'} of at least {number_words(size)}%"
    match kind:
        case TargetKind.AT_MOST | TargetKind.AT_LEAST:
            return f"{'at most' if kind == TargetKind.AT_MOST else 'at least'} {value_words(size, unit)}"
        case TargetKind.GAP_AT_MOST:
            return f"a gap of at most {difference_words(size, unit)}"
        case TargetKind.STANDARD:
            return f"at least {value_words(size, Unit.PERCENT)} within the standard"
        case TargetKind.RANK_AT_MOST:
            return f"{ordinal(int(size))} place or better"
        case TargetKind.HOLD_STEADY:
            return f"within {difference_words(size, unit)} of the baseline"
    return f"a {'fall' if kind in _FALLS else 'rise'} of at least {difference_words(size, unit)}"


def chance_note(change: Change | None, unit: Unit = Unit.COUNT) -> str:
    """Whether the change behind a target could be chance, as a sentence with both figures; or empty."""
    if change is None or change.before is None:
        return ""
    unit = Unit(unit)
    before, now = value_words(change.before, unit), value_words(change.now, unit)
    if change.difference == 0:
        return f"There is no change from {before}."
    if change.beyond_chance is None:
        return f"Whether the {direction(change)} from {before} to {now} could be chance cannot be told."
    verdict = "is more than we would expect by chance" if change.beyond_chance else "could be chance"
    return f"The {direction(change)} from {before} to {now} {verdict}."


def _verdict(kind: TargetKind, margin: Decimal, over: bool, note: str, detail: str) -> TargetVerdict:
    if margin > 0:
        # "Exceeded" beside "at most 250" would be read as too many.
        words = "Better than asked" if kind in _SMALLER_IS_BETTER else "Exceeded"
        return TargetVerdict("exceeded", words, note, detail, margin)
    if margin == 0:
        return TargetVerdict("met", "Met", note, detail, margin)
    return _unmet(over, note, detail, margin)


def _unmet(over: bool, note: str, detail: str, margin: Decimal | None) -> TargetVerdict:
    if over:
        return TargetVerdict("missed", "Missed", note, detail, margin)
    return TargetVerdict("not-met", "Not met yet", note, detail, margin)


def _hold_steady(
    value: Decimal,
    tolerance: Number | None,
    baseline: Number | None,
    change: Change | None,
    unit: Unit,
    over: bool,
    note: str,
) -> TargetVerdict:
    earlier = change.before if change else None
    if tolerance is None:
        if change is None or earlier is None:
            return TargetVerdict("no-baseline", "No baseline set", note)
        if change.beyond_chance is None and change.difference:
            return TargetVerdict("no-value", "Target without a number", note)
        if change.beyond_chance:
            return _unmet(over, note, f"a {direction(change)} beyond chance", None)
        return TargetVerdict("met", "Met", note, "no change beyond chance")
    start = baseline if baseline is not None else earlier
    if start is None:
        return TargetVerdict("no-baseline", "No baseline set", note)
    moved = abs(value - _exact(start))
    room = _exact(tolerance) - moved
    detail = (
        f"{difference_words(float(moved), unit)} from {value_words(float(start), unit)} "
        f"against a target of {target_words(TargetKind.HOLD_STEADY, tolerance, unit)}"
    )
    if room >= 0:
        return TargetVerdict("met", "Met", note, detail, room)
    return _unmet(over, note, detail, room)


def _level_detail(result: Decimal, kind: TargetKind, asked: Decimal, unit: Unit, label: str) -> str:
    if kind == TargetKind.GAP_AT_MOST and unit == Unit.PERCENT:
        unit = Unit.POINTS
    unit = {TargetKind.STANDARD: Unit.PERCENT, TargetKind.RANK_AT_MOST: Unit.RANK}.get(kind, unit)
    months = f" in {label}" if label else ""
    asks = target_words(kind, asked, unit)
    words = f"{value_words(float(result), unit)}{months} against a target of {asks}"
    apart = result - asked
    if not apart or unit in (Unit.YES_NO, Unit.RANK):
        return words
    return f"{words}: {difference_words(float(apart), unit)} {'above' if apart > 0 else 'below'} it"


def _move_detail(moved: Decimal, baseline: Decimal, kind: TargetKind, asked: Decimal, unit: Unit) -> str:
    if kind in _BY_PERCENT:
        percent = 100 * moved / abs(baseline)
        # "A fall of 2.5% against 2.5%" must not stand beside a target that was just missed.
        close = abs(percent) != asked and percent_words(float(percent)) == percent_words(float(asked))
        size = percent_words(float(percent), 3 if close else 1)
    else:
        size = difference_words(float(moved), unit)
    result = f"a {'rise' if moved > 0 else 'fall'} of {size}" if moved else "no change"
    return f"{result} against a target of {target_words(kind, asked, unit)}"


def _exact(value: Number) -> Decimal:
    """As printed: in binary, 33.3 is not 33.3, and a target reached to the digit would read as missed."""
    return Decimal(str(value))
