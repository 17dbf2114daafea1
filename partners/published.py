"""What the public may know of partners and governance."""

from dataclasses import dataclass
from datetime import date

from partners.models import GovernanceBody, Membership, Partnership


@dataclass(frozen=True, slots=True)
class PublicPartnership:
    slug: str
    name: str
    short_name: str
    place: str
    strapline: str
    colour: str


@dataclass(frozen=True, slots=True)
class PublicPartner:
    name: str
    sector: str
    is_class: bool
    note: str


@dataclass(frozen=True, slots=True)
class PublicPartnerGroup:
    heading: str
    partners: tuple[PublicPartner, ...]


@dataclass(frozen=True, slots=True)
class PublicBody:
    name: str
    acronym: str
    kind: str
    remit: str
    cadence: str
    restricted: bool
    reports_to: str
    children: tuple["PublicBody", ...]


def partnerships() -> list[PublicPartnership]:
    return [
        PublicPartnership(p.slug, p.name, p.short_name, p.place, p.strapline, p.colour)
        for p in Partnership.objects.all()
    ]


def partner_groups(partnership: Partnership, on: date) -> list[PublicPartnerGroup]:
    """Partners of a day under the headings they were published with, in printed order."""
    members = Membership.objects.on(on).filter(partnership=partnership).select_related("organisation")
    groups: dict[str, list[PublicPartner]] = {}
    for member in members:
        organisation = member.organisation
        groups.setdefault(member.as_published or member.get_kind_display(), []).append(
            PublicPartner(
                member.printed_name or organisation.name,
                organisation.get_sector_display(),
                organisation.is_class,
                member.note,
            )
        )
    return [PublicPartnerGroup(heading, tuple(found)) for heading, found in groups.items()]


def governance_tree(partnership: Partnership, on: date) -> list[PublicBody]:
    """The bodies of a day as a tree. A body whose parent is not in force stands at the top."""
    bodies = list(GovernanceBody.objects.on(on).filter(partnership=partnership))
    there = {body.pk for body in bodies}
    below: dict[int | None, list[GovernanceBody]] = {}
    for body in bodies:
        below.setdefault(body.parent_id if body.parent_id in there else None, []).append(body)

    def branch(parent: int | None, reports_to: str) -> tuple[PublicBody, ...]:
        return tuple(
            PublicBody(
                body.name,
                body.acronym,
                body.get_kind_display(),
                body.remit,
                body.cadence,
                body.restricted,
                reports_to,
                branch(body.pk, body.name),
            )
            for body in below.get(parent, [])
        )

    return list(branch(None, ""))
