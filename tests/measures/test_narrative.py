"""Commentary: every figure named is replaced or refused, and nothing harmful comes out, whatever goes in."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from measures.narrative import (
    FIELDS,
    LONGEST,
    BadText,
    bindings,
    cautions,
    fingerprint,
    mistakes,
    plain,
    render,
)

FIGURES = {
    "residential-burglary.value": "300",
    "residential-burglary.before": "226",
    "residential-burglary.change": "up 74 (32.7%)",
    "residential-burglary.period": "January to December 2023",
    "under_score.value": "<b>12</b> & more",
}
CHANGE = "{{ figure:residential-burglary.change }}"


class Seen(HTMLParser):
    """Tags, attributes and words of some HTML."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attributes]

    def handle_data(self, data):
        self.words += data


def said(text: str, known=FIGURES) -> list[str]:
    return [mistake.words for mistake in mistakes(text, known)]


# --- figures ---------------------------------------------------------------------------------


def test_a_figure_is_replaced_by_its_words_wherever_text_can_stand():
    text = (
        f"# Up: {CHANGE}\n\n**{CHANGE}** in {{{{figure:residential-burglary.period}}}}\n\n"
        f"- {CHANGE}\n\n> {CHANGE}\n\n| A |\n|---|\n| {CHANGE} |\n\n    {CHANGE}\n\n`{CHANGE}`"
    )

    seen = Seen(render(text, FIGURES))

    assert seen.words.count("up 74 (32.7%)") == 7
    assert "January to December 2023" in seen.words
    assert "{" not in seen.words
    assert plain(text, FIGURES).count("up 74 (32.7%)") == 7


def test_the_words_of_a_figure_are_words_and_no_marks():
    assert "&lt;b&gt;12&lt;/b&gt; &amp; more" in render("{{ figure:under_score.value }}", FIGURES)
    assert "*x*" in render("{{ figure:a.value }}", {"a.value": "*x*"})
    assert plain("{{ figure:under_score.value }}", FIGURES) == "<b>12</b> & more"


def test_where_a_figure_stands_is_known_to_the_character():
    text = f"It is {CHANGE}, and\n{{{{figure:nothing.value}}}}"

    first, second = bindings(text)

    assert (first.key, first.field, text[first.start : first.end]) == (
        "residential-burglary",
        "change",
        CHANGE,
    )
    assert text[second.start :] == "{{figure:nothing.value}}"
    assert [(m.start, m.line) for m in mistakes(text, FIGURES)] == [(second.start, 2)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ figure:residential-burglry.change }}", "Did you mean “residential-burglary”? There are: res"),
        ("{{ figure:zzz.change }}", "called “zzz”. There are: residential-burglary, under_score."),
        ("{{ figure:residential-burglary.chnge }}", "Did you mean “residential-burglary.change”?"),
        ("{{ figure:residential-burglary.target }}", "has no “target” now. It has: value, before, change"),
        ("{{ residential-burglary.change }}", "Write {{ figure:residential-burglary.change }}."),
        ("{{ Figure: Residential-Burglary.Change }}", "Write {{ figure:residential-burglary.change }}."),
        ("{{ figure:residential-burglary }}", "example {{ figure:residential-burglary.change }}."),
        ("{{ }}", "names no figure. Write a figure as {{ figure:"),
        ("{{ figure:residential-burglary.change", "“{{” has no “}}” after it on this line."),
        ("figure:residential-burglary.change }}", "“}}” has no “{{” before it on this line."),
        ("{ figure:residential-burglary.change }", "{{ figure:residential-burglary.change }}, in double br"),
        ("figure:residential-burglary.change", "{{ figure:residential-burglary.change }}, in double braces"),
        ("{{ figure:residential-burglary.\nchange }}", "“{{” has no “}}” after it on this line."),
        ("[x](/y/{{figure:residential-burglary.value}})", "A figure cannot stand here."),
        ("[x]: /{{figure:residential-burglary.value}}\n\n[x]", "A figure cannot stand here."),
        (r"\{{ figure:residential-burglary.value }}", "A figure cannot stand here."),
        ("![x](https://example.org/x.png)", "Pictures cannot be put into commentary."),
        ("x" * (LONGEST + 1), "10,000 characters or fewer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_write(text, says):
    assert any(says in words for words in said(text)), said(text)
    with pytest.raises(BadText) as problem:
        render(text, FIGURES)
    assert problem.value.mistakes == tuple(mistakes(text, FIGURES))


def test_a_priority_without_measures_has_no_figures():
    assert "this priority has no measure with figures yet" in said("{{ figure:a.value }}", {})[0]


def test_plain_words_are_no_mistake():
    text = "See figure: 12 of 20. The figure {x} is a set; 5 < 6 & 7. Ask: e.g. figure 3.value"

    assert mistakes(text, FIGURES) == []


PIECES = st.sampled_from(
    [
        *(f"{{{{ figure:{name} }}}}" for name in FIGURES),
        "{{ figure:unknown.value }}",
        "{{",
        "}}",
        "{",
        "}",
        "figure:",
        "residential-burglary",
        ".change",
        "`",
        "```",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "1. ",
        "> ",
        "# ",
        "|",
        "---|",
        "[",
        "]",
        "(",
        ")",
        "!",
        "\\",
        "*",
        "_",
        "<",
        ">",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        '<a href="javascript:x">',
        "<style>",
        "&lt;",
        "&#x3c;",
        "https://example.org",
        "a",
        " ",
        "<http://x>",
        "[x]: ",
        "é",
        "\u0000",
        "\u2028",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join)


@given(TEXTS)
@example("[{{ figure:under_score.value }}](/{{figure:under_score.value}})")
@example("{{ figure:under_score.value }}\n===\n{{ figure:under_score.value }}|a\n-|-")
def test_every_figure_is_replaced_or_refused(text):
    """Words stand for each binding exactly once, or the whole text is refused."""
    marks = {name: f"§{number}§" for number, name in enumerate(FIGURES)}
    if wrong := mistakes(text, marks):
        assert all(mistake.words and 1 <= mistake.line <= text.count("\n") + 1 for mistake in wrong)
        return
    html, words = render(text, marks), plain(text, marks)
    for name, mark in marks.items():
        bound = [binding for binding in bindings(text) if binding.name == name]
        assert html.count(f'<span class="narrative__figure">{mark}</span>') == len(bound)
        assert words.count(mark) >= len(bound)
    assert "{{" not in Seen(html).words


@given(TEXTS, st.sampled_from(["<script>x</script>", '"><img src=x onerror=x>', "javascript:x"]))
def test_nothing_that_runs_survives(text, figure):
    try:
        html = render(text, dict.fromkeys(FIGURES, figure))
    except BadText:
        return
    seen = Seen(html)
    plain_tags = "p ul ol li strong em br hr blockquote span a div table thead tbody tr th td h3 h4 h5 h6"
    assert set(seen.tags) <= set(plain_tags.split())
    for name, value in seen.attributes:
        assert name in {"class", "href", "rel", "start", "scope", "role", "aria-label", "tabindex", "title"}
        assert name != "href" or not re.match(r"\s*(javascript|data|vbscript|file):", value, re.IGNORECASE)


# --- the page --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n\n## b\n\n# c", ["h3", "h4", "h3"]),
        ("#### a\n\n###### b", ["h3", "h4"]),
        ("# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f", ["h3", "h4", "h5", "h6", "h6", "h6"]),
    ],
)
def test_headings_go_below_the_page_s_and_leave_no_level_out(text, levels):
    assert [tag for tag in Seen(render(text, {}, top=3)).tags if tag.startswith("h")] == levels


