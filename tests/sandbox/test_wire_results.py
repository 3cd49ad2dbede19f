from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
from sandbox.wire_client import RawClient, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymysql.connections import Connection

# What is asked: name, type, charset, length and decimals of its column, the text, and the bytes of the binary protocol.
LARGE = "170141183460469231731687303715884105727"
VALUES: list[tuple[str, tuple[int, int, int, int], str, bytes]] = [
    ("CAST(1 AS BOOLEAN)", (1, 63, 1, 0), "1", b"\x01"),
    ("CAST(-7 AS TINYINT)", (1, 63, 4, 0), "-7", b"\xf9"),
    ("CAST(-300 AS SMALLINT)", (2, 63, 6, 0), "-300", struct.pack("<h", -300)),
    ("CAST(70000 AS INT)", (3, 63, 11, 0), "70000", struct.pack("<i", 70000)),
    ("CAST(-5000000000 AS BIGINT)", (8, 63, 20, 0), "-5000000000", struct.pack("<q", -5000000000)),
    (f"CAST('{LARGE}' AS LARGEINT)", (254, 33, 40, 0), LARGE, b"\x27" + LARGE.encode()),
    ("CAST(0.1 AS FLOAT)", (4, 63, 12, 31), "0.1", struct.pack("<f", 0.1)),
    ("CAST(5 AS DOUBLE)", (5, 63, 22, 31), "5", struct.pack("<d", 5.0)),
    ("CAST(1.5 AS DECIMAL(10, 2))", (246, 63, 14, 2), "1.50", b"\x041.50"),
    ("CAST('2024-02-29' AS DATE)", (10, 63, 10, 0), "2024-02-29", b"\x04\xe8\x07\x02\x1d"),
    (
        "CAST('2024-02-29 01:02:03' AS DATETIME)",
        (12, 63, 19, 0),
        "2024-02-29 01:02:03",
        b"\x07\xe8\x07\x02\x1d\x01\x02\x03",
    ),
    (
        "CAST('2024-02-29 01:02:03.000004' AS DATETIME)",
        (12, 63, 19, 0),
        "2024-02-29 01:02:03.000004",
        b"\x0b\xe8\x07\x02\x1d\x01\x02\x03\x04\0\0\0",
    ),
    ("'é'", (253, 33, 192, 0), "é", b"\x02\xc3\xa9"),
    ("[1, 2]", (254, 33, 60, 0), "[1,2]", b"\x05[1,2]"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "column", "text", "binary"), VALUES, ids=[each[0] for each in VALUES])
def test_column_has_its_own_type(
    raw: Callable[[], RawClient], asked: str, column: tuple[int, int, int, int], text: str, binary: bytes
) -> None:
    """Type, charset, length and decimals as MysqlCodec.java writes them; text and binary value."""
    client = raw()
    client.login()
    (found,), rows = client.query(f"SELECT {asked} AS v, NULL AS n")[0][:1], client.query(f"SELECT {asked}, NULL")[1]
    assert column == (found["type"], found["charset"], found["length"], found["decimals"])
    assert ("v", "", "", 0) == (found["name"], found["table"], found["schema"], found["flags"])
    assert [[text, None]] == rows
    prepared = client.command(0x16, f"SELECT {asked}, NULL".encode())
    assert struct.pack("<BIHHBH", 0, 1, 2, 0, 0, 0) == prepared
    client.columns(b"\x02")
    assert column[0] == client.columns(client.command(0x17, struct.pack("<IBI", 1, 0, 1)))[0]["type"]
    assert [b"\0\x08" + binary] == client.rows()


def test_show_is_text(raw: Callable[[], RawClient]) -> None:
    """Each column of SHOW RESTORE is a VARCHAR, numbers too (ShowResultMetaFactory.java)."""
    client = raw()
    client.login()
    columns, rows = client.query("SHOW RESTORE FROM shop")
    assert ("JobId", 18, []) == (columns[0]["name"], len(columns), rows)
    assert {(253, 33)} == {(each["type"], each["charset"]) for each in columns}


