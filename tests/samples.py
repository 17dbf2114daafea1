"""A small sound file of every source, in each form it comes in, with what its lines must add up to."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mps_files import make_table
from tests.tables import workbook_of
from tests.workbook_files import make_ods

Rows = list[list[Any]]

MPS = [("BURGLARY", "BURGLARY - RESIDENTIAL"), ("ROBBERY", "ROBBERY OF PERSONAL PROPERTY")]
DASHBOARD = (
    "Month_Year,Area Type,Borough_SNT,Area name,Area code,Crime Type,Crime Subtype,Measure,Financial Year,"
    "FY_FYIndex,Count,Refresh Date"
).split(",")
VAWG = (
    "bcu_location,borough_name,ward_name_clean_2,recorded_date_months,date_committed_from_date_months,count,"
    "sheet,crimsec_group,crimseccodeexpansion,crimsec_offences,vawg_offence"
).split(",")
STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
).split(",")
SEARCHES = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
).split(",")
CSP = (
    "Financial Year,Financial Quarter,Police Force,CSP Name,Offence Description,Offence Group,"
    "Offence Subgroup,Offence Code,Offence Count"
).split(",")
AGES = [
    "date,geography,geography code".split(","),
    ["Age: Total", "Age: Aged 4 years and under", "Age: Aged 5 to 9 years"],
]
HOMES = [
    "Accommodation type: Total: All households",
    "Accommodation type: Detached",
    "Accommodation type: B, C",
]


def borough() -> Rows:
    return make_table(labels=MPS, boroughs=["Bexley", "Bromley", "Croydon", "Unknown"], months=4)


def ward() -> Rows:
    wards = [
        ["Belvedere", "E05011217", "Bexley"],
        ["Abbey", "E05014053", "Barking and Dagenham"],
        ["Heathrow Villages", "E05013570", "Aviation Security (SO18)"],
    ]
    header, *_ = make_table(
        header=["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName"], months=4
    )
    rows = [[*label, *place] for label in MPS for place in wards]
    return [header, *([*row, "9", str(11 + at), "0", "12"] for at, row in enumerate(rows))]


def lsoa() -> Rows:
    places = [
        ["E01000378", "Bexley 001B", "E09000004"],
        ["E01000027", "Barking and Dagenham 001A", "E09000002"],
    ]
    header, *_ = make_table(
        header=["LSOA Code", "LSOA Name", "Borough", "Major Category", "Minor Category"], months=4
    )
    rows = [[*place, *label] for place in places for label in MPS]
    return [header, *([*row, "9", str(11 + at), "0", "12"] for at, row in enumerate(rows))]


def dashboard() -> Rows:
    places = [
        ["Borough", "Bexley", "Bexley", "E09000004"],
        ["Borough", "Other / NK", "Other / NK", ""],
        ["Safer Neighbourhood Teams", "Bexley Belvedere", "Belvedere", "E05011217"],
        ["Safer Neighbourhood Teams", "Other / NK", "N/K (Legacy Only)", "N/K"],
    ]
    kinds = [["Hate crime", "Racist Crime"], ["Domestic Abuse", "Domestic Abuse"]]
    return [
        DASHBOARD,
        *(
            [month, *place, *kind, measure, "fy23-24", "23-24_01", str(3 + at), "2025-08-02"]
            for month in ("2024-01-01", "2024-02-01")
            for at, place in enumerate(places)
            for kind in kinds
            for measure in ("Offences", "Positive Outcomes")
        ),
    ]


def vawg() -> Rows:
    places = [["South Area", "Bexley", "Belvedere"], ["South Area", "Bexley", ""], ["", "Unknown", ""]]
    crimes = [["Stalking", "8", "Stalking and harassment", "Stalking"], ["Rape", "19", "Rape", "Rape"]]
    months = [["2024-01-01", "2023-12-01"], ["2024-02-01", "2024-01-01"]]
    location, classification = "Offence count location", "Offence count classification"
    return [
        VAWG,
        *([*place, *month, "4", location, *[""] * 4] for month in months for place in places),
        *([*[""] * 3, *month, "6", classification, *crime] for month in months for crime in crimes),
    ]


def survey() -> Rows:
    ends = ["30/9/2023", "31/12/2023"]
    return [
        ["Date", "Survey", "Borough", "Measure", "Proportion", "MPS"],
        *(
            [end, "PAS", place, measure, f"0,{60 + at}", "0,65"]
            for end in ends
            for measure in ('"Good Job" local', "Trust MPS")
            for at, place in enumerate(("Bexley", "Bromley", "City of Westminster"))
        ),
    ]


def street() -> Rows:
    places = [
        ["0.01", "51.4", "On or near Mill Lane", "E01000378", "Bexley 001B"],
        ["", "", "No Location", "", ""],
    ]
    force = ["2023-03", "Metropolitan Police Service", "Metropolitan Police Service"]
    return [
        STREET,
        *(
            [crime, *force, *place, kind, "Under investigation", ""]
            for place in places
            for kind, crime in (("Burglary", "a" * 64), ("Anti-social behaviour", ""), ("Burglary", "a" * 64))
        ),
    ]


def outcomes() -> Rows:
    header, *rows = street()
    return [[*header[:9], "Outcome type"], *([*row[:9], "Suspect charged"] for row in rows)]


def searches() -> Rows:
    person = ["51.4", "0.01", "Female", "25-34", "", "White", "Misuse of Drugs Act 1971 (section 23)"]
    return [
        SEARCHES,
        *(
            [
                "Person search",
                f"2023-03-{day:02}T05:30:28+00:00",
                "False",
                "",
                *person,
                "Controlled drugs",
                *end,
                "",
            ]
            for day in (2, 3, 30)
            for end in (["Arrest", "True"], ["A no further action disposal", ""])
        ),
    ]


def partnerships() -> Rows:
    things = [
        ("Arson", "Criminal damage and arson", "Arson", "56A"),
        ("Rape", "Sexual offences", "Rape", "19C"),
    ]
    places = [("Metropolitan Police", "Bexley"), ("Kent", "Medway"), ("Kent", "Unassigned Kent")]
    return [
        CSP,
        *(
            ["2025/26", quarter, *place, *thing, 7 + quarter]
            for place in places
            for thing in things
            for quarter in (1, 2, 3, 4)
        ),
    ]


def people() -> Rows:
    return [
        ["Code", "Name", "Geography", "Mid-2023", "Mid-2022"],
        ["E12000007", "LONDON", "Region", 8_900_000, 8_800_000],
        ["E09000004", "Bexley", "London Borough", 250_853, 248_000],
        ["E09000006", "Bromley", "London Borough", 331_162, 330_000],
    ]


def residents(groups: Sequence[str] = AGES[1]) -> Rows:
    return [
        [*AGES[0], *groups],
        ["2021", "Bexley", "E09000004", "30", "10", "20"],
        ["2021", "Kingston upon Hull, City of", "E06000010", "7", "7", "0"],
        ["2021", "Cardiff", "W06000015", "5", "2", "3"],
    ]


def local() -> Rows:
    asb = "Anti-social behaviour"
    return [
        ["area", "month", "category", "count"],
        ["Bexley", "2024-01", asb, "12"],
        ["Bexley", "2024-02", asb, "0"],
        ["E05011217", "2024-01", "Fly-tipping", "3"],
        ["E05011217", "2024-02", "Fly-tipping", "1,204"],
    ]


def look_up() -> Rows:
    return [
        "LAD24CD,LAD24NM,CSP24CD,CSP24NM,PFA24CD,PFA24NM".split(","),
        ["E06000901", "Eastsea and Westsea", "E22000901", "Eastsea", "E23000901", "Seashire"],
        ["E06000901", "Eastsea and Westsea", "E22000902", "Westsea", "E23000901", "Seashire"],
        ["E09000901", "City of Bridges", "E22000904", "City of Bridges", "E23000902", "Bridges, City of"],
    ]


def crimes() -> Rows:
    return [["category", "id"], *(["burglary", at] for at in range(3)), ["violent-crime", 9]]


def outlines() -> Rows:
    return [
        ["WD22CD", "WD22NM", "points"],
        ["E05900001", "Harbour", [[0.1, 51.4], [0.2, 51.4], [0.2, 51.5], [0.1, 51.4]]],
        ["E05900002", "Village", [[0.3, 51.4], [0.4, 51.4], [0.4, 51.5], [0.3, 51.4]]],
    ]


# --- bytes -----------------------------------------------------------------------------------


def as_csv(rows: Rows, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: Rows) -> bytes:
    import pyarrow
    import pyarrow.parquet

    header, *lines = rows
    columns = [[line[at] if at < len(line) else None for line in lines] for at in range(len(header))]
    table = pyarrow.table(
        [[cell if cell is None else str(cell) for cell in column] for column in columns], header
    )
    written = io.BytesIO()
    pyarrow.parquet.write_table(table, written)
    return written.getvalue()


def in_sheet(name: str, above: Rows = []) -> Callable[[Rows], bytes]:  # noqa: B006  (never changed)
    return lambda rows: workbook_of({"Notes": [["Title"]], name: [*above, *rows]} if above else {name: rows})


def ods(rows: Rows) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        notes = [
            ["Updated: 23 July 2026"],
            ["Force Notes"],
            ["Kent: figures are whole."],
            ["Additional Notes"],
        ]
        return make_ods(Path(folder) / "made", {"Notes": notes, "2025_26": rows}).read_bytes()


def answer(rows: Rows) -> bytes:
    place = {"latitude": "51.4", "longitude": "0.02", "street": {"id": 9, "name": "On or near Hill Road"}}
    more = {
        "location_type": "Force",
        "location": place,
        "context": "",
        "outcome_status": None,
        "month": "2018-06",
    }
    return json.dumps([dict(zip(rows[0], row, strict=False)) | more for row in rows[1:]]).encode()


def geojson(rows: Rows) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(rows[0][:2], row[:2], strict=False)),
            "geometry": {"type": "Polygon", "coordinates": [row[-1]]},
        }
        for row in rows[1:]
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def in_zip(name: str) -> Callable[[Rows], bytes]:
    def written(rows: Rows) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"2023-03/{name}", as_csv(rows))
        return packed.getvalue()

    return written


# --- what they add up to ---------------------------------------------------------------------


def number(cell: Any) -> int:
    """A count as a person reads it."""
    return int(float(str(cell).strip().replace(",", "")))


def below(*names: str) -> Callable[[Rows], int]:
    """The sum of the columns of these names."""
    return lambda rows: sum(number(row[rows[0].index(name)]) for row in filled(rows) for name in names)


def months(rows: Rows) -> int:
    """The sum of all columns whose header is a month, a middle of a year or a group of the census."""
    at = [
        place
        for place, name in enumerate(rows[0])
        if str(name).strip()[:2] == "20" or str(name).startswith(("Mid-", "Age:", "Accommodation"))
    ]
    return sum(number(row[place]) for row in filled(rows) for place in at)


def lines(rows: Rows) -> int:
    return len(filled(rows))


def flagged(rows: Rows) -> int:
    """A line with a ward counts to its borough and to the ward."""
    at = {name: place for place, name in enumerate(rows[0])}
    found = 0
    for row in filled(rows):
        named = [row[at[name]].strip() for name in ("borough_name", "ward_name_clean_2")]
        found += number(row[at["count"]]) * (2 if all(named) and "Unknown" not in named else 1)
    return found


def filled(rows: Rows) -> Rows:
    """The lines below the header that are not blank."""
    return [row for row in rows[1:] if any(str(cell).strip() for cell in row if cell is not None)]


@dataclass(frozen=True)
class Sample:
    """`total` says what the figures and what was set aside must add up to; None for shares and areas."""

    source: str
    name: str
    rows: Callable[[], Rows]
    write: Callable[[Rows], bytes]
    total: Callable[[Rows], int] | None = None

    @property
    def content(self) -> bytes:
        return self.write(self.rows())


POPULATION = [["MYE4: Population estimates"], ["This is not what I need at all (please specify)"]]
COUNT = below("Count")
ALL = [
    Sample("mps-borough", "boroughs.csv", borough, as_csv, months),
    Sample("mps-borough", "boroughs.parquet", borough, as_parquet, months),
    Sample("mps-ward", "wards.csv", ward, as_csv, months),
    Sample("mps-ward", "wards.parquet", ward, as_parquet, months),
    Sample("mps-lsoa", "lsoas.csv", lsoa, as_csv, months),
    Sample("mps-dashboard", "other.csv", dashboard, as_csv, COUNT),
    Sample("mps-dashboard", "other.xlsx", dashboard, in_sheet("MPS_MonthlyCrimeDashboard_Other"), COUNT),
    Sample("mps-dashboard", "other.parquet", dashboard, as_parquet, COUNT),
    Sample("mps-vawg", "vawg.csv", vawg, as_csv, flagged),
    Sample("mps-vawg", "vawg.parquet", vawg, as_parquet, flagged),
    Sample("mopac-pas", "survey.csv", survey, as_csv),
    Sample("mopac-pas", "survey-semicolons.csv", survey, lambda rows: as_csv(rows, ";")),
    Sample("mopac-pas", "survey.xlsx", survey, in_sheet("Borough")),
    Sample("police-uk-street", "2023-03-metropolitan-street.csv", street, as_csv, lines),
    Sample("police-uk-street", "2023-03.zip", street, in_zip("2023-03-metropolitan-street.csv"), lines),
    Sample("police-uk-street", "crime_month_2018_06_area_E05000106_0.json", crimes, answer, lines),
    Sample("police-uk-outcomes", "2023-03-metropolitan-outcomes.csv", outcomes, as_csv, lines),
    Sample("police-uk-stop-and-search", "2023-03-metropolitan-stop-and-search.csv", searches, as_csv, lines),
    Sample("home-office-csp", "prc-csp.ods", partnerships, ods, below("Offence Count")),
    Sample("home-office-csp", "prc-csp.xlsx", partnerships, in_sheet("2025_26"), below("Offence Count")),
    Sample("ons-population", "mye23.xlsx", people, in_sheet("MYE4", POPULATION), months),
    Sample("ons-census-residents", "census2021-ts007a-ltla.csv", residents, as_csv, months),
    Sample("ons-census-households", "ts044.csv", lambda: residents(HOMES), as_csv, months),
    Sample("local-counts", "local.csv", local, as_csv, below("count")),
    Sample("local-counts", "local.xlsx", local, in_sheet("Sheet1"), below("count")),
    Sample("ons-lookups", "LAD24_CSP24_PFA24.csv", look_up, as_csv),
    Sample("ons-boundaries", "wards.geojson", outlines, geojson),
]
