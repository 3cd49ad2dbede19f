"""``starrocks-restore sandbox`` as a person and a program run it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from typing import TYPE_CHECKING

import pymysql
import pytest
import trustme
from click.testing import CliRunner
from sandbox.child import CLI, PATIENCE, running

from starrocks_restore_kernel.cli import main
from starrocks_restore_kernel.sandbox import Frontend, SteppedClock
from starrocks_restore_kernel.sandbox.model.journal import FORMAT, Entry
from starrocks_restore_kernel.sandbox.releases import IMITATED
from starrocks_restore_kernel.sandbox.seeds import SEEDS

if TYPE_CHECKING:
    from pathlib import Path


def refused(*words: str) -> tuple[int, str]:
    """Run the command where it must fail; its exit status and what it writes to stderr."""
    outcome = CliRunner().invoke(main, ["sandbox", "--port=0", *words])
    return outcome.exit_code, outcome.stderr


def option(name: str) -> tuple[str, ...]:
    """What an option lets one choose from."""
    (found,) = (each for each in main.commands["sandbox"].params if name in each.opts)
    return tuple(found.type.choices)  # type: ignore[attr-defined]


def test_what_can_be_chosen_is_what_there_is() -> None:
    """The command repeats the sandbox's names, as its help must not wait for the sandbox."""
    assert tuple(IMITATED) == option("--version")
    assert (*SEEDS, "none") == option("--seed")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--version=2.5"], 2, "'2.5' is not one of '3.3', '3.4', '3.5', '4.0', '4.1'"),
        (["--seed=nope"], 2, "'nope' is not one of 'tutorial', 'zoo', 'none'"),
        (["--backends=0"], 2, "0 is not in the range 1<=x<=200"),
        (["--fault=storm"], 1, "there is no fault 'storm'\n→ write one of upload_fails, download_fails"),
        (["--scale=tables=0"], 1, "a sandbox has no size 'tables=0'\n→ write databases=…"),
        (["--scale=jobs", "--seed=zoo"], 1, "a sandbox begins with a seed or with a size\n→ leave out --seed"),
        (["--folder=/dev/null/x"], 1, "nothing can be kept in /dev/null/x: Not a directory\n→ name a folder"),
        (["--password-env=NOT_THERE"], 1, "there is no environment variable NOT_THERE\n→ set it"),
        (["--tls-key", __file__], 1, "a key without a certificate\n→ name that one too, with --tls-cert"),
        (["--tls-cert", __file__], 1, f"{__file__} cannot be used for TLS"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], status: int, message: str) -> None:
    """In its own words, before anything listens."""
    found, said = refused(*words)
    assert status == found
    assert message in said


def test_it_says_how_to_connect_and_what_it_found(tmp_path: Path) -> None:
    """From a terminal, from a notebook; the folder is opened as it was left."""
    folder = f"--folder={tmp_path}"
    with running(folder, "--version=3.5") as child:
        port = child.port
        assert [
            f"StarRocks sandbox 3.5.0-sandbox listens at starrocks://root@127.0.0.1:{port}",
            f"  mariadb --host=127.0.0.1 --port={port} --user=root",
            f"  %restore connect starrocks://root@127.0.0.1:{port}",
            f"  new in {tmp_path}: 1 database, 4 tables and views, 0 repositories, 0 jobs",
            "  Ctrl-C stops it.",
        ] == child.said
        child.query("CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://b/x'")
        child.query("DROP DATABASE shop FORCE")
        assert (0, "") == child.end(signal.SIGTERM)
    with running(folder) as child:
        assert f"  found in {tmp_path}: 0 databases, 0 tables and views, 1 repository, 0 jobs" == child.said[3]


def test_a_second_ctrl_c_is_no_traceback() -> None:
    """It has been asked to stop, and stops; status 0 and nothing on stderr."""
    with running("--seed=none") as child, contextlib.closing(child.connect()):
        child.process.send_signal(signal.SIGINT)
        child.process.send_signal(signal.SIGINT)
        assert (0, "") == child.end(signal.SIGINT)


def test_a_password_comes_from_the_environment_and_is_not_shown() -> None:
    """Who knows it gets in, and no line tells it."""
    environment = {**os.environ, "SANDBOX_PASSWORD": "s3cret"}
    with running("--seed=none", "--user=ann", "--password-env=SANDBOX_PASSWORD", env=environment) as child:
        assert f"  mariadb --host=127.0.0.1 --port={child.port} --user=ann --password" == child.said[1]
        child.connect(user="ann", password="s3cret").close()
        with pytest.raises(pymysql.OperationalError, match="Access denied for user 'ann'"):
            child.connect(user="ann", password="wrong")
        assert "s3cret" not in "".join(child.said)


