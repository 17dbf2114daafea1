"""Parts that overlap: how many of them changed, and their sum without a change of its own."""

from collections.abc import Sequence

from measures.judgement.words import capital, number_words, sentence
from measures.statistics import Change

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def parts_headline(changes: Sequence[Change], *, what: str, where: str) -> str:
    """How many parts changed beyond chance, and which way: "Serious violence in Bexley: 1 of 5 parts higher
    beyond chance, 4 without a clear change". Never a change of the sum."""
    said = [
        (sum(_way(change) == way for change in changes), words)
        for way, words in (
            ("higher", "higher beyond chance"),
            ("lower", "lower beyond chance"),
            ("unclear", "without a clear change"),
            ("alone", "without an earlier figure"),
        )
    ]
    found = [(number, words) for number, words in said if number]
    if not found:
        return capital(f"{what} in {where}")
    (first, words), *others = found
    of = f"{first} of {len(changes)} {'part' if len(changes) == 1 else 'parts'} {words}"
    return capital(f"{what} in {where}: {', '.join([of, *(f'{number} {more}' for number, more in others)])}")


def parts_sentence(total: int, parts: int, *, what: str, where: str, label: str) -> str:
    """What the parts come to, and why nothing is said of how that changed."""
    number = _WORDS[parts] if parts < len(_WORDS) else f"{parts:,}"
    come = f"the {number} parts of {what} in {where} come to {number_words(total)} in {label} when added up"
    return sentence(f"{come}, and some offences are counted twice, so no change is given")


def _way(change: Change) -> str:
    if change.difference is None:
        return "alone"
    if not change.beyond_chance:
        return "unclear"
    return "higher" if change.difference > 0 else "lower"
