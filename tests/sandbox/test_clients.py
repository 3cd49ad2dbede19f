from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from shutil import which
from typing import TYPE_CHECKING, Any

import asyncmy
import mysql.connector
import pandas as pd
import pymysql
import pytest
import sqlalchemy

from starrocks_restore_kernel.sandbox import Sandbox, SteppedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[[str], list[tuple[str, ...]]]

pytestmark = pytest.mark.filterwarnings(
    # The dialect and the parser it brings are not ours to mend.
    "ignore::DeprecationWarning:starrocks",
    "ignore::DeprecationWarning:lark",
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start one whose clock stands still, with a user that has a password."""
    with Sandbox(clock=SteppedClock(), users={"ana": "s3cret"}) as running:
        yield running


def _texts(rows: Any) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row) for row in rows or ()]


@contextlib.contextmanager
def by_pymysql(sandbox: Sandbox) -> Iterator[Run]:
    """PyMySQL: the driver of the starrocks dialect."""
    connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="ana", password="s3cret")

    def run(sql: str) -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return _texts(cursor.fetchall())

    with contextlib.closing(connection):
        yield run


@contextlib.contextmanager
def by_connector(sandbox: Sandbox) -> Iterator[Run]:
    """MySQL's own driver, in Python."""
    connection = mysql.connector.connect(
        host="127.0.0.1", port=sandbox.port, user="ana", password="s3cret", use_pure=True, ssl_disabled=True
    )

    def run(sql: str) -> list[tuple[str, ...]]:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return _texts(cursor.fetchall() if cursor.with_rows else ())

    with contextlib.closing(connection):
        yield run


# The library brings an OpenSSL of its own, which must be there before Python's ssl loads the system's.
C_LIBRARY = """
import _mysql_connector, json, sys
connection = _mysql_connector.MySQL()
connection.connect(host="127.0.0.1", port=int(sys.argv[1]), user="ana", password="s3cret", ssl_disabled=True)
for line in sys.stdin:
    connection.query(json.loads(line))
    rows = []
    if connection.have_result_set:
        while (row := connection.fetch_row()) is not None and row[0] is not None:
            rows.append([str(value) for value in (row[0] if isinstance(row[0], tuple) else row)])
        connection.free_result()
    print(json.dumps(rows), flush=True)
"""


@contextlib.contextmanager
def by_c_library(sandbox: Sandbox) -> Iterator[Run]:
    """MySQL's own C library, newer than version 9, which would not speak native passwords by itself."""
    command = [sys.executable, "-c", C_LIBRARY, str(sandbox.port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdin is not None
        assert child.stdout is not None
        questions, answers = child.stdin, child.stdout

        def run(sql: str) -> list[tuple[str, ...]]:
            questions.write(json.dumps(sql) + "\n")
            questions.flush()
            return _texts(json.loads(answers.readline()))

        yield run
        questions.close()
    assert 0 == child.returncode


@contextlib.contextmanager
def by_asyncmy(sandbox: Sandbox) -> Iterator[Run]:
    """A driver for asyncio."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncmy.connect(host="127.0.0.1", port=sandbox.port, user="ana", password="s3cret"))

        async def fetch(sql: str) -> Any:
            async with connection.cursor() as cursor:
                await cursor.execute(sql)
                return await cursor.fetchall()

        yield lambda sql: _texts(runner.run(fetch(sql)))
        runner.run(connection.ensure_closed())


@contextlib.contextmanager
def by_sqlalchemy(sandbox: Sandbox) -> Iterator[Run]:
    """SQLAlchemy with the starrocks dialect."""
    engine = sqlalchemy.create_engine(sandbox.url)

    def run(sql: str) -> list[tuple[str, ...]]:
        with engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(sql))
            return _texts(result.fetchall() if result.returns_rows else ())

    yield run
    engine.dispose()


@contextlib.contextmanager
def by_pandas(sandbox: Sandbox) -> Iterator[Run]:
    """pandas, which reads frames; what answers no rows goes through the engine."""
    engine = sqlalchemy.create_engine(sandbox.url)

    def run(sql: str) -> list[tuple[str, ...]]:
        if sql.startswith(("SELECT", "SHOW")):
            return _texts(pd.read_sql(sqlalchemy.text(sql), engine).itertuples(index=False))
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(sql))
        return []

    yield run
    engine.dispose()


@contextlib.contextmanager
def by_mariadb(sandbox: Sandbox) -> Iterator[Run]:
    """The mariadb command line."""
    binary = which("mariadb")
    assert binary is not None, "there is no mariadb client: install it with `apt-get install mariadb-client`"
    command = [binary, "--host=127.0.0.1", f"--port={sandbox.port}", "--user=ana", "--password=s3cret", "--batch"]

    def run(sql: str) -> list[tuple[str, ...]]:
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, "--skip-column-names", "-e", sql], capture_output=True, text=True, timeout=60, check=False
        )
        assert (0, "") == (done.returncode, done.stderr)
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]

    yield run


CLIENTS = [by_pymysql, by_connector, by_c_library, by_asyncmy, by_sqlalchemy, by_pandas, by_mariadb]


@pytest.mark.parametrize("client", CLIENTS, ids=[each.__name__.removeprefix("by_") for each in CLIENTS])
def test_client_goes_the_whole_road(
    sandbox: Sandbox, client: Callable[[Sandbox], contextlib.AbstractContextManager[Run]]
) -> None:
    """Repository, backup, loss, restore and the same rows."""
    with client(sandbox) as run:
        before = run("SELECT count(*), sum(amount), min(order_date) FROM shop.orders")
        assert "12000" == before[0][0]
        run("CREATE REPOSITORY wired WITH BROKER ON LOCATION 's3://wired/x'")
        run("BACKUP SNAPSHOT shop.w1 TO wired")
        sandbox.frontend.run(120)
        ((_, timestamp, status),) = run("SHOW SNAPSHOT ON wired")
        assert "OK" == status
        run("DROP TABLE shop.orders FORCE")
        run(
            "RESTORE SNAPSHOT shop.w1 FROM wired ON (TABLE orders) "
            f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
        )
        assert ["-1", "w1", timestamp, "shop", "PENDING"] == list(run("SHOW RESTORE FROM shop")[0][:5])
        sandbox.frontend.run(120)
        assert "FINISHED" == run("SHOW RESTORE FROM shop")[0][4]
        assert before == run("SELECT count(*), sum(amount), min(order_date) FROM shop.orders")


def test_inspector_reads_the_schema(sandbox: Sandbox) -> None:
    """The starrocks dialect reads information_schema and SHOW CREATE TABLE."""
    engine = sqlalchemy.create_engine(f"{sandbox.url}/shop")
    try:
        inspector = sqlalchemy.inspect(engine)
        assert {"customers", "order_items", "orders"} <= set(inspector.get_table_names())
        assert ["daily_revenue"] == inspector.get_view_names()
        assert inspector.has_table("orders")
        assert not inspector.has_table("nope")
        columns = [(each["name"], str(each["type"])) for each in inspector.get_columns("orders")]
        assert (("order_id", "BIGINT"), ("amount", "DECIMAL(10, 2)")) == (columns[0], columns[-1])
        assert "shop" in inspector.get_schema_names()
    finally:
        engine.dispose()


def test_plain_mysql_dialect_connects(sandbox: Sandbox) -> None:
    """SQLAlchemy's own, with what it asks on its first connection."""
    engine = sqlalchemy.create_engine(f"mysql+pymysql://ana:s3cret@127.0.0.1:{sandbox.port}/shop")
    try:
        frame = pd.read_sql_query("SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY 1", engine)
        assert [3000] * 4 == frame["n"].tolist()
        assert "orders" in sqlalchemy.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_prepared_cursor_of_mysqls_own_driver_reads(sandbox: Sandbox) -> None:
    """In the binary protocol, each value as what it is."""
    connection = mysql.connector.connect(
        host="127.0.0.1", port=sandbox.port, user="ana", password="s3cret", use_pure=True, ssl_disabled=True
    )
    with contextlib.closing(connection), contextlib.closing(connection.cursor(prepared=True)) as cursor:
        cursor.execute("SELECT order_id, amount, order_date, status FROM shop.orders WHERE order_id = ?", ("1",))
        ((number, amount, day, status),) = cursor.fetchall()
        assert (1, "5.37", "2024-01-01", "shipped") == (number, str(amount), str(day), status)


def test_command_line_prints_errors_and_completes_names(sandbox: Sandbox) -> None:
    """With --auto-rehash it asks for the columns of every table when it opens a database."""
    binary = which("mariadb")
    assert binary is not None, "there is no mariadb client: install it with `apt-get install mariadb-client`"
    command = [binary, "--host=127.0.0.1", f"--port={sandbox.port}", "--user=ana", "--password=s3cret"]
    for sql, out, err in (
        ("USE shop; SHOW TABLES; SELECT count(*) FROM orders", "Tables_in_shop\ncustomers\ndaily_revenue\n", ""),
        ("SHOW BACKENDS\\G", "Alive: true", ""),
        ("RESTORE SNAPSHOT", "", "ERROR 1064 (HY000) at line 1: Getting syntax error at line 1, column 16."),
    ):
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, "--auto-rehash", "shop", "-e", sql], capture_output=True, text=True, timeout=60, check=False
        )
        assert (True, True) == (out in done.stdout, err in done.stderr), done
