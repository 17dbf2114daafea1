import io
import itertools
import re
import time
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crime_data.importers import BadFile, open_file, workbook
from crime_data.importers.workbook import rows, sheet_names
from tests.workbook_files import (
    make_ods,
    make_xlsx,
    ods_content,
    ods_of,
    ods_row,
    ods_table,
    xlsx_parts,
    zipped,
)

pytestmark = pytest.mark.once

DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def read(path: Path, name: str) -> list:
    return list(rows(path, name))


def one_row(path: Path, cells: str) -> list:
    """The cells of an ODS with one row."""
    ods_of(path, ods_table("a", f"<table:table-row>{cells}</table:table-row>"))
    return [cells for _, cells in rows(path, "a")]


@pytest.mark.parametrize("make", [make_ods, make_xlsx])
def test_both_kinds_give_the_same_sheets_rows_and_values(tmp_path, make):
    sheets = {
        "Notes": [["Force Notes"], [], [None, "Kent & Medway: “see” <here>"]],
        "2025_26": [
            ["Year", "Count", "When", "Yes"],
            ["2025/26", 1234, datetime(2026, 7, 23), True],
            [None, 1.5],
        ],
    }
    path = make(tmp_path / "book", sheets)

    assert workbook.is_workbook(path)
    assert sheet_names(path) == ("Notes", "2025_26")
    assert read(path, "Notes") == [(1, ["Force Notes"]), (3, [None, "Kent & Medway: “see” <here>"])]
    assert read(path, "2025_26") == [
        (1, ["Year", "Count", "When", "Yes"]),
        (2, ["2025/26", 1234, datetime(2026, 7, 23), True]),
        (3, [None, 1.5, None, None]),
    ]
    assert type(read(path, "2025_26")[1][1][1]) is int


@pytest.mark.parametrize("make", [make_ods, make_xlsx])
def test_a_sheet_that_is_not_there_is_refused(tmp_path, make):
    with pytest.raises(BadFile, match="has no sheet 2026_27"):
        read(make(tmp_path / "book", {"2025_26": [["x"]]}), "2026_27")


# --- ODS ---


def test_repeated_rows_and_cells_are_written_out_and_repeated_blanks_are_not(tmp_path):
    table = (
        '<table:table-row table:number-rows-repeated="5">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="2">'
        '<table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="7"/>'
        '<table:table-cell table:number-columns-repeated="16379"/></table:table-row>'
    )
    path = ods_of(tmp_path / "a.ods", ods_table("a", table))

    assert read(path, "a") == [(6, [None, None, 7, 7, 7]), (7, [None, None, 7, 7, 7])]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<table:table-cell office:value-type="percentage" office:value="0.25"><text:p>25%</text:p>', 0.25),
        ('<table:table-cell office:value-type="currency" office:value="5"><text:p>£5</text:p>', 5),
        ('<table:table-cell office:value-type="float" office:value="1E3"><text:p>1000</text:p>', 1000.0),
        ('<table:table-cell office:value-type="boolean" office:boolean-value="false">', False),
        ('<table:table-cell office:value-type="date" office:date-value="2026-07-23">', datetime(2026, 7, 23)),
        (
            '<table:table-cell office:value-type="date" office:date-value="2026-07-23T10:30:00">',
            datetime(2026, 7, 23, 10, 30),
        ),
        (
            '<table:table-cell office:value-type="date" office:date-value="23 July"><text:p>23 July</text:p>',
            "23 July",
        ),
        ("<table:table-cell><text:p>one</text:p><text:p>two</text:p>", "one\ntwo"),
        (
            "<table:table-cell><text:p>with<text:span>in</text:span><text:span>Derbyshire</text:span>"
            "have</text:p>",
            "withinDerbyshirehave",
        ),
        (
            '<table:table-cell><text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d</text:p>',
            "a  b\tc\nd",
        ),
        ("<table:table-cell><text:p>a\n      b</text:p>", "a b"),
        (
            "<table:table-cell><office:annotation><text:p>a comment</text:p></office:annotation>"
            "<text:p>12</text:p>"
            "<draw:frame><draw:text-box><text:p>a picture</text:p></draw:text-box></draw:frame>",
            "12",
        ),
        (
            "<table:table-cell><text:p>out</text:p><table:table table:name='inner'><table:table-row>"
            "<table:table-cell><text:p>in</text:p></table:table-cell></table:table-row></table:table>",
            "out",
        ),
        (
            '<table:table-cell office:value-type="string" office:string-value="real"><text:p>shown</text:p>',
            "real",
        ),
    ],
)
def test_a_cell_is_its_value_and_not_what_is_shown_or_attached(tmp_path, cell, value):
    assert one_row(tmp_path / "a.ods", f"{cell}</table:table-cell>") == [[value]]


