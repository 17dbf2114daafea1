"""Every kind of chart in Chromium, drawn and interactive, under the portal's own policy."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from measures import charts
from tests.chart_examples import EXAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.xdist_group("browser")]

KINDS = [name for name in EXAMPLES if name != "sparkline"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
POLICY = "; ".join(
    f"{name} {' '.join(sources)}" for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)
BUTTON = "Make this chart interactive"


@dataclass
class Shown:
    """A chart as components/figure.html takes it."""

    name: str
    illustrative: bool = False

    @property
    def spec(self):
        return EXAMPLES[self.name]

    @property
    def svg(self):
        return mark_safe(charts.svg(self.spec))  # noqa: S308 - as the portal does it

    @property
    def table(self):
        return charts.table(self.spec)

    def __getattr__(self, name):
        return getattr(self.spec, {"headline": "title"}.get(name, name))


def page_of(name):
    figure = render_to_string(
        "components/figure.html",
        {
            "chart": Shown(name),
            "heading": "h1",
            "csv_url": f"/{name}.csv",
            "svg_url": f"/{name}.svg",
            "png_url": f"/{name}.png",
            "json_url": f"/{name}.json",
            "beside": name == "map",
        },
    )
    script = render_to_string("components/charts_script.html")
    styles = "".join(
        f'<link rel="stylesheet" href="/static/{path}">'
        for path in ("vendor/govuk-frontend/govuk-frontend.min.css", "css/portal.css")
    )
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="/static/favicon.svg">'
        f'{styles}{script}</head><body class="portal"><main class="govuk-width-container">{figure}'
        "</main></body></html>"
    )


class Site(BaseHTTPRequestHandler):
    """`/<kind>/` is a page with one figure, `/<kind>.json` what its button asks for."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.startswith("/static/"):
            self._answer(200, guess_type(path)[0], (settings.BASE_DIR / path[1:]).read_bytes())
        elif path.removesuffix(".json").strip("/") not in EXAMPLES and path != "/broken/":
            self._answer(404, "text/plain", b"Not found")
        elif path.endswith(".json"):
            found = charts.plotly(EXAMPLES[path[1:].removesuffix(".json")])
            self._answer(200, "application/json", json.dumps(found).encode())
        else:
            self._answer(200, "text/html; charset=utf-8", self._page(path.strip("/")).encode())

    def _page(self, name):
        if name == "broken":
            return page_of("trend").replace("/trend.json", "/gone.json")
        return page_of(name)

    def _answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def look(browser, address):
    contexts = []

    def open_page(name, *, width=1280, script=True):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        context.add_init_script(
            "window.violations = []; document.addEventListener('securitypolicyviolation',"
            " found => window.violations.push(`${found.violatedDirective} ${found.blockedURI}`))"
        )
        page = context.new_page()
        page.problems, page.asked = [], []
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url.removeprefix(address)))
        page.goto(f"{address}/{name}/")
        return page

    yield open_page
    for context in contexts:
        context.close()


def found_by_axe(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found.response["violations"]]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", KINDS)
def test_a_chart_becomes_interactive_and_a_picture_again(look, name, width):
    page = look(name, width=width)
    assert page.locator(".figure__drawing svg").is_visible()
    assert not [path for path in page.asked if "plotly" in path]
    button = page.get_by_role("button", name=BUTTON)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found_by_axe(page) == []

    button.focus()
    page.keyboard.press("Enter")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.get_by_text("The chart is interactive").wait_for()

    assert not page.locator(".figure__drawing svg").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found_by_axe(page) == []
    page.get_by_role("button", name="Show the picture again").click()
    assert page.locator(".figure__drawing svg").is_visible()
    assert page.locator(".js-plotly-plot").count() == 0
    assert page.problems == []
    assert page.evaluate("window.violations") == []


def test_fewer_months_can_be_shown_without_a_mouse(look):
    page = look("trend")
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_role("button", name="Last 12 months").press("Enter")

    shown = page.evaluate("document.querySelector('.js-plotly-plot').layout.xaxis.range")
    assert shown == ["2025-07-01", "2026-06-01"]  # the projection's months count
    assert page.get_by_role("button", name="Last 12 months").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="All months").get_attribute("aria-pressed") == "false"


def test_a_chart_that_cannot_be_loaded_says_so_and_stays_a_picture(look):
    page = look("broken")
    page.get_by_role("button", name=BUTTON).click()

    page.get_by_text("The interactive chart could not be loaded.").wait_for()
    assert page.locator(".figure__drawing svg").is_visible()
    assert page.get_by_role("button", name=BUTTON).is_enabled()


def test_without_scripts_there_is_no_button_that_does_nothing(look):
    page = look("trend", script=False)

    assert page.locator(".figure__drawing svg").is_visible()
    assert not page.locator("button").is_visible()
    page.get_by_text("Show the figures as a table").click()
    assert page.locator(".figure__table table").is_visible()


@pytest.mark.parametrize("name", list(EXAMPLES))
@pytest.mark.parametrize("width", [720, 360])
def test_no_word_of_a_chart_leaves_the_picture_or_covers_another(look, name, width):
    page = look(name, width=width)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.figure__drawing svg text')].flatMap(text => {
          const spans = [...text.querySelectorAll('tspan')];
          return (spans.length ? spans : [text]).map(part => {
            const {left, right, top, bottom} = part.getBoundingClientRect();
            const spare = (bottom - top) * 0.2;
            return {words: part.textContent.trim(), left, right, top: top + spare, bottom: bottom - spare};
          });
        })"""
    )
    assert [box["words"] for box in boxes if box["left"] < 0 or box["right"] > width] == []
    over = [
        (one["words"], other["words"])
        for n, one in enumerate(boxes)
        for other in boxes[n + 1 :]
        if one["left"] < other["right"] - 1
        and other["left"] < one["right"] - 1
        and one["top"] < other["bottom"]
        and other["top"] < one["bottom"]
    ]
    assert over == []
