"""One grammar for what a figure means: every change and every target is put in words here and nowhere else.

The words state the finding and no cause, for page, document, API and alt text alike: plain text, no HTML.
Whether a movement is good is never read from its direction alone: that is the measure's `Polarity`. Whether
it is a movement at all is the test of `measures.statistics`.
"""

from measures.judgement.areas import (
    Comparator,
    beside_sentence,
    comparators_sentence,
    funnel_sentence,
    overlap_warning,
    rank_sentence,
)
from measures.judgement.changes import (
    LONGEST_HEADLINE,
    Figure,
    break_sentence,
    caveats,
    chance_sentence,
    change_sentence,
    direction_word,
    headline,
    incomparable_sentence,
    interval_sentence,
    percentage_allowed,
    printed_change_words,
    survey_sentence,
)
from measures.judgement.kinds import Polarity, TargetKind, TargetVerdict, Verdict
from measures.judgement.parts import parts_headline, parts_sentence
from measures.judgement.patterns import (
    process_sentence,
    projection_sentence,
    rare_sentence,
    season_sentence,
)
from measures.judgement.plans import groups_sentence, recurring_sentence
from measures.judgement.targets import chance_note, target_verdict, target_words
from measures.judgement.words import (
    SMALLEST_BASE,
    difference_words,
    joined,
    likelihood_words,
    number_words,
    ordinal,
    percent_words,
    value_words,
)
from measures.statistics import StatisticType, Unit

__all__ = [
    "LONGEST_HEADLINE",
    "SMALLEST_BASE",
    "Comparator",
    "Figure",
    "Polarity",
    "StatisticType",
    "TargetKind",
    "TargetVerdict",
    "Unit",
    "Verdict",
    "beside_sentence",
    "break_sentence",
    "caveats",
    "chance_note",
    "chance_sentence",
    "change_sentence",
    "comparators_sentence",
    "difference_words",
    "direction_word",
    "funnel_sentence",
    "groups_sentence",
    "headline",
    "incomparable_sentence",
    "interval_sentence",
    "joined",
    "likelihood_words",
    "number_words",
    "ordinal",
    "overlap_warning",
    "parts_headline",
    "parts_sentence",
    "percent_words",
    "percentage_allowed",
    "printed_change_words",
    "process_sentence",
    "projection_sentence",
    "rank_sentence",
    "rare_sentence",
    "recurring_sentence",
    "season_sentence",
    "survey_sentence",
    "target_verdict",
    "target_words",
    "value_words",
]
