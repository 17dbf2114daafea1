"""What Chromium asks for and when it shows a chart."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Browser, sync_playwright

from scripts.bench.load import Answer, Page, ask

QUALITY = 5  # what a web server in front would compress a page with
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)[0]"
ICON = "document.querySelector('link[rel=icon][type=\"image/svg+xml\"]')?.href"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """An installed Chromium, else Playwright's own."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def _tab(browser: Browser, page: Page, scripts: bool) -> Iterator:
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    if page.cookie:
        address = f"http://127.0.0.1:{page.port}"
        context.add_cookies([{"name": "sessionid", "value": page.cookie, "url": address}])
    try:
        yield context.new_page()
    finally:
        context.close()


def first_load(browser: Browser, page: Page) -> dict[str, int]:
    """Path of everything the page asks for, its icon included -> bytes of the body under brotli."""
    asked = [page.path]
    with _tab(browser, page, scripts=True) as tab:
        tab.on("request", lambda request: asked.append(_path(request.url)))
        tab.goto(f"http://127.0.0.1:{page.port}{page.path}", wait_until="networkidle")
        if icon := tab.evaluate(ICON):
            asked.append(_path(icon))
    return {path: _weight(page, path) for path in dict.fromkeys(asked) if path}


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}".rstrip("?") if parts.scheme == "http" else ""


def _weight(page: Page, path: str) -> int:
    return weight(ask(Page(page.port, path, page.server, page.cookie), "br"))


def weight(answer: Answer) -> int:
    """Bytes of a body as sent if it was compressed, else as a web server in front would compress it."""
    if "content-encoding" in answer.headers:
        return len(answer.body)
    return min(len(answer.body), len(brotli.compress(answer.body, quality=QUALITY)))


def first_chart_ms(
    browser: Browser, page: Page, chart: str = "svg.chart", *, scripts: bool = False, loads: int = 5
) -> float:
    """Median milliseconds from asking, with nothing cached, until a chart is drawn."""
    return median(_first_chart(browser, page, chart, scripts) for _ in range(loads))


def _first_chart(browser: Browser, page: Page, chart: str, scripts: bool) -> float:
    with _tab(browser, page, scripts) as tab:
        asked = time.perf_counter()
        tab.goto(f"http://127.0.0.1:{page.port}{page.path}", wait_until="commit")
        tab.locator(chart).first.wait_for(state="visible")
        there = 1000 * (time.perf_counter() - asked)
        painted = None
        while painted is None:  # the browser notes a paint when it is done
            painted = tab.evaluate(FIRST_PAINT)
        return max(there, painted)
