"""What every importer promises: who publishes the file, what its rows mean, and how it says no."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One publisher's series of files."""

    key: str
    name: str
    publisher: str
    licence: str
    url: str
    rhythm: str
    release_day: int  # day of the month after the last month on which it is usually published


class BadFile(Exception):
    """The file is refused. The message names column, row and value and says what to do."""


@dataclass(frozen=True, slots=True)
class Label:
    """A category as the publisher prints it."""

    major: str
    minor: str


@dataclass(frozen=True, slots=True)
class Publication:
    """One file, read whole and found sound. Nothing of it is stored yet.

    `release_month` is the newest month of the whole publication, which may come in several files.
    `counts` has one row for each of `lines` (their numbers in the file), `areas` and `labels`, which are of
    the same length, and one column a month,
    from `first_month` on, without a gap: int32 numbers of offences.
    """

    source: SourceSpec
    release_month: date
    first_month: date
    last_month: date
    part: str
    lines: tuple[int, ...]
    areas: tuple[str, ...]
    labels: tuple[Label, ...]
    counts: np.ndarray
    set_aside: tuple[str, ...] = field(default=())

    @property
    def release_key(self) -> str:
        return f"to-{self.release_month:%Y%m}"

    @property
    def total(self) -> int:
        return int(self.counts.sum(dtype=np.int64))

    @property
    def observations(self) -> int:
        return int(self.counts.size)
