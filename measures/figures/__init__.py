"""All figures of a partnership's areas, agreed as a measure or not: profile, serious violence, comparison and
explorer. Boroughs and above only; what is not held or does not compare is said in words.
"""

from measures.figures.compare import MOST, Compared, compare
from measures.figures.explore import Explored, explore
from measures.figures.periods import SPANS
from measures.figures.profile import SORTS, Profile, profile, profile_called
from measures.figures.question import Asked
from measures.figures.violence import SeriousViolence, serious_violence

__all__ = [
    "MOST",
    "SORTS",
    "SPANS",
    "Asked",
    "Compared",
    "Explored",
    "Profile",
    "SeriousViolence",
    "compare",
    "explore",
    "profile",
    "profile_called",
    "serious_violence",
]
