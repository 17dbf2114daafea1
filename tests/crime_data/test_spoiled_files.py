"""Every importer, with files to which anything may have happened: refused in words, or nothing is lost."""

import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crime_data import services
from crime_data.importers import BadFile, Gazetteer, Publication, open_file, read_publication
from crime_data.models import AreaLink, AreaShape, CrimeTypeTable, PrintedTable, ReleaseFile
from crime_data.packing import NOT_PUBLISHED, unpack, unpack_ids
from crime_data.services import Received
from tests import samples
from tests.publications import TODAY
from tests.samples import Sample

MARKS = [
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\x00",
    b"0",
    b"-",
    b";",
    b"\t",
    b"\xff",
    b"\xc3\xa9",
    b"<",
    b"[",
    b"{",
    b"\\ud800",
]
ODD = [
    "",
    " ",
    "0",
    "-3",
    "+5",
    "1,234",
    "5.5",
    "1e9",
    "99999999999",
    "9999999",
    "n/a",
    "٣",
    "2024-13",
    "x" * 130,
]
ODD += [
    "Total",
    "London",
    "E09000004",
    "Bexley",
    "BEXLEY ",
    "a\x00b",
    "a\nb",
    "\ufeff",
    "\u2028",
    "=1+1",
    "é" * 100,
]
CONTAINERS = (".xlsx", ".ods", ".zip", ".parquet")

every = pytest.mark.parametrize("sample", samples.ALL, ids=lambda sample: f"{sample.source} {sample.name}")
quick = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
places = st.integers(0, 1 << 20)
flips = st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=4)


@st.composite
def changes(draw) -> list[tuple]:
    """What befalls the table of a file: cells swapped or replaced, lines swapped, repeated or lost."""
    kinds = ["swap cells", "swap lines", "replace", "repeat", "drop", "short", "long"]
    return draw(
        st.lists(
            st.tuples(st.sampled_from(kinds), places, places, places, places, st.sampled_from(ODD)),
            min_size=1,
            max_size=2,
        )
    )


def changed(sample: Sample, wanted: list[tuple]) -> samples.Rows:
    rows = [list(row) for row in sample.rows()]
    for kind, one, two, three, four, odd in wanted:
        row, other = one % len(rows), two % len(rows)
        if kind == "swap lines":
            rows[row], rows[other] = rows[other], rows[row]
        elif kind == "repeat":
            rows.insert(other, list(rows[row]))
        elif kind == "drop" and len(rows) > 1:
            del rows[row]
        elif kind == "short" and rows[row]:
            rows[row].pop()
        elif kind == "long":
            rows[row].append(odd)
        elif rows[row] and rows[other]:
            column, place = three % len(rows[row]), four % len(rows[other])
            if kind == "replace":
                rows[row][column] = odd
            else:
                rows[row][column], rows[other][place] = rows[other][place], rows[row][column]
    return rows


def flipped(content: bytes, wanted: list[tuple[int, int]]) -> bytes:
    spoiled = bytearray(content)
    for at, byte in wanted:
        spoiled[at % len(spoiled)] = byte
    return bytes(spoiled)


def inside(content: bytes, member: int, change) -> bytes:
    """A ZIP of which one member was changed before it was packed, so that its checksum holds."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w") as after:
        names = before.namelist()
        for at, name in enumerate(names):
            data = before.read(name)
            after.writestr(name, change(data) if at == member % len(names) and data else data)
    return written.getvalue()


def publications(sample: Sample, content: bytes) -> list[Publication | Gazetteer]:
    """Of all members of a file; nothing where it is refused, in words of a sensible length."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "received"
        path.write_bytes(content)
        try:
            return [
                read_publication(file, today=TODAY) for file in open_file(sample.name, path, Path(folder))
            ]
        except (BadFile, OverflowError) as refusal:
            # The import service turns an overflow into a refusal too.
            assert isinstance(refusal, OverflowError) or 15 < len(str(refusal)) < 1_000
            return []


