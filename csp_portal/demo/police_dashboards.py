"""Invented figures in the form of two dashboards of the Metropolitan Police: the monthly crime dashboard with
its flags (hate crime, domestic abuse, gun and knife crime), and violence against women and girls.

They cross 28 February 2024, since when the Met records hate crime and domestic abuse in another way. A few
rows are brought to totals, or to changes, that the partnerships' documents print.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from crime_data.importers.contract import Label
from crime_data.importers.mps_vawg import CLASSIFICATION, LOCATION
from crime_data.mapping import area_rows
from crime_data.months import add_months, month_range
from csp_portal.demo.invented import (
    BOROUGHS,
    ROW,
    SUMMER,
    Counts,
    Level,
    bring_to_total,
    columns_of,
    part_of,
    scattered,
)

HEADER = (
    "Month_Year,Area Type,Borough_SNT,Area name,Area code,Crime Type,Crime Subtype,Measure,Financial Year,"
    "FY_FYIndex,Count,Refresh Date"
).split(",")
VAWG_HEADER = (
    "bcu_location,borough_name,ward_name_clean_2,recorded_date_months,date_committed_from_date_months,count,"
    "sheet,crimsec_group,crimseccodeexpansion,crimsec_offences,vawg_offence"
).split(",")

FIRST, LAST = date(2018, 2, 1), date(2024, 12, 1)
MONTHS = month_range(FIRST, LAST)
VAWG_MONTHS = month_range(date(2014, 1, 1), LAST)
# Of each publication the last month and how many months it holds; the newest restates the one before.
PUBLICATIONS = ((date(2024, 1, 1), 48), (date(2024, 12, 1), 48))
OLDEST = (date(2020, 1, 1), 24)  # hate crime only: the months that Bromley's strategy prints
RESTATED_MONTHS, RESTATED_EVERY = 6, 29

HATE, ABUSE, KNIFE, GUN = "Hate crime", "Domestic Abuse", "Knife Crime", "Gun Crime"
MISCELLANEOUS = "Miscalleneous"  # the publisher's spelling
RACIST_AND_RELIGIOUS, KNIFE_VICTIMS = "Racist and Religious Crime", "Knife Injury Victims (1-24)"
SOLVED = {HATE: 0.08, ABUSE: 0.09, KNIFE: 0.12}
SOUTH_EAST = ("Bexley", "Greenwich", "Lewisham")


@dataclass(frozen=True)
class DashboardTotal:
    """A total that the files hold exactly, over some boroughs and a span of months.

    `printed` is true where a document prints the count itself. Else it prints the change between two spans
    only, and the counts are two of those that give it.
    """

    subtype: str
    boroughs: tuple[str, ...]
    first: date
    last: date
    count: int
    printed: bool = False


_ALL = tuple(borough.name for borough in BOROUGHS)
_Y2022, _Y2023 = ((date(year, 1, 1), date(year, 12, 1)) for year in (2022, 2023))
# Knife crime in 2023: Bexley up 22.9%, its command unit 21.4%, London 17%; victims down 3.8%, down 2.2%,
# up 3.7%. Racist and religious hate crime in Bromley: 460, up 6%.
DASHBOARD_TOTALS = (
    DashboardTotal(KNIFE, ("Bexley",), *_Y2022, 192),
    DashboardTotal(KNIFE, ("Bexley",), *_Y2023, 236),
    DashboardTotal(KNIFE, SOUTH_EAST, *_Y2022, 1_242),
    DashboardTotal(KNIFE, SOUTH_EAST, *_Y2023, 1_508),
    DashboardTotal(KNIFE, _ALL, *_Y2022, 12_800),
    DashboardTotal(KNIFE, _ALL, *_Y2023, 14_976),
    DashboardTotal(KNIFE_VICTIMS, ("Bexley",), *_Y2022, 26),
    DashboardTotal(KNIFE_VICTIMS, ("Bexley",), *_Y2023, 25),
    DashboardTotal(KNIFE_VICTIMS, SOUTH_EAST, *_Y2022, 137),
    DashboardTotal(KNIFE_VICTIMS, SOUTH_EAST, *_Y2023, 134),
    DashboardTotal(KNIFE_VICTIMS, _ALL, *_Y2022, 1_270),
    DashboardTotal(KNIFE_VICTIMS, _ALL, *_Y2023, 1_317),
    DashboardTotal(RACIST_AND_RELIGIOUS, ("Bromley",), date(2018, 2, 1), date(2019, 1, 1), 434),
    DashboardTotal(RACIST_AND_RELIGIOUS, ("Bromley",), date(2019, 2, 1), date(2020, 1, 1), 460, True),
)

# Of the offences of the whole force: (group, offence, share). The table by location has no offences.
VAWG_OFFENCES = (
    ("Violence with Injury", "Actual Bodily harm and other Injury", 0.17),
    ("Stalking and Harassment", "Harassment", 0.19),
    ("Stalking and Harassment", "Stalking", 0.11),
    ("Rape", "Rape of a Female aged 16 and over", 0.08),
    ("Other Sexual Offences", "Sexual assault on a Female aged 13 and over", 0.12),
    ("Public fear, alarm, distress", "Public Fear Alarm or Distress", 0.13),
    ("Other flagged offences outside of VAWG", "Non-VaWG Classification", 0.2),
)

OFFENCES, SOLVED_OFFENCES = "Offences", "Positive Outcomes"
Series = dict[Label, Counts]


def write_dashboards(folder: Path) -> list[Path]:
    """The files Other and Knife of two publications of the monthly crime dashboard, and an older file."""
    other, knife = _other(), _knife()
    oldest = {label: counts for label, counts in other.items() if label.major == HATE}
    paths = [_write_dashboard(folder, "Hate", oldest, *OLDEST)]
    for last, length in PUBLICATIONS:
        known = _as_first_published(other, last) if last < LAST else other
        paths.append(_write_dashboard(folder, "Other", known, last, length))
        paths.append(_write_dashboard(folder, "Knife", knife, last, length))
    return paths


def write_vawg(folder: Path) -> list[Path]:
    """Two publications of offences of violence against women and girls."""
    counts = scattered(Level(4_700, 1.03, SUMMER, after_connect=1.05), VAWG_MONTHS, seed=1961)
    return [_write_vawg(folder, counts, last) for last, _ in PUBLICATIONS]


# --- the monthly crime dashboard -------------------------------------------------------------


def _other() -> Series:
    hate = scattered(Level(620, 1.0, SUMMER, after_connect=0.88), MONTHS, seed=1998)
    racist_or_religious = part_of(hate, 0.84, seed=1976)
    _bring_to_totals({RACIST_AND_RELIGIOUS: racist_or_religious})
    faith = part_of(racist_or_religious, 0.07, seed=2006)
    abuse = scattered(Level(3_300, 1.01, after_connect=1.06), MONTHS, seed=2021)
    guns = scattered(Level(55), MONTHS, seed=1968)
    return _with_solved(
        {
            (HATE, HATE): np.maximum(hate, racist_or_religious),
            (HATE, RACIST_AND_RELIGIOUS): racist_or_religious,
            (HATE, "Racist Crime"): part_of(racist_or_religious, 0.94, seed=1965),
            (HATE, "Faith Crime"): faith,
            (HATE, "Islamophobic Crime"): part_of(faith, 0.55, seed=2),
            (HATE, "AntiSemitic"): part_of(faith, 0.2, seed=3),
            (HATE, "Homophobic Crime"): part_of(hate, 0.12, seed=4),
            (HATE, "Transphobic Crime"): part_of(hate, 0.02, seed=5),
            (HATE, "Disability Crime"): part_of(hate, 0.03, seed=6),
            (ABUSE, ABUSE): abuse,
            (ABUSE, "Domestic Abuse Violence with Injury"): part_of(abuse, 0.23, seed=7),
            (GUN, GUN): guns,
            (GUN, "Lethal Barrel Discharge"): part_of(guns, 0.08, seed=8),
            (MISCELLANEOUS, "TNO Victim Based"): scattered(Level(24_000, 1.01, SUMMER), MONTHS, seed=9),
            (MISCELLANEOUS, "TNO Non Victim Based"): scattered(Level(2_300), MONTHS, seed=10),
            (MISCELLANEOUS, "Robbery Mobile phone"): scattered(Level(270, 1.05), MONTHS, seed=11),
            (MISCELLANEOUS, "Theft Person - Mobile phone"): scattered(Level(900, 1.08), MONTHS, seed=12),
        }
    )


def _knife() -> Series:
    knife = scattered(Level(430, 1.06, SUMMER), MONTHS, seed=1953)
    victims = part_of(knife, 0.1, seed=13)
    _bring_to_totals({KNIFE: knife, KNIFE_VICTIMS: victims})
    injury = part_of(knife, 0.23, seed=14)
    return _with_solved(
        {
            (KNIFE, KNIFE): knife,
            (KNIFE, "Knife Crime with Injury"): injury,
            (KNIFE, "Knife Crime with Injury (Personal Robbery)"): part_of(injury, 0.14, seed=15),
            (KNIFE, KNIFE_VICTIMS): victims,
            (KNIFE, "Knife Injury Victims (non DA 1-24)"): part_of(victims, 0.93, seed=16),
        }
    )


def _with_solved(offences: dict[tuple[str, str], Counts]) -> Series:
    series = {Label(*words, OFFENCES): counts for words, counts in offences.items()}
    for (major, minor), counts in offences.items():
        if major == minor and major in SOLVED:
            series[Label(major, minor, SOLVED_OFFENCES)] = part_of(counts, SOLVED[major], seed=17)
    return series


def _bring_to_totals(series: dict[str, Counts]) -> None:
    """In the order of the list: a wider total is reached by the boroughs that no narrower one has fixed."""
    fixed: list[DashboardTotal] = []
    for total in DASHBOARD_TOTALS:
        if total.subtype not in series:
            continue
        columns = columns_of(MONTHS, total.first, total.last)
        within = [one for one in fixed if (one.subtype, one.first) == (total.subtype, total.first)]
        held = set().union(*(one.boroughs for one in within))
        counts = series[total.subtype]
        before = int(counts[[ROW[name] for name in sorted(held)], columns].sum()) if held else 0
        rows = [ROW[name] for name in total.boroughs if name not in held]
        bring_to_total(counts, rows, columns, total.count - before)
        fixed.append(total)


def _as_first_published(series: Series, last: date) -> Series:
    """The newest months as they stood before late records were added."""
    end = MONTHS.index(last) + 1
    earlier = {}
    for label, counts in series.items():
        known = counts.copy()
        newest = known[:, end - RESTATED_MONTHS : end]
        late = np.arange(newest.size).reshape(newest.shape) % RESTATED_EVERY == 0
        newest[late & (newest > 0)] -= 1
        earlier[label] = known
    return earlier


def _write_dashboard(folder: Path, name: str, series: Series, last: date, length: int) -> Path:
    path = folder / f"MonthlyCrimeDashboard_{name}CrimeData_{last:%Y%m}.csv"
    months = month_range(add_months(last, 1 - length), last)
    columns = columns_of(MONTHS, months[0], months[-1])
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        refreshed = add_months(last, 1).replace(day=2).isoformat()
        for label, counts in series.items():
            writer.writerows(_lines(months, label, counts[:, columns], refreshed))
    return path


def _lines(months: Sequence[date], label: Label, counts: Counts, refreshed: str) -> Iterator[list[str]]:
    """What was not recorded has no line. Those of neighbourhood teams name no ward and repeat the sum."""
    for month, column in zip(months, counts.T.tolist(), strict=True):
        year = month.year - (month.month < 4)
        financial = f"{year % 100}-{(year + 1) % 100}"
        before, after = [month.isoformat()], [*label, f"fy{financial}", f"{financial}_01"]
        for borough, count in zip(BOROUGHS, column, strict=True):
            if count:
                place = ["Borough", borough.name, borough.name, borough.code]
                yield [*before, *place, *after, str(count), refreshed]
        if any(column):
            place = ["Safer Neighbourhood Teams", "Other / NK", "N/K (Legacy Only)", "N/K"]
            yield [*before, *place, *after, str(sum(column)), refreshed]


# --- violence against women and girls --------------------------------------------------------


def _write_vawg(folder: Path, counts: Counts, last: date) -> Path:
    path = folder / f"MPS_VAWG_Offences_{last:%Y%m}.csv"
    names = {area.code: area.name for area in area_rows()}
    units = {area.name: names.get(area.parent, "") for area in area_rows() if area.kind == "borough"}
    months = VAWG_MONTHS[: VAWG_MONTHS.index(last) + 1]
    shares = np.array([share for *_, share in VAWG_OFFENCES])
    chance = np.random.RandomState(1975)
    with path.open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(VAWG_HEADER)
        for month, column in zip(months, counts.T.tolist(), strict=False):
            day = month.isoformat()
            for borough, count in zip(BOROUGHS, column, strict=True):
                writer.writerow([units[borough.name], borough.name, "", day, day, count, LOCATION, *[""] * 4])
            of_offence = chance.multinomial(sum(column), shares).tolist()
            for (group, offence, _), count in zip(VAWG_OFFENCES, of_offence, strict=True):
                writer.writerow(["", "", "", day, day, count, CLASSIFICATION, group, "", "", offence])
    return path
