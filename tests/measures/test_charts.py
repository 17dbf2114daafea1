"""One specification, three pictures of it: the tests read the numbers back out of each."""

import gzip
import random
import re
import subprocess
import sys
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crime_data.months import add_months
from measures.charts import NOT_PUBLISHED, ChartSpec, Series, csv_rows, svg, table, year_on_year

SVG = "{http://www.w3.org/2000/svg}"


def months(count, first=date(2022, 1, 1)):
    return tuple(add_months(first, n) for n in range(count))


def chart(*series, **more):
    series = series or (Series("Bexley", (20, 31, None, 17, 25, 0)),)
    settings = {
        "title": "Personal robbery in Bexley rose by 74 (32.7%)",
        "subtitle": "Personal robbery, Bexley, January to June 2022",
        "unit": "Offences",
        "months": months(len(series[0].values)),
        "source": "Metropolitan Police",
        "summary": "The highest month was February 2022 with 31 offences.",
    }
    return ChartSpec(series=series, **(settings | more))


def parsed(spec, **more):
    return ElementTree.fromstring(svg(spec, **more))  # noqa: S314 - our own text


def found(tree, tag, name):
    return [item for item in tree.iter(SVG + tag) if name in item.get("class", "").split()]


def words_of(tree):
    return ["".join(text.itertext()) for text in tree.iter(SVG + "text")]


def number(text):
    return float(text.replace(",", ""))


def points_of(tree, name="chart-line"):
    """Every (x, y) that a line or a dot of this class stands on, as drawn."""
    drawn = []
    for path in found(tree, "path", name):
        for run in path.get("d").split("M")[1:]:
            numbers = [float(part) for part in run.split()]
            drawn.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return drawn


def values_read_off(tree):
    """The lines' values by position, measured with the axis as a reader would."""
    ticks = [
        (number(text.text), float(text.get("y")) - 5)
        for group in found(tree, "g", "chart-label")
        if group.get("text-anchor") == "end"
        for text in group
    ]
    (low, y_low), (high, y_high) = ticks[0], ticks[-1]
    runs = points_of(tree) + [
        [(float(dot.get("cx")), float(dot.get("cy")))] for dot in found(tree, "circle", "chart-point")
    ]
    return {x: low + (high - low) * (y_low - y) / (y_low - y_high) for run in runs for x, y in run}


# The picture


def test_a_chart_is_an_image_with_a_title_and_a_description():
    tree = parsed(chart(), prefix="robbery")
    assert tree.get("role") == "img"
    assert tree.get("viewBox") == "0 0 720 320"
    assert tree.get("aria-labelledby") == "robbery-title robbery-desc"
    title, description = tree.find(SVG + "title"), tree.find(SVG + "desc")
    assert (title.get("id"), title.text) == ("robbery-title", "Personal robbery in Bexley rose by 74 (32.7%)")
    assert description.get("id") == "robbery-desc"
    assert description.text == "The highest month was February 2022 with 31 offences."


def test_charts_that_differ_in_one_number_have_different_ids():
    one, other = chart(Series("a", (1, 2))), chart(Series("a", (2, 2)))
    assert parsed(one).get("aria-labelledby") != parsed(other).get("aria-labelledby")


