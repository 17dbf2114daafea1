"""What a board's page says of a quarter, put together out of what was read: exceptions first, then what
changed, what was restated, and every priority. Nothing here asks the database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crime_data.months import add_months, label, months_between
from dashboards.quarters import Asked
from delivery_plans.models import Action
from measures.judgement import joined
from measures.models import Measure
from measures.queries import Known, Reading, TargetReading, reading_of, readings_of
from measures.statistics import LEVEL
from priorities.models import Outcome, Priority

HISTORY = 24
"""Months before a quarter's end: a board can do no more about a target that was due earlier."""

STALE = 6
"""Months without newer figures from which on a board is told how old they are."""

NUMBERS = "no one two three four five six seven eight nine ten".split()

ENOUGH_FOR_CHANCE = 10
"""Comparisons on one page from which on some would look clear by chance alone."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word with a shape; `kind` and `key` are the classes of its style sheet."""

    kind: str
    key: str
    words: str


RAG = {
    "red": Tag("rag", "red", "Off track"),
    "amber": Tag("rag", "amber", "At risk"),
    None: Tag("rag", "none", "Not yet rated"),
    "green": Tag("rag", "green", "On track"),
    "complete": Tag("rag", "complete", "Complete"),
}
"""How actions stand, those that need the board first."""

STANDINGS = tuple(RAG)
OVERDUE = Tag("verdict", "overdue", "Overdue")
MISSED = Tag("verdict", "missed", "Target missed")
NEW_SIGNAL = Tag("verdict", "signal", "New signal")
NEUTRAL = ("higher", "lower")
"""Verdicts of what changed beyond chance and is neither better nor worse for it."""

REASONS = ("worse", "missed", "signal", "red", "overdue", *NEUTRAL)
"""Why a board should look, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An action on the day shown; `action` as `quarter_actions` reads it."""

    action: Any
    standing: str | None
    earlier: str | None
    is_overdue: bool
    completed_lately: bool
    reported_lately: bool = True

    @property
    def rag(self) -> Tag:
        return RAG[self.standing]

    @property
    def needs_attention(self) -> bool:
        return self.standing == "red" or self.is_overdue

    @property
    def moved(self) -> str:
        """How it came to stand otherwise than in the quarter before; empty when it did not."""
        if self.standing == "complete":
            return "was completed" if self.completed_lately else ""
        if not self.reported_lately or self.earlier is None or self.earlier == self.standing:
            return ""
        return f"was “{RAG[self.earlier].words.lower()}”, is “{self.rag.words.lower()}”"


@dataclass(frozen=True, slots=True)
class Promise:
    """A target in a row of a table."""

    target: TargetReading

    @property
    def outlook(self) -> str:
        """The chance of meeting it; without one how the year ended."""
        return self.target.outlook.rpartition(". ")[2]


@dataclass(frozen=True, slots=True)
class Row:
    """A measure on the day shown, and what it said of the quarter before (None where that is not asked)."""

    reading: Reading
    earlier: Reading | None = None
    history_before: date = date.min

    @property
    def promises(self) -> list[Promise]:
        return [Promise(target) for target in self.reading.targets]

    @property
    def sparkline(self) -> str:
        chart = self.reading.sparkline
        return chart.svg if chart else ""

    @property
    def is_worse(self) -> bool:
        return self.reading.verdict.key == "worse"

    @property
    def has_new_signal(self) -> bool:
        return self.reading.has_signal and not (self.earlier and self.earlier.has_signal)

    @property
    def signal_ended(self) -> bool:
        return bool(self.earlier and self.earlier.has_signal and not self.reading.has_signal)

    @property
    def missed(self) -> list[TargetReading]:
        return [target for target in self.targets if target.verdict.key == "missed"]

    @property
    def targets(self) -> list[TargetReading]:
        """Those that a board can still do something about."""
        return [target for target in self.reading.targets if target.due_on >= self.history_before]

    @property
    def is_neutral(self) -> bool:
        return self.reading.verdict.key in NEUTRAL


