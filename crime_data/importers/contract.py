"""What every importer promises: who publishes the file, what its rows mean, and how it says no."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from crime_data.importers.grid import Grid
from crime_data.months import add_months


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One publisher's series of files.

    `unit` is what one of its values is, in the plural. `values` is "counts" (whole numbers) or "shares"
    (fractions of one, which are never added up). `partition` says that its labels do not overlap and together
    make all recorded offences. `sums_from` is the kind of area whose rows add up to the areas above them; a
    source that prints several kinds side by side names one, so that nothing is counted twice. `side_by_side`
    says that the parts of a release stand beside each other, not months after each other; `parts_add` that an
    area's figure is then the sum over the parts (several forces report from one place), else any one of them.
    """

    key: str
    name: str
    publisher: str
    licence: str
    url: str
    rhythm: str  # "monthly", "quarterly", "yearly" or "once"
    release_day: int  # day of the month on which it is usually published
    lag: int = 1  # months after the last month of the figures
    unit: str = "offences"
    values: str = "counts"
    partition: bool = False
    sums_from: str = ""
    side_by_side: bool = False
    parts_add: bool = False
    categories: str = ""  # the reviewed table of its labels in reference/categories/, if not named like it
    listing: str = ""  # the publisher's list of files, where there is one that a machine can read
    wanted: str = ""  # a regular expression that the names of the wanted files in the list match

    @property
    def table(self) -> str:
        """The reviewed table of its labels in reference/categories/."""
        return self.categories or self.key


class BadFile(Exception):
    """The file is refused. The message names column, row and value and says what to do."""


class Label(NamedTuple):
    """A category as the publisher prints it; `counted` where one file counts several things."""

    major: str
    minor: str
    counted: str = ""


class AreaRef(NamedTuple):
    """An area as the publisher names it: by code, by name, or by both.

    `kind` is one of `crime_data.models.Area.Kind`. `within` is the code or name of the borough printed beside
    a smaller area.
    """

    kind: str
    name: str
    code: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something in a file that is not stored: how many lines, what they add up to, and why."""

    what: str
    why: str
    rows: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Publication:
    """One file of figures, read whole and found sound. Nothing of it is stored yet.

    `release_month` is the newest month of the whole publication, which may come in several files. Row i of
    `grid` is about `areas[grid.area[i]]` and `labels[grid.label[i]]`; its columns are periods of `step`
    months, from `first_month` on, without a gap. `rows` counts the data lines of the file, those set aside
    too. `missing` are first days of periods for which the file has no column: they are kept as not
    published, and a person must look. `doubts` are the importer's other reasons why a person must, each a
    sentence. `caveats` are the publisher's own warnings about these figures.
    """

    source: SourceSpec
    release_month: date
    first_month: date
    part: str
    areas: tuple[AreaRef, ...]
    labels: tuple[Label, ...]
    grid: Grid
    rows: int
    step: int = 1
    set_aside: tuple[SetAside, ...] = ()
    missing: tuple[date, ...] = ()
    doubts: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    key: str = ""

    @property
    def release_key(self) -> str:
        return self.key or f"to-{self.release_month:%Y%m}"

    @property
    def last_month(self) -> date:
        """The last month of the last period."""
        return add_months(self.first_month, self.step * self.grid.columns - 1)

    @property
    def total(self) -> int | None:
        """The sum of all counts; None for shares."""
        return int(self.grid.totals.sum()) if self.source.values == "counts" else None

    @property
    def observations(self) -> int:
        return len(self.grid) * self.grid.columns


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One area is part of another, in an edition of the geography ("WD22", "LSOA21")."""

    part: AreaRef
    whole: AreaRef
    edition: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """The outline of an area: rings of (longitude, latitude), WGS84, outer rings and holes alike."""

    area: AreaRef
    edition: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """One file of areas: which there are, what they are part of, how they lie. It holds no figures."""

    source: SourceSpec
    key: str
    month: date  # of the edition
    rows: int
    areas: tuple[AreaRef, ...] = ()
    links: tuple[LinkRow, ...] = ()
    shapes: tuple[ShapeRow, ...] = ()
    set_aside: tuple[SetAside, ...] = field(default=())

    @property
    def release_key(self) -> str:
        return self.key
