"""A tiny line for a row of a table or a list; its words are for those who do not see it."""

from dataclasses import dataclass
from datetime import date

from measures.charts.drawing import COLOURS, SIGNAL, diamond, num
from measures.charts.spec import Column, Drawing, Interactive, Series, Value
from measures.charts.trend import Trend, runs

WIDTH, HEIGHT, EDGE = 140, 36, 6


@dataclass(frozen=True, slots=True)
class Sparkline:
    """One series over consecutive months, from 0 up. Raises `ValueError` like `Trend`.

    `signal_points` are drawn in another shape: the month, and the rule that it broke.
    """

    months: tuple[date, ...]
    name: str
    values: tuple[Value, ...]
    signal_points: tuple[tuple[date, str], ...] = ()

    def __post_init__(self) -> None:
        self._trend()

    def _trend(self) -> Trend:
        return Trend(self.months, (Series(self.name, self.values),), signal_points=self.signal_points)

    def columns(self) -> tuple[Column, ...]:
        return self._trend().columns()

    def draw(self, unit: str, prefix: str) -> Drawing:
        known = [value for value in self.values if value is not None]
        low, high = min([0, *known]), max([0, *known])
        step = (WIDTH - 2 * EDGE) / max(1, len(self.months) - 1)
        per_unit = (HEIGHT - 2 * EDGE) / ((high - low) or 1)

        def at(place: int, value: float) -> tuple[float, float]:
            return EDGE + step * place, HEIGHT - EDGE - per_unit * (value - low)

        places = [
            [at(start + n, value) for n, value in enumerate(run)] for start, run in runs(self.values, ())
        ]
        line = "".join("M" + " ".join(f"{num(x)} {num(y)}" for x, y in run) for run in places if len(run) > 1)
        dots = [run[0] for run in places if len(run) == 1] + [run[-1] for run in places[-1:] if len(run) > 1]
        colour = COLOURS[0][0]
        base = HEIGHT - EDGE + per_unit * low
        content = f'<path stroke="#8c8c8c" d="M{EDGE} {num(base)}H{WIDTH - EDGE}"/>'
        if line:
            content += (
                f'<path class="chart-line" stroke="{colour}" stroke-width="2" stroke-linejoin="round"'
                f' d="{line}"/>'
            )
        content += "".join(
            f'<circle class="chart-point" fill="{colour}" cx="{num(x)}" cy="{num(y)}" r="3.5"/>'
            for x, y in dots
        )
        signals = [
            at(place, value)
            for place in sorted(self._trend().positions(self.signal_points))
            if (value := self.values[place]) is not None
        ]
        if signals:
            shapes = "".join(diamond(x, y, 5) for x, y in signals)
            content += f'<path class="chart-signal" fill="{SIGNAL}" stroke="#fff" d="{shapes}"/>'
        return Drawing(WIDTH, HEIGHT, content, inline=True)

    def interact(self) -> Interactive:
        return self._trend().interact()
