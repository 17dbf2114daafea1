from django.core.management.base import BaseCommand

from crime_data.services import load_reference, outdated_files, remap_file


class Command(BaseCommand):
    help = (
        "Sum held releases by crime type anew, where the reviewed table of categories has changed since they "
        "were imported. What the publisher printed is not touched."
    )

    def handle(self, *args, **options) -> None:
        load_reference()
        files = outdated_files()
        for file in files:
            remap_file(file=file)
            self.stdout.write(f"{file.release.source}, release {file.release}: {file.name}")
        self.stdout.write(f"{len(files)} files summed anew.")
