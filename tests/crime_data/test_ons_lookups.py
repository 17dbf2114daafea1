from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.importers import IMPORTERS, BadFile, open_file, read_publication
from crime_data.importers.contract import AreaRef, LinkRow
from crime_data.importers.ons_codes import column, level_of

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 24)
BOM = b"\xef\xbb\xbf"
PARTNERSHIPS = """LAD24CD,LAD24NM,CSP24CD,CSP24NM,PFA24CD,PFA24NM
E06000901,Eastsea and Westsea,E22000901,Eastsea,E23000901,Seashire
E06000901,Eastsea and Westsea,E22000902,Westsea,E23000901,Seashire
E06000901,Eastsea and Westsea,E22000903,Seashire,E23000901,Seashire
E06000902,Seashire,E22000903,Seashire,E23000901,Seashire
E09000901,City of Bridges,E22000904,City of Bridges,E23000902,"Bridges, City of"
W06000901,Y Cwm,W14000901,Y Cwm,W15000901,Cymru Uchaf
"""
SMALL = """LSOA21CD,LSOA21NM,LSOA21NMW,WD25CD,WD25NM,WD25NMW,LAD25CD,LAD25NM,LAD25NMW,ObjectId
E01900001,Seashire 001A,,E05900001,Harbour,,E06000902,Seashire,,1
E01900002,Seashire 001B,,E05900001,Harbour,,E06000902,Seashire,,2
E01900003,Seashire 002A,,E05900002,Village,,E06000902,Seashire,,3
W01900001,Y Cwm 001A,Y Cwm 001A,W05900001,Village,Y Pentref,W06000901,Y Cwm,Y Cwm,4
"""
WARDS = """WD23CD, WardName,WD23NMW,LAD23CD,LAD23NM,LAD23NMW,ObjectId
E05900001,Harbour,,E06000902,Seashire,,1
W05900001,Village,Y Pentref,W06000901,Y Cwm,Y Cwm,2
S13900001,Loch,,S12000901,Glen,,3
S13900002,Ben,,S12000901,Glen,,4
N08900001,Lough,,N09000901,Mourne,,5
"""


@pytest.fixture
def read(tmp_path):
    def reading(content, name="lookup.csv"):
        content = content.encode() if isinstance(content, str) else content
        path = tmp_path / "received"
        path.write_bytes(content)
        [file] = open_file(name, path, tmp_path)
        return read_publication(file, today=TODAY)

    return reading


def links(gazetteer, part, whole):
    return [
        (link.part.code, link.whole.code)
        for link in gazetteer.links
        if (link.part.kind, link.whole.kind) == (part, whole)
    ]


def test_a_district_can_lie_in_several_partnerships_and_a_partnership_take_in_several(read):
    found = read(PARTNERSHIPS)

    assert links(found, "borough", "csp") == [
        ("E06000901", "E22000901"),
        ("E06000901", "E22000902"),
        ("E06000901", "E22000903"),
        ("E06000902", "E22000903"),
        ("E09000901", "E22000904"),
        ("W06000901", "W14000901"),
    ]
    assert len(links(found, "csp", "force")) == 5
    assert found.rows == 6


def test_names_are_kept_as_they_are_printed(read):
    names = {area.code: area.name for area in read(PARTNERSHIPS).areas}

    assert names["E22000904"] == "City of Bridges"
    assert names["E23000902"] == "Bridges, City of"


def test_an_lsoa_lies_in_a_ward_and_both_in_a_district(read):
    found = read(SMALL)

    assert links(found, "lsoa", "ward")[:2] == [("E01900001", "E05900001"), ("E01900002", "E05900001")]
    assert len(links(found, "lsoa", "borough")) == 4
    assert links(found, "ward", "borough") == [
        ("E05900001", "E06000902"),
        ("E05900002", "E06000902"),
        ("W05900001", "W06000901"),
    ]


def test_two_wards_of_one_name_are_told_apart_by_their_district(read):
    villages = [area for area in read(SMALL).areas if area.name == "Village"]

    assert villages == [
        AreaRef("ward", "Village", "E05900002", "E06000902"),
        AreaRef("ward", "Village", "W05900001", "W06000901"),
    ]


def test_the_vintage_stands_in_the_names_of_the_columns(read):
    old = SMALL.replace("LSOA21", "LSOA11").replace("WD25", "WD19").replace("LAD25", "LAD19")

    assert read(SMALL).key == "lsoa21-wd25-lad25"
    assert read(old).key == "lsoa11-wd19-lad19"
    assert {link.edition for link in read(old).links} == {"WD19", "LAD19"}


def test_a_link_is_of_the_edition_of_the_newer_of_its_levels(read):
    found = read(SMALL)

    assert {(link.part.kind, link.whole.kind, link.edition) for link in found.links} == {
        ("lsoa", "ward", "WD25"),
        ("lsoa", "borough", "LAD25"),
        ("ward", "borough", "WD25"),
    }


