"""Parts of a page that say the same whenever they are given the same."""

from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db.models import Model
from django.template.base import FilterExpression, Parser, Token
from django.template.loader import get_template

register = template.Library()
KEPT = 512  # parts; a chart with its table is about ten kilobytes


@register.simple_tag
def remembered(template_name: str, **given: Any) -> str:
    """`{% remembered "components/figure.html" chart=chart %}`, drawn once for each thing it is given.

    For templates that show nothing else: no request, no person, no clock. What they are given must be values
    (text, numbers, frozen dataclasses): a part is found again by them, and so can never be out of date.
    Raises TypeError for a record, which is equal to itself whatever stands in it, and for what can change.
    """
    draw = _draw.__wrapped__ if settings.DEBUG else _draw
    return draw(template_name, tuple(sorted(given.items())))


@lru_cache(maxsize=KEPT)
def _draw(template_name: str, given: tuple[tuple[str, Any], ...]) -> str:
    if _holds_record(given):
        raise TypeError(f"{template_name}: a record is not a value, so nothing can be found again by it.")
    return get_template(template_name).render(dict(given))


def _holds_record(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_holds_record, value))
    if is_dataclass(value):
        return any(_holds_record(getattr(value, field.name)) for field in fields(value))
    return isinstance(value, Model)


class OnceNode(template.Node):
    def __init__(self, kept: FilterExpression, inside: template.NodeList):
        self.kept, self.inside = kept, inside

    def render(self, context: template.Context) -> str:
        kept = self.kept.resolve(context)
        if self not in kept:
            kept[self] = self.inside.render(context)
        drawn: str = kept[self]
        return drawn


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """`{% once drawn %}…{% endonce %}`, drawn the first time and kept in the dict `drawn`.

    The dict stands beside what is shown in an answer of `while_unchanged` and is forgotten with it. Nothing
    of the request or the person may be shown inside.
    """
    [_, kept] = token.split_contents()
    inside = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(parser.compile_filter(kept), inside)