def test_followers_listen_and_the_leader_changes() -> None:
    """Each has a port of its own; a leader that changes cuts whoever else is connected."""
    with running("--seed=none", "--followers=2", "--fault", "hang on 'select 77' times 1 seconds 0") as child:
        ports = [int(line.rpartition(" ")[2]) for line in child.said if "a follower of it listens at port" in line]
        assert 3 == len({child.port, *ports})
        with contextlib.closing(child.connect(ports[0])) as connection, connection.cursor() as cursor:
            child.query("ADMIN SANDBOX LEADER CHANGE")
            with pytest.raises(pymysql.OperationalError, match=r"Lost connection|gone away|reset by peer"):
                cursor.execute("SELECT 1")
        assert (("hang", "select 77", "1", "", "0"),) == child.query("ADMIN SANDBOX FAULTS")


def test_a_follower_s_port_that_is_taken_is_named() -> None:
    """The next port may be another program's."""
    with socket.socket() as free, socket.socket() as taken:
        for first in range(20_000, 60_000):
            try:
                free.bind(("127.0.0.1", first))
                taken.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            break
        port = free.getsockname()[1]
        free.close()
        taken.listen()
        assert (1, f"something listens on port {port + 1} already\n→ name another with --port\n") == refused(
            f"--port={port}", "--followers=1", "--seed=none"
        )


def test_a_folder_has_one_sandbox_at_a_time(tmp_path: Path) -> None:
    """The second one is told who has it, and the first one goes on."""
    with running(f"--folder={tmp_path}", "--seed=none") as child:
        done = subprocess.run(  # noqa: S603 - our own command
            [*CLI, "--port=0", f"--folder={tmp_path}"], check=False, capture_output=True, text=True, timeout=PATIENCE
        )
        assert (1, "") == (done.returncode, done.stdout)
        assert (
            f"another sandbox is at work in {tmp_path} (process {child.process.pid})\n"
            "→ stop that one first, or name another folder\n"
        ) == done.stderr
        assert ((1,),) == child.query("SELECT 1")


def test_a_newer_sandbox_s_folder_is_refused(tmp_path: Path) -> None:
    """It would be misread."""
    frontend = Frontend(SteppedClock(), tmp_path, version="4.1", kept=True)
    frontend.create_database("db1")
    with frontend.rows.writing() as cursor:
        changed = {"value": str(FORMAT + 1).encode(), "kind": Entry.SERVER.value}
        cursor.execute("UPDATE journal SET value = $value WHERE kind = $kind AND key = 'format'", changed)
    frontend.close()
    status, said = refused(f"--folder={tmp_path}")
    assert 1 == status
    formats = f"in format {FORMAT + 1}; this one reads {FORMAT}"
    assert f"a newer sandbox wrote {tmp_path / 'state.duckdb'}, {formats}\n→ bring" in said


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000], ids=["empty", "text"])
def test_a_damaged_folder_is_refused(tmp_path: Path, damage: bytes) -> None:
    """And left as it is."""
    (tmp_path / "state.duckdb").write_bytes(damage)
    status, said = refused(f"--folder={tmp_path}")
    assert 1 == status
    assert f"the sandbox's state in {tmp_path / 'state.duckdb'} cannot be read: " in said
    assert damage == (tmp_path / "state.duckdb").read_bytes()


def test_damaged_blocks_and_entries_are_refused(tmp_path: Path) -> None:
    """Where the file is DuckDB's and what is in it is not whole."""
    frontend = Frontend(SteppedClock(), tmp_path, version="4.1", kept=True)
    frontend.create_database("db1")
    with frontend.rows.writing() as cursor:
        cursor.execute("UPDATE journal SET value = '{' WHERE kind = 'database'")
    frontend.close()
    assert "cannot be read: " in refused(f"--folder={tmp_path}")[1]
    state = tmp_path / "state.duckdb"
    content = state.read_bytes()
    state.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    assert "cannot be read: Corrupt database file" in refused(f"--folder={tmp_path}")[1]


def test_help_waits_for_nothing() -> None:
    """The sandbox itself is imported when one is started."""
    code = "import sys; from starrocks_restore_kernel.cli import main; sys.exit('duckdb' in sys.modules)"
    assert 0 == subprocess.run([CLI[0], "-c", code], check=False, timeout=PATIENCE).returncode  # noqa: S603 - ours


def test_log_tells_what_clients_send_without_secrets() -> None:
    """To standard error, a line a text, with how it ended."""
    with running("--seed=none", "--log") as child:
        with contextlib.suppress(pymysql.Error):
            child.query(
                "CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://b/x' PROPERTIES ('aws.s3.secret_key' = 's3cret')"
            )
        with contextlib.suppress(pymysql.Error):
            child.query("SELECT nonsense FROM nowhere")
        status, errors = child.end(signal.SIGTERM)
    assert 0 == status
    assert "s3cret" not in errors
    assert "'aws.s3.secret_key' = '***'" in errors
    assert " root " in errors
    assert any("error " in line and "SELECT nonsense" in line for line in errors.splitlines())


def test_tls_is_offered_with_the_certificate(tmp_path: Path) -> None:
    """A client that verifies it gets in."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    words = [f"--tls-cert={tmp_path / 'cert.pem'}", f"--tls-key={tmp_path / 'key.pem'}"]
    with running("--seed=none", *words) as child:
        verified = {"ssl_disabled": False, "ssl_ca": str(tmp_path / "ca.pem"), "ssl_verify_cert": True}
        child.connect(**verified).close()
