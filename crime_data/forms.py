"""What is asked for under /data/: files, reasons, and which figure."""

from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils import timezone

from crime_data import queries
from crime_data.models import Area
from crime_data.months import months_between
from govuk.forms import DatePartsField, month_field

MAX_FILES = 20
MAX_MEGABYTES = 200
ACCEPTED = (".csv", ".gz", ".zip", ".xlsx", ".ods", ".parquet", ".json", ".geojson")


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; cleans to a list."""

    widget = ManyFiles

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    files = FilesField(
        label="Files",
        help_text="As published: CSV (also .csv.gz), XLSX, ODS, Parquet, JSON, GeoJSON or ZIP. "
        f"Up to {MAX_FILES} files, {MAX_MEGABYTES} MB each. "
        "The Historical and the recent file of one publication belong together.",
        widget=ManyFiles(attrs={"accept": ",".join(ACCEPTED)}),
        error_messages={"required": "Choose a file", "empty": "The file is empty. Download it again."},
    )
    published_on = DatePartsField(
        label="Day of publication",
        required=False,
        help_text="If you leave it empty, the source's usual day after the last month in the file is used.",
    )

    def clean_files(self):
        files = self.cleaned_data["files"]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(f"Choose {MAX_FILES} files or fewer at a time")
        for file in files:
            if file.size > MAX_MEGABYTES * 1024 * 1024:
                raise forms.ValidationError(f"{file.name} must be smaller than {MAX_MEGABYTES} MB")
        return files

    def clean_published_on(self):
        day = self.cleaned_data["published_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("Day of publication must be today or in the past")
        return day


class ReasonForm(forms.Form):
    """Why somebody accepts, refuses or withdraws a file. It is kept."""

    reason = forms.CharField(
        label="Reason",
        help_text="One sentence. It is kept with the file and can be read by all data managers.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": "Say why, in a sentence"},
    )


class SourceForm(forms.Form):
    """Whether and where the portal looks for new files of a source."""

    watched = forms.BooleanField(
        label="Look for new files by itself",
        required=False,
        help_text="On the days on which the publisher usually publishes.",
    )
    address = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        help_text="The publisher's list of files, or one file. It begins with https://",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_address(self):
        address = self.cleaned_data["address"].strip()
        if not address:
            return ""
        try:
            parts = urlsplit(address)
            named = {parts.hostname, f"{parts.hostname}:{parts.port}"} if parts.port else {parts.hostname}
        except ValueError:
            parts, named = urlsplit(""), set()
        if parts.scheme != "https" or not parts.hostname:
            raise forms.ValidationError("Enter an address that begins with https://")
        if not named & set(settings.DOWNLOAD_HOSTS) or parts.username:
            raise forms.ValidationError(f"{parts.hostname} is not on the list of hosts that may be asked")
        return address

    def clean(self):
        found = super().clean()
        if found.get("watched") and not found.get("address") and "address" not in self.errors:
            self.add_error("address", "Enter the address at which the portal is to look")
        return found


# --- which figure ----------------------------------------------------------------------------


def choice_field(label: str, choices, wrong: str, **given) -> forms.ChoiceField:
    errors = {"required": wrong, "invalid_choice": wrong}
    return forms.ChoiceField(label=label, choices=choices, error_messages=errors, **given)


class FigureForm(forms.Form):
    """One figure: of which source, area, crime type and months; out of which release, where that is asked.

    Made from what stands in the address. `held` are the releases of the source, newest first.
    """

    mark_optional = False

    def __init__(self, data, *, sources, crime_types, held, with_release=False):
        super().__init__(data)
        self.held = held
        self.fields["source"] = choice_field(
            "Source", [(one.key, one.name) for one in sources], "Choose a source from the list"
        )
        self.fields["area"] = forms.CharField(
            label="Area",
            max_length=120,
            error_messages={"required": "Enter an area's name or code, such as Bexley or E09000004"},
            widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off", "spellcheck": "false"}),
        )
        self.fields["crime_type"] = choice_field(
            "Crime type", [(one.key, one.name) for one in crime_types], "Choose a crime type of this source"
        )
        self.fields["from"] = month_field("From")
        self.fields["to"] = month_field("To")
        if with_release:
            keys = [(one.release.key, one.release.key) for one in held]
            self.fields["release"] = choice_field(
                "Release", [("", "The newest that has it"), *keys], "Choose a release in use", required=False
            )
        self.crime_types = {one.key: one for one in crime_types}

    def clean_area(self) -> Area:
        try:
            return queries.area_called(self.cleaned_data["area"], self.held[0])
        except queries.NotHeld as problem:
            raise forms.ValidationError(str(problem)) from None

    def clean(self):
        data = super().clean()
        first, last = data.get("from"), data.get("to")
        if first and last and months_between(first, last) < 0:
            self.add_error("to", "The last month must be the same as or after the first")
        if data.get("crime_type"):
            data["crime_type"] = self.crime_types[data["crime_type"]]
        return data


class MovesForm(forms.Form):
    """Two releases of a source, and the areas for which they are compared."""

    mark_optional = False
    sort = forms.ChoiceField(choices=[(name, name) for name in queries.SORTS], widget=forms.HiddenInput)

    def __init__(self, data, *, held):
        super().__init__(data)
        keys = [(one.release.key, one.release.key) for one in held]
        self.fields["before"] = choice_field("Earlier release", keys, "Choose a release in use")
        self.fields["now"] = choice_field("Later release", keys, "Choose a release in use")
        kinds = [(str(kind.value), str(kind.label)) for kind in queries.COMPARED]
        self.fields["kind"] = choice_field(
            "Areas", [("", "All of these kinds"), *kinds], "Choose a kind of area", required=False
        )

    def clean(self):
        data = super().clean()
        if data.get("before") and data.get("before") == data.get("now"):
            self.add_error("now", "Choose two different releases")
        return data


class CoverageForm(forms.Form):
    """Which months the grid shows."""

    mark_optional = False
    months = forms.IntegerField(
        label="Months",
        min_value=12,
        max_value=60,
        error_messages={
            name: "Enter a number of months from 12 to 60"
            for name in ("required", "invalid", "min_value", "max_value")
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data):
        super().__init__(data)
        self.fields["to"] = month_field("Up to")
        self.order_fields(["to", "months"])
