"""Every published file that we hold, of every source: what becomes of it, and that it says what it printed.

All are imported once for the module, one by one in the order of their names, and undone after it.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from crime_data import queries, services
from crime_data.importers import BadFile
from crime_data.models import Area, PrintedTable, ReleaseFile
from crime_data.packing import NOT_PUBLISHED, unpack, unpack_ids
from crime_data.services import Received

pytestmark = pytest.mark.xdist_group("all real files")

RECENT = "Level Crime (most recent 24 months).csv"
HISTORICAL = "Level Crime (Historical).csv"
BROMLEYS_WARDS = range(106, 128)
AUGUST_2023, JULY_2025 = date(2023, 8, 1), date(2025, 7, 1)

# Path in the folder -> what becomes of the file, and some of the words.
EXPECTED: dict[str, tuple[str, str]] = {
    "README.md": ("refused", "The header is not known"),
    "FORMATS.md": ("refused", "The header is not known"),
    "boundaries/bexley-wards-wd20.geojson": ("accepted", "Release wd20: 17 rows"),
    "boundaries/bromley-wards-wd20-before-may-2022.geojson": ("accepted", "Release wd20: 22 rows"),
    "boundaries/london-boroughs-lad20.geojson": ("accepted", "Release lad20: 33 rows"),
    "boundaries/london-wards-wd20-before-may-2022.geojson": ("accepted", "Release wd20: 632 rows"),
    "boundaries/london-wards-wd22.geojson": ("accepted", "Release wd22: 684 rows"),
    "home-office-csp/ho-csp-2025-26-extract.csv": ("refused", "somebody has added up the quarters"),
    "home-office-csp/ho-csp-names.csv": ("refused", "a list of names without figures"),
    "home-office-csp/ho-notes.txt": ("refused", "It has no figures"),
    "lookups/LAD24_CSP24_PFA24_EW_LU.csv": ("accepted", "Release lad24-csp24-pfa24: 332 rows"),
    "lookups/LSOA21_WD24_LAD24_London_LU.csv": ("accepted", "Release lsoa21-wd24-lad24: 4,994 rows"),
    "lookups/LSOA_(2021)_to_Electoral_Ward_(2025)_to_LAD_(2025)_Best_Fit_Lookup_in_EW_v2.csv.gz": (
        "accepted",
        "Release lsoa21-wd25-lad25: 35,672 rows",
    ),
    "lookups/Ward_to_Local_Authority_District_(December_2023)_Lookup_in_the_United_Kingdom.csv": (
        "accepted",
        "8,441 rows, December 2023, published 31 January 2024. Set aside: Areas in Northern",
    ),
    "mopac-pas/PAS_Dashboard_Borough.csv": ("accepted", "9,312 rows, October 2014 to December 2023"),
    "mopac-pas/PAS_Total.csv": ("accepted", "291 rows, October 2014 to December 2023"),
    f"mps-borough/to-201812/MPS Borough {RECENT}": ("accepted", "1,050 rows, January 2017 to December 2018"),
    "mps-borough/to-201812/MPS_Borough_Level_Crime_Historic.csv": (
        "accepted",
        "Release to-201812: 1,056 rows, January 2008 to December 2016",
    ),
    f"mps-borough/to-201906/MPS Borough {RECENT}": ("accepted", "1,584 rows, July 2017 to June 2019"),
    f"mps-borough/to-202005/MPS Borough {RECENT}": ("accepted", "1,566 rows, June 2018 to May 2020"),
    f"mps-borough/to-202108/MPS Borough {RECENT}": ("accepted", "1,558 rows, September 2019 to August 2021"),
    f"mps-borough/to-202210/MPS Borough {HISTORICAL}": ("accepted", "Release to-202210: 1,768 rows"),
    f"mps-borough/to-202307/MPS Borough {HISTORICAL}": ("accepted", "Release to-202307: 1,725 rows"),
    f"mps-borough/to-202307/MPS Borough {RECENT}": ("accepted", "1,575 rows, August 2021 to July 2023"),
    f"mps-borough/to-202401/MPS Borough {HISTORICAL}": ("accepted", "Release to-202401: 1,730 rows"),
    f"mps-borough/to-202401/MPS Borough {RECENT}": ("accepted", "1,574 rows, February 2022 to January 2024"),
    f"mps-borough/to-202410/MPS Borough {HISTORICAL}": ("accepted", "Release to-202410: 931 rows"),
    f"mps-borough/to-202410/MPS Borough {RECENT}": ("accepted", "1,015 rows, November 2022 to October 2024"),
    f"mps-borough/to-202503/MPS Borough {RECENT}": ("accepted", "1,014 rows, April 2023 to March 2025"),
    f"mps-borough/to-202507/MPS Borough {RECENT}.gz": ("accepted", "1,015 rows, August 2023 to July 2025"),
    "mps-borough/to-202507/recorded-crime-borough.parquet": ("already-held", "in release to-202507"),
    f"mps-borough/to-202512/MPS Borough {RECENT}": ("accepted", "1,057 rows, January 2024 to December 2025"),
    f"mps-borough/to-202603/MPS Borough {HISTORICAL}": ("accepted", "Release to-202603: 1,092 rows"),
    f"mps-borough/to-202603/MPS Borough {RECENT}": ("accepted", "1,026 rows, April 2024 to March 2026"),
    "mps-dashboard/other-to-202507/M1045_MonthlyCrimeDashboard_OtherCrimeData.csv.gz": (
        "accepted",
        "Release to-202507: 472,354 rows, August 2021 to July 2025",
    ),
    "mps-dashboard/other-to-202507/monthly-crime-dashboard.parquet": (
        "already-held",
        "OtherCrimeData.csv.gz",
    ),
    "mps-dashboard/vawg-to-202602/vawg-offences.parquet": ("accepted", "Release to-202602: 411,341 rows"),
    f"mps-lsoa/to-202507/MPS LSOA {RECENT}.gz": ("accepted", "101,048 rows, August 2023 to July 2025"),
    "mps-lsoa/to-202507/recorded-crime-lsoa.parquet": ("already-held", "in release to-202507"),
    f"mps-ward/to-202208/MPS Ward {RECENT}": ("accepted", "22,168 rows, September 2020 to August 2022"),
    # Wards were redrawn in May 2022: a person must know before the two releases are compared.
    f"mps-ward/to-202401/MPS Ward {RECENT}": (
        "held-for-review",
        "483 areas are in release to-202208 and not in",
    ),
    f"mps-ward/to-202503/MPS Ward {RECENT}": ("accepted", "17,901 rows, April 2023 to March 2025"),
    f"mps-ward/to-202507/MPS Ward {HISTORICAL}.gz": ("accepted", "18,629 rows, April 2010 to July 2023"),
    f"mps-ward/to-202507/MPS Ward {RECENT}.gz": ("accepted", "17,897 rows, August 2023 to July 2025"),
    "mps-ward/to-202507/recorded-crime-ward-historical.parquet": ("already-held", "(Historical).csv.gz"),
    "mps-ward/to-202507/recorded-crime-ward.parquet": ("already-held", "(most recent 24 months).csv.gz"),
    f"mps-ward/to-202512/MPS Ward {RECENT}": ("accepted", "18,707 rows, January 2024 to December 2025"),
    "police-uk/2020-01-metropolitan-outcomes.csv": ("accepted", "Release to-202001: 8,352 rows"),
    "police-uk/2022-12-metropolitan-stop-and-search.csv": ("accepted", "Release to-202212: 5,706 rows"),
    "police-uk/2023-03-bedfordshire-street.csv": ("accepted", "Release to-202303: 4,887 rows"),
    "police-uk/2023-03-city-of-london-outcomes.csv": ("accepted", "Release to-202303: 618 rows"),
    "police-uk/2023-03-city-of-london-stop-and-search.csv": ("accepted", "Release to-202303: 197 rows"),
    "police-uk/2023-03-city-of-london-street.csv": ("accepted", "Release to-202303: 709 rows"),
    "police-uk/2023-12-metropolitan-street.burglary-only.csv": ("accepted", "Release to-202312: 4,990 rows"),
    "police-uk/2024-03-metropolitan-street.burglary-only.csv": ("accepted", "Release to-202403: 4,618 rows"),
    **{
        f"police-uk/api-ward-json/2018-06-Bromley/crime_month_2018_06_area_E05000{ward}_0.json": (
            "accepted",
            "rows, June 2018, published",
        )
        for ward in BROMLEYS_WARDS
    },
    "population/census2021-ts007a-lsoa.csv.gz": ("accepted", "Release census-2021: 35,672 rows"),
    "population/census2021-ts007a-ltla.csv": ("accepted", "Release census-2021: 331 rows"),
    "population/census2021-ts044-lsoa.csv.gz": ("accepted", "Release census-2021: 35,672 rows"),
    "population/census2021-ts044-ltla.csv": ("accepted", "Release census-2021: 331 rows"),
    "population/census2021_households_ltla21.csv": ("refused", "households rounded to 100"),
    "population/gla_land_area_population_density_2023.csv": ("refused", "a projection on another basis"),
    "population/gla_land_area_population_density_2024.csv": ("refused", "a projection on another basis"),
    "population/land-area-population-density-london.xlsx": ("refused", "a projection on another basis"),
    "population/mye23tablesew.xlsx": ("accepted", "Release mid-2023: 357 rows"),
    "population/ons_children_population_2012_to_2024_dfe.csv": ("refused", "counts children of 0 to 17 only"),
}


class Undo(Exception):
    pass


@pytest.fixture(scope="module")
def found(real_data: Path, django_db_setup, django_db_blocker) -> Iterator[dict[str, tuple[str, str]]]:
    """Path in the folder -> outcome and words."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                yield {path: outcome_of(real_data / path) for path in files_in(real_data)}
                raise Undo
        except Undo:
            pass


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def outcome_of(path: Path) -> tuple[str, str]:
    try:
        [outcome] = services.import_files(received=[Received(path.name, path)])
    except BadFile as refusal:
        return "refused", str(refusal)
    return outcome.outcome, outcome.message


