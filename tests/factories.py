"""Makes what a test needs: valid as it comes, the same every time; the test names only what it cares about.

action = make_action(due_on=date(2026, 3, 31))
officer = make_user(Role.OFFICER, action.plan.strategy.partnership)
as_(client, officer).get(...)
"""

from datetime import UTC, date, datetime
from itertools import count

import numpy as np
from django.test import Client

from accounts.models import User
from audit.workflow import Status
from crime_data.models import Area, AreaLink, CrimeType, CrimeTypeTable, Release, ReleaseFile, Source
from crime_data.months import add_months
from crime_data.packing import pack, pack_ids
from crime_data.services import load_reference
from delivery_plans.models import Action, DeliveryPlan, ProgressUpdate, Rag
from measures.models import (
    Baseline,
    LocalReturn,
    Measure,
    Narrative,
    PrintedDocument,
    PrintedFigure,
    Target,
)
from meetings.models import AgendaItem, Meeting
from partners.models import GovernanceBody, Membership, Organisation, Partnership, Role, RoleGrant
from priorities.models import Priority, Strategy

PASSWORD = "correct-horse-battery"
TODAY = date(2026, 5, 20)  # for tests that stop the clock
_n = count(1)


# --- people ----------------------------------------------------------------------------------


def make_user(role: Role | None = None, partnership: Partnership | None = None, **given) -> User:
    """Somebody who can sign in with PASSWORD; with a role if named. `organisation` is for partner leads."""
    organisation = given.pop("organisation", None)
    number = next(_n)
    user = User.objects.create_user(
        given.pop("email", f"person-{number}@portal.example"),
        given.pop("password", PASSWORD),
        **{"name": f"Person {number}"} | given,
    )
    if role:
        grant(user, role, partnership, organisation=organisation)
    return user


def grant(user: User, role: Role, partnership: Partnership | None = None, **given) -> RoleGrant:
    """A role in a partnership, or in the whole portal when none is named."""
    if role == Role.PARTNER_LEAD and not given.get("organisation"):
        given["organisation"] = make_organisation()
    return RoleGrant.objects.create(user=user, role=role, partnership=partnership, **given)


def as_(client: Client, user: User | None) -> Client:
    """This client, signed in as this person (or as nobody)."""
    if user:
        # Named, because the first backend that Django finds answers questions about roles only.
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    else:
        client.logout()
    return client


# --- partners --------------------------------------------------------------------------------


def make_partnership(*, areas: tuple[str, ...] = ("Bexley",), **given) -> Partnership:
    """A partnership of one borough, or of those named in `areas`."""
    number = next(_n)
    partnership = Partnership.objects.create(
        **{
            "slug": f"partnership-{number}",
            "name": f"Partnership {number}",
            "short_name": f"Partnership {number}",
            "place": areas[0] if areas else "Nowhere",
        }
        | given
    )
    partnership.areas.set([area(name) for name in areas])
    return partnership


def area(name: str) -> Area:
    """An area of the reference tables, by its name."""
    if not Area.objects.exists():
        load_reference()
    return Area.objects.get(name=name)


def make_organisation(**given) -> Organisation:
    return Organisation.objects.create(**{"name": f"Organisation {next(_n)}"} | given)


def make_membership(*, partnership=None, organisation=None, **given) -> Membership:
    return Membership.objects.create(
        partnership=partnership or make_partnership(),
        organisation=organisation or make_organisation(),
        **{"kind": Membership.Kind.RESPONSIBLE} | given,
    )


def make_body(*, partnership=None, **given) -> GovernanceBody:
    return GovernanceBody.objects.create(
        partnership=partnership or make_partnership(),
        **{"name": f"Body {next(_n)}", "kind": GovernanceBody.Kind.GROUP} | given,
    )


# --- strategy and plan -----------------------------------------------------------------------


