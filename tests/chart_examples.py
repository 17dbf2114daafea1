"""A made-up chart of each kind, for the tests and for looking: `python -m tests.chart_examples folder`."""

import random
from datetime import date
from math import cos, pi, sin, sqrt
from pathlib import Path
from sys import argv

from crime_data.months import add_months
from crime_data.shapes import pack_rings
from measures import charts
from measures.charts import ChartSpec, Series

HERE = Path(__file__).resolve().parent.parent


def months(count, first=date(2022, 1, 1)):
    return tuple(add_months(first, n) for n in range(count))


def spec(body, **more):
    words = {
        "title": "Personal robbery in Bexley rose by 74 (32.7%)",
        "subtitle": "Personal robbery, Bexley, January 2022 to December 2025",
        "unit": "Offences a month",
        "source": "Metropolitan Police Service, borough crime figures, release 2026-01",
        "summary": "There were 300 offences in 2025, 74 more than in 2024 (226).",
        "notes": ("Figures from March 2024 on are not comparable with those before.",),
    }
    return ChartSpec(body=body, **(words | more))


def _counts(rng, level, count, spread=0.12):
    return tuple(max(0, round(rng.gauss(level, level * spread))) for _ in range(count))


def _trend_with_everything():
    rng = random.Random(2)
    first, later = list(_counts(rng, 24, 26)), list(_counts(rng, 17, 22))
    first[9], later[12] = 41, 29
    first[4] = None
    when = months(48)
    return charts.Trend(
        when,
        (Series("Bexley", (*first, *later)),),
        target=15,
        baseline=22.5,
        breaks=((when[26], "CONNECT"),),
        limits=(
            charts.Segment(when[0], when[25], 14.2, 24.1, 34.0),
            charts.Segment(when[26], when[47], 8.9, 17.2, 25.5),
        ),
        signal_points=((when[9], "above the upper limit"), (when[38], "above the upper limit")),
        projection=charts.Projection(tuple((16 - n / 2, 17 - n / 9, 18 + n / 2) for n in range(1, 7))),
    )


def _year_on_year():
    rng = random.Random(3)
    now, before = _counts(rng, 210, 12), _counts(rng, 250, 12)
    return charts.Trend(
        months(12, date(2025, 4, 1)),
        (Series("Year to Mar 2026", now), Series("Year before", before, "previous")),
    )


def _four_lines():
    rng = random.Random(4)
    names = ("Bexley", "South East command unit", "All of London", "Similar boroughs")
    return charts.Trend(
        months(36),
        tuple(
            Series(name, tuple(round(rng.gauss(6 + n, 0.6), 1) for _ in range(36)))
            for n, name in enumerate(names)
        ),
    )


def _gap_below_nought():
    rng = random.Random(5)
    return charts.Trend(months(20), (Series("Gap", tuple(round(rng.gauss(0, 3), 1) for _ in range(20))),))


def _bars():
    return charts.Bars(
        "Crime type",
        ("Personal robbery", "Residential burglary", "Violence with injury", "Theft from a vehicle"),
        (
            Series("Year to December 2025", (300, 1_204, 2_310, None)),
            Series("Year before", (226, 1_388, 2_298, 1_100), "previous"),
        ),
    )


def _dots():
    return charts.Dots(
        "Rate per 1,000 people",
        (
            charts.Dot("Bexley", 71.3, 69.9, 72.7, "own"),
            charts.Dot("South East command unit", 88.1, 87.4, 88.8, "whole"),
            charts.Dot("London", 101.4, 101.2, 101.6, "whole"),
            charts.Dot("Bromley", 68.0, 66.8, 69.2),
            charts.Dot("Kingston upon Thames", 66.1, 64.1, 68.1),
            charts.Dot("Sutton", None),
        ),
    )


def _changes():
    return charts.Dots(
        "Change in percent",
        (
            charts.Dot("Bexley", 32.7, 11.7, 57.8, "own"),
            charts.Dot("London", -4.2, -5.0, -3.4, "whole"),
            charts.Dot("Bromley", -12.5, -28.0, 6.8),
        ),
    )


