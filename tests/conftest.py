"""What all tests share. `make test` sets CHROMIUM, DATABASE_URL and TEST_REDIS_URL; plain pytest works."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

# Playwright's synchronous interface runs inside an event loop, in which Django refuses its ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # With hashed names the live server would serve no styles, and axe would report that.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """An installed Chromium for pytest-playwright's `page`, `context` and `browser`."""
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not chromium or chromium == "none":
        pytest.skip("no Chromium found: install it, or name one in CHROMIUM")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": chromium, "headless": True, "args": flags}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of published crime figures, which is too large to be part of the project."""
    folder = Path(os.environ.get("CRIME_DATA") or settings.BASE_DIR.parent / "shared" / "crime-data")
    if not folder.is_dir():
        pytest.skip(f"no published figures at {folder}: name a folder in CRIME_DATA")
    return folder


@pytest.fixture(scope="session")
def redis_url() -> str:
    if not os.environ.get("TEST_REDIS_URL"):
        pytest.skip("no Redis: run with `make test`, or name one in TEST_REDIS_URL")
    return os.environ["TEST_REDIS_URL"]


@pytest.fixture
def on_disk(transactional_db, tmp_path):
    """SQLite as it is run: in a file. In memory, threads share one cache, which knows no waiting."""
    if connection.vendor != "sqlite":
        yield
        return
    name, memory = connection.settings_dict["NAME"], connection.connection
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as file:
        memory.backup(file)
    connection.settings_dict["NAME"], connection.connection = str(tmp_path / "portal.sqlite3"), None
    yield
    connection.close()
    connection.settings_dict["NAME"], connection.connection = name, memory
