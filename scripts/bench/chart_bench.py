"""`make bench-charts`: what one chart costs a page, against its limits and against plotly.py in the same run.

The chart has three lines of 48 months. Its drawing and the plain figure for plotly.js are made by
`measures/charts`; beside them plotly.py makes the same figure and writes it as JSON. The limit of time
is meant for a machine with nothing else to do. Exit status 1 when a limit is missed.
"""

import argparse
import gzip
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import date

import plotly.graph_objects as go

from crime_data.months import add_months
from measures import charts

MOST_MILLISECONDS, MOST_BYTES = 0.15, 1_024
ROUNDS = 100
CHARTS = 6  # of a page, made one after the other


def spec() -> charts.ChartSpec:
    rng = random.Random(1)  # noqa: S311 - figures to draw, not secrets
    months = tuple(add_months(date(2022, 1, 1), n) for n in range(48))
    series = tuple(
        charts.Series(name, tuple(max(0, round(rng.gauss(1_400, 90))) for _ in months))
        for name in ("This year", "Last year", "London")
    )
    return charts.ChartSpec(
        title="Personal robbery in Bexley rose by 74 (32.7%)",
        subtitle="Personal robbery, Bexley, January 2022 to December 2025",
        unit="Offences a month",
        body=charts.Trend(months, series),
        summary="There were 300 offences in 2025, 74 more than in 2024 (226).",
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="The cost of one chart.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    chart = spec()
    figure = charts.plotly(chart)
    ways: dict[str, Callable[[], str]] = {
        "SVG": lambda: charts.svg(chart),
        "figure for plotly.js": lambda: json.dumps(charts.plotly(chart), separators=(",", ":")),
        "plotly.py, to_json": lambda: go.Figure(figure).to_json(),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for make in ways.values():
        make()
    for _ in range(rounds):  # in turn, so that a busy moment meets all of them
        for name, make in ways.items():
            start = time.perf_counter()
            for _ in range(CHARTS):
                make()
            spent[name].append((time.perf_counter() - start) * 1_000 / CHARTS)
    cost = {name: statistics.median(times) for name, times in spent.items()}
    size = {name: len(gzip.compress(make().encode(), 6)) for name, make in ways.items()}
    for name, make in ways.items():
        print(
            f"{name:22} {cost[name]:7.3f} ms {len(make()):7,} bytes {size[name]:6,} packed"
            f"   {cost[name] / cost['SVG']:5.1f} of the SVG's time"
        )
    held = cost["SVG"] <= MOST_MILLISECONDS and size["SVG"] <= MOST_BYTES
    limits = f"{MOST_MILLISECONDS} ms and {MOST_BYTES:,} bytes packed"
    print(f"limits for the SVG, {limits}: {'held' if held else 'MISSED'}")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
