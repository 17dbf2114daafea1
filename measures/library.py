"""Ready measures: what partnerships usually measure, reviewed, one YAML file a family in `library/`.

A file says `family`, `order` and `measures`. Everything in it is checked when it is read: what is unknown,
missing, twice or too long is refused with the file, the measure and what to do. Whether crime types, sources
and survey questions exist is checked by the tests, against `crime_data/reference` and the importers.
How to add one: docs/measure-library.md.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from measures.judgement import Polarity
from measures.statistics import StatisticType, Unit

FOLDER = Path(__file__).with_name("library")

UNITS = tuple(unit.value for unit in Unit)
STATISTICS = tuple(statistic.value for statistic in StatisticType)
POLARITIES = tuple(polarity.value for polarity in Polarity)
PERIODS = ("rolling", "year", "quarter")
BASES = ("", "people", "households")
SECTORS = (
    "council", "police", "fire", "probation", "health", "mayor", "voluntary", "housing", "education",
    "transport", "community", "other",
)  # fmt: skip

FRAMEWORKS = {
    "Police and Crime Plan 2025-29": "https://www.london.gov.uk/programmes-strategies/"
    "mayors-office-policing-and-crime-mopac/safer-london-everyone",
    "Police and Crime Plan 2021-25": "Its outcomes as the Bexley strategy 2022-25 prints them, section 8",
    "Police and Crime Plan 2017-21": "Its rule of local priorities as Bromley's report of July 2020 gives it",
    "Police and Crime Plan 2013-16": "https://studylib.net/doc/5667990/volume-of-offences",
    "Policing summary Bexley 2009/10": "Local Policing Summary Bexley 2009/10, with London's targets",
    "Violence and vulnerability plans": "https://bexley.gov.uk/services/community-safety-and-environment/"
    "bexley-community-safety-partnership-serious-violence/violence-and-vulnerability-reduction-action-plan",
    "Bexley strategy 2022-25": "Bexley Community Safety Partnership Strategy 2022-2025",
    "Bexley serious violence strategy": "Appendix E of that strategy, partnership delivery in 2023",
    "Bromley strategy 2020-23": "Safer Bromley Partnership strategy 2020-2023 and the report of July 2020",
    "Youth justice indicators": "https://gov.uk/guidance/key-performance-indicators-for-youth-justice-services",
    "National drugs outcomes framework": "https://gov.uk/government/publications/"
    "drugs-strategy-national-outcomes-framework",
    "ASB case review": "Anti-social Behaviour, Crime and Policing Act 2014, section 104",
    "Duties of a partnership": "Crime and Disorder Act 1998, Serious Violence Duty, Prevent and Channel",
    "Usual CSP set": "No document: what partnerships commonly report. One example is https://documents.pub/"
    "document/indicators-for-community-safety-partnership-performance-.html",
}
"""The documents a measure can be named in, and where that is known from."""

LONGEST = {
    "key": 80, "name": 160, "question": 160, "group_a": 80, "group_b": 80,
    "definition": 500, "why": 300, "caveats": 500, "source_note": 400,
}  # fmt: skip
"""Characters. The names and groups are columns of that length; the others are what people still read."""


@dataclass(frozen=True, slots=True)
class ReadyMeasure:
    """One measure to adopt. Its fields are those of a partnership's own measure, without one's own owner.

    `crime_type` is a key of the crime types; of a composite it is a key of `reference/composites.csv`, whose
    parts name their sources. `source` is an importer's key, or empty when the numbers come from no imported
    file. `question` is what was asked: the label of the importer, or the local survey's own question.
    `times_a_year` and `standard_hours` are 0 where they do not apply. `sensitive` means that small numbers
    below a borough are withheld. `frameworks` are the documents that name it or set it as an outcome.
    """

    key: str
    name: str
    family: str
    kind: str
    unit: str
    statistic: str
    period: str
    polarity: str
    definition: str
    why: str
    caveats: str
    source_note: str
    owner_sector: str
    frameworks: tuple[str, ...]
    sensitive: bool
    crime_type: str = ""
    of_crime_type: str = ""
    source: str = ""
    per: str = ""
    question: str = ""
    group_a: str = ""
    group_b: str = ""
    standard_hours: int = 0
    times_a_year: int = 0


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a kind of measure needs besides the common fields, and the units and statistics it can have."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    units: tuple[str, ...]
    statistics: tuple[str, ...]


KINDS = {
    "count": _Kind(("crime_type", "source"), (), ("count",), ("count",)),
    "rate": _Kind(("crime_type", "source", "per"), (), ("rate",), ("count",)),
    "share": _Kind(("crime_type", "of_crime_type", "source"), (), ("percent",), ("share",)),
    "composite": _Kind(("crime_type",), (), ("count",), ("count",)),
    "survey": _Kind(("question",), ("source",), ("percent",), ("share",)),
    "local": _Kind((), (), UNITS, STATISTICS),
    "gap": _Kind(("group_a", "group_b"), (), ("points",), ("share",)),
    "standard": _Kind(("standard_hours",), (), ("percent",), ("share",)),
    "recurring": _Kind(("times_a_year",), (), ("count",), ("count",)),
}
CHOICES = {
    "kind": tuple(KINDS),
    "unit": UNITS,
    "statistic": STATISTICS,
    "period": PERIODS,
    "polarity": POLARITIES,
    "per": BASES,
    "owner_sector": SECTORS,
}

_FIELDS = {field.name: field for field in fields(ReadyMeasure) if field.name != "family"}
_REQUIRED = {name for name, field in _FIELDS.items() if field.default is MISSING}
_SPECIAL = tuple(dict.fromkeys(name for kind in KINDS.values() for name in kind.needs))
_FILE_FIELDS = {"family", "order", "measures"}


@cache
def load() -> tuple[ReadyMeasure, ...]:
    """All of them, family by family in the order to be read. Raises ValueError, see `read`."""
    return read(FOLDER)


def read(folder: Path) -> tuple[ReadyMeasure, ...]:
    """The measures of every `*.yaml` of a folder, by the `order` of the files and then as they stand.

    Raises ValueError at the first thing wrong, naming file, measure and what to do.
    """
    families: dict[int, tuple[str, tuple[ReadyMeasure, ...]]] = {}
    for path in sorted(folder.glob("*.yaml")):
        order, measures = _family(path)
        if order in families:
            raise ValueError(
                f"{path.name}: order {order} is that of {families[order][0]} too. Give each file its own."
            )
        families[order] = (path.name, measures)
    _refuse_twice(families)
    return tuple(measure for order in sorted(families) for measure in families[order][1])


def as_table(measures: tuple[ReadyMeasure, ...]) -> str:
    """The table of docs/measure-library.md, in Markdown, without an empty line at its end."""
    lines = ["| family | measure | key | kind | better | from | named in |", "|---|---|---|---|---|---|---|"]
    for one in measures:
        cells = (
            one.family,
            one.name,
            f"`{one.key}`",
            one.kind,
            one.polarity,
            _origin(one),
            "; ".join(one.frameworks),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _origin(measure: ReadyMeasure) -> str:
    if measure.source:
        return f"`{measure.source}`"
    return "parts" if measure.kind == "composite" else "return"


def _refuse_twice(families: dict[int, tuple[str, tuple[ReadyMeasure, ...]]]) -> None:
    first: dict[tuple[str, str], str] = {}
    for order in sorted(families):
        file, measures = families[order]
        for measure in measures:
            for what, value in (("key", measure.key), ("name", measure.name.casefold())):
                if (what, value) in first:
                    raise ValueError(
                        f"{file}: {measure.key}: the {what} stands in {first[what, value]} already. "
                        f"Give it another {what}, or delete one of the two."
                    )
                first[what, value] = file


def _family(path: Path) -> tuple[int, tuple[ReadyMeasure, ...]]:
    content = _content(path)
    if not isinstance(content, dict) or set(content) != _FILE_FIELDS:
        raise ValueError(f"{path.name}: a file has family, order and measures, and nothing else.")
    family, order, rows = content["family"], content["order"], content["measures"]
    if not isinstance(family, str) or not family.strip():
        raise ValueError(f"{path.name}: family is empty. Write the name of the family.")
    if not _is_whole(order):
        raise ValueError(f"{path.name}: order is “{order}”. Write a whole number.")
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"{path.name}: measures is empty. Write at least one, or delete the file.")
    return order, tuple(_measure(path.name, at, family, row) for at, row in enumerate(rows, start=1))


def _content(path: Path) -> Any:
    """What the file says; a name said twice is refused, of which YAML would quietly take the last."""
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        for twice, line in _said_twice(node):
            raise ValueError(f"{path.name}: line {line}: {twice} is said twice. Delete one of the two.")
        return loader.construct_document(node) if node else None
    except yaml.YAMLError as problem:
        raise ValueError(f"{path.name}: this is no YAML: {problem}. Mend the line.") from problem
    finally:
        loader.dispose()


def _said_twice(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        names = Counter(name.value for name, _ in node.value)
        for name, value in node.value:
            if names[name.value] > 1:
                yield name.value, name.start_mark.line + 1
            yield from _said_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _said_twice(item)


def _measure(file: str, at: int, family: str, row: Any) -> ReadyMeasure:
    where = f"{file}: {row.get('key', f'measure {at}') if isinstance(row, dict) else f'measure {at}'}"
    try:
        if not isinstance(row, dict):
            raise ValueError("it has no fields. Write it as name: value, line by line.")
        _check_names(row)
        for name, value in row.items():
            _check_value(name, value)
        _check_kind(row)
    except ValueError as problem:
        raise ValueError(f"{where}: {problem}") from None
    return ReadyMeasure(family=family, **{**row, "frameworks": tuple(row["frameworks"])})


def _check_names(row: dict[str, Any]) -> None:
    for name in row:
        if name not in _FIELDS:
            raise ValueError(f"the field {name} is not known. Delete it or spell it as one of the others.")
    for name in _FIELDS:
        if name in _REQUIRED and name not in row:
            raise ValueError(f"the field {name} is missing. Add it.")


def _check_value(name: str, value: Any) -> None:
    if name == "sensitive":
        if not isinstance(value, bool):
            raise ValueError(f"sensitive is “{value}”. Write true or false.")
    elif name in ("standard_hours", "times_a_year"):
        if not _is_whole(value) or value < 1:
            raise ValueError(f"{name} is “{value}”. Write a whole number from 1 on.")
    elif name == "frameworks":
        _check_frameworks(value)
    else:
        _check_text(name, value)


def _check_frameworks(value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise ValueError("frameworks is empty. Name at least one document, as a list.")
    for framework in value:
        if framework not in FRAMEWORKS:
            raise ValueError(
                f"the framework “{framework}” is not known. Take one of FRAMEWORKS, or add it there with "
                "where it is known from."
            )
    if len(set(value)) < len(value):
        raise ValueError("frameworks names one twice. Delete one of the two.")


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{name} is “{value}” and no text. Put it in quotation marks.")
    if not value.strip():
        raise ValueError(f"{name} is empty. Write it, or leave the field out if it may be left out.")
    if value != " ".join(value.split()):
        raise ValueError(f"{name} has line breaks or doubled spaces. Write it as one paragraph.")
    if name in CHOICES and value not in CHOICES[name]:
        known = ", ".join(choice for choice in CHOICES[name] if choice)
        raise ValueError(f"the {name} “{value}” is not known. Take one of: {known}.")
    if len(value) > LONGEST.get(name, 80):
        raise ValueError(f"{name} has {len(value)} characters. Shorten it to {LONGEST.get(name, 80)}.")


def _check_kind(row: dict[str, Any]) -> None:
    kind = KINDS[row["kind"]]
    for name in kind.needs:
        if name not in row:
            raise ValueError(f"a {row['kind']} needs {name}. Add it or choose another kind.")
    for name in _SPECIAL:
        if name in row and name not in (*kind.needs, *kind.may):
            raise ValueError(f"a {row['kind']} has no {name}. Delete it or choose another kind.")
    for name, allowed in (("unit", kind.units), ("statistic", kind.statistics)):
        if row[name] not in allowed:
            raise ValueError(f"the {name} of a {row['kind']} is {' or '.join(allowed)}. Write that.")
    if (row["unit"] == "yes-no") != (row["statistic"] == "yes-no"):
        raise ValueError("unit and statistic are both yes-no or neither. Change one of the two.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


if __name__ == "__main__":
    print(as_table(load()))
