"""Invented crime figures for the demonstration, in the Metropolitan Police's own borough format.

No count here was recorded by any police force. Each one comes from a formula: the rough size of a borough,
the rough size of a category, a trend over the years, a season and repeatable noise. A few rows are then
brought to the totals that the two partnerships' published documents print (`EXPECTED`), so that a reader
can follow a printed figure from the strategy to the chart.
"""

import csv
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

HISTORICAL_NAME = "MPS Borough Level Crime (Historical).csv"
RECENT_NAME = "MPS Borough Level Crime (most recent 24 months).csv"

FIRST_MONTH = "201004"
FIRST_RECENT_MONTH = "202202"
LAST_MONTH = "202401"

Row = tuple[str, str, str]

# Rough size of each borough: 100 is a borough of middling recorded crime.
BOROUGH_SIZES = {
    "Barking and Dagenham": 75,
    "Barnet": 110,
    "Bexley": 60,
    "Brent": 120,
    "Bromley": 90,
    "Camden": 140,
    "Croydon": 130,
    "Ealing": 120,
    "Enfield": 110,
    "Greenwich": 105,
    "Hackney": 125,
    "Hammersmith and Fulham": 85,
    "Haringey": 115,
    "Harrow": 60,
    "Havering": 75,
    "Hillingdon": 95,
    "Hounslow": 100,
    "Islington": 110,
    "Kensington and Chelsea": 85,
    "Kingston upon Thames": 45,
    "Lambeth": 140,
    "Lewisham": 110,
    "London Heathrow and London City Airports": 12,
    "Merton": 55,
    "Newham": 140,
    "Redbridge": 95,
    "Richmond upon Thames": 50,
    "Southwark": 140,
    "Sutton": 50,
    "Tower Hamlets": 130,
    "Waltham Forest": 95,
    "Wandsworth": 105,
    "Westminster": 250,
}
AIRPORTS = "London Heathrow and London City Airports"

ARSON_AND_DAMAGE = "Arson and Criminal Damage"
BURGLARY = "Burglary"
DRUGS = "Drug Offences"
OLD_FRAUD = "Historical Fraud and Forgery"
MISCELLANEOUS = "Miscellaneous Crimes Against Society"
WEAPONS = "Possession of Weapons"
PUBLIC_ORDER = "Public Order Offences"
ROBBERY = "Robbery"
SEXUAL = "Sexual Offences"
THEFT = "Theft"
VEHICLE = "Vehicle Offences"
VIOLENCE = "Violence Against the Person"

# Shape of the years: the level in 2010, 2016, 2019 and 2024, with straight lines between them.
_ANCHOR_YEARS = (2010, 2016, 2019, 2024)
_STEADY = (1.0, 1.0, 1.0, 1.0)
_FALLING = (1.3, 1.0, 1.0, 0.7)
_RISING = (0.7, 0.9, 1.1, 1.3)
_RISING_FAST = (0.45, 0.95, 1.15, 1.6)
_DIPPING = (1.3, 0.8, 0.8, 1.2)

# How strongly the months of restrictions are felt: the share of offences that goes (or, negative, comes).
_STREET, _HOME, _LITTLE, _MORE = 0.45, 0.3, 0.1, -0.25

_SUMMER = (0.93, 0.92, 1.0, 1.0, 1.05, 1.07, 1.08, 1.03, 1.0, 1.0, 0.97, 0.95)
_WINTER = (1.1, 1.02, 1.02, 0.95, 0.94, 0.92, 0.93, 0.93, 0.96, 1.04, 1.1, 1.09)
_EVEN = (1.0,) * 12


@dataclass(frozen=True)
class Category:
    """One row label of the publisher, with the size and shape of its invented series."""

    major: str
    minor: str
    yearly: float
    years: tuple[float, float, float, float] = _STEADY
    season: tuple[float, ...] = _EVEN
    restrictions: float = _LITTLE