def _multiples(shared):
    rng = random.Random(6)
    panels = (
        charts.Panel("Personal robbery", _counts(rng, 25, 36), "No clear change"),
        charts.Panel("Residential burglary", _counts(rng, 100, 36), "Improving"),
        charts.Panel(
            "Violence with injury", (*_counts(rng, 190, 20), None, *_counts(rng, 210, 15)), "Getting worse"
        ),
        charts.Panel("Theft from a vehicle", _counts(rng, 140, 36), "No clear change"),
        charts.Panel(
            "Hate crime, all kinds that are recorded together", _counts(rng, 30, 36), "More reports"
        ),
    )
    return charts.Multiples(months(36), panels, shared)


def _funnel():
    rng = random.Random(7)
    average = 9.0
    populations = [rng.randrange(150_000, 400_000) for _ in range(32)]
    places = []
    for n, population in enumerate(populations):
        spread = sqrt(average * 1_000 / population) * 6
        rate = round(rng.gauss(average, spread * (3 if n % 9 == 0 else 1)), 2)
        far = 3.09 * spread
        outside = (
            "above the 99.8% limits"
            if rate > average + far
            else "below the 99.8% limits"
            if rate < average - far
            else ""
        )
        places.append(
            charts.Place(
                f"Borough {chr(65 + n % 26)}{n}",
                population,
                rate,
                "similar" if n % 7 == 3 else "other",
                outside,
                bool(outside),
            )
        )
    places[5] = charts.Place("Bexley", 246_500, 7.6, "own", "")
    limits = []
    for population in range(140_000, 420_001, 5_000):
        spread = sqrt(average * 1_000 / population) * 6
        limits.append(
            charts.FunnelLimits(
                population,
                average - 3.09 * spread,
                average - 1.96 * spread,
                average + 1.96 * spread,
                average + 3.09 * spread,
            )
        )
    return charts.Funnel("Offences per 1,000 people", "People, 2024", tuple(places), average, tuple(limits))


def _sparkline():
    rng = random.Random(8)
    when = months(24)
    values = list(_counts(rng, 25, 24))
    values[18] = 48
    return charts.Sparkline(when, "Bexley", tuple(values), ((when[18], "above the upper limit"),))


def _hexagon(x, y, size=0.0115):
    points = [(x + 1.6 * size * cos(pi / 3 * n), y + size * sin(pi / 3 * n)) for n in range(6)]
    return pack_rings([[*points, points[0]]])


def _map():
    rng = random.Random(9)
    wards = []
    for n in range(22):
        column, row = n % 5, n // 5
        shape = _hexagon(0.05 + column * 0.0276, 51.45 + row * 0.0199 + (column % 2) * 0.00996)
        withheld = n in (7, 16)
        value = None if withheld or n == 12 else round(rng.paretovariate(1.3) * 20)
        wards.append(charts.Ward(f"Ward {chr(65 + n)}", value, shape, withheld))
    return charts.WardMap("Offences, 2025", tuple(wards))


EXAMPLES = {
    "trend": spec(_trend_with_everything()),
    "year-on-year": spec(_year_on_year()),
    "four-lines": spec(_four_lines(), unit="Offences per 1,000 people"),
    "below-nought": spec(_gap_below_nought(), unit="Percentage points"),
    "bars": spec(_bars(), unit="Offences"),
    "dots": spec(_dots(), unit="Offences per 1,000 people"),
    "changes": spec(_changes(), unit="Percent change on the year before"),
    "multiples": spec(_multiples(True)),
    "multiples-own": spec(_multiples(False)),
    "funnel": spec(_funnel(), unit="Offences per 1,000 people"),
    "sparkline": spec(_sparkline()),
    "map": spec(_map(), unit="Offences, January to December 2025"),
}


def write_gallery(folder):
    """One page with every example, in the portal's style sheet."""
    css = "".join(
        (HERE / "static" / name).read_text("utf-8")
        for name in ("vendor/govuk-frontend/govuk-frontend.min.css", "css/portal.css")
    )
    figures = "".join(
        f'<figure class="figure" id="{name}"><h3 class="figure__headline">{example.title}</h3>'
        f'<div class="figure__drawing">{charts.svg(example, name)}</div></figure>'
        for name, example in EXAMPLES.items()
    )
    page = (
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<style>{css}</style><body class="portal"><div class="govuk-width-container">{figures}</div>'
    )
    (folder / "gallery.html").write_text(page, "utf-8")
    for name, example in EXAMPLES.items():
        (folder / f"{name}.png").write_bytes(charts.png(example))


if __name__ == "__main__":
    place = Path(argv[1])
    place.mkdir(parents=True, exist_ok=True)
    write_gallery(place)
