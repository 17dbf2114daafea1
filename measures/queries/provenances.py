"""Where a figure came from."""

from dataclasses import dataclass
from datetime import date

from crime_data.queries import Holding
from measures.models import Measure
from measures.queries.kinds import Worked


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure came from: a publisher's release, or the partnership's own returns (then `release` is
    empty and `known_on` the day that the newest was known)."""

    publisher: str
    source: str
    source_url: str
    licence: str
    release: str
    published_on: date
    illustrative: bool
    files: tuple[tuple[str, str], ...]
    source_key: str = ""


def provenance(measure: Measure, found: Worked) -> Provenance | None:
    if found.now is None:
        return None
    if found.holding:
        first = found.before[0] if found.before else found.now[0]
        return provenance_of(found.holding, first, found.now[1])
    if not found.returns:
        return None
    newest = max(found.returns, key=lambda row: row.published_on)
    return Provenance(
        publisher=measure.owner.name if measure.owner else "",
        source=measure.source_note or "The partnership's own figures",
        source_url="",
        licence="",
        release="",
        published_on=newest.published_on,
        illustrative=any("illustrative" in row.note.lower() for row in found.returns),
        files=(),
    )


def provenance_of(holding: Holding, first: date, last: date) -> Provenance:
    release, source = holding.release, holding.release.source
    return Provenance(
        publisher=source.publisher,
        source=source.name,
        source_url=source.url,
        licence=source.licence,
        release=release.key,
        published_on=release.published_on,
        illustrative=release.illustrative,
        files=tuple((file.name, file.sha256) for file in holding.spans(first, last)),
        source_key=source.key,
    )


def source_line(found: Provenance | None) -> str:
    if found is None:
        return ""
    if found.illustrative:
        return (
            "illustrative figures, made for this demonstration in the publisher's format. They are not real."
        )
    if not found.release:
        owner = f"{found.publisher}: " if found.publisher else ""
        return f"{owner}{found.source}, known since {found.published_on:%-d %B %Y}."
    return (
        f"{found.publisher}, {found.source}, "
        f"release {found.release}, published {found.published_on:%-d %B %Y}."
    )
