"""One specification, many forms of it: the tests read the numbers back out of each."""

import gzip
import json
import random
import re
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import plotly
import plotly.graph_objects as go
import pytest
import resvg_py
from hypothesis import given, settings
from hypothesis import strategies as st

from crime_data.shapes import unpack_rings
from measures import charts
from measures.charts import ChartSpec, Series, Trend
from measures.charts.drawing import COLOURS, GREY, INK, SIGNAL, apart, ticks, ticks_around
from tests.chart_examples import EXAMPLES, HERE, months, spec

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def chart(*series, **more):
    series = series or (Series("Bexley", (20, 31, None, 17, 25, 0)),)
    words = {key: more.pop(key) for key in ("title", "unit", "summary", "subtitle") if key in more}
    return spec(Trend(more.pop("months", months(len(series[0].values))), tuple(series), **more), **words)


def parsed(shown, **more):
    return ElementTree.fromstring(charts.svg(shown, **more))  # noqa: S314 - our own text


def found(tree, name, tag=None):
    return [
        item
        for item in tree.iter()
        if name in item.get("class", "").split() and (tag is None or item.tag == SVG + tag)
    ]


def words_of(tree):
    return ["".join(item.itertext()).strip() for item in tree.iter(SVG + "text")]


def number(words):
    return float(words.replace(",", ""))


# --- reading a drawing as a person with a ruler would ------------------------------------------


def points_of(path):
    """The places that a path of M, l and plain pairs stands on, run by run."""
    runs = []
    for run in path.split("M")[1:]:
        first, _, steps = run.partition("l")
        numbers = [float(part) for part in NUMBER.findall(first)]
        places = list(zip(numbers[::2], numbers[1::2], strict=True))
        steps = [float(part) for part in NUMBER.findall(steps)]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            places.append((places[-1][0] + dx, places[-1][1] + dy))
        runs.append(places)
    return runs


def axis_of(group, coordinate="y", offset=-5.0):
    """What stands at a coordinate, by the first and the last figure of an axis."""
    marks = [(number(item.text), float(item.get(coordinate)) + offset) for item in group]
    (low, at_low), (high, at_high) = marks[0], marks[-1]
    return lambda at: low + (high - low) * (at_low - at) / (at_low - at_high)


def trend_values(tree):
    """Per drawn line, the published values in the order of their months."""
    value = axis_of(found(tree, "chart-figures")[0])
    lines = [points_of(path.get("d")) for path in found(tree, "chart-line")[0]]
    return [[value(y) for run in runs for _, y in run] for runs in lines]


def centre(item):
    """Of a circle, a square of 14 or a diamond."""
    if item.get("cx"):
        return float(item.get("cx")), float(item.get("cy"))
    if item.get("x"):
        return float(item.get("x")) + 7, float(item.get("y")) + 7
    x, y, *steps = (float(part) for part in NUMBER.findall(item.get("d")))
    return x, y + steps[0]


# --- the same numbers everywhere ---------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_table_and_csv_say_the_numbers_of_the_chart(name):
    shown = EXAMPLES[name]
    columns = charts.values(shown)
    table, rows = charts.table(shown), charts.csv_rows(shown)
    assert table.columns == tuple(rows[0]) == tuple(column.name for column in columns)
    for place, column in enumerate(columns):
        for cell, words, plain in zip(
            column.cells,
            (row[place] for row in table.rows),
            (row[place] for row in rows[1:]),
            strict=True,
        ):
            if cell is None:
                assert words == plain == "not published"
            elif isinstance(cell, date):
                assert plain == cell.isoformat()
                assert words == f"{cell:%B %Y}"
            elif isinstance(cell, str):
                assert words == plain == cell
            else:
                assert plain == cell
                assert number(words) == pytest.approx(cell, abs=0.05)


