"""An attacker reads every public output about wards, page, map, CSV and JSON, and puts it all together."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import unescape

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse

from crime_data.models import CrimeType
from crime_data.services import Received, import_files
from measures import disclosure, wards
from tests.disclosure_attack import Attacker
from tests.factories import make_partnership
from tests.ward_files import LABELS, Ward, outlines, ward_file

pytestmark = pytest.mark.django_db
FIRST = date(2021, 4, 1)
BEXLEY: list[Ward] = [(f"Ward {letter}", f"E0501121{at}", "Bexley") for at, letter in enumerate("ABCDEF")]
BROMLEY: list[Ward] = [(f"Wood {letter}", f"E0501398{at}", "Bromley") for at, letter in enumerate("GHIJK")]
AIRPORT: Ward = ("Heathrow Villages", "E05013570", "Aviation Security (SO18)")
RATES = {
    "rape": 0.5, "other-sexual-offences": 0.7, "personal-robbery": 1, "shoplifting": 9, "bicycle-theft": 2,
}  # fmt: skip
ROW = re.compile(r'<th scope="row" class="govuk-table__header">(.*?)</th>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>")
AREA = re.compile(r'<path class="chart-area" fill="([^"]+)"[^>]*><title>(.*?): (.*?)</title>')


def made(chance: np.random.Generator, months: int = 36) -> dict:
    """Some wards have hardly any offence of a kind, some many."""
    sizes = {ward: chance.choice([0.2, 0.6, 1.5, 3]) for ward in [*BEXLEY, *BROMLEY, AIRPORT]}
    return {
        (ward, kind): chance.poisson(rate * sizes[ward], months).tolist()
        for ward in sizes
        for kind, rate in RATES.items()
    }


def bring(content: bytes, name: str = "wards.csv", published_on: date | None = None) -> None:
    for outcome in import_files(received=[Received(name, content)], published=published_on):
        assert outcome.outcome == "accepted", outcome.message


@pytest.fixture(autouse=True)
def nothing_kept():
    wards._decided.cache_clear()
    yield
    wards._decided.cache_clear()


@pytest.fixture
def partnerships(db):
    return [make_partnership(), make_partnership(areas=("Bromley",), year_basis="calendar")]


# --- reading all that is public ----------------------------------------------------------------


@dataclass
class Seen:
    """(borough code, year, ward code, crime type) -> the count, or None where it is withheld."""

    counts: dict[tuple[str, str, str, str], int | None] = field(default_factory=dict)
    totals: dict[tuple[str, str, str], int] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)


def crawl(client, partnerships) -> Seen:
    seen = Seen()
    for partnership in partnerships:
        first = api(client, partnership.slug)
        for year in first["years"]:
            for kind in api(client, partnership.slug, year=year)["crime_types"]:
                look(client, seen, partnership.slug, kind, year)
    return seen


def api(client, slug: str, **asked) -> dict:
    answer = client.get(reverse("api_wards"), {"partnership": slug, **asked})
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def look(client, seen: Seen, slug: str, kind: str, year: str) -> None:
    """One crime type and year, everywhere it is told; all must tell the same."""
    asked = {"crime_type": kind, "year": year}
    told = api(client, slug, **asked)
    page = client.get(reverse("ward_figures", args=[slug]), asked)
    table = client.get(reverse("ward_figures_csv", args=[slug]), asked)
    [borough] = told["boroughs"]
    seen.totals[borough["code"], year, kind] = borough["count"]
    counts = {ward["name"]: ward["count"] for ward in told["wards"]}
    for ward in told["wards"]:
        seen.counts[borough["code"], year, ward["code"], kind] = ward["count"]
    html = page.content.decode()
    assert dict(in_the_table(html, borough["name"])) == counts
    assert in_the_csv(table.content.decode("utf-8-sig")) == counts
    assert dict(on_the_map(html)) in (counts, {})
    in_order_of_what_is_shown(told)
    shades_tell_nothing_more(html, counts)
    for name, answer in {"page": page, "csv": table}.items():
        seen.bodies[f"{slug} {kind} {year} {name}"] = answer.content
    seen.bodies[f"{slug} {kind} {year} json"] = json.dumps(told).encode()


def number(words: str) -> int | None:
    return None if words == "withheld" else int(words.replace(",", ""))


def in_the_table(html: str, borough: str) -> Iterator[tuple[str, int | None]]:
    for name, cells in ROW.findall(html):
        if name != f"All wards of {borough}":
            count, _rank = CELL.findall(cells)
            yield unescape(name), number(count)


def in_the_csv(text: str) -> dict[str, int | None]:
    return {row["Ward"]: number(row["Offences"]) for row in csv.DictReader(io.StringIO(text))}


def on_the_map(html: str) -> Iterator[tuple[str, int | None]]:
    for _, name, said in AREA.findall(html):
        yield unescape(name), number(said)


def in_order_of_what_is_shown(told: dict) -> None:
    shown = [ward for ward in told["wards"] if not ward["withheld"]]
    hidden = told["wards"][len(shown) :]
    assert [ward["count"] for ward in shown] == sorted((ward["count"] for ward in shown), reverse=True)
    assert all(ward["rank"] == 1 + sum(o["count"] > ward["count"] for o in shown) for ward in shown)
    assert [ward["name"] for ward in hidden] == sorted(ward["name"] for ward in hidden)
    assert all(ward["withheld"] and ward["count"] is ward["rank"] is None for ward in hidden)


def shades_tell_nothing_more(html: str, counts: dict[str, int | None]) -> None:
    fills = {unescape(name): fill for fill, name, _ in AREA.findall(html)}
    hidden = {fill for name, fill in fills.items() if counts[name] is None}
    shown = {fill for name, fill in fills.items() if counts[name] is not None}
    assert len(hidden) <= 1 and not hidden & shown


# --- putting it together -----------------------------------------------------------------------


def parents() -> dict[str, str]:
    return dict(CrimeType.objects.exclude(parent=None).values_list("key", "parent__key"))


def attackers(seen: Seen) -> Iterator[Attacker]:
    """One a borough and year: nothing that is told joins two of them. Here a type is all of its parts, as it
    is in the files below."""
    above = parents()
    for borough, year in sorted({key[:2] for key in seen.counts}):
        told = {key[2:]: count for key, count in seen.counts.items() if key[:2] == (borough, year)}
        attacker = Attacker()
        for cell, count in told.items():
            attacker.learns((borough, year, *cell), count)
        for kind in {kind for _, kind in told}:
            cells = [(borough, year, *cell) for cell in told if cell[1] == kind]
            attacker.adds_up(cells, to=seen.totals[borough, year, kind])
        for ward, kind in told:
            parts = [(borough, year, ward, part) for w, part in told if w == ward and above.get(part) == kind]
            if parts:
                attacker.adds_up(parts, to=(borough, year, ward, kind))
        yield attacker


def ranges(seen: Seen) -> dict:
    return {cell: found for attacker in attackers(seen) for cell, found in attacker.ranges().items()}


@pytest.mark.parametrize("seed", range(3))
def test_all_that_is_public_together_recovers_no_withheld_count(client, partnerships, seed):
    counts = made(np.random.default_rng(seed))
    bring(ward_file(counts, FIRST))
    bring(outlines([*BEXLEY, *BROMLEY]), "outlines.geojson")

    seen = crawl(client, partnerships)

    assert any("-hatch" in body.decode() for body in seen.bodies.values())
    assert sum(count is None for count in seen.counts.values()) > 20
    for (borough, year, ward, kind), (low, high) in ranges(seen).items():
        assert high - low >= min(disclosure.WIDTH, seen.totals[borough, year, kind]), (ward, kind, year)


def test_no_small_count_of_a_sensitive_kind_is_shown_anywhere(client, partnerships):
    bring(ward_file(made(np.random.default_rng(0)), FIRST))

    seen = crawl(client, partnerships)

    kinds = ("sexual-offences", "rape", "other-sexual-offences")
    shown = {count for (*_, kind), count in seen.counts.items() if kind in kinds}
    assert not shown & {1, 2, 3, 4}
    assert 0 in shown or len(shown) > 5


def test_the_same_attacker_recovers_counts_where_only_small_ones_are_withheld(
    client, partnerships, monkeypatch
):
    """Otherwise the tests above could not fail."""

    def small_ones_only(counts, parents, sensitive, *, before=None):
        return disclosure.small(counts, sensitive)

    monkeypatch.setattr(disclosure, "withheld", small_ones_only)
    bring(ward_file(made(np.random.default_rng(0)), FIRST))

    seen = crawl(client, partnerships)

    recovered = [found for attacker in attackers(seen) for found in attacker.recovered()]
    assert len(recovered) > 5


def test_what_one_publication_withheld_the_next_does_not_show(client, partnerships):
    chance = np.random.default_rng(5)
    counts = made(chance)
    bring(ward_file(counts, FIRST), published_on=date(2024, 4, 6))
    before = crawl(client, partnerships)
    again = {
        key: [max(0, count + int(chance.choice([-1, 0, 0, 0, 1]))) for count in [*values, values[-1]]]
        for key, values in counts.items()
    }
    bring(ward_file(again, FIRST), published_on=date(2024, 5, 6))

    after = crawl(client, partnerships)

    assert before.counts != after.counts
    withheld = {cell for cell, count in before.counts.items() if count is None}
    assert withheld <= {cell for cell, count in after.counts.items() if count is None}
    assert all(low < high for low, high in ranges(after).values())


class Undo(Exception):
    pass


def all_told(client, partnership, counts) -> dict[str, bytes]:
    """Every public word about these counts; nothing is kept of them."""
    seen = Seen()
    try:
        with transaction.atomic():
            bring(ward_file(counts, FIRST), published_on=date(2022, 4, 6))
            bring(outlines(BEXLEY[:3]), "outlines.geojson")
            seen = crawl(client, [partnership])
            raise Undo
    except Undo:
        return seen.bodies


def test_other_numbers_where_they_are_withheld_change_not_a_byte(client, partnerships):
    a, b, c = BEXLEY[:3]
    first = {
        "rape": {a: 3, b: 20, c: 40},
        "other-sexual-offences": {a: 25, b: 21, c: 45},
        "shoplifting": {a: 80, b: 90, c: 70},
    }
    second = first | {
        "rape": {a: 2, b: 21, c: 40},
        "other-sexual-offences": {a: 26, b: 20, c: 45},
    }

    def monthly(numbers: dict) -> dict:
        return {
            (ward, kind): [count, *[0] * 11] for kind, of in numbers.items() for ward, count in of.items()
        }

    one = all_told(client, partnerships[0], monthly(first))
    other = all_told(client, partnerships[0], monthly(second))

    assert len(one) >= 3 * len(LABELS) and any(b"-hatch" in body for body in one.values())
    assert one == other
    changed = first | {"shoplifting": {a: 81, b: 90, c: 70}}
    assert one != all_told(client, partnerships[0], monthly(changed))


@pytest.mark.parametrize(
    "asked",
    [
        {"area": "E05011210"},
        {"area": "Metropolitan Police", "source": "mps-ward"},
        {"area": "Bexley", "source": "mps-ward"},
        {"area": "Bexley", "source": "mps-lsoa"},
    ],
)
@pytest.mark.parametrize("address", ["api_figures", "api_restatements"])
def test_the_figures_of_boroughs_open_no_way_below(client, partnerships, address, asked):
    """With the sums of the ward file, the force less its boroughs is the one ward at the airport."""
    bring(ward_file(made(np.random.default_rng(0)), FIRST))

    answer = client.get(reverse(address), {"crime_type": "rape", "from": "2022-04", "to": "2023-03"} | asked)

    assert answer.status_code == 422
    assert "not given here" in json.loads(answer.content)["error"]


def test_two_partnerships_of_one_borough_never_show_years_that_overlap(client, partnerships):
    bring(ward_file(made(np.random.default_rng(0)), FIRST))
    other = make_partnership(areas=("Bexley", "Bromley"), year_basis="calendar")

    assert [borough["name"] for borough in api(client, other.slug)["boroughs"]] == ["Bromley"]
    assert api(client, partnerships[0].slug)["from"] == "2023-04"


def test_the_met_s_own_ward_files_give_nothing_away(client, partnerships, real_data):
    for folder in ("to-202401", "to-202503"):
        [path] = (real_data / "mps-ward" / folder).glob("*.csv")
        lines = path.read_text("utf-8-sig").splitlines()
        kept = [lines[0], *(line for line in lines if line_of(line, ("Bexley", "Bromley")))]
        bring("\n".join(kept).encode(), path.name)

    seen = crawl(client, partnerships)

    above = parents()
    assert len({year for _, year, *_ in seen.counts}) >= 2
    for (borough, year, _, kind), (low, high) in ranges_of_real(seen, above).items():
        assert high - low >= min(disclosure.WIDTH, seen.totals[borough, year, kind])


def line_of(line: str, boroughs: tuple[str, ...]) -> bool:
    return next(csv.reader([line]))[4] in boroughs


def ranges_of_real(seen: Seen, above: dict[str, str]) -> dict:
    """As above, but a type can be more than its parts: the attacker takes the rest of each ward as known
    where the borough's rest is nought, and guesses nothing elsewhere."""
    found = {}
    for borough, year in sorted({key[:2] for key in seen.counts}):
        told = {key[2:]: count for key, count in seen.counts.items() if key[:2] == (borough, year)}
        kinds = {kind for _, kind in told}
        attacker = Attacker()
        for cell, count in told.items():
            attacker.learns((borough, year, *cell), count)
        for kind in kinds:
            attacker.adds_up(
                [(borough, year, *cell) for cell in told if cell[1] == kind],
                to=seen.totals[borough, year, kind],
            )
            parts = [part for part in kinds if above.get(part) == kind]
            total = sum(seen.totals[borough, year, part] for part in parts)
            if parts and total == seen.totals[borough, year, kind]:
                for ward in {ward for ward, _ in told}:
                    attacker.adds_up(
                        [(borough, year, ward, part) for part in parts], to=(borough, year, ward, kind)
                    )
        found |= attacker.ranges()
    return found
