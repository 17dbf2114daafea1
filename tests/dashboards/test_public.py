"""The public site: whole when there is nothing to show yet, the same for all, silent about the rest."""

import re
from datetime import date
from html import unescape
from itertools import count

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.services import record_event
from audit.workflow import Status
from crime_data.models import ReleaseFile
from measures.models import Baseline, Target
from partners.models import Role
from priorities.models import LocalVolumePriority, Outcome
from tests.factories import (
    as_,
    make_action,
    make_body,
    make_measure,
    make_meeting,
    make_membership,
    make_narrative,
    make_organisation,
    make_partnership,
    make_plan,
    make_priority,
    make_release_with_counts,
    make_return,
    make_strategy,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PAGES = [
    "",
    "strategy/",
    "priorities/priority-1/",
    "partners/",
    "governance/",
    "meetings/",
    "measures/{measure}/",
    "measures/{measure}.csv",
    "figures/",
    "figures/?sort=change",
    "figures/profile.csv",
    "figures/serious-violence/",
    "figures/serious-violence.csv",
    "figures/compare/",
    "figures/compare.csv",
    "figures/explore/",
    "figures/explore.csv",
    "figures/explore/trend.svg",
    "figures/explore/trend.json",
    "measures/{measure}.svg",
    "measures/{measure}.png",
    "measures/{measure}.json?chart=rolling",
]
STATEMENTS = ["/about/accessibility/", "/about/privacy/", "/about/cookies/"]


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def partnership():
    return make_partnership(slug="bexley", place="Bexley")


@pytest.fixture
def full(partnership):
    """A partnership with one of everything."""
    make_release_with_counts({"Bexley": [100] * 12 + [80] * 12})
    priority = make_priority(partnership=partnership, title="Burglary")
    partnership.measure = make_measure(priority=priority).pk
    action = make_action(priority=priority, title="Walks at dusk")
    make_update(action=action, status=Status.PUBLISHED, narrative="Ten walks were held.", rag="amber")
    make_meeting(body=make_body(partnership=partnership, name="Board"), items=("Burglary",))
    return partnership


def address(partnership, page):
    return f"/{partnership.slug}/" + page.format(measure=getattr(partnership, "measure", 0))


def policy(response):
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: rest for name, _, rest in parts}


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# --- pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_there(client, full, page):
    assert client.get(address(full, page)).status_code == 200


def test_a_priority_shows_whether_it_works_what_was_promised_and_what_was_done(client, full):
    page = text(client.get(address(full, "priorities/priority-1/")))

    assert "January to December 2023: 960 . January to December 2022: 1,200, so down 240 (20.0%)." in page
    assert "Improving" in page
    assert "Walks at dusk" in page and "Ten walks were held." in page and "At risk" in page


def test_one_partnership_s_installation_leads_straight_to_it(client, partnership):
    assert client.get("/")["Location"] == "/bexley/"


def test_several_partnerships_are_listed(client, partnership):
    other = make_partnership(areas=("Bromley",))

    assert partnership.name in text(client.get("/")) and other.name in text(client.get("/"))


@pytest.mark.parametrize("page", ["", "strategy/", "partners/", "governance/", "meetings/"])
def test_a_partnership_that_is_not_there_has_no_pages(client, full, page):
    assert client.get("/nowhere/" + page).status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "priorities/nothing/",
        "measures/999999/",
        "measures/999999.csv",
        f"measures/{'9' * 30}/",
        f"measures/{'9' * 30}.csv",
        "measures/{measure}.png?chart=nothing",
        "measures/{measure}.pdf",
    ],
)
def test_what_is_not_there_is_not_found(client, full, page):
    assert client.get(address(full, page)).status_code == 404


def test_another_partnership_s_figures_are_not_under_this_address(client, full):
    other = make_partnership(areas=("Bromley",))
    other.measure = full.measure

    for page in ("measures/{measure}/", "measures/{measure}.csv", "measures/{measure}.json"):
        assert client.get(address(other, page)).status_code == 404


@pytest.mark.parametrize(
    "asked", ["2022-06-01", "", "yesterday", "2022-13-45", "0001-01-01", "9999-12-31", "%00"]
)
def test_governance_of_any_day_that_is_asked_for_answers(client, full, asked):
    assert client.get(f"/bexley/governance/?on={asked}").status_code == 200


def test_the_figures_of_a_chart_open_in_a_spreadsheet(client, full):
    response = client.get(address(full, "measures/{measure}.csv"))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    [name] = re.findall(r'^attachment; filename="(bexley-measure-\d+-chart-2023-01-to-2023-12\.csv)"$',
                        response["Content-Disposition"])  # fmt: skip
    assert name
    assert response.content.startswith("\ufeff".encode())
    assert "sha256" in response.content.decode()


# --- nothing to show yet ---------------------------------------------------------------------


