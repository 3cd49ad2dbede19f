from __future__ import annotations

import contextlib
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
from sandbox.wire_client import RawClient, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymysql.connections import Connection

    from starrocks_restore_kernel.sandbox import Sandbox

OK = b"\0\0\0\0\0\0\0"


@pytest.fixture
def client(raw: Callable[[], RawClient]) -> RawClient:
    """Log in on a plain socket."""
    made = raw()
    made.login()
    return made


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (0x05, (1064, "HY000", "Unsupported command(Create DB)")),
        (0x09, (1064, "HY000", "Unsupported command(Statistics)")),
        (0x0C, (1064, "HY000", "Unsupported command(Kill)")),
        (0x18, (1064, "HY000", "Unsupported command(COM_STMT_SEND_LONG_DATA)")),
        (0x1B, (1047, "08S01", "Unknown command(null)")),
        (0x1C, (1047, "08S01", "Unknown command(null)")),
        (0xC8, (1047, "08S01", "Unknown command(null)")),
    ],
)
def test_other_command_is_refused(client: RawClient, code: int, refused: tuple[int, str, str]) -> None:
    """In the server's words (ConnectProcessor.java, dispatch), and the connection goes on."""
    assert refused == client.error(client.command(code, b"\1\0\0\0"))
    assert [["1"]] == client.query("SELECT 1")[1]


def test_ping_and_reset_work(client: RawClient) -> None:
    """What connection pools send; a reset takes the variables back, and leaves the database."""
    assert OK == client.command(0x0E)
    client.command(2, b"shop")
    client.command(3, b"SET query_timeout = 7, @mine = 3")
    assert OK == client.command(0x1F)
    assert [["300", "3", "shop"]] == client.query("SELECT @@query_timeout, @mine, database()")[1]


def test_quit_ends_the_connection(client: RawClient) -> None:
    """At once."""
    client.send(b"\x01")
    assert client.ended()


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("nope", (5501, "3F000", "Unknown database 'nope'")),
        ("default_catalog.nope", (5501, "3F000", "Unknown database 'nope'")),
        ("other.shop", (5078, "42000", "Unknown catalog 'other'")),
        ("catalog other", (5078, "42000", "Unknown catalog 'other'")),
        ("some words", (1064, "HY000", "not supported command")),
    ],
)
def test_init_db_refuses_what_is_not_there(client: RawClient, name: str, refused: tuple[int, str, str]) -> None:
    """As USE does (ConnectContext.java, changeCatalogDb)."""
    assert refused == client.error(client.command(2, name.encode()))


@pytest.mark.parametrize(
    "name", ["shop", "default_catalog.shop", "catalog default_catalog", "warehouse default_warehouse"]
)
def test_init_db_takes_a_catalog_too(client: RawClient, name: str) -> None:
    """Command lines send USE in this form."""
    assert OK == client.command(2, name.encode())


def test_text_may_end_with_zeros(client: RawClient) -> None:
    """Some clients send them (ConnectProcessor.java, handleQuery)."""
    assert [["1"]] == client.query("SELECT 1\0\0")[1]


# -- prepared statements -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql", ["RESTORE SNAPSHOT a.b FROM c", "SHOW RESTORE", "INSERT INTO t VALUES (1)", "SET a = 1"]
)
def test_only_queries_can_be_prepared(client: RawClient, sql: str) -> None:
    """The server's 1295, in its own words."""
    refused = (1295, "HY000", "This command is not supported in the prepared statement protocol yet")
    assert refused == client.error(client.command(0x16, sql.encode()))


def test_query_that_is_wrong_is_refused_when_it_is_prepared(client: RawClient) -> None:
    """By the parser, and by the analyzer."""
    assert 5502 == client.error(client.command(0x16, b"SELECT * FROM shop.nope WHERE a = ?"))[0]
    assert "Getting syntax error" in client.error(client.command(0x16, b"SELECT FROM WHERE ("))[2]


def prepare(client: RawClient, sql: str, columns: int, parameters: int) -> int:
    """Prepare a query, and read what is said of it; its number."""
    status, number, *counts = struct.unpack_from("<BIHH", client.command(0x16, sql.encode()))
    assert [0, columns, parameters] == [status, *counts]
    for count in (parameters, columns):
        if count:
            client.columns(bytes((count,)))
    return int(number)