def test_hidden_sheets_and_filtered_rows_are_data_like_others(tmp_path):
    row = ods_row(["x"]).replace("<table:table-row", '<table:table-row table:visibility="filter"', 1)
    path = ods_of(tmp_path / "a.ods", ods_table("a", row) + ods_table("b", ods_row(["y"])))

    assert sheet_names(path) == ("a", "b")
    assert read(path, "a") == [(1, ["x"])]


def test_a_table_inside_a_cell_is_no_sheet(tmp_path):
    inner = ods_table("b", ods_row(["in"]))
    cell = (
        f"<table:table-row><table:table-cell><text:p>out</text:p>{inner}</table:table-cell></table:table-row>"
    )
    path = ods_of(tmp_path / "a.ods", ods_table("a", cell) + ods_table("b", ods_row(["second"])))

    assert sheet_names(path) == ("a", "b")
    assert read(path, "b") == [(1, ["second"])]


def test_names_are_read_as_xml_and_other_prefixes_are_as_good(tmp_path):
    content = ods_content(ods_table('R&D > "all"', ods_row(["x"])))
    content = re.sub("(?<=[</ ])table:", "t:", content).replace("xmlns:table=", "xmlns:t=")
    path = zipped(tmp_path / "a.ods", {"content.xml": content})

    assert sheet_names(path) == ('R&D > "all"',)
    assert read(path, 'R&D > "all"') == [(1, ["x"])]


@pytest.mark.parametrize("block", [7, 64, 1000])
def test_tags_cut_in_two_by_a_block_are_still_tags(tmp_path, monkeypatch, block):
    path = make_ods(tmp_path / "a.ods", {"a": [["é", 1]] * 20, "b": [["x"]], "c": [["y"]]})
    monkeypatch.setattr(workbook, "BLOCK", block)

    assert sheet_names(path) == ("a", "b", "c")
    assert len(read(path, "a")) == 20
    assert read(path, "c") == [(1, ["y"])]


def test_reading_stops_after_the_sheet(tmp_path):
    broken = ods_content(ods_table("a", ods_row(["x"])) + ods_table("b", "<table:table-row></oops>"))
    path = zipped(tmp_path / "a.ods", {"content.xml": broken})

    assert read(path, "a") == [(1, ["x"])]
    with pytest.raises(BadFile, match=r"damaged or was cut short"):
        read(path, "b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            ods_content(ods_table("a", ods_row(["x"])))[:-200],
            "damaged or was cut short|in the middle of sheet",
        ),
        (ods_content("<table:table table:name='a'><table:table-row>")[:-70], "damaged|in the middle"),
        (ods_content("").replace("?>\n", f"?>\n{DOCTYPE}"), "declares a document type"),
        (ods_content(ods_table("a", ods_row(["x"]))).replace("UTF-8", "cp037"), "is not in UTF-8"),
        (ods_content(ods_table("a", ods_row(["x"]))).encode("utf-16"), "holds no tables that can be read"),
        (b"\x00\x01\x02", "holds no tables"),
        ("", "holds no tables"),
        (ods_content(""), "has no sheets"),
        (ods_content(ods_table("a", "") * 2), "two of one name"),
        (
            ods_content("<table:a>" * 200 + "</table:a>" * 200 + ods_table("a", "")),
            "nests more than 100 elements",
        ),
        (ods_content(ods_table("a" * 3_000_000, "")), "more than 1 MB"),
    ],
)
def test_a_damaged_or_hostile_ods_is_refused_in_words(tmp_path, content, message):
    path = zipped(tmp_path / "a.ods", {"content.xml": content})

    with pytest.raises(BadFile, match=message):
        list(itertools.chain.from_iterable(rows(path, name) for name in sheet_names(path)))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('<table:table-cell office:value-type="float" office:value="NaN"/>', "“NaN” is no number"),
        ('<table:table-cell office:value-type="float" office:value="1_0"/>', "“1_0” is no number"),
        ('<table:table-cell office:value-type="float"/>', "“” is no number"),
        ('<table:table-cell table:number-columns-repeated="-1"/>', "number-columns-repeated is “-1”"),
        (f'<table:table-cell table:number-columns-repeated="{"9" * 5000}"/>', "number-columns-repeated"),
        (
            '<table:table-cell table:number-columns-repeated="16000"/><table:table-cell><text:p>x</text:p>'
            "</table:table-cell>",
            "row 1: there is a value in column 16,001",
        ),
        (
            '<table:table-cell table:number-columns-repeated="900000000" office:value-type="float" '
            'office:value="1"/>',
            "column 900,000,000",
        ),
        (
            f"<table:table-cell><text:p>{'x' * 200_000}</text:p></table:table-cell>",
            "more than 100,000 characters",
        ),
        (
            '<table:table-cell><text:p><text:s text:c="999999999"/></text:p></table:table-cell>',
            "more than 100,000",
        ),
        ("<table:table-cell><text:p>&a;</text:p></table:table-cell>", "undefined entity"),
    ],
)
def test_a_spoiled_cell_is_refused_by_its_place(tmp_path, row, message):
    with pytest.raises(BadFile, match=message):
        one_row(tmp_path / "a.ods", row)


