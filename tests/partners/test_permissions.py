"""Who may do what. The table is written out here a second time, so that a slip in the first one shows."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from audit.workflow import NotAllowed
from partners.models import Role
from partners.permissions import ROLES, Permission, allowed, belongs, grants, require
from tests.factories import grant, make_organisation, make_partnership, make_user

pytestmark = pytest.mark.django_db

MAY = {
    Role.OFFICER: "view-workspace edit-actions edit-measures submit-updates publish-updates view-board",
    Role.APPROVER: "view-workspace approve-updates publish-updates view-board",
    Role.PARTNER_LEAD: "view-workspace submit-updates",
    Role.ANALYST: "view-workspace edit-measures view-board",
    Role.BOARD_MEMBER: "view-board",
    Role.PANEL_MEMBER: "view-board view-restricted",
    Role.DATA_MANAGER: "manage-figures",
    Role.ADMINISTRATOR: "administer manage-figures",
}
WHOLE_PORTAL = {Role.DATA_MANAGER, Role.ADMINISTRATOR}
CASES = [(role, permission) for role in Role for permission in Permission]


def fresh(user: User) -> User:
    """The person of the next request: roles are read once a request."""
    return User.objects.get(pk=user.pk)


def test_every_role_has_a_rule_and_a_sentence():
    assert set(ROLES) == set(Role) == set(MAY)
    assert all(rule.sentence.endswith(".") for rule in ROLES.values())


@pytest.mark.parametrize(("role", "permission"), CASES)
def test_a_role_may_what_the_table_says_and_nothing_else(role, permission):
    place = None if role in WHOLE_PORTAL else make_partnership()
    organisation = make_organisation()
    user = make_user(role, place, organisation=organisation if role == Role.PARTNER_LEAD else None)

    assert allowed(user, permission, place, organisation) == (permission in MAY[role].split())


@pytest.mark.parametrize(("role", "permission"), CASES)
def test_a_role_may_nothing_in_another_place(role, permission):
    """Neither in another partnership, nor in the whole portal with a partnership's role, nor back."""
    own, other = make_partnership(), make_partnership(areas=("Bromley",))
    whole = role in WHOLE_PORTAL
    user = make_user(role, None if whole else own)

    assert not allowed(user, permission, own if whole else None)
    assert not allowed(user, permission, other)


@pytest.mark.parametrize("permission", Permission)
def test_without_a_role_nothing_is_allowed(permission):
    partnership = make_partnership()

    for user in (AnonymousUser(), make_user(), make_user(is_staff=True, is_superuser=True)):
        assert not allowed(user, permission, partnership)
        assert not allowed(user, permission)


@pytest.mark.parametrize("role", Role)
def test_a_deactivated_person_may_nothing(role):
    place = None if role in WHOLE_PORTAL else make_partnership()
    user = make_user(role, place, is_active=False)

    assert grants(user) == []
    assert not any(allowed(user, permission, place) for permission in Permission)
    assert not user.has_perm("crime_data.manage_figures")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "holds"),
    [
        (None, None, True),
        (date(2026, 5, 20), None, True),
        (None, date(2026, 5, 20), True),
        (date(2026, 5, 21), None, False),
        (None, date(2026, 5, 19), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_a_role_holds_from_its_first_day_to_its_last(time_machine, starts_on, ends_on, holds):
    time_machine.move_to("2026-05-20 23:30+01:00")  # in London; in UTC it is half past ten
    partnership, user = make_partnership(), make_user()
    grant(user, Role.OFFICER, partnership, starts_on=starts_on, ends_on=ends_on)

    assert allowed(user, Permission.EDIT_ACTIONS, partnership) == holds
    assert belongs(user, partnership) == holds


def test_a_day_begins_at_midnight_in_london(time_machine):
    time_machine.move_to("2026-05-20 23:30+00:00")  # already the 21st in London
    partnership, user = make_partnership(), make_user()
    grant(user, Role.OFFICER, partnership, starts_on=date(2026, 5, 21))

    assert allowed(user, Permission.EDIT_ACTIONS, partnership)


def test_a_partner_lead_reports_for_the_own_organisation_only():
    partnership, own, other = make_partnership(), make_organisation(), make_organisation()
    lead = make_user(Role.PARTNER_LEAD, partnership, organisation=own)

    assert allowed(lead, Permission.SUBMIT_UPDATES, partnership, own)
    assert not allowed(lead, Permission.SUBMIT_UPDATES, partnership, other)
    assert not allowed(lead, Permission.SUBMIT_UPDATES, partnership)
    assert allowed(lead, Permission.VIEW_WORKSPACE, partnership)


def test_a_lead_of_two_organisations_reports_for_both():
    partnership, first, second = make_partnership(), make_organisation(), make_organisation()
    lead = make_user(Role.PARTNER_LEAD, partnership, organisation=first)
    grant(lead, Role.PARTNER_LEAD, partnership, organisation=second)

    assert allowed(lead, Permission.SUBMIT_UPDATES, partnership, first)
    assert allowed(lead, Permission.SUBMIT_UPDATES, partnership, second)


def test_roles_add_up():
    partnership = make_partnership()
    user = make_user(Role.ANALYST, partnership)
    grant(user, Role.APPROVER, partnership)

    assert allowed(user, Permission.APPROVE_UPDATES, partnership)
    assert not allowed(user, Permission.EDIT_ACTIONS, partnership)


def test_a_role_that_was_taken_away_is_gone_at_the_next_request():
    partnership = make_partnership()
    user = make_user(Role.OFFICER, partnership)
    assert allowed(user, Permission.EDIT_ACTIONS, partnership)

    user.role_grants.all().delete()

    assert not allowed(fresh(user), Permission.EDIT_ACTIONS, partnership)


def test_roles_are_read_once_a_request(django_assert_num_queries):
    partnership = make_partnership()
    user = make_user(Role.OFFICER, partnership)

    with django_assert_num_queries(1):
        for permission in Permission:
            allowed(user, permission, partnership)
        belongs(user, partnership)


def test_a_refusal_says_where_and_what_to_do():
    partnership = make_partnership(name="Bexley Community Safety Partnership")

    with pytest.raises(NotAllowed, match=r"in Bexley Community Safety Partnership .* Ask an administrator"):
        require(make_user(), Permission.EDIT_ACTIONS, partnership)
    with pytest.raises(NotAllowed, match=r"^Your role does not include this"):
        require(make_user(), Permission.MANAGE_FIGURES)


@pytest.mark.parametrize("role", Role)
def test_django_is_told_who_manages_figures(role):
    user = make_user(role, None if role in WHOLE_PORTAL else make_partnership())

    assert user.has_perm("crime_data.manage_figures") == (role in WHOLE_PORTAL)
    assert not user.has_perm("crime_data.delete_release")
    assert not user.has_perm("crime_data.manage_figures", obj=user)
