from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pymysql
import pytest

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.sandbox import FastClock, Fault, FaultKind, Sandbox, SteppedClock
from starrocks_restore_kernel.sandbox.peers import Role

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.com", "", "::"])  # noqa: S104 - refused
def test_only_this_machine_is_served(host: str) -> None:
    """A sandbox has no business on a network."""
    with pytest.raises(UsageProblem, match="not a loopback address"):
        Sandbox(host=host)


def test_url_quotes_what_it_must() -> None:
    """A password with a slash still makes a URL; without any user there is none."""
    sandbox = Sandbox(9030, users={"ana": "a/b@c"})
    assert "starrocks://ana:a%2Fb%40c@127.0.0.1:9030" == sandbox.url
    with pytest.raises(UsageProblem, match="lets nobody in"):
        Sandbox(users={})


def test_unknown_seed_is_refused() -> None:
    """And the known ones are named."""
    with pytest.raises(UsageProblem, match="write one of tutorial, zoo, or None"), Sandbox(seed="nope"):
        pass


def test_a_password_is_in_no_repr() -> None:
    """Nor in what people are shown; a client's URL has it."""
    sandbox = Sandbox(9030, users={"ana": "s3cret"})
    assert "starrocks://ana@127.0.0.1:9030" == sandbox.shown_url
    assert "s3cret" not in repr(sandbox)
    assert "<Sandbox 4.1 at starrocks://ana@127.0.0.1:9030, stopped>" == repr(sandbox)


def test_followers_know_that_they_do_not_lead() -> None:
    """Each frontend has a port, and a session knows which it is at."""
    with Sandbox(seed=None, clock=SteppedClock(), followers=2) as sandbox:
        peers = sandbox.frontend.peers
        assert [Role.LEADER, Role.FOLLOWER, Role.FOLLOWER] == [each.role for each in peers]
        assert sandbox.port == peers[0].query_port
        assert 3 == len({each.query_port for each in peers} - {0})
        numbers = set()
        for each in peers:
            with pymysql.connect(host="127.0.0.1", port=each.query_port, user="root", ssl_disabled=True) as connection:
                cursor = connection.cursor()
                cursor.execute("CREATE DATABASE IF NOT EXISTS db1")
                cursor.execute("SELECT connection_id()")
                ((number,),) = cursor.fetchall()
                assert number in sandbox.frontend.connections
                numbers.add(number)
        assert 3 == len(numbers)


def test_a_follower_shows_the_states_that_were_written_down() -> None:
    """The leader is DOWNLOADING, with tasks; until it changes, a follower says DOWNLOAD."""
    with Sandbox(clock=SteppedClock(), followers=1) as sandbox, contextlib.ExitStack() as open_:
        leader, follower = (
            open_.enter_context(
                pymysql.connect(host="127.0.0.1", port=each.query_port, user="root", ssl_disabled=True)
            ).cursor()
            for each in sandbox.frontend.peers
        )

        def shown(cursor: pymysql.cursors.Cursor) -> tuple[str, bool]:
            cursor.execute("SHOW RESTORE FROM shop2")
            row = cursor.fetchone()
            assert row is not None
            return row[4], bool(row[13])

        leader.execute("CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://b/x'")
        leader.execute("BACKUP SNAPSHOT shop.s TO r")
        leader.execute("ADMIN SANDBOX STEP 120")
        leader.execute("SHOW SNAPSHOT ON r")
        ((_, timestamp, _),) = leader.fetchall()
        follower.execute(
            "RESTORE SNAPSHOT s FROM r DATABASE shop AS shop2 "
            f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
        )
        while shown(leader) != ("DOWNLOADING", True):
            leader.execute("ADMIN SANDBOX STEP 1")
        assert ("DOWNLOAD", False) == shown(follower)
        # Whoever asks for it stays connected, and learns that another one leads.
        follower.execute("ADMIN SANDBOX LEADER CHANGE")
        leader.connection._force_close()
        leader.connection.connect()
        assert ("DOWNLOAD", False) == shown(leader)
        follower.execute("ADMIN SANDBOX STEP 3")
        assert ("DOWNLOADING", True) == shown(follower)


