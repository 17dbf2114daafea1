import json
import re
from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crime_data import queries
from crime_data.months import period_label


class Command(BaseCommand):
    help = (
        "Say how many offences were recorded, with the same months a year before and where the figures stand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", required=True, metavar="NAME-OR-CODE")
        parser.add_argument("--crime-type", default="all", metavar="KEY", help="such as personal-robbery")
        parser.add_argument(
            "--category", default="", metavar="MAJOR / MINOR", help="the publisher's own label instead"
        )
        parser.add_argument("--from", required=True, type=_month, dest="first", metavar="2019-02")
        parser.add_argument("--to", required=True, type=_month, dest="last", metavar="2020-01")
        parser.add_argument(
            "--release", default="", metavar="KEY", help="only this release, such as to-202401"
        )
        parser.add_argument(
            "--as-at", type=_day, metavar="DAY", help="with the releases published by that day"
        )
        parser.add_argument(
            "--source",
            default="",
            metavar="KEY",
            help="such as mps-dashboard; else the one for the area's kind",
        )
        parser.add_argument("--json", action="store_true")

    def handle(
        self, *args, area, crime_type, category, first, last, release, source, as_at, **options
    ) -> None:
        if first > last:
            raise CommandError("--from lies after --to.")
        try:
            place = queries.find_area(area)
            if not category:
                queries.crime_type_or_not_held(crime_type)
            found = queries.figures(
                area=place,
                crime_type=crime_type,
                category=category,
                first=first,
                last=last,
                release_key=release,
                source_key=source,
                as_at=as_at,
            )
        except queries.NotHeld as problem:
            raise CommandError(str(problem)) from None
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json()))
            return
        self.stdout.write(f"{found.area}, {found.crime_type}, {period_label(first, last)}: {found.count:,}")
        if found.previous is None:
            self.stdout.write("The same months a year before are not in that release.")
        else:
            percent = "" if found.percent is None else f", {found.percent:+.1f}%"
            self.stdout.write(f"A year before: {found.previous:,} ({found.difference:+,}{percent})")
        if found.newer:
            key, count = found.newer
            self.stdout.write(f"The newer release {key} has {count:,}, but not the year before.")
        illustrative = " (illustrative)" if found.release.illustrative else ""
        self.stdout.write(f"Release {found.release.key}{illustrative}: {', '.join(found.files)}")


def _month(text: str) -> date:
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", text, re.ASCII):
        raise ArgumentTypeError(f"“{text}” is not a month. Write it as 2019-02.")
    return date.fromisoformat(f"{text}-01")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a day. Write it as 2024-06-30.") from None
