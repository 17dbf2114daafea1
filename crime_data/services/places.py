"""From areas as publishers name them to areas as the portal knows them."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import F
from django.utils.text import slugify

from crime_data import mapping
from crime_data.importers import BadFile, Publication
from crime_data.importers.contract import AreaRef
from crime_data.mapping import normal
from crime_data.models import Area, AreaLink, AreaName
from crime_data.services.bulk import insert

Identity = tuple[str, str]  # a code, and the code of the place it stands in where that is not its own

# Kinds that belong to a place even where nobody has listed them before, by what their codes look like.
_CODES = {"ward": re.compile(r"[EW]05\d{6}"), "lsoa": re.compile(r"[EW]01\d{6}")}
_BY_NAME = (Area.Kind.CSP, Area.Kind.PSEUDO)  # publishers give these no code
LONGEST_NAME = 120
_SMALL = (Area.Kind.WARD, Area.Kind.LSOA)


def _listed() -> dict[str, mapping.AreaRow]:
    return {name: row for row in mapping.area_rows() for name in row.spellings}


def identity(ref: AreaRef, listed: dict[str, mapping.AreaRow]) -> Identity | None:
    """What makes an area the same in two files; None when it is named by name alone and nobody knows it."""
    place = listed.get(normal(ref.within))
    if ref.kind in _SMALL and ref.code:
        return ref.code, place.code if place and place.kind == Area.Kind.PSEUDO else ""
    if ref.kind in _SMALL:  # by name alone: two boroughs can have a ward of one name
        return f"{place.code if place else _brief(ref.within, 15)}/{_brief(ref.name, 24)}".upper(), ""
    if ref.code:
        return ref.code, ""
    row = listed.get(normal(ref.name))
    if row and ref.kind not in _BY_NAME:
        # Rows of a command unit or of the force are sums of the boroughs' rows.
        asked_above = ref.kind in (Area.Kind.FORCE, Area.Kind.BCU)
        is_above = row.kind in (Area.Kind.FORCE, Area.Kind.BCU)
        return (row.code, "") if asked_above == is_above else None
    if row and ref.kind == Area.Kind.PSEUDO and row.kind == Area.Kind.PSEUDO:
        return row.code, ""
    if ref.kind in _BY_NAME:
        return f"{ref.kind}-{_brief(ref.name, 30)}".upper(), ""
    return None


def _brief(name: str, most: int) -> str:
    """The letters and digits of a name, at most this many. Long names that begin alike are still two."""
    slug = slugify(name)
    if 0 < len(slug) <= most:
        return slug
    return f"{slug[: most - 9]}-{hashlib.sha256(normal(name).encode()).hexdigest()[:8]}"


@dataclass
class Identified:
    """The areas of one file: an identity each (several spellings can share one), first come first."""

    refs: tuple[AreaRef, ...]
    identities: list[Identity]
    first: dict[Identity, AreaRef] = field(default_factory=dict)


def identify(name: str, publication: Publication) -> Identified:
    """Check all areas of a file, and that none stands twice under one label. Raises BadFile."""
    listed = _listed()
    found = Identified(publication.areas, [])
    own = _own_boroughs(publication, listed)
    for at, ref in enumerate(publication.areas):
        one = _checked(name, publication, at, ref, listed)
        place = listed.get(normal(ref.within))
        if one in own and place and place.code != own[one]:
            if publication.source.partition:
                raise BadFile(
                    f"{name}: Line {_line_of(publication, at)}: the code {ref.code} stands for {ref.name}, "
                    f"{ref.within}, and elsewhere for another borough."
                )
            one = (one[0], place.code)
        known = found.first.setdefault(one, ref)
        if publication.source.partition and ref.kind in _SMALL and normal(known.name) != normal(ref.name):
            raise BadFile(
                f"{name}: Line {_line_of(publication, at)}: the code {ref.code} stands for {ref.name}, and "
                f"elsewhere for {known.name}."
            )
        found.identities.append(one)
    _refuse_repeats(name, publication, found)
    return found


def _own_boroughs(publication: Publication, listed: dict[str, mapping.AreaRow]) -> dict[Identity, str]:
    """Small areas that stand under two boroughs -> code of the one that is theirs: the one we know of, else
    the one with most lines of the file."""
    lines = np.bincount(publication.grid.area, minlength=len(publication.areas))
    boroughs: dict[Identity, dict[str, int]] = {}
    for at, ref in enumerate(publication.areas):
        place = listed.get(normal(ref.within))
        one = identity(ref, listed)
        if ref.kind in _SMALL and place and place.kind == Area.Kind.BOROUGH and one:
            counted = boroughs.setdefault(one, {})
            counted[place.code] = counted.get(place.code, 0) + int(lines[at])
    several = {one: counted for one, counted in boroughs.items() if len(counted) > 1}
    # In two steps: joined, PostgreSQL may look at every link for every code until it has statistics.
    parts = Area.objects.filter(code__in=[code for code, _ in several], within="")
    codes = dict(parts.values_list("pk", "code"))
    links = AreaLink.objects.filter(part__in=list(codes), file=None, whole__kind=Area.Kind.BOROUGH)
    known = {codes[part]: whole for part, whole in links.values_list("part_id", "whole__code")}
    return {
        one: known.get(one[0]) or max(counted, key=lambda code: counted[code])
        for one, counted in several.items()
    }


def _line_of(publication: Publication, area: int) -> int:
    at = np.flatnonzero(publication.grid.area == area)
    return int(publication.grid.line[at].min()) if len(at) else 1


def _checked(
    name: str, publication: Publication, at: int, ref: AreaRef, listed: dict[str, mapping.AreaRow]
) -> Identity:
    one = identity(ref, listed)
    if one is None and not publication.source.partition:
        raise BadFile(
            f"{name}: Line {_line_of(publication, at)}: “{ref.name[:60]}” is no area that we know by "
            "its name. Write its ONS code, such as E09000004, E05011217 or E01000006."
        )
    if one is None:
        raise BadFile(
            f"{name}: Line {_line_of(publication, at)}, borough column: “{ref.name[:60]}” is not a London "
            "borough we know. Check its spelling, and take out rows of totals."
        )
    pattern = _CODES.get(ref.kind)
    if pattern and ref.code and not pattern.fullmatch(ref.code):
        raise BadFile(
            f"{name}: Line {_line_of(publication, at)}: “{ref.code[:40]}” is not the code of a {ref.kind} "
            "such as E05011217 or E01000006."
        )
    within = listed.get(normal(ref.within))
    if (
        publication.source.partition
        and ref.kind in _SMALL
        and (not within or within.kind not in (Area.Kind.BOROUGH, Area.Kind.PSEUDO))
    ):
        raise BadFile(
            f"{name}: Line {_line_of(publication, at)}, borough column: “{ref.within[:60]}” is not a London "
            "borough we know. Check its spelling, and take out rows of totals."
        )
    return one


def _refuse_repeats(name: str, publication: Publication, found: Identified) -> None:
    """Two rows for one area under one label, spelled differently."""
    labels = [tuple(map(normal, label)) for label in publication.labels]
    if len(set(labels)) == len(labels) and len(found.first) == len(found.refs):
        return
    number_of = {one: at for at, one in enumerate(found.first)}
    label_of = {label: at for at, label in enumerate(dict.fromkeys(labels))}
    areas = np.array([number_of[one] for one in found.identities])[publication.grid.area]
    of_label = np.array([label_of[label] for label in labels])[publication.grid.label]
    pairs = areas.astype(np.int64) * len(label_of) + of_label
    _, first, back = np.unique(pairs, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[back] != np.arange(len(pairs)))
    if len(again):
        at, before = int(again[0]), int(first[back[again[0]]])
        ref = publication.areas[publication.grid.area[at]]
        label = publication.labels[publication.grid.label[at]]
        as_name = publication.areas[publication.grid.area[before]].name
        raise BadFile(
            f"{name}: Line {publication.grid.line[at]} repeats “{label.major} / {label.minor}” for "
            f"{ref.name}, which stands there already as {as_name}."
        )


def area_ids(first: dict[Identity, AreaRef]) -> dict[Identity, int]:
    """The areas in the database, those made that are new. Call it inside the import's transaction."""
    held = _held(first)
    held |= _partnerships_by_name(first, held)
    _name_coded(first, held)
    new = [one for one in first if one not in held]
    if new:
        upgraded = _with_codes_now(first, new)
        held |= upgraded
        new = [one for one in new if one not in upgraded]
        rows = [(*one, first[one].name or one[0], str(first[one].kind)) for one in new]
        insert(Area, ("code", "within", "name", "kind"), rows)
        held |= _held({one: first[one] for one in new})
        _name(first, new, held)
    _link_to_boroughs(first, held)
    return held