def test_no_day_is_invented_for_an_edition(read):
    assert all(link == LinkRow(link.part, link.whole, link.edition) for link in read(SMALL).links)


def test_the_month_of_an_edition_is_in_the_name_of_the_file_or_not_known(read):
    assert read(WARDS, name="Ward_to_LAD_(December_2023)_Lookup.csv").month == date(2023, 12, 1)
    assert read(WARDS, name="Ward_to_LAD_(May_2021)_Lookup.csv").month == date(2023, 1, 1)
    assert read(WARDS).month == date(2023, 1, 1)


@pytest.mark.parametrize("start", [b"", BOM])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_either_line_end_are_read(read, start, end):
    assert read(start + SMALL.encode().replace(b"\n", end)).areas == read(SMALL).areas


def test_an_edited_name_of_a_column_with_a_space_before_it_is_understood(read):
    assert AreaRef("ward", "Harbour", "E05900001", "E06000902") in read(WARDS).areas


def test_columns_may_stand_in_any_order(read):
    turned = "\n".join(",".join(reversed(line.split(","))) for line in SMALL.splitlines())

    assert read(turned).links == read(SMALL).links


def test_scotland_and_northern_ireland_are_set_aside_by_name_and_number(read):
    found = read(WARDS)

    assert found.rows == 5
    assert [(aside.what, aside.rows) for aside in found.set_aside if aside.rows] == [
        ("Areas in Scotland", 2),
        ("Areas in Northern Ireland", 1),
    ]
    assert {area.code[0] for area in found.areas} == {"E", "W"}


def test_welsh_names_and_other_areas_are_told_of(read):
    more = SMALL.replace("ObjectId", "MSOA21CD").replace(",1\n", ",E02900001\n")

    assert [aside.what for aside in read(more).set_aside] == [
        "Columns LSOA21NMW, WD25NMW, LAD25NMW",
        "Columns MSOA21CD",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Seashire,,3", "Seaside,,3", "Line 4, column LAD25NM: E06000902 is called “Seaside” here"),
        (
            "E01900003,Seashire 002A",
            "E01900002,Seashire 001B",
            "Line 4: E01900002 lies in E05900002 here and in E05900001 above. An LSOA",
        ),
        ("E01900002", "E01900001", "Line 3 repeats line 2: E01900001, E05900001, E06000902"),
        (
            "E05900002,Village",
            "E05900001,Village",
            "Line 4, column WD25NM: E05900001 is called “Village” here",
        ),
        ("E05900002", "E09900002", "Line 4, column WD25CD: “E09900002” is not the code of a ward"),
        ("E05900002", "", "Line 4, column WD25CD: “” is not the code of a ward"),
        ("E05900002", "E0590000", "“E0590000” is not the code of a ward"),
        ("E05900002", "S13900002", "“S13900002” is not the code of a ward in England or Wales"),
        (",Village,,E06", ",,,E06", "Line 4, column WD25NM: the cell is blank"),
        ("E06000902,Seashire,,3", "E06000902,Seashire", "Line 4 has 8 cells, fewer than the 10 columns"),
        ("WD25NM,", "LAD25NM,", "0 columns for the name of a ward"),
        ("WD25NM,", "WD24NM,", "0 columns for the name of a ward"),
        ("WD25NMW", "WD24CD", "2 columns of codes for a ward: WD25CD, WD24CD"),
        ("WD25", "WD27", "The edition is of 2027, which lies in the future"),
        ("Village,,E06", "Vill\x00age,,E06", "Line 4 holds a control character"),
    ],
)
def test_a_doubtful_file_is_refused_by_line_and_column(read, old, new, message):
    assert old in SMALL
    with pytest.raises(BadFile, match=message):
        read(SMALL.replace(old, new))


def test_a_district_of_two_force_areas_through_one_partnership_is_refused(read):
    with pytest.raises(BadFile, match=r"Line 5: E22000903 lies in E23000902 here and in E23000901 above\."):
        read(
            PARTNERSHIPS.replace(
                "E22000903,Seashire,E23000901,Seashire\nE09", "E22000903,Seashire,E23000902,Seashire\nE09"
            )
        )


@pytest.mark.parametrize(
    "content", [SMALL.splitlines()[0] + "\n", "\n".join(WARDS.splitlines()[:1] + WARDS.splitlines()[3:])]
)
def test_a_file_without_an_area_of_england_or_wales_is_refused(read, content):
    with pytest.raises(BadFile, match="no area of England or Wales"):
        read(content)