def numbers_in(figure):
    """Every number that a Plotly figure shows, by the list or line that it stands in."""
    for trace in figure["data"]:
        for axis in ("x", "y"):
            yield [part for part in trace.get(axis, ()) if isinstance(part, int | float)]
        if isinstance(trace.get("meta"), int | float):
            yield [trace["meta"]]
        errors = trace.get("error_x")
        if errors:
            known = list(zip(trace["x"], errors["array"], errors["arrayminus"], strict=True))
            yield [x + more for x, more, _ in known if x is not None]
            yield [x - less for x, _, less in known if x is not None]
    for shape in figure["layout"].get("shapes", ()):
        yield [shape["y0"]]
        yield [shape["y1"]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_interactive_chart_says_the_numbers_of_the_chart(name):
    shown = EXAMPLES[name]
    held = {round(part, 6) for group in numbers_in(charts.plotly(shown)) for part in group}
    for column in charts.values(shown):
        if column.name == "Rank":
            continue  # the order of the table, not a figure
        for cell in column.cells:
            if isinstance(cell, int | float):
                assert round(cell, 6) in held, (column.name, cell)


@pytest.mark.parametrize("name", EXAMPLES)
def test_plotly_takes_the_interactive_chart_as_it_is(name):
    figure = charts.plotly(EXAMPLES[name])
    assert json.loads(json.dumps(figure)) == figure
    assert go.Figure(figure).to_dict()["data"]
    assert "template" not in figure["layout"]
    assert all(
        axis["automargin"] for key, axis in figure["layout"].items() if key.startswith(("xaxis", "yaxis"))
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_words_for_those_who_do_not_see_the_picture_are_those_of_the_summary(name):
    shown = EXAMPLES[name]
    tree = parsed(shown)
    described = tree.get("aria-label") or tree.find(SVG + "desc").text
    assert described == shown.summary


published = st.one_of(st.none(), st.integers(0, 30_000))


@settings(deadline=None)
@given(st.lists(published, min_size=2, max_size=60))
def test_a_line_stands_at_its_values(values):
    tree = parsed(chart(Series("Bexley", tuple(values))))
    value = axis_of(found(tree, "chart-figures")[0])
    places = {
        x: y for path in found(tree, "chart-line")[0] for run in points_of(path.get("d")) for x, y in run
    }
    for dot in tree.iter(SVG + "circle"):
        x, y = centre(dot)
        if not any(abs(x - other) < 0.6 for other in places):
            places[x] = y
    drawn = [value(y) for _, y in sorted(places.items())]
    known = [part for part in values if part is not None]
    # A line is drawn to one unit of 270, and the axis ends at less than twice the highest value.
    assert drawn == pytest.approx(known, abs=max([*known, 1]) * 2 * 1.5 / 270)


@settings(deadline=None)
@given(st.lists(st.integers(-500, 500), min_size=2, max_size=30))
def test_a_line_below_nought_stands_at_its_values(values):
    tree = parsed(chart(Series("Gap", tuple(values))))
    (drawn,) = trend_values(tree)
    span = max([*values, 0]) - min([*values, 0]) or 1
    assert drawn == pytest.approx(values, abs=span * 2 * 1.5 / 270)


def test_limits_target_baseline_signals_and_projection_stand_at_their_values():
    shown = EXAMPLES["trend"]
    tree = parsed(shown)
    value = axis_of(found(tree, "chart-figures")[0])
    trend = shown.body

    def heights(name):
        return [
            value(float(y))
            for item in found(tree, name)
            for y in re.findall(r"M\S+ (-?[\d.]+)", item.get("d"))
        ]

    close = {"abs": 50 / 270}
    limits = [level for part in trend.limits for level in (part.upper, part.lower)]
    assert heights("chart-limit") == pytest.approx(limits, **close)
    assert heights("chart-mean") == pytest.approx([part.centre for part in trend.limits], **close)
    assert heights("chart-target") == pytest.approx([trend.target], **close)
    assert heights("chart-baseline") == pytest.approx([trend.baseline], **close)
    values = dict(zip(trend.months, trend.series[0].values, strict=True))
    diamonds = [
        value(float(y) + 7) for y in re.findall(r"M\S+ (\S+?)l", found(tree, "chart-signal")[0].get("d"))
    ]
    assert diamonds == pytest.approx([values[month] for month, _ in trend.signal_points], **close)
    (middle,) = points_of(found(tree, "chart-projection")[0].get("d"))
    assert [value(y) for _, y in middle[1:]] == pytest.approx(
        [v[1] for v in trend.projection.values], **close
    )
    cone = points_of(found(tree, "chart-cone")[0].get("d"))[0]
    ends = [value(y) for _, y in cone]
    assert ends[1:7] == pytest.approx([v[2] for v in trend.projection.values], **close)
    assert ends[7:13] == pytest.approx([v[0] for v in reversed(trend.projection.values)], **close)


@settings(deadline=None)
@given(st.lists(st.tuples(published, published), min_size=1, max_size=8))
def test_bars_are_as_long_as_their_figures_and_start_at_nought(pairs):
    body = charts.Bars(
        "Kind",
        tuple(f"Row {n}" for n in range(len(pairs))),
        (
            Series("Now", tuple(now for now, _ in pairs)),
            Series("Before", tuple(before for _, before in pairs), "previous"),
        ),
    )
    tree = parsed(spec(body))
    lengths = []
    for bar in found(tree, "chart-bar"):
        outline = float(bar.get("stroke-width", 0))
        assert float(bar.get("x")) == outline / 2
        lengths.append(float(bar.get("width")) + (outline if float(bar.get("width")) else 0))
    shown = [value for pair in pairs for value in pair if value]
    longest = max(shown, default=1)
    assert len(lengths) == len(shown)
    for length, value in zip(lengths, shown, strict=True):
        assert length == pytest.approx(max(lengths) * value / longest, abs=2.1)
    said = [words for words in words_of(tree) if re.fullmatch(r"[\d,]+|not published", words)]
    assert said == [
        charts.table(spec(body)).rows[n][1 + which] for n in range(len(pairs)) for which in (0, 1)
    ]


def test_the_figures_of_bars_are_those_beside_them():
    tree = parsed(EXAMPLES["bars"])
    assert {"300", "226", "1,204", "1,388", "2,310", "2,298", "not published", "1,100"} <= set(words_of(tree))


@pytest.mark.parametrize("name", ["dots", "changes"])
def test_dots_and_intervals_stand_at_their_values(name):
    shown = EXAMPLES[name]
    tree = parsed(shown)
    value = axis_of(found(tree, "chart-figures")[0], "x", 0)
    dots = [dot for dot in shown.body.dots if dot.value is not None]
    assert [value(centre(item)[0]) for item in found(tree, "chart-point")] == pytest.approx(
        [dot.value for dot in dots], abs=0.5
    )
    ends = [[float(part) for part in NUMBER.findall(item.get("d"))] for item in found(tree, "chart-interval")]
    known = [dot for dot in dots if dot.lower is not None]
    assert [value(end[0]) for end in ends] == pytest.approx([dot.lower for dot in known], abs=0.5)
    assert [value(end[2]) for end in ends] == pytest.approx([dot.upper for dot in known], abs=0.5)


@pytest.mark.parametrize("name", ["multiples", "multiples-own"])
def test_small_multiples_stand_at_their_values(name):
    shown = EXAMPLES[name]
    panels = found(parsed(shown), "chart-panel")
    for panel, drawn in zip(shown.body.panels, panels, strict=True):
        value = axis_of(found(drawn, "chart-figures")[0])
        places = [y for run in points_of(found(drawn, "chart-line")[0].get("d")) for _, y in run]
        known = [part for part in panel.values if part is not None]
        assert [value(y) for y in places] == pytest.approx(known, abs=max(known) * 0.01)


def test_small_multiples_on_one_scale_have_one_top_and_others_their_own():
    def tops(name):
        return [
            found(panel, "chart-figures")[0][-1].text
            for panel in found(parsed(EXAMPLES[name]), "chart-panel")
        ]

    assert len(set(tops("multiples"))) == 1
    assert len(set(tops("multiples-own"))) > 1
    assert "all on one scale" in words_of(parsed(EXAMPLES["multiples"]))[0]
    assert "each on its own scale" in words_of(parsed(EXAMPLES["multiples-own"]))[0]


def test_the_areas_of_a_funnel_stand_at_population_and_rate():
    shown = EXAMPLES["funnel"]
    tree = parsed(shown)
    rate = axis_of(found(tree, "chart-figures")[0])
    people = axis_of(found(tree, "chart-people")[0], "x", 0)
    drawn = sorted((people(x), rate(y)) for x, y in map(centre, found(tree, "chart-point")))
    places = sorted((place.population, place.rate) for place in shown.body.places)
    assert [x for x, _ in drawn] == pytest.approx([x for x, _ in places], abs=400)
    assert [y for _, y in drawn] == pytest.approx([y for _, y in places], abs=0.03)
    outside = [item for item in found(tree, "chart-point") if item.get("d")]
    diamonds = [item for item in outside if "h-" not in item.get("d")]
    assert len(diamonds) == sum(place.far for place in shown.body.places)
    assert len(outside) == sum(bool(place.outside) for place in shown.body.places) > 0


def test_the_limits_of_a_funnel_stand_at_their_values():
    shown = EXAMPLES["funnel"]
    tree = parsed(shown)
    rate = axis_of(found(tree, "chart-figures")[0])
    inner, outer = found(tree, "chart-limit")
    for path, names in ((inner, ("lower", "upper")), (outer, ("far_lower", "far_upper"))):
        for run, name in zip(points_of(path.get("d")), names, strict=True):
            limits = [getattr(part, name) for part in shown.body.limits]
            assert [rate(y) for _, y in run] == pytest.approx(limits, abs=0.03)


def test_a_sparkline_stands_at_its_values():
    shown = EXAMPLES["sparkline"]
    tree = parsed(shown)
    (run,) = points_of(found(tree, "chart-line")[0].get("d"))
    top = max(shown.body.values)
    assert [(30 - y) / 24 * top for _, y in run] == pytest.approx(shown.body.values, abs=top * 0.01)
    assert found(tree, "chart-signal")
    assert tree.get("aria-label") == shown.summary
    assert [item for item in tree.iter() if item.get("id")] == []  # many stand on one page


def test_the_shade_of_a_ward_is_the_class_of_its_figure():
    shown = EXAMPLES["map"]
    tree = parsed(shown)
    key = found(tree, "chart-key")
    classes = [box.get("fill") for box in key]
    words = [found_words for found_words in words_of(tree) if " to " in found_words][-5:]
    ranges = [tuple(number(part) for part in said.split(" to ")) for said in words if said[0].isdigit()]
    for ward, area in zip(shown.body.wards, found(tree, "chart-area"), strict=True):
        said = area.find(SVG + "title").text
        if ward.withheld:
            assert area.get("fill").startswith("url(#") and said == f"{ward.name}: withheld"
        elif ward.value is None:
            assert area.get("fill") == "#fff" and said == f"{ward.name}: not published"
        else:
            low, high = ranges[classes.index(area.get("fill"))]
            assert low <= ward.value <= high
            assert said == f"{ward.name}: {ward.value:,}"


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=40))
def test_every_figure_of_a_map_is_in_one_class_and_wards_are_ranked(values):
    shape = EXAMPLES["map"].body.wards[0].shape
    body = charts.WardMap("Offences", tuple(charts.Ward(f"W{n}", v, shape) for n, v in enumerate(values)))
    classes = body.classes()
    known = [value for value in values if value is not None]
    assert len(classes) <= 5
    assert all(low <= high for low, high in classes)
    assert all(high < low for (_, high), (low, _) in pairwise(classes))
    assert all(sum(low <= value <= high for low, high in classes) == 1 for value in known)
    ranked = body.ranked()
    assert [ward.value for _, ward in ranked if ward.value is not None] == sorted(known, reverse=True)
    assert all(rank == 1 + sum(v > ward.value for v in known) for rank, ward in ranked if rank)
    parsed(spec(body))