CATEGORIES = (
    Category(ARSON_AND_DAMAGE, "Arson", 70, _STEADY, _SUMMER),
    Category(ARSON_AND_DAMAGE, "Criminal Damage", 1800, _FALLING, _SUMMER, _HOME),
    Category(BURGLARY, "Burglary Business and Community", 750, _FALLING, _WINTER, _HOME),
    Category(BURGLARY, "Domestic Burglary", 1750, _FALLING, _WINTER, _HOME),
    Category(DRUGS, "Drug Trafficking", 150, _RISING_FAST, _EVEN, _MORE),
    Category(DRUGS, "Possession of Drugs", 1100, _DIPPING, _EVEN, _MORE),
    Category(OLD_FRAUD, OLD_FRAUD, 500),
    Category(MISCELLANEOUS, "Absconding from Lawful Custody", 1),
    Category(MISCELLANEOUS, "Aiding Suicide", 0.02),
    Category(MISCELLANEOUS, "Bail Offences", 1),
    Category(MISCELLANEOUS, "Bigamy", 0.4),
    Category(MISCELLANEOUS, "Concealing an Infant Death Close to Birth", 0.02),
    Category(MISCELLANEOUS, "Dangerous Driving", 12),
    Category(MISCELLANEOUS, "Disclosure, Obstruction, False or Misleading State", 2),
    Category(MISCELLANEOUS, "Exploitation of Prostitution", 1),
    Category(MISCELLANEOUS, "Forgery or Use of Drug Prescription", 1.5),
    Category(MISCELLANEOUS, "Fraud or Forgery Associated with Driver Records", 2),
    Category(MISCELLANEOUS, "Going Equipped for Stealing", 16, _FALLING),
    Category(MISCELLANEOUS, "Handling Stolen Goods", 30, _FALLING),
    Category(MISCELLANEOUS, "Making, Supplying or Possessing Articles for use i", 20, _FALLING),
    Category(MISCELLANEOUS, "Obscene Publications", 60, _RISING_FAST),
    Category(MISCELLANEOUS, "Offender Management Act", 2),
    Category(MISCELLANEOUS, "Other Forgery", 15),
    Category(MISCELLANEOUS, "Other Notifiable Offences", 45, _RISING),
    Category(MISCELLANEOUS, "Perjury", 0.5),
    Category(MISCELLANEOUS, "Perverting Course of Justice", 22),
    Category(MISCELLANEOUS, "Possession of False Documents", 8, _FALLING),
    Category(MISCELLANEOUS, "Profitting From or Concealing Proceeds of Crime", 14),
    Category(MISCELLANEOUS, "Soliciting for Prostitution", 2),
    Category(MISCELLANEOUS, "Threat or Possession With Intent to Commit Crimina", 55, _RISING),
    Category(MISCELLANEOUS, "Wildlife Crime", 0.2),
    Category(WEAPONS, "Other Firearm Offences", 8, _RISING),
    Category(WEAPONS, "Other Knife Offences", 0.05),
    Category(WEAPONS, "Possession of Article with Blade or Point", 80, _RISING),
    Category(WEAPONS, "Possession of Firearm with Intent", 8),
    Category(WEAPONS, "Possession of Firearms Offences", 20),
    Category(WEAPONS, "Possession of Other Weapon", 70),
    Category(PUBLIC_ORDER, "Other Offences Against the State, or Public Order", 190, _RISING),
    Category(PUBLIC_ORDER, "Public Fear Alarm or Distress", 950, _RISING, _SUMMER, _LITTLE),
    Category(PUBLIC_ORDER, "Racially or Religiously Aggravated Public Fear, Al", 260, _RISING, _SUMMER),
    Category(PUBLIC_ORDER, "Violent Disorder", 3),
    Category(ROBBERY, "Robbery of Business Property", 75, _STEADY, _WINTER, _STREET),
    Category(ROBBERY, "Robbery of Personal Property", 900, _DIPPING, _WINTER, _STREET),
    Category(SEXUAL, "Other Sexual Offences", 350, _RISING_FAST, _SUMMER, _HOME),
    Category(SEXUAL, "Rape", 200, _RISING_FAST),
    Category(THEFT, "Bicycle Theft", 600, _FALLING, _SUMMER, _HOME),
    Category(THEFT, "Other Theft", 3700, _STEADY, _SUMMER, _STREET),
    Category(THEFT, "Shoplifting", 1350, _RISING, _EVEN, _HOME),
    Category(THEFT, "Theft from Person", 1300, _DIPPING, _EVEN, _STREET),
    Category(VEHICLE, "Aggravated Vehicle Taking", 25, _STEADY, _EVEN, _HOME),
    Category(VEHICLE, "Interfering with a Motor Vehicle", 320),
    Category(VEHICLE, "Theft from a Motor Vehicle", 2000, _STEADY, _EVEN, _HOME),
    Category(VEHICLE, "Theft or Taking of a Motor Vehicle", 850, _DIPPING, _EVEN, _HOME),
    Category(VIOLENCE, "Homicide", 3.5),
    Category(VIOLENCE, "Violence with Injury", 2200, _RISING, _SUMMER, _LITTLE),
    Category(VIOLENCE, "Violence without Injury", 3800, _RISING_FAST, _SUMMER),
)

