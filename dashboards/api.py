"""Open data: figures by borough and above, and by ward, as JSON. It reads only what the apps publish."""

import re
from dataclasses import asdict
from datetime import date
from functools import wraps
from itertools import islice
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from crime_data import published
from crime_data.published import NotHeld
from measures import published as measures
from partners import published as partners
from partners.unchanged import while_unchanged

TRIED = 12
"""Crime types that are tried for an example: of the first ones a month may not be held."""

MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", re.ASCII)


class Unclear(Exception):
    """A question that cannot be understood; the message says what to ask instead."""


class Missing(Exception):
    """There is nothing at this address; the message says what is missing."""


def open_data(*known):
    """Anyone may ask, any cache may keep the answer. What cannot be answered is said in words, with 422, and
    so is a question with other names than those `known`: it would get the answer to another question."""

    def opened(view):
        @require_safe
        @login_not_required
        @cache_control(public=True, max_age=600)
        @wraps(view)
        def answered(request, **named):
            try:
                _refuse_others(request.GET, known)
                found = view(request.GET, **named)
            except Missing as problem:
                return JsonResponse({"error": str(problem)}, status=404)
            except (Unclear, NotHeld) as problem:
                return JsonResponse({"error": str(problem)}, status=422)
            return JsonResponse(found, json_dumps_params={"ensure_ascii": False})

        return answered

    return opened


def _refuse_others(asked, known):
    other = next((name for name in asked if name not in known), None)
    if other is not None:
        may = (
            f"What can be asked: {', '.join(known)}." if known else "Ask without anything behind the address."
        )
        raise Unclear(f"Nothing here is called “{other[:20]}”. {may}")


@open_data()
def api_index(asked):
    """What can be asked."""
    partnership = next((one.slug for one in partners.partnerships()), "bexley")
    example = f"?{urlencode(_example(partnership))}"
    return {
        "about": "Recorded crime by borough and above, out of the publishers' files, with their releases.",
        "sources": reverse("api_sources"),
        "figures": reverse("api_figures") + example,
        "restatements": reverse("api_restatements") + example,
        "profile": reverse("api_profile") + f"?partnership={partnership}",
        "wards": f"{reverse('api_wards')}?{urlencode(_ward_example(partnership))}",
        "measures": reverse("api_measures") + f"?partnership={partnership}",
    }