def test_values_are_filled_in_by_their_types(client: RawClient) -> None:
    """Numbers, text, days and NULL; a question mark in a string is none."""
    number = prepare(client, "SELECT ? + 1, ?, ?, '?', ? /* ? */", 5, 4)
    types = struct.pack("<HHHH", 8, 253, 12, 6)
    day = b"\x04" + struct.pack("<HBB", 2024, 2, 29)
    values = struct.pack("<q", -41) + b"\x09a'b\\ OR ?" + day
    head = struct.pack("<IBI", number, 0, 1) + b"\x08" + b"\x01"
    client.columns(client.command(0x17, head + types + values))
    (row,) = client.rows()
    assert b"\0\x40" == row[:2], "the last of the five columns is NULL"
    (amount,) = struct.unpack_from("<q", row, 2)
    assert -40 == amount
    assert b"\x09a'b\\ OR ?" + b"\x07" + struct.pack("<HBBBBB", 2024, 2, 29, 0, 0, 0) + b"\x01?" == row[10:]
    # The types need not be sent again.
    again = struct.pack("<IBI", number, 0, 1) + b"\x08" + b"\0" + struct.pack("<q", 1) + b"\x01z" + day
    client.columns(client.command(0x17, again))
    assert struct.pack("<q", 2) + b"\x01z" == client.rows()[0][2:12]


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        (0x8008, bytes(8), "AnalysisException, msg: unknown mysql type code 32776"),
        (246, b"\x011", "AnalysisException, msg: unknown mysql type code 246"),
        (8, b"\1", "BufferUnderflowException, msg: null"),
        (0, b"\x04x or", "AnalysisException, msg: Invalid floating literal: x or"),
        (10, b"\x04\0\0\x63\x63", "AnalysisException, msg: "),
    ],
)
def test_values_that_a_frontend_refuses(client: RawClient, type_: int, value: bytes, text: str) -> None:
    """Unsigned numbers among them (MysqlParamParser.java)."""
    number = prepare(client, "SELECT ?", 1, 1)
    body = struct.pack("<IBI", number, 0, 1) + b"\0\x01" + struct.pack("<H", type_) + value
    code, _, found = client.error(client.command(0x17, body))
    assert (1064, True) == (code, found.startswith(text)), found
    assert [["1"]] == client.query("SELECT 1")[1]


def test_closed_statement_is_gone(client: RawClient) -> None:
    """Closing answers nothing; a reset says OK; another's number is unknown."""
    number = prepare(client, "SELECT 1", 1, 0)
    assert OK == client.command(0x1A, struct.pack("<I", number))
    client.send(b"\x19" + struct.pack("<I", number))
    gone = client.error(client.command(0x17, struct.pack("<IBI", number, 0, 1)))
    assert (1064, "HY000", "msg: Not Found prepared statement, stmtName: 1") == gone


# -- many clients --------------------------------------------------------------------------------------------------


def test_slow_query_stops_nobody(connect: Callable[..., Connection]) -> None:
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


def test_look_at_a_job_stops_nobody(raw: Callable[[], RawClient], wired: Sandbox) -> None:
    """It needs no thread, but where it must wait for the memory's lock it lets others be served."""
    looking, other = raw(), raw()
    looking.login()
    other.login()
    with wired.frontend.lock:
        looking.send(b"\x03SHOW RESTORE FROM shop")
        # Read behind it, and answered while it waits.
        assert OK == other.command(0x0E)
    assert 18 == len(looking.columns(looking.read()))
    assert [] == looking.rows()


def test_killed_connection_is_gone(client: RawClient, connect: Callable[..., Connection]) -> None:
    """KILL cuts the client off, and an unknown id is refused."""
    killer = connect()
    ((number,),) = client.query("SELECT connection_id()")[1]
    ask(killer, f"KILL {number}")
    assert client.ended()
    with pytest.raises(pymysql.MySQLError) as caught:
        ask(killer, "KILL 999999")
    assert (1094, "Unknown thread id: 999999") == caught.value.args


def test_who_kills_itself_is_told_so_first(client: RawClient) -> None:
    """An OK packet, then the end (StmtExecutor.java, handleKill)."""
    ((number,),) = client.query("SELECT connection_id()")[1]
    assert OK == client.command(3, f"KILL {number}".encode())
    assert client.ended()


def test_two_hundred_clients_at_once(wired: Sandbox) -> None:
    """Each with a session of its own; all ask before the first answer is read."""
    with contextlib.ExitStack() as open_:
        clients = [open_.enter_context(RawClient(wired.port)) for _ in range(200)]
        for client in clients:
            client.login()
        for index, client in enumerate(clients):
            client.send(f"\x03SET query_timeout = {index + 1}; SELECT @@query_timeout".encode())
        found = []
        for client in clients:
            assert b"\0" == client.read()[:1]
            client.columns(client.read())
            found.append([client.texts(row) for row in client.rows()])
    assert [[[str(index + 1)]] for index in range(200)] == found