def test_a_withheld_figure_cannot_be_put_on_a_map():
    ward = EXAMPLES["map"].body.wards[0]
    with pytest.raises(ValueError, match="withheld"):
        charts.Ward("A", 3, ward.shape, withheld=True)


def test_the_outlines_of_an_interactive_map_are_the_wards():
    shown = EXAMPLES["map"]
    for ward, trace in zip(shown.body.wards, charts.plotly(shown)["data"], strict=True):
        (ring,) = unpack_rings(ward.shape)
        assert trace["x"] == pytest.approx(ring[:, 0].tolist())
        assert trace["y"] == pytest.approx(ring[:, 1].tolist())
        assert trace["meta"] == ("withheld" if ward.withheld else ward.value)


# --- the drawing -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("alone", [False, True])
def test_a_chart_is_an_image_with_words_and_without_style_or_event(name, alone):
    tree = parsed(EXAMPLES[name], alone=alone)
    assert tree.get("role") == "img"
    for item in tree.iter():
        assert "style" not in item.attrib
        assert not [key for key in item.attrib if key.startswith("on") or "href" in key]


def test_a_chart_has_a_title_and_a_description():
    shown = EXAMPLES["bars"]
    tree = parsed(shown, prefix="robbery")
    assert tree.get("aria-labelledby") == "robbery-title robbery-desc"
    title, description = tree.find(SVG + "title"), tree.find(SVG + "desc")
    assert (title.get("id"), title.text) == ("robbery-title", shown.title)
    assert (description.get("id"), description.text) == ("robbery-desc", shown.summary)


