"""What all drawings share: colours, letters, scales and the words of figures.

The SVG is text put together by hand, so that a page of charts costs no library and no script. It stands alone
(print, PDF and Word packs): colours are presentation attributes, and there is no style attribute, which the
site's content security policy would refuse. The classes are for the style sheet, which only makes the letters
larger where the page is narrow; `WIDE` is what the largest of them need.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from math import ceil, floor, log10

from measures.charts.spec import NOT_PUBLISHED, Cell, Value

WIDTH = 640
LINE_HEIGHT = 24  # of the larger letters of narrow screens
LETTERS = 15  # units high; on narrow screens the style sheet makes them 22
WIDE = 21.0  # units: what is kept free for a letter as wide as it is high

GREY, INK, FAINT, BAND = "#595959", "#0b0c0c", "#d9d9d9", "#e3ebf3"
SIGNAL = "#801650"
# Government Analysis Function palette; beside each line colour the shade of it that is dark enough for text.
COLOURS = (("#12436d", "#12436d"), ("#28a197", "#1a6b64"), ("#801650", "#801650"), ("#f46a25", "#a8410c"))
DASHES = ("", "9 3", "3 3", "9 3 3 3")  # so that lines differ on a black and white print as well
MOST_SERIES = 4

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NARROW, _BROAD = set(" !'(),-./:;I[]fijlrt|`"), set("mwMW%@")


def text(words: str) -> str:
    """Safe inside XML: escaped, and without the characters that no XML file may hold."""
    return escape(_NOT_XML.sub("", words), quote=False)


def attribute(words: str) -> str:
    """Safe between the quotes of an attribute."""
    return escape(_NOT_XML.sub("", words))


def markup_free(words: str) -> str:
    """Words for plotly.js, which would take tags in them for markup."""
    return words.replace("&", "&amp;").replace("<", "&lt;")


def num(value: float) -> str:
    """A coordinate to a tenth of a unit."""
    return f"{round(value, 1):g}"


@lru_cache(maxsize=2048)
def width_of(words: str) -> float:
    """Units that the words are wide in the larger letters, near enough for Arial and its like."""
    return WIDE * sum(
        0.29 if c in _NARROW else 0.86 if c in _BROAD else 0.7 if c.isupper() else 0.56 for c in words
    )


@lru_cache(maxsize=1024)  # names repeat from chart to chart, and wrapping costs as much as a line
def wrapped(words: str, width: float) -> tuple[str, ...]:
    """Lines of at most `width` units, as long as no single word is wider."""
    lines: list[str] = []
    for word in words.split():
        if lines and width_of(f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return tuple(lines)


def apart(middles: Sequence[float], heights: Sequence[float], bottom: float, top: float = 0) -> list[float]:
    """Move blocks of these heights (sorted downwards) so that none overlaps another or leaves the chart.

    Blocks that touch share the move: each group stands where its blocks lie closest to their own places.
    """
    groups: list[tuple[float, float, int]] = []  # top, height and how many
    for middle, height in zip(middles, heights, strict=True):
        group = (middle - height / 2, height, 1)
        while True:
            group = (min(max(group[0], top), bottom - group[1]), *group[1:])
            if not groups or groups[-1][0] + groups[-1][1] <= group[0]:
                break
            above, high, count = groups.pop()
            # The mean of where each of them would have put the first block of the group.
            start = (above * count + (group[0] - high) * group[2]) / (count + group[2])
            group = (start, high + group[1], count + group[2])
        groups.append(group)
    moved, place = [], 0
    for start, _, count in groups:
        for height in heights[place : place + count]:
            moved.append(start + height / 2)
            start += height
        place += count
    return moved


def ticks(values: Iterable[Value], steps: int = 5) -> list[float]:
    """Round numbers that take in 0 and every value; fewer for counts of 3 and less."""
    shown = [value for value in values if value]
    low, high = min(shown, default=0), max(shown, default=0)
    low, high = (low if low < 0 else 0), (high if high > 0 else 0)
    if low == high:
        return [0, 1]
    least = max((high - low) / steps, 1e-300)  # a fifth of the smallest float is 0
    power = 10.0 ** floor(log10(least))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if least <= power * factor * 1.000001)
    if step % 1 and all(isinstance(value, int) for value in shown):
        step = ceil(step)  # no half offences
    return [step * i for i in range(floor(low / step), ceil(high / step) + 1)]


def ticks_around(values: Iterable[Value], steps: int = 4) -> list[float]:
    """Round numbers around the values, wherever 0 lies: for positions, not for amounts."""
    shown = [value for value in values if value is not None]
    low, high = min(shown), max(shown)
    power = 10.0 ** floor(log10(max((high - low) / steps, abs(high) / 1e6, 1e-9)))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if high - low <= steps * power * factor)
    return [step * i for i in range(floor(low / step), max(ceil(high / step), floor(low / step) + 1) + 1)]


def figure(value: Cell) -> str:
    """A figure in words for people: thousands separated, one decimal where there is one."""
    if value is None:
        return NOT_PUBLISHED
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{int(value):,}" if value.is_integer() else f"{value:,.1f}"
    return str(value)


def figures(cells: Iterable[Cell]) -> list[str]:
    """The figures of one column in words: where one of them has a decimal, all have."""
    cells = list(cells)
    decimal = any(isinstance(cell, float) and not cell.is_integer() for cell in cells)
    return [f"{cell:,.1f}" if decimal and isinstance(cell, float) else figure(cell) for cell in cells]


def tick_words(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:g}"


def label_block(lines: Sequence[str], x: float, middle: float, colour: str, anchor: str = "") -> str:
    """Lines of words, one under the other, `middle` being the middle of them all."""
    first = round(middle - LINE_HEIGHT * (len(lines) - 1) / 2 + 5)
    # A space between the lines, for those who copy or hear them; not at the end that the words are set by.
    between = "" if anchor == "end" else " "
    at = num(x)
    extra = f' text-anchor="{anchor}"' if anchor else ""
    if len(lines) == 1:
        return f'<text fill="{colour}" x="{at}" y="{first}"{extra}>{text(lines[0])}</text>'
    spans = between.join(
        f'<tspan x="{at}" y="{first + LINE_HEIGHT * i}">{"" if between or not i else " "}{text(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    return f'<text fill="{colour}"{extra}>{spans}</text>'


def diamond(x: float, y: float, size: int = 6) -> str:
    """As a piece of a path."""
    return f"M{num(x)} {num(y - size)}l{size} {size}-{size} {size}-{size}-{size}z"


def colours_of(kinds: Sequence[str]) -> list[tuple[str, str, str]]:
    """(colour of the line, of its words, dashes) of each series; the year before is grey.

    Raises `ValueError` for more series than can be told apart.
    """
    if len(kinds) > MOST_SERIES:
        raise ValueError(f"{len(kinds)} series: a chart shows {MOST_SERIES} at most")
    pairs = []
    used = 0
    for kind in kinds:
        if kind == "previous":
            pairs.append((GREY, GREY, "5 4"))
        else:
            pairs.append((*COLOURS[used], DASHES[used]))
            used += 1
    return pairs