def count_of(
    area: str, source: str, first: date = AUGUST_2023, last: date = JULY_2025, release: str = "to-202507"
) -> int:
    return queries.figures(
        area=queries.find_area(area), first=first, last=last, source_key=source, release_key=release
    ).count


def total_of(source: str, release: str, part: str = "recent") -> int:
    return ReleaseFile.objects.get(release__source__key=source, release__key=release, part=part).total


# --- what becomes of each file ---------------------------------------------------------------


def test_every_file_of_the_folder_is_listed_here(real_data):
    assert files_in(real_data) == sorted(EXPECTED)


@pytest.mark.parametrize("path", EXPECTED)
def test_the_file_is_imported_or_refused_for_a_stated_reason(found, path):
    outcome, words = found[path]

    assert outcome == EXPECTED[path][0], words
    assert EXPECTED[path][1] in words


def test_every_file_that_was_taken_is_stored_whole(found):
    for file in ReleaseFile.objects.exclude(total=None):
        tables = PrintedTable.objects.filter(file=file).iterator(chunk_size=500)
        total = observations = 0
        for table in tables:
            values = unpack(table.values, len(unpack_ids(table.categories)))
            observations += values.size
            total += int(values[values != NOT_PUBLISHED].sum(dtype="int64"))
        assert (total, observations) == (file.total, file.observations), file.name
        assert sum(file.totals) == file.total, file.name


