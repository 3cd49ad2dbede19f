from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from typing import TYPE_CHECKING

import pytest
from sandbox.wire_client import FLAGS, RawClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starrocks_restore_kernel.sandbox import Sandbox


@pytest.fixture(autouse=True)
def harmless(wired: Sandbox, raw: Callable[[], RawClient]) -> Iterator[None]:
    """Whatever a test does, another client is served as before, and no connection is left behind."""
    other = raw()
    other.login()
    threads = threading.active_count()
    yield
    assert [["12000"]] == other.query("SELECT count(*) FROM shop.orders")[1]
    while len(wired.frontend.connections) > 1:
        assert [["1"]] == other.query("SELECT 1")[1]
    assert threading.active_count() <= threads + 32, "no more threads than statements may run on"


@pytest.fixture
def client(raw: Callable[[], RawClient]) -> Iterator[RawClient]:
    """Log in on a plain socket, which is closed before the others are looked at."""
    made = raw()
    made.login()
    yield made
    made.socket.close()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\n\r\n" * 10,
        b"\0\0\0\1",
        b"\4\0\0\1abc",
        b"\4\0\0\1\0\2\0\0",
        b"\xff\xff\xff\1",
        b"\x16\3\1\2\0\1\0\1\xfc\3\3",
        struct.pack("<IIB23x", FLAGS, 1 << 24, 33).join([b"\x22\0\0\1", b"ro"]),
        random.Random(7).randbytes(5000),  # noqa: S311 - rubbish, and the same every time
    ],
)
def test_rubbish_before_the_login_is_cut_off(wired: Sandbox, rubbish: bytes) -> None:
    """Without a word, or with one refusal; half a packet is waited for."""
    with socket.create_connection(("127.0.0.1", wired.port), timeout=5) as raw_socket:
        raw_socket.sendall(rubbish)
        raw_socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while raw_socket.recv(4096):
                pass


def test_login_may_come_byte_by_byte(raw: Callable[[], RawClient]) -> None:
    """The head of a packet that arrives in pieces is waited for."""
    with raw() as client:
        login = struct.pack("<IIB23x", FLAGS, 1 << 24, 33) + b"root\0\0mysql_native_password\0\0"
        for byte in len(login).to_bytes(3, "little") + b"\1" + login:
            client.socket.sendall(bytes((byte,)))
        assert b"\0" == client.read()[:1]


def test_login_with_a_wrong_number_is_cut_off(raw: Callable[[], RawClient]) -> None:
    """Bad packet sequence (MysqlChannel.java, fetchOnePacket)."""
    with raw() as client:
        assert b"" == client.login(number=5)


def test_command_with_a_wrong_number_is_cut_off(client: RawClient) -> None:
    """Without an answer (MysqlPackageDecoder.java, consume)."""
    client.send(b"\x03SELECT 1", 3)
    assert client.ended()


def test_command_without_a_body_is_cut_off(client: RawClient) -> None:
    """Invalid MySQL packet length: 0 (MysqlPackageDecoder.java, consume)."""
    client.send(b"")
    assert client.ended()


@pytest.mark.parametrize("command", [b"\x17", b"\x17\1\0\0\0", b"\x19\1", b"\x17\1\0\0\0\0\1"])
def test_command_that_is_too_short_is_cut_off(client: RawClient, command: bytes) -> None:
    """The server reads behind the end, and ends the connection (MySQLReadListener.java, handleRequest)."""
    client.send(command)
    assert client.ended()


def test_half_a_command_is_forgotten(client: RawClient) -> None:
    """The client goes away in the middle of it."""
    client.socket.sendall(b"\x40\0\0\0\x03SELECT")


def test_commands_may_come_all_at_once(client: RawClient) -> None:
    """They are answered in their order."""
    client.socket.sendall(b"".join(b"\x09\0\0\0\x03SELECT " + str(number).encode() for number in range(1, 4)))
    for number in ("1", "2", "3"):
        client.columns(client.read())
        assert [[number]] == [client.texts(row) for row in client.rows()]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"\xff\xfe\xfd", "Getting syntax error at line 1, column 0. Detail message: Unexpected input '\ufffd"),
        (b"SELEC 1", "Getting syntax error at line 1, column 0. Detail message: Unexpected input 'SELEC'"),
        (b"SELECT '\xff' FROM nope", "No database selected"),
        (b"(((((", "Getting syntax error"),
        (b"SELECT * FROM `", "Getting"),
        (bytes(range(1, 256)), "Getting syntax error"),
        (b"", "Getting syntax error"),
        (b"SELECT " + b"(" * 3000 + b"1" + b")" * 3000, ""),
    ],
)
def test_rubbish_as_a_statement_is_an_error_packet(client: RawClient, text: bytes, part: str) -> None:
    """Of the server's own kind, and the connection goes on."""
    _, state, found = client.error(client.command(3, text))
    assert (True, 5) == (part in found, len(state)), found
    assert [["1"]] == client.query("SELECT 1")[1]


def test_invalid_utf_8_is_read_with_replacements(client: RawClient) -> None:
    """As Java reads it."""
    assert [["a\ufffdb"]] == [client.texts(row) for row in _rows(client, b"SELECT 'a\xffb'")]


def _rows(client: RawClient, text: bytes) -> list[bytes]:
    client.columns(client.command(3, text))
    return client.rows()


def test_text_of_twenty_megabytes_is_read(client: RawClient) -> None:
    """In two packets."""
    text = b"\x03SET NAMES utf8 /*" + b"x" * 20_000_000 + b"*/"
    client.socket.sendall(b"\xff\xff\xff\0" + text[:0xFFFFFF])
    client.send(text[0xFFFFFF:], 1)
    assert b"\0" == client.read()[:1]


def test_text_without_an_end_is_refused(client: RawClient) -> None:
    """Ours, for the sake of the memory: behind 64 MB the connection is of no more use."""
    piece = b"\x03" + bytes(0xFFFFFE)
    with contextlib.suppress(ConnectionError):
        for number in range(5):
            client.socket.sendall(b"\xff\xff\xff" + bytes((number,)) + piece)
    answer = client.read()
    assert answer == b"" or (1153, "08S01") == client.error(answer)[:2]
    assert client.ended()


def test_vanishing_client_leaves_no_noise(raw: Callable[[], RawClient], capfd: pytest.CaptureFixture[str]) -> None:
    """No traceback, wherever in an answer it breaks off."""
    for taken in (0, 1, 2000):
        client = raw()
        client.login()
        client.send(b"\x03SELECT * FROM shop.order_items a, shop.order_items b LIMIT 9000")
        client.take(taken)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    assert ("", "") == capfd.readouterr()


def test_vanishing_client_ends_its_query(wired: Sandbox, raw: Callable[[], RawClient]) -> None:
    """Nobody would read what a query of hours finds."""
    client = raw()
    client.login()
    client.send(
        b"\x03SELECT count(*) FROM shop.order_items a, shop.order_items b, shop.order_items c, shop.order_items d "
        b"WHERE a.price * b.price < c.price"
    )
    client.socket.close()
    while len(wired.frontend.connections) > 1:
        pass