def test_ids_differ_between_the_charts_of_a_page():
    ids = [item.get("id") for shown in EXAMPLES.values() for item in parsed(shown).iter() if item.get("id")]
    assert len(ids) == len(set(ids)) > 20
    one, other = chart(Series("a", (1, 2))), chart(Series("a", (2, 2)))
    assert parsed(one).get("aria-labelledby") != parsed(other).get("aria-labelledby")


def test_every_reference_of_a_chart_leads_somewhere():
    for prefix in ("", "a"):
        tree = parsed(EXAMPLES["map"], prefix=prefix)
        ids = {item.get("id") for item in tree.iter()}
        used = set(re.findall(r"url\(#([^)]+)\)", charts.svg(EXAMPLES["map"], prefix)))
        assert used and used <= ids


def test_a_file_that_leaves_the_portal_carries_its_words():
    shown = EXAMPLES["trend"]
    words = " ".join(words_of(parsed(shown, alone=True)))
    for said in (shown.title, shown.subtitle, *shown.notes, f"Source: {shown.source}"):
        assert said in words
    assert shown.title not in words_of(parsed(shown))


def test_the_same_chart_is_the_same_text_in_every_process():
    code = (
        "from tests.chart_examples import EXAMPLES\n"
        "from measures.charts import svg\n"
        "print(svg(EXAMPLES['map']), end='')"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE
    ).stdout
    assert other == charts.svg(EXAMPLES["map"])


