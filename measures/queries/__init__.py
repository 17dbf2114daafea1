"""Measures joined to their figures, as signed-in people see them."""

from measures.queries.adopted import measures_on
from measures.queries.beside import Returned, Since, returned, since_each
from measures.queries.drawings import Chart
from measures.queries.kinds import year_start
from measures.queries.known import Known, know
from measures.queries.narratives import bound_figures, words_of
from measures.queries.newest import held_months, quarters_with_figures
from measures.queries.provenances import Provenance
from measures.queries.readings import (
    Reading,
    measure_list,
    reading_of,
    readings,
    readings_of,
    with_promises,
)
from measures.queries.said import Comparison, Part
from measures.queries.targets import TargetReading

__all__ = [
    "Chart",
    "Comparison",
    "Known",
    "Part",
    "Provenance",
    "Reading",
    "Returned",
    "Since",
    "TargetReading",
    "bound_figures",
    "held_months",
    "know",
    "measure_list",
    "measures_on",
    "quarters_with_figures",
    "reading_of",
    "readings",
    "readings_of",
    "returned",
    "since_each",
    "with_promises",
    "words_of",
    "year_start",
]
