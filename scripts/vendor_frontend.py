#!/usr/bin/env python3
"""Fetch GOV.UK Frontend and plotly.js from npm and keep the parts a council may use.

A service that is not on GOV.UK may use the Design System, but not its fonts,
crest or crown. This script takes the compiled files, removes those, and writes
the rest to static/vendor/, where it is committed.

Of plotly.js the basic bundle (lines, bars, points) is kept, in the version that
plotly.py brings along: change PLOTLY when plotly.py is upgraded.

    python scripts/vendor_frontend.py
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "6.6.0"
PLOTLY = "4.1.1"
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

# The npm package names its licence but does not carry the text.
LICENCE = """\
The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

CREST = r"\.govuk-footer__copyright-logo:before\{[^{}]*\}"


def fetch(name, version, wanted):
    """The texts of the `wanted` files of a package, by their path in it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)
        with tarfile.open(Path(folder) / f"{name}-{version}.tgz") as package:
            package.extractall(folder, filter="data")
        return {path: (Path(folder) / "package" / path).read_text("utf-8") for path in wanted}


def without_branding(css):
    """Return the style sheet without the GDS Transport font and the royal crest."""
    css = re.sub(r"/\*![^*]*Margaret Calvert[^*]*\*/", "", css)
    css = re.sub(r"@font-face\{[^{}]*\}", "", css)
    css = css.replace("GDS Transport,", "")
    css = re.sub(CREST, "", css)
    css = without_source_map(css)
    for left_over in ("url(", "GDS Transport", "crest"):
        if left_over in css:
            raise SystemExit(f"{left_over!r} is still in the style sheet: look at what changed in {VERSION}")
    return css


def without_source_map(text):
    """Drop the pointer to a map that is not shipped: collectstatic fails on it."""
    return re.sub(r"(/\*#|//#) sourceMappingURL=\S+( \*/)?", "", text).rstrip() + "\n"


def govuk_frontend():
    """Name and text of each file to keep."""
    css, js = "dist/govuk/govuk-frontend.min.css", "dist/govuk/govuk-frontend.min.js"
    package = fetch("govuk-frontend", VERSION, [css, js])
    return {
        "govuk-frontend.min.css": without_branding(package[css]),
        "govuk-frontend.min.js": without_source_map(package[js]),
        "LICENSE.txt": LICENCE,
        "VERSION": f"{VERSION}\n",
    }


def plotly():
    """Name and text of each file to keep."""
    package = fetch("plotly.js-basic-dist-min", PLOTLY, ["plotly-basic.min.js", "LICENSE"])
    return {
        "plotly-basic.min.js": without_source_map(package["plotly-basic.min.js"]),
        "LICENSE.txt": package["LICENSE"],
        "VERSION": f"{PLOTLY}\n",
    }


def main():
    for folder, files in {"govuk-frontend": govuk_frontend(), "plotly": plotly()}.items():
        (VENDOR / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (VENDOR / folder / name).write_text(text, "utf-8")
            print(f"{folder}/{name}: {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
