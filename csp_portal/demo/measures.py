"""Measures of the demonstration's partnerships, with what belongs to them, out of their TOML tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from crime_data.models import CrimeType
from crime_data.months import add_months
from measures.models import Baseline, LocalReturn, Measure, Rebase, Target
from partners.models import Organisation
from priorities.models import Outcome, Priority

PLAIN = (
    "key name kind composite source_key per question unit statistic standard_hours times_a_year period "
    "polarity definition why caveat source_note retired_on"
).split()
CRIME_TYPES = ("crime_type", "of_crime_type")
ILLUSTRATIVE = "Illustrative: "

Row = Mapping[str, Any]


def load_measures(
    rows: Sequence[Row],
    *,
    priorities: Mapping[int, Priority],
    organisations: Mapping[str, Organisation],
    by: User,
) -> None:
    """`rows` are the tables as they stand in the file; `priorities` are by number, `organisations` by key."""
    kinds = {kind.key: kind for kind in CrimeType.objects.all()}
    outcomes = list(Outcome.objects.filter(strategy=next(iter(priorities.values())).strategy))
    for order, row in enumerate(rows):
        measure = Measure.objects.create(
            priority=priorities[row["priority"]],
            order=order,
            owner=organisations[row["owner"]] if "owner" in row else None,
            **{name: kinds[row[name]] for name in CRIME_TYPES if name in row},
            **dict(zip(("group_a", "group_b"), row.get("groups", ()), strict=False)),
            **{name: row[name] for name in PLAIN if name in row},
        )
        measure.outcomes.set([outcomes[number - 1] for number in row.get("outcomes", ())])
        baselines = {
            given["name"]: Baseline.objects.create(measure=measure, **_noted(given))
            for given in row.get("baselines", ())
        }
        for given in row.get("targets", ()):
            baseline = baselines[given["baseline"]] if "baseline" in given else None
            Target.objects.create(measure=measure, **{**_noted(given), "baseline": baseline})
        for given in row.get("rebases", ()):
            Rebase.objects.create(measure=measure, **given)
        LocalReturn.objects.bulk_create(
            LocalReturn(measure=measure, by=by, **_return(measure, given)) for given in row.get("returns", ())
        )


def _return(measure: Measure, given: Row) -> dict[str, Any]:
    """A figure counts as known two months after the months it is about, unless its row says otherwise."""
    last = given.get("last_month", given["first_month"])
    usual = {
        "last_month": last,
        "statistic": measure.statistic,
        "published_on": add_months(last, 2),
    }
    return usual | _noted(given)


def _noted(given: Row) -> dict[str, Any]:
    """The fields of a row; what is invented says so in its note."""
    fields = {name: value for name, value in given.items() if name != "illustrative"}
    if given.get("illustrative"):
        fields["note"] = ILLUSTRATIVE + given.get("note", "invented for this demonstration.")
    return fields
