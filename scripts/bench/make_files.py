"""Made-up files in the form of the Met's LSOA file, for measuring. No figure in them is real.

    python -m scripts.bench.make_files FILE [--last 202309] [--months 24] [--restated 0] [--areas 4992]

A count depends on the seed, the series and the month alone, and on how often it was restated since: two
files agree where they overlap, but for what `--restated` changes. As in the published files, a series that is
nought in every month is left out. Whole-number arithmetic only, so one seed gives the same bytes everywhere.
"""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

AREAS_TABLE = Path(__file__).resolve().parents[2] / "crime_data" / "reference" / "areas.csv"
LEAD = ("LSOA Code", "LSOA Name", "Borough", "Major Category", "Minor Category")
# Roughly how many London records in a month.
LABELS = (
    ("ARSON AND CRIMINAL DAMAGE", "ARSON", 190),
    ("ARSON AND CRIMINAL DAMAGE", "CRIMINAL DAMAGE", 4_400),
    ("BURGLARY", "BURGLARY BUSINESS AND COMMUNITY", 1_500),
    ("BURGLARY", "DOMESTIC BURGLARY", 3_000),
    ("BURGLARY", "BURGLARY NON-DWELLING", 250),
    ("DRUG OFFENCES", "POSSESSION OF DRUGS", 2_900),
    ("DRUG OFFENCES", "TRAFFICKING OF DRUGS", 560),
    ("MISCELLANEOUS CRIMES AGAINST SOCIETY", "MISC CRIMES AGAINST SOCIETY", 700),
    ("POSSESSION OF WEAPONS", "POSSESSION OF WEAPONS", 500),
    ("PUBLIC ORDER OFFENCES", "OTHER OFFENCES PUBLIC ORDER", 380),
    ("PUBLIC ORDER OFFENCES", "PUBLIC FEAR ALARM OR DISTRESS", 3_300),
    ("PUBLIC ORDER OFFENCES", "RACE OR RELIGIOUS AGG PUBLIC FEAR", 1_000),
    ("PUBLIC ORDER OFFENCES", "VIOLENT DISORDER", 40),
    ("ROBBERY", "ROBBERY OF BUSINESS PROPERTY", 250),
    ("ROBBERY", "ROBBERY OF PERSONAL PROPERTY", 2_600),
    ("THEFT", "BICYCLE THEFT", 1_250),
    ("THEFT", "OTHER THEFT", 10_800),
    ("THEFT", "SHOPLIFTING", 7_500),
    ("THEFT", "THEFT FROM THE PERSON", 7_600),
    ("VEHICLE OFFENCES", "AGGRAVATED VEHICLE TAKING", 110),
    ("VEHICLE OFFENCES", "INTERFERING WITH A MOTOR VEHICLE", 900),
    ("VEHICLE OFFENCES", "THEFT FROM A VEHICLE", 5_000),
    ("VEHICLE OFFENCES", "THEFT OR UNAUTH TAKING OF A MOTOR VEH", 2_750),
    ("VIOLENCE AGAINST THE PERSON", "DEATH SERIOUS INJURY ILLEGAL DRIVING", 10),
    ("VIOLENCE AGAINST THE PERSON", "HOMICIDE", 9),
    ("VIOLENCE AGAINST THE PERSON", "STALKING AND HARASSMENT", 4_500),
    ("VIOLENCE AGAINST THE PERSON", "VIOLENCE WITH INJURY", 6_200),
    ("VIOLENCE AGAINST THE PERSON", "VIOLENCE WITHOUT INJURY", 9_500),
)
AREAS = 4_992  # London has a few less; with fewer, the file is a part of that of all
ONE = 1 << 16  # fixed point: 1.0
# Of 65,536 cells, how many are restated a publication: of the last three months, and of those before.
RESTATED_RECENT, RESTATED_OLD = 1_966, 131
MEAN_WEIGHT = 64
AIRPORTS = "London Heathrow and London City Airports"
LEADS = {
    "borough": ("MajorText", "MinorText", "BoroughName"),
    "ward": ("MajorText", "MinorText", "WardName", "WardCode", "BoroughName"),
}


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    columns: int

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def write(
    path: Path,
    *,
    last: str = "202309",
    months: int = 24,
    restated: int = 0,
    areas: int = AREAS,
    seed: int = 1,
) -> Written:
    """Write a file whose newest month is `last` (YYYYMM)."""
    end = int(last[:4]) * 12 + int(last[4:]) - 1
    window = np.arange(end - months + 1, end + 1)
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join([*LEAD, *(f"{m // 12}{m % 12 + 1:02}" for m in window.tolist())]) + "\n")
        for number, (code, name, borough) in enumerate(islice(_areas(), areas)):
            counts = _counts(seed, number, window, restated)
            for at in np.flatnonzero(counts.any(axis=1)).tolist():
                major, minor, _ = LABELS[at]
                cells = ",".join(map(str, counts[at].tolist()))
                file.write(f"{code},{name},{borough},{major},{minor},{cells}\n")
                rows += 1
    return Written(rows, months)


