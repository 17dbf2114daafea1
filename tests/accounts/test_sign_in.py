import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from partners.models import Role
from tests.factories import PASSWORD, as_, make_partnership, make_user

pytestmark = pytest.mark.django_db

SIGN_IN = "/sign-in/"
WRONG = "The email address or password is not correct. Check both and try again."


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def officer():
    return make_user(Role.OFFICER, make_partnership(slug="bexley"), email="officer@bexley.example")


def sign_in(client, email="officer@bexley.example", password=PASSWORD, **given):
    return client.post(SIGN_IN, {"username": email, "password": password} | given)


def is_signed_in(client):
    return client.get("/signed-in/").headers.get("Location", "").startswith("/workspace/")


# --- in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "email", ["officer@bexley.example", "Officer@Bexley.Example", " officer@bexley.example "]
)
def test_somebody_signs_in_and_lands_where_they_work(client, officer, email):
    response = sign_in(client, email)

    assert (response.status_code, response["Location"]) == (302, "/signed-in/")
    assert client.get("/signed-in/")["Location"] == "/workspace/bexley/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("officer@bexley.example", "battery-horse-correct"),
        ("nobody@bexley.example", PASSWORD),
        ("left@bexley.example", PASSWORD),
        ("officer@bexley.example", PASSWORD + " "),
    ],
    ids=["wrong password", "unknown", "deactivated", "a space too many"],
)
def test_what_is_wrong_is_not_said(client, officer, email, password):
    make_user(email="left@bexley.example", is_active=False)

    response = sign_in(client, email, password)

    page = response.content.decode()
    assert response.status_code == 422
    assert WRONG in unescape(page)
    assert "inactive" not in page
    assert password not in page
    assert not is_signed_in(client)


def test_the_page_is_the_same_for_known_and_unknown_people(client, officer):
    pages = [
        re.sub(r'value="[^"]*"', "", sign_in(Client(), email, "wrong").content.decode())
        for email in ("officer@bexley.example", "nobody@bexley.example")
    ]

    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"email": ""}, "Enter your email address"),
        ({"email": "officer"}, "Enter an email address in the correct format"),
        ({"password": ""}, "Enter your password"),
    ],
)
def test_an_empty_field_is_asked_for(client, officer, sent, words):
    response = sign_in(client, **sent)

    assert response.status_code == 422
    assert words in response.content.decode()


def test_the_session_key_changes_when_somebody_signs_in(client, officer):
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before

    sign_in(client)

    assert client.session.session_key != before
    assert SESSION_KEY in client.session
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert not is_signed_in(stolen)


def test_the_session_cookie_is_for_the_browser_only_and_ends_after_twelve_hours(client, officer):
    cookie = sign_in(client).cookies["sessionid"]

    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 60 * 60


def test_who_is_signed_in_is_not_asked_again(client, officer):
    as_(client, officer)

    assert client.get(SIGN_IN)["Location"] == "/signed-in/"


def test_somebody_without_a_role_is_told_so(client):
    as_(client, make_user())

    assert "You have no role in a partnership yet." in client.get("/signed-in/").content.decode()


# --- where to ------------------------------------------------------------------------------------


def test_a_page_that_needs_signing_in_comes_back_afterwards(client, officer):
    asked = client.get("/workspace/bexley/")
    assert asked["Location"] == "/sign-in/?next=/workspace/bexley/"

    assert sign_in(client, next="/workspace/bexley/")["Location"] == "/workspace/bexley/"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "\\\\evil.example", "/\\evil.example",
        "http:evil.example", "http:///evil.example", "https://localhost@evil.example/", "javascript:alert(1)",
        " //evil.example", "\t//evil.example", "https://testserver.evil.example/",
    ],
)  # fmt: skip
def test_no_link_leads_out_of_the_portal_after_signing_in(client, officer, place):
    sent = {"username": "officer@bexley.example", "password": PASSWORD}

    assert sign_in(Client(), next=place)["Location"] == "/signed-in/"
    assert Client().post(f"{SIGN_IN}?{urlencode({'next': place})}", sent)["Location"] == "/signed-in/"


# --- too many guesses --------------------------------------------------------------------------------


