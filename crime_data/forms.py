from django import forms
from django.utils import timezone

from govuk.forms import DatePartsField

MAX_FILES = 10
MAX_MEGABYTES = 50


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
        help_text=f"CSV as published, or .csv.gz. Up to {MAX_FILES} files, {MAX_MEGABYTES} MB each. "
        "The Historical and the recent file of one publication belong together.",
        widget=ManyFiles(attrs={"accept": ".csv,.gz,text/csv"}),
        error_messages={"required": "Choose a file", "empty": "The file is empty. Download it again."},
    )
    published_on = DatePartsField(
        label="Day of publication",
        required=False,
        help_text="If you leave it empty, the 6th of the month after the last month in the file is used.",
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