def adds_up(publication: Publication | Gazetteer) -> None:
    """What the importer says about its figures is so."""
    assert publication.rows >= sum(entry.rows for entry in publication.set_aside)
    if isinstance(publication, Gazetteer):
        return
    grid = publication.grid
    values = grid.values(np.arange(len(grid)))
    assert len(grid)
    assert int(grid.area.max()) < len(publication.areas)
    assert int(grid.label.max()) < len(publication.labels)
    assert not grid.repeats()
    assert publication.first_month <= publication.last_month
    if publication.source.values == "counts":
        known = np.where(values == NOT_PUBLISHED, 0, values)
        assert known.min() >= 0 or publication.source.key == "home-office-csp"  # which corrects itself
        assert int(known.sum(dtype=np.int64)) == publication.total
    else:
        assert not ((values < 0) | (values > 1)).any()


def holds_all_of(rows: samples.Rows, sample: Sample, found: list[Publication | Gazetteer]) -> None:
    """Every line of the table is in a figure or set aside, and the counts add up to the same."""
    [publication] = found
    lines = len(samples.filled(rows))
    assert publication.rows == lines
    if isinstance(publication, Publication) and sample.total and publication.source.key == sample.source:
        aside = sum(entry.total for entry in publication.set_aside)
        assert publication.total + aside == sample.total(rows)


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.once
@every
def test_the_sound_file_is_taken_whole(sample):
    found = publications(sample, sample.content)

    holds_all_of(sample.rows(), sample, found)
    assert [publication.source.key for publication in found] == [sample.source]


@pytest.mark.once
@every
@settings(max_examples=25, deadline=None, suppress_health_check=quick)
@given(flips)
def test_flipped_bytes_are_refused_or_read(sample, wanted):
    for publication in publications(sample, flipped(sample.content, wanted)):
        adds_up(publication)


@pytest.mark.once
@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples.ALL if sample.name.endswith((".xlsx", ".ods", ".zip"))],
    ids=lambda sample: f"{sample.source} {sample.name}",
)
@settings(max_examples=40, deadline=None, suppress_health_check=quick)
@given(st.integers(0, 20), flips)
def test_flipped_bytes_inside_a_packed_file_are_refused_or_read(sample, member, wanted):
    content = inside(sample.content, member, lambda data: flipped(data, wanted))

    for publication in publications(sample, content):
        adds_up(publication)


@pytest.mark.once
@every
@settings(max_examples=20, deadline=None, suppress_health_check=quick)
@given(places, st.integers(0, 60), st.sampled_from(MARKS), st.booleans())
@example(4, 1, b",", False)  # all that a ZIP file says about itself is off by one
def test_a_piece_cut_out_or_a_mark_put_in_is_refused_or_read(sample, at, length, mark, put_in):
    content = sample.content
    at %= len(content)
    spoiled = content[:at] + mark + content[at:] if put_in else content[:at] + content[at + length :]

    for publication in publications(sample, spoiled):
        adds_up(publication)


@pytest.mark.once
@every
@settings(max_examples=20, deadline=None, suppress_health_check=quick)
@given(places)
def test_a_file_that_was_cut_short_is_refused_or_read(sample, at):
    content = sample.content

    for publication in publications(sample, content[: at % len(content)]):
        adds_up(publication)


@pytest.mark.once
@every
@settings(max_examples=30, deadline=None, suppress_health_check=quick)
@given(changes())
def test_a_table_with_swapped_or_odd_cells_is_refused_or_kept_whole(sample, wanted):
    rows = changed(sample, wanted)
    try:
        content = sample.write(rows)
    except Exception:  # the table cannot be written in this form at all
        return

    found = publications(sample, content)
    for publication in found:
        adds_up(publication)
    if found and rows[0] == sample.rows()[0]:
        holds_all_of(rows, sample, found)


# --- importing -------------------------------------------------------------------------------


def import_spoiled(name: str, content: bytes) -> None:
    """Refused and nothing has changed, or each row and count of the file is in the database or set aside."""
    with transaction.atomic():
        try:
            outcomes = services.import_files(received=[Received(name, content)])
        except BadFile:
            assert not ReleaseFile.objects.exists()
        else:
            assert {outcome.outcome for outcome in outcomes} <= {"accepted", "held-for-review"}
            for file in ReleaseFile.objects.all():
                stored_whole(file)
        transaction.set_rollback(True)


