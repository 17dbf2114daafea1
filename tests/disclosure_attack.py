"""An attacker who has read all that is shown, and how it was decided: linear programs over what is left open.

Written apart from `measures.disclosure`, which reasons with flows: this one only knows equations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = tuple[str, ...]
"""(area, crime type), or whatever names one unknown number."""


@dataclass
class Attacker:
    """Collects what is known, then asks of each unknown between which whole numbers it must lie."""

    known: dict[Cell, int] = field(default_factory=dict)
    unknown: list[Cell] = field(default_factory=list)
    sums: list[tuple[Mapping[Cell, int], int]] = field(default_factory=list)

    def learns(self, cell: Cell, value: int | None) -> None:
        """A number that is shown; None is one that is withheld."""
        if value is None:
            self.unknown.append(cell)
        else:
            self.known[cell] = value

    def adds_up(self, cells: Iterable[Cell], *, to: int | Cell) -> None:
        """The cells together are a known total, or another cell."""
        weights = dict.fromkeys(cells, 1)
        if isinstance(to, tuple):
            weights[to] = -1
        self.sums.append((weights, 0 if isinstance(to, tuple) else to))

    def ranges(self) -> dict[Cell, tuple[int, int]]:
        """Every unknown with the least and the greatest number that agrees with all that is known."""
        if not self.unknown:
            return {}
        place = {cell: at for at, cell in enumerate(self.unknown)}
        rows, totals = [], []
        for weights, total in self.sums:
            row = np.zeros(len(place))
            for cell, weight in weights.items():
                if cell in place:
                    row[place[cell]] = weight
                else:
                    total -= weight * self.known[cell]
            if row.any():
                rows.append(row)
                totals.append(total)
        equations = LinearConstraint(np.array(rows), totals, totals) if rows else None
        return {cell: self._range(place[cell], equations) for cell in self.unknown}

    def recovered(self) -> list[Cell]:
        return [cell for cell, (low, high) in self.ranges().items() if low == high]

    def _range(self, at: int, equations: LinearConstraint | None) -> tuple[int, int]:
        wanted = np.zeros(len(self.unknown))
        wanted[at] = 1
        return self._least(wanted, equations), -self._least(-wanted, equations)

    def _least(self, wanted: np.ndarray, equations: LinearConstraint | None) -> int:
        found = milp(
            wanted,
            constraints=equations,
            integrality=np.ones(len(wanted)),
            bounds=Bounds(0, 10**7),
        )
        assert found.success, found.message
        return round(found.fun)
