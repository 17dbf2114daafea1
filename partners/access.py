"""Marks a view with its audience, and gives it the partnership of its address."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404

from partners.models import Partnership
from partners.permissions import grants, require
from partners.unchanged import while_unchanged


@while_unchanged
def _called(slug: str) -> Partnership | None:
    return Partnership.objects.filter(slug=slug).first()


def _partnership(slug: str) -> Partnership:
    found = _called(slug)
    if not found:
        raise Http404
    return found


def public_page(view):
    """Open to anyone. `partnership` in the address becomes the Partnership."""

    @wraps(view)
    def wrapped(request, *args, partnership, **kwargs):
        return view(request, _partnership(partnership), *args, **kwargs)

    return login_not_required(wrapped)


def needs(permission):
    """Only for people whose role in the partnership has the permission; strangers get 404."""

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, partnership, **kwargs):
            # The roles bring their partnerships with them, so that a page need not ask for its own.
            held = (grant.partnership for grant in grants(request.user) if grant.partnership)
            found = next((one for one in held if one.slug == partnership), None)
            if found is None:
                raise Http404
            require(request.user, permission, found)
            return view(request, found, *args, **kwargs)

        wrapped.needs = permission
        return wrapped

    return decorate
