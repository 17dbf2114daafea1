"""Rows pasted from a spreadsheet: what people write is read, and what can be read in two ways is refused."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crime_data.months import MONTH_NAMES, add_months, label, period_label
from measures.pasted import (
    MOST_CHARACTERS,
    MOST_LINES,
    NotANumber,
    Wanted,
    read,
    read_figure,
    read_whole,
)
from measures.periods import (
    CALENDAR,
    FINANCIAL,
    NotAPeriod,
    has_ended,
    last_day,
    newest_first,
    read_period,
    year_end,
    year_start,
)

pytestmark = pytest.mark.once

APRIL = date(2024, 4, 1)
COUNTS = Wanted("count", 1, FINANCIAL)
SHARES = Wanted("percent", 1, FINANCIAL, shares=True)
GAP = Wanted("percent", 12, FINANCIAL, ("Aged 16 to 34", "Aged 35 and over"), shares=True)
months = st.dates(date(1990, 1, 1), date(2200, 12, 31)).map(lambda day: day.replace(day=1))


# --- periods ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "01/04/2024", "30/4/2024", "1.4.2024", "2024-04", "2024-04-17", "2024-04-01 00:00:00", "04/2024",
        "4/2024", "Apr 2024", "april 2024", "APRIL  2024", "Apr-24", "Apr. 2024", "apr/24", "Apr\u00a02024",
    ],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it(words):
    assert read_period(words, step=1, begins=FINANCIAL) == (APRIL, APRIL)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("Apr 2023 to Mar 2024", date(2023, 4, 1), date(2024, 3, 1)),
        ("Apr to Jun 2024", date(2024, 4, 1), date(2024, 6, 1)),
        ("Oct - Mar 2024", date(2023, 10, 1), date(2024, 3, 1)),
        ("Jan–Mar 2024", date(2024, 1, 1), date(2024, 3, 1)),
        ("01/04/2023 to 31/03/2024", date(2023, 4, 1), date(2024, 3, 1)),
        ("Q1 2024/25", date(2024, 4, 1), date(2024, 6, 1)),
        ("2024/25 Q4", date(2025, 1, 1), date(2025, 3, 1)),
        ("Q4 2024", date(2024, 10, 1), date(2024, 12, 1)),
        ("2024/25", date(2024, 4, 1), date(2025, 3, 1)),
        ("2024-2025", date(2024, 4, 1), date(2025, 3, 1)),
        ("1999/00", date(1999, 4, 1), date(2000, 3, 1)),
    ],
)
def test_longer_periods_are_read(words, first, last):
    assert read_period(words, step=1, begins=FINANCIAL) == (first, last)


def test_a_bare_year_is_a_year_only_where_years_begin_in_january():
    assert read_period("2024", step=1, begins=CALENDAR) == (date(2024, 1, 1), date(2024, 12, 1))
    with pytest.raises(NotAPeriod, match=r"two years\. Write 2024/25 or Jan 2024 to Dec 2024"):
        read_period("2024", step=1, begins=FINANCIAL)


def test_a_day_stands_for_the_quarter_or_year_that_begins_with_it():
    assert read_period("01/04/2024", step=3, begins=FINANCIAL) == (APRIL, date(2024, 6, 1))
    assert read_period("Apr 2024", step=12, begins=FINANCIAL) == (APRIL, date(2025, 3, 1))
    assert read_period("Jan 2024", step=12, begins=CALENDAR) == (date(2024, 1, 1), date(2024, 12, 1))
    for words, step, begins in (("May 2024", 3, FINANCIAL), ("Jan 2024", 12, FINANCIAL)):
        with pytest.raises(NotAPeriod, match="does not begin a"):
            read_period(words, step=step, begins=begins)


@pytest.mark.parametrize(
    "words",
    [
        "", "x", "31/04/2024", "04/13/2024", "13/2024", "2024/26", "Q1 2024/26", "Q5 2024/25", "Apr",
        "Apr 24 x", "Mar 2024 to Apr 2023", "Apr 2024 to", "0000-01", "Jan 0000", "9999-12", "Dec 1989",
        "2011-12", "1/4/24", "May to x",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_what_to_write(words):
    with pytest.raises(NotAPeriod, match=r"\w"):
        read_period(words, step=1, begins=FINANCIAL)


@given(st.text(max_size=40), st.sampled_from([1, 3, 12]), st.sampled_from([FINANCIAL, CALENDAR]))
def test_any_text_is_a_period_or_refused(text, step, begins):
    try:
        first, last = read_period(text, step=step, begins=begins)
    except NotAPeriod:
        return
    assert first.day == last.day == 1
    assert first <= last


@given(months, st.integers(0, 60))
def test_a_period_is_read_from_its_own_words(first, length):
    last = min(add_months(first, length), date(2200, 12, 1))

    assert read_period(period_label(first, last), step=1, begins=FINANCIAL) == (first, last)
    assert read_period(f"{label(first)} to {label(last)}", step=12, begins=CALENDAR) == (first, last)


@given(months)
def test_a_month_is_read_from_every_form_of_it(month):
    name = MONTH_NAMES[month.month - 1]
    forms = [f"{month:%d/%m/%Y}", f"{month:%Y-%m-%d}", f"{month:%m/%Y}", f"{name} {month.year}"]
    if month.month != (month.year + 1) % 100:  # 2011-12 can be a year
        forms.append(f"{month:%Y-%m}")
    for words in forms:
        assert read_period(words, step=1, begins=FINANCIAL) == (month, month)


@given(
    st.dates(date(1995, 1, 1), date(2100, 1, 1)),
    st.sampled_from([1, 3, 12]),
    st.sampled_from([FINANCIAL, CALENDAR]),
)
def test_the_periods_offered_have_ended_and_follow_each_other(today, step, begins):
    found = newest_first(today, step, begins, 5)

    assert all(has_ended(period, today) for period in found)
    assert all(add_months(first, step - 1) == last for first, last in found)
    assert all(add_months(older[1], 1) == newer[0] for newer, older in pairwise(found))
    assert not has_ended((add_months(found[0][1], 1), add_months(found[0][1], step)), today)
    assert (found[0][0].month - begins) % step == 0


def test_a_year_is_the_partnership_s():
    assert (year_start(date(2026, 3, 31), FINANCIAL), year_end(date(2026, 3, 31), FINANCIAL)) == (
        date(2025, 4, 1),
        date(2026, 3, 31),
    )
    assert year_end(date(2026, 3, 31), CALENDAR) == date(2026, 12, 31)
    assert last_day(date(2024, 2, 1)) == date(2024, 2, 29)


# --- figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "unit", "value"),
    [
        ("12", "count", "12"), ("1,204", "count", "1204"), ("1,234,567.5", "number", "1234567.5"),
        ("12.5%", "percent", "12.5"), ("12.5 %", "percent", "12.5"), ("62.5", "percent", "62.5"),
        ("£1,200", "pounds", "1200"), ("-3.2", "points", "-3.2"), ("−3.2", "points", "-3.2"),
        ("yes", "yes-no", "1"), ("No", "yes-no", "0"), ("0", "yes-no", "0"), (".5", "hours", "0.5"),
    ],
)  # fmt: skip
def test_a_figure_is_read_as_people_write_it(words, unit, value):
    assert read_figure(words, unit) == Decimal(value)


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("12,5", "number"), ("1.204,5", "number"), ("12%", "count"), ("£5", "days"), ("perhaps", "yes-no"),
        ("1e5", "number"), ("NaN", "number"), ("Infinity", "number"), ("", "count"), ("<5", "count"),
        ("1 204", "count"), ("12,34", "count"), ("٣", "count"),
    ],
)  # fmt: skip
def test_what_is_no_figure_is_refused(words, unit):
    with pytest.raises(NotANumber, match=r"^“"):
        read_figure(words, unit)


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False))
def test_a_figure_with_thousands_commas_is_the_number_it_was(value):
    assert read_figure(f"{value:,f}", "number") == value
    assert read_figure(f"{value:f}", "number") == value


@given(st.text(max_size=20), st.sampled_from(["count", "percent", "pounds", "yes-no", "points"]))
def test_any_text_is_a_finite_number_or_refused(text, unit):
    with suppress(NotANumber):
        assert read_figure(text, unit).is_finite()


def test_numbers_and_bases_are_whole():
    assert (read_whole("1,204", "base"), read_whole("40.0", "base"), read_whole(" ", "base")) == (
        1204,
        40,
        None,
    )
    for words in ("4.5", "-1", "many", "9" * 12):
        with pytest.raises(NotANumber):
            read_whole(words, "numerator")


# --- rows ------------------------------------------------------------------------------------


def test_rows_of_a_spreadsheet_are_parted_by_tabs():
    found = read("Apr 2024\t1,204\r\nMay 2024\t1,180\r\n\r\n", COUNTS)

    assert found.errors == ()
    assert [(row.line, row.label, row.value) for row in found.rows] == [
        (1, "April 2024", 1204),
        (2, "May 2024", 1180),
    ]
    assert found.rows[0].as_printed == "1,204"


def test_rows_of_a_csv_file_are_parted_by_commas():
    found = read('Apr 2024,"1,204"\nMay 2024,1180', COUNTS)

    assert [row.value for row in found.rows] == [1204, 1180]
    assert found.rows[1].as_printed == ""


def test_a_thousands_comma_that_parts_columns_is_refused():
    assert "3 columns and 2 are known" in read("Apr 2024,1,204", COUNTS).errors[0][1]


def test_headings_say_which_column_is_which():
    text = "Figure,Known since,Period,Note\n".replace(
        "Figure,Known since,Period", "Period,Known since,Figure"
    )
    found = read(f"{text}Apr 2024,14/05/2024,12,Corrected by the team", COUNTS)

    [row] = found.rows
    assert (row.value, row.published_on, row.note) == (12, date(2024, 5, 14), "Corrected by the team")


def test_a_share_has_two_columns_more():
    [row] = read("Apr 2024\t12\t40", SHARES).rows

    assert (row.numerator, row.base, row.value) == (12, 40, None)
    assert read("Apr 2024\t30%", SHARES).rows[0].value == 30


def test_a_gap_says_whose_figure_it_is():
    found = read("2024/25\taged 16 to 34\t61.2\n2024/25\tAged 35 and over\t66.1\n2024/25\tMen\t5", GAP)

    assert [row.group for row in found.rows] == ["Aged 16 to 34", "Aged 35 and over"]
    assert found.errors == ((3, "The group is “Men”. Write Aged 16 to 34 or Aged 35 and over."),)


def test_instead_of_a_figure_there_can_be_a_reason():
    found = read("Apr 2024\tn/a\nMay 2024\tnot stated\nJun 2024\tlost", COUNTS)

    assert [(row.absence, row.value) for row in found.rows] == [
        ("not-applicable", None),
        ("not-stated", None),
    ]
    assert found.errors[0][0] == 3


def test_every_error_names_its_line_and_none_hides_another():
    found = read("Apr 2024\t12\nx\t3\nMay 2024\t\nApr 2024\t13", COUNTS)

    assert [line for line, _ in found.errors] == [2, 3, 4]
    assert found.errors[2][1] == "April 2024 stands in line 1 already. Keep one of the two."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Paste at least one row"),
        (" \t \n,,", "Paste at least one row"),
        ("Period\tFigure", "nothing below it"),
        ("Period\tFigures of it\nApr 2024\t1", "The heading “Figures of it” is not known"),
        ("Period\tFigure\tValue\nApr 2024\t1\t1", "Two headings mean the same"),
        ("Apr 2024\t1\n" * (MOST_LINES + 1), f"Paste {MOST_LINES} or fewer"),
        ("1" * (MOST_CHARACTERS + 1), "Paste it in parts"),
        ("Period\tFigure\tStatistic\nApr 2024\t1\tmodal", "The statistic is “modal”"),
        ("Period\tFigure\tGroup\nApr 2024\t1\tMen", "no groups"),
        ("Period\tFigure\tKnown since\nApr 2024\t1\tMay", "Write a day, such as 14/05/2024"),
        ("Period\tFigure\tNote\nApr 2024\t1\t" + "n" * 301, "longer than 300"),
        ("Period\tFigure\tNo figure because\nApr 2024\t\tlost", "“lost” is no reason"),
    ],
)
def test_what_cannot_be_taken_is_said(text, says):
    assert says in read(text, COUNTS).errors[0][1]


def test_fractions_where_per_cent_are_wanted_are_doubted():
    assert read("Apr 2024\t0.45\nMay 2024\t0.5", SHARES).doubts
    assert not read("Apr 2024\t0.45\nMay 2024\t45", SHARES).doubts
    assert not read("Apr 2024\t0.45\nMay 2024\t0.5", COUNTS).doubts


@given(st.text(max_size=200), st.sampled_from([COUNTS, SHARES, GAP]))
def test_any_text_gives_rows_or_errors_and_no_exception(text, wanted):
    found = read(text, wanted)

    assert found.rows or found.errors
    assert all(words.endswith(".") for _, words in found.errors)
    assert len({(row.period, row.group) for row in found.rows}) == len(found.rows) or found.errors


@given(
    st.lists(st.tuples(months, st.integers(0, 10**8)), min_size=1, max_size=20, unique_by=lambda row: row[0])
)
def test_what_a_spreadsheet_shows_comes_back(rows):
    text = "\n".join(f"{month:%b %Y}\t{value:,}" for month, value in rows)

    assert [(row.period[0], row.value) for row in read(text, COUNTS).rows] == rows
