"""What the public may read of commentary: published texts of published strategies, figures as approved."""

from collections.abc import Iterable, Mapping

from audit.workflow import Status
from measures.models import Narrative
from measures.queries.commentaries import Commentary, newest
from partners.models import Partnership


def commentaries(
    partnership: Partnership,
    priority_ids: Iterable[int],
    figures: Mapping[int, Mapping[str, str]] | None = None,
) -> dict[int, Commentary]:
    """Priority id -> its newest published commentary; a priority without one is left out.

    `figures` are those held now, by priority id, so that the page can say which of the printed ones have
    moved; None compares with nothing. One query.
    """
    found = Narrative.objects.published().filter(
        priority__in=list(priority_ids),
        priority__strategy__partnership=partnership,
        priority__strategy__status=Status.PUBLISHED,
    )
    return newest(found, figures)
