"""Commentary in Markdown whose figures are bound to measures: `{{ figure:residential-burglary.change }}`.

A figure is named, never typed, so that the words beside it and the chart above it cannot disagree. Whatever
stands in double braces is either replaced or refused with a sentence that says what to write. Text in, HTML
or plain text out; what a figure says comes from whoever asks, as a mapping of "key.field" to words.

Commentary has no code, so no figure can hide in one: indented lines and backticks are text like any other.
Nor has it pictures or HTML of its own.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

FIELDS = {
    "value": "the figure now",
    "before": "the figure of the same months a year before",
    "difference": "how many more or fewer",
    "change": "the difference and the percentage",
    "percent": "the percentage alone",
    "period": "the months it is about",
    "sentence": "the whole finding in words",
    "target": "what was promised",
    "verdict": "what the change means",
    "release": "the publication it is from",
}
"""Field -> what it says of a measure."""

LONGEST = 10_000
"""Characters of a commentary."""

_BINDING = re.compile(r"\{\{[ \t]*figure:([a-z0-9_-]+)\.([a-z]+)[ \t]*\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_IN_BRACES = re.compile(r"\{\{([^{}\n]*)\}\}")
_BARE = re.compile(
    r"(?<![\w{])(?:\{[ \t]*figure:[ \t]*([a-z0-9_-]+\.[a-z]+)"
    rf"|figure:([a-z0-9_-]+\.(?:{'|'.join(FIELDS)}))\b)",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"!\[")
_EXAMPLE = "{{ figure:residential-burglary.change }}"


_TYPED = re.compile(r"\d[\d,]*(?:\.\d+)?[ \t]?(?:%|per cent\b)", re.IGNORECASE)
_CLAIMED = re.compile(r"\b(?:in)?significan(?:t|tly|ce)\b", re.IGNORECASE)
_BLAMED = re.compile(r"\b(?:because of|due to|thanks to|as a result of|caused by)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Binding:
    """A figure named in a text: characters `start` up to `end` of it."""

    key: str
    field: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return f"{self.key}.{self.field}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at a place of a text, and what to write there. `line` counts from 1."""

    start: int
    line: int
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.words}"


class BadText(Exception):
    """The text cannot be shown; `mistakes` say why."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


def cautions(text: str) -> list[str]:
    """What its author and its approver should look at twice: nothing that forbids to send it."""
    plain = _IN_BRACES.sub(" ", text)
    found = []
    if match := _TYPED.search(plain):
        found.append(
            f"“{match[0]}” is typed by hand. It is not checked, and stays when the figures move: "
            "name the figure instead where it is held."
        )
    if match := _CLAIMED.search(plain):
        found.append(
            f"“{match[0]}” claims a test. Say what the figure's own sentence says: more than we would expect "
            "by chance, or no clear change."
        )
    if match := _BLAMED.search(plain):
        found.append(
            f"“{match[0]}” gives a cause, which the figures do not show. Say who thinks so, and why."
        )
    return found


def bindings(text: str) -> list[Binding]:
    """The figures named in the text, in its order; what is not well written is left to `mistakes`."""
    return [Binding(m[1], m[2], m.start(), m.end()) for m in _BINDING.finditer(text)]


def mistakes(text: str, known: Collection[str]) -> list[Mistake]:
    """All that keeps the text from being shown, in its order. `known` are the names "key.field" there are."""
    found = [*_broken(text), *_unknown(text, known), *_hidden(text)]
    if len(text) > LONGEST:
        found.append(_at(text, LONGEST, f"The text must be {LONGEST:,} characters or fewer."))
    return sorted(found, key=lambda mistake: mistake.start)


def render(text: str, figures: Mapping[str, str], *, top: int = 3) -> str:
    """Safe HTML in the Design System's classes. Raises BadText when a figure is not in `figures`.

    The highest heading of the text becomes an h`top`, the next one a level below it, and so on: no level is
    left out, whatever the author chose.
    """
    tokens = _parsed(text, figures)
    _shift_headings(tokens, top)
    for token in tokens:
        _dress(token)
    return nh3.clean(
        _markdown().renderer.render(tokens, _markdown().options, {}),
        tags=set(_ALLOWED),
        attributes=_ALLOWED,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def plain(text: str, figures: Mapping[str, str]) -> str:
    """The text without marks, a paragraph, heading, point or table row on its own line. Raises BadText."""
    lines: list[str] = []
    counters: list[int | None] = []  # of the lists we are in: the next number, None for bullets
    cells: list[str] | None = None  # of the table row we are in
    mark, quoted = "", 0
    for token in _parsed(text, figures):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            counters.append(int(token.attrGet("start") or 1) if token.tag == "ol" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
        elif token.type == "list_item_open":
            number = counters[-1]
            mark = "  " * (len(counters) - 1) + ("- " if number is None else f"{number}. ")
            counters[-1] = None if number is None else number + 1
        elif token.type in ("blockquote_open", "blockquote_close"):
            quoted += 1 if token.nesting > 0 else -1
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            lines.append(" | ".join(cells))
            cells = None
        elif token.type == "inline":
            words = "".join(_words(token.children or []))
            if cells is not None:
                cells.append(words)
            else:
                lines.append("> " * quoted + mark + words)
            mark = ""
    return "\n".join(lines)


def fingerprint(text: str, figures: Mapping[str, str]) -> str:
    """64 characters that change when the text does, or a figure that it names."""
    named = {binding.name: figures.get(binding.name) for binding in bindings(text)}
    return hashlib.sha256(json.dumps([text, named], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that is not what it was when the text was approved. `now` is empty when none is held.

    `restated` says that the months are the same ones and so the figure itself changed; else newer months
    are held, or none.
    """

    name: str
    printed: str
    printed_period: str
    now: str
    now_period: str

    @property
    def restated(self) -> bool:
        return bool(self.now) and self.printed_period == self.now_period