def test_faults_are_ordered_from_the_start() -> None:
    """As given."""
    fault = Fault(FaultKind.HANG, "select 9", times=1)
    with Sandbox(seed=None, clock=SteppedClock(), faults=[fault]) as sandbox:
        assert [fault] == sandbox.frontend.faults.ordered()


def test_a_folder_is_one_sandbox_s_until_it_stops(tmp_path: Path) -> None:
    """In one process too, where DuckDB would share the file; who did not get it can have it later."""
    first = Sandbox(seed=None, clock=SteppedClock(), folder=tmp_path)
    second = Sandbox(seed=None, clock=SteppedClock(), folder=tmp_path)
    with first, pytest.raises(UsageProblem, match=f"another sandbox is at work in .* \\(process {os.getpid()}\\)"):
        second.start()
    with second:
        assert second.running


def test_time_goes_on_in_a_kept_folder(tmp_path: Path) -> None:
    """A clock that ran fast does not go back at the next start."""
    with Sandbox(seed=None, clock=SteppedClock(), folder=tmp_path) as first:
        first.frontend.clock.advance(10_000)
        first.frontend.create_database("db1")
        last = first.frontend.clock.now()
    with Sandbox(seed=None, clock=SteppedClock(), folder=tmp_path) as second:
        assert last == second.frontend.clock.now()


def test_frontend_needs_a_running_sandbox() -> None:
    """Before start and after stop there is none."""
    sandbox = Sandbox(seed=None, clock=SteppedClock())
    with pytest.raises(UsageProblem, match="not running"):
        _ = sandbox.frontend
    with sandbox:
        assert sandbox.running
    assert not sandbox.running
    with pytest.raises(UsageProblem, match="not running"):
        _ = sandbox.frontend


def test_temporary_folder_goes_and_a_given_one_stays(tmp_path: Path) -> None:
    """A snapshot outlives the process only in a folder that was given."""
    with Sandbox(seed=None, clock=SteppedClock()) as sandbox:
        temporary = sandbox.frontend.folder
        assert temporary.is_dir()
    assert not temporary.exists()
    with Sandbox(seed=None, clock=SteppedClock(), folder=tmp_path / "kept"):
        pass
    assert (tmp_path / "kept").is_dir()


def test_snapshot_moves_to_another_sandbox(tmp_path: Path) -> None:
    """Another sandbox that knows nothing reads the repository that the first one wrote."""
    from starrocks_restore_kernel.sandbox.statements.session import Session

    create = f"CREATE REPOSITORY repo WITH BROKER ON LOCATION 'file://{tmp_path}/x'"
    with Sandbox(clock=SteppedClock()) as first:
        session = Session(first.frontend)
        session.run(f"{create}; BACKUP SNAPSHOT shop.s1 TO repo")
        first.frontend.run(120)
        session.close()
    with Sandbox(clock=SteppedClock(), seed=None) as second:
        session = Session(second.frontend)
        session.run(create)
        ((_, timestamp, _),) = session.run("SHOW SNAPSHOT ON repo").rows
        session.run(
            f"RESTORE SNAPSHOT s1 FROM repo PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
        )
        second.frontend.run(120)
        assert [(12000,)] == session.run("SELECT count(*) FROM shop.orders").rows
        session.close()


def test_folder_is_opened_as_it_was_left(tmp_path: Path) -> None:
    """Tables, rows, views and repositories are there again, and the seed is not planted over them."""
    from starrocks_restore_kernel.sandbox.statements.session import Session

    with Sandbox(clock=SteppedClock(), folder=tmp_path) as first:
        session = Session(first.frontend)
        session.run("CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/x'")
        session.run("USE shop; DROP TABLE order_items; DELETE FROM orders WHERE order_id <= 10")
        session.close()
    with Sandbox(clock=SteppedClock(), folder=tmp_path) as second:
        session = Session(second.frontend)
        assert [("customers",), ("daily_revenue",), ("orders",)] == session.run("SHOW TABLES FROM shop").rows
        assert [(11990,)] == session.run("SELECT count(*) FROM shop.orders").rows
        assert ["repo"] == list(second.frontend.repositories)
        session.close()