def test_the_same_chart_is_the_same_text_in_every_process():
    code = (
        "from datetime import date\n"
        "from measures.charts import ChartSpec, Series, svg\n"
        "print(svg(ChartSpec('t', 's', 'u', (date(2024, 1, 1),), (Series('a', (1,)),))), end='')"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other == svg(ChartSpec("t", "s", "u", (date(2024, 1, 1),), (Series("a", (1,)),)))


def test_no_element_has_a_style_or_an_event():
    spec = chart(target=18, band=(5, 30), breaks=((date(2022, 4, 1), "New system"),))
    for item in parsed(spec).iter():
        assert "style" not in item.attrib
        assert not [name for name in item.attrib if name.startswith("on") or "href" in name]


def test_only_the_classes_that_the_style_sheet_knows_are_used():
    known = set(
        "chart chart-grid chart-axis chart-line chart-line--previous chart-point chart-target chart-band "
        "chart-label chart-break".split()
    )
    spec = chart(
        Series("now", (20, 31, 90, 17)),
        Series("before", (1, 2, 3, 4), "previous"),
        target=18,
        band=(5, 30),
        breaks=((date(2022, 4, 1), "New system"),),
    )
    used = {name for item in parsed(spec).iter() for name in item.get("class", "").split()}
    assert used == known


def test_lines_are_legible_without_a_style_sheet():
    spec = chart(Series("now", (20, 31)), Series("before", (1, 2), "previous"), target=18)
    tree = parsed(spec)
    assert tree.get("fill") == "none"
    for name in ("chart-line", "chart-target", "chart-axis"):
        for path in found(tree, "path", name):
            assert path.get("stroke").startswith("#")


def test_the_year_before_differs_by_more_than_colour():
    tree = parsed(chart(Series("now", (20, 31)), Series("before", (1, 2), "previous")))
    (previous,) = found(tree, "path", "chart-line--previous")
    assert previous.get("stroke-dasharray")
    assert len(found(tree, "path", "chart-line")) == 2


def test_text_is_escaped():
    nasty = "<script>alert('x')</script> & \"co\" \x00\x1b"
    spec = chart(
        Series(nasty, (1, 2)),
        title=nasty,
        unit=nasty,
        summary=nasty,
        breaks=((date(2022, 2, 1), nasty),),
    )
    drawn = svg(spec, prefix='"><script>')
    tree = ElementTree.fromstring(drawn)  # noqa: S314 - our own text
    assert "<script" not in drawn
    assert tree.find(SVG + "title").text == "<script>alert('x')</script> & \"co\" "


def test_a_gap_is_a_gap_in_the_line_and_a_lone_month_a_dot():
    tree = parsed(chart(Series("Bexley", (20, 31, None, 17, None, 5, 9))))
    assert [len(run) for run in points_of(tree)] == [2, 2]
    assert len(found(tree, "circle", "chart-point")) == 2  # the lone month and the last one


def test_a_line_stops_at_a_break():
    tree = parsed(chart(Series("Bexley", (20, 31, 30, 17, 5, 9)), breaks=((date(2022, 4, 1), "New system"),)))
    before, after = points_of(tree)
    assert (len(before), len(after)) == (3, 3)
    (line,) = found(tree, "path", "chart-break")
    assert before[-1][0] < float(line.get("d").split()[0].removeprefix("M")) < after[0][0]
    assert "New system" in words_of(tree)


def test_a_break_outside_the_months_is_not_drawn():
    spec = chart(breaks=((date(2030, 4, 1), "Later"), (date(2001, 4, 1), "Earlier")))
    assert not found(parsed(spec), "path", "chart-break")


@pytest.mark.parametrize("values", [(None, None, None), (0, 0, 0), (None, 0, None), (5,)])
def test_a_chart_of_almost_nothing_can_be_drawn(values):
    spec = chart(Series("Bexley", values))
    parsed(spec)
    assert len(table(spec).rows) == len(values)


def test_lines_are_named_at_their_ends_instead_of_a_legend():
    words = words_of(parsed(chart(Series("Bexley", (5, 6)), Series("London", (50, 60)), target=18)))
    assert {"Bexley", "London", "Target 18", "Offences"} <= set(words)


def test_a_name_with_room_stands_level_with_the_end_of_its_line():
    tree = parsed(chart(Series("Bexley", (5, 6)), Series("London", (50, 60))))
    ends = sorted(float(dot.get("cy")) for dot in found(tree, "circle", "chart-point"))
    names = sorted(float(line.get("y")) for line in tree.iter(SVG + "tspan"))
    assert [y - 5 for y in names] == pytest.approx(ends, abs=0.2)


def test_names_at_the_ends_never_overlap_or_leave_the_picture():
    for level in (0, 3, 5):
        series = [Series(f"A rather long name number {n}", (5, level)) for n in range(4)]
        tree = parsed(chart(*series, target=level))
        lines = sorted(float(line.get("y")) for line in tree.iter(SVG + "tspan"))
        assert lines[0] > 0
        assert lines[-1] < 320
        assert all(b - a >= 17.9 for a, b in pairwise(lines))


@pytest.mark.parametrize(
    ("highest", "top"),
    [
        (1, 1),
        (3, 3),
        (7, 8),
        (9, 9),
        (10, 12),
        (31, 40),
        (99, 100),
        (101, 150),
        (1_700, 2_000),
        (25_279, 30_000),
    ],
)
def test_the_axis_starts_at_nought_and_ends_at_a_round_number(highest, top):
    ticks = [
        number(text.text)
        for group in found(parsed(chart(Series("a", (0, highest)))), "g", "chart-label")
        if group.get("text-anchor") == "end"
        for text in group
    ]
    assert (ticks[0], ticks[-1]) == (0, top)
    assert 4 <= len(ticks) <= 5 or highest < 3


def test_the_axis_of_shares_may_have_fractions():
    tree = parsed(chart(Series("a", (0.2, 0.7))))
    assert "0.2" in words_of(tree)
    assert max(values_read_off(tree).values()) == pytest.approx(0.7, abs=0.002)


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (6, ["Jan 2022", "Apr 2022"]),
        (24, ["Jan 2022", "Jul 2022", "Jan 2023", "Jul 2023"]),
        (48, ["Jan 2022", "Jan 2023", "Jan 2024", "Jan 2025"]),
        (
            192,
            ["Jan 2022", "Jan 2024", "Jan 2026", "Jan 2028", "Jan 2030", "Jan 2032", "Jan 2034", "Jan 2036"],
        ),
    ],
)
def test_few_months_are_named_below_the_axis(count, named):
    words = words_of(parsed(chart(Series("a", (1,) * count))))
    assert [word for word in words if re.fullmatch(r"[A-Z][a-z]{2} \d{4}", word)] == named


