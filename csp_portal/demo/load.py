"""Fills an empty portal with two demonstration partnerships, their figures and people to sign in as."""

import re
import tempfile
import tomllib
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.workflow import Status
from crime_data.downloads import DownloadFailed, fetch_listed
from crime_data.importers import IMPORTERS, BadFile
from crime_data.models import Area, CrimeType, Release
from crime_data.services import Received, import_files, load_reference
from csp_portal.demo.figures import write_demo_figures
from csp_portal.demo.measures import load_measures
from csp_portal.demo.other_figures import is_held, load_other_figures
from delivery_plans.models import Action, DeliveryPlan, ProgressUpdate, Rag
from measures.models import Measure, PrintedDocument, PrintedFigure, Target
from meetings.models import AgendaItem, Meeting
from partners.models import GovernanceBody, Membership, Organisation, Partnership, Role, RoleGrant
from priorities.models import LocalVolumePriority, Outcome, Priority, Strategy

FOLDER = Path(__file__).parent
PASSWORD = "safer-together-demo"

ENDINGS = (".csv", ".csv.gz", ".xlsx", ".ods", ".parquet", ".geojson", ".json", ".zip")
POLICE = "Metropolitan Police Service"
# (who, e-mail address, role, partnership or None, lead of)
PEOPLE = (
    ("Community Safety Officer, Bexley", "officer@bexley.example", Role.OFFICER, "bexley", ""),
    ("Head of Community Safety, Bexley", "approver@bexley.example", Role.APPROVER, "bexley", ""),
    ("Police Lead, Bexley", "police@bexley.example", Role.PARTNER_LEAD, "bexley", POLICE),
    ("Board Member, Bexley", "board@bexley.example", Role.BOARD_MEMBER, "bexley", ""),
    ("Community Safety Officer, Bromley", "officer@bromley.example", Role.OFFICER, "bromley", ""),
    ("Assistant Director, Bromley", "approver@bromley.example", Role.APPROVER, "bromley", ""),
    ("Board Member, Bromley", "board@bromley.example", Role.BOARD_MEMBER, "bromley", ""),
    ("Data Manager", "data@portal.example", Role.DATA_MANAGER, None, ""),
)  # fmt: skip
DEMO_SIGN_INS = [(name, email, PASSWORD) for name, email, *_ in PEOPLE]
FIRST_LOOKS = [
    ("A resident: is a priority working?", "/bexley/priorities/residential-burglary/"),
    ("An officer: edit an action, report progress", "/workspace/bexley/"),
    ("A resident: what happens in my ward?", "/bexley/figures/wards/"),
    ("A board member: every priority on one page", "/board/bexley/"),
    ("A data manager: import the Met's files", "/data/"),
]


def load_demo(*, folder: Path | None = None, say=print) -> None:
    """Load what is not there yet. `folder` holds published files to use instead of a download."""
    load_reference()
    load_figures(folder, say)
    for slug in ("bexley", "bromley"):
        if not Partnership.objects.filter(slug=slug).exists():
            with (FOLDER / f"{slug}.toml").open("rb") as file:
                load_partnership(tomllib.load(file))
    load_printed()
    load_people()


def load_figures(folder: Path | None, say) -> None:
    """Published files from a folder; else the publisher's own by download; made-up ones for the sources that
    nothing is held of then."""
    if folder:
        _import_folder(folder, say)
    if Release.objects.exists():
        say("Figures: those held already.")
    else:
        _download(say)
    if not is_held("mps-borough"):
        say("Figures by borough: made up for this demonstration, and marked so.")
        with tempfile.TemporaryDirectory() as made:
            received = [Received(path.name, path) for path in write_demo_figures(Path(made))]
            import_files(received=received, illustrative=True)
    load_other_figures(say)


def _import_folder(folder: Path, say) -> None:
    files = sorted(path for path in folder.rglob("*") if path.name.lower().endswith(ENDINGS))
    if not files:
        say(f"There is no file of figures in {folder}.")
    for path in files:
        try:
            [outcome] = import_files(received=[Received(path.name, path)])
        except BadFile as problem:
            say(f"Left out: {problem}")
        else:
            say(f"Figures: {outcome.message}")