def _held(wanted: Iterable[Identity]) -> dict[Identity, int]:
    asked = set(wanted)
    codes = [code for code, _ in asked]
    found: dict[Identity, int] = {}
    if len(codes) > 500:  # one look at all of them is cheaper than many questions
        rows = Area.objects.values_list("code", "within", "pk")
    else:
        rows = Area.objects.filter(code__in=codes).values_list("code", "within", "pk")
    for code, within, pk in rows.iterator(chunk_size=5_000):
        if (code, within) in asked:
            found[code, within] = pk
    return found


def _partnerships_by_name(first: dict[Identity, AreaRef], held: dict[Identity, int]) -> dict[Identity, int]:
    """CSPs that a file names without a code, and that are known with theirs from a look-up."""
    named = {
        normal(ref.name): one
        for one, ref in first.items()
        if ref.kind == Area.Kind.CSP and not ref.code and one not in held
    }
    if not named:
        return {}
    known = AreaName.objects.filter(scope=AreaName.Scope.CSPS, name__in=list(named))
    return {named[name]: area for name, area in known.values_list("name", "area_id")}


def _with_codes_now(first: dict[Identity, AreaRef], new: Sequence[Identity]) -> dict[Identity, int]:
    """CSPs that were known by name only, for which a look-up has now brought the code."""
    named = {
        normal(first[one].name): one for one in new if first[one].kind == Area.Kind.CSP and first[one].code
    }
    found = {}
    for known in AreaName.objects.filter(scope=AreaName.Scope.CSPS, name__in=named).select_related("area"):
        one = named[known.name]
        if known.area.code.startswith("CSP-"):
            known.area.code = one[0]
            known.area.save(update_fields=["code"])
            found[one] = known.area_id
    return found