def test_a_month_outside_the_usual_range_has_another_shape():
    tree = parsed(chart(Series("a", (20, 21, 60, 20, 22)), band=(10, 30)))
    (diamond,) = found(tree, "path", "chart-point")
    assert diamond.get("d").count("M") == 1
    assert len(found(tree, "circle", "chart-point")) == 1
    assert "Usual range" in words_of(tree)


# The same numbers everywhere


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 30_000)), min_size=2, max_size=60))
def test_picture_table_and_csv_hold_the_same_numbers(values):
    spec = chart(Series("Bexley", tuple(values)))
    in_table = [None if row[1] == NOT_PUBLISHED else number(row[1]) for row in table(spec).rows]
    in_csv = [None if row[1] == NOT_PUBLISHED else row[1] for row in csv_rows(spec)[1:]]
    assert in_table == in_csv == values

    drawn = [value for _, value in sorted(values_read_off(parsed(spec)).items())]
    published = [value for value in values if value is not None]
    # A tenth of a unit on an axis of 248, whose top is at most twice the highest value.
    assert drawn == pytest.approx(published, abs=max([*published, 1]) * 2 * 0.2 / 248)


def test_a_table_names_its_months_and_its_columns():
    spec = chart(Series("Bexley", (1_234, None)), Series("London", (30_000, 31_000)), target=1_500)
    shown = table(spec)
    assert shown.caption == f"{spec.title}: {spec.subtitle} (Offences)"
    assert shown.columns == ("Month", "Bexley", "London", "Target")
    assert shown.rows == (
        ("January 2022", "1,234", "30,000", "1,500"),
        ("February 2022", "not published", "31,000", "1,500"),
    )


def test_a_csv_has_iso_months_and_plain_numbers():
    spec = chart(Series("Bexley", (1_234, None)), breaks=((date(2022, 2, 1), "New system"),))
    assert csv_rows(spec) == [
        ["Month", "Bexley", "Note"],
        ["2022-01-01", 1_234, ""],
        ["2022-02-01", "not published", "New system"],
    ]
    assert table(spec).rows[1] == ("February 2022", "not published", "New system")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_csv_holds_no_formula(name):
    rows = csv_rows(chart(Series(name, (1, 2)), breaks=((date(2022, 1, 1), name),)))
    assert rows[0][1] == rows[1][2] == f"'{name}"


def test_two_years_fold_into_two_lines_over_the_same_months():
    folded, (now, before) = year_on_year(months(24), [None, *range(1, 24)])
    assert folded == months(12, date(2023, 1, 1))
    assert (now.name, now.kind, now.values) == ("January to December 2023", "line", tuple(range(12, 24)))
    assert (before.name, before.kind) == ("January to December 2022", "previous")
    assert before.values == (None, *range(1, 12))


@pytest.mark.parametrize("count", [0, 12, 23, 25])
def test_only_two_whole_years_are_folded(count):
    with pytest.raises(ValueError, match="24 months"):
        year_on_year(months(count), [1] * count)


# What a specification refuses


def test_a_chart_without_months_is_refused():
    with pytest.raises(ValueError, match="at least one month"):
        chart(Series("a", ()), months=())


def test_a_chart_with_a_missing_month_is_refused():
    with pytest.raises(ValueError, match="without a gap"):
        chart(Series("a", (1, 2)), months=(date(2024, 1, 1), date(2024, 3, 1)))


def test_a_series_of_another_length_is_refused():
    with pytest.raises(ValueError, match="London: 1 values, 2 months"):
        chart(Series("a", (1, 2)), Series("London", (1,)))


def test_a_negative_figure_is_refused():
    with pytest.raises(ValueError, match="negative"):
        svg(chart(Series("a", (1, -2))))


# What it weighs


def test_three_lines_of_four_years_weigh_less_than_2_kb_packed():
    rng = random.Random(1)
    series = [Series(name, tuple(rng.randrange(900, 1_900) for _ in range(48))) for name in ("a", "b", "c")]
    assert len(gzip.compress(svg(chart(*series)).encode())) < 2_000