def make_strategy(*, partnership=None, **given) -> Strategy:
    number = next(_n)
    return Strategy.objects.create(
        partnership=partnership or make_partnership(),
        **{
            "slug": f"strategy-{number}",
            "title": f"Strategy {number}",
            "starts_on": date(2024, 4, 1),
            "ends_on": date(2028, 3, 31),
            "status": Status.PUBLISHED,
        }
        | given,
    )


def make_priority(*, strategy=None, partnership=None, **given) -> Priority:
    """A priority of the strategy, else of the partnership's newest, else of a new one."""
    strategy = strategy or Strategy.objects.filter(partnership=partnership).first()
    strategy = strategy or make_strategy(partnership=partnership)
    number = given.pop("number", strategy.priorities.count() + 1)
    return Priority.objects.create(
        strategy=strategy,
        number=number,
        **{"slug": f"priority-{number}", "title": f"Priority {next(_n)}"} | given,
    )


def make_measure(*, priority=None, crime_type: str | None = "residential-burglary", **given) -> Measure:
    """What a priority is measured by; `crime_type=None` is a measure that is not measured yet."""
    priority = priority or make_priority()
    number = next(_n)
    return Measure.objects.create(
        priority=priority,
        crime_type=crime_type_of(crime_type),
        of_crime_type=crime_type_of(given.pop("of_crime_type", None)),
        **{
            "key": f"measure-{number}",
            "name": f"Measure {number}",
            "polarity": "lower",
            "kind": "count" if crime_type else "none",
        }
        | given,
    )


def crime_type_of(key: str | None) -> CrimeType | None:
    if not key:
        return None
    if not CrimeType.objects.exists():
        load_reference()
    return CrimeType.objects.get(key=key)


def make_target(measure: Measure, kind: str = "at_most", value=None, **given) -> Target:
    return Target.objects.create(
        measure=measure, kind=kind, value=value, **{"due_on": date(2028, 3, 31)} | given
    )


def make_baseline(measure: Measure, value=400, **given) -> Baseline:
    return Baseline.objects.create(
        measure=measure,
        value=value,
        **{"first_month": date(2023, 4, 1), "last_month": date(2024, 3, 1)} | given,
    )


def make_return(measure: Measure, first_month: date, value=None, months: int = 1, **given) -> LocalReturn:
    """The partnership's own figure for some months."""
    return LocalReturn.objects.create(
        measure=measure,
        first_month=first_month,
        last_month=add_months(first_month, months - 1),
        value=value,
        **{"published_on": add_months(first_month, months), "statistic": measure.statistic} | given,
    )


def make_plan(*, strategy=None, partnership=None, **given) -> DeliveryPlan:
    strategy = strategy or make_strategy(partnership=partnership)
    return DeliveryPlan.objects.create(
        strategy=strategy,
        **{"title": f"Plan {next(_n)}", "starts_on": strategy.starts_on, "ends_on": strategy.ends_on} | given,
    )


def make_action(*, priority=None, partnership=None, plan=None, lead=None, **given) -> Action:
    """An action; its lead is made a partner, as only partners can be chosen."""
    priority = priority or make_priority(partnership=partnership)
    plan = plan or priority.strategy.delivery_plans.first() or make_plan(strategy=priority.strategy)
    lead = lead or make_membership(partnership=priority.strategy.partnership).organisation
    number = next(_n)
    return Action.objects.create(
        plan=plan,
        priority=priority,
        lead=lead,
        **{
            "reference": f"A{number}",
            "title": f"Action {number}",
            "starts_on": date(2026, 4, 1),
            "due_on": date(2027, 3, 31),
        }
        | given,
    )


def make_update(*, action=None, author=None, **given) -> ProgressUpdate:
    return ProgressUpdate.objects.create(
        action=action or make_action(),
        author=author or make_user(),
        **{
            "period": date(2026, 1, 1),
            "rag": Rag.GREEN,
            "narrative": "Ten walks were held.",
            "status": Status.SUBMITTED,
        }
        | given,
    )


