"""Who may do what: one table. Nothing that is not in it is allowed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from audit.workflow import NotAllowed
from partners.models import Organisation, Partnership, Role, RoleGrant
from partners.unchanged import while_unchanged


class Permission(StrEnum):
    VIEW_WORKSPACE = "view-workspace"
    EDIT_ACTIONS = "edit-actions"
    EDIT_MEASURES = "edit-measures"
    SUBMIT_UPDATES = "submit-updates"
    APPROVE_UPDATES = "approve-updates"
    PUBLISH_UPDATES = "publish-updates"
    VIEW_BOARD = "view-board"
    VIEW_RESTRICTED = "view-restricted"
    MANAGE_FIGURES = "manage-figures"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class RoleRule:
    sentence: str
    may: frozenset[Permission]


P = Permission
ROLES: dict[Role, RoleRule] = {
    Role.OFFICER: RoleRule(
        "Edits the delivery plan and the measures, reports progress and publishes what was approved.",
        frozenset(
            {
                P.VIEW_WORKSPACE,
                P.EDIT_ACTIONS,
                P.EDIT_MEASURES,
                P.SUBMIT_UPDATES,
                P.PUBLISH_UPDATES,
                P.VIEW_BOARD,
            }
        ),
    ),
    Role.APPROVER: RoleRule(
        "Approves or returns what others wrote.",
        frozenset({P.VIEW_WORKSPACE, P.APPROVE_UPDATES, P.PUBLISH_UPDATES, P.VIEW_BOARD}),
    ),
    Role.PARTNER_LEAD: RoleRule(
        "Reports progress on the actions, and enters figures of the measures, of the own organisation.",
        frozenset({P.VIEW_WORKSPACE, P.SUBMIT_UPDATES}),
    ),
    Role.ANALYST: RoleRule(
        "Reads the plan and the figures; looks after the measures, their targets and returns.",
        frozenset({P.VIEW_WORKSPACE, P.EDIT_MEASURES, P.VIEW_BOARD}),
    ),
    Role.BOARD_MEMBER: RoleRule("Reads the board's pages.", frozenset({P.VIEW_BOARD})),
    Role.PANEL_MEMBER: RoleRule(
        "Reads the board's pages and restricted papers.", frozenset({P.VIEW_BOARD, P.VIEW_RESTRICTED})
    ),
    Role.DATA_MANAGER: RoleRule("Imports figures and decides on held ones.", frozenset({P.MANAGE_FIGURES})),
    Role.ADMINISTRATOR: RoleRule(
        "Keeps accounts, roles and reference data.", frozenset({P.ADMINISTER, P.MANAGE_FIGURES})
    ),
}

# What a partner lead may do holds for the own organisation's actions and measures only.
OWN_ORGANISATION_ONLY = frozenset({P.SUBMIT_UPDATES})


def grants(user: Any) -> list[RoleGrant]:
    """The roles this person holds today, read again when anything was written."""
    if not user.is_authenticated or not user.is_active:
        return []
    if not hasattr(user, "_grants_today"):
        user._grants_today = _grants_today(user.pk)
    found: list[RoleGrant] = user._grants_today
    return found


@while_unchanged
def _grants_today(user_id: int) -> list[RoleGrant]:
    held = RoleGrant.objects.on(timezone.localdate()).filter(user=user_id).select_related("partnership")
    return list(held)


def allowed(
    user: Any,
    permission: Permission,
    partnership: Partnership | None = None,
    organisation: Organisation | None = None,
) -> bool:
    """Whether a role of this person has the permission in this partnership (and for this organisation)."""
    for grant in grants(user):
        if permission not in ROLES[Role(grant.role)].may:
            continue
        if grant.partnership_id != (partnership.pk if partnership else None):
            continue
        lead = grant.role == Role.PARTNER_LEAD and permission in OWN_ORGANISATION_ONLY
        if lead and (organisation is None or grant.organisation_id != organisation.pk):
            continue
        return True
    return False


def require(
    user: Any,
    permission: Permission,
    partnership: Partnership | None = None,
    organisation: Organisation | None = None,
) -> None:
    """Raise NotAllowed, in words for the person, unless `allowed`."""
    if not allowed(user, permission, partnership, organisation):
        whose = f" in {partnership.name}" if partnership else ""
        raise NotAllowed(f"Your role{whose} does not include this. Ask an administrator if it should.")


def belongs(user: Any, partnership: Partnership) -> bool:
    """Whether this person has any role in the partnership. To all others its objects do not exist."""
    return any(grant.partnership_id == partnership.pk for grant in grants(user))