def test_sum_of_whole_numbers_is_a_bigint(raw: Callable[[], RawClient]) -> None:
    """DuckDB would make it one of 128 bits."""
    client = raw()
    client.login()
    columns, rows = client.query("SELECT sum(quantity), count(*) FROM shop.order_items")
    assert [8, 8] == [each["type"] for each in columns]
    assert 1 == len(rows)


def test_values_arrive_as_what_they_are(connect: Callable[..., Connection]) -> None:
    """In Python: numbers, dates, decimals and NULL."""
    sql = "SELECT order_id, order_date, amount, status, NULL FROM shop.orders WHERE order_id = 1"
    ((number, day, amount, status, nothing),) = ask(connect(), sql)
    assert (1, "2024-01-01", "5.37", "shipped", None) == (number, str(day), str(amount), status, nothing)


def test_long_result_arrives_whole(connect: Callable[..., Connection]) -> None:
    """More rows than are written at once, and a text longer than one packet may be."""
    connection = connect()
    assert 12000 == len(ask(connection, "SELECT * FROM shop.orders"))
    ((text,),) = ask(connection, "SELECT repeat('x', 17000000)")
    assert 17_000_000 == len(text)
    assert ((1,),) == ask(connection, "SELECT 1")


def test_error_has_our_sqlstate(raw: Callable[[], RawClient]) -> None:
    """One of each class (ErrorCode.java)."""
    client = raw()
    client.login()
    found = {}
    for sql in ("SHOW RESTORE FROM nope", "DROP REPOSITORY nope", "RESTORE", "DROP TABLE shop.nope", "SELECT @@nope"):
        code, state, _ = client.error(client.command(3, sql.encode()))
        found[sql] = (code, state)
    assert {
        "SHOW RESTORE FROM nope": (5501, "3F000"),
        "DROP REPOSITORY nope": (5064, "42000"),
        "RESTORE": (1064, "HY000"),
        "DROP TABLE shop.nope": (5502, "42602"),
        "SELECT @@nope": (1193, "HY000"),
    } == found


def test_statements_of_one_packet_answer_one_after_another(connect: Callable[..., Connection]) -> None:
    """Results come in sequence, though the capability is not advertised; the first error ends it."""
    with connect(database="shop").cursor() as cursor:
        cursor.execute("SELECT 1; SET autocommit = 1; SELECT 2, 3; SELECT * FROM nope; SELECT 4")
        found = [list(cursor.fetchall())]
        for _ in range(2):
            assert cursor.nextset()
            found.append(list(cursor.fetchall()))
        with pytest.raises(pymysql.MySQLError) as caught:
            cursor.nextset()
    assert [[(1,)], [], [(2, 3)]] == found
    assert 5502 == caught.value.args[0]


def test_status_flags_are_a_frontends(raw: Callable[[], RawClient]) -> None:
    """SERVER_MORE_RESULTS_EXISTS before the last result, and never AUTOCOMMIT (QueryState.java)."""
    client = raw()
    client.login()
    assert b"\0\0\0\x08\0\0\0" == client.command(3, b"SET autocommit = 1; SET autocommit = 0")
    assert b"\0\0\0\0\0\0\0" == client.read()


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


def test_field_list_names_the_columns_of_a_table(raw: Callable[[], RawClient]) -> None:
    """With their defaults behind them, as a command line asks to complete names (ConnectProcessor.java)."""
    client = raw()
    client.login()
    assert (1064, "HY000", "Unknown database()") == client.error(client.command(4, b"orders\0"))
    client.command(2, b"shop")
    assert "Empty tableName" == client.error(client.command(4, b"\0"))[2]
    assert "Unknown table(nope)" == client.error(client.command(4, b"nope\0"))[2]
    found: list[dict[str, Any]] = [client.definition(client.command(4, b"orders\0%\0"))]
    found += [client.definition(each) for each in client.rows()]
    assert ("shop", "orders", "order_id", 8, b"\0") == tuple(
        found[0][key] for key in ("schema", "table", "name", "type", "rest")
    )
    assert ("amount", 246, 14, 2) == tuple(found[-1][key] for key in ("name", "type", "length", "decimals"))
    assert "dt" not in {each["name"] for each in found}
    assert client.command(4, b"daily_revenue\0")[:4] == b"\x03def"
