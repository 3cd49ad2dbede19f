"""The databases that a history can be in: SQLite, and PostgreSQL and MariaDB from Debian's packages."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from starrocks_restore_kernel.history import History

# PostgreSQL refuses to run as root, and nobody is everywhere.
_AS_NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def run(*command: str) -> None:
    """Run a program to its end, as one who may run servers."""
    subprocess.run(command, check=True, capture_output=True, cwd="/", **_AS_NOBODY)  # noqa: S603 our commands


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for a server: short, as a socket's path may not be long, and not pytest's, which is closed to nobody."""
    made = Path(tempfile.mkdtemp(prefix="srk"))
    try:
        if _AS_NOBODY:
            shutil.chown(made, "nobody", "nogroup")
        yield made
    finally:
        shutil.rmtree(made)


@contextmanager
def server(command: Sequence[str], ready: str) -> Iterator[None]:
    """A server, from when it says that it is ready."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd="/", **_AS_NOBODY) as process:  # noqa: S603 our commands
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if ready in line:
                    break
            else:
                pytest.fail("".join(said))
            # What it says later is read, lest it waits for a reader.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield
        finally:
            process.terminate()
            process.wait()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL on a socket; the URL of its first database."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    with folder() as place:
        data = f"{place}/data"
        run(f"{programs}/initdb", "-D", data, "-U", "kim", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = ["-k", str(place), "-c", "listen_addresses=", "-c", "fsync=off"]
        with server([f"{programs}/postgres", "-D", data, *options], "ready to accept connections"):
            yield f"postgresql://kim@/postgres?host={place}"


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """A MariaDB on a socket; the URL of its first database."""
    with folder() as place:
        data = f"--datadir={place}/data"
        run("mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db")
        options = [f"--socket={place}/socket", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
        with server(["/usr/sbin/mariadbd", "--no-defaults", data, *options], "ready for connections"):
            yield f"mysql://root@/mysql?unix_socket={place}/socket"


_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind; the tests that use it run on all."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.sqlite'}"
    first = request.getfixturevalue(request.param)
    name = f"history_{next(_numbers)}"
    driver = {"postgresql://": "postgresql+psycopg://", "mysql://": "mysql+pymysql://"}
    scheme = next(each for each in driver if first.startswith(each))
    engine = sa.create_engine(first.replace(scheme, driver[scheme]), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    head, _, tail = first.rpartition("?")
    return f"{head.rpartition('/')[0]}/{name}?{tail}"


@pytest.fixture
def opened() -> Iterator[Callable[[str], History]]:
    """Opens histories, which are closed at the end."""
    made: list[History] = []

    def opening(url: str) -> History:
        made.append(History(url))
        return made[-1]

    yield opening
    for each in made:
        each.close()


@pytest.fixture
def history(url: str, opened: Callable[[str], History]) -> History:
    """An empty history."""
    return opened(url)