def test_a_row_repeated_without_end_is_refused(tmp_path):
    row = ods_row(["x"]).replace(
        "<table:table-row", '<table:table-row table:number-rows-repeated="999999999"'
    )

    with pytest.raises(BadFile, match="lies below the 1,048,576 rows"):
        read(ods_of(tmp_path / "a.ods", ods_table("a", row)), "a")


def test_an_encrypted_ods_is_refused_by_that_name(tmp_path):
    manifest = '<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    path = ods_of(tmp_path / "a.ods", "", **{"META-INF/manifest.xml": manifest})

    with pytest.raises(BadFile, match="is encrypted"):
        sheet_names(path)


def test_a_text_document_has_no_sheets(tmp_path):
    content = ods_content("").replace("office:spreadsheet", "office:text")

    with pytest.raises(BadFile, match="has no sheets"):
        sheet_names(zipped(tmp_path / "a.odt", {"content.xml": content}))


def test_a_large_ods_is_read_in_little_memory(tmp_path):
    path, count = tmp_path / "a.ods", 300_000
    head, end = ods_content(ods_table("a", "|")).split("|")
    thousand = ods_row(["2025/26", "A partnership of no place", 1]).encode() * 1_000
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("content.xml", "w") as part,
    ):
        part.write(head.encode())
        for _ in range(count // 1_000):
            part.write(thousand)
        part.write(end.encode())

    tracemalloc.start()
    some = sum(1 for _ in itertools.islice(rows(path, "a"), 20_000))
    names = sheet_names(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (some, names) == (20_000, ("a",))
    assert peak < 12 * 1024 * 1024
    assert sum(1 for _ in rows(path, "a")) == count


# --- XLSX ---


def xlsx_row(tmp_path: Path, cells: str, **more) -> list:
    path = zipped(tmp_path / "a.xlsx", xlsx_parts({"a": f'<row r="1">{cells}</row>'}, **more))
    return [cells for _, cells in rows(path, "a")]


FORMATS = (
    '<numFmts><numFmt numFmtId="164" formatCode="[Red]&quot;day&quot; 0"/>'
    '<numFmt numFmtId="165" formatCode="dd\\-mmm\\-yy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/></cellXfs>'
)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ("<c><v>12</v></c><c><v>12.0</v></c><c><v>1E3</v></c>", [12, 12.0, 1000.0]),
        ('<c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c>', ["plain", None, "rich text"]),
        ('<c t="inlineStr"><is><t>in</t><r><t>line</t></r></is></c>', ["inline"]),
        ('<c t="str"><f>A1&amp;"x"</f><v>shown</v></c><c><f>SUM(A1:A9)</f><v>45</v></c>', ["shown", 45]),
        ('<c><f>never calculated</f></c><c t="e"><v>#N/A</v></c>', [None, "#N/A"]),
        ('<c t="b"><v>1</v></c><c t="d"><v>2026-07-23</v></c>', [True, datetime(2026, 7, 23)]),
        ('<c s="1"><v>46226</v></c><c s="2"><v>46226</v></c>', [46226, datetime(2026, 7, 23)]),
        (
            '<c s="3"><v>46226.5</v></c><c s="3"><v>1</v></c>',
            [datetime(2026, 7, 23, 12), datetime(1900, 1, 1)],
        ),
        ('<c t="s"><v>2</v></c><c t="str"><v>a_x000D_b</v></c>', ["東", "a\rb"]),
    ],
)
def test_a_cell_of_an_xlsx_is_its_saved_value(tmp_path, cells, values):
    strings = [
        "<si><t>plain</t></si>",
        "<si><r><t>rich </t></r><r><t>text</t></r></si>",
        "<si><t>東</t><rPh sb='0' eb='1'><t>ヒガシ</t></rPh></si>",
    ]
    assert xlsx_row(tmp_path, cells, strings=strings, formats=FORMATS) == [values]


