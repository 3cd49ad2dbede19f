"""Several at once, death in the middle, and no room: what was told to be written is there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from samples import START, sample

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.errors import RestoreError
from starrocks_restore_kernel.history import History, Outcome, Submission

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from samples import sample
from starrocks_restore_kernel.history import History
history = History(sys.argv[2])
for second in range(int(sys.argv[4])):
    history.keep("a:1", sample("DOWNLOADING", second % 7, after=second, DbName=sys.argv[3]))
    print(second, flush=True)
history.close()
"""


def writer(url: str, database: str, count: int, program: str = WRITER) -> subprocess.Popen[str]:
    """A process that keeps samples of one database, and says the number of each when it is kept."""
    command = [sys.executable, "-c", program, str(Path(__file__).parents[1]), url, database, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 ours


def kept(database: str, count: int) -> tuple[JobSample, ...]:
    """What such a process keeps."""
    return tuple(sample("DOWNLOADING", second % 7, after=second, DbName=database) for second in range(count))


def whole(history: History) -> None:
    """A SQLite file is in order."""
    with history._database._engine.connect() as connection:
        assert ["ok"] == connection.execute(sa.text("PRAGMA integrity_check")).scalars().all()
        assert [] == connection.execute(sa.text("PRAGMA foreign_key_check")).all()


def test_several_processes_write_at_once(url: str, opened: Callable[[str], History]) -> None:
    """Each row of each is there, whether they follow one job or several."""
    names = ["x", "y", "z", "same", "same"]
    processes = [writer(url, name, 60) for name in names]
    assert [""] * len(names) == [each.communicate()[1] for each in processes]

    history = opened(url)
    for name in "xyz":
        assert kept(name, 60) == history.samples(database=name)
    assert {("x", 60), ("y", 60), ("z", 60), ("same", 120)} == {
        (each.database, each.samples) for each in history.jobs()
    }


def test_threads_read_and_write_at_once(url: str, opened: Callable[[str], History]) -> None:
    """Through one history and through two, as the poller and the notebook do."""
    one, two = opened(url), opened(url)

    def keep(history: History, name: str) -> int:
        for each in kept(name, 40):
            history.keep("a:1", each)
        return 0

    def read(history: History) -> int:
        lengths = [len(history.samples(database="x")) for _ in range(40)]
        assert sorted(lengths) == lengths
        return len(history.jobs())

    with ThreadPoolExecutor(5) as pool:
        tasks = [pool.submit(keep, one, "x"), pool.submit(keep, one, "y"), pool.submit(keep, two, "z")]
        tasks += [pool.submit(read, one), pool.submit(read, two)]
        assert all(each.result() < 4 for each in tasks)
    for name in "xyz":
        assert kept(name, 40) == one.samples(database=name) == two.samples(database=name)


HANG_UP = {
    "postgresql": """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()""",
    "mysql": """SELECT concat('KILL ', id) FROM information_schema.processlist
        WHERE db = database() AND id <> connection_id()""",
}


@pytest.mark.parametrize("url", ["postgresql", "mariadb"], indirect=True)
def test_a_connection_that_the_server_ended_is_made_anew(url: str, opened: Callable[[str], History]) -> None:
    """As after a night, or a restart of the server."""
    history, other = opened(url), opened(url)
    history.keep("a:1", sample("PENDING"))
    with other._database._engine.connect() as connection:
        ended = connection.execute(sa.text(HANG_UP[connection.dialect.name])).scalars().all()
        for each in ended:
            if isinstance(each, str):
                connection.execute(sa.text(each))
    assert 1 == len(ended)

    history.keep("a:1", sample("FINISHED", after=5))
    assert (sample("PENDING"), sample("FINISHED", after=5)) == history.samples()


def test_threads_take_turns_for_a_database_in_memory() -> None:
    """It has one connection, and is the same for all of them."""
    history = History("sqlite://")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: history.keep("a:1", each), kept("x", 40)))

    assert 40 == history.jobs()[0].samples
    history.close()


