"""From the layouts of earlier releases to this one's; on each kind of database."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from samples import START, sample

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.errors import RestoreError
from starrocks_restore_kernel.history import History
from starrocks_restore_kernel.history.database import Database
from starrocks_restore_kernel.history.migrations import VERSION
from starrocks_restore_kernel.history.schema import metadata

NO_TEXT = {"read_at": sa.DateTime(), "job_id": sa.BigInteger(), "state": sa.String(16), "pending_tasks": sa.Integer()}


def first_layout(url: str, rows: list[tuple[str, JobSample]], *, counted: bool) -> None:
    """Make a history as the first release did; a later state of it counted tasks too."""
    left_out = {"until"} if counted else {"until", "pending_tasks"}
    names = [each.name for each in fields(JobSample) if each.name not in left_out]
    table = sa.Table(
        "sample",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("cluster", sa.String(255), nullable=False, index=True),
        *(sa.Column(name, NO_TEXT.get(name, sa.Text()), nullable=name not in NO_TEXT) for name in names),
    )
    engine = Database(url)._engine
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        for cluster, each in rows:
            values = {name: getattr(each, name) for name in names}
            values |= {"state": each.state.value, "read_at": each.read_at.astimezone(UTC).replace(tzinfo=None)}
            connection.execute(table.insert().values(cluster=cluster, **values))
    engine.dispose()


@pytest.mark.parametrize("counted", [False, True])
def test_a_history_of_the_first_layout_is_taken_over(url: str, opened: Callable[[str], History], counted: bool) -> None:
    """Each row becomes a sample of the cluster's place; equal ones in a row become one, and all goes on."""
    old = [
        ("starrocks://root@fe-1:9030/shop", sample("PENDING", JobId=-1)),
        ("starrocks://root@fe-1:9030", sample("DOWNLOADING", 60, after=3)),
        ("starrocks://kim@fe-1:9030", sample("DOWNLOADING", 60, after=4)),
        ("mysql+pymysql://a@b@[::1]:9030/x", sample("CANCELLED", 2, after=5, DbName="shöp", TaskErrMsg="[1: é]")),
        ("laptop", sample("FINISHED", after=6, CreateTime=None)),
        *(("starrocks://root@many:1", sample("DOWNLOADING", n, after=7 + n, DbName="d")) for n in range(120)),
    ]
    first_layout(url, old, counted=counted)
    history = opened(url)

    downloading = replace(old[1][1], until=START + timedelta(seconds=4))
    assert (old[0][1], downloading) == history.samples("fe-1:9030")
    assert (old[3][1],) == history.samples("[::1]:9030")
    assert (old[4][1],) == history.samples("laptop")
    assert tuple(each for _, each in old[5:]) == history.samples("many:1")
    assert 3 == history.jobs("fe-1:9030")[0].samples

    history.keep("fe-1:9030", sample("FINISHED", after=99))
    assert sample("FINISHED", after=99) == opened(url).samples("fe-1:9030", last=1)[0]


def test_the_tables_are_the_same_by_either_way(url: str, opened: Callable[[str], History]) -> None:
    """Made at once or from the first layout; nothing of that is left."""
    first_layout(url, [("a", sample("PENDING"))], counted=False)
    history = opened(url)
    history.keep("a", sample("PENDING"))

    with history._database._engine.connect() as connection:
        inspector = sa.inspect(connection)
        assert {*metadata.tables, "schema_version"} == set(inspector.get_table_names())
        for name, table in metadata.tables.items():
            assert {each.name for each in table.columns} == {each["name"] for each in inspector.get_columns(name)}
            assert {each.name for each in table.indexes} <= {each["name"] for each in inspector.get_indexes(name)}
        assert [VERSION] == connection.execute(sa.text("SELECT version FROM schema_version")).scalars().all()


def test_a_step_that_was_cut_off_begins_again(url: str, opened: Callable[[str], History]) -> None:
    """As on MySQL, where each statement about tables is final: the old rows aside, some tables made, no version."""
    old = [
        ("starrocks://root@fe-1:9030", sample("PENDING")),
        ("starrocks://root@fe-1:9030", sample("FINISHED", after=9)),
    ]
    first_layout(url, old, counted=False)
    engine = Database(url)._engine
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE sample RENAME TO sample_1"))
        metadata.tables["job"].create(connection)
    engine.dispose()

    assert (old[0][1], old[1][1]) == opened(url).samples("fe-1:9030")