def stored_whole(file: ReleaseFile) -> None:
    assert file.state in ("current", "held")
    tables = list(PrintedTable.objects.filter(file=file))
    if file.total is None and not tables:
        assert AreaLink.objects.filter(file=file).exists() or AreaShape.objects.filter(file=file).exists()
        return
    rows = [unpack(table.values, len(unpack_ids(table.categories))) for table in tables]
    values = np.concatenate(rows)
    assert values.size == file.observations
    assert values.shape[1] == file.periods
    if file.total is not None:
        known = np.where(values == NOT_PUBLISHED, 0, values)
        assert known.sum(axis=0, dtype=np.int64).tolist() == file.totals
        assert sum(file.totals) == file.total
    for table in CrimeTypeTable.objects.filter(file=file):
        assert unpack(table.values, len(unpack_ids(table.crime_types))).shape[1] == file.periods


@pytest.mark.django_db
@every
def test_the_sound_file_is_stored_whole(sample):
    outcomes = services.import_files(received=[Received(sample.name, sample.content)])

    assert [outcome.source for outcome in outcomes] == [sample.source]
    stored_whole(ReleaseFile.objects.get())


ESCAPES = ["\\ud800", "\\udfff", "\\u0000", "\\u001f", "\\uffff", "\\ud83d\\ude94", "\\u2028", "\\u202e"]


@pytest.mark.django_db
@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize(
    "word", ["burglary", "2018-06", "Harbour", "E05900001", "WD22NM", "FeatureCollection"]
)
def test_escapes_in_json_are_refused_or_stored(word, escape):
    """Half of a pair of surrogates can be written as JSON and in no database; nor can NUL in PostgreSQL."""
    for sample in samples.ALL:
        if sample.name.endswith("json"):
            content = sample.content.replace(word.encode(), f"{word}{escape}".encode(), 1)
            import_spoiled(sample.name, content)


LONG = ["x" * 120, "&" * 120, "ﬃ" * 120, "x" * 121]


@pytest.mark.django_db
@every
def test_names_as_long_as_can_be_and_longer_are_refused_or_stored(sample):
    """Folded for comparing, a name can be three times as long; PostgreSQL counts characters."""
    words = ["Bexley", "Medway", "Belvedere", "Eastsea", "Harbour", "Bexley 001B", "Cardiff", "Fly-tipping"]
    words += [
        "Burglary",
        "ROBBERY",
        "Hate crime",
        "Stalking",
        "Trust MPS",
        "Controlled drugs",
        "Arson",
        "LONDON",
    ]
    for word in words:
        for name in LONG:
            rows = [[name if cell == word else cell for cell in row] for row in sample.rows()]
            if rows != sample.rows():
                import_spoiled(sample.name, sample.write(rows))


@pytest.mark.django_db
def test_counts_that_are_too_large_only_when_areas_are_added_up_are_refused():
    header, *_ = samples.vawg()
    places = [["South Area", "Bexley", ""], ["South Area", "Bromley", ""]]
    months = [["2024-01-01", f"{1900 + at // 12}-{at % 12 + 1:02}-01"] for at in range(150)]
    rows = [
        [*place, *month, "9999999", "Offence count location", *[""] * 4]
        for place in places
        for month in months
    ]

    with pytest.raises(BadFile, match=r"vawg.csv: the counts of one period add up to 2,999,999,700"):
        services.import_files(received=[Received("vawg.csv", samples.as_csv([header, *rows]))])

    assert not ReleaseFile.objects.exists()


@pytest.mark.django_db
@every
@settings(max_examples=8, deadline=None, suppress_health_check=quick)
@given(changes())
def test_a_spoiled_table_is_refused_or_stored_whole(sample, wanted):
    try:
        content = sample.write(changed(sample, wanted))
    except Exception:
        return

    import_spoiled(sample.name, content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples.ALL if not sample.name.endswith(CONTAINERS)],
    ids=lambda sample: f"{sample.source} {sample.name}",
)
@settings(max_examples=8, deadline=None, suppress_health_check=quick)
@given(flips)
def test_flipped_bytes_are_refused_or_stored_whole(sample, wanted):
    import_spoiled(sample.name, flipped(sample.content, wanted))
