"""The explorer: one crime type in one area over any months that are held, with all that can be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from crime_data.breaks import Break, crossed
from crime_data.models import Area
from crime_data.months import add_months, label, months_between
from crime_data.queries import OPEN
from measures import charts, judgement, statistics
from measures.figures import drawings
from measures.figures.ground import NOWHERE, From, Ground, ground, where_from, with_people
from measures.figures.lines import NEVER_A_PERCENTAGE, NO_RATE, Line, breaks_of, gap_words, line_of
from measures.figures.periods import Unclear
from measures.figures.places import called, where
from measures.figures.question import Asked, Choices, Question, areas_offered, ask, kinds_offered
from measures.queries.drawings import Chart
from measures.queries.usual import SHOWN
from partners.models import Partnership


@dataclass(frozen=True, slots=True)
class Explored:
    """An answer, or the `problem` (field, words) that there is none."""

    choices: Choices
    asked: dict[str, str]
    problem: tuple[str, str] | None = None
    line: Line | None = None
    source_key: str = ""
    origin: From = NOWHERE
    charts: Mapping[str, Chart] | None = None
    season: str = ""
    signal: str = ""
    signal_beside: str = ""
    rare: str = ""
    newest: date | None = None

    @property
    def breaks(self) -> tuple[Break, ...]:
        return breaks_of([self.line]) if self.line else ()

    @property
    def query(self) -> str:
        """The question as it stands in an address."""
        return urlencode({name: value for name, value in self.asked.items() if value})

    @property
    def api_query(self) -> str:
        """The same figure as the open data interface is asked for it."""
        assert self.line is not None  # noqa: S101  (asked of an answer only)
        return urlencode(
            {
                "area": self.line.code,
                "crime_type": self.line.key,
                "from": f"{self.line.now[0]:%Y-%m}",
                "to": f"{self.line.now[1]:%Y-%m}",
                "source": self.source_key,
            }
        )

    @property
    def release(self) -> str:
        return self.origin.provenances[0].release if self.origin.provenances else ""

    def chart_rows(self, chart: str) -> list[list[Any]]:
        return drawings.rows_of((self.charts or {})[chart])

    def csv_rows(self) -> list[list[Any]]:
        """A row a month, of the months asked for and those before them, each with its source."""
        assert self.line is not None  # noqa: S101
        line = self.line
        drawn = (self.charts or {}).get("trend")
        header, *rows = charts.csv_rows(drawn.spec) if drawn else self._two_rows()
        source = self.origin.provenances[0]
        said = {
            "Area": line.name,
            "Code": line.code,
            "Crime type": line.crime_type.name,
            "Source": "Illustrative: not real" if source.illustrative else source.source,
            "Release": source.release,
            "Licence": "" if source.illustrative else source.licence,
        }
        return [[*header, *said], *([*row, *map(charts.harmless, said.values())] for row in rows)]

    def _two_rows(self) -> list[list[str | int | float]]:
        """Of what is not counted by month: this period and the one before."""
        assert self.line is not None  # noqa: S101
        rows: list[list[str | int | float]] = [["Period", "Count"], [self.line.period, self.line.count]]
        if self.line.earlier is not None:
            rows.append([self.line.period_before, self.line.earlier])
        return rows


def explore(partnership: Partnership, asked: Asked) -> Explored | None:
    """What is held of the question; None for a partnership without an area. Eleven queries at most."""
    stand = ground(partnership)
    if stand is None:
        return None
    question = ask(stand, asked, *_area(stand, asked.area))
    choices = Choices(
        kinds_offered(stand, question.found),
        areas_offered(stand, question.found.areas or tuple(stand.places.all)),
    )
    if not question.held_at_all and not question.problem:
        return Explored(choices, question.known)
    try:
        return _explored(stand, question, choices)
    except Unclear as unclear:
        return Explored(choices, question.known, problem=(unclear.field, unclear.words))


def _explored(stand: Ground, question: Question, choices: Choices) -> Explored:
    area, kind, found = question.area, question.kind, question.found
    months, newest = question.answered()
    counts = question.counts
    assert counts is not None  # noqa: S101  (or there would be no answer)
    line = line_of(
        kind,
        counts,
        months,
        source=found.source,
        name=called(area),
        where=where(area),
        code=area.code,
        kind="own" if area in stand.places.own else "other",
        population=stand.people(found.held, [area], months[1].year)
        if months_between(*months) == 11 and kind.key not in NO_RATE
        else None,
    )
    if line is None:
        raise Unclear("to", question.not_held(months, (counts.first_month, newest)))
    origin = where_from([counts.holding], (line.before or line.now)[0], line.now[1])
    drawn = {
        "trend": drawings.trend(line, origin.line, origin.illustrative),
        "years": drawings.years(line, origin.line, origin.illustrative),
    }
    season, signal, beside = _patterns(line)
    return Explored(
        choices,
        question.known | {"to": f"{(question.asked.to or months[1]):%Y-%m}"},
        line=line,
        source_key=found.source,
        origin=with_people(origin, stand, found.held) if line.population else origin,
        charts={key: chart for key, chart in drawn.items() if chart},
        season=season,
        signal=signal,
        signal_beside=beside,
        rare=gap_words(line) if line.rare and line.key not in NEVER_A_PERCENTAGE else "",
        newest=newest,
    )


def _area(stand: Ground, code: str) -> tuple[Area, tuple[str, str] | None]:
    """The area asked about, else the partnership's own with what is wrong."""
    own = stand.places.own[0]
    if not code or code in (own.code, own.name):
        return own, None
    found = Area.objects.filter(code=code[:40], within="").first()
    if found is None:
        return own, ("area", f"No area has the code “{code[:40]}”. Choose one from the list.")
    if found.kind not in OPEN:
        return own, (
            "area",
            f"{found.name} is smaller than a borough. Its figures are on the page for wards.",
        )
    return found, None


def _patterns(line: Line) -> tuple[str, str, str]:
    """What the last month says beside the same month of earlier years, what beside its usual range, and
    which months make that range. All empty for what is too rare to have one."""
    values = line.history
    if len(values) < 13 or values[-1] is None or any(value is not None and value < 0 for value in values):
        return "", "", ""
    month = line.now[1]
    if line.rare:
        return "", "", ""
    earlier = add_months(month, -60), add_months(month, -12)
    season = None
    if not crossed(line.source_key, line.key, earlier, (month, month), line.code):
        season = statistics.season(values, len(values) - 1, dispersion=line.change.dispersion)
    words = (
        judgement.season_sentence(
            season,
            what=line.crime_type.noun,
            where=line.where,
            label=label(month),
            month=label(month).split(" ")[0],
        )
        if season
        else ""
    )
    shown = drawings.months_of(line)
    if shown.process is None:
        return words, "", ""
    at = len(shown.values) - 1
    stretch = next(one for one in shown.process.stretches if one.start <= at < one.stop)
    signal = judgement.process_sentence(
        shown.process, at, shown.values, label=label(month), since=label(shown.months[stretch.start])
    )
    beside = months_between(shown.months[stretch.start], shown.months[-1]) + 1
    return words, signal, "the last three years" if beside == SHOWN else f"the last {beside} months"