@while_unchanged
def _example(partnership):
    """A question about a count that is held."""
    for question in _questions(partnership):
        try:
            published.figure(**question)
        except NotHeld:
            continue
        first, last = question.pop("first"), question.pop("last")
        return question | {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"}
    return {"area": "Bexley", "crime_type": "personal-robbery", "from": "2023-01", "to": "2023-12"}


def _questions(partnership):
    try:
        found = measures.profile_called(partnership)
    except NotHeld:
        return
    for line in islice(found.lines, TRIED):
        first, last = line.now
        yield {"area": found.place, "crime_type": line.key, "first": first, "last": last}
        yield {
            "area": found.place,
            "crime_type": line.key,
            "first": first,
            "last": last,
            "source": line.source_key,
        }


@while_unchanged
def _ward_example(partnership):
    """A question about a year by ward that is held."""
    try:
        found = measures.wards_called(partnership)
    except NotHeld:
        return {"partnership": partnership}
    return {"partnership": partnership, "crime_type": found.crime_type.key, "year": str(found.year)}


@open_data()
def api_sources(asked):
    return {"sources": [_plain(asdict(source)) for source in published.sources()]}


@open_data("area", "crime_type", "from", "to", "source", "release", "as_at")
def api_figures(asked):
    """One count, the same months a year before, and the file and release both came from."""
    found = published.figure(
        **_question(asked), release=asked.get("release", ""), as_at=_day(asked.get("as_at", ""))
    )
    return _plain(asdict(found))


@open_data("area", "crime_type", "from", "to", "source")
def api_restatements(asked):
    """What each release that holds the months says of one count, in the order of publication."""
    question = _question(asked)
    told = published.restatements(**question)
    return _plain(question) | {"releases": [_plain(asdict(one)) for one in told]}


@open_data("partnership", "crime_type", "year")
def api_wards(asked):
    """One crime type in one year by ward; null and true under `withheld` where a count is withheld."""
    found = measures.wards_called(
        asked.get("partnership", ""), crime_type=asked.get("crime_type", ""), year=asked.get("year", "")
    )
    return {
        "crime_type": found.crime_type.key,
        "from": f"{found.first:%Y-%m}",
        "to": f"{found.last:%Y-%m}",
        "source": found.source,
        "publisher": found.publisher,
        "licence": found.licence,
        "release": found.release,
        "published_on": found.published_on,
        "illustrative": found.illustrative,
        "boroughs": [asdict(borough) for borough in found.boroughs],
        "wards": [
            {
                "code": ward.code,
                "name": ward.name,
                "borough": ward.borough,
                "count": ward.count,
                "rank": ward.rank,
                "withheld": ward.count is None,
            }
            for ward in found.wards
        ],
        "crime_types": [choice.key for choice in found.types],
        "years": [choice.key for choice in found.years],
    }


@open_data("partnership")
def api_profile(asked):
    """Every crime type of a partnership's area: twelve months, the twelve before, and what that means."""
    found = measures.profile_called(asked.get("partnership", ""))
    return {
        "place": found.place,
        "lines": [_line(group, row.line) for group in found.groups for row in group.rows],
    }


def _line(group, line):
    release = line.counts.holding.release
    limits = [line.change.low, line.change.high] if line.interval else None
    return {
        "group": group.key,
        "crime_type": line.key,
        "name": line.crime_type.name,
        "from": f"{line.now[0]:%Y-%m}",
        "to": f"{line.now[1]:%Y-%m}",
        "count": line.count,
        "previous": line.earlier,
        "difference": line.count - line.earlier if line.compared else None,
        "percent": round(line.change.percent, 1) if line.percent else None,
        "interval": [round(limit, 1) for limit in limits] if limits else None,
        "verdict": line.verdict.key,
        "sentence": line.sentence,
        "per_1000_people": None if line.rate is None else round(line.rate, 2),
        "breaks": [one.key for one in line.across],
        "source": line.source_key,
        "release": release.key,
        "illustrative": release.illustrative,
    }


@open_data("partnership")
def api_measures(asked):
    """What every measure in use of a partnership says, without its history."""
    found = measures.measures_called(asked.get("partnership", ""))
    return {"measures": [_measure(reading) for reading in found]}


@open_data()
def api_measure(asked, measure):
    """One measure, with its history, what it is held against and its parts."""
    found = measures.measure_numbered(measure)
    if not found:
        raise Missing(f"No measure that is published has the number {measure}.")
    worked = found.reading.worked
    return _measure(found.reading) | {
        "strategy": found.strategy,
        "priority": found.priority_title,
        "outcomes": found.outcomes,
        "retired_on": found.retired_on,
        "definition": found.reading.definition,
        "why": found.reading.why,
        "usual_range": found.reading.signal,
        "series": [
            {"from": f"{month:%Y-%m}", "months": worked.step, "value": _number(value)}
            for month, value in zip(worked.periods, worked.values, strict=True)
        ],
        "parts": [asdict(part) for part in found.reading.parts],
        "held_against": [asdict(one) for one in found.since],
        "returns": [asdict(one) for one in found.returns],
        "elsewhere": found.reading.comparators_sentence,
    }


def _measure(reading):
    """Numbers in the unit of the measure; those in words are what the pages say."""
    change, source = reading.change, reading.provenance
    return {
        "id": reading.measure_id,
        "url": reverse("api_measure", kwargs={"measure": reading.measure_id}),
        "key": reading.key,
        "name": reading.name,
        "place": reading.place,
        "kind": reading.kind,
        "unit": reading.unit,
        "statistic": reading.statistic,
        "better": reading.measure.polarity,
        "value": _number(change and change.now),
        "before": _number(change and change.before),
        "difference": None if reading.worked.across else _number(change and change.difference),
        "period": _months(reading.worked.now),
        "period_before": _months(reading.worked.before),
        "interval": [_number(limit) for limit in reading.worked.interval or ()] or None,
        "change_interval": reading.change_interval,
        "beyond_chance": None if reading.worked.across else change and change.beyond_chance,
        "value_in_words": reading.value,
        "difference_in_words": reading.difference,
        "headline": reading.headline,
        "sentence": reading.sentence,
        "verdict": asdict(reading.verdict),
        "targets": [
            {
                "target": target.words,
                "due_on": target.due_on,
                "verdict": target.verdict.key,
                "verdict_in_words": target.verdict.words,
                "result": target.verdict.detail,
                "chance": target.verdict.note,
                "outlook": target.outlook,
            }
            for target in reading.targets
        ],
        "caveats": reading.caveats,
        "provenance": source
        and asdict(source) | {"files": [{"name": name, "sha256": sha256} for name, sha256 in source.files]},
    }


def _number(value):
    return None if value is None else round(value, 6)


def _months(period):
    return period and {"from": f"{period[0]:%Y-%m}", "to": f"{period[1]:%Y-%m}"}


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
