"""Small workbooks, written part by part so that a test can spoil any of them."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ODF = "urn:oasis:names:tc:opendocument:xmlns:"
OOXML = "http://schemas.openxmlformats.org/"
Sheet = Iterable[Sequence[Any]]


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, shown = f'boolean" office:boolean-value="{str(value).lower()}', str(value).upper()
    elif isinstance(value, int | float):
        kind, shown = f'float" office:value="{value}', f"{value:,}"
    elif isinstance(value, date):
        kind, shown = f'date" office:date-value="{value.isoformat()}', f"{value:%d/%m/%y}"
    else:
        kind, shown = "string", escape(str(value))
    return (
        f'<table:table-cell office:value-type="{kind}" table:style-name="ce1">'
        f"<text:p>{shown.replace(chr(10), '</text:p><text:p>')}</text:p></table:table-cell>"
    )


def ods_row(cells: Sequence[Any]) -> str:
    return f'<table:table-row table:style-name="ro1">{"".join(map(ods_cell, cells))}</table:table-row>'


def ods_table(name: str, rows: str) -> str:
    columns = '<table:table-column table:number-columns-repeated="16384"/>'
    return f"<table:table table:name={quoteattr(name)}>{columns}{rows}</table:table>"


def ods_content(tables: str) -> str:
    spaces = " ".join(
        f'xmlns:{name}="{ODF}{uri}:1.0"'
        for name, uri in (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {spaces}>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def ods_of(path: Path, tables: str, **more: str | bytes) -> Path:
    """An ODS whose tables are this XML."""
    return zipped(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": ods_content(tables),
            **more,
        },
    )


def make_ods(path: Path, sheets: Mapping[str, Sheet]) -> Path:
    """An ODS as LibreOffice lays it out: every sheet ends in a million blank rows."""
    blank = (
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    return ods_of(
        path, "".join(ods_table(name, "".join(map(ods_row, rows)) + blank) for name, rows in sheets.items())
    )


def xlsx_parts(sheets: Mapping[str, str], strings: Sequence[str] = (), formats: str = "") -> dict[str, str]:
    """The parts of an XLSX; each sheet is the XML of its rows."""
    related = f"{OOXML}officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="r{at}" Type="{related}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(len(sheets))
    )
    relations += f'<Relationship Id="s" Type="{related}/sharedStrings" Target="sharedStrings.xml"/>'
    relations += f'<Relationship Id="f" Type="{related}/styles" Target="/xl/styles.xml"/>'
    named = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at + 1}" r:id="r{at}"/>' for at, name in enumerate(sheets)
    )
    main = f'xmlns="{OOXML}spreadsheetml/2006/main"'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{related}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {main}>{''.join(strings)}</sst>",
        "xl/styles.xml": f"<styleSheet {main}>{formats}</styleSheet>",
    }
    for at, rows in enumerate(sheets.values()):
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet {main}><dimension ref="A1:B2"/><sheetData>{rows}</sheetData></worksheet>'
        )
    return parts


def make_xlsx(path: Path, sheets: Mapping[str, Sheet]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path
