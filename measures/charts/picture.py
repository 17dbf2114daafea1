"""An SVG as a PNG, with the letters of a font that is kept here: a server may have none."""

from functools import cache
from pathlib import Path

import resvg_py

FONT_FILE = Path(__file__).parent / "fonts" / "LiberationSans-Regular.ttf"
FAMILY = "Liberation Sans"


def rendered(svg: str, width: int) -> bytes:
    """PNG, `width` pixels wide, on white. Raises `ValueError` for text that is no SVG."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        background="#fff",
        skip_system_fonts=True,
        font_files=[_font_file()],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )


@cache
def _font_file() -> str:
    """Without its font the renderer would leave out every word and say nothing."""
    if not FONT_FILE.is_file():
        raise FileNotFoundError(f"{FONT_FILE} is missing: a picture would have no words")
    return str(FONT_FILE)
