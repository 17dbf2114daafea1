"""What people do, from sign-in to the public page, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from csp_portal.demo.figures import write_demo_figures

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("browser")]

BURGLARY = "/workspace/bexley/priorities/residential-burglary/"
PUBLIC = "/bexley/priorities/residential-burglary/"


def open_action(page, number):
    page.goto(BURGLARY)
    page.locator("tbody th a").nth(number).click()
    return page.url


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_an_officer_edits_an_action_and_what_was_done_reaches_the_public(visit, script):
    officer = visit("/signed-in/", who="officer@bexley.example", script=script)
    address = open_action(officer, 0 if script else 1)
    title = f"Refresh the burglary profile {'quickly' if script else 'plainly'}"

    officer.get_by_role("button", name="Change this action").click()
    officer.get_by_label("What will be done").fill(title)
    officer.get_by_role("button", name="Save").click()
    expect(officer.get_by_role("heading", name=title)).to_be_visible()

    words = f"Patterns were reviewed {'with' if script else 'without'} scripts and shared with wards."
    officer.goto(address)
    officer.get_by_label("At risk").check()
    officer.get_by_label("What happened, and what comes next?").fill(words)
    officer.get_by_role("button", name="Send for approval").click()
    expect(officer.get_by_text("Progress update sent for approval.")).to_be_visible()
    public = visit(PUBLIC, script=False)
    assert title in public.content()
    assert words not in public.content()

    approver = visit(address, who="approver@bexley.example", script=script)
    approver.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(approver.get_by_text("Progress update approved.")).to_be_visible()
    assert words not in visit(PUBLIC, script=False).content()

    officer.goto(address)
    officer.get_by_role("button", name=re.compile("^Publish")).first.click()
    expect(officer.get_by_text("Published on the public page.")).to_be_visible()
    assert words in visit(PUBLIC, script=False).content()
    board = visit("/board/bexley/priorities/residential-burglary/", who="board@bexley.example")
    assert title in board.content()


def test_errors_are_shown_beside_the_form_and_what_was_typed_is_kept(visit):
    officer = visit("/signed-in/", who="officer@bexley.example")
    open_action(officer, 2)

    officer.get_by_label("Off track").check()
    officer.get_by_label("What happened, and what comes next?").fill("Too short.")
    officer.get_by_role("button", name="Send for approval").click()

    expect(officer.locator(".govuk-error-summary")).to_contain_text("Say why the action is off track")
    assert officer.get_by_label("What happened, and what comes next?").input_value() == "Too short."


def test_two_officers_on_one_action_lose_nothing(visit):
    first = visit("/signed-in/", who="officer@bexley.example")
    address = open_action(first, 2)
    second = visit(f"{address}edit/", who="officer@bexley.example")
    first.goto(f"{address}edit/")

    second.get_by_label("Details").fill("The second officer's words.")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("The second officer's words.").first).to_be_visible()
    first.get_by_label("Details").fill("The first officer's words.")
    first.get_by_role("button", name="Save").click()

    expect(first.get_by_text("Somebody else changed this action")).to_be_visible()
    expect(first.get_by_text("The second officer's words.").first).to_be_visible()
    assert first.get_by_label("Details").input_value() == "The first officer's words."
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("The first officer's words.").first).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_uploaded_files_are_imported_by_the_worker(visit, tmp_path, script):
    files = write_demo_figures(tmp_path)
    if not script:  # other figures, so that they are not held already: arson in one borough, one month
        header, line, rest = files[1].read_bytes().split(b"\r\n", 2)
        files[1].write_bytes(b"\r\n".join([header, line.rpartition(b",")[0] + b",999", rest]))
    page = visit("/data/imports/new/", who="data@portal.example", script=script)

    page.get_by_label("Files").set_input_files(files if script else files[1])
    page.get_by_role("button", name="Upload and import").click()

    for _ in range(60):
        if page.get_by_text("Stored and in use").count():
            break
        page.wait_for_timeout(500)
        if not script:
            page.reload()
    expect(page.get_by_text("Stored and in use")).to_be_visible()
    expect(page.get_by_role("link", name="Release to-202401")).to_be_visible()
    if script:
        assert page.locator("#run[hx-trigger]").count() == 0


def test_a_bad_file_is_refused_in_words_and_nothing_changes(visit, tmp_path):
    bad = tmp_path / "wrong.csv"
    bad.write_text("MajorText,MinorText,BoroughName,202301\r\nTheft,Shoplifting,Bexley,many\r\n")
    page = visit("/data/imports/new/", who="data@portal.example")

    page.get_by_label("Files").set_input_files(bad)
    page.get_by_role("button", name="Upload and import").click()

    expect(page.get_by_text("“many” is not a whole number of offences")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