@dataclass(frozen=True, slots=True)
class Item:
    """One line that a board should read, and where it finds more."""

    title: str
    href: str
    priority: Priority
    sentences: tuple[str, ...]
    tags: tuple[Tag, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure that reads otherwise on two days, for the same months of the same measure."""

    title: str
    href: str
    period: str
    then: str
    now: str
    verdicts: tuple[str, str]

    @property
    def verdict_moved(self) -> bool:
        return self.verdicts[0] != self.verdicts[1]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where some of the figures are from, and how far they reach."""

    publisher: str
    source: str
    url: str
    release: str
    published_on: date
    to: str
    illustrative: bool
    measures: int = 1
    last: date = date.min


@dataclass(frozen=True, slots=True)
class Block:
    """One priority."""

    priority: Priority
    href: str
    rag: tuple[tuple[Tag, int], ...]
    overdue: int
    rows: tuple[Row, ...]
    actions: tuple[Standing, ...]
    commentary: Any = None

    @property
    def verdict(self) -> str:
        """How the priority is going, in one line."""
        if not self.rows:
            return "No measure has been agreed yet."
        counted = Counter(row.reading.verdict.key for row in self.rows)
        missed = sum(len(row.missed) for row in self.rows)
        words = _priority_words(len(self.rows), counted)
        return f"{words}; {_number(missed, 'target')} missed." if missed else f"{words}."


@dataclass(frozen=True, slots=True)
class Board:
    """The page of a quarter."""

    asked: Asked
    blocks: tuple[Block, ...]
    restated: tuple[Restated, ...] = ()
    origins: tuple[Origin, ...] = ()
    measures_to_see: tuple[Item, ...] = ()
    actions_to_see: tuple[Item, ...] = ()
    changes: tuple[Item, ...] = ()
    neutral_to_see: tuple[Item, ...] = ()
    reaches: tuple[tuple[str, date], ...] = ()

    @property
    def rows(self) -> list[Row]:
        return [row for block in self.blocks for row in block.rows]

    @property
    def actions(self) -> list[Standing]:
        return [one for block in self.blocks for one in block.actions]

    @property
    def illustrative(self) -> bool:
        return any(row.reading.illustrative for row in self.rows)

    @property
    def mixed(self) -> bool:
        """Whether made-up figures stand beside published ones."""
        kinds = {row.reading.illustrative for row in self.rows if row.reading.provenance}
        return len(kinds) > 1

    @property
    def promises(self) -> list[tuple[Reading, TargetReading]]:
        return [(row.reading, target) for row in self.rows for target in row.reading.targets]

    @property
    def figures(self) -> list[tuple[str, int, str]]:
        """(label, number, of how many), the five that are read first."""
        verdicts, targets = self._verdicts(), self._targets()
        measured, promised = f"of {_number(len(self.rows), 'measure')}", sum(targets.values())
        acts = f"of {_number(len(self.actions), 'action')}"
        return [
            ("Getting worse", verdicts["worse"], measured),
            ("Improving", verdicts["improving"], measured),
            ("Targets missed", targets["missed"], f"of {_number(promised, 'target')}"),
            ("Actions off track", sum(one.standing == "red" for one in self.actions), acts),
            ("Actions overdue", sum(one.is_overdue for one in self.actions), acts),
        ]

    @property
    def summary(self) -> list[str]:
        """What all of it comes to, one sentence each for measures, targets and actions."""
        return [
            words
            for words in (
                _measures_sentence(len(self.rows), self._verdicts()),
                _targets_sentence(self._targets()) + self._past_targets(),
                _actions_sentence(self.actions),
            )
            if words
        ]

    @property
    def age(self) -> str:
        """How old the newest figures are, where that is long; empty for a past day."""
        if self.asked.day or not self.origins:
            return ""
        most = self.origins[0].last
        months = months_between(most, self.asked.today.replace(day=1))
        if months <= STALE:
            return ""
        ends = {name: month for name, month in self.reaches if month > most}
        later = joined([f"{name} in {label(month)}" for name, month in sorted(ends.items())])
        words = f"The newest figures of most measures end in {label(most)}, {ago(months)}."
        if not later:
            return words.replace(" of most measures", "")
        return f"{words} Others end later: {later}."

    def _past_targets(self) -> str:
        past = [
            target
            for row in self.rows
            for target in row.reading.targets
            if target.due_on < row.history_before
        ]
        if not past:
            return ""
        words = f"{_number(len(past), 'target')} fell due more than two years before the quarter’s end"
        return f" {words} and {'is' if len(past) == 1 else 'are'} not counted; see the priorities’ own pages."

    @property
    def chance_note(self) -> str:
        tested = sum(
            row.reading.change is not None and row.reading.change.beyond_chance is not None
            for row in self.rows
        )
        words = f"A change is called clear when it is more than we would expect by chance, at {LEVEL:.0%}."
        if tested < ENOUGH_FOR_CHANCE:
            return words
        lucky = max(1, round(tested * (1 - LEVEL)))
        about = "one" if lucky == 1 else f"{lucky}"
        return f"{words} Of {tested} comparisons, about {about} would look clear by chance alone."

    def _verdicts(self) -> Counter[str]:
        return Counter(row.reading.verdict.key for row in self.rows)

    def _targets(self) -> Counter[str]:
        return Counter(target.verdict.key for row in self.rows for target in row.targets)


# --- putting it together ---------------------------------------------------------------------


def put_together(
    asked: Asked,
    priorities: Sequence[Priority],
    measures: Sequence[Measure],
    known: Sequence[Known],
    actions: Iterable[Action],
    addresses: Mapping[int, str],
    commentaries: Mapping[int, Any] | None = None,
    *,
    whole: bool = True,
) -> Board:
    """`known` is what was held today and on `asked.then`; `addresses` are those of the priorities' pages, by
    their id. Only a `whole` board says what needs attention and what changed since the quarter before."""
    held = dict(zip((None, asked.then), known, strict=True))
    rows = _rows(asked, measures, held[asked.day], earlier=whole)
    standings = [standing_of(action, asked) for action in actions]
    blocks = []
    for priority in priorities:
        own = [one for one in standings if one.action.priority_id == priority.pk]
        counts = Counter(one.standing for one in own)
        blocks.append(
            Block(
                priority,
                addresses[priority.pk],
                tuple((tag, counts[standing]) for standing, tag in RAG.items() if counts[standing]),
                sum(one.is_overdue for one in own),
                tuple(row for row in rows if row.reading.priority_id == priority.pk),
                tuple(sorted(own, key=lambda one: STANDINGS.index(one.standing))),
                (commentaries or {}).get(priority.pk),
            )
        )
    seen = (measures_to_see, actions_to_see, changes, neutral_to_see)
    to_see, acts, changed, neutral = (find(blocks) if whole else () for find in seen)
    return Board(
        asked,
        tuple(blocks),
        tuple(restated(asked, rows, held[None], held[asked.then], addresses)),
        tuple(origins(row.reading for row in rows)),
        to_see,
        acts,
        changed,
        neutral,
        tuple(reaches(held[asked.day], rows)),
    )


def _rows(asked: Asked, measures: Sequence[Measure], known: Known, *, earlier: bool) -> list[Row]:
    shown = readings_of(known, measures, until=asked.quarter.last_month)
    history = add_months(asked.quarter.last_month, 1 - HISTORY)
    if not earlier:
        return [Row(reading, None, history) for reading in shown]
    before = readings_of(known, measures, until=asked.last.last_month)
    return [Row(*both, history) for both in zip(shown, before, strict=True)]


def standing_of(action: Any, asked: Asked) -> Standing:
    """How an action with `latest_rag` and `earlier_rag` stands on the day shown."""
    day, quarter = asked.judged_on, asked.quarter
    done = action.completed_on is not None and action.completed_on <= day
    return Standing(
        action,
        "complete" if done else action.latest_rag,
        action.earlier_rag,
        not done and action.due_on < day,
        bool(done and quarter.holds(action.completed_on)),
        bool(action.latest_period and quarter.holds(action.latest_period)),
    )


def outcomes_shown(outcomes: Iterable[Outcome], block: Block) -> list[tuple[Outcome, list[tuple[str, str]]]]:
    """Each outcome with (name, place on this page or nothing) of the measures that show it."""
    here = {row.reading.measure_id for row in block.rows}
    return [
        (
            outcome,
            [(one.name, f"#measure-{one.pk}" if one.pk in here else "") for one in outcome.measures.all()],
        )
        for outcome in outcomes
    ]


# --- what needs the board --------------------------------------------------------------------


def measures_to_see(blocks: Iterable[Block]) -> tuple[Item, ...]:
    """Those that get worse, miss a target or show a new signal; with more than one reason first."""
    found = [_of_measure(row, block) for block in blocks for row in block.rows]
    return tuple(sorted((item for item in found if item), key=_first))


def neutral_to_see(blocks: Iterable[Block]) -> tuple[Item, ...]:
    """Those that changed beyond chance where neither way is better, and that have no other reason."""
    return tuple(
        Item(
            row.reading.name,
            measure_address(block.href, row.reading),
            block.priority,
            (row.reading.sentence,),
            (verdict_tag(row.reading),),
        )
        for block in blocks
        for row in block.rows
        if row.is_neutral and not (row.missed or row.has_new_signal)
    )


def actions_to_see(blocks: Iterable[Block]) -> tuple[Item, ...]:
    """Those off track or overdue; with both reasons first."""
    found = [_of_action(one, block) for block in blocks for one in block.actions if one.needs_attention]
    return tuple(sorted(found, key=_first))


def _first(item: Item) -> tuple[int, int]:
    return -len(item.tags), min(REASONS.index(tag.key) for tag in item.tags)


def _of_measure(row: Row, block: Block) -> Item | None:
    reading, tags, sentences = row.reading, [], []
    if row.is_worse or (row.is_neutral and (row.missed or row.has_new_signal)):
        tags.append(verdict_tag(reading))
        sentences.append(reading.sentence)
    for target in row.missed:
        tags.append(MISSED)
        found = target.verdict.detail or target.words
        sentences.append(f"{found[:1].upper()}{found[1:]}. It was due by {target.due_on:%-d %B %Y}.")
    if row.has_new_signal:
        tags.append(NEW_SIGNAL)
        sentences.append(reading.signal)
    if not tags:
        return None
    href = measure_address(block.href, reading)
    return Item(reading.name, href, block.priority, tuple(sentences), tuple(dict.fromkeys(tags)))


def verdict_tag(reading: Reading) -> Tag:
    return Tag("verdict", reading.verdict.key, reading.verdict.words)


def _of_action(one: Standing, block: Block) -> Item:
    action = one.action
    tags = (*([one.rag] if one.standing == "red" else []), *([OVERDUE] if one.is_overdue else []))
    narrative = action.latest_narrative or "No progress was reported yet."
    note = f"{action.lead}, due {action.due_on:%-d %B %Y}"
    href = f"{block.href}#action-{action.pk}"
    return Item(action.title, href, block.priority, (narrative,), tags, note)


def changes(blocks: Iterable[Block]) -> tuple[Item, ...]:
    """Verdicts, signals and actions that are others than in the quarter before."""
    found = []
    for block in blocks:
        for row in block.rows:
            if words := _changed(row):
                href = measure_address(block.href, row.reading)
                found.append(Item(row.reading.name, href, block.priority, (f"{joined(words)}.",)))
        for one in block.actions:
            if one.moved:
                href = f"{block.href}#action-{one.action.pk}"
                found.append(Item(one.action.title, href, block.priority, (f"{one.moved}.",)))
    return tuple(found)


def _changed(row: Row) -> list[str]:
    now, then, words = row.reading.verdict, row.earlier.verdict if row.earlier else None, []
    if then and then.key != now.key and "not-measured" not in (then.key, now.key):
        words.append(f"was “{then.words.lower()}”, is “{now.words.lower()}”")
    if then and then.key == "not-measured" != now.key:
        words.append(f"is measured for the first time: “{now.words.lower()}”")
    if row.has_new_signal:
        words.append("its newest month is a new signal")
    if row.signal_ended:
        words.append("its newest month is no signal any more")
    return words


def measure_address(priority: str, reading: Reading) -> str:
    return f"{priority}#measure-{reading.measure_id}"


# --- what moved ------------------------------------------------------------------------------


def restated(
    asked: Asked, rows: Iterable[Row], now: Known, then: Known, addresses: Mapping[int, str]
) -> list[Restated]:
    """Figures that a page showed and that are others today. A past day's page is held against today's
    figures; today's page tells what became of the figures of the last board."""
    last = asked.quarter if asked.day else asked.last
    found = []
    for row in rows:
        measure = row.reading.measure
        if not _may_differ(measure, now, then):
            continue
        shown = row.reading if asked.day else reading_of(measure, then, until=last.last_month)
        if shown.worked.now is None:
            continue
        again = reading_of(measure, now, until=shown.worked.now[1])
        if again.period != shown.period or (again.value, again.before) == (shown.value, shown.before):
            continue
        href = measure_address(addresses[measure.priority_id], shown)
        for which in ("value", "before"):
            was, is_now = getattr(shown, which), getattr(again, which)
            if was != is_now and was and is_now:
                period = shown.period if which == "value" else shown.period_before
                verdicts = (shown.verdict.words, again.verdict.words)
                found.append(Restated(measure.name, href, period, was, is_now, verdicts))
    return found


def _may_differ(measure: Measure, now: Known, then: Known) -> bool:
    """Whether another release or return answers; most measures are spared a second computation by this."""
    if measure.kind == Measure.Kind.NONE:
        return False
    if now.returns.get(measure.pk) != then.returns.get(measure.pk):
        return True
    releases = [{key: one.release.pk for key, one in known.held.releases.items()} for known in (now, then)]
    if measure.kind in (Measure.Kind.COUNT, Measure.Kind.SHARE):
        source = now.source_of(measure)
        return releases[0].get(source) != releases[1].get(source)
    return releases[0] != releases[1]


def origins(readings: Iterable[Reading]) -> list[Origin]:
    """One for each release and last month, those of most measures first."""
    found = Counter(
        Origin(
            source.publisher,
            source.source,
            source.source_url,
            source.release,
            source.published_on,
            label(reading.worked.now[1]),
            source.illustrative,
            last=reading.worked.now[1],
        )
        for reading in readings
        if (source := reading.provenance) and reading.worked.now
    )
    return [replace(origin, measures=number) for origin, number in found.most_common()]


def reaches(known: Known, rows: Iterable[Row]) -> list[tuple[str, date]]:
    """(source, last month) of each source of these measures, however late its figures are."""
    found: dict[str, date] = {}
    wanted = {row.reading.provenance.source for row in rows if row.reading.provenance}
    for counts in known.held.counts.values():
        name = counts.holding.release.source.name
        if name in wanted:
            last = add_months(counts.first_month, (len(counts.values) - 1) * counts.step)
            found[name] = max(last, found.get(name, last))
    for row in rows:
        if row.reading.provenance and row.reading.worked.now:
            name, last = row.reading.provenance.source, row.reading.worked.now[1]
            found[name] = max(last, found.get(name, last))
    return list(found.items())


# --- sentences -------------------------------------------------------------------------------


def _measures_sentence(number: int, verdicts: Mapping[str, int]) -> str:
    if not number:
        return ""
    counted = [(verdicts.get("worse", 0), "getting worse"), *_counted(verdicts)]
    kept = [f"{count} {words}" for at, (count, words) in enumerate(counted) if count or at < 2]
    return f"Of {_number(number, 'measure')}, {joined(kept)}."


def _counted(verdicts: Mapping[str, int]) -> list[tuple[int, str]]:
    """How many measures stand how, apart from those that get worse; improving ones first."""

    def number(*keys: str) -> int:
        return sum(verdicts.get(key, 0) for key in keys)

    return [
        (number("improving"), "improving"),
        (number("no-clear-change"), "without a clear change"),
        (number(*NEUTRAL), "higher or lower without being better or worse"),
        (number("more-reports", "fewer-reports"), "with more or fewer reports"),
        (number("not-comparable", "no-comparison"), "not comparable with the year before"),
        (number("not-measured"), "not measured yet"),
    ]


def _priority_words(number: int, verdicts: Mapping[str, int]) -> str:
    worse = verdicts.get("worse", 0)
    measures = f"{worse or 'None'} of {_number(number, 'measure')}"
    kept = [f"{count} {words}" for at, (count, words) in enumerate(_counted(verdicts)) if count or at == 0]
    return f"{measures} {'are' if worse > 1 else 'is'} getting worse, {joined(kept)}"


def ago(months: int) -> str:
    """`9 months ago`, `nearly three years ago`, `more than two years ago`."""
    years, rest = divmod(months, 12)
    if years == 0 and rest < 10:
        return f"{rest} months ago"
    near = rest >= 10
    number = years + near
    words = NUMBERS[number] if number < len(NUMBERS) else str(number)
    how = "nearly " if near else "more than " if rest else ""
    return f"{how}{words} year{'' if number == 1 else 's'} ago"


def _targets_sentence(verdicts: Mapping[str, int]) -> str:
    number = sum(verdicts.values())
    if not number:
        return "No targets are set."
    met = verdicts.get("met", 0) + verdicts.get("exceeded", 0)
    open_still = verdicts.get("not-met", 0)
    without = number - met - open_still - verdicts.get("missed", 0)
    counted = [
        (verdicts.get("missed", 0), "missed"),
        (met, "met"),
        (open_still, "not met yet"),
        (without, "without a figure to judge it by"),
    ]
    kept = [f"{count} {words}" for at, (count, words) in enumerate(counted) if count or at < 2]
    return f"Of {_number(number, 'target')}, {joined(kept)}."


def _actions_sentence(actions: Sequence[Standing]) -> str:
    if not actions:
        return "No actions are planned yet."
    counts = Counter(one.standing for one in actions)
    overdue = sum(one.is_overdue for one in actions)
    kept = [
        f"{counts['red']} off track",
        *([f"{counts['amber']} at risk"] if counts["amber"] else []),
        *([f"{counts['green']} on track"] if counts["green"] else []),
        *([f"{counts[None]} not yet rated"] if counts[None] else []),
        *([f"{counts['complete']} complete"] if counts["complete"] else []),
    ]
    late = f" {_number(overdue, 'action')} {'is' if overdue == 1 else 'are'} overdue." if overdue else ""
    return f"Of {_number(len(actions), 'action')}, {joined(kept)}.{late}"


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
