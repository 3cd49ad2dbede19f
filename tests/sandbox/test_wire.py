from __future__ import annotations

import contextlib
import hashlib
import socket
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from shutil import which
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
import sqlalchemy

from starrocks_restore_kernel.sandbox import Sandbox, SteppedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from pymysql.connections import Connection


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Share one sandbox, whose clock stands still."""
    with Sandbox(clock=SteppedClock(), users={"root": "", "ana": "secret"}) as running:
        yield running


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., Connection]]:
    """Open connections, and close them at the end."""
    with contextlib.ExitStack() as open_:

        def make(**arguments: Any) -> Connection:
            options = {"host": "127.0.0.1", "port": sandbox.port, "user": "root", **arguments}
            return open_.enter_context(contextlib.closing(pymysql.connect(**options)))

        yield make


def ask(connection: Connection, sql: str, parameters: object = None) -> Any:
    """Run SQL; all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


# -- logging in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "text"),
    [
        ({"user": "zed", "password": "x"}, "Access denied for user 'zed' (using password: YES)"),
        ({"user": "zed"}, "Access denied for user 'zed' (using password: NO)"),
        ({"user": "root", "password": "x"}, "Access denied for user 'root' (using password: YES)"),
        ({"user": "ana", "password": "wrong"}, "Access denied for user 'ana' (using password: YES)"),
        ({"user": "ana"}, "Access denied for user 'ana' (using password: NO)"),
    ],
)
def test_wrong_login_is_refused_in_the_servers_words(
    connect: Callable[..., Connection], login: dict[str, str], text: str
) -> None:
    """Unknown user and wrong password look alike (AuthenticationHandler.java)."""
    with pytest.raises(pymysql.err.OperationalError) as caught:
        connect(**login)
    assert (1045, text) == caught.value.args


def test_right_password_logs_in(connect: Callable[..., Connection]) -> None:
    """And the session knows who it is."""
    assert (("'ana'@'%'",),) == ask(connect(user="ana", password="secret"), "SELECT current_user()")


def _packet(stream: BinaryIO) -> bytes:
    length = int.from_bytes(stream.read(3), "little")
    stream.read(1)
    return stream.read(length)


def test_client_that_ignores_a_refusal_is_served_nothing(sandbox: Sandbox) -> None:
    """A raw client that goes on after the error packet meets a closed connection."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw, raw.makefile("rb") as stream:
        _packet(stream)
        flags = 0x00000200 | 0x00008000 | 0x00080000
        login = struct.pack("<IIB23x", flags, 1 << 24, 33) + b"zed\0" + b"\x00" + b"mysql_native_password\0"
        query = b"\x03SHOW DATABASES"
        raw.sendall(len(login).to_bytes(3, "little") + b"\x01" + login)
        raw.sendall(len(query).to_bytes(3, "little") + b"\x00" + query)
        refused = _packet(stream)
        assert (0xFF, 1045, b"#28000") == (refused[0], struct.unpack("<H", refused[1:3])[0], refused[3:9])
        with contextlib.suppress(ConnectionError):
            assert b"" == stream.read()


def test_other_plugins_are_switched_to_native_password(sandbox: Sandbox) -> None:
    """A client that offers another plugin is asked for the native one, with a fresh challenge."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw, raw.makefile("rb") as stream:
        _packet(stream)
        flags = 0x00000200 | 0x00008000 | 0x00080000
        login = struct.pack("<IIB23x", flags, 1 << 24, 33) + b"ana\0" + b"\x00" + b"caching_sha2_password\0"
        raw.sendall(len(login).to_bytes(3, "little") + b"\x01" + login)
        switch = _packet(stream)
        assert b"\xfemysql_native_password\0" == switch[:23]
        challenge = switch[23:].rstrip(b"\0")
        once = hashlib.sha1(b"secret", usedforsecurity=False).digest()
        twice = hashlib.sha1(once, usedforsecurity=False).digest()
        mask = hashlib.sha1(challenge + twice, usedforsecurity=False).digest()
        answer = bytes(left ^ right for left, right in zip(once, mask, strict=True))
        raw.sendall(len(answer).to_bytes(3, "little") + b"\x03" + answer)
        assert b"\x00" == _packet(stream)[:1]