def make_printed_document(*, partnership=None, figures: tuple = (), **given) -> PrintedDocument:
    """A document with its figures, each a dict; the crime type is named by its key."""
    number = next(_n)
    document = PrintedDocument.objects.create(
        partnership=partnership or make_partnership(),
        **{"slug": f"document-{number}", "title": f"Document {number}"} | given,
    )
    for order, figure in enumerate(figures):
        kind = crime_type_of(figure.get("crime_type"))
        PrintedFigure.objects.create(
            document=document, order=order, **{"label": f"Figure {order}"} | figure | {"crime_type": kind}
        )
    return document


def make_narrative(*, priority=None, author=None, **given) -> Narrative:
    """Commentary on a quarter; one that is approved names no figure unless `frozen` says what it was."""
    status = given.get("status", Status.DRAFT)
    frozen_at = None if status in (Status.DRAFT, Status.SUBMITTED) else datetime(2026, 4, 20, 9, tzinfo=UTC)
    return Narrative.objects.create(
        priority=priority or make_priority(),
        author=author or make_user(),
        **{"quarter": date(2026, 1, 1), "text": "Fewer were recorded.", "frozen_at": frozen_at} | given,
    )


def make_meeting(*, body=None, partnership=None, items: tuple = (), **given) -> Meeting:
    """A public meeting. An item is its title, or a dict of what matters about it."""
    meeting = Meeting.objects.create(
        body=body or make_body(partnership=partnership),
        **{"title": f"Meeting {next(_n)}", "on": date(2026, 6, 10), "public": True} | given,
    )
    for number, item in enumerate(items, start=1):
        AgendaItem.objects.create(
            meeting=meeting, **{"number": number} | (item if isinstance(item, dict) else {"title": item})
        )
    return meeting


# --- figures ---------------------------------------------------------------------------------


def make_release_with_counts(
    counts: dict[str, int | list[int]],
    *,
    crime_types: tuple[str, ...] = ("residential-burglary",),
    last_month: date = date(2023, 12, 1),
    months: int = 24,
    state: str = ReleaseFile.State.CURRENT,
    **given,
) -> Release:
    """A release in use: area name -> a count a month, or one for each month, the oldest first.

    As an import does, it adds up the boroughs for their command units and all of them for the force; name a
    command unit or the force to say otherwise. Every crime type gets the same counts.
    """
    number = next(_n)
    monthly = {area(name): np.broadcast_to(np.array(value), months) for name, value in counts.items()}
    for link in AreaLink.objects.filter(part__kind=Area.Kind.BOROUGH).select_related("part", "whole"):
        if link.part in monthly:
            _add(monthly, counts, link.whole, monthly[link.part])
            _add(monthly, counts, area("Metropolitan Police"), monthly[link.part])
    release = Release.objects.create(
        **{
            "source": Source.objects.get(key="mps-borough"),
            "key": f"release-{number}",
            "published_on": date(2024, 1, 4),
        }
        | given
    )
    file = ReleaseFile.objects.create(
        release=release,
        name=f"figures-{number}.csv",
        part="recent",
        sha256=f"{number:064x}",
        digest=f"{number:064x}",
        size=1,
        rows=1,
        observations=months,
        total=1,
        first_month=add_months(last_month, 1 - months),
        last_month=last_month,
        state=state,
    )
    kinds = [CrimeType.objects.get(key=key).pk for key in crime_types]
    CrimeTypeTable.objects.bulk_create(
        CrimeTypeTable(
            file=file,
            area=where,
            crime_types=pack_ids(np.array(kinds)),
            values=pack(np.tile(values, (len(kinds), 1))),
        )
        for where, values in monthly.items()
    )
    return release


def _add(monthly, given, whole, values):
    if whole.name not in given:
        monthly[whole] = monthly.get(whole, 0) + values