def test_a_writer_that_is_killed_leaves_what_it_was_told_was_written(
    tmp_path: Path, opened: Callable[[str], History]
) -> None:
    """The file opens whole, and others write on."""
    url = f"sqlite:///{tmp_path / 'history.sqlite'}"
    with writer(url, "x", 1_000_000) as process:
        assert process.stdout is not None
        told = next(int(line) for line in process.stdout if int(line) >= 150)
        process.kill()
        told = max([told, *map(int, process.stdout.read().splitlines())])

    history = opened(url)
    found = history.samples(database="x")
    # The last may have been written without being told.
    assert told + 1 <= len(found) <= told + 2
    assert kept("x", len(found)) == found
    whole(history)
    history.keep("a:1", sample("FINISHED", after=1_000_001, DbName="x"))
    assert "FINISHED" == history.jobs()[0].state


FULL = """
import json, resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from samples import sample
from starrocks_restore_kernel.errors import RestoreError
from starrocks_restore_kernel.history import History

def keep(number):
    texts = "".join(chr(300 + (number * 7919 + n * n) % 4000) for n in range(300))
    history.keep("a:1", sample("DOWNLOADING", DbName=f"d{number}", TaskErrMsg=texts))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
history = History(sys.argv[2])
keep(0)
room = max(each.stat().st_size for each in Path(sys.argv[3]).iterdir()) + 400_000
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
refused = []
for number in range(1, 1000):
    try:
        keep(number)
    except RestoreError as error:
        refused.append(error.message)
        if len(refused) == 3:
            break
jobs = len(history.jobs())
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
keep(number)
keep(number + 1)
history.close()
print(json.dumps([number, refused, jobs]))
"""


def test_a_full_disk_loses_nothing(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """The write is refused whole, what was there can be read meanwhile, and it goes on once there is room."""
    url = f"sqlite:///{tmp_path / 'history.sqlite'}"
    with writer(url, str(tmp_path), 0, FULL) as process:
        said, trouble = process.communicate()
    assert "" == trouble
    number, refused, jobs = json.loads(said)

    # Two were refused before the last, and not tried again.
    assert number - 2 == jobs > 10
    assert {"the history cannot be used: disk I/O error"} == set(refused)
    history = opened(url)
    assert {*range(number - 2), number, number + 1} == {int(each.database[1:]) for each in history.jobs()}
    assert jobs + 2 == len(history.samples())
    whole(history)


def test_a_write_for_which_there_is_no_room_is_refused_whole(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """Whatever it is: nothing of it is seen, and what was known of a submission stands."""
    history = opened(f"sqlite:///{tmp_path / 'history.sqlite'}")
    sent = Submission("s", START, "a:1", "shop", "vault", "snap", "t", "RESTORE", "print")
    history.begin(sent)
    history.keep("a:1", sample("PENDING"))
    engine = history._database._engine
    limit = "PRAGMA max_page_count = 1"  # SQLite takes as many pages as there are

    def close(connection: sa.engine.interfaces.DBAPIConnection, *_: object) -> None:
        connection.cursor().execute(limit)

    sa.event.listen(engine, "checkout", close)
    big = sample("CANCELLED", after=1, TaskErrMsg="".join(map(chr, range(300, 30_000))))
    verdict = {"found": "".join(map(chr, range(300, 30_000)))}
    for write in (
        lambda: history.keep("a:1", big),
        lambda: history.keep_verdict("s", verdict),
        lambda: history.begin(replace(sent, id="t", expected=verdict)),
    ):
        with pytest.raises(RestoreError, match="the history cannot be used: database or disk is full"):
            write()
    assert (sample("PENDING"),) == history.samples()
    assert (sent,) == history.submissions(with_expected=True)

    limit = "PRAGMA max_page_count = 1000000"
    history.keep("a:1", big)
    history.keep_verdict("s", verdict)
    history.settle("s", Outcome.CANCELLED)
    assert big == history.samples()[-1]
    assert (verdict, Outcome.CANCELLED) == ((last := history.submission("s")) and last.verdict, last and last.outcome)
    assert 1 == history.prune(START + timedelta(days=9))
    whole(history)