# --- sources against each other --------------------------------------------------------------


@pytest.mark.parametrize(("borough", "offences"), [("Bexley", 33_163), ("Bromley", 48_251)])
def test_the_dashboard_has_as_many_offences_as_the_borough_file_of_its_publication(found, borough, offences):
    assert count_of(borough, "mps-borough") == offences
    assert count_of(borough, "mps-dashboard") == offences


def test_the_dashboard_has_all_of_london_to_the_unit_until_january_2024(found):
    january = {"first": date(2024, 1, 1), "last": date(2024, 1, 1)}

    assert (
        count_of("London", "mps-dashboard", **january)
        == count_of("London", "mps-borough", **january)
        == 75_568
    )
    july = {"first": JULY_2025, "last": JULY_2025}
    assert count_of("London", "mps-dashboard", **july) == 83_384
    assert count_of("London", "mps-borough", **july) == 82_240


def test_wards_and_lsoas_hold_less_than_the_borough_file_and_are_never_made_up_to_it(found):
    boroughs = count_of("London", "mps-borough")
    wards, lsoas = count_of("London", "mps-ward"), count_of("London", "mps-lsoa")

    assert (boroughs, wards, lsoas) == (1_865_757, 1_802_640, 1_753_086)
    assert (round(100 * wards / boroughs, 1), round(100 * lsoas / boroughs, 1)) == (96.6, 94.0)