# Places that differ from the rest of London in kind, not only in size.
_TILTS = {
    ("Westminster", "Theft from Person"): 3.5,
    ("Westminster", "Other Theft"): 1.8,
    ("Westminster", "Domestic Burglary"): 0.5,
    ("Camden", "Theft from Person"): 2.0,
    ("Hackney", "Bicycle Theft"): 1.8,
    ("Tower Hamlets", "Bicycle Theft"): 1.6,
    ("Bexley", "Theft from Person"): 0.3,
    ("Bexley", "Robbery of Personal Property"): 0.5,
    ("Bromley", "Theft from Person"): 0.4,
    ("Bromley", "Robbery of Personal Property"): 0.5,
    (AIRPORTS, "Domestic Burglary"): 0.0,
    (AIRPORTS, "Homicide"): 0.0,
    (AIRPORTS, "Robbery of Personal Property"): 0.05,
    (AIRPORTS, "Other Theft"): 3.0,
}


@dataclass(frozen=True)
class ExpectedTotal:
    """A total that the demonstration files hold exactly. An empty major or minor means all of them.

    `printed` is true where a source document prints the count itself. Otherwise the document prints only a
    percentage, and the count is one of those that round to it. `change_percent` is the change on the twelve
    months before, as printed.
    """

    borough: str
    major: str
    minor: str
    first_month: str
    last_month: str
    count: int
    change_percent: float | None = None
    printed: bool = True

    def covers(self, row: Row) -> bool:
        major, minor, borough = row
        return borough == self.borough and self.major in ("", major) and self.minor in ("", minor)


# Bromley: label of the publisher, count printed for February 2019 to January 2020, printed change,
# and the count of the year before (not printed: chosen in the middle of those that round to the change).
_BROMLEY = (
    (ARSON_AND_DAMAGE, "Arson", 99, 18, 84),
    (ARSON_AND_DAMAGE, "Criminal Damage", 1918, -3, 1977),
    (VEHICLE, "Theft or Taking of a Motor Vehicle", 977, 10, 888),
    (ROBBERY, "Robbery of Personal Property", 428, 14, 375),
    (DRUGS, "Possession of Drugs", 1074, 50, 716),
    (WEAPONS, "Possession of Article with Blade or Point", 65, -44, 116),
    (PUBLIC_ORDER, "", 1637, 7, 1530),
    (BURGLARY, "Domestic Burglary", 2122, -3, 2188),
    (VIOLENCE, "Violence with Injury", 2185, 2, 2142),
    ("", "", 25279, 9, 23192),
)

EXPECTED = (
    ExpectedTotal("Bexley", ROBBERY, "Robbery of Personal Property", "202201", "202212", 226),
    ExpectedTotal("Bexley", ROBBERY, "Robbery of Personal Property", "202301", "202312", 300, 32.7),
    ExpectedTotal("Bexley", VIOLENCE, "Homicide", "202201", "202212", 4),
    *(
        ExpectedTotal("Bromley", major, minor, "201802", "201901", before, None, printed=False)
        for major, minor, _, _, before in _BROMLEY
    ),
    *(
        ExpectedTotal("Bromley", major, minor, "201902", "202001", count, change)
        for major, minor, count, change, _ in _BROMLEY
    ),
)


def write_demo_figures(folder: Path) -> list[Path]:
    """Write the two files of one invented publication into `folder` and return their paths."""
    months = _months(FIRST_MONTH, LAST_MONTH)
    counts = _invented_counts(months)
    for total, rows in _totals_to_reach(counts):
        _bring_to_total(counts, rows, _window(months, total.first_month, total.last_month), total.count)

    folder.mkdir(parents=True, exist_ok=True)
    split = months.index(FIRST_RECENT_MONTH)
    historical = _write(folder / HISTORICAL_NAME, months, counts, slice(0, split))
    recent = _write(folder / RECENT_NAME, months, counts, slice(split, len(months)))
    return [historical, recent]


def _months(first: str, last: str) -> list[str]:
    """Every month from first to last as YYYYMM."""
    start = int(first[:4]) * 12 + int(first[4:]) - 1
    stop = int(last[:4]) * 12 + int(last[4:])
    return [f"{number // 12}{number % 12 + 1:02d}" for number in range(start, stop)]


def _window(months: list[str], first: str, last: str) -> range:
    return range(months.index(first), months.index(last) + 1)


def _invented_counts(months: list[str]) -> dict[Row, list[int]]:
    tilts = random.Random(1998)
    expected = {}
    for category in CATEGORIES:
        shape = _shape(category, months)
        for borough, size in BOROUGH_SIZES.items():
            tilt = 0.8 + 0.4 * tilts.random()
            tilt = _TILTS.get((borough, category.minor), tilt)
            expected[category.major, category.minor, borough] = [size / 100 * tilt * level for level in shape]

    _move_towards_totals(expected, months)
    noise = random.Random(2024)
    return {row: [_noisy(level, noise) for level in levels] for row, levels in expected.items()}


