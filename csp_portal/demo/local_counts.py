"""Invented incidents of anti-social behaviour, in the template for counts that no publisher offers.

Bromley's are brought to the total and the change that its strategy prints. All boroughs are in it, for what
is counted in a few only would be shown as the whole force's.
"""

import csv
from datetime import date
from pathlib import Path

from crime_data.months import month_range
from csp_portal.demo.invented import (
    BOROUGHS,
    ROW,
    SUMMER,
    Counts,
    Level,
    bring_to_total,
    columns_of,
    scattered,
)

HEADER = "area month category count source unit".split()
MONTHS = month_range(date(2018, 2, 1), date(2024, 12, 1))
LASTS = (date(2024, 1, 1), MONTHS[-1])
COUNTED_BY = "the demonstration"
# 6,772 in the year to January 2020, up 16%. The count of the year before is not printed.
ASB_TOTALS = (
    (date(2018, 2, 1), date(2019, 1, 1), 5_838),
    (date(2019, 2, 1), date(2020, 1, 1), 6_772),
)


def write_local_counts(folder: Path) -> list[Path]:
    """Two files of one body that counts, the second going on where the first ends."""
    counts = scattered(Level(6_600, 0.97, SUMMER), MONTHS, seed=2014)
    for first, last, total in ASB_TOTALS:
        bring_to_total(counts, [ROW["Bromley"]], columns_of(MONTHS, first, last), total)
    return [_write(folder, counts, last) for last in LASTS]


def _write(folder: Path, counts: Counts, last: date) -> Path:
    path = folder / f"antisocial-behaviour-to-{last:%Y%m}.csv"
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for borough, row in zip(BOROUGHS, counts.tolist(), strict=True):
            for month, count in zip(MONTHS, row, strict=True):
                if month <= last:
                    line = [borough.name, f"{month:%Y-%m}", "Anti-social behaviour", count, COUNTED_BY]
                    writer.writerow([*line, "incidents"])
    return path
