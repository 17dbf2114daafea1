"""Every page in Chromium: sound to axe, quiet under the content security policy, whole without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("browser")]

PUBLIC = [
    "/",
    "/bexley/",
    "/bexley/strategy/",
    "/bexley/priorities/residential-burglary/",
    "/bexley/priorities/domestic-abuse-and-hate-crime/",
    "/bexley/figures/",
    "/bexley/figures/?sort=change",
    "/bexley/figures/serious-violence/",
    "/bexley/figures/compare/",
    "/bexley/figures/compare/?area=E05011217",
    "/bexley/figures/explore/",
    "/bexley/figures/explore/?crime_type=hate-crime&period=calendar&to=2024-12",
    "/bexley/partners/",
    "/bexley/governance/",
    "/bexley/governance/?on=2022-06-01",
    "/bexley/meetings/",
    "/bromley/",
    "/bromley/strategy/",
    "/bromley/priorities/safer-neighbourhoods/",
    "/bromley/partners/",
    "/bromley/governance/",
    "/bromley/meetings/",
    "/about/accessibility/",
    "/about/privacy/",
    "/about/cookies/",
    "/sign-in/",
    "/nowhere-at-all/x/",
]
SIGNED_IN = [
    ("officer@bexley.example", "/workspace/bexley/"),
    ("officer@bexley.example", "/workspace/bexley/priorities/violent-crime/"),
    ("officer@bexley.example", "/workspace/bexley/actions/1/"),
    ("officer@bexley.example", "/workspace/bexley/actions/1/edit/"),
    ("board@bexley.example", "/board/bexley/"),
    ("data@portal.example", "/data/"),
    ("data@portal.example", "/data/imports/new/"),
    ("data@portal.example", "/data/releases/1/"),
    ("data@portal.example", "/data/files/1/"),
    ("data@portal.example", "/data/files/1/withdraw/"),
    ("data@portal.example", "/data/releases/1/withdraw/"),
    ("data@portal.example", "/data/sources/3/"),
    ("data@portal.example", "/data/categories/3/"),
    ("data@portal.example", "/data/coverage/"),
    ("data@portal.example", "/data/restatements/"),
    ("data@portal.example", "/data/figures/"),
    ("data@portal.example", "/data/levels/"),
    ("data@portal.example", "/data/breaks/"),
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def found_by_axe(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found.response["violations"]]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_public_pages_and_no_rule_of_the_policy_is_broken(visit, width):
    page = visit("/", width=width)
    for path in PUBLIC:
        page.goto(path)
        assert found_by_axe(page) == [], path
        assert page.evaluate("window.violations") == [], path
    # One page is not there, and one question cannot be answered.
    assert [text for text in page.problems if "404" not in text and "422" not in text] == []


def test_axe_finds_nothing_on_signed_in_pages_and_no_rule_of_the_policy_is_broken(visit):
    pages = {who: visit("/signed-in/", who=who) for who, _ in SIGNED_IN}
    for who, path in SIGNED_IN:
        pages[who].goto(path)
        assert found_by_axe(pages[who]) == [], path
        assert pages[who].evaluate("window.violations") == [], path
    assert [page.problems for page in pages.values()] == [[] for _ in pages]


def test_no_page_is_wider_than_a_phone(visit):
    page = visit("/", width=390)
    for path in PUBLIC:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    pages = {who: visit("/signed-in/", who=who, width=390) for who, _ in SIGNED_IN}
    for who, path in SIGNED_IN:
        pages[who].goto(path)
        assert pages[who].evaluate("document.documentElement.scrollWidth") <= 390, path


def test_what_is_closed_on_the_screen_is_printed(visit):
    page = visit("/bexley/priorities/residential-burglary/", script=False)
    assert not page.locator(".figure__table table").first.is_visible()

    page.emulate_media(media="print")

    assert page.locator(".figure__table table").first.is_visible()


def test_a_priority_is_whole_without_scripts(visit):
    page = visit("/bexley/priorities/residential-burglary/", script=False)

    assert page.locator("svg.chart").first.is_visible()
    assert "usual range of" in page.locator(".figure__summary").first.inner_text()
    page.get_by_text("Show the figures as a table").first.click()
    assert page.locator(".figure__table table").first.is_visible()
    assert page.locator("script[src*=htmx]").count() == 0
    assert page.context.cookies() == []


def test_the_skip_link_and_the_navigation_work_by_keyboard(visit):
    page = visit("/bexley/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