def test_an_empty_portal_says_so(client):
    assert "No partnership has been set up yet." in text(client.get("/"))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", "The strategy is not published yet."),
        ("strategy/", "The strategy is not published yet."),
        ("partners/", "No partners are listed yet."),
        ("governance/", "No governance bodies are listed for this day."),
        ("meetings/", "No public meetings are listed yet."),
    ],
)
def test_a_new_partnership_s_pages_say_what_is_not_there_yet(client, partnership, page, words):
    response = client.get(address(partnership, page))

    assert response.status_code == 200
    assert words in text(response)


def test_a_priority_without_anything_says_what_is_missing(client, partnership):
    make_priority(partnership=partnership)

    page = text(client.get(address(partnership, "priorities/priority-1/")))

    assert "No measure has been agreed yet." in page
    assert "No actions are published for this priority yet." in page
    assert "No measure has been agreed yet." in text(client.get("/bexley/"))


def test_a_measure_without_figures_says_so_and_has_no_download(client, partnership):
    partnership.measure = make_measure(priority=make_priority(partnership=partnership), name="Burglaries").pk

    page = client.get(address(partnership, "priorities/priority-1/"))

    assert "No figures are held for this measure yet." in text(page)
    assert ".csv" not in page.content.decode()
    assert client.get(address(partnership, "measures/{measure}.csv")).status_code == 404
    assert "Burglaries Not measured yet" in text(client.get("/bexley/"))


def test_an_action_without_a_report_is_not_yet_rated(client, partnership):
    make_action(partnership=partnership)

    assert "Not yet rated" in text(client.get(address(partnership, "priorities/priority-1/")))


def test_made_up_figures_are_called_so(client, partnership):
    make_release_with_counts({"Bexley": 100}, illustrative=True)
    make_measure(priority=make_priority(partnership=partnership))

    for page in ("", "priorities/priority-1/"):
        assert "Illustrative figures" in text(client.get(address(partnership, page)))


# --- the same for everybody ------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PAGES, *STATEMENTS])
def test_a_public_page_sets_no_cookie_and_can_be_kept_for_all(client, full, page):
    as_(client, make_user(Role.OFFICER, full))
    url = page if page.startswith("/about") else address(full, page)
    anonymous, officer = Client().get(url), client.get(url)

    for response in (anonymous, officer):
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()
        assert response.get("Cache-Control", "public").startswith("public")
    assert anonymous.content == officer.content


@pytest.mark.parametrize(
    "url", ["/", "/bexley/", "/bexley/priorities/priority-1/", "/sign-in/", "/nowhere/", *STATEMENTS]
)
def test_every_page_has_the_security_policy(client, full, url):
    make_partnership(areas=("Bromley",))
    response = client.get(url)

    assert policy(response) == POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "url", ["/workspace/bexley/", "/board/bexley/", "/workspace/bexley/priorities/priority-1/"]
)
def test_a_signed_in_page_has_the_same_policy_and_is_kept_nowhere(client, full, url):
    response = as_(client, make_user(Role.OFFICER, full)).get(url)

    assert response.status_code == 200
    assert policy(response) == POLICY
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("page", ["", "strategy/", "priorities/priority-1/"])
def test_ten_priorities_cost_the_queries_of_one(client, partnership, page):
    make_release_with_counts({"Bexley": 100})
    counts = []
    for number in (1, 9):
        for _ in range(number):
            priority = make_priority(partnership=partnership)
            make_measure(priority=priority)
            make_update(action=make_action(priority=priority), status=Status.PUBLISHED)
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get(address(partnership, page)).status_code == 200
        counts.append(len(queries_made))

    assert counts[0] == counts[1] <= 15


# --- canaries --------------------------------------------------------------------------------

_n = count(1)


def with_words(record, *, but=()):
    """Put a word of its own into every text of a record, and give the words."""
    words = set()
    for field in record._meta.fields:
        chosen = field.choices or field.is_relation or field.name in ("source_key", "composite")
        if chosen or field.name in (*but, "totals", "categories"):
            continue
        word = f"canary{next(_n)}{field.name.replace('_', '')}"
        if isinstance(field, models.JSONField):
            blocks = field.name in ("tackle", "approach")
            value = [{"title": word, "text": word} if blocks else word]
        elif isinstance(field, models.CharField | models.TextField):
            word = word[: field.max_length]
            value = f"{word}@{word}.example" if isinstance(field, models.EmailField) else word
        else:
            continue
        setattr(record, field.name, value)
        words.add(word)
    record.save()
    return words


