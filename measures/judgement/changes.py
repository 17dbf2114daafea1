"""What a figure is, what it was, and whether the difference could be chance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from measures.judgement.kinds import Polarity, Verdict
from measures.judgement.words import (
    SMALLEST_BASE,
    capital,
    difference_words,
    number_words,
    percent_words,
    rate_decimals,
    sentence,
    singular_of,
    value_words,
)
from measures.statistics import ChanceTest, Change, Dispersion, Incomparable, StatisticType, Unit
from measures.statistics.dispersion import SHORTEST_HISTORY

LONGEST_HEADLINE = 15
"""Words."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with all that is needed to print it: its unit, its type and its period."""

    value: float
    unit: Unit
    label: str
    statistic: StatisticType | None = None


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

# Said of things that are counted; everything else is higher or lower.
_COUNTED = (Unit.COUNT, Unit.NUMBER, Unit.RATE, Unit.DAYS, Unit.HOURS)


def change_sentence(
    change: Change,
    *,
    what: str,
    where: str,
    now_label: str,
    before_label: str,
    singular: str | None = None,
    unit: Unit = Unit.COUNT,
    statistic: StatisticType | None = None,
    per: str = "people",
    population_year: str = "",
) -> str:
    """The figure, the earlier figure, the difference, and whether it could be chance, in two sentences.

    For counts and rates `what` is a plural phrase in the middle of a sentence ("personal robbery offences")
    whose singular is derived from its last word unless `singular` is given; for other units it names the
    measure ("time to a decision"). The labels are periods ("January to December 2023"). The difference comes
    first; the percentage follows where the base is 30 or more. A rate says per 1,000 of what, and of which
    year the population is.
    """
    unit = Unit(unit)
    opening = _opening(change, what, singular, where, now_label, unit, statistic, per, population_year)
    if change.before is None or change.difference is None:
        missing = "Figures for the same months a year earlier are not held."
        return f"{opening}. {missing if unit in (Unit.COUNT, Unit.RATE) else 'No earlier figure is held.'}"
    decimals = rate_decimals(change.now, change.before)
    before = _plain(change.before, unit, decimals)
    if change.difference == 0:
        same = "the same number as" if unit == Unit.COUNT else "the same as"
        return f"{opening}, {same} in {before_label}."
    if unit in (Unit.YES_NO, Unit.RANK):
        return f"{opening}. In {before_label} it was {before}."
    difference = difference_words(change.difference, unit, decimals)
    parts = [opening, f"{difference} {_comparative(change, unit)} than in {before_label} ({before})"]
    if percentage_allowed(change, unit):
        parts.append(f"a {direction(change)} of {percent_words(change.percent or 0.0)}")
    return f"{', '.join(parts)}. {chance_sentence(change)}"


def headline(
    change: Change | Incomparable,
    *,
    what: str,
    where: str,
    unit: Unit = Unit.COUNT,
    statistic: StatisticType | None = None,
    per: str = "people",
) -> str:
    """The finding as a title of at most 15 words: "Personal robbery in Bexley rose by 74 (32.7%)".

    `what` names the measure without "offences" ("personal robbery"). A place too long for the title is left
    out of it; the subtitle below names it. A figure that no test exists for is stated beside the earlier
    one: a title claims no movement that could not be tested.
    """
    unit = Unit(unit)
    rate = f" per 1,000 {per}" if unit == Unit.RATE else ""
    finding = _finding(change, f"{what}{rate} in {where}", unit, statistic)
    if len(finding.split()) > LONGEST_HEADLINE:
        finding = _finding(change, f"{what}{rate}", unit, statistic)
    return capital(finding)


def direction_word(change: Change | Incomparable | None, polarity: Polarity) -> Verdict:
    """What the change means for a measure with this polarity; `change` is None when nothing is measured yet.

    Better and worse are said of changes beyond chance only, and never of neutral measures or reports. Where
    no test is possible the direction is said, and that it was not tested.
    """
    if change is None:
        return Verdict("not-measured", "Not measured yet")
    if isinstance(change, Incomparable):
        return Verdict("not-comparable", "Not comparable")
    if change.difference is None:
        return Verdict("no-comparison", "No earlier figure")
    if change.beyond_chance is None and change.difference:
        rose = change.difference > 0
        return Verdict("higher", "Higher, not tested") if rose else Verdict("lower", "Lower, not tested")
    if not change.beyond_chance:
        return _NO_CLEAR_CHANGE
    fell, rose_words = _VERDICTS[polarity]
    return rose_words if change.difference > 0 else fell