def _download(say) -> None:
    try:
        with tempfile.TemporaryDirectory() as fetched:
            paths = fetch_listed(
                settings.MPS_DATASET_URL,
                IMPORTERS["mps-borough"].SOURCE.wanted,
                Path(fetched),
                hosts=settings.DOWNLOAD_HOSTS,
                seconds=settings.DOWNLOAD_SECONDS,
            )
            outcomes = import_files(received=[Received(path.name, path) for path in paths])
        say(f"Figures: downloaded from the London Datastore. {outcomes[-1].message}")
    except (DownloadFailed, BadFile) as problem:
        say(f"Figures: no download. {problem}")


@transaction.atomic
def load_partnership(content: dict) -> Partnership:
    given = content["partnership"]
    partnership = Partnership.objects.create(
        place=given["borough"],
        **{name: given[name] for name in (
            "slug", "name", "short_name", "acronym", "strapline", "about", "contact_name", "contact_email",
            "colour",            "year_basis", "partners_note",
        )},
    )  # fmt: skip
    partnership.areas.set([Area.objects.get(code=given["area_code"])])
    organisations = {
        row["key"]: Organisation.objects.get_or_create(
            name=row["name"], defaults={"sector": row["sector"], "is_class": row["is_class"]}
        )[0]
        for row in content["organisations"]
    }
    for order, row in enumerate(content["memberships"]):
        Membership.objects.create(
            partnership=partnership,
            organisation=organisations[row["organisation"]],
            order=order,
            **_only(row, "kind", "as_published", "printed_name", "note", "starts_on", "ends_on"),
        )
    bodies: dict[str, GovernanceBody] = {}
    for row in content["bodies"]:  # a body stands below its parent in the file
        bodies[row["key"]] = GovernanceBody.objects.create(
            partnership=partnership,
            parent=bodies.get(row.get("parent", "")),
            **_only(
                row,
                "name",
                "acronym",
                "kind",
                "order",
                "remit",
                "cadence",
                "restricted",
                "starts_on",
                "ends_on",
            ),
        )
    strategy, priorities = _load_strategy(partnership, content)
    load_measures(
        content["measures"], priorities=priorities, organisations=organisations, by=_officer(content)
    )
    plan = DeliveryPlan.objects.create(
        strategy=strategy,
        title=f"Delivery plan, {partnership.short_name}",
        starts_on=strategy.starts_on,
        ends_on=strategy.ends_on,
        owner=next((body for body in bodies.values() if body.kind == GovernanceBody.Kind.BOARD), None),
    )
    _load_actions(plan, content, priorities, organisations)
    _load_meetings(content, bodies, priorities, organisations)
    return partnership


def _load_strategy(partnership: Partnership, content: dict) -> tuple[Strategy, dict[int, Priority]]:
    given = content["strategy"]
    strategy = Strategy.objects.create(
        partnership=partnership,
        summary="\n\n".join(given["summary"]),
        status=Status.PUBLISHED,
        **_only(
            given, "title", "slug", "starts_on", "ends_on", "vision", "audience", "objectives", "principles",
            "source_document",
        ),
    )  # fmt: skip
    priorities = {
        row["number"]: Priority.objects.create(
            strategy=strategy,
            **_only(
                row, "number", "slug", "title", "high", "statement", "aim", "tackle", "approach", "tracking"
            ),
        )
        for row in content["priorities"]
    }
    for order, row in enumerate(content["outcomes"]):
        outcome = Outcome.objects.create(strategy=strategy, statement=row["statement"], order=order)
        outcome.priorities.set([priorities[number] for number in row["priorities"]])
    for row in content["local_volume_priorities"]:
        LocalVolumePriority.objects.create(
            strategy=strategy, **_only(row, "name", "origin", "starts_on", "note")
        )
    return strategy, priorities


def _load_actions(plan, content, priorities, organisations) -> None:
    author = _officer(content)
    latest: dict[str, str] = {}
    for row in sorted(content["updates"], key=lambda row: row["period"]):
        latest[row["action"]] = row["rag"]
    actions = {}
    for row in content["actions"]:
        # Invented dates lie in the past by now: what went well is shown as done, the rest as late.
        done = (
            row["illustrative"]
            and latest.get(row["reference"]) == Rag.GREEN
            and row["due_on"] < timezone.localdate()
        )
        actions[row["reference"]] = Action.objects.create(
            plan=plan,
            priority=priorities[row["priority"]],
            lead=organisations[row["lead"]],
            completed_on=row["due_on"] if done else None,
            **_only(row, "reference", "title", "detail", "starts_on", "due_on", "illustrative"),
        )
    for row in content["updates"]:
        ProgressUpdate.objects.create(
            action=actions[row["action"]],
            author=author,
            submitted_at=timezone.make_aware(datetime.combine(row["period"], time(10))) + timedelta(days=95),
            **_only(row, "period", "rag", "narrative", "status"),
        )


