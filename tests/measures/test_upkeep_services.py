"""Looking after measures: what may be kept, who may do it, and that nothing is half done or overwritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from audit.models import Event
from measures.library import load
from measures.models import Baseline, LocalReturn, Measure, Rebase, Target
from measures.services import measures as services
from measures.services import returns, targets
from measures.services.access import StaleEdit, may_enter_returns
from measures.services.returns import Entry, StaleReturns, WrongEntries
from partners.models import Role
from priorities.models import Outcome
from tests.factories import (
    crime_type_of,
    make_baseline,
    make_measure,
    make_membership,
    make_organisation,
    make_partnership,
    make_priority,
    make_return,
    make_target,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-05-20 12:00", tick=False)


@pytest.fixture
def priority():
    return make_priority()


@pytest.fixture
def partnership(priority):
    return priority.strategy.partnership


@pytest.fixture
def officer(partnership):
    return make_user(Role.OFFICER, partnership)


def local(priority, **given):
    return make_measure(priority=priority, crime_type=None, **{"kind": "local", "period": "quarter"} | given)


def refused(act, *, field=None, says=""):
    """The problem of an act that the service refuses, on the field it names."""
    with pytest.raises(ValidationError) as caught:
        act()
    words = caught.value.message_dict[field] if field else caught.value.messages
    assert says in " ".join(words)


def words_of(measure):
    return [(event.verb, event.note) for event in Event.objects.about(measure).order_by("id")]


# --- adding and adopting ---------------------------------------------------------------------


def test_a_measure_of_the_partnership_s_own_is_added_last_with_a_key(priority, officer):
    make_measure(priority=priority, name="First", key="first", order=4)
    outcome = Outcome.objects.create(strategy=priority.strategy, statement="People feel safe")

    measure = services.add_measure(
        priority=priority, kind="local", by=officer, name=" Walks  held ", unit="number", statistic="count",
        outcomes=[outcome],
    )  # fmt: skip

    assert (measure.name, measure.key, measure.order, measure.unit) == (
        "Walks held",
        "walks-held",
        5,
        "number",
    )
    assert list(measure.outcomes.all()) == [outcome]
    assert measure.history.get().history_user == officer
    assert words_of(measure) == [("added", f"The partnership's own figure, for {priority.title}")]


def test_keys_are_free_even_for_names_that_look_alike(priority, officer):
    keys = [
        services.add_measure(priority=priority, kind="none", by=officer, name=name, why="Not yet agreed").key
        for name in ("Feeling safe", "Feeling: safe", "安全", "feeling safe!")
    ]

    assert keys == ["feeling-safe", "feeling-safe-2", "measure", "feeling-safe-3"]


def test_a_kind_brings_its_unit_and_statistic(priority, officer):
    given = {"by": officer, "priority": priority}
    gap = services.add_measure(**given, kind="gap", name="Gap", group_a="A", group_b="B")
    timely = services.add_measure(**given, kind="standard", name="Timely", standard_hours=Decimal(48))
    panels = services.add_measure(**given, kind="recurring", name="Panels", times_a_year=12)

    assert [(one.unit, one.statistic) for one in (gap, timely, panels)] == [
        ("points", "share"),
        ("percent", "share"),
        ("count", "count"),
    ]


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("count", {}, "crime_type"),
        ("rate", {"crime_type": "residential-burglary"}, "per"),
        ("share", {"crime_type": "residential-burglary"}, "of_crime_type"),
        ("gap", {"group_a": "Men"}, "group_b"),
        ("standard", {}, "standard_hours"),
        ("recurring", {}, "times_a_year"),
        ("survey", {}, "question"),
        ("composite", {}, "composite"),
        ("none", {}, "why"),
        ("local", {"unit": "percent", "statistic": "mean"}, "statistic"),
        ("local", {"times_a_year": 4}, "times_a_year"),
    ],
)
def test_what_a_kind_lacks_is_said_on_its_field(priority, officer, kind, given, field):
    given = {name: crime_type_of(value) if name == "crime_type" else value for name, value in given.items()}

    refused(
        lambda: services.add_measure(priority=priority, kind=kind, by=officer, name="New", **given),
        field=field,
    )
    assert not Measure.objects.exists()
    assert not Event.objects.exists()


def test_a_name_is_there_once_in_a_priority(priority, officer):
    make_measure(priority=priority, name="Burglary")

    refused(
        lambda: services.add_measure(
            priority=priority, kind="none", by=officer, name=" Burglary ", why="Not yet"
        ),
        field="name",
        says="Choose another name",
    )


def test_an_owner_and_outcomes_are_the_partnership_s(priority, officer):
    elsewhere = Outcome.objects.create(strategy=make_priority().strategy, statement="Elsewhere")
    given = {"priority": priority, "kind": "none", "by": officer, "name": "New", "why": "Not yet"}

    refused(lambda: services.add_measure(**given, owner=make_organisation()), field="owner")
    refused(lambda: services.add_measure(**given, outcomes=[elsewhere]), field="outcomes")


def test_every_measure_of_the_library_can_be_adopted(priority, officer):
    crime_type_of("residential-burglary")  # loads the reference tables
    for ready in load():
        measure = services.adopt_measure(ready=ready, priority=priority, by=officer)
        assert (measure.library_key, measure.kind, measure.unit) == (ready.key, ready.kind, ready.unit)
        assert services.can_be_undone(measure)
    assert Measure.objects.count() == len(load())


def test_a_survey_s_question_is_adopted_as_its_releases_print_it(priority, officer):
    crime_type_of("residential-burglary")
    ready = next(one for one in load() if one.key == "trust-in-police")
    own = next(one for one in load() if one.kind == "survey" and not one.source)

    measure = services.adopt_measure(ready=ready, priority=priority, by=officer)
    assert measure.question == "Public Attitude Survey / Trust MPS"
    assert services.adopt_measure(ready=own, priority=priority, by=officer).question == own.question


def test_adopting_names_the_owner_where_there_is_only_one(priority, partnership, officer):
    crime_type_of("residential-burglary")
    ready = next(one for one in load() if one.key == "residential-burglary")
    police = make_organisation(sector=ready.owner_sector)
    make_membership(partnership=partnership, organisation=police)

    assert services.adopt_measure(ready=ready, priority=priority, by=officer).owner == police
    make_membership(partnership=partnership, organisation=make_organisation(sector=ready.owner_sector))
    other = make_priority(strategy=priority.strategy)
    assert services.adopt_measure(ready=ready, priority=other, by=officer).owner is None


def test_a_measure_is_adopted_once_for_a_priority_and_can_be_taken_back(priority, officer):
    crime_type_of("residential-burglary")
    ready = load()[0]
    measure = services.adopt_measure(ready=ready, priority=priority, by=officer)

    refused(lambda: services.adopt_measure(ready=ready, priority=priority, by=officer), says="adopted")
    services.undo_adoption(measure=measure, by=officer)
    assert not Measure.objects.exists()
    assert Event.objects.filter(verb="took back", record_label=ready.name).exists()
    services.adopt_measure(ready=ready, priority=priority, by=officer)


@pytest.mark.parametrize(
    "work",
    [
        lambda m: make_target(m),
        lambda m: make_baseline(m),
        lambda m: make_return(m, date(2026, 1, 1), 3),
        lambda m: Rebase.objects.create(measure=m, month=date(2026, 1, 1), reason="New"),
        lambda m: Measure.objects.filter(pk=m.pk).update(version=2),
        lambda m: Measure.objects.filter(pk=m.pk).update(library_key=""),
    ],
)
def test_what_was_worked_on_is_not_taken_back(priority, officer, work):
    measure = local(priority, library_key="walks")
    work(measure)

    refused(lambda: services.undo_adoption(measure=measure, by=officer), says="Retire it instead")
    assert Measure.objects.exists()


# --- changing --------------------------------------------------------------------------------


def test_a_change_is_told_field_by_field_and_kept_in_the_history(priority, officer):
    measure = local(priority, name="Walks", unit="number")

    services.edit_measure(measure=measure, by=officer, version=1, name="Walks at dusk", polarity="higher")

    measure.refresh_from_db()
    assert (measure.name, measure.version) == ("Walks at dusk", 2)
    assert measure.history.count() == 2
    assert words_of(measure) == [
        (
            "changed",
            "name: “Walks” to “Walks at dusk”\nwhich way is better: “Lower is better” to “Higher is better”",
        )
    ]


def test_who_saves_second_is_told_and_nothing_is_lost(priority, officer):
    measure = local(priority, name="Walks")
    services.edit_measure(measure=measure, by=officer, version=1, name="Theirs")

    with pytest.raises(StaleEdit) as stale:
        services.edit_measure(measure=measure, by=officer, version=1, name="Mine")

    assert stale.value.current.name == "Theirs"
    assert Measure.objects.get(pk=measure.pk).name == "Theirs"


def test_targets_and_baselines_count_as_changes_of_the_measure(priority, officer):
    measure = local(priority)
    due = date(2027, 3, 31)
    targets.save_target(measure=measure, by=officer, version=1, kind="at_most", value=Decimal(5), due_on=due)

    with pytest.raises(StaleEdit):
        targets.save_target(
            measure=measure, by=officer, version=1, kind="at_most", value=Decimal(6), due_on=due
        )
    with pytest.raises(StaleEdit):
        services.edit_measure(measure=measure, by=officer, version=1, name="Mine")
    assert measure.targets.count() == 1


def test_a_level_far_from_the_figures_is_asked_to_be_checked(priority, officer):
    measure = local(priority, unit="number")
    make_return(measure, date(2026, 1, 1), 40)

    refused(
        lambda: targets.save_target(
            measure=measure, by=officer, version=1, kind="at_most", value=Decimal(4000),
            due_on=date(2027, 3, 31),
        ),
        says="The newest figure is 40 (January 2026)",
    )  # fmt: skip


def test_a_count_of_any_unit_is_a_whole_number(priority, officer):
    measure = local(priority, unit="number")
    half = Entry(date(2026, 1, 1), date(2026, 1, 1), value=Decimal("3.5"))

    refused(lambda: returns.enter_returns(measure=measure, by=officer, entries=[half]), says="whole number")


def test_figures_entered_go_on_to_mean_what_they_meant(priority, officer):
    gap = local(priority, kind="gap", group_a="Men", group_b="Women", unit="points", statistic="share")
    make_return(gap, date(2026, 1, 1), 60, group="Men")
    count = local(priority, unit="number")
    make_return(count, date(2026, 1, 1), 4)

    refused(
        lambda: services.edit_measure(measure=gap, by=officer, version=1, group_a="Men and boys"),
        field="group_a",
        says="Figures are entered for “Men”",
    )
    refused(
        lambda: services.edit_measure(measure=count, by=officer, version=1, unit="days", statistic="mean"),
        field="unit",
    )
    assert Measure.objects.get(pk=gap.pk).version == 1


def test_only_fields_of_a_definition_can_be_changed(priority, officer):
    with pytest.raises(TypeError, match="library_key"):
        services.edit_measure(measure=local(priority), by=officer, version=1, library_key="x")


def test_measures_change_places_with_their_neighbours(priority, officer):
    first, second, third = (local(priority, order=order) for order in (0, 0, 7))
    retired = local(priority, order=1, retired_on=date(2026, 1, 1))

    assert services.move_measure(measure=third, by=officer, up=True)
    assert list(priority.measures.in_use()) == [first, third, second]
    assert not services.move_measure(measure=first, by=officer, up=True)
    assert not services.move_measure(measure=second, by=officer, up=False)
    assert not services.move_measure(measure=retired, by=officer, up=True)


def test_a_measure_is_retired_for_another_and_reinstated(priority, officer):
    measure, other = local(priority), local(priority, order=3)

    services.retire_measure(
        measure=measure, by=officer, version=1, retired_on=date(2026, 5, 1), replaced_by=other
    )
    measure.refresh_from_db()
    assert (measure.retired_on, measure.replaced_by) == (date(2026, 5, 1), other)
    refused(
        lambda: services.retire_measure(measure=measure, by=officer, version=2, retired_on=date(2026, 5, 1)),
        says="retired already",
    )
    services.reinstate_measure(measure=measure, by=officer, version=2)
    measure.refresh_from_db()
    assert (measure.retired_on, measure.replaced_by, measure.order) == (None, None, 4)
    refused(lambda: services.reinstate_measure(measure=measure, by=officer, version=3), says="is in use")


def test_a_measure_is_replaced_by_one_in_use_of_the_same_partnership(priority, officer):
    measure, elsewhere = local(priority), local(make_priority())
    retired = local(priority, retired_on=date(2026, 1, 1))

    for wrong in (measure, elsewhere, retired):
        refused(
            lambda wrong=wrong: services.retire_measure(
                measure=measure, by=officer, version=1, retired_on=date(2026, 5, 1), replaced_by=wrong
            ),
            field="replaced_by",
        )
    refused(
        lambda: services.retire_measure(measure=measure, by=officer, version=1, retired_on=date(2026, 5, 21)),
        field="retired_on",
    )


# --- promises --------------------------------------------------------------------------------


def test_baselines_and_targets_are_added_changed_and_removed(priority, officer):
    measure = local(priority)
    months = {"first_month": date(2023, 4, 1), "last_month": date(2024, 3, 1)}
    baseline = targets.save_baseline(measure=measure, by=officer, version=1, value=Decimal(400), **months)
    target = targets.save_target(
        measure=measure, by=officer, version=2, kind="reduce_by_percent", value=Decimal(10),
        baseline=baseline, due_on=date(2027, 3, 31),
    )  # fmt: skip
    targets.save_baseline(measure=measure, baseline=baseline, by=officer, version=3, value=Decimal("410.5"))

    refused(lambda: targets.remove_baseline(baseline=baseline, by=officer, version=4), says="A target counts")
    targets.save_target(measure=measure, target=target, by=officer, version=4, value=Decimal(20))
    targets.remove_target(target=target, by=officer, version=5)
    targets.remove_baseline(baseline=baseline, by=officer, version=6)

    assert not Target.objects.exists() and not Baseline.objects.exists()
    assert Target.history.filter(measure=measure).count() == 3
    assert [verb for verb, _ in words_of(measure)] == [
        "added a baseline", "added a target", "changed a baseline", "changed a target", "removed a target",
        "removed a baseline",
    ]  # fmt: skip
    assert words_of(measure)[3][1] == (
        "“Reduce by 10% from 410.5 (April 2023 to March 2024) by 31 March 2027” to "
        "“Reduce by 20% from 410.5 (April 2023 to March 2024) by 31 March 2027”"
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "gap_at_most", "value": Decimal(4)}, "kind"),
        ({"kind": "reduce_by", "value": Decimal(4)}, "baseline"),
        ({"kind": "at_most", "value": Decimal(-4)}, "value"),
        ({"starts_on": date(2027, 4, 1)}, "due_on"),
        ({"set_on": date(2026, 5, 21)}, "set_on"),
        ({"set_on": date(2026, 5, 1), "due_on": date(2026, 4, 1)}, "due_on"),
    ],
)
def test_a_target_that_cannot_be_judged_is_refused_on_its_field(priority, officer, given, field):
    measure = local(priority)
    whole = {"kind": "at_most", "value": Decimal(4), "due_on": date(2027, 3, 31)} | given

    refused(lambda: targets.save_target(measure=measure, by=officer, version=1, **whole), field=field)
    assert Measure.objects.get(pk=measure.pk).version == 1


def test_a_baseline_of_another_measure_is_no_baseline(priority, officer):
    measure, foreign = local(priority), make_baseline(local(priority))
    given = {"kind": "reduce_by", "value": Decimal(4), "due_on": date(2027, 3, 31), "baseline": foreign}

    refused(lambda: targets.save_target(measure=measure, by=officer, version=1, **given), field="baseline")


def test_a_promise_without_a_number_is_kept(priority, officer):
    target = targets.save_target(
        measure=local(priority), by=officer, version=1, kind="reduce_by", due_on=date(2027, 3, 31)
    )

    assert target.value is None


def test_a_baseline_ends_after_it_begins_and_a_percentage_is_one(priority, officer):
    measure = local(priority, unit="percent", statistic="share")
    given = {"first_month": date(2024, 3, 1), "last_month": date(2024, 4, 1), "value": Decimal(101)}

    refused(lambda: targets.save_baseline(measure=measure, by=officer, version=1, **given), field="value")
    given |= {"last_month": date(2024, 2, 1)}
    refused(
        lambda: targets.save_baseline(measure=measure, by=officer, version=1, **given), field="last_month"
    )


def test_the_usual_range_is_worked_out_anew_for_a_reason(priority, officer):
    measure = local(priority)
    give = {"measure": measure, "by": officer}
    rebase = targets.add_rebase(**give, version=1, month=date(2025, 4, 1), reason=" Counted  anew ")

    assert rebase.reason == "Counted anew"
    for month, reason, field in (
        (date(2025, 4, 1), "Again", "month"),
        (date(2026, 6, 1), "Ahead", "month"),
        (date(2025, 5, 1), "  ", "reason"),
    ):
        refused(
            lambda month=month, reason=reason: targets.add_rebase(
                **give, version=2, month=month, reason=reason
            ),
            field=field,
        )
    targets.remove_rebase(rebase=rebase, by=officer, version=2)
    assert not Rebase.objects.exists()


def test_what_is_retired_or_not_agreed_is_promised_nothing(priority, officer):
    due = date(2027, 3, 31)
    for measure in (
        local(priority, retired_on=date(2026, 1, 1)),
        make_measure(priority=priority, crime_type=None),
    ):
        refused(
            lambda measure=measure: targets.save_target(
                measure=measure, by=officer, version=1, kind="at_most", due_on=due
            )
        )


def test_a_target_that_somebody_removed_cannot_be_changed(priority, officer):
    measure = local(priority)
    target = make_target(measure, value=4)
    Target.objects.all().delete()

    refused(
        lambda: targets.save_target(measure=measure, target=target, by=officer, version=1, value=Decimal(3)),
        says="removed this in the meantime",
    )


# --- returns ---------------------------------------------------------------------------------

JANUARY = date(2026, 1, 1)
MARCH = date(2026, 3, 1)


def entry(value=None, first=JANUARY, last=None, **given):
    number = None if value is None else Decimal(str(value))
    return Entry(first, last or first, value=number, **given)


def enter(measure, by, *entries, seen=None):
    return returns.enter_returns(measure=measure, by=by, entries=entries, seen=seen)


def wrong(measure, by, *entries):
    with pytest.raises(WrongEntries) as caught:
        enter(measure, by, *entries)
    assert not LocalReturn.objects.filter(measure=measure).exists()
    return " ".join(words for _, words in caught.value.problems)


def test_figures_are_entered_together_and_told_once(priority, officer):
    measure = local(priority)

    written = enter(measure, officer, entry(12), entry(14, date(2026, 2, 1)))

    assert [(row.value, row.statistic, row.published_on, row.by) for row in written] == [
        (12, "count", date(2026, 5, 20), officer),
        (14, "count", date(2026, 5, 20), officer),
    ]
    assert words_of(measure) == [("entered figures", "January 2026; February 2026")]


def test_a_correction_is_another_return_and_the_newest_answers(priority, officer):
    measure = local(priority)
    enter(measure, officer, entry(12))
    enter(measure, officer, entry(13, note="Two were counted twice"))

    assert [row.value for row in measure.returns.order_by("pk")] == [12, 13]
    assert returns.newest(measure.returns.all())[JANUARY, JANUARY, ""].value == 13


def test_the_same_figures_sent_twice_are_entered_once(priority, officer):
    measure = local(priority)
    enter(measure, officer, entry(12), entry(14, date(2026, 2, 1)))

    assert enter(measure, officer, entry("12.0000"), entry(14, date(2026, 2, 1))) == []
    assert measure.returns.count() == 2
    assert len(words_of(measure)) == 1


def test_one_wrong_figure_keeps_all_others_out(priority, officer):
    words = wrong(local(priority), officer, entry(12), entry(-1, date(2026, 2, 1)))

    assert words == "February 2026: the figure must be 0 or more."


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"value": None}, "enter a figure, or why there is none"),
        ({"value": 3, "absence": "not-stated"}, "Keep one of the two"),
        ({"value": 3, "first": date(2026, 5, 1)}, "has not ended yet"),
        ({"value": 3, "last": date(2026, 12, 1)}, "has not ended yet"),
        ({"value": 3, "published_on": date(2026, 5, 21)}, "today or in the past"),
        ({"value": 3, "published_on": date(2025, 12, 31)}, "before the period began"),
        ({"value": "3.5"}, "a count is a whole number"),
        ({"value": 10**10}, "too large"),
        ({"value": 3, "group": "Men"}, "has no groups"),
        ({"value": 3, "statistic": "mean"}, "cannot have the statistic"),
        ({"value": None, "numerator": 3, "base": 4}, "only entered for shares"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_in_words(priority, officer, given, says):
    assert says in wrong(local(priority), officer, entry(**given))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"numerator": 5, "base": 4}, "more than of how many"),
        ({"numerator": 0, "base": 0}, "Choose not applicable"),
        ({"numerator": 4}, "enter of how many"),
        ({"numerator": 12, "base": 40, "value": 35}, "12 of 40 is 30.0%, not 35%"),
        ({"value": 101}, "between 0 and 100"),
        ({"value": -1}, "between 0 and 100"),
    ],
)
def test_a_share_that_cannot_be_is_refused_in_words(priority, officer, given, says):
    measure = local(priority, kind="standard", standard_hours=48, unit="percent", statistic="share")

    assert says in wrong(measure, officer, entry(**given))


def test_a_share_is_worked_out_from_number_and_base(priority, officer):
    measure = local(priority, kind="standard", standard_hours=48, unit="percent", statistic="share")

    both, alone = enter(
        measure, officer, entry(numerator=25, base=40), entry("61.25", date(2026, 2, 1), base=1200)
    )

    assert (both.value, both.numerator, both.base) == (Decimal("62.5"), 25, 40)
    assert (alone.value, alone.numerator, alone.base) == (Decimal("61.25"), None, 1200)


def test_a_gap_has_figures_of_its_two_groups(priority, officer):
    measure = local(priority, kind="gap", group_a="Men", group_b="Women", unit="points", statistic="share")

    assert "say whose figure it is, Men or Women" in wrong(measure, officer, entry(60))
    assert len(enter(measure, officer, entry(60, group="Men"), entry(61, group="Women"))) == 2


def test_a_reason_stands_instead_of_a_figure_and_can_be_given_ahead(priority, officer):
    measure = local(priority)

    [row] = enter(measure, officer, entry(absence="not-applicable", first=JANUARY, last=date(2026, 12, 1)))
    assert (row.value, row.absence) == (None, "not-applicable")


def test_counts_of_the_same_months_are_not_told_twice(priority, officer):
    measure = local(priority)
    assert "hold some of the same months" in wrong(measure, officer, entry(4), entry(12, last=MARCH))
    enter(measure, officer, entry(12, last=MARCH))

    with pytest.raises(WrongEntries, match="a figure is entered for January to March 2026"):
        enter(measure, officer, entry(4))
    # A figure taken back makes way, and rolling years overlap by nature.
    enter(measure, officer, entry(last=MARCH, absence="not-stated"))
    enter(measure, officer, entry(4))
    rolling = local(priority)
    enter(rolling, officer, entry(9, date(2025, 1, 1), date(2025, 12, 1)), entry(8, date(2025, 4, 1), MARCH))


def test_a_mean_and_a_maximum_may_stand_side_by_side(priority, officer):
    measure = local(priority, unit="days", statistic="mean")

    mean, maximum = enter(measure, officer, entry("53.5"), entry(500, date(2026, 2, 1), statistic="maximum"))
    assert (mean.statistic, maximum.statistic) == ("mean", "maximum")


def test_a_correction_was_not_known_before_what_it_corrects(priority, officer):
    measure = local(priority)
    enter(measure, officer, entry(12, published_on=date(2026, 4, 10)))

    with pytest.raises(WrongEntries, match="known since 10/04/2026"):
        enter(measure, officer, entry(13, published_on=date(2026, 4, 9)))


def test_two_entries_of_one_period_are_one_too_many(priority, officer):
    assert "is entered twice" in wrong(local(priority), officer, entry(12), entry(13))


def test_who_enters_second_is_told_what_the_first_entered(priority, officer):
    measure = local(priority)
    enter(measure, officer, entry(12), seen=0)

    with pytest.raises(StaleReturns) as stale:
        enter(measure, officer, entry(13), seen=0)
    assert [row.value for row in stale.value.rows] == [12]
    assert measure.returns.count() == 1
    assert enter(measure, officer, entry(9, date(2026, 2, 1)), seen=0), "other periods are not in the way"
    assert enter(measure, officer, entry(12), seen=0) == [], "the same figure is no quarrel"


def test_no_figures_are_entered_for_what_a_publisher_counts_or_what_is_retired(priority, officer):
    refused(lambda: enter(make_measure(priority=priority), officer, entry(1)), says="come from a publisher")
    retired = local(priority, retired_on=date(2026, 1, 1))
    refused(lambda: enter(retired, officer, entry(1)), says="Reinstate it first")


# --- who may ---------------------------------------------------------------------------------

ACTS = {
    "add": lambda m, t, by: services.add_measure(priority=m.priority, kind="none", by=by, name="N", why="W"),
    "edit": lambda m, t, by: services.edit_measure(measure=m, by=by, version=1, name="Mine"),
    "move": lambda m, t, by: services.move_measure(measure=m, by=by, up=True),
    "retire": lambda m, t, by: services.retire_measure(
        measure=m, by=by, version=1, retired_on=date(2026, 1, 1)
    ),
    "reinstate": lambda m, t, by: services.reinstate_measure(measure=m, by=by, version=1),
    "undo": lambda m, t, by: services.undo_adoption(measure=m, by=by),
    "baseline": lambda m, t, by: targets.save_baseline(measure=m, by=by, version=1, value=Decimal(3)),
    "target": lambda m, t, by: targets.remove_target(target=t, by=by, version=1),
    "rebase": lambda m, t, by: targets.add_rebase(measure=m, by=by, version=1, month=MARCH, reason="R"),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [Role.APPROVER, Role.PARTNER_LEAD, Role.BOARD_MEMBER, Role.PANEL_MEMBER])
def test_only_officers_and_analysts_look_after_measures(priority, partnership, act, role):
    owner = make_organisation()
    measure = local(priority, owner=owner, library_key="x")
    target = make_target(measure, value=3)
    user = make_user(role, partnership, organisation=owner if role == Role.PARTNER_LEAD else None)

    with pytest.raises(PermissionDenied):
        ACTS[act](measure, target, user)
    measure.refresh_from_db()
    assert measure.version == 1 and not Event.objects.exists()


def test_an_officer_of_another_partnership_may_nothing(priority):
    stranger = make_user(Role.OFFICER, make_partnership(areas=("Bromley",)))

    with pytest.raises(PermissionDenied):
        services.edit_measure(measure=local(priority), by=stranger, version=1, name="Mine")
    with pytest.raises(PermissionDenied):
        enter(local(priority), stranger, entry(1))


def test_a_lead_enters_figures_of_the_own_organisation_s_measures_only(priority, partnership):
    own, other = make_organisation(), make_organisation()
    lead = make_user(Role.PARTNER_LEAD, partnership, organisation=own)
    mine, theirs, nobody_s = (local(priority, owner=owner) for owner in (own, other, None))

    assert enter(mine, lead, entry(1))
    assert [may_enter_returns(lead, one) for one in (mine, theirs, nobody_s)] == [True, False, False]
    for measure in (theirs, nobody_s):
        with pytest.raises(PermissionDenied):
            enter(measure, lead, entry(1))
