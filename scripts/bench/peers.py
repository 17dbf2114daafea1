"""What the dashboards are held against: an empty Wagtail home and a Dash page, in their own environment."""

import os
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "var" / "bench" / "peers"
PYTHON = ENVIRONMENT / "bin" / "python"
SAME = ("django", "gunicorn")  # in the portal's own versions
WAGTAIL_SETTINGS = """
SECRET_KEY = "only-for-measuring"
ALLOWED_HOSTS = ["127.0.0.1"]
"""


def install() -> str:
    """Make the environment where it is not there yet. Returns why it could not be made, else nothing."""
    if _works():
        return ""
    print("Installing Wagtail and Dash into var/bench/peers …", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    wanted = ["wagtail", "dash", *(f"{name}=={version(name)}" for name in SAME)]
    pip = subprocess.run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
        capture_output=True,
        text=True,
    )
    return "" if _works() else (pip.stderr.strip().splitlines() or ["no reason given"])[-1]


def _works() -> bool:
    return PYTHON.exists() and not subprocess.run([PYTHON, "-c", "import dash, wagtail"]).returncode


def versions() -> str:
    code = 'from importlib.metadata import version as v; print(f\'Wagtail {v("wagtail")}, Dash {v("dash")}\')'
    return subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def wagtail_home(folder: Path) -> dict[str, str]:
    """A site as `wagtail start` makes it, ready to be served. Returns the environment to serve it in."""
    site = folder / "wagtail"
    site.mkdir()
    _run([PYTHON, "-m", "wagtail.bin.wagtail", "start", "home_of_nothing", site], os.environ)
    (site / "home_of_nothing" / "settings" / "local.py").write_text(WAGTAIL_SETTINGS)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "home_of_nothing.settings.production",
        "PYTHONPATH": str(site),
    }
    for command in ("migrate", "collectstatic"):
        _run([PYTHON, site / "manage.py", command, "--noinput", "--verbosity", "0"], environment, site)
    return environment


def _run(command: list, environment: dict | os._Environ, folder: Path = ROOT) -> None:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
