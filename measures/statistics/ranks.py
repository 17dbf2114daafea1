"""Ranks with their uncertainty: between which places an area could stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from measures.statistics.counts import people, whole
from measures.statistics.tails import LEVEL, deviate


@dataclass(frozen=True, slots=True)
class Rank:
    """An area's place, 1 for the highest rate, and the places `best` to `worst` (numbers) it could have.

    `higher` and `lower` are the positions of the areas whose rates are clearly higher and clearly lower;
    all others cannot be told from this one. Equal rates share the better place.
    """

    place: int
    best: int
    worst: int
    higher: tuple[int, ...]
    lower: tuple[int, ...]
    areas: int


def ranks(
    counts: Sequence[int],
    populations: Sequence[float] | None = None,
    *,
    level: float = LEVEL,
    dispersion: float = 1.0,
    highest_first: bool = True,
) -> tuple[Rank, ...]:
    """The rank of each area by its rate, or by its count where no populations are given; in their order.

    Two areas are told apart when the square roots of their rates differ by more than chance at
    1 - (1 - level) / (areas - 1), two-sided: with that many comparisons an area's places hold with `level`.
    With `highest_first` False place 1 is the lowest rate, and `higher` and `lower` keep their meaning. No
    simulation: the same figures always give the same places. Raises `ValueError` for fewer than two areas
    and lists of unequal length.

    Sources: H. Goldstein and D. J. Spiegelhalter, "League tables and their limitations", Journal of the Royal
    Statistical Society A 159 (1996), 385-443 (ranks need intervals); D. Al Mohamad and others, "Simultaneous
    confidence intervals for ranks", arXiv 1708.02729 (places from pairwise tests); F. J. Anscombe, Biometrika
    35 (1948), 246-254 (the square root of count + 3/8 has variance 1/4).
    """
    if len(counts) < 2 or (populations is not None and len(populations) != len(counts)):
        raise ValueError("ranks need two areas or more, each with its population")
    if dispersion < 1:
        raise ValueError(f"a dispersion is 1 or more, not {dispersion!r}")
    observed = np.array([whole(count) for count in counts], dtype=float)
    sizes = np.array([people(size) for size in populations]) if populations else np.ones(len(counts))
    roots = np.sqrt((observed + 0.375) / sizes)
    variances = dispersion / (4 * sizes)
    apart = roots[None, :] - roots[:, None]  # how far the column's area lies above the row's
    reach = deviate(1 - (1 - level) / (len(counts) - 1))
    clear = np.abs(apart) > reach * np.sqrt(variances[None, :] + variances[:, None])
    higher, lower = clear & (apart > 0), clear & (apart < 0)
    return tuple(
        _rank(here, observed / sizes, higher[here], lower[here], highest_first) for here in range(len(counts))
    )


def _rank(here: int, rates: np.ndarray, higher: np.ndarray, lower: np.ndarray, highest_first: bool) -> Rank:
    ahead, behind = (higher, lower) if highest_first else (lower, higher)
    in_front = rates > rates[here] if highest_first else rates < rates[here]
    return Rank(
        1 + int(in_front.sum()),
        1 + int(ahead.sum()),
        len(rates) - int(behind.sum()),
        tuple(np.flatnonzero(higher).tolist()),
        tuple(np.flatnonzero(lower).tolist()),
        len(rates),
    )