@pytest.mark.parametrize(
    "header",
    [
        "LAD24CD,LAD24NM",
        "LAD24CD,LAD24NM,WD24CD,WD24NM,202401",
        "LAD23CD,LAD23NM,Population",
        "MajorText,MinorText,WardName,WardCode,LookUp_BoroughName,202401",
        "date,geography,geography code",
    ],
)
def test_other_files_are_not_taken_for_a_look_up(tmp_path, header):
    path = tmp_path / "other.csv"
    path.write_text(header + "\n")
    [file] = open_file("other.csv", path, tmp_path)

    assert not IMPORTERS["ons-lookups"].recognises(file)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("E06000015", "borough"),
        ("E07000032", "borough"),
        ("E08000001", "borough"),
        ("E09000004", "borough"),
        ("W06000004", "borough"),
        ("E05011217", "ward"),
        ("W05001337", "ward"),
        ("E01000001", "lsoa"),
        ("W01000193", "lsoa"),
        ("E22000180", "csp"),
        ("W14000001", "csp"),
        ("E23000001", "force"),
        ("W15000001", "force"),
        ("E02000001", None),
        ("S12000033", None),
        ("E0900000", None),
        ("e09000004", None),
        ("E0900000٤", None),
    ],
)
def test_a_code_says_what_kind_of_area_it_is(code, kind):
    level = level_of(code)

    assert (level.kind if level else None) == kind


def test_names_of_columns_are_understood_in_any_spelling():
    assert column("WD22CD") == column("wd22cd") == column(" WD22_CD ")
    assert column("WardName").letters == column("WD22NM").letters == "WD"
    assert column("LADNM").vintage == ""
    for other in ("ObjectId", "Population", "name", "id", "202401", ""):
        assert column(other) is None


@given(st.data())
def test_a_damaged_file_is_refused_or_keeps_its_totals(tmp_path_factory, data):
    content = bytearray(data.draw(st.sampled_from([SMALL, WARDS, PARTNERSHIPS])).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "received"
    path.write_bytes(content)

    try:
        [file] = open_file("lookup.csv", path, folder)
        found = read_publication(file, today=TODAY)
    except BadFile as problem:
        assert str(problem)
        return
    codes = [area.code for area in found.areas]
    assert len(set(codes)) == len(codes)
    assert {link.part for link in found.links} | {link.whole for link in found.links} <= set(found.areas)
    assert sum(aside.rows for aside in found.set_aside) < found.rows


# --- the published files


@pytest.mark.parametrize(
    ("name", "key", "rows", "kinds", "linked"),
    [
        (
            "LAD24_CSP24_PFA24_EW_LU.csv",
            "lad24-csp24-pfa24",
            332,
            {"borough": 318, "csp": 314, "force": 43},
            {("borough", "csp"): 332, ("csp", "force"): 314},
        ),
        (
            "LSOA21_WD24_LAD24_London_LU.csv",
            "lsoa21-wd24-lad24",
            4_994,
            {"lsoa": 4_994, "ward": 684, "borough": 33},
            {("lsoa", "ward"): 4_994, ("ward", "borough"): 684, ("lsoa", "borough"): 4_994},
        ),
        (
            "LSOA_(2021)_to_Electoral_Ward_(2025)_to_LAD_(2025)_Best_Fit_Lookup_in_EW_v2.csv.gz",
            "lsoa21-wd25-lad25",
            35_672,
            {"lsoa": 35_672, "ward": 7_545, "borough": 318},
            {("lsoa", "ward"): 35_672, ("ward", "borough"): 7_545, ("lsoa", "borough"): 35_672},
        ),
        (
            "Ward_to_Local_Authority_District_(December_2023)_Lookup_in_the_United_Kingdom.csv",
            "wd23-lad23",
            8_441,
            {"ward": 7_624, "borough": 318},
            {("ward", "borough"): 7_624},
        ),
    ],
)
def test_the_published_look_ups_are_read_whole(real_data, tmp_path, name, key, rows, kinds, linked):
    [file] = open_file(name, real_data / "lookups" / name, tmp_path)
    found = read_publication(file, today=TODAY)

    assert (found.key, found.rows) == (key, rows)
    assert {kind: sum(area.kind == kind for area in found.areas) for kind in kinds} == kinds
    assert {pair: len(links(found, *pair)) for pair in linked} == linked
    assert len(found.links) == sum(linked.values())


def test_bournemouth_christchurch_and_poole_lies_in_three_partnerships(real_data, tmp_path):
    name = "LAD24_CSP24_PFA24_EW_LU.csv"
    [file] = open_file(name, real_data / "lookups" / name, tmp_path)
    found = read_publication(file, today=TODAY)

    wholes = {link.whole.name for link in found.links if link.part.code == "E06000058"}
    assert wholes == {"Bournemouth", "Poole", "Dorset"}
    assert {"London, City of"} == {area.name for area in found.areas if area.code == "E23000034"}