@pytest.mark.parametrize(
    ("source", "release", "total"),
    [
        ("mps-borough", "to-202503", 1_860_236),
        ("mps-ward", "to-202503", 1_800_829),
        ("mps-borough", "to-202507", 1_865_757),
        ("mps-ward", "to-202507", 1_802_640),
        ("mps-lsoa", "to-202507", 1_753_086),
    ],
)
def test_each_level_has_the_total_of_its_file(found, source, release, total):
    assert total_of(source, release) == total
    assert count_of("London", source, *months_of(source, release), release=release) == total


def months_of(source: str, release: str) -> tuple[date, date]:
    file = ReleaseFile.objects.get(release__source__key=source, release__key=release, part="recent")
    return file.first_month, file.last_month


def test_lsoas_have_no_sexual_offences(found):
    with pytest.raises(queries.NotHeld, match="publishes the crime type “sexual-offences”"):
        queries.figures(
            area=queries.find_area("London"),
            crime_type="sexual-offences",
            first=AUGUST_2023,
            last=JULY_2025,
            source_key="mps-lsoa",
        )


def test_hillingdons_wards_lose_the_airport_in_december_2025(found):
    """The ward of Heathrow: one code, and two places in the years before."""
    heathrow = Area.objects.filter(code="E05013570")

    assert set(heathrow.values_list("within", flat=True)) == {"", heathrow.exclude(within="").get().within}


# --- surveys, people, streets ----------------------------------------------------------------


@pytest.mark.parametrize(("borough", "people"), [("Bexley", 250_853), ("Bromley", 331_162)])
def test_the_population_is_the_mid_year_estimate(found, borough, people):
    printed = PrintedTable.objects.get(
        file__release__source__key="ons-population", area=queries.find_area(borough)
    )

    assert int(unpack(printed.values)[0, -1]) == people


def test_both_sheets_of_the_survey_are_one_release_of_37_quarters(found):
    files = ReleaseFile.objects.filter(release__source__key="mopac-pas")

    assert {(file.part, file.release.key, file.periods) for file in files} == {
        ("borough", "to-202312", 37),
        ("mps", "to-202312", 37),
    }
    printed = PrintedTable.objects.filter(file__part="borough", area__kind=Area.Kind.BOROUGH)
    assert printed.filter(file__release__source__key="mopac-pas").count() == 32
    assert {len(unpack_ids(table.categories)) for table in printed} == {8}


@pytest.mark.parametrize(
    ("source", "release", "part", "rows", "nowhere"),
    [
        ("police-uk-street", "to-202303", "bedfordshire 2023-03", 4_887, 185),
        ("police-uk-street", "to-202303", "city-of-london 2023-03", 709, 59),
        ("police-uk-outcomes", "to-202001", "metropolitan 2020-01", 8_352, 62),
    ],
)
def test_rows_without_a_place_are_in_the_file_and_in_no_lsoa(found, source, release, part, rows, nowhere):
    file = ReleaseFile.objects.get(release__source__key=source, release__key=release, part=part)
    [table] = PrintedTable.objects.filter(file=file, area__kind=Area.Kind.PSEUDO)

    assert (file.rows, file.total) == (rows, rows)
    assert int(unpack(table.values).sum()) == nowhere


# --- the same table twice --------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_csv_and_parquet_of_one_table_are_one_release_whichever_comes_first(db, real_data, order):
    paths = sorted((real_data / "mps-borough" / "to-202507").iterdir())[::order]

    first, second = (services.import_files(received=[Received(path.name, path)])[0] for path in paths)

    assert (first.outcome, second.outcome) == ("accepted", "already-held")
    assert (first.release, first.total) == (second.release, second.total) == ("to-202507", 1_865_757)
    assert ReleaseFile.objects.count() == 1