def test_packet_may_come_byte_by_byte(sandbox: Sandbox) -> None:
    """The head of a packet that arrives in pieces is waited for."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw, raw.makefile("rb") as stream:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _packet(stream)
        flags = 0x00000200 | 0x00008000 | 0x00080000
        login = struct.pack("<IIB23x", flags, 1 << 24, 33) + b"root\0" + b"\x00" + b"mysql_native_password\0"
        for byte in len(login).to_bytes(3, "little") + b"\x01" + login:
            raw.sendall(bytes([byte]))
        assert b"\x00" == _packet(stream)[:1]


def test_failed_change_of_user_leaves_the_old_one(connect: Callable[..., Connection]) -> None:
    """One error packet, and the session goes on as it was."""
    connection = connect(user="ana", password="secret")
    body = b"root\0" + b"\x04oops" + b"\0" + struct.pack("<H", 33) + b"mysql_native_password\0\0"
    connection._execute_command(0x11, body)
    with pytest.raises(pymysql.MySQLError) as caught:
        connection._read_packet()
    assert (1045, "Access denied for user 'root' (using password: YES)") == caught.value.args
    assert (("'ana'@'%'",),) == ask(connection, "SELECT current_user()")


def test_rubbish_on_the_port_harms_nobody(sandbox: Sandbox, connect: Callable[..., Connection]) -> None:
    """Whatever is not a MySQL client is cut off, and others go on."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
        with contextlib.suppress(ConnectionError):
            while raw.recv(4096):
                pass
    assert ((1,),) == ask(connect(), "SELECT 1")


def test_handshake_names_the_version_of_its_release(connect: Callable[..., Connection]) -> None:
    """8.0.33 since 3.4, 5.1.0 before."""
    assert "8.0.33" == connect().get_server_info()
    with Sandbox(clock=SteppedClock(), version="3.3", seed=None) as older:
        connection = pymysql.connect(host="127.0.0.1", port=older.port, user="root")
        with contextlib.closing(connection):
            assert "5.1.0" == connection.get_server_info()
            assert (("3.3.0-sandbox",),) == ask(connection, "SELECT current_version()")


# -- statements ----------------------------------------------------------------------------------------------------


def test_error_has_our_sqlstate(sandbox: Sandbox, connect: Callable[..., Connection]) -> None:
    """PyMySQL hides the state, so it is read from the packet."""
    connection = connect()
    seen = []
    original = pymysql.protocol.MysqlPacket.raise_for_error
    with pytest.MonkeyPatch.context() as patch:

        def raise_for_error(packet: Any) -> None:
            seen.append(bytes(packet._data[3:9]))
            original(packet)

        patch.setattr(pymysql.protocol.MysqlPacket, "raise_for_error", raise_for_error)
        for sql in ("SHOW RESTORE FROM nope", "DROP REPOSITORY nope", "RESTORE", "DROP TABLE shop.nope"):
            with pytest.raises(pymysql.MySQLError):
                ask(connection, sql)
    assert [b"#3F000", b"#42000", b"#HY000", b"#42602"] == seen


def test_statements_of_one_packet_answer_one_after_another(connect: Callable[..., Connection]) -> None:
    """Results come in sequence, though the capability is not advertised."""
    with connect(database="shop").cursor() as cursor:
        cursor.execute("SELECT 1; SET autocommit = 1; SELECT 2, 3")
        found = [list(cursor.fetchall())]
        while cursor.nextset():
            found.append(list(cursor.fetchall()))
    assert [[(1,)], [], [(2, 3)]] == found