def test_sandbox_starts_again() -> None:
    """Stopped and started, it is as new."""
    sandbox = Sandbox(seed=None, clock=SteppedClock())
    for _ in range(2):
        sandbox.start()
        connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root")
        connection.close()
        sandbox.stop()
    sandbox.stop()
    assert not sandbox.running


def test_taken_port_is_an_error() -> None:
    """And leaves nothing behind."""
    with Sandbox(seed=None, clock=SteppedClock()) as first:
        second = Sandbox(port=first.port, seed=None, clock=SteppedClock())
        with pytest.raises(OSError, match="address already in use"):
            second.start()
        assert not second.running


def test_stop_cuts_open_connections() -> None:
    """Threads end, whoever is still connected."""
    before = threading.active_count()
    with Sandbox(seed=None, clock=SteppedClock()) as sandbox, contextlib.ExitStack() as open_:
        for _ in range(5):
            connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root")
            open_.callback(connection._force_close)
    assert before == threading.active_count()


def test_daemon_moves_jobs_by_itself() -> None:
    """With a fast clock nobody has to tick."""
    moved = threading.Event()
    with Sandbox(speed=3000.0) as sandbox:
        original = sandbox.frontend.handle_jobs

        def handle_jobs() -> None:
            original()
            if any(job.done for job in sandbox.frontend.jobs.values()):
                moved.set()

        sandbox.frontend.handle_jobs = handle_jobs
        connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root")
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://b/x'")
            cursor.execute("BACKUP SNAPSHOT shop.s TO r")
            assert moved.wait(30)
            cursor.execute("SHOW BACKUP FROM shop")
            assert "FINISHED" == cursor.fetchone()[3]


def test_daemon_goes_on_after_a_failed_round(caplog: pytest.LogCaptureFixture) -> None:
    """An exception ends a round and not the daemon; it is said once."""
    rounds = []
    enough = threading.Event()
    with Sandbox(speed=3000.0, seed=None) as sandbox:

        def handle_jobs() -> None:
            rounds.append(1)
            if len(rounds) > 3:
                enough.set()
            raise RuntimeError("a round that fails")

        sandbox.frontend.handle_jobs = handle_jobs
        assert enough.wait(30)
    assert 1 == sum("a round that fails" in each.getMessage() for each in caplog.records)


def test_fast_clock_runs_fast() -> None:
    """Its seconds pass ``speed`` times as fast; a speed of nothing is refused."""
    with pytest.raises(ValueError, match="cannot run at speed 0"):
        FastClock(0)
    clock = FastClock(1_000_000.0)
    first = clock.now()
    while clock.now() == first:
        pass
    assert clock.now() > first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_how_to_connect_and_ends_at_a_signal(number: int) -> None:
    """A process of its own: connection lines on stdout, exit code 0, nothing on stderr."""
    code = (
        "from starrocks_restore_kernel.sandbox import serve; serve(port=0, show=lambda line: print(line, flush=True))"
    )
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        first = process.stdout.readline()
        port = int(first.rsplit(":", 1)[1])
        assert first.startswith("StarRocks sandbox 4.1.0-sandbox listens at starrocks://root@127.0.0.1:")
        connection = pymysql.connect(host="127.0.0.1", port=port, user="root")
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        connection._force_close()
    assert (0, "") == (process.returncode, errors)


def test_frontends_say_where_they_are_reached() -> None:
    """SHOW FRONTENDS and the setting name the port that was taken, and a connection shows the client's."""
    with Sandbox(seed=None, followers=2) as sandbox:
        connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root")
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SHOW FRONTENDS")
            rows = cursor.fetchall()
            ports = [int(row[5]) for row in rows]
            assert (3, 3, 3) == (len({row[0] for row in rows}), len({row[1] for row in rows}), len(set(ports)))
            cursor.execute("ADMIN SHOW FRONTEND CONFIG LIKE 'query_port'")
            assert [str(sandbox.port), str(ports[0])] == [cursor.fetchall()[0][2]] * 2
            cursor.execute("SHOW PROCESSLIST")
            ((_, id_, user, host, *_),) = cursor.fetchall()
            client_port = connection._sock.getsockname()[1]
    assert (connection.thread_id(), "root", f"127.0.0.1:{client_port}") == (id_, user, host)
