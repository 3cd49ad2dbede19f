from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
import trustme
from sandbox.wire_client import SSL, RawClient, ask, native_answer, sha2_answer

from starrocks_restore_kernel.sandbox import Sandbox, SteppedClock
from starrocks_restore_kernel.sandbox.model.accounts import Account
from starrocks_restore_kernel.sandbox.wire.server import WireServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pymysql.connections import Connection
    from sandbox.small_cluster import Cluster

MYSQL_9 = {"_client_name": "libmysql", "_client_version": "9.4.0"}
OK = b"\0"


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


def test_greeting_says_what_a_frontends_does(raw: Callable[[], RawClient]) -> None:
    """Version, capabilities, charset, status and plugin (MysqlHandshakePacket.java)."""
    client = raw()
    rest = client.greeting[client.greeting.index(b"\0", 1) + 14 :]
    assert (10, "8.0.33") == (client.greeting[0], client.version)
    # 0x0038820C: no TRANSACTIONS, no MULTI_STATEMENTS, no DEPRECATE_EOF, no SSL.
    assert b"\x0c\x82" + b"\x21" + b"\0\0" + b"\x38\x00" + b"\x15" + bytes(10) == rest[:18]
    assert b"\0mysql_native_password\0" == client.greeting[-23:]
    assert 0 not in client.salt


def test_client_that_ignores_a_refusal_is_served_nothing(raw: Callable[[], RawClient]) -> None:
    """A client that goes on after the error packet meets a closed connection."""
    client = raw()
    assert (1045, "28000", "Access denied for user 'zed' (using password: NO)") == client.error(client.login("zed"))
    with contextlib.suppress(ConnectionError):
        client.send(b"\x03SHOW DATABASES")
    assert client.ended()


@pytest.mark.parametrize("plugin", ["caching_sha2_password", "mysql_clear_password", "nonsense"])
def test_other_plugins_are_switched_to_native_password(raw: Callable[[], RawClient], plugin: str) -> None:
    """To the same challenge (MysqlProto.java, switchAuthPlugin)."""
    client = raw()
    assert b"\xfemysql_native_password\0" + client.salt + b"\0" == client.login("ana", plugin=plugin)
    client.send(native_answer("secret", client.salt), 3)
    assert OK == client.read()[:1]


def test_unknown_user_is_asked_nothing_more(raw: Callable[[], RawClient]) -> None:
    """There is no account to choose a plugin by."""
    client = raw()
    refused = client.login("zed", b"x" * 32, "caching_sha2_password")
    assert "Access denied for user 'zed' (using password: YES)" == client.error(refused)[2]


@pytest.mark.parametrize(("user", "password"), [("root", ""), ("ana", "secret")])
def test_mysql_9_keeps_its_plugin(raw: Callable[[], RawClient], user: str, password: str) -> None:
    """Ours: it has no other one."""
    client = raw()
    switch = client.login(user, plugin="caching_sha2_password", attributes=MYSQL_9)
    assert b"\xfecaching_sha2_password\0" + client.salt + b"\0" == switch
    client.send(sha2_answer(password, client.salt), 3)
    if password:
        assert b"\x01\x03" == client.read()
    assert OK == client.read()[:1]


def test_mysql_9_with_a_wrong_password_is_refused(raw: Callable[[], RawClient]) -> None:
    """As everybody is."""
    client = raw()
    client.login("ana", plugin="caching_sha2_password", attributes=MYSQL_9)
    client.send(sha2_answer("wrong", client.salt), 3)
    assert (1045, "28000") == client.error(client.read())[:2]


def test_client_before_4_1_is_refused(raw: Callable[[], RawClient]) -> None:
    """With the server's 1251."""
    client = raw()
    code, state, text = client.error(client.login(flags=0x8000))
    assert (1251, "08004") == (code, state)
    assert text.startswith("Client does not support authentication protocol requested by server")
    assert client.ended()


def test_unknown_database_refuses_the_login(connect: Callable[..., Connection]) -> None:
    """After the password was right."""
    with pytest.raises(pymysql.MySQLError) as caught:
        connect(database="nope")
    assert (5501, "Unknown database 'nope'") == caught.value.args


def test_handshake_names_the_version_of_its_release() -> None:
    """5.1.0 before 3.4."""
    with Sandbox(clock=SteppedClock(), version="3.3", seed=None) as older, RawClient(older.port) as client:
        assert "5.1.0" == client.version
        assert OK == client.login()[:1]
        assert [["3.3.0-sandbox"]] == client.query("SELECT current_version()")[1]


def test_users_are_there_again_after_a_reset(connect: Callable[..., Connection]) -> None:
    """ADMIN RESET SANDBOX shuts nobody out."""
    ask(connect(), "ADMIN RESET SANDBOX")
    assert (("'ana'@'%'",),) == ask(connect(user="ana", password="secret"), "SELECT current_user()")


# -- change of user ------------------------------------------------------------------------------------------------