def test_text_is_escaped_in_every_kind():
    nasty = "<script>alert('x')</script> & \"co\" \x00\x1b"
    shape = EXAMPLES["map"].body.wards[0].shape
    limits = (charts.FunnelLimits(1, 1, 2, 3, 4), charts.FunnelLimits(9, 1, 2, 3, 4))
    when = months(2)
    bodies = [
        Trend(when, (Series(nasty, (1, 2)),), breaks=((when[1], nasty),), signal_points=((when[1], nasty),)),
        charts.Bars(nasty, (nasty,), (Series(nasty, (1,)), Series("b", (2,)))),
        charts.Dots(nasty, (charts.Dot(nasty, 1, 0.5, 2),)),
        charts.Multiples(when, (charts.Panel(nasty, (1, 2), nasty),)),
        charts.Funnel(nasty, nasty, (charts.Place(nasty, 5, 2.5, "own", nasty),), 2.5, limits),
        charts.Sparkline(when, nasty, (1, 2)),
        charts.WardMap(nasty, (charts.Ward(nasty, 1, shape),)),
    ]
    for body in bodies:
        shown = spec(body, title=nasty, unit=nasty, summary=nasty, notes=(nasty,), source=nasty)
        for alone in (False, True):
            drawn = charts.svg(shown, prefix='"><script>', alone=alone)
            ElementTree.fromstring(drawn)  # noqa: S314 - our own text
            assert "<script" not in drawn
        assert "<script" not in json.dumps(
            [_words_for_readers(trace) for trace in charts.plotly(shown)["data"]]
            + [charts.plotly(shown)["layout"]]
        )


def _words_for_readers(trace):
    return {key: trace[key] for key in trace if key in ("name", "text", "hovertemplate", "y", "x")}


def test_lines_differ_by_more_than_colour():
    paths = list(found(parsed(EXAMPLES["four-lines"]), "chart-line")[0])
    assert len({path.get("stroke-dasharray") for path in paths}) == 4
    previous, now = found(parsed(EXAMPLES["year-on-year"]), "chart-line")[0]
    assert previous.get("stroke-dasharray") and not now.get("stroke-dasharray")


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(colour):
    return 1.05 / (luminance(colour) + 0.05)


def test_lines_stand_out_three_to_one_and_words_four_and_a_half_to_one_on_white():
    assert all(contrast(line) >= 3 for line, _ in COLOURS)
    assert all(contrast(words) >= 4.5 for words in (GREY, INK, SIGNAL, *(words for _, words in COLOURS)))