def test_rows_are_counted(connect: Callable[..., Connection]) -> None:
    """OK packets say how many rows a load or a delete touched."""
    connection = connect()
    ask(connection, "CREATE DATABASE counted")
    connection.select_db("counted")
    ask(
        connection,
        "CREATE TABLE t (a INT) DUPLICATE KEY (a) DISTRIBUTED BY HASH (a) BUCKETS 1 "
        "PROPERTIES ('replication_num' = '1')",
    )
    with connection.cursor() as cursor:
        assert 3 == cursor.execute("INSERT INTO t VALUES (1), (2), (3)")
        assert 2 == cursor.execute("DELETE FROM t WHERE a > 1")
    ask(connection, "DROP DATABASE counted")


def test_values_keep_their_types(connect: Callable[..., Connection]) -> None:
    """Numbers, dates, decimals and NULL arrive as such."""
    sql = "SELECT order_id, order_date, amount, status, NULL FROM shop.orders WHERE order_id = 1"
    ((number, date, amount, status, nothing),) = ask(connect(), sql)
    assert (1, "2024-01-01", "5.37", "shipped", None) == (number, str(date), str(amount), status, nothing)


@pytest.mark.parametrize("sql", ["RESTORE SNAPSHOT a.b FROM c", "SHOW RESTORE", "INSERT INTO t VALUES (1)"])
def test_only_queries_can_be_prepared(sandbox: Sandbox, connect: Callable[..., Connection], sql: str) -> None:
    """The server's 1295, in its own words."""
    connection = connect()
    connection._execute_command(0x16, sql)
    with pytest.raises(pymysql.MySQLError) as caught:
        connection._read_packet()
    assert (1295, "This command is not supported in the prepared statement protocol yet") == caught.value.args


def test_prepared_query_runs(connect: Callable[..., Connection]) -> None:
    """Values come as text in the binary protocol; what goes wrong has our code and state."""
    connection = connect()
    connection._execute_command(0x16, "SELECT count(*), 'x' FROM shop.orders")
    statement = connection._read_packet()._data[1:5]
    connection._execute_command(0x17, statement + b"\0" + struct.pack("<I", 1))
    assert b"\x02" == connection._read_packet()._data
    packets = [connection._read_packet()._data for _ in range(5)]
    assert b"\0\0\x0512000\x01x" == packets[3]
    connection._execute_command(0x16, "SELECT * FROM shop.nope")
    statement = connection._read_packet()._data[1:5]
    connection._execute_command(0x17, statement + b"\0" + struct.pack("<I", 1))
    with pytest.raises(pymysql.MySQLError) as caught:
        connection._read_packet()
    assert 5502 == caught.value.args[0]


def test_unknown_command_is_refused(connect: Callable[..., Connection]) -> None:
    """1047, and the connection goes on."""
    connection = connect()
    connection._execute_command(0x1C, b"")
    with pytest.raises(pymysql.MySQLError):
        connection._read_packet()
    connection._execute_command(0x0A, b"")
    with pytest.raises(pymysql.MySQLError) as caught:
        connection._read_packet()
    assert (1047, "Unknown command") == caught.value.args
    assert ((1,),) == ask(connection, "SELECT 1")


def test_unknown_database_by_every_road(connect: Callable[..., Connection]) -> None:
    """USE, COM_INIT_DB and the login itself say the same."""
    connection = connect()
    for way in (lambda: ask(connection, "USE nope"), lambda: connection.select_db("nope")):
        with pytest.raises(pymysql.MySQLError) as caught:
            way()
        assert (5501, "Unknown database 'nope'") == caught.value.args
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(database="nope")
    assert (5501, "Unknown database 'nope'") == caught.value.args


def test_ping_and_reset_work(connect: Callable[..., Connection]) -> None:
    """What connection pools send."""
    connection = connect()
    connection.ping(reconnect=False)
    ask(connection, "SET query_timeout = 7")
    connection._execute_command(0x1F, b"")
    connection._read_ok_packet()
    assert ((300,),) == ask(connection, "SELECT @@query_timeout")


