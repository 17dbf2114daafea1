"""Numbers as people read them: values with their unit, differences, percentages, places and chances."""

from collections.abc import Sequence

from measures.statistics import StatisticType, Unit

SMALLEST_BASE = 30
"""The smallest earlier count that a percentage is given on; below it one offence moves the figure too far."""

_TYPES = {
    StatisticType.MEAN: "mean",
    StatisticType.MEDIAN: "median",
    StatisticType.MAXIMUM: "maximum",
}

# The probability yardstick leaves room between its classes: each border lies half-way in it.
_LIKELIHOODS = (
    (0.075, "there is a remote chance"),
    (0.225, "it is highly unlikely"),
    (0.375, "it is unlikely"),
    (0.525, "there is a realistic possibility"),
    (0.775, "it is likely"),
    (0.925, "it is highly likely"),
)


def value_words(
    value: float,
    unit: Unit = Unit.COUNT,
    statistic: StatisticType | None = None,
    *,
    per: str = "people",
    decimals: int | None = None,
) -> str:
    """A value with its unit, and its type where that is not plain: `53 days (mean)`, `12.3 per 1,000 people`.

    `per` names what a rate is per 1,000 of; `decimals` are those of a rate.
    """
    unit = Unit(unit)
    number = number_words(value, unit, decimals)
    words = {
        Unit.RATE: f"{number} per 1,000 {per}",
        Unit.PERCENT: f"{number}%",
        Unit.POINTS: f"{number} {_plural(number, 'point')}",
        Unit.DAYS: f"{number} {_plural(number, 'day')}",
        Unit.HOURS: f"{number} {_plural(number, 'hour')}",
        Unit.POUNDS: f"£{number}",
        Unit.YES_NO: "yes" if value else "no",
        Unit.RANK: ordinal(int(value)),
    }.get(unit, number)
    kind = _TYPES.get(StatisticType(statistic)) if statistic else None
    return f"{words} ({kind})" if kind else words


def number_words(value: float, unit: Unit = Unit.COUNT, decimals: int | None = None) -> str:
    """The number alone, without its sign: thousands separated, and no more decimals than the unit bears.

    Rates have one decimal, below 1 two, or `decimals`.
    """
    size = abs(float(value))
    if unit == Unit.POUNDS:
        return f"{size:,.0f}" if round(size, 2).is_integer() else f"{size:,.2f}"
    if unit == Unit.RATE:
        return f"{size:,.{rate_decimals(size) if decimals is None else decimals}f}"
    words = f"{size:,.1f}"
    return words.removesuffix(".0")


def rate_decimals(*values: float | None) -> int:
    """How many decimals rates that stand together have: two where one of them is below 1, else one."""
    return 2 if any(value is not None and 0 < abs(value) < 1 for value in values) else 1


def difference_words(difference: float, unit: Unit = Unit.COUNT, decimals: int | None = None) -> str:
    """How far one value lies from another, without a direction: `74`, `1.7 points`, `7 days`, `£20,000`."""
    if unit in (Unit.PERCENT, Unit.POINTS):
        return _at_least_a_tenth(difference, Unit.POINTS)
    if unit == Unit.RATE:
        places = rate_decimals(difference) if decimals is None else decimals
        number = number_words(difference, unit, places)
        return f"less than {10**-places:g}" if difference and not float(number.replace(",", "")) else number
    if unit == Unit.RANK:
        number = number_words(difference)
        return f"{number} {_plural(number, 'place')}"
    return _at_least_a_tenth(difference, unit)


def percent_words(percent: float, decimals: int = 1) -> str:
    """A percentage without its sign: `32.7%`, or `less than 0.1%` where rounding would leave nothing."""
    smallest = 10**-decimals
    if 0 < abs(percent) < smallest / 2:
        return f"less than {smallest:g}%"
    return f"{abs(percent):,.{decimals}f}%"


def ordinal(place: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{ending}"


def likelihood_words(chance: float) -> str:
    """A probability (0 to 1) in the words of the probability yardstick: `it is unlikely (about 35 in 100)`.

    Source: Professional Head of Intelligence Assessment, "Probability yardstick" (College of Policing,
    Authorised Professional Practice, "Delivering effective analysis").
    """
    words = next((words for border, words in _LIKELIHOODS if chance < border), "it is almost certain")
    return f"{words} ({hundred_words(chance)})"


def hundred_words(chance: float) -> str:
    """`about 35 in 100`, to the nearest five; no chance is said to be nought or certain."""
    if chance < 0.025:
        return "fewer than 5 in 100"
    if chance > 0.975:
        return "more than 95 in 100"
    return f"about {5 * round(20 * chance)} in 100"


def joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def capital(words: str) -> str:
    """With a capital first letter; the others stay as they are."""
    return words[:1].upper() + words[1:]


def sentence(words: str) -> str:
    """With a capital first letter and a full stop at its end."""
    words = words.strip()
    return capital(words) if not words or words.endswith((".", "?", "!")) else f"{capital(words)}."


def singular_of(plural: str) -> str:
    """The singular of a phrase whose last word is a regular plural."""
    if plural.endswith("ies"):
        return plural.removesuffix("ies") + "y"
    return plural.removesuffix("s")


def _plural(number: str, noun: str) -> str:
    return noun if number == "1" else f"{noun}s"


def _at_least_a_tenth(difference: float, unit: Unit) -> str:
    if difference and number_words(difference, unit) == "0":
        return f"less than {value_words(0.1, unit)}" if unit != Unit.POUNDS else "less than a penny"
    return value_words(abs(difference), unit)
