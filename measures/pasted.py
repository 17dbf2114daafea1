"""Rows pasted from a spreadsheet or out of a CSV file, read into returns: each line is one, or says why not.

Pure: no Django. Nothing is guessed: what can be read in two ways is refused with what to write instead.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from crime_data.months import period_label
from measures.periods import NotAPeriod, Period, read_period

MOST_LINES = 500
MOST_CHARACTERS = 100_000

COLUMNS = {
    "period": ("period", "month", "quarter", "year", "date"),
    "group": ("group", "whose"),
    "value": ("figure", "value", "per cent", "percent", "%", "share", "rate", "number of times"),
    "numerator": ("number", "numerator", "within", "count"),
    "base": ("of", "base", "out of", "of how many", "denominator", "total", "asked"),
    "statistic": ("statistic",),
    "absence": ("no figure because", "absence", "reason"),
    "note": ("note", "notes", "comment"),
    "published_on": ("known since", "published", "published on"),
}
"""What a column can be called in the first line; the first name is the one that is written out."""

PASSED_OVER = ("entered on", "stands")
"""Columns of the export that say nothing about the figure."""

ABSENCES = {
    "not applicable": "not-applicable", "not-applicable": "not-applicable", "n/a": "not-applicable",
    "na": "not-applicable", "not stated": "not-stated", "not-stated": "not-stated",
    "not legible": "not-legible", "not-legible": "not-legible", "not yet measured": "not-yet",
    "not yet": "not-yet", "not-yet": "not-yet",
}  # fmt: skip
STATISTICS = {
    "count": "count", "total": "count", "share": "share", "mean": "mean", "average": "mean",
    "median": "median", "maximum": "maximum", "max": "maximum", "longest": "maximum",
    "yes or no": "yes-no", "yes-no": "yes-no",
}  # fmt: skip
ANSWERS = {
    "yes": Decimal(1),
    "y": Decimal(1),
    "no": Decimal(0),
    "n": Decimal(0),
    "1": Decimal(1),
    "0": Decimal(0),
}
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rows of a measure are: its unit, the length of its periods, its groups.

    `groups` are the names of a gap's two groups, else empty. `shares` says that a row may give number and
    base. `begins` is the month in which the partnership's year begins.
    """

    unit: str
    step: int
    begins: int
    groups: tuple[str, ...] = ()
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line that could be read. `as_printed` is the figure's cell where it says more than the number."""

    line: int
    period: Period
    value: Decimal | None = None
    numerator: int | None = None
    base: int | None = None
    group: str = ""
    statistic: str = ""
    absence: str = ""
    as_printed: str = ""
    note: str = ""
    published_on: date | None = None

    @property
    def label(self) -> str:
        return period_label(*self.period)


@dataclass(frozen=True, slots=True)
class Pasted:
    """`errors` are (line number, what is wrong and what to write). Rows are taken when there are none."""

    rows: tuple[Row, ...]
    errors: tuple[tuple[int, str], ...] = ()
    doubts: tuple[str, ...] = field(default=())


class NotANumber(ValueError):
    """The text is no figure; the message says what to write instead."""