def test_slow_query_stops_nobody(sandbox: Sandbox, connect: Callable[..., Connection]) -> None:
    """While one session reads for long, others are served; KILL QUERY ends it."""
    slow, quick = connect(), connect()
    ((number,),) = ask(slow, "SELECT connection_id()")
    began = threading.Event()

    def read() -> tuple[Any, ...]:
        began.set()
        with pytest.raises(pymysql.MySQLError) as caught:
            ask(slow, "SELECT count(*) FROM shop.order_items a, shop.order_items b, shop.order_items c "
                      "WHERE a.price * b.price < c.price")  # fmt: skip
        return caught.value.args

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(read)
        assert began.wait(5)
        for _ in range(20):
            assert ((1,),) == ask(quick, "SELECT 1")
        assert () == ask(quick, "SHOW RESTORE")
        while not future.done():
            ask(quick, f"KILL QUERY {number}")
    assert (1317, "Query was killed") == future.result()
    assert ((1,),) == ask(slow, "SELECT 1")


def test_killed_connection_is_gone(connect: Callable[..., Connection]) -> None:
    """KILL CONNECTION cuts the client off."""
    victim, killer = connect(), connect()
    ((number,),) = ask(victim, "SELECT connection_id()")
    ask(killer, f"KILL {number}")
    with pytest.raises(pymysql.MySQLError):
        [ask(victim, "SELECT 1") for _ in range(100)]


def test_many_clients_at_once(sandbox: Sandbox) -> None:
    """Fifty clients, each with a session of its own."""

    def work(index: int) -> list[Any]:
        connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root", database="shop")
        with contextlib.closing(connection):
            ask(connection, f"SET @@query_timeout = {index + 1}")
            return [ask(connection, "SELECT @@query_timeout") for _ in range(5)]

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(work, range(50)))
    assert [[((index + 1,),)] * 5 for index in range(50)] == found


def test_vanishing_client_leaves_no_noise(
    sandbox: Sandbox, connect: Callable[..., Connection], capfd: pytest.CaptureFixture[str]
) -> None:
    """No traceback, wherever in a conversation it breaks off."""
    for _ in range(5):
        connection = pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root")
        connection._execute_command(3, "SELECT * FROM shop.order_items")
        connection._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection._force_close()
    with socket.create_connection(("127.0.0.1", sandbox.port)):
        pass
    assert ((1,),) == ask(connect(), "SELECT 1")
    assert ("", "") == capfd.readouterr()


# -- clients -------------------------------------------------------------------------------------------------------

CONNECTING = [
    "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci",
    "SET character_set_results = NULL",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SQL_SAFE_UPDATES = 1, sql_select_limit = 500",
    "SET sql_mode = 'STRICT_TRANS_TABLES', @mine = 3",
    "SELECT @@version_comment LIMIT 1",
    "SELECT @@max_allowed_packet, @@tx_isolation, @@transaction_isolation, @@lower_case_table_names",
    "SELECT @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client, @@time_zone",
    "SHOW VARIABLES LIKE 'lower_case_%'",
    "SHOW WARNINGS",
    "SELECT CURRENT_VERSION(), version(), connection_id(), current_role(), catalog()",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SHOW CATALOGS",
    "SHOW PROCESSLIST",
    "ADMIN SHOW FRONTEND CONFIG LIKE 'run_mode'",
]


@pytest.mark.parametrize("sql", CONNECTING)
def test_what_clients_send_on_connecting_is_taken(connect: Callable[..., Connection], sql: str) -> None:
    """None of it is refused."""
    connection = connect()
    ask(connection, sql)
    assert ((1,),) == ask(connection, "SELECT 1")


