from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from partners.models import RESERVED_SLUGS, Partnership, Role, RoleGrant
from tests.factories import grant, make_body, make_membership, make_organisation, make_partnership, make_user

pytestmark = pytest.mark.django_db

DAY, DAY_BEFORE = date(2026, 5, 20), date(2026, 5, 19)


def refused(name):
    """The database, or Django before it, refuses by this constraint."""
    return pytest.raises(IntegrityError, match=f"{name}|UNIQUE|unique")


# --- partnerships ----------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_a_partnership_cannot_take_an_address_of_the_portal(slug):
    partnership = Partnership(slug=slug, name="New", short_name="New", place="New")

    with pytest.raises(ValidationError, match="is an address of the portal itself"):
        partnership.full_clean()


def test_a_partnership_may_be_called_something_else():
    Partnership(
        slug="kingston-upon-thames", name="Kingston", short_name="Kingston", place="Kingston"
    ).full_clean()


def test_two_partnerships_have_two_addresses():
    make_partnership(slug="bexley")

    with refused("slug"):
        make_partnership(slug="bexley")


# --- memberships and bodies ------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_membership, make_body])
def test_nothing_ends_before_it_starts(make):
    with pytest.raises(IntegrityError, match="_days"):
        make(starts_on=DAY, ends_on=DAY_BEFORE)


@pytest.mark.parametrize("make", [make_membership, make_body])
@pytest.mark.parametrize(
    "days", [{}, {"starts_on": DAY}, {"ends_on": DAY}, {"starts_on": DAY, "ends_on": DAY}], ids=str
)
def test_a_day_may_be_open_and_both_may_be_one(make, days):
    make(**days)


@pytest.mark.parametrize("starts_on", [None, DAY])
def test_an_organisation_joins_once_on_a_day(starts_on):
    partnership, organisation = make_partnership(), make_organisation()
    make_membership(partnership=partnership, organisation=organisation, starts_on=starts_on)

    with refused("membership_once"):
        make_membership(partnership=partnership, organisation=organisation, starts_on=starts_on)


def test_an_organisation_may_come_back():
    partnership, organisation = make_partnership(), make_organisation()
    make_membership(partnership=partnership, organisation=organisation, ends_on=DAY_BEFORE)

    make_membership(partnership=partnership, organisation=organisation, starts_on=DAY)


@pytest.mark.parametrize("below_a_board", [False, True])
def test_a_body_stands_once_in_its_place(below_a_board):
    partnership = make_partnership()
    parent = make_body(partnership=partnership) if below_a_board else None
    make_body(partnership=partnership, parent=parent, name="Tasking group")

    with refused("body_once"):
        make_body(partnership=partnership, parent=parent, name="Tasking group")


def test_a_body_of_one_name_may_stand_in_two_places():
    partnership = make_partnership()
    for _ in range(2):
        make_body(partnership=partnership, parent=make_body(partnership=partnership), name="Tasking group")


def test_a_body_does_not_report_to_itself():
    body = make_body()
    body.parent = body

    with pytest.raises(IntegrityError, match="body_not_its_own_parent"):
        body.save()


# --- roles -----------------------------------------------------------------------------------

EVERYWHERE = {Role.DATA_MANAGER, Role.ADMINISTRATOR}


@pytest.mark.parametrize("role", Role)
def test_a_role_stands_in_its_place(role):
    """Data managers and administrators in the whole portal, all others in a partnership."""
    user, partnership = make_user(), make_partnership()
    places = (None, partnership) if role in EVERYWHERE else (partnership, None)

    grant(user, role, places[0])
    with pytest.raises(IntegrityError, match="role_in_its_place"), transaction.atomic():
        grant(user, role, places[1])


def test_a_partner_lead_leads_an_organisation():
    with pytest.raises(IntegrityError, match="lead_of_an_organisation"):
        RoleGrant.objects.create(user=make_user(), role=Role.PARTNER_LEAD, partnership=make_partnership())


@pytest.mark.parametrize("role", Role)
def test_a_role_is_held_once(role):
    user = make_user()
    place = None if role in EVERYWHERE else make_partnership()
    given = {"organisation": make_organisation()} if role == Role.PARTNER_LEAD else {}
    grant(user, role, place, **given)

    with refused("role_once"):
        grant(user, role, place, **given)