def freeze(text: str, figures: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What a text's figures say now: name -> its "words", and the "period" and "release" they are from."""
    return {
        binding.name: {
            "words": figures[binding.name],
            "period": figures.get(f"{binding.key}.period", ""),
            "release": figures.get(f"{binding.key}.release", ""),
        }
        for binding in bindings(text)
    }


def frozen_words(frozen: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Name -> words, as `render` wants them, of what `freeze` gave."""
    return {name: kept["words"] for name, kept in frozen.items()}


def moved(frozen: Mapping[str, Mapping[str, str]], figures: Mapping[str, str]) -> tuple[Moved, ...]:
    """Those of the frozen figures that differ from the figures held now."""
    found = []
    for name, kept in frozen.items():
        now = figures.get(name, "")
        if now != kept["words"]:
            period = figures.get(f"{name.rpartition('.')[0]}.period", "")
            found.append(Moved(name, kept["words"], kept["period"], now, period))
    return tuple(found)


# --- what is wrong ---------------------------------------------------------------------------


def _broken(text: str) -> Iterator[Mistake]:
    """Braces that do not pair, and what stands in pairs but names no figure."""
    good = [(binding.start, binding.end) for binding in bindings(text)]
    seen = [*good]
    for found in _IN_BRACES.finditer(text):
        if (found.start(), found.end()) not in good:
            seen.append((found.start(), found.end()))
            yield _at(text, found.start(), _what_to_write(found[1]))
    inside = {place for start, end in seen for place in range(start, end)}
    for found in _BRACES.finditer(text):
        if found.start() in inside:
            continue
        other = "}}" if found[0] == "{{" else "{{"
        where = "after" if found[0] == "{{" else "before"
        yield _at(
            text,
            found.start(),
            f"“{found[0]}” has no “{other}” {where} it on this line. Write a figure as {_EXAMPLE}.",
        )
    for found in _BARE.finditer(text):
        if not inside & {found.start(), found.end() - 1}:
            name = (found[1] or found[2]).lower()
            yield _at(text, found.start(), f"Write {{{{ figure:{name} }}}}, in double braces.")


def _what_to_write(inside: str) -> str:
    """A sentence about braces that name no figure: the likeliest good form of what stands in them."""
    words = inside.strip()
    name = re.sub(r"^figures?\s*[:=]?\s*", "", words, flags=re.IGNORECASE).strip().lower()
    if re.fullmatch(r"[a-z0-9_-]+\.[a-z]+", name):
        return f"Write {{{{ figure:{name} }}}}."
    if re.fullmatch(r"[a-z0-9_-]+", name):
        return f"Say which figure of “{name}”: for example {{{{ figure:{name}.change }}}}."
    return f"“{{{{{inside}}}}}” names no figure. Write a figure as {_EXAMPLE}."


def _unknown(text: str, known: Collection[str]) -> Iterator[Mistake]:
    keys = sorted({name.rpartition(".")[0] for name in known})
    for binding in bindings(text):
        if binding.name in known:
            continue
        if binding.key not in keys:
            yield _at(text, binding.start, _no_such_key(binding.key, keys))
        elif binding.field not in FIELDS:
            near = get_close_matches(binding.field, FIELDS, n=1)
            meant = f" Did you mean “{binding.key}.{near[0]}”?" if near else ""
            yield _at(
                text,
                binding.start,
                f"No figure is called “{binding.field}”.{meant} There are: {', '.join(FIELDS)}.",
            )
        else:
            own = [field for field in FIELDS if f"{binding.key}.{field}" in known]
            yield _at(
                text,
                binding.start,
                f"“{binding.key}” has no “{binding.field}” now. It has: {', '.join(own) or 'nothing yet'}.",
            )


def _no_such_key(key: str, keys: list[str]) -> str:
    if not keys:
        return f"No measure is called “{key}”: this priority has no measure with figures yet."
    near = get_close_matches(key, keys, n=1)
    meant = f" Did you mean “{near[0]}”?" if near else ""
    return f"No measure of this priority is called “{key}”.{meant} There are: {', '.join(keys)}."


def _hidden(text: str) -> Iterator[Mistake]:
    """Figures where Markdown shows no words: in a link's address, or behind a backslash. And pictures."""
    shown = Counter(token.content for token in _figures(_markdown().parse(text)))
    for binding in bindings(text):
        shown[binding.name] -= 1
        if shown[binding.name] < 0:
            yield _at(
                text,
                binding.start,
                "A figure cannot stand here. Take it out of the link's address, or remove the backslash.",
            )
    for found in _PICTURE.finditer(text):
        yield _at(text, found.start(), "Pictures cannot be put into commentary. Remove the “!”.")


def _at(text: str, start: int, words: str) -> Mistake:
    return Mistake(start, text.count("\n", 0, start) + 1, words)


# --- Markdown --------------------------------------------------------------------------------


def _figure_rule(state: StateInline, silent: bool) -> bool:
    """A figure is one thing to Markdown, so that nothing inside it is read as marks."""
    found = _BINDING.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("figure", "", 0).content = f"{found[1]}.{found[2]}"
    state.pos = found.end()
    return True


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.disable(["code", "fence", "backticks", "html_block", "html_inline", "image"])
    made.inline.ruler.before("text", "figure", _figure_rule)
    for name, rule in (("figure", _figure_html), ("table_open", _table_html), ("table_close", _table_end)):
        made.add_render_rule(name, rule)
    return made


def _figure_html(renderer, tokens, index, options, env) -> str:  # type: ignore[no-untyped-def]
    return f'<span class="narrative__figure">{escape(tokens[index].meta["words"])}</span>'


def _table_html(renderer, tokens, index, options, env) -> str:  # type: ignore[no-untyped-def]
    """A wide table scrolls inside a region of its own, which needs a name and a place in the tab order."""
    number = 1 + sum(token.type == "table_open" for token in tokens[:index])
    region = (
        f'<div class="table-scroll" role="region" aria-label="Table {number} of the commentary" tabindex="0">'
    )
    return f'{region}\n<table class="{_CLASSES["table"]}">\n'


def _table_end(renderer, tokens, index, options, env) -> str:  # type: ignore[no-untyped-def]
    return "</table>\n</div>\n"


def _figures(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from (child for child in token.children or [] if child.type == "figure")


def _parsed(text: str, figures: Mapping[str, str]) -> list[Token]:
    if wrong := mistakes(text, figures.keys()):
        raise BadText(wrong)
    tokens = _markdown().parse(text)
    for token in _figures(tokens):
        token.meta = {"words": figures[token.content]}
    return tokens


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    addresses: list[str] = []
    for token in tokens:
        if token.type == "figure":
            yield token.meta["words"]
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            address = addresses.pop()
            yield f" ({address})" if address else ""
        else:
            yield token.content


# --- the Design System's classes -------------------------------------------------------------

_ALLOWED: dict[str, set[str]] = {
    "p": {"class"},
    "ul": {"class"},
    "ol": {"class", "start"},
    "li": set(),
    "strong": set(),
    "em": set(),
    "br": set(),
    "hr": {"class"},
    "blockquote": {"class"},
    "span": {"class"},
    "a": {"class", "href"},
    "div": {"class", "role", "aria-label", "tabindex"},
    "table": {"class"},
    "thead": {"class"},
    "tbody": {"class"},
    "tr": {"class"},
    "th": {"class", "scope"},
    "td": {"class"},
    **{f"h{level}": {"class"} for level in range(2, 7)},
}
_CLASSES = {
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
    "blockquote": "govuk-inset-text",
    "a": "govuk-link",
    "table": "govuk-table",
    "thead": "govuk-table__head",
    "tbody": "govuk-table__body",
    "tr": "govuk-table__row",
    "th": "govuk-table__header",
    "td": "govuk-table__cell",
}


def _shift_headings(tokens: Sequence[Token], top: int) -> None:
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    levels = {tag: min(top + depth, 6) for depth, tag in enumerate(used)}
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            size = "m" if used.index(token.tag) == 0 else "s"
            token.tag = f"h{levels[token.tag]}"
            if token.nesting > 0:
                token.attrSet("class", f"govuk-heading-{size}")


def _dress(token: Token) -> None:
    """Give a token and its children their classes; a column that Markdown aligns right is one of numbers."""
    for child in token.children or []:
        if child.type == "link_open":
            child.attrSet("class", _CLASSES["a"])
    if token.nesting < 0 or token.tag not in _CLASSES:
        return
    classes = _CLASSES[token.tag]
    if token.tag in ("th", "td") and "right" in str(token.attrs.pop("style", "")):
        classes += f" {classes}--numeric"
    if token.tag == "th":
        token.attrSet("scope", "col")
    token.attrSet("class", classes)
