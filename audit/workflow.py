"""The table of moves: from which status to which, and which of them need a second person."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices


class Status(TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Awaiting approval"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


MOVES: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.DRAFT, Status.APPROVED}),
    Status.APPROVED: frozenset({Status.DRAFT, Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.DRAFT}),
}

# Nobody decides on their own words.
FOUR_EYES = frozenset({Status.APPROVED})

# What a board may see: approved, whether or not the public may see it too.
DECIDED = frozenset({Status.APPROVED, Status.PUBLISHED})


class NotAllowed(PermissionDenied):
    """This person may not do this; the message says why, in words for them."""


class WrongMove(Exception):
    """The record is not in a status from which it can be moved there; the message says so."""


class StaleEdit(Exception):
    """Somebody else saved the record first. `current` is what they saved."""

    def __init__(self, words: str, current: Any) -> None:
        super().__init__(words)
        self.current = current


def check(now: str, to: str) -> None:
    """Raise WrongMove unless the table has a move from `now` to `to`."""
    if Status(to) not in MOVES[Status(now)]:
        raise WrongMove(
            f"This is “{Status(now).label}” now and cannot become “{Status(to).label}”. "
            "Reload the page to see where it stands."
        )