def read(text: str, wanted: Wanted) -> Pasted:
    """Every line of the text as a row or as an error; empty lines are passed over."""
    if len(text) > MOST_CHARACTERS:
        return Pasted((), ((1, f"This is longer than {MOST_CHARACTERS:,} characters. Paste it in parts."),))
    lines = _cells(text)
    if not lines:
        return Pasted((), ((1, "Paste at least one row: a period and its figure."),))
    if len(lines) > MOST_LINES:
        return Pasted((), ((1, f"These are {len(lines)} rows. Paste {MOST_LINES} or fewer at a time."),))
    errors: list[tuple[int, str]] = []
    columns: Sequence[str] | None
    try:
        columns = _header(lines[0][1])
    except ValueError as problem:
        return Pasted((), ((lines[0][0], str(problem)),))
    if columns is not None:
        lines = lines[1:]
    rows = []
    for number, cells in lines:
        try:
            rows.append(_row(number, _named(cells, columns, wanted), wanted))
        except ValueError as problem:
            errors.append((number, f"{problem}."))
    errors += _twice(rows)
    if not lines:
        errors.append((1, "There is a line of headings and nothing below it."))
    return Pasted(tuple(rows), tuple(sorted(errors)), tuple(_doubts(rows, wanted)))


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """(line number, cells) of every line that has something. Tabs part the cells, if any, else commas."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    delimiter = "\t" if "\t" in text else ","
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip(" \t,"):
            continue
        cells = next(csv.reader(io.StringIO(line), delimiter=delimiter, skipinitialspace=True), [])
        cells = [" ".join(cell.replace("\u00a0", " ").split()) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        found.append((number, cells))
    return found


def _header(cells: Sequence[str]) -> list[str] | None:
    """The columns that a line of headings names, or None when the line is a row. Raises ValueError."""
    names = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    first = cells[0].casefold() if cells else ""
    if names.get(first) != "period":
        return None
    columns = []
    for cell in cells:
        if cell.casefold() in PASSED_OVER:
            columns.append(cell.casefold())
            continue
        if cell.casefold() not in names:
            known = ", ".join(aliases[0] for aliases in COLUMNS.values())
            raise ValueError(f"The heading “{cell}” is not known. Take of these: {known}.")
        columns.append(names[cell.casefold()])
    if len(set(columns)) < len(columns):
        raise ValueError("Two headings mean the same. Keep one of them.")
    return columns


def _named(cells: Sequence[str], columns: Sequence[str] | None, wanted: Wanted) -> dict[str, str]:
    if columns is None:
        columns = _usual_columns(len(cells), wanted)
    if len(cells) > len(columns):
        raise ValueError(
            f"There are {len(cells)} columns and {len(columns)} are known. Write thousands without a comma, "
            "or put the figure in quotation marks"
        )
    return dict(zip(columns, cells, strict=False))


def _usual_columns(number: int, wanted: Wanted) -> list[str]:
    """Without headings: period, group of a gap, then the figure, or number and base."""
    start = ["period", *(["group"] if wanted.groups else [])]
    both = wanted.shares and number == len(start) + 2
    return [*start, "numerator", "base"] if both else [*start, "value"]


def _row(line: int, cells: dict[str, str], wanted: Wanted) -> Row:
    try:
        period = read_period(cells.get("period", ""), step=wanted.step, begins=wanted.begins)
    except NotAPeriod as problem:
        raise ValueError(str(problem)) from None
    figure = cells.get("value", "")
    absence = _absence(cells.get("absence", ""), figure)
    if absence and figure.casefold() in ABSENCES:
        figure = ""
    value = read_figure(figure, wanted.unit) if figure else None
    numerator, base = (read_whole(cells.get(name, ""), name) for name in ("numerator", "base"))
    if value is None and numerator is None and not absence:
        raise ValueError("The figure is missing. Write it, or why there is none: not stated, not applicable")
    return Row(
        line=line,
        period=period,
        value=value,
        numerator=numerator,
        base=base,
        group=_group(cells.get("group", ""), wanted.groups),
        statistic=_statistic(cells.get("statistic", "")),
        absence=absence,
        as_printed=figure[:60] if value is not None and not _PLAIN.fullmatch(figure) else "",
        note=_note(cells.get("note", "")),
        published_on=_day(cells.get("published_on", "")),
    )


def read_figure(text: str, unit: str) -> Decimal:
    """The number that a text is; `%` only for percentages, `£` only for pounds. Raises NotANumber."""
    words = text.replace("\u00a0", " ").replace("−", "-").strip()
    if unit == "yes-no":
        if words.casefold() not in ANSWERS:
            raise NotANumber(f"“{text}” is no answer. Write yes or no")
        return ANSWERS[words.casefold()]
    if words.endswith("%"):
        if unit not in ("percent", "points"):
            raise NotANumber(f"“{text}” is a percentage, and this measure is not")
        words = words[:-1].rstrip()
    if words.startswith("£"):
        if unit != "pounds":
            raise NotANumber(f"“{text}” is an amount of money, and this measure is not")
        words = words[1:].lstrip()
    if _THOUSANDS.fullmatch(words):
        words = words.replace(",", "")
    if not _PLAIN.fullmatch(words):
        raise NotANumber(f"“{text}” is no number. Write it like 1204 or 12.5")
    try:
        return Decimal(words)
    except InvalidOperation:  # pragma: no cover - what _PLAIN lets through is a decimal
        raise NotANumber(f"“{text}” is no number") from None


def read_whole(text: str, what: str) -> int | None:
    """A whole number from 0 on, or None where nothing stands. Raises NotANumber."""
    words = text.strip()
    if not words:
        return None
    if _THOUSANDS.fullmatch(words):
        words = words.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,9}(\.0+)?", words):
        name = "The number" if what == "numerator" else "Of how many"
        raise NotANumber(f"{name} is “{text}”. Write a whole number")
    return int(Decimal(words))


def _absence(reason: str, figure: str) -> str:
    words = reason.casefold() or (figure.casefold() if figure.casefold() in ABSENCES else "")
    if not words:
        return ""
    if words not in ABSENCES:
        raise ValueError(
            f"“{reason}” is no reason that is known. Write not applicable, not stated, not legible "
            "or not yet measured"
        )
    return ABSENCES[words]


def _group(text: str, groups: Sequence[str]) -> str:
    if not groups:
        if text:
            raise ValueError("This measure has no groups. Leave the column out")
        return ""
    for name in groups:
        if name.casefold() == text.casefold():
            return name
    raise ValueError(f"The group is “{text}”. Write {' or '.join(groups)}")


def _statistic(text: str) -> str:
    if text and text.casefold() not in STATISTICS:
        raise ValueError(f"The statistic is “{text}”. Write count, mean, median or maximum")
    return STATISTICS[text.casefold()] if text else ""


def _note(text: str) -> str:
    if len(text) > 300:
        raise ValueError("The note is longer than 300 characters. Shorten it")
    return text


def _day(text: str) -> date | None:
    if not text:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(f"Known since is “{text}”. Write a day, such as 14/05/2024")


def _twice(rows: Sequence[Row]) -> list[tuple[int, str]]:
    seen: dict[tuple[Period, str], int] = {}
    found = []
    for row in rows:
        key = (row.period, row.group)
        if key in seen:
            whose = f" for {row.group}" if row.group else ""
            found.append(
                (row.line, f"{row.label}{whose} stands in line {seen[key]} already. Keep one of the two.")
            )
        seen.setdefault(key, row.line)
    return found


def _doubts(rows: Sequence[Row], wanted: Wanted) -> list[str]:
    figures = [row.value for row in rows if row.value is not None]
    if wanted.unit == "percent" and len(figures) > 1 and all(0 < figure <= 1 for figure in figures):
        return ["All figures are 1 or less. If they are parts of one, write per cent: 45 and not 0.45."]
    return []
