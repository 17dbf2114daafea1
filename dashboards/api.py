"""Open data: figures by borough and above as JSON, for anyone. It reads only what the apps publish."""

import re
from dataclasses import asdict
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from crime_data import published
from crime_data.published import NotHeld

MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", re.ASCII)


class Unclear(Exception):
    """A question that cannot be understood; the message says what to ask instead."""


def open_data(view):
    """Anyone may ask, any cache may keep the answer. What cannot be answered is said in words, with 422."""

    @require_safe
    @login_not_required
    @cache_control(public=True, max_age=600)
    def answered(request):
        try:
            found = view(request.GET)
        except (Unclear, NotHeld) as problem:
            return JsonResponse({"error": str(problem)}, status=422)
        return JsonResponse(found, json_dumps_params={"ensure_ascii": False})

    return answered


@open_data
def api_index(asked):
    """What can be asked."""
    example = "?area=Bexley&crime_type=personal-robbery&from=2023-01&to=2023-12"
    return {
        "about": "Recorded crime by borough and above, out of the publishers' files, with their releases.",
        "sources": reverse("api_sources"),
        "figures": reverse("api_figures") + example,
        "restatements": reverse("api_restatements") + example,
    }


@open_data
def api_sources(asked):
    return {"sources": [_plain(asdict(source)) for source in published.sources()]}


@open_data
def api_figures(asked):
    """One count, the same months a year before, and the file and release both came from."""
    found = published.figure(
        **_question(asked), release=asked.get("release", ""), as_at=_day(asked.get("as_at", ""))
    )
    return _plain(asdict(found))


@open_data
def api_restatements(asked):
    """What each release that holds the months says of one count, in the order of publication."""
    question = _question(asked)
    told = published.restatements(**question)
    return _plain(question) | {"releases": [_plain(asdict(one)) for one in told]}


def _question(asked):
    area = asked.get("area", "").strip()
    if not area:
        raise Unclear("Name an area: area=Bexley, or an ONS code such as area=E09000004.")
    first, last = _month(asked, "from"), _month(asked, "to")
    if first > last:
        raise Unclear("from lies after to.")
    return {
        "area": area,
        "crime_type": asked.get("crime_type", "all"),
        "first": first,
        "last": last,
        "source": asked.get("source", ""),
    }


def _month(asked, name):
    text = asked.get(name, "")
    if not MONTH.fullmatch(text):
        raise Unclear(f"{name}={text[:20]} is no month. Write it as {name}=2023-01.")
    return date.fromisoformat(f"{text}-01")


def _day(text):
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unclear(f"as_at={text[:20]} is no day. Write it as as_at=2024-06-30.") from None


def _plain(found):
    """Months as 2023-01, days as 2024-06-30."""
    names = {"first": "from", "last": "to"}
    return {
        names.get(name, name): f"{value:%Y-%m}" if name in names else value for name, value in found.items()
    }
