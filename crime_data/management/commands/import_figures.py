import json
import sys
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from crime_data.importers import BadFile
from crime_data.services import Outcome, Received, import_files, worst

EXIT = {"accepted": 0, "already-held": 0, "rejected": 2, "held-for-review": 3}


class Command(BaseCommand):
    help = (
        "Import published crime figures. Exit status: 0 stored or already held, 2 refused (nothing changed), "
        "3 stored but held until a person has looked."
    )
    requires_system_checks = ()  # they load every page of the portal, which an import does not need

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="as published: CSV, XLSX, ODS, Parquet, JSON, also packed as .gz or .zip",
        )
        parser.add_argument("--published", type=_day, metavar="DAY", help="day of publication, as 2024-02-06")
        parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")

    def handle(self, *args, files, published, json: bool, **options) -> None:
        self.as_json, self.shown = json, -1
        try:
            received = [Received(_printable(file.name), _readable(file)) for file in files]
        except OSError as problem:
            return self.end([Outcome("rejected", message=f"{problem.filename}: {problem.strerror}.")])
        try:
            outcomes = import_files(received=received, published=published, on_progress=self.tell)
        except BadFile as problem:
            outcomes = [Outcome("rejected", message=str(problem))]
        self.end(outcomes)

    def tell(self, done: int, to_do: int) -> None:
        """Progress goes to the error stream, so that the output holds only what was stored."""
        percent = 100 * done // to_do if to_do else 100
        if percent // 10 != self.shown:
            self.shown = percent // 10
            self.stderr.write(f"{done:,} of {to_do:,} rows stored ({percent}%)", self.style.NOTICE)

    def end(self, outcomes: list[Outcome]) -> None:
        if self.as_json:
            for outcome in outcomes:
                self.stdout.write(json.dumps(outcome.as_json()))
            if len(outcomes) > 1:
                self.stdout.write(json.dumps(_together(outcomes).as_json()))
        else:
            for outcome in outcomes:
                self.say(outcome)
        if status := EXIT[worst(outcomes)]:
            sys.exit(status)

    def say(self, outcome: Outcome) -> None:
        if outcome.outcome == "rejected":
            self.stderr.write(f"Refused. {outcome.message}\nNothing was changed.", self.style.ERROR)
            return
        self.stdout.write(outcome.message)
        if found := outcome.details:
            self.stdout.write(
                f"  files       {', '.join(found['files'])}\n"
                f"  months      {found['months']}\n"
                f"  areas       {found['areas']}\n"
                f"  categories  {found['categories']} ({len(found['unreviewed'])} not yet reviewed)\n"
                f"  rows        {found['rows']:,} in, {found['rows'] - outcome.set_aside:,} stored, "
                f"{outcome.set_aside:,} set aside\n"
                f"  figures     {outcome.observations:,}\n"
                f"  total       {outcome.total:,} offences"
            )


def _together(outcomes: list[Outcome]) -> Outcome:
    return Outcome(
        worst(outcomes),
        ", ".join(sorted({outcome.source for outcome in outcomes})),
        ", ".join(outcome.release for outcome in outcomes),
        sum(outcome.observations for outcome in outcomes),
        sum(outcome.total for outcome in outcomes),
        sum(outcome.set_aside for outcome in outcomes),
        " ".join(outcome.message for outcome in outcomes),
    )


def _printable(name: str) -> str:
    """A file name whose bytes are not UTF-8 can neither be stored nor printed."""
    return name.encode(errors="replace").decode()


def _readable(path: Path) -> Path:
    """The path, when there is a file that can be read. Raises OSError."""
    with path.open("rb"):
        return path


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a day. Write it as 2024-02-06.") from None
    if day > timezone.localdate():
        raise ArgumentTypeError(f"{text} lies in the future.")
    return day