def test_tables_keep_numbers_to_the_right_without_a_style():
    html = render("| Year | Count |\n|---|--:|\n| 2023 | 300 |", {})

    assert "style" not in html
    assert '<td class="govuk-table__cell govuk-table__cell--numeric">300</td>' in html
    assert html.count('scope="col"') == 2
    assert 'class="table-scroll" role="region" aria-label="Table 1 of the commentary" tabindex="0"' in html


def test_plain_text_keeps_the_order_of_things():
    text = (
        "# Burglary\n\nIt is *{{ figure:residential-burglary.change }}*.\n\n3. one\n4. two\n   - [in](/x)\n\n"
        "> said\n\n| A | B |\n|---|---|\n| x | y |"
    )

    assert plain(text, FIGURES) == (
        "Burglary\nIt is up 74 (32.7%).\n3. one\n4. two\n  - in (/x)\n> said\nA | B\nx | y"
    )


def test_the_fingerprint_follows_the_text_and_the_figures_it_names():
    first = fingerprint(CHANGE, FIGURES)

    assert fingerprint(CHANGE, FIGURES | {"residential-burglary.value": "301"}) == first
    assert fingerprint(CHANGE, FIGURES | {"residential-burglary.change": "up 75"}) != first
    assert fingerprint(CHANGE + " ", FIGURES) != first


def test_every_field_is_explained():
    assert set(FIELDS) >= set("value before difference change percent period sentence target verdict".split())
    assert all(FIELDS.values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Robbery fell by 40%.", "“40%” is typed by hand"),
        ("It fell by 1,200 per cent.", "“1,200 per cent” is typed by hand"),
        ("A significant fall.", "“significant” claims a test"),
        ("It fell because of patrols.", "“because of” gives a cause"),
    ],
)
def test_what_to_look_at_twice_is_named_and_forbids_nothing(text, words):
    [caution] = cautions(text)

    assert caution.startswith(words)


def test_a_figure_that_is_named_needs_no_second_look():
    assert cautions("It fell: {{ figure:personal-robbery.percent }}. Nothing else.") == []
