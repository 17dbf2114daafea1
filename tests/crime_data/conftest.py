from collections.abc import Callable
from typing import Any

import pytest

from crime_data import services
from crime_data.models import CrimeTypeTable, PrintedTable, Release, ReleaseFile
from crime_data.services import Outcome, Received


@pytest.fixture
def bring_in(db) -> Callable[..., Outcome]:
    """Import one file, or several named ones, of one release."""

    def bring_in(content: bytes | dict[str, bytes], **given: Any) -> Outcome:
        files = content if isinstance(content, dict) else {"recent.csv": content}
        received = [Received(name, content) for name, content in files.items()]
        [outcome] = services.import_files(received=received, **given)
        return outcome

    return bring_in


@pytest.fixture
def stored() -> Callable[[], dict]:
    """All that an import writes, to compare before and after."""

    def stored() -> dict:
        return {
            "releases": list(Release.objects.order_by("pk").values()),
            "files": list(ReleaseFile.objects.order_by("pk").values()),
            "series": sorted(PrintedTable.objects.values_list("file", "area", "categories", "values")),
            "sums": sorted(CrimeTypeTable.objects.values_list("file", "area", "crime_types", "values")),
        }

    return stored