@pytest.mark.parametrize("name", ["sample", "event"])
def test_tables_of_another_program_are_left_alone(url: str, opened: Callable[[str], History], name: str) -> None:
    """Neither taken for ours, nor changed, and nothing of ours is put beside them."""
    engine = Database(url)._engine
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {name} (id INTEGER, colour VARCHAR(9))"))
        connection.execute(sa.text(f"INSERT INTO {name} VALUES (1, 'red')"))
    with pytest.raises(RestoreError, match=f"the table {name} is another program's\n→ give it a database of its own"):
        opened(url).keep("a", sample("PENDING"))

    with engine.connect() as connection:
        assert [name] == sa.inspect(connection).get_table_names()
        assert [(1, "red")] == connection.execute(sa.text(f"SELECT * FROM {name}")).all()
    engine.dispose()


def test_a_newer_history_is_refused_and_left_alone(url: str, opened: Callable[[str], History]) -> None:
    """Whatever is asked of it; the message says what to do."""
    first = opened(url)
    first.keep("a", sample("PENDING"))
    with first._database._engine.begin() as connection:
        connection.execute(sa.text("UPDATE schema_version SET version = 99"))
    history = opened(url)

    message = f"{history.url} has the layout 99, and this release reads up to {VERSION}\n→ pip install --upgrade"
    with pytest.raises(RestoreError, match=re.escape(message)):
        history.keep("a", sample("FINISHED"))
    with pytest.raises(RestoreError, match="has the layout 99"):
        history.jobs()
    with pytest.raises(RestoreError, match="has the layout 99"):
        history.prune(START + timedelta(days=99))
    assert (sample("PENDING"),) == first.samples()


def test_a_newer_file_stays_as_it_is_to_the_byte(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """Even its mode and its journal."""
    place = tmp_path / "history.sqlite"
    engine = sa.create_engine(f"sqlite:///{place}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE schema_version (version INTEGER)"))
        connection.execute(sa.text("INSERT INTO schema_version VALUES (3)"))
    engine.dispose()
    before = place.read_bytes(), place.stat().st_mode
    with pytest.raises(RestoreError, match="has the layout 3"):
        opened(f"sqlite:///{place}").jobs()

    assert before == (place.read_bytes(), place.stat().st_mode)
    assert [place] == list(tmp_path.iterdir())


def test_a_step_for_which_there_is_no_room_changes_nothing(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """The first layout stays whole, and is taken over once there is room."""
    url = f"sqlite:///{tmp_path / 'history.sqlite'}"
    old = [sample("DOWNLOADING", n, after=n, TaskErrMsg="".join(map(chr, range(300, 900)))) for n in range(100)]
    first_layout(url, [("starrocks://root@fe-1:9030", each) for each in old], counted=False)
    history = opened(url)
    limits = iter(["1", "1", "1", *["1000000"] * 9])

    def close(connection: sa.engine.interfaces.DBAPIConnection, *_: object) -> None:
        connection.cursor().execute(f"PRAGMA max_page_count = {next(limits)}")

    sa.event.listen(history._database._engine, "checkout", close)
    with pytest.raises(RestoreError, match="the history cannot be used: database or disk is full"):
        history.jobs()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert ["sample"] == sa.inspect(connection).get_table_names()
        assert 100 == connection.execute(sa.text("SELECT count(*) FROM sample")).scalar()
    engine.dispose()

    assert tuple(old) == history.samples("fe-1:9030")


OPENING = """
import sys
from datetime import UTC, datetime
from starrocks_restore_kernel.history import Event, EventKind, History
history = History(sys.argv[1])
history.record(Event(datetime.now(UTC), EventKind.PLAN, "a:1", "shop", "snap", "t", sys.argv[2]))
history.close()
"""


@pytest.mark.parametrize("old", [False, True])
def test_several_processes_may_open_a_history_at_once(url: str, opened: Callable[[str], History], old: bool) -> None:
    """One changes the layout, the others wait for it; each then writes."""
    rows = [("starrocks://root@fe-1:9030", sample("DOWNLOADING", n, after=n)) for n in range(200)]
    if old:
        first_layout(url, rows, counted=False)
    command = [sys.executable, "-c", OPENING, url]
    processes = [subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE, text=True) for n in range(6)]  # noqa: S603 ours

    assert [""] * 6 == [each.communicate()[1] for each in processes]
    history = opened(url)
    assert {*"012345"} == {each.text for each in history.events()}
    assert (200 if old else 0) == len(history.samples("fe-1:9030"))