def change_user(client: RawClient, user: str, response: bytes) -> bytes:
    """Send COM_CHANGE_USER; the next packet."""
    body = user.encode() + b"\0" + bytes((len(response),)) + response + b"\0\x21\0mysql_native_password\0\0"
    return client.command(0x11, body)


def test_user_can_be_changed(raw: Callable[[], RawClient]) -> None:
    """To the challenge of the greeting; the variables begin anew and the database stays."""
    client = raw()
    client.login()
    client.command(2, b"shop")
    client.command(3, b"SET query_timeout = 7")
    assert OK == change_user(client, "ana", native_answer("secret", client.salt))[:1]
    assert [["'ana'@'%'", "shop", "300"]] == client.query("SELECT current_user(), database(), @@query_timeout")[1]


def test_failed_change_of_user_leaves_the_old_one(raw: Callable[[], RawClient]) -> None:
    """One error packet, and the session goes on as it was."""
    client = raw()
    client.login("ana", native_answer("secret", client.salt))
    refused = client.error(change_user(client, "root", b"oops"))
    assert (1045, "28000", "Access denied for user 'root' (using password: YES)") == refused
    assert [["'ana'@'%'"]] == client.query("SELECT current_user()")[1]


# -- servers of a test's own: TLS, and logins that never finish ----------------------------------------------------


@contextlib.contextmanager
def served(cluster: Cluster, **options: Any) -> Iterator[tuple[WireServer, int, asyncio.AbstractEventLoop]]:
    """Serve a cluster from a loop in a thread."""
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1) as thread, ThreadPoolExecutor(2) as pool:
        running = thread.submit(loop.run_forever)

        async def start() -> tuple[WireServer, int]:
            server = WireServer(cluster.frontend, pool, **options)
            await server.start_server("127.0.0.1", 0)
            return server, server.sockets()[0].getsockname()[1]

        async def stop(server: WireServer) -> None:
            server.close()
            server.abort()
            await server.wait_closed()

        server, port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        try:
            yield server, port, loop
        finally:
            asyncio.run_coroutine_threadsafe(stop(server), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            running.result(10)
    loop.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make who signs certificates."""
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    """Make what the server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def test_tls_is_offered_and_verified(
    cluster: Cluster, authority: trustme.CA, certificate: ssl.SSLContext, tmp_path: Path
) -> None:
    """A driver that checks the certificate reads a result larger than one record of TLS."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    cluster.frontend.accounts.put(Account.with_password("root", "pw"))
    with served(cluster, tls=certificate) as (_, port, _loop):
        connection = pymysql.connect(
            host="127.0.0.1", port=port, user="root", password="pw", ssl_ca=str(tmp_path / "ca.pem")
        )
        with contextlib.closing(connection):
            assert connection._sock.version().startswith("TLS")
            assert (("x" * 100_000,),) == ask(connection, f"SELECT '{'x' * 100_000}'")


def test_unknown_authority_is_refused_by_the_client(cluster: Cluster, certificate: ssl.SSLContext) -> None:
    """And the server goes on."""
    cluster.frontend.accounts.put(Account.with_password("root", ""))
    with served(cluster, tls=certificate) as (_, port, _loop):
        with RawClient(port) as client, pytest.raises(ssl.SSLError):
            client.encrypt(ssl.create_default_context())
        with RawClient(port) as client:
            assert OK == client.login()[:1]


def test_password_in_the_clear_is_taken_through_tls_alone(
    cluster: Cluster, authority: trustme.CA, certificate: ssl.SSLContext
) -> None:
    """Of a user whose native hash is all that is known, to a client that knows only caching_sha2_password."""
    known = Account.with_password("ana", "secret")
    cluster.frontend.accounts.put(Account("ana", known.native, b""))
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with served(cluster, tls=certificate) as (_, port, _loop):
        with RawClient(port) as client:
            assert client.flags & SSL
            client.encrypt(trusting)
            client.login("ana", plugin="caching_sha2_password", attributes=MYSQL_9, number=2)
            client.send(sha2_answer("secret", client.salt), 4)
            assert b"\x01\x04" == client.read()
            client.send(b"secret\0", 6)
            assert OK == client.read()[:1]
        with RawClient(port) as client:
            client.login("ana", plugin="caching_sha2_password", attributes=MYSQL_9)
            client.send(sha2_answer("secret", client.salt), 3)
            assert 1045 == client.error(client.read())[0]


def test_who_is_silent_for_too_long_is_cut_off(cluster: Cluster) -> None:
    """A login that never finishes, and a session after its wait_timeout; nothing of either is left."""
    cluster.frontend.accounts.put(Account.with_password("root", ""))
    with served(cluster) as (server, port, loop), RawClient(port) as silent, RawClient(port) as idle:
        idle.login()
        idle.command(3, b"SET wait_timeout = 50")

        def later(seconds: float) -> None:
            loop.call_soon_threadsafe(server.end_idle, time.monotonic() + seconds)

        later(5)
        assert OK == idle.command(0x0E)[:1]
        later(20)
        assert silent.ended()
        assert OK == idle.command(0x0E)[:1]
        later(60)
        assert idle.ended()
        while server.connections():
            pass
        assert {} == cluster.frontend.connections