def chance_sentence(change: Change) -> str:
    """Whether the difference could be chance, as a sentence; empty where nothing changed or is compared."""
    if not change.difference:
        return ""
    if change.beyond_chance is None:
        return "These figures do not tell whether a difference of this size could be chance."
    if not change.beyond_chance:
        return "This is not a clear change: a difference of this size could be chance."
    # "More" after "fewer than" would be read as a rise.
    subject = "This is more" if direction(change) == "rise" else "This fall is larger"
    return f"{subject} than we would expect by chance."


def interval_sentence(change: Change, unit: Unit = Unit.COUNT) -> str:
    """The limits of the change: "Allowing for chance, the change lies between a rise of 11.7% and ...".

    Empty where there are none, or where the base is too small for a percentage.
    """
    if change.low is None or change.high is None:
        return ""
    if change.test != ChanceTest.SHARE and not percentage_allowed(change, unit):
        return ""
    ends = [_end(limit, change.test) for limit in (change.low, change.high)]
    return f"Allowing for chance, the change lies between {ends[0]} and {ends[1]}."


def incomparable_sentence(
    why: Incomparable, *, what: str, where: str, now: Figure, before: Figure, per: str = "people"
) -> str:
    """Both figures, each with its type and period, why they are not compared, and no change.

    S001's decision times: "... stood at 53 days (mean) in 2023 and 500 days (maximum) in 2022. ..."
    """
    both = " and ".join(
        f"{value_words(figure.value, figure.unit, figure.statistic, per=per)} in {figure.label}"
        for figure in (now, before)
    )
    return sentence(f"{what} in {where} stood at {both}") + " " + _not_compared([why.reason])


def break_sentence(
    change: Change,
    reasons: Sequence[str],
    *,
    what: str,
    where: str,
    now_label: str,
    before_label: str,
    singular: str | None = None,
    unit: Unit = Unit.COUNT,
    per: str = "people",
) -> str:
    """Both figures and why a break forbids to compare them: no difference, no percentage, no verdict.

    `reasons` are the texts of the breaks, which name them. Raises `ValueError` without one: a comparison is
    never refused without saying why.
    """
    if not reasons:
        raise ValueError("a comparison is refused only with a reason")
    unit = Unit(unit)
    opening = _opening(change, what, singular, where, now_label, unit, None, per, "")
    earlier = "" if change.before is None else f", and {_plain(change.before, unit)} in {before_label}"
    return f"{opening}{earlier}. {_not_compared(reasons)}"


def survey_sentence(
    *,
    percent: float,
    base: int,
    what: str,
    label: str,
    interval: tuple[float, float],
    self_selected: bool | None,
    where: str,
    mode: str = "",
) -> str:
    """A survey's answer with its base, its limits, and whom it stands for.

    `what` follows "of the people who answered" ("felt safe by day"). `self_selected` is True when people
    chose to take part, False for a random sample, None when the document does not say; `mode` is how they
    were asked ("online").
    """
    asked = f" ({mode})" if mode else ""
    said = (
        f"In {label}, {value_words(percent, Unit.PERCENT)} of the {base:,} people who answered{asked} {what}."
    )
    low, high = (value_words(round(limit, 1), Unit.PERCENT) for limit in interval)
    if self_selected is False:
        return f"{said} Allowing for chance, the figure for {where} lies between {low} and {high}."
    limits = f" In a random sample of this size chance alone would leave it between {low} and {high}."
    stands_for = (
        "People chose to take part"
        if self_selected
        else "It is not known how the people who answered were chosen"
    )
    return f"{said}{limits} {stands_for}, so they may not stand for everybody in {where}."


def caveats(
    change: Change | None,
    polarity: Polarity,
    extra: Iterable[str] = (),
    unit: Unit = Unit.COUNT,
    dispersion: Dispersion | None = None,
) -> tuple[str, ...]:
    """The sentences that must stand beside a figure: the given ones first, then those that follow from it.

    Each once, in order. `dispersion` is what the series' history gave; where it is too short, that is told.
    """
    found = [sentence(text) for text in extra if text.strip()]
    if polarity == Polarity.REPORTING:
        found.append("More reports can mean that more people come forward, that more happens, or both.")
    if polarity == Polarity.NEUTRAL:
        found.append("Neither direction is better in itself: the number also follows what services do.")
    if change is not None and change.difference is not None:
        if Unit(unit) in (Unit.COUNT, Unit.RATE) and not percentage_allowed(change, unit):
            found.append(
                "The numbers are small: a few more or fewer move them far, so no percentage is given."
            )
        if change.test in (ChanceTest.COUNT, ChanceTest.RATE) and change.dispersion > 1:
            found.append("The test allows for months that differ more than unconnected offences would.")
        if dispersion and not dispersion.estimated:
            found.append(
                f"Fewer than {SHORTEST_HISTORY} months are held, so the test takes offences as unconnected."
            )
    return tuple(dict.fromkeys(found))


