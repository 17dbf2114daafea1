"""A file as it was received, unpacked and its form known, so that importers need not care what it came in.

CSV, gzip, ZIP, XLSX, ODS, Parquet and JSON are told apart by their bytes, never by their names. Everything is
read from disk in parts; nothing is believed that a header says about the size to come.
"""

import gzip
import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from crime_data.importers import workbook
from crime_data.importers.contract import BadFile
from crime_data.importers.delimited import Delimited, read_delimited, read_header

MAX_BYTES = 512 * 1024 * 1024  # of one file, unpacked
MAX_JSON = 64 * 1024 * 1024
MAX_MEMBERS = 5_000  # three years of 45 forces, three files each
BLOCK = 1 << 20


@dataclass(frozen=True)
class Opened:
    """`size` and `sha256` are those of the bytes as they were received, packed or not."""

    name: str
    path: Path  # of the unpacked file
    form: str  # "text", "workbook", "parquet" or "json"
    size: int
    sha256: str

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The first row of a text or Parquet file, a byte order mark and spaces taken off."""
        if self.form == "parquet":
            return self.table().header
        return read_header(self.path) if self.form == "text" else ()

    def table(self) -> Delimited:
        """The header and the lines of a text or Parquet file, from the start, every cell as text."""
        if self.form == "parquet":
            return _parquet(self.path)
        return read_delimited(self.path)

    @cached_property
    def sheet_names(self) -> tuple[str, ...]:
        """Of a workbook; nothing for other forms."""
        return workbook.sheet_names(self.path) if self.form == "workbook" else ()

    def sheet(self, name: str) -> Iterator[tuple[int, list[Any]]]:
        """(row number, cells) of one sheet, read in parts. Cells are text, numbers, dates or None."""
        return workbook.rows(self.path, name)

    @cached_property
    def document(self) -> Any:
        """The value of a JSON file; None for other forms."""
        if self.form != "json":
            return None
        if self.path.stat().st_size > MAX_JSON:
            raise BadFile(
                f"The file is larger than {MAX_JSON // 1024 // 1024} MB, too large for one JSON value."
            )
        try:
            return json.loads(self.path.read_bytes())
        except (ValueError, RecursionError):
            raise BadFile("This is no JSON that can be read: it may have been cut short.") from None


def open_file(name: str, received: Path, folder: Path) -> list[Opened]:
    """What is in a received file: one file, or each member of a ZIP. Raises BadFile.

    Unpacked copies are made in `folder`, which the caller throws away.
    """
    size, sha256 = received.stat().st_size, _sha256(received)
    with received.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        path = folder / f"{sha256[:16]}-unpacked"
        with gzip.open(received) as packed:
            _unpack(packed, path, MAX_BYTES)
        return [Opened(name, path, _form(path), size, sha256)]
    if start == b"PK\x03\x04" and not workbook.is_workbook(received):
        return _members(name, received, folder)
    if size > MAX_BYTES:
        raise BadFile(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    return [Opened(name, received, _form(received), size, sha256)]


def _members(name: str, received: Path, folder: Path) -> list[Opened]:
    found, left = [], MAX_BYTES
    try:
        with zipfile.ZipFile(received) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise BadFile(f"The ZIP file holds {len(members):,} files; {MAX_MEMBERS:,} are the most.")
            if not members:
                raise BadFile("The ZIP file is empty.")
            for at, info in enumerate(members):
                if info.flag_bits & 0x1:
                    raise BadFile(f"{info.filename} in the ZIP file is encrypted. Unpack it first.")
                path = folder / f"member-{at:05}"  # the name in the archive is a label, never a path
                with archive.open(info) as packed:
                    left -= _unpack(packed, path, left)
                member = f"{Path(name).name}: {info.filename}"
                found.append(Opened(member, path, _form(path), path.stat().st_size, _sha256(path)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        # OSError: the directory of the archive points to a place before its beginning.
        raise BadFile("The ZIP file is damaged or was cut short. Download it again.") from None
    return found


def _unpack(packed: Any, path: Path, most: int) -> int:
    """Counted while unpacking: an archive may say anything about the size to come."""
    size = 0
    try:
        with path.open("wb") as out:
            while part := packed.read(BLOCK):
                size += len(part)
                if size > most:
                    raise BadFile(f"The file unpacks to more than {MAX_BYTES // 1024 // 1024} MB.")
                out.write(part)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        raise BadFile("The packed file is damaged or was cut short. Download it again.") from None
    return size


def _form(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text and _is_blank(path):
        raise BadFile("The file is empty. Download it again and check its size.")
    if start.startswith(b"PK\x03\x04"):
        if workbook.is_workbook(path):
            return "workbook"
        raise BadFile("A ZIP file inside another is not unpacked. Upload the inner one.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile("This is an old Excel workbook (.xls). Save it as .xlsx or as CSV (UTF-8) first.")
    if start.startswith(b"%PDF"):
        raise BadFile("This is a PDF. The publisher offers the same table as CSV: download that.")
    if start.startswith(b"PAR1"):
        return "parquet"
    if text[:1] == b"<":
        raise BadFile("This is a web page or XML, not a CSV file. The download link may have moved.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile("The file is in UTF-16. Save it as CSV (UTF-8) and upload it again.")
    if text[:1] in (b"{", b"["):
        return "json"
    return "text"


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(part.strip(b"\xef\xbb\xbf \t\r\n\f\v") for part in iter(lambda: file.read(BLOCK), b""))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parquet(path: Path) -> Delimited:
    """Every cell as text, so that one importer reads the CSV and its Parquet copy."""
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(path)
        header = tuple(name.strip() for name in table.schema_arrow.names)
    except (pyarrow.ArrowException, OSError, ValueError):
        raise BadFile("The Parquet file is damaged or was cut short. Download it again.") from None

    def lines() -> Iterator[tuple[int, list[str]]]:
        number = 1
        try:
            for batch in table.iter_batches(batch_size=5_000):
                for record in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield number, ["" if cell is None else str(cell).strip() for cell in record]
        except (pyarrow.ArrowException, OSError, ValueError):
            raise BadFile("The Parquet file is damaged or was cut short. Download it again.") from None

    return Delimited(header, lines())
