from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from csp_portal.demo.load import load_demo


class Command(BaseCommand):
    help = "Loads two demonstration partnerships, figures, and people to sign in as. Only where DEMO is set."

    def add_arguments(self, parser):
        parser.add_argument("--figures", type=Path, help="folder with published files")

    def handle(self, *args, figures, **options):
        if not settings.DEMO:
            raise CommandError(
                "This makes accounts with known passwords. Set DEMO=1 if this is a demonstration."
            )
        if figures and not Path(figures).is_dir():
            raise CommandError(f"{figures} is not a folder.")
        load_demo(folder=Path(figures) if figures else None, say=self.stdout.write)