def strategy_with_words(partnership, **given):
    """A strategy with one of everything, and all its words."""
    row = make_strategy(partnership=partnership, **given)
    priority, plan = make_priority(strategy=row), make_plan(strategy=row)
    outcome = Outcome.objects.create(strategy=row, statement="-")
    outcome.priorities.set([priority])
    measure = make_measure(priority=priority)
    target = Target.objects.create(measure=measure, kind="at_most", value=1, due_on=date(2027, 3, 31))
    baseline = Baseline.objects.create(
        measure=measure, value=1, first_month=date(2023, 1, 1), last_month=date(2023, 12, 1)
    )
    own = make_measure(priority=priority, crime_type=None, kind="local", unit="number")
    entered = make_return(own, date(2025, 1, 1), 7)
    action = make_action(priority=priority, plan=plan, lead=make_organisation())
    update = make_update(action=action, status=Status.PUBLISHED)
    volume = LocalVolumePriority.objects.create(strategy=row, name="-", origin="local")
    records = (row, priority, outcome, measure, target, baseline, own, entered, plan, action, action.lead,
               update, volume)  # fmt: skip
    return set().union(*map(with_words, records)), action


def all_pages(client, *starts):
    """Everything that links lead to, from these addresses on."""
    seen, to_do = {}, list(starts)
    while to_do:
        url = to_do.pop()
        if url in seen:
            continue
        response = client.get(url)
        seen[url] = response.content.decode(errors="replace") + str(response.headers)
        links = re.findall(r'(?:href|action)="(/[^"#]*)"', seen[url])
        to_do += [unescape(link) for link in links if not link.startswith("/static/")]
    return seen


def test_no_word_that_is_not_published_is_on_any_public_page(client, partnership):
    open_words, action = strategy_with_words(partnership)
    open_words |= with_words(partnership, but=("slug",))
    body = make_body(partnership=partnership)
    open_words |= with_words(body) | with_words(make_membership(partnership=partnership))
    sitting = make_meeting(body=body, items=("-", "-"))
    shown, restricted = sitting.items.all()
    open_words |= with_words(sitting) | with_words(shown)
    open_release = make_release_with_counts({"Bexley": 100}, published_on=date(2024, 1, 4))
    open_words |= with_words(open_release, but=("key",)) | with_words(open_release.files.get())

    secret, draft_action = strategy_with_words(partnership, status=Status.DRAFT, starts_on=date(2030, 4, 1),
                                               ends_on=date(2034, 3, 31))  # fmt: skip
    withdrawn, _ = strategy_with_words(partnership, status=Status.WITHDRAWN)
    secret |= withdrawn
    restricted.restricted = True
    secret |= with_words(restricted)
    for month, status in enumerate([status for status in Status if status != Status.PUBLISHED], start=1):
        author = make_user(Role.OFFICER, partnership)
        update = make_update(action=action, status=status, period=date(2026, month + 1, 1), author=author)
        secret |= with_words(update) | with_words(author, but=("password",))
    for hidden in (
        make_meeting(body=body, public=False, items=("-",)),
        make_meeting(body=make_body(partnership=partnership, restricted=True), items=("-",)),
    ):
        secret |= with_words(hidden) | with_words(hidden.items.get())
    for state in sorted(set(ReleaseFile.State) - {ReleaseFile.State.CURRENT}):
        release = make_release_with_counts({"Bexley": 7}, published_on=date(2024, 2, 6), state=state)
        secret |= with_words(release, but=("key",)) | with_words(release.files.get(), but=("digest",))
    for month, status in enumerate(Status, start=1):
        narrative = make_narrative(priority=action.priority, status=status, quarter=date(2025, month, 1))
        words = with_words(narrative, but=("frozen",)) | with_words(narrative.author, but=("password",))
        secret |= set() if status == Status.PUBLISHED else words
    replacement = draft_action.priority.measures.first()
    retired = make_measure(
        priority=action.priority, retired_on=date(2025, 1, 1), replaced_by=replacement, name="Retired"
    )
    secret |= with_words(record_event(by=update.author, verb="approved", record=update, note="-"))

    pages = all_pages(
        client,
        "/",
        f"/{partnership.slug}/",
        f"/{partnership.slug}/priorities/{draft_action.priority.slug}/",
        f"/{partnership.slug}/measures/{replacement.pk}/",
        f"/{partnership.slug}/measures/{replacement.pk}.csv",
        f"/api/v1/measures/{replacement.pk}/",
        f"/api/v1/measures/?partnership={partnership.slug}",
        f"/{partnership.slug}/measures/{retired.pk}/",
        f"/api/v1/measures/{retired.pk}/",
        f"/{partnership.slug}/governance/?on=2022-06-01",
        f"/workspace/{partnership.slug}/",
        f"/board/{partnership.slug}/",
        "/data/",
    )

    everything = "\n".join(pages.values())
    assert any(url.endswith(".csv") and "canary" in page for url, page in pages.items())
    assert {word for word in secret if word in everything} == set()
    # And the words would have been found: nearly all that is published is there to be read.
    found = {word for word in open_words if word in everything}
    assert len(secret) > 100
    assert len(found) > 40