def test_years_counted_from_1904_are_known(tmp_path):
    parts = xlsx_parts({"a": '<row><c s="3"><v>44764</v></c></row>'}, formats=FORMATS)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "<sheets>", '<workbookPr date1904="1"/><sheets>'
    )

    assert read(zipped(tmp_path / "a.xlsx", parts), "a") == [(1, [datetime(2026, 7, 23)])]


def test_a_sheets_own_word_about_its_size_is_not_believed(tmp_path):
    path = zipped(
        tmp_path / "a.xlsx", xlsx_parts({"a": "".join(f"<row><c><v>{n}</v></c></row>" for n in range(9))})
    )

    assert len(read(path, "a")) == 9  # its dimension says A1:B2


def test_a_lone_cell_in_the_last_corner_costs_no_time(tmp_path):
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"/></row>'
    started = time.process_time()

    assert read(zipped(tmp_path / "a.xlsx", xlsx_parts({"a": corner})), "a") == [(1, [1])]
    with pytest.raises(BadFile, match=r"row 1,048,576: there is a value in column 16,384"):
        read(
            zipped(tmp_path / "b.xlsx", xlsx_parts({"a": corner.replace("/></row>", "><v>1</v></c></row>")})),
            "a",
        )
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('<row r="2"/><row r="2"><c><v>1</v></c></row>', "row “2” follows row 2"),
        ('<row r="99999999999999"><c><v>1</v></c></row>', "row “99999999999999” follows"),
        ('<row r="2000000"><c><v>1</v></c></row>', "row 2,000,000 lies below"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>', "cell “A1” is out of its place"),
        ('<row r="1"><c r="A2"><v>1</v></c></row>', "cell “A2” is out of its place"),
        ('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>', "cell “ZZZZZZ1” is out of its place"),
        ('<row r="1"><c t="s"><v>7</v></c></row>', "the text of the cell is missing"),
        ('<row r="1"><c t="s"><v>-1</v></c></row>', "the text of the cell is missing"),
        ('<row r="1"><c><v>inf</v></c></row>', "“inf” is no number"),
        ('<row r="1"><c s="3"><v>9999999999</v></c></row>', "no date is that large"),
        ("<row><c><v>1</c></row>", "damaged or was cut short"),
        (f"<row><c t='str'><v>{'x' * 200_000}</v></c></row>", "more than 100,000 characters"),
        (f"<!--{'x' * 3_000_000}-->", "a tag of more than"),
    ],
)
def test_a_spoiled_sheet_of_an_xlsx_is_refused_in_words(tmp_path, row, message):
    with pytest.raises(BadFile, match=message):
        read(zipped(tmp_path / "a.xlsx", xlsx_parts({"a": row}, formats=FORMATS)), "a")


@pytest.mark.parametrize("part", sorted(set(xlsx_parts({"a": ""})) - {"[Content_Types].xml"}))
def test_a_document_type_is_refused_in_any_part(tmp_path, part):
    parts = xlsx_parts({"a": "<row><c><v>1</v></c></row>"})

    with pytest.raises(BadFile, match="declares a document type"):
        read(zipped(tmp_path / "a.xlsx", {**parts, part: DOCTYPE + parts[part]}), "a")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet0.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_a_part_that_is_missing_is_named(tmp_path, part):
    parts = xlsx_parts({"a": "<row><c><v>1</v></c></row>"})
    del parts[part]

    with pytest.raises(BadFile, match=f"has no {part}"):
        read(zipped(tmp_path / "a.xlsx", parts), "a")