def test_a_gap_is_a_gap_in_the_line_and_a_lone_month_a_dot():
    tree = parsed(chart(Series("Bexley", (20, 31, None, 17, None, 5, 9))))
    (path,) = found(tree, "chart-line")[0]
    assert [len(run) for run in points_of(path.get("d"))] == [2, 2]
    assert len(list(tree.iter(SVG + "circle"))) == 2  # the lone month and the last one


def test_a_line_stops_at_a_break():
    tree = parsed(chart(Series("Bexley", (20, 31, 30, 17, 5, 9)), breaks=((date(2022, 4, 1), "New system"),)))
    (path,) = found(tree, "chart-line")[0]
    before, after = points_of(path.get("d"))
    assert (len(before), len(after)) == (3, 3)
    (line,) = found(tree, "chart-break")
    assert before[-1][0] < float(NUMBER.search(line.get("d"))[0]) < after[0][0]
    assert "New system" in words_of(tree)
    figure = charts.plotly(chart(Series("a", (1, 2)), breaks=((date(2022, 2, 1), "New"),)))
    assert figure["data"][0]["y"] == [1, None, 2]


def test_what_lies_outside_the_months_is_not_drawn():
    away = ((date(2030, 4, 1), "Later"), (date(2001, 4, 1), "Earlier"))
    far = charts.Segment(date(2001, 1, 1), date(2002, 1, 1), 1, 2, 3)
    tree = parsed(chart(breaks=away, signal_points=away, limits=(far,)))
    assert not found(tree, "chart-break") and not found(tree, "chart-signal")
    assert found(tree, "chart-limit")[0].get("d") == ""


@pytest.mark.parametrize("values", [(None, None, None), (0, 0, 0), (None, 0, None), (5,)])
def test_a_chart_of_almost_nothing_can_be_drawn(values):
    when = months(len(values))
    for body in (
        Trend(when, (Series("Bexley", values),)),
        charts.Sparkline(when, "Bexley", values),
        charts.Multiples(when, (charts.Panel("Bexley", values),)),
        charts.Multiples(when, (charts.Panel("Bexley", values),), shared=False),
        charts.Bars("Kind", tuple(map(str, range(len(values)))), (Series("Bexley", values),)),
        charts.Dots("Rate", tuple(charts.Dot(str(n), value) for n, value in enumerate(values))),
    ):
        parsed(spec(body))
        assert len(charts.table(spec(body)).rows) == len(values)
        go.Figure(charts.plotly(spec(body)))


def test_lines_are_named_at_their_ends_instead_of_a_legend():
    words = words_of(parsed(chart(Series("Bexley", (5, 6)), Series("London", (50, 60)), target=18)))
    assert {"Bexley", "London", "Target 18", "Offences a month"} <= set(words)


blocks = st.lists(st.tuples(st.floats(-50, 400), st.sampled_from([24, 48])), min_size=1, max_size=7)


@given(blocks)
def test_names_never_overlap_or_leave_the_picture(drawn):
    drawn.sort()
    middles, heights = [middle for middle, _ in drawn], [height for _, height in drawn]
    moved = apart(middles, heights, 364)
    assert len(moved) == len(drawn)
    edges = [
        (middle - height / 2, middle + height / 2) for middle, height in zip(moved, heights, strict=True)
    ]
    assert edges[0][0] >= -0.001 and edges[-1][1] <= 364.001
    assert all(below[0] - above[1] >= -0.001 for above, below in pairwise(edges))


def test_names_with_room_stay_where_they_are_and_others_share_the_move():
    assert apart([50, 150], [24, 24], 364) == [50, 150]
    assert apart([100, 100], [24, 24], 364) == [88, 112]


@given(st.lists(st.one_of(st.none(), st.integers(-30_000, 30_000), st.floats(-500, 500)), max_size=20))
def test_the_axis_takes_in_nought_and_every_value_in_round_steps(values):
    marks = ticks(values)
    known = [value for value in values if value is not None]
    assert 0 in marks
    assert 2 <= len(marks) <= 8
    assert marks[0] <= min([0, *known]) and marks[-1] >= max([0, *known])


