"""How much more a monthly series scatters than independent offences would: the quasi-Poisson factor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SHORTEST_HISTORY = 24
"""Published months below which no dispersion is estimated."""

LONGEST_HISTORY = 60
"""Newest months that are used: older scatter says little about this year's."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """`factor` is variance over mean, at least 1. `estimated` is False, and `factor` 1, where the history is
    too short; sentences then say that the plain count test was used."""

    factor: float
    months: int
    degrees_of_freedom: int
    estimated: bool


def dispersion(monthly: Sequence[int | None]) -> Dispersion:
    """The dispersion of monthly counts about a mean with a level for each year and a season for each month.

    Years are counted back from the last month, so that they are whole whatever month the series ends with;
    the newest 60 months are used. The mean is level x season, fitted by maximum likelihood (for whole years
    row total x column total / total, else by proportional fitting of the published months). Pearson's
    chi-square of what is left, over its degrees of freedom, is the factor; below 1 it is read as 1, since
    offences are no more regular than chance.

    Give it the months of one way of counting only: a declared break inside them would be read as scatter.
    Raises `ValueError` for negative counts.

    Sources: R. W. M. Wedderburn, "Quasi-likelihood functions, generalized linear models, and the Gauss-Newton
    method", Biometrika 61 (1974), 439-447; McCullagh and Nelder (1989), section 6.2; W. E. Deming and F. F.
    Stephan, Annals of Mathematical Statistics 11 (1940), 427-444 (proportional fitting).
    """
    grid = _by_year(monthly[-LONGEST_HISTORY:])
    published = ~np.isnan(grid)
    months = int(published.sum())
    if months and float(np.nanmin(grid)) < 0:
        raise ValueError("a monthly count is 0 or more")
    if months < SHORTEST_HISTORY:
        return Dispersion(1.0, months, 0, False)
    counts = np.where(published, grid, 0.0)
    # A month of the year, or a year, without any offence is fitted exactly: it has nothing to say.
    years, seasons = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    counts, published = counts[years][:, seasons], published[years][:, seasons]
    free = int(published.sum()) - sum(counts.shape) + _parts(published)
    if free < 1:
        return Dispersion(1.0, months, max(0, free), False)
    expected = _fit(counts, published)
    chi_square = float(((counts - expected) ** 2 / np.where(published, expected, 1.0))[published].sum())
    return Dispersion(max(1.0, chi_square / free), months, free, True)


def _by_year(monthly: Sequence[int | None]) -> np.ndarray:
    """One row a year, the last one ending with the last month; NaN where nothing was published."""
    values = [np.nan if value is None else float(value) for value in monthly]
    return np.array([np.nan] * (-len(values) % 12) + values).reshape(-1, 12)


def _fit(counts: np.ndarray, published: np.ndarray) -> np.ndarray:
    """Level x season with the row and column totals of the counts, over the published months."""
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    level, season = rows / published.sum(axis=1), np.ones(len(columns))
    for _ in range(500):
        season = columns / (level @ published)
        level, previous = rows / (published @ season), level
        if np.allclose(level, previous, rtol=1e-12, atol=0):
            break
    return np.outer(level, season)


def _parts(published: np.ndarray) -> int:
    """Into how many groups the years fall that share no month of the year with each other."""
    linked = (published @ published.T.astype(int)) > 0
    for _ in range(len(linked)):
        linked = (linked.astype(int) @ linked) > 0
    return len({tuple(row) for row in linked.tolist()})