def write_summed(
    path: Path, *, level: str, last: str = "202309", months: int = 24, only: str = "", seed: int = 1
) -> Written:
    """The same counts added up to the level "borough" or "ward", in the form of the Met's file of that level.

    `only` names the one borough that the file is to hold.
    """
    end = int(last[:4]) * 12 + int(last[4:]) - 1
    window = np.arange(end - months + 1, end + 1)
    sums: dict[tuple[str, ...], np.ndarray] = {}
    if level == "borough" and not only:
        sums[(AIRPORTS,)] = _counts(seed, AREAS, window, 0)
    for number, (_, name, code) in enumerate(islice(_areas(), AREAS)):
        borough = name.rpartition(" ")[0]
        if not only or borough == only:
            counts = _counts(seed, number, window, 0)
            place = (borough,) if level == "borough" else _ward(borough, code, name)
            sums[place] = sums[place] + counts if place in sums else counts
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join([*LEADS[level], *(f"{m // 12}{m % 12 + 1:02}" for m in window.tolist())]) + "\n")
        for place, counts in sums.items():
            for (major, minor, _), row in zip(LABELS, counts.tolist(), strict=True):
                file.write(",".join([major, minor, *place, *map(str, row)]) + "\n")
    return Written(len(sums) * len(LABELS), months)


def _ward(borough: str, code: str, name: str) -> tuple[str, str, str]:
    """Name, code and borough of the ward: the ten small areas under two neighbouring numbers."""
    number = (int(name[-4:-1]) + 1) // 2
    return f"{borough} Ward {number}", f"E05{code[-3:]}{number:03}", borough


def write_long(wide: Path, long: Path) -> None:
    """The same counts as ready-made rows: number of the series, number of the month, count; tabs between."""
    with wide.open(encoding="utf-8") as file, long.open("w", encoding="utf-8") as out:
        months = [f"\t{at}\t" for at in range(len(next(file).split(",")) - len(LEAD))]
        for number, line in enumerate(file, 1):
            counts = line.rstrip("\n").split(",")[-len(months) :]
            rows = [f"{number}{month}{count}\n" for month, count in zip(months, counts, strict=True)]
            out.write("".join(rows))


def _areas() -> Iterator[tuple[str, str, str]]:
    """Code, name and code of the borough of made-up small areas, the boroughs in turn."""
    with AREAS_TABLE.open(encoding="utf-8", newline="") as file:
        boroughs = [(row["code"], row["name"]) for row in csv.DictReader(file) if row["kind"] == "borough"]
    for number, (code, name) in enumerate(cycle(boroughs)):
        within = number // len(boroughs)
        yield f"E01{number + 1:06}", f"{name} {within // 5 + 1:03}{'ABCDE'[within % 5]}", code


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """The finishing step of splitmix64: neighbouring numbers become unrelated ones. uint64 to uint64."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _part(numbers: np.ndarray, at: int) -> np.ndarray:
    """16 of the 64 bits, as int64."""
    return (numbers >> np.uint64(16 * at) & np.uint64(ONE - 1)).astype(np.int64)


def _counts(seed: int, area: int, window: np.ndarray, restated: int) -> np.ndarray:
    """Shape (labels, months)."""
    keys = _mixed(np.arange(len(LABELS) + 1, dtype=np.uint64) + np.uint64((seed << 40) + (area << 8)))
    place, series = keys[:1], keys[1:, None]
    weight = 48 + (_part(place, 0) * _part(place, 1) >> 26)  # some areas have nearly twice the usual
    monthly = np.array([label[2] for label in LABELS], dtype=np.int64)[:, None]
    tilt = ONE // 2 + _part(series, 0)
    means = monthly * weight * tilt // (MEAN_WEIGHT * AREAS)  # fixed point

    salt = _mixed(window.astype(np.uint64))
    chance = _mixed(series ^ salt)
    spread = (means * _part(chance, 0) >> 16) * _part(chance, 1) >> 14  # from nought to four times the mean
    counts = spread + _part(chance, 2) >> 16  # rounded up or down by chance

    recent = np.arange(len(window)) >= len(window) - 3
    for time in range(1, restated + 1):
        chance = _mixed(series ^ _mixed(salt + np.uint64(time)))
        changed = _part(chance, 0) < np.where(recent, RESTATED_RECENT, RESTATED_OLD)
        changed &= (counts > 0) | (_part(chance, 1) < ONE // 8)  # nought is restated more rarely
        counts = np.maximum(0, counts + changed * np.where(_part(chance, 2) & 1, 1, -1))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up file in the form of the Met's LSOA file.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--last", default="202309", help="the newest month, YYYYMM (%(default)s)")
    for name, default in (("months", 24), ("restated", 0), ("areas", AREAS), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default, help="(%(default)s)")
    wanted = vars(parser.parse_args())
    found = write(wanted.pop("file"), **wanted)
    print(f"{found.rows:,} rows of {found.columns} months, {found.cells:,} counts")


if __name__ == "__main__":
    main()