def guess(times, email="officer@bexley.example", address="192.0.2.1"):
    return [
        Client(REMOTE_ADDR=address).post(SIGN_IN, {"username": email, "password": f"wrong {n}"}).status_code
        for n in range(times)
    ]


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(officer, client):
    assert guess(9) == [422] * 9
    assert guess(1) == [429]

    response = sign_in(Client(REMOTE_ADDR="192.0.2.1"))
    assert response.status_code == 429
    assert "Too many attempts to sign in" in response.content.decode()


def test_nine_wrong_ones_are_forgiven(officer):
    guess(9)
    client = Client(REMOTE_ADDR="192.0.2.1")
    assert sign_in(client).status_code == 302
    assert guess(9) == [422] * 9


def test_after_five_minutes_it_can_be_tried_again(officer, time_machine):
    guess(10)
    time_machine.move_to(timezone.now() + timedelta(minutes=5, seconds=1))

    assert sign_in(Client(REMOTE_ADDR="192.0.2.1")).status_code == 302


def test_nobody_locks_an_officer_out_from_elsewhere(officer):
    guess(10, address="198.51.100.7")

    assert sign_in(Client(REMOTE_ADDR="192.0.2.1")).status_code == 302


def test_an_address_of_many_people_is_not_locked_for_all(officer):
    guess(10, email="somebody@bexley.example")

    assert sign_in(Client(REMOTE_ADDR="192.0.2.1")).status_code == 302


def test_another_mix_of_capitals_gives_no_more_guesses(officer):
    for letter in range(5):
        guess(2, email="officer@bexley.example".replace("officer"[letter], "officer"[letter].upper()))

    assert sign_in(Client(REMOTE_ADDR="192.0.2.1")).status_code == 429


# --- out -----------------------------------------------------------------------------------------------


def test_signing_out_is_asked_for_and_not_linked_to(client, officer):
    as_(client, officer)
    key = client.session.session_key

    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/"
    assert not is_signed_in(client)
    stolen = Client()
    stolen.cookies["sessionid"] = key
    assert not is_signed_in(stolen)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_deactivated_person_is_out_at_the_next_request(client, officer, method):
    as_(client, officer)
    assert is_signed_in(client)
    officer.is_active = False
    officer.save()

    response = client.generic(method, "/workspace/bexley/")

    assert response["Location"] == "/sign-in/?next=/workspace/bexley/"


def test_a_new_password_ends_all_sessions(client, officer):
    as_(client, officer)
    officer.set_password("another-good-password")
    officer.save()

    assert not is_signed_in(client)


# --- accounts -----------------------------------------------------------------------------------------------


def test_an_address_is_one_account_however_it_is_written(officer):
    with pytest.raises(ValidationError):
        make_user(email="OFFICER@bexley.example")
    with pytest.raises(IntegrityError):
        User.objects.create(email="OFFICER@bexley.example", name="Again")


def test_a_person_is_shown_by_name(officer):
    assert str(officer) == officer.get_full_name() == officer.get_short_name() == officer.name


def test_whoever_gives_accounts_gives_a_password_too(client):
    """The page of signing in says: ask the person who runs the portal to set a new password."""
    as_(client, make_user(is_staff=True, is_superuser=True))
    user = make_user(email="new@bexley.example")

    client.post(
        reverse("admin:auth_user_password_change", args=[user.pk]),
        {"password1": "three-words-together", "password2": "three-words-together", "usable_password": "true"},
    )

    assert sign_in(Client(), "new@bexley.example", "three-words-together").status_code == 302


def test_a_new_account_is_made_with_a_password_that_is_no_common_one(client):
    as_(client, make_user(is_staff=True, is_superuser=True))
    add, sent = reverse("admin:accounts_user_add"), {"email": "New@Bexley.example", "name": "New"}

    refused = client.post(add, sent | {"password1": "password1234", "password2": "password1234"})
    assert (refused.status_code, User.objects.filter(name="New").exists()) == (200, False)

    good = {
        "password1": "three-words-together",
        "password2": "three-words-together",
        "usable_password": "true",
    }
    client.post(add, sent | good)
    assert sign_in(Client(), "new@bexley.example", "three-words-together").status_code == 302
