"""``starrocks-restore`` as a person runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pymysql
import pytest
from click.testing import CliRunner

from starrocks_restore_kernel.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLI = [sys.executable, "-m", "starrocks_restore_kernel.cli"]
PATIENCE = 60


def free_port() -> int:
    """Ask the system for a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Say whether something listens there."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def wait_until_silent(port: int) -> None:
    """Return when nothing listens there any more."""
    deadline = time.monotonic() + PATIENCE
    while answers(port):
        assert time.monotonic() < deadline, f"port {port} still answers"
        time.sleep(0.05)


@pytest.fixture
def taken() -> Iterator[int]:
    """Hold a port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def isolated(tmp_path: Path) -> dict[str, str]:
    """Keep Jupyter's files below a folder of the test's own."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return {**os.environ, **{name: str(tmp_path / name.lower()) for name in names}}


def test_help_names_every_command() -> None:
    """A person who types nothing else is told what there is."""
    said = CliRunner().invoke(main, ["--help"]).output
    assert {"check", "explain", "format", "lab", "plan", "sandbox", "version"} == set(main.commands)
    assert [] == [name for name in main.commands if f"\n  {name} " not in said]


def test_version_says_both() -> None:
    """The version that a bug report needs is one line."""
    said = CliRunner().invoke(main, ["version"]).output
    assert said.startswith("starrocks-restore 0.")
    assert said.endswith(f"on Python {sys.version.split()[0]}\n")


def test_the_sandbox_listens_on_this_machine_alone() -> None:
    """An address that others reach is refused before anything listens."""
    outcome = CliRunner().invoke(main, ["sandbox", "--host", "0.0.0.0"])  # noqa: S104 (that it is refused is the point)
    assert outcome.exit_code == 2
    assert "0.0.0.0 is no address of this machine alone" in outcome.stderr


def test_an_error_of_ours_is_two_lines(taken: int) -> None:
    """A taken port ends in what and what to do, exit status 1 and no traceback."""
    done = subprocess.run(  # noqa: S603 (our own command)
        [*CLI, "sandbox", f"--port={taken}"], check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 1
    assert done.stderr == f"something listens on port {taken} already\n→ name another with --port\n"


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library alone is installed, the command says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "duckdb" else object())
    outcome = CliRunner().invoke(main, ["sandbox"])
    assert outcome.exit_code == 1
    assert outcome.stderr == (
        "this needs duckdb, not installed here\n→ pip install 'starrocks-restore-kernel[sandbox]'\n"
    )


def test_lab_wants_a_folder(tmp_path: Path) -> None:
    """Where there are no notebooks nothing is started."""
    outcome = CliRunner().invoke(main, ["lab", "--notebooks", str(tmp_path / "none")])
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith(f"there is no folder {tmp_path / 'none'} here\n→ ")


def test_the_sandbox_ends_with_its_input() -> None:
    """Told to, it stops when whoever holds its input goes, and it answers SQL until then."""
    port = free_port()
    with subprocess.Popen(  # noqa: S603 (our own command)
        [*CLI, "sandbox", f"--port={port}", "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with (
            pymysql.connect(host="127.0.0.1", port=port, user="root", ssl_disabled=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 6 * 7")
            assert ((42,),) == cursor.fetchall()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["asked", "killed"])
def test_lab_brings_a_sandbox_that_ends_with_it(
    tmp_path: Path, isolated: dict[str, str], taken: int, end: signal.Signals
) -> None:
    """JupyterLab and the sandbox, on the next free port, come up together and are both gone at the end."""
    (tmp_path / "notebooks").mkdir()
    web = free_port()
    log = tmp_path / "lab.log"
    command = [*CLI, "lab", f"--port={taken}", "--no-browser", "--", f"--ServerApp.port={web}"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=tmp_path, env=isolated, stdout=output, stderr=output) as process,  # noqa: S603
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while not answers_http(web):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            first = log.read_text().splitlines()[0]
            port = int(first.rpartition(":")[2])
            assert first == f"The sandbox answers at starrocks://root@127.0.0.1:{port}"
            assert port > taken
            assert answers(port)
            process.send_signal(end)
            process.wait(PATIENCE)
            wait_until_silent(port)
        finally:
            process.kill()
    assert not answers(web)


def answers_http(port: int) -> bool:
    """Say whether a web server answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False
