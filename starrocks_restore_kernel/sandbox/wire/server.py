"""The MySQL protocol: mysql-mimic's server, with its faults mended.

What is mended: after a failed login nothing is served; every error has the SQLSTATE of StarRocks' own table; an OK
packet counts its rows; several statements of one packet answer with several results; statements run on threads, so
that a slow one blocks nobody; a client that vanishes leaves no traceback.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import struct
from typing import TYPE_CHECKING, Any

from mysql_mimic import MysqlServer, packets
from mysql_mimic.auth import IdentityProvider, NativePasswordAuthPlugin
from mysql_mimic.connection import Connection
from mysql_mimic.constants import KillKind
from mysql_mimic.control import LocalControl
from mysql_mimic.errors import MysqlError
from mysql_mimic.results import ResultColumn as WireColumn
from mysql_mimic.results import ResultSet
from mysql_mimic.session import BaseSession
from mysql_mimic.stream import ConnectionClosed, MysqlStream
from mysql_mimic.types import Capabilities, ColumnType, ServerStatus
from mysql_mimic.utils import nonce
from mysql_mimic.variables import SYSTEM_VARIABLES, GlobalVariables, SessionVariables

from ..server_errors import SqlError, access_denied, internal
from ..statements.family import is_family
from ..statements.reader import Reader
from ..statements.results import Done, Kind
from ..statements.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from ..frontend import Frontend
    from ..peers import Peer
    from ..statements.results import ResultRows

__all__ = ["WireServer", "quiet"]

# MysqlCapability.java, DEFAULT_FLAGS: no MULTI_STATEMENTS, no TRANSACTIONS, no DEPRECATE_EOF.
_CAPABILITIES = (
    Capabilities.CLIENT_PROTOCOL_41
    | Capabilities.CLIENT_LONG_FLAG
    | Capabilities.CLIENT_CONNECT_WITH_DB
    | Capabilities.CLIENT_SECURE_CONNECTION
    | Capabilities.CLIENT_PLUGIN_AUTH
    | Capabilities.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
    | Capabilities.CLIENT_CONNECT_ATTRS
)

_KINDS = {
    Kind.STRING: ColumnType.VAR_STRING,
    Kind.BIGINT: ColumnType.LONGLONG,
    Kind.DOUBLE: ColumnType.DOUBLE,
    Kind.DECIMAL: ColumnType.NEWDECIMAL,
    Kind.DATE: ColumnType.DATE,
    Kind.DATETIME: ColumnType.DATETIME,
    Kind.BOOLEAN: ColumnType.TINY,
}

_NATIVE = "mysql_native_password"

_UNKNOWN_COMMAND = 1047
"""ERR_UNKNOWN_COM_ERROR (ErrorCode.java)."""

_GONE = (ConnectionClosed, ConnectionError, asyncio.IncompleteReadError, struct.error)
"""How a client that went away shows, wherever in a packet it was."""


def quiet() -> None:
    """Keep mysql-mimic's and sqlglot's logs away from the user: an error packet is an answer, not an incident."""
    logging.getLogger("mysql_mimic").setLevel(logging.CRITICAL + 1)
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)


class _LoginRefused(Exception):
    """The error packet has been sent."""


class _Users(IdentityProvider):  # type: ignore[misc]
    """Only names the one plugin; passwords are checked in :meth:`_Connection.authenticate`."""

    def get_plugins(self) -> list[NativePasswordAuthPlugin]:
        return [NativePasswordAuthPlugin()]


class _Ids(LocalControl):  # type: ignore[misc]
    """Connection ids that count up, as a frontend's do."""

    def __init__(self, frontend: Frontend) -> None:
        super().__init__(server_id=1)
        self._frontend = frontend

    def _new_connection_id(self) -> int:
        return next(self._frontend.connection_ids)


class _WireSession(BaseSession):  # type: ignore[misc]
    """What mysql-mimic wants of a session; the work is done by ``Session``."""

    def __init__(self, handshake_version: str) -> None:
        self.username: str | None = None
        self.database: str | None = None
        schema = {**SYSTEM_VARIABLES, "version": (str, handshake_version, False)}
        self.variables = SessionVariables(GlobalVariables(schema))


