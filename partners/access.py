"""Marks a view with its audience, and gives it the partnership of its address."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404

from partners.models import Partnership
from partners.permissions import belongs, require


def public_page(view):
    """Open to anyone. `partnership` in the address becomes the Partnership."""

    @wraps(view)
    def wrapped(request, *args, partnership, **kwargs):
        return view(request, get_object_or_404(Partnership, slug=partnership), *args, **kwargs)

    return login_not_required(wrapped)


def needs(permission):
    """Only for people whose role in the partnership has the permission; strangers get 404."""

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, partnership, **kwargs):
            found = get_object_or_404(Partnership, slug=partnership)
            if not belongs(request.user, found):
                raise Http404
            require(request.user, permission, found)
            return view(request, found, *args, **kwargs)

        wrapped.needs = permission
        return wrapped

    return decorate