def _name_coded(first: dict[Identity, AreaRef], held: dict[Identity, int]) -> None:
    """Areas that were known by their code only, for which a file has now brought the name."""
    nameless = Area.objects.filter(name=F("code"))
    for area in nameless:
        ref = first.get((area.code, area.within))
        if ref and ref.name and (area.code, area.within) in held:
            area.name = ref.name
            area.save(update_fields=["name"])


def _name(first: dict[Identity, AreaRef], new: Sequence[Identity], held: dict[Identity, int]) -> None:
    """Boroughs and CSPs can be asked for by name. A name that is taken stays with whom it is, and one too
    long to be kept as it is compared is no name to ask by."""
    scopes = {Area.Kind.CSP: AreaName.Scope.CSPS, Area.Kind.BOROUGH: AreaName.Scope.BOROUGHS}
    AreaName.objects.bulk_create(
        [
            AreaName(
                area_id=held[one], scope=scopes[Area.Kind(first[one].kind)], name=normal(first[one].name)
            )
            for one in new
            if first[one].kind in scopes and first[one].name and len(normal(first[one].name)) <= LONGEST_NAME
        ],
        ignore_conflicts=True,
        batch_size=200,
    )


def _link_to_boroughs(first: dict[Identity, AreaRef], held: dict[Identity, int]) -> None:
    """A small area is part of the borough printed beside it; a pseudo-area is part of the force. So is one
    that was known before, from boundaries or a look-up, until a file printed its borough: its counts would
    be in no total otherwise."""
    places = dict(AreaName.objects.filter(scope=AreaName.Scope.BOROUGHS).values_list("name", "area_id"))
    beside = {held[one]: places.get(normal(ref.within)) for one, ref in first.items() if ref.within}
    wanted = {part: whole for part, whole in beside.items() if whole}
    if not wanted:
        return
    own = AreaLink.objects.filter(file=None, edition="")
    if len(wanted) <= 500:
        own = own.filter(part__in=list(wanted))
    linked = set(own.values_list("part_id", flat=True))
    rows = [(part, whole, "") for part, whole in wanted.items() if part not in linked]
    insert(AreaLink, ("part_id", "whole_id", "edition"), rows)
