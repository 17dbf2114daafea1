"""The portal as its image serves it: static files compressed, under names that hold their hash."""

import os

from csp_portal.settings import *  # noqa: F403
from csp_portal.settings import DATA_DIR, DATABASES

STATIC_ROOT = DATA_DIR.parent / "static"
WHITENOISE_USE_FINDERS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if os.environ.get("NOTHING_KEPT"):
    # What was read is kept with the connection: a new one for every request, as if all had just been written.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