# --- bombs and damage, of either kind ---


@pytest.mark.parametrize(
    ("part", "limit"),
    [
        ("xl/worksheets/sheet0.xml", "MAX_STREAMED"),
        ("xl/sharedStrings.xml", "MAX_STRINGS"),
        ("xl/styles.xml", "MAX_SMALL"),
    ],
)
def test_a_bomb_is_refused_by_what_it_unpacks_to_and_in_little_memory(tmp_path, monkeypatch, part, limit):
    monkeypatch.setattr(workbook, limit, 4 * 1024 * 1024)
    parts = xlsx_parts({"a": "<row><c><v>1</v></c></row>"})
    parts[part] = parts[part].replace(">", ">" + " " * 20_000_000, 1)
    path = zipped(tmp_path / "a.xlsx", parts)
    del parts

    tracemalloc.start()
    with pytest.raises(BadFile, match="unpacks to more than 4 MB"):
        read(path, "a")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * 1024 * 1024


def test_an_ods_bomb_is_refused_by_what_it_unpacks_to(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_STREAMED", 1024 * 1024)
    path = make_ods(tmp_path / "a.ods", {"a": [["x" * 100]] * 20_000, "b": [["y"]]})

    for go in (lambda: sheet_names(path), lambda: read(path, "b")):
        with pytest.raises(BadFile, match="unpacks to more than 1 MB"):
            go()


def test_an_encrypted_part_is_refused_by_that_name(tmp_path):
    content = bytearray(make_ods(tmp_path / "a.ods", {"a": [["x"]]}).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for start in (at for at in range(len(content)) if content[at : at + 4] == mark):
            content[start + flags] |= 1
    path = tmp_path / "b.ods"
    path.write_bytes(content)

    with pytest.raises(BadFile, match="is encrypted"):
        sheet_names(path)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("small")
    sheets = {"Notes": [["x", 1]], "2025_26": [["Year", 12.5, True]] * 3}
    return [make_ods(folder / "a", sheets).read_bytes(), make_xlsx(folder / "b", sheets).read_bytes()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_bytes_changed_is_read_or_refused_and_nothing_else(tmp_path, small, data):
    content = bytearray(data.draw(st.sampled_from(small)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "spoiled"
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])

    try:
        for name in sheet_names(path):
            read(path, name)
    except BadFile as refusal:
        assert str(refusal)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_xml_with_characters_changed_is_read_or_refused_and_nothing_else(tmp_path, small, data):
    with zipfile.ZipFile(io.BytesIO(data.draw(st.sampled_from(small)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(name for name in parts if name.endswith((".xml", ".rels")))))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.sampled_from(b'<>/"&x09 -\x00\xff')
        )
    path = zipped(tmp_path / "spoiled", {**parts, name: bytes(content)})

    try:
        for sheet in sheet_names(path):
            read(path, sheet)
    except BadFile as refusal:
        assert str(refusal)


def test_an_opened_workbook_gives_its_sheets(tmp_path):
    path = make_ods(tmp_path / "a.ods", {"a": [["x", 1]]})
    (opened,) = open_file("a.ods", path, tmp_path)

    assert (opened.form, opened.sheet_names, list(opened.sheet("a"))) == ("workbook", ("a",), [(1, ["x", 1])])


@pytest.mark.parametrize("name", ["mye23tablesew.xlsx", "land-area-population-density-london.xlsx"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_real_workbooks_are_read_as_another_reader_reads_them(real_data, name):
    import openpyxl

    path = real_data / "population" / name
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    assert sheet_names(path) == tuple(book.sheetnames)
    for sheet in list(book)[-3:]:
        sheet.reset_dimensions()
        theirs = enumerate((list(cells) for cells in sheet.iter_rows(values_only=True)), start=1)
        expected = {number: bare(cells) for number, cells in theirs if bare(cells)}
        assert {number: bare(cells) for number, cells in rows(path, sheet.title)} == expected
    book.close()


def bare(cells: list) -> list:
    while cells and cells[-1] is None:
        cells = cells[:-1]
    return cells