def printed_change_words(percent: float, counts: tuple[int, int] | None = None, decimals: int = 1) -> str:
    """A percentage as a document prints it, with its counts (before, now) or the words that they lack.

    "a rise of 22.9% (109 to 134)", "a fall of 2.2% (counts not published)".
    """
    behind = "counts not published" if counts is None else f"{counts[0]:,} to {counts[1]:,}"
    if percent == 0:
        return f"no change ({behind})"
    return f"a {'rise' if percent > 0 else 'fall'} of {percent_words(percent, decimals)} ({behind})"


def both_words(change: Change, unit: Unit = Unit.COUNT) -> str:
    """`226 to 300`, for brackets; the figure alone where there is no earlier one."""
    unit, decimals = Unit(unit), rate_decimals(change.now, change.before)
    now = _plain(change.now, unit, decimals)
    return now if change.before is None else f"{_plain(change.before, unit, decimals)} to {now}"


def percentage_allowed(change: Change, unit: Unit = Unit.COUNT) -> bool:
    """Whether a percentage may stand beside the difference: for counts, rates and pounds on a base of 30."""
    if change.percent is None or Unit(unit) not in (Unit.COUNT, Unit.RATE, Unit.POUNDS):
        return False
    base = change.counts[1] if change.counts else change.before
    return (base or 0) >= SMALLEST_BASE


def direction(change: Change) -> str:
    """`rise` or `fall`."""
    return "rise" if (change.difference or 0) > 0 else "fall"


def _opening(
    change: Change,
    what: str,
    singular: str | None,
    where: str,
    now_label: str,
    unit: Unit,
    statistic: StatisticType | None,
    per: str,
    population_year: str,
) -> str:
    if unit == Unit.COUNT:
        return f"There {_count_of(change.now, what, singular or singular_of(what))} in {where} in {now_label}"
    if unit == Unit.RATE:
        of = "population" if per == "people" else per
        people = f" ({of} of {population_year})" if population_year else ""
        number = number_words(change.now, unit, rate_decimals(change.now, change.before))
        return f"There were {number} {what} per 1,000 {per}{people} in {where} in {now_label}"
    value = value_words(change.now, unit, statistic, per=per)
    verb = "was" if unit in (Unit.YES_NO, Unit.RANK) else "stood at"
    return f"In {now_label}, {what} in {where} {verb} {value}"


def _count_of(count: float, plural: str, singular: str) -> str:
    if count == 1:
        return f"was 1 {singular}"
    return f"were {value_words(count)} {plural}" if count else f"were no {plural}"


def _plain(value: float, unit: Unit, decimals: int | None = None) -> str:
    """As `value_words`, but a rate in brackets needs no "per 1,000" a second time."""
    return number_words(value, unit, decimals) if unit == Unit.RATE else value_words(value, unit)


def _comparative(change: Change, unit: Unit) -> str:
    rose = (change.difference or 0) > 0
    if unit == Unit.POUNDS:
        return "more" if rose else "less"
    if unit in _COUNTED:
        return "more" if rose else "fewer"
    return "higher" if rose else "lower"


def _not_compared(reasons: Sequence[str]) -> str:
    """A clause is built in; whole sentences follow."""
    if len(reasons) == 1 and not reasons[0].rstrip().endswith("."):
        return f"They do not compare, so no change is given: {reasons[0]}."
    return f"They do not compare, so no change is given. {' '.join(sentence(reason) for reason in reasons)}"


def _end(limit: float, test: ChanceTest) -> str:
    size = (
        difference_words(limit, Unit.POINTS) if test == ChanceTest.SHARE else percent_words(min(limit, 1e6))
    )
    return f"a {'rise' if limit > 0 else 'fall'} of {size}"


def _finding(change: Change | Incomparable, subject: str, unit: Unit, statistic: StatisticType | None) -> str:
    if isinstance(change, Incomparable):
        return f"{subject}: figures that do not compare"
    now = _plain(change.now, unit)
    if change.difference is None or change.before is None:
        return f"{subject} stood at {now}"
    if change.beyond_chance is None or unit in (Unit.YES_NO, Unit.RANK):
        if not change.difference:
            return f"{subject} stayed at {now}"
        return f"{subject}: {value_words(change.now, unit, statistic)}, {_plain(change.before, unit)} before"
    if not change.beyond_chance:
        return f"no clear change in {subject}"
    verb = "rose" if change.difference > 0 else "fell"
    percent = f" ({percent_words(change.percent or 0.0)})" if percentage_allowed(change, unit) else ""
    difference = difference_words(change.difference, unit, rate_decimals(change.now, change.before))
    return f"{subject} {verb} by {difference}{percent}"