@pytest.mark.parametrize(
    ("highest", "top"),
    [(1, 1), (3, 3), (7, 8), (9, 10), (31, 40), (41, 50), (99, 100), (101, 125), (1_700, 2_000), (0.7, 0.8)],
)
def test_the_axis_ends_at_a_round_number(highest, top):
    assert ticks([0, highest])[-1] == pytest.approx(top)


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=9))
def test_an_axis_of_positions_lies_round_them(values):
    marks = ticks_around(values)
    assert marks[0] <= min(values) * 1.000001 and marks[-1] >= max(values) * 0.999999
    assert 2 <= len(marks) <= 8


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (6, ["Jan 2022", "Apr 2022"]),
        (24, ["Jan 2022", "Jul 2022", "Jan 2023", "Jul 2023"]),
        (48, ["Jan 2022", "Jan 2023", "Jan 2024", "Jan 2025"]),
        (192, ["2022", "2024", "2026", "2028", "2030", "2032", "2034", "2036"]),
    ],
)
def test_few_months_are_named_below_the_axis(count, named):
    words = words_of(parsed(chart(Series("a", (1,) * count))))
    assert [word for word in words if re.fullmatch(r"([A-Z][a-z]{2} )?\d{4}", word)] == named


def test_a_signal_has_another_shape_and_the_rule_in_words():
    shown = EXAMPLES["trend"]
    (path,) = found(parsed(shown), "chart-signal")
    assert path.get("d").count("M") == 2
    columns = {column.name: column.cells for column in charts.values(shown)}
    assert [words for words in columns["Signal"] if words] == ["above the upper limit"] * 2
    trace = next(trace for trace in charts.plotly(shown)["data"] if trace["name"] == "Signal")
    assert trace["text"] == ["above the upper limit"] * 2
    assert trace["marker"]["symbol"] == "diamond"


# --- table and CSV -----------------------------------------------------------------------------


def test_a_table_names_its_months_and_its_columns():
    shown = chart(Series("Bexley", (1_234, None)), Series("London", (30_000, 31_000)), target=1_500)
    table = charts.table(shown)
    assert table.caption == f"{shown.title}: {shown.subtitle} (Offences a month)"
    assert table.columns == ("Month", "Bexley", "London", "Target")
    assert table.rows == (
        ("January 2022", "1,234", "30,000", "1,500"),
        ("February 2022", "not published", "31,000", "1,500"),
    )


def test_the_months_of_a_projection_stand_in_the_table_after_the_published_ones():
    shown = chart(Series("Bexley", (10, 12)), projection=charts.Projection(((8.0, 11.0, 14.5),)))
    assert charts.table(shown).rows[-1] == ("March 2022", "", "8", "11", "14.5")


def test_a_csv_has_iso_months_and_plain_numbers():
    shown = chart(Series("Bexley", (1_234, None)), breaks=((date(2022, 2, 1), "New system"),))
    assert charts.csv_rows(shown) == [
        ["Month", "Bexley", "Note"],
        ["2022-01-01", 1_234, ""],
        ["2022-02-01", "not published", "New system"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_csv_holds_no_formula(name):
    rows = charts.csv_rows(chart(Series(name, (1, 2)), breaks=((date(2022, 1, 1), name),)))
    assert rows[0][1] == rows[1][2] == f"'{name}"


def test_two_years_fold_into_two_lines_over_the_same_months():
    folded, (now, before) = charts.year_on_year(months(24), [None, *range(1, 24)])
    assert folded == months(12, date(2023, 1, 1))
    assert (now.name, now.kind, now.values) == ("January to December 2023", "line", tuple(range(12, 24)))
    assert (before.name, before.kind) == ("January to December 2022", "previous")
    assert before.values == (None, *range(1, 12))


@pytest.mark.parametrize("count", [0, 12, 23, 25])
def test_only_two_whole_years_are_folded(count):
    with pytest.raises(ValueError, match="24 months"):
        charts.year_on_year(months(count), [1] * count)


# --- what a specification refuses --------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Trend((), (Series("a", ()),)), "at least one month"),
        (lambda: Trend((date(2024, 1, 1), date(2024, 3, 1)), (Series("a", (1, 2)),)), "without a gap"),
        (lambda: Trend(months(2), (Series("London", (1,)),)), "London: 1 values, 2 months"),
        (lambda: Trend(months(1), tuple(Series(str(n), (1,)) for n in range(5))), "5 series"),
        (lambda: charts.Projection(()), "at least one month"),
        (lambda: charts.Bars("k", ("a",), (Series("Now", (-1,)),)), "cannot be negative"),
        (lambda: charts.Bars("k", ("a",), (Series("Now", (1, 2)),)), "2 values, 1 rows"),
        (lambda: charts.Multiples(months(2), (charts.Panel("a", (1,)),)), "1 values, 2 months"),
        (lambda: charts.Sparkline(months(2), "a", (1,)), "1 values, 2 months"),
        (lambda: charts.Funnel("r", "p", (), 1, ()), "needs areas"),
        (lambda: charts.WardMap("m", ()), "needs wards"),
    ],
)
def test_what_cannot_be_a_chart_is_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()