def _shape(category: Category, months: list[str]) -> list[float]:
    """The expected monthly count of a category in a borough of size 100."""
    shape = []
    for name in months:
        year, month = int(name[:4]), int(name[4:])
        level = category.yearly / 12 * _year_level(category.years, year + (month - 0.5) / 12)
        level *= category.season[month - 1] * (1 - category.restrictions * _restrictions(name))
        # The publisher stopped filling this category in September 2014.
        shape.append(0.0 if category.major == OLD_FRAUD and name > "201409" else level)
    return shape


def _year_level(levels: tuple[float, float, float, float], when: float) -> float:
    for (start, low), (end, high) in pairwise(zip(_ANCHOR_YEARS, levels, strict=True)):
        if when <= end:
            return low + (high - low) * (when - start) / (end - start)
    return levels[-1]


def _restrictions(month: str) -> float:
    """How far life stood still because of Covid-19: 1 at the height, 0 in ordinary times."""
    if "202004" <= month <= "202006":
        return 1.0
    if "202007" <= month <= "202010":
        return 0.4
    if "202011" <= month <= "202103":
        return 0.8
    if "202104" <= month <= "202112":
        return 0.3
    return 0.0


def _noisy(level: float, noise: random.Random) -> int:
    """A whole number near the expected level that scatters about as counts do."""
    if level <= 0:
        return 0
    if level < 3:
        count, chance = 0, math.exp(-level)
        draw = noise.random() - chance
        while draw > 0 and count < 20:
            count += 1
            chance *= level / count
            draw -= chance
        return count
    spread = 2 * (noise.random() + noise.random() + noise.random() - 1.5)
    return max(0, round(level + math.sqrt(level) * spread))


def _totals_to_reach(all_rows: Iterable[Row]) -> Iterator[tuple[ExpectedTotal, list[Row]]]:
    """Each total with the rows that may be changed to reach it.

    The total of all offences is reached last, with the rows that no other total of its window has fixed.
    """
    for total in sorted(EXPECTED, key=lambda total: total.major == ""):
        others = [other for other in EXPECTED if other.major and _same_window(other, total)]
        fixed = others if total.major == "" else []
        rows = [
            row for row in all_rows if total.covers(row) and not any(other.covers(row) for other in fixed)
        ]
        if fixed:
            total = _remainder(total, fixed)
        yield total, rows


def _same_window(one: ExpectedTotal, other: ExpectedTotal) -> bool:
    return (one.borough, one.first_month) == (other.borough, other.first_month)


def _remainder(total: ExpectedTotal, fixed: list[ExpectedTotal]) -> ExpectedTotal:
    left = total.count - sum(other.count for other in fixed)
    return ExpectedTotal(total.borough, "", "", total.first_month, total.last_month, left, printed=False)


def _move_towards_totals(expected: dict[Row, list[float]], months: list[str]) -> None:
    """Lift or lower whole series, so that no step shows at the ends of a window with a fixed total."""
    plans: dict[tuple[Row, ...], list[tuple[range, float]]] = {}
    for total, rows in _totals_to_reach(expected):
        window = _window(months, total.first_month, total.last_month)
        invented = sum(expected[row][place] for row in rows for place in window)
        factor = min(1.8, max(0.5, total.count / invented))
        plans.setdefault(tuple(rows), []).append((window, factor))

    for rows, steps in plans.items():
        for row in rows:
            for place in range(len(months)):
                factor = next((value for window, value in steps if place < window.stop), steps[-1][1])
                expected[row][place] *= factor


def _bring_to_total(counts: dict[Row, list[int]], rows: list[Row], window: range, total: int) -> None:
    """Scale the cells of a window to an exact total, sharing out the remainder by largest fraction."""
    cells = [(row, place) for row in rows for place in window]
    present = sum(counts[row][place] for row, place in cells)
    if not present:
        raise ValueError(f"Nothing to scale for {rows}.")
    shares = [counts[row][place] * total for row, place in cells]
    for (row, place), share in zip(cells, shares, strict=True):
        counts[row][place] = share // present
    left = total - sum(share // present for share in shares)
    by_fraction = sorted(range(len(cells)), key=lambda number: (-(shares[number] % present), number))
    for number in by_fraction[:left]:
        row, place = cells[number]
        counts[row][place] += 1


def _write(path: Path, months: list[str], counts: dict[Row, list[int]], part: slice) -> Path:
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["MajorText", "MinorText", "LookUp_BoroughName", *months[part]])
        for row in sorted(counts):
            cells = counts[row][part]
            if any(cells):
                writer.writerow([*row, *cells])
    return path