class _Connection(Connection):  # type: ignore[misc]
    """One client.

    Parameters
    ----------
    users
        Passwords by user name.
    pool
        Where statements run.
    peer
        The frontend of the cluster that it is connected to.
    """

    def __init__(
        self, frontend: Frontend, users: Mapping[str, str], pool: Executor, *, peer: Peer | None, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.frontend = frontend
        self.peer = peer
        self.users = users
        self.pool = pool
        self.work: Session | None = None

    async def _start(self) -> None:
        try:
            try:
                await self.connection_phase()
            except MysqlError as error:
                await self.stream.write(self.error(msg=error.msg, code=error.code))
                return
            await self.command_phase()
        except asyncio.CancelledError:
            if self._kill is not KillKind.CONNECTION:
                raise
        except (*_GONE, _LoginRefused, AssertionError, ValueError):
            # ValueError and AssertionError: what was read is no packet of a MySQL client.
            return
        finally:
            self.frontend.connections.pop(self.connection_id, None)
            if self.work is not None:
                self.work.interrupt()
                self.work.close()

    async def authenticate(  # noqa: PLR0917 - mysql-mimic's signature
        self,
        username: str,
        auth_response: bytes,
        client_plugin_name: str | None,
        connect_attrs: dict[str, str],
        auth_state: Any = None,
        server_plugin: Any = None,
    ) -> None:
        """Check a native password; whoever fails gets the error packet and nothing else.

        Raises
        ------
        _LoginRefused
            After that packet.
        """
        del connect_attrs, auth_state, server_plugin
        challenge = (self.handshake_auth_data or b"").rstrip(b"\0")
        if client_plugin_name not in (None, "", _NATIVE):
            challenge = nonce(20)
            await self.stream.write(
                packets.make_auth_switch_request(
                    server_charset=self.server_charset, plugin_name=_NATIVE, plugin_provided_data=challenge + b"\0"
                )
            )
            auth_response = await self.stream.read()
        password = self.users.get(username)
        if password is None or not _matches(password, auth_response, challenge):
            await self._refuse(access_denied(username, with_password=bool(auth_response)))
        await self._log_in(username)

    async def _refuse(self, error: SqlError) -> None:
        await self.stream.write(self._packet(error))
        raise _LoginRefused

    async def _log_in(self, username: str) -> None:
        work = Session(self.frontend, user=username, connection_id=self.connection_id)
        work.peer = self.peer
        if self.session.database:
            try:
                work.use(self.session.database)
            except SqlError as error:
                work.close()
                await self._refuse(error)
        if self.work is not None:
            self.work.close()
        self.work = work
        self.session.username = username
        loop = asyncio.get_running_loop()

        def end(only_query: bool) -> None:
            if only_query:
                work.interrupt()
            else:
                loop.call_soon_threadsafe(self.kill, KillKind.CONNECTION)

        self.frontend.connections[self.connection_id] = end
        await self.stream.write(self.ok())

    async def handle_change_user(self, data: bytes) -> None:
        """Log in again on the same connection; after a failure the old user goes on (MysqlProto.java, changeUser)."""
        with contextlib.suppress(_LoginRefused):
            await super().handle_change_user(data)

    def _packet(self, error: SqlError) -> bytes:
        # MysqlErrPacket.java; an empty text would be read as "Query OK", says its comment.
        head = b"\xff" + struct.pack("<H", error.code) + b"#" + error.sqlstate.encode()[:5].ljust(5, b"0")
        return head + (error.message or "Unknown error").encode()

    def error(self, *, msg: object = "", code: int = 1105) -> bytes:
        """Write what mysql-mimic reports by itself, or an error of ours that came through it."""
        if isinstance(msg, SqlError):
            return self._packet(msg)
        if code == _UNKNOWN_COMMAND:
            return self._packet(SqlError("Unknown command", code, "08S01"))
        return self._packet(SqlError(str(msg), code))

    async def handle_init_db(self, data: bytes) -> None:
        """Answer COM_INIT_DB."""
        await self._answer_to(lambda work: work.use(data.decode("utf-8", "replace")))

    async def _answer_to(self, command: Any) -> None:
        try:
            if self.work is not None:
                command(self.work)
        except SqlError as error:
            await self.stream.write(self._packet(error))
        else:
            await self.stream.write(self.ok())

    async def handle_reset_connection(self, data: bytes) -> None:
        """Answer COM_RESET_CONNECTION: the variables go back to their defaults."""
        del data
        await self._answer_to(lambda work: work.reset())

    async def handle_field_list(self, data: bytes) -> None:
        """Answer COM_FIELD_LIST with no columns; command lines ask only to complete names."""
        del data
        await self.stream.write(self.eof())

    async def handle_query(self, data: bytes) -> None:
        """Answer COM_QUERY, with a result for each statement in it."""
        work = self.work
        if work is None:
            raise _LoginRefused
        text = data.decode("utf-8", "replace")
        loop = asyncio.get_running_loop()
        results, error = await loop.run_in_executor(self.pool, _guarded, work, text)
        for index, result in enumerate(results):
            more = index + 1 < len(results) or error is not None
            flags = ServerStatus.SERVER_MORE_RESULTS_EXISTS if more else ServerStatus(0)
            await self._write(result, flags)
        if error is not None:
            await self.stream.write(self._packet(error))

    async def _write(self, result: ResultRows | Done, flags: ServerStatus) -> None:
        if isinstance(result, Done):
            await self.stream.write(self.ok(affected_rows=result.affected_rows, flags=flags))
            return
        columns = [WireColumn(each.name, _KINDS[each.kind]) for each in result.columns]
        self.status_flags = flags
        try:
            await self.write_text_resultset(ResultSet(rows=result.rows, columns=columns))
        finally:
            self.status_flags = ServerStatus(0)

    async def handle_stmt_prepare(self, data: bytes) -> None:
        """Refuse to prepare anything but a query (PrepareAnalyzer.java, analyze)."""
        words = [token.text.upper() for token in Reader(data.decode("utf-8", "replace")).tokens[:4]]
        if is_family(words) or words[:1] not in (["SELECT"], ["WITH"]):
            text = "This command is not supported in the prepared statement protocol yet"
            await self.stream.write(self._packet(SqlError(text, 1295, "HY000")))
            return
        await super().handle_stmt_prepare(data)

    async def query(self, sql: str, query_attrs: dict[str, str]) -> ResultSet:
        """Run a prepared query, its values written into the text by mysql-mimic."""
        del query_attrs
        if self.work is None:
            raise _LoginRefused
        loop = asyncio.get_running_loop()
        results, error = await loop.run_in_executor(self.pool, _guarded, self.work, sql)
        if error is not None:
            raise error
        last = results[-1]
        if isinstance(last, Done):
            return ResultSet([], [])
        # The binary protocol wants each value in its column's own form; as text every client can read it.
        columns = [WireColumn(each.name, ColumnType.VAR_STRING) for each in last.columns]
        rows = [tuple(None if value is None else str(value) for value in row) for row in last.rows]
        return ResultSet(rows=rows, columns=columns)


def _guarded(work: Session, text: str) -> tuple[list[ResultRows | Done], SqlError | None]:
    try:
        return work.execute(text)
    except Exception as error:  # noqa: BLE001 - a client gets an error packet whatever went wrong in here
        return [], internal(f"Unexpected exception: {type(error).__name__}: {error}")


def _matches(password: str, response: bytes, challenge: bytes) -> bool:
    """Check a mysql_native_password response (MysqlPassword.java, checkScramble)."""
    if not password or not response:
        return not password and not response
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    twice = hashlib.sha1(once, usedforsecurity=False).digest()
    mask = hashlib.sha1(challenge + twice, usedforsecurity=False).digest()
    expected = bytes(left ^ right for left, right in zip(once, mask, strict=True))
    return hmac.compare_digest(expected, response)


def _read_exactly(reader: asyncio.StreamReader) -> None:
    """Let ``read(n)`` wait for all n bytes: mysql-mimic takes half a packet's head for a whole one."""

    async def read(count: int = -1) -> bytes:
        try:
            return await reader.readexactly(count)
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            return b""

    reader.read = read  # type: ignore[method-assign, assignment]


class WireServer(MysqlServer):  # type: ignore[misc]
    """Accepts connections for one frontend."""

    def __init__(
        self, frontend: Frontend, users: Mapping[str, str], pool: Executor, *, peer: Peer | None = None
    ) -> None:
        super().__init__(capabilities=_CAPABILITIES, control=_Ids(frontend), identity_provider=_Users())
        self.frontend = frontend
        self.peer = peer
        self.users = users
        self.pool = pool
        self._writers: set[asyncio.StreamWriter] = set()

    async def _client_connected_cb(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _read_exactly(reader)
        connection = _Connection(
            self.frontend,
            self.users,
            self.pool,
            peer=self.peer,
            stream=MysqlStream(reader, writer),
            session=_WireSession(self.frontend.handshake_version),
            control=self.control,
            server_capabilities=self.capabilities,
            identity_provider=self.identity_provider,
        )
        connection.connection_id = await self.control.add(connection)
        self._writers.add(writer)
        try:
            await connection.start()
        except (*_GONE, asyncio.CancelledError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()
            await self.control.remove(connection.connection_id)

    def abort(self) -> None:
        """Cut every connection."""
        for writer in list(self._writers):
            writer.transport.abort()