def _load_meetings(content, bodies, priorities, organisations) -> None:
    today = timezone.localdate()
    for row in content["meetings"]:
        # The day is invented either way; a meeting still to come must lie ahead to be one.
        moved = row["status"] == "planned" and row["on"] <= today
        body = bodies[row["body"]]
        meeting = Meeting.objects.create(
            body=body,
            title=f"{body.name}, next meeting" if moved else row["title"],
            on=today + timedelta(weeks=6) if moved else row["on"],
            starts_at=time.fromisoformat(row["starts_at"]) if row.get("starts_at") else None,
            stage=row["status"],
            public=True,
            **_only(row, "place", "note", "illustrative"),
        )
        for item in row["items"]:
            AgendaItem.objects.create(
                meeting=meeting,
                priority=priorities.get(item.get("priority")),
                presenter=organisations.get(item.get("presenter")),
                **_only(item, "number", "title", "kind"),
            )


# Of what a document's numbers are, where the portal counts them all as one.
COUNTED = ("offences", "incidents", "people")
# Notes begin so where they say what the portal works out itself.
DERIVED = re.compile(r"Derived: .*?(?<=\.)(?=\s+[A-Z]|$)\s*")


@transaction.atomic
def load_printed() -> None:
    """The figures that documents of the two partnerships print, where none are kept yet."""
    if PrintedDocument.objects.exists():
        return
    with (FOLDER / "printed.toml").open("rb") as file:
        content = tomllib.load(file)
    kinds = CrimeType.objects.in_bulk(field_name="key")
    for order, row in enumerate(content["documents"]):
        figures = [figure for figure in content["figures"] if figure["document"] == row["slug"]]
        document = PrintedDocument.objects.create(
            partnership=Partnership.objects.get(slug=row["partnership"]),
            order=order,
            is_survey=all(figure["statistic"] == "share" and "base" in figure for figure in figures),
            **_only(row, "slug", "title", "period", "source_page", "note"),
        )
        PrintedFigure.objects.bulk_create(
            PrintedFigure(document=document, order=place, **_printed(figure, kinds))
            for place, figure in enumerate(figures)
        )


def _printed(row: dict, kinds: dict[str, CrimeType]) -> dict:
    """A figure of the file as the model keeps it."""
    kept = _only(
        row, "label", "as_printed", "area", "first_month", "last_month", "value", "before", "base",
        "change_count", "change_percent", "target_value", "target_printed",
    )  # fmt: skip
    kept |= {name: Decimal(str(kept[name])) for name in ("value", "before", "target_value") if name in kept}
    if "change_percent" in kept:
        kept["change_percent"] = Decimal(str(kept["change_percent"]))
    # A promise without a number has a kind all the same: what is detected was to rise.
    kind = {"not-stated": Target.Kind.AT_LEAST}.get(row.get("target_kind", ""), row.get("target_kind", ""))
    return kept | {
        "crime_type": kinds.get(row["crime_type"]),
        "unit": Measure.Unit.COUNT if row["unit"] in COUNTED else row["unit"],
        "statistic": Measure.Statistic.SHARE if row["statistic"] == "gap" else row["statistic"],
        # In the file "none" says that no change is printed, not that there was none.
        "direction": "" if row["direction"] == "none" else row["direction"],
        "target_kind": kind,
        "note": DERIVED.sub("", row["note"]).strip(),
    }


def load_people() -> None:
    for person in PEOPLE:
        user = _person(person)
        _, _, role, slug, lead = person
        RoleGrant.objects.get_or_create(
            user=user,
            role=role,
            partnership=Partnership.objects.get(slug=slug) if slug else None,
            organisation=Organisation.objects.get(name=lead) if lead else None,
        )


def _officer(content: dict) -> User:
    slug = content["partnership"]["slug"]
    return _person(next(person for person in PEOPLE if person[2] == Role.OFFICER and person[3] == slug))


def _person(person: tuple) -> User:
    name, email, *_ = person
    return User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)


def _only(row: dict, *names: str) -> dict:
    return {name: row[name] for name in names if name in row}