# --- pictures, files and what they weigh -------------------------------------------------------


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_picture_is_1440_wide_and_the_same_every_time(name):
    picture = charts.png(EXAMPLES[name])
    assert size_of(picture)[0] == 1_440
    assert charts.png(EXAMPLES[name]) == picture


def test_the_words_of_a_picture_are_in_it():
    """A renderer without a font leaves words out and says nothing."""
    drawn = charts.svg(EXAMPLES["dots"], alone=True)
    silent = resvg_py.svg_to_bytes(svg_string=drawn, width=1_440, background="#fff", skip_system_fonts=True)
    assert charts.png(EXAMPLES["dots"]) != silent
    wordless = ChartSpec("", "", "", EXAMPLES["bars"].body)
    assert charts.png(wordless) != charts.png(ChartSpec("A", "", "", EXAMPLES["bars"].body))


def test_the_font_is_kept_with_its_licence():
    fonts = Path(charts.__file__).parent / "fonts"
    assert "SIL OPEN FONT LICENSE" in (fonts / "LICENSE.txt").read_text("utf-8")
    assert (fonts / "LiberationSans-Regular.ttf").stat().st_size > 100_000


def test_the_kept_plotly_js_is_the_one_that_plotly_py_brings():
    kept = HERE / "static" / "vendor" / "plotly"
    version = (kept / "VERSION").read_text("utf-8").strip()
    script = (kept / "plotly-basic.min.js").read_text("utf-8")
    assert version == plotly.offline.get_plotlyjs_version()
    assert f"v{version}" in script[:200]
    assert "sourceMappingURL" not in script
    assert "MIT" in (kept / "LICENSE.txt").read_text("utf-8")


def test_no_page_needs_plotly_py():
    code = "import sys, measures.charts; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=HERE).returncode == 0


def test_three_lines_of_four_years_weigh_at_most_1_kb_packed():
    rng = random.Random(1)
    series = [Series(name, tuple(rng.randrange(900, 1_900) for _ in range(48))) for name in ("a", "b", "c")]
    assert len(gzip.compress(charts.svg(chart(*series)).encode(), 6)) <= 1_024


def test_the_limits_that_an_area_lies_beyond_are_told_apart_in_every_form():
    limits = tuple(charts.FunnelLimits(people, 5, 8, 12, 15) for people in (100_000, 300_000))
    rates = {"Far": 15.5, "Farther": 15.6, "Near": 13.0, "Inside": 10.0, "Own": 10.5}
    places = tuple(
        charts.Place(
            name,
            100_000 + 50_000 * at,
            rate,
            kind="own" if name == "Own" else "other",
            outside="above the 99.8% limit" if rate > 15 else "above the 95% limit" if rate > 12 else "",
            far=rate > 15,
        )
        for at, (name, rate) in enumerate(rates.items())
    )
    spec = ChartSpec("t", "s", "u", charts.Funnel("Rate", "People", places, 10.0, limits))
    tree = parsed(spec)
    shapes = [item.get("d") for item in found(tree, "chart-point") if item.get("d")]
    traces = {trace["name"]: trace["text"] for trace in charts.plotly(spec)["data"] if "text" in trace}

    assert sum("h-" in shape for shape in shapes) == 1 and len(shapes) == 3
    assert len(traces["Beyond the 99.8% limits"]) == 2 and len(traces["Beyond the 95% limits"]) == 1
    drawn = charts.svg(spec)
    for name in ("Far", "Farther", "Own", "Beyond 95%", "Beyond 99.8%"):
        assert f">{name}</text>" in drawn
    rate = axis_of(found(tree, "chart-figures")[0])
    top = max(rate(float(item.get("y")) - 5) for item in found(tree, "chart-figures")[0])
    assert top > 15.6


def test_the_usual_range_is_named_in_the_interactive_form():
    layout = charts.plotly(EXAMPLES["trend"])["layout"]
    named = [shape["label"]["text"] for shape in layout["shapes"] if "label" in shape]
    assert named == ["Usual range"]