@pytest.mark.parametrize("scheme", ["mysql+pymysql", "starrocks"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning:starrocks", "ignore::DeprecationWarning:lark")
def test_sqlalchemy_and_pandas_read(sandbox: Sandbox, scheme: str) -> None:
    """Both dialects connect, list tables and read rows into a frame."""
    pandas = pytest.importorskip("pandas")
    engine = sqlalchemy.create_engine(f"{scheme}://root@127.0.0.1:{sandbox.port}/shop")
    try:
        frame = pandas.read_sql_query("SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY 1", engine)
        assert [3000] * 4 == frame["n"].tolist()
        inspector = sqlalchemy.inspect(engine)
        assert {"customers", "order_items", "orders"} <= set(inspector.get_table_names())
        assert ["daily_revenue"] == inspector.get_view_names()
    finally:
        engine.dispose()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_starrocks_dialect_reflects_columns(sandbox: Sandbox) -> None:
    """The official dialect reads information_schema and SHOW CREATE TABLE."""
    engine = sqlalchemy.create_engine(f"{sandbox.url}/shop")
    try:
        columns = sqlalchemy.inspect(engine).get_columns("orders")
        found = [(each["name"], str(each["type"])) for each in columns]
        assert ("order_id", "BIGINT") == found[0]
        assert ("amount", "DECIMAL(10, 2)") == found[-1]
    finally:
        engine.dispose()


def test_mariadb_command_line(sandbox: Sandbox) -> None:
    """The plain command line works, errors included."""
    binary = which("mariadb") or which("mysql")
    assert binary is not None, "there is no mariadb client: install it with `apt-get install mariadb-client`"
    command = [binary, "--host=127.0.0.1", f"--port={sandbox.port}", "--user=root"]
    sql = "USE shop; SHOW TABLES; SELECT count(*) FROM orders; SHOW BACKENDS\\G"
    found = subprocess.run(  # noqa: S603 - our own command
        [*command, "-e", sql], capture_output=True, text=True, timeout=30, check=False
    )
    assert (0, "") == (found.returncode, found.stderr)
    assert found.stdout.startswith("Tables_in_shop\ncustomers\ndaily_revenue\norder_items\norders\ncount(*)\n12000\n")
    assert "Alive: true" in found.stdout
    failed = subprocess.run(  # noqa: S603 - our own command
        [*command, "-e", "RESTORE SNAPSHOT"], capture_output=True, text=True, timeout=30, check=False
    )
    assert "ERROR 1064 (HY000) at line 1: Getting syntax error at line 1, column 16." in failed.stderr


def test_the_whole_road_over_the_wire(connect: Callable[..., Connection], sandbox: Sandbox) -> None:
    """Repository, backup, loss, restore and the same rows, as a client sees it."""
    connection = connect(database="shop")
    before = ask(connection, "SELECT count(*), sum(amount) FROM orders")
    ask(connection, "CREATE REPOSITORY wired WITH BROKER ON LOCATION 's3://wired/x'")
    ask(connection, "BACKUP SNAPSHOT shop.w1 TO wired")
    sandbox.frontend.run(120)
    ((_, timestamp, status),) = ask(connection, "SHOW SNAPSHOT ON wired")
    assert "OK" == status
    ask(connection, "DROP TABLE orders FORCE")
    ask(
        connection,
        "RESTORE SNAPSHOT shop.w1 FROM wired ON (TABLE orders) "
        f'PROPERTIES ("backup_timestamp" = "{timestamp}", "replication_num" = "1")',
    )
    assert -1 == int(ask(connection, "SHOW RESTORE FROM shop")[0][0])
    sandbox.frontend.run(120)
    assert "FINISHED" == ask(connection, "SHOW RESTORE FROM shop")[0][4]
    assert before == ask(connection, "SELECT count(*), sum(amount) FROM orders")
    ask(connection, "ADMIN RESET SANDBOX")
    assert () == ask(connection, "SHOW REPOSITORIES")
    assert ((12000,),) == ask(connection, "SELECT count(*) FROM shop.orders")
