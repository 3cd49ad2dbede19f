"""One client: its login, and its commands one after another (MysqlProto.java, ConnectProcessor.java)."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

from ..faults import FaultKind
from ..server_errors import SqlError, internal
from ..statements.family import is_family, is_look
from ..statements.reader import Reader
from ..statements.results import Done
from ..statements.secrets import without_secrets
from ..statements.session import Session
from .channel import Gone, TooLong
from .login import Door
from .other_commands import listed_fields, no_command
from .packets import (
    MORE_RESULTS,
    BrokenPacket,
    Payload,
    column_definition,
    end_of_rows,
    error_packet,
    lenenc_number,
    ok_packet,
)
from .prepared import Prepared, prepare
from .rows import binary_rows, text_rows
from .statement_log import LoggedStatement

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from concurrent.futures import Executor

    from ..frontend import Frontend
    from ..peers import Peer
    from ..statements.results import ResultColumn, ResultRows
    from .channel import Channel
    from .packets import Login

    Result = ResultRows | Done

__all__ = ["Connection"]

_LONGEST_COMMAND = 64 << 20
"""Ours: a frontend takes what its memory holds, whatever ``max_allowed_packet`` says."""

_INTERRUPT_PERIOD = 0.05

_CHUNK = 2000
"""Rows that are written in one go, before the other clients get a turn."""

_QUIT = 0x01


class Connection:
    """Serves one client until it goes.

    Parameters
    ----------
    pool
        Where statements run, so that a slow one blocks nobody.
    peer
        The frontend of the cluster that it is connected to.
    tls
        What the server shows of itself; None where it does not encrypt.
    log
        Is told each text that the client sends.
    """

    def __init__(
        self,
        frontend: Frontend,
        channel: Channel,
        connection_id: int,
        pool: Executor,
        *,
        peer: Peer | None,
        tls: ssl.SSLContext | None,
        log: Callable[[LoggedStatement], object] | None,
    ) -> None:
        self.peer = peer
        self.frontend = frontend
        self.channel = channel
        self.id = connection_id
        self.work: Session | None = None
        self.idle_since: float | None = time.monotonic()
        """Since when the client is waited for; None while it waits for us."""
        self._pool = pool
        self._log = log
        self._door = Door(frontend, channel, tls)
        self._killed = False
        self._busy = False
        self._working_thread = 0
        self._statements: dict[int, Prepared] = {}
        self._loop = asyncio.get_running_loop()
        self._commands: dict[int, Callable[[bytes], Awaitable[None]]] = {
            0x02: self._init_db,
            0x03: self._query,
            0x04: self._field_list,
            0x0E: self._ping,
            0x11: self._change_user,
            0x16: self._prepare,
            0x17: self._execute,
            0x19: self._close_statement,
            0x1A: self._ping,
            0x1F: self._reset,
        }

    async def serve(self) -> None:
        """Let the client log in, and do what it asks."""
        self.channel.lost = self._end_query
        try:
            await self._log_in()
            while not self._killed:
                self.idle_since = time.monotonic()
                self.channel.sequence = 0
                data = await self.channel.read(_LONGEST_COMMAND)
                self.idle_since = None
                await self._command(data)
                await self.channel.flush()
        except TooLong:
            # Worded as MySQL does.
            await self._refuse_all(SqlError("Got a packet bigger than 'max_allowed_packet' bytes", 1153, "08S01"))
        except (Gone, BrokenPacket):
            pass
        finally:
            self.frontend.connections.pop(self.id, None)
            if self.work is not None:
                self.work.close()
            self.channel.close()

    def _end_query(self) -> None:
        """End the query of a client that has gone, and again until it has ended: it may only be about to begin."""
        if self._busy:
            self._interrupt()
            self._loop.call_later(_INTERRUPT_PERIOD, self._end_query)

    def _interrupt(self) -> None:
        if self.work is not None:
            self.work.interrupt()

    async def _refuse_all(self, error: SqlError) -> None:
        self.channel.sequence = 1
        self.channel.put(error_packet(error))
        with contextlib.suppress(Gone):
            await self.channel.flush()

    # -- the session -----------------------------------------------------------------------------------------------

    async def _log_in(self) -> None:
        try:
            login = await self._door.greet(self.id)
            self._begin(login)
        except SqlError as error:
            self.channel.put(error_packet(error))
            await self.channel.flush()
            raise Gone from error
        self.channel.put(ok_packet())
        await self.channel.flush()

    def _begin(self, login: Login) -> None:
        work = Session(self.frontend, user=login.user, connection_id=self.id, host=self.channel.client)
        work.peer = self.peer
        if self.work is not None:
            work.database = self.work.database
        try:
            if login.database:
                work.use(login.database)
        except SqlError:
            work.close()
            raise
        if self.work is not None:
            self.work.close()
        self.work = work
        self.frontend.connections[self.id] = self._end

    def _end(self, only_query: bool) -> None:
        """End the query, or the connection; called from any thread (StmtExecutor.java, handleKill)."""
        if only_query:
            self._interrupt()
        elif threading.get_ident() == self._working_thread:
            # Whoever kills itself is told so first.
            self._killed = True
        else:
            self._killed = True
            self._interrupt()
            self._loop.call_soon_threadsafe(self.channel.abort)

    # -- commands --------------------------------------------------------------------------------------------------

    async def _command(self, data: bytes) -> None:
        if not data:
            # MysqlPackageDecoder.java takes no packet without a body.
            raise BrokenPacket
        code = data[0]
        if code == _QUIT:
            raise Gone
        command = self._commands.get(code)
        try:
            if command is None:
                raise no_command(code)
            await command(data)
        except SqlError as error:
            self.channel.put(error_packet(error))

    @property
    def _session(self) -> Session:
        if self.work is None:
            raise Gone
        return self.work

    async def _ping(self, _data: bytes) -> None:
        self.channel.put(ok_packet())

    async def _reset(self, _data: bytes) -> None:
        self._session.reset()
        self.channel.put(ok_packet())

    async def _init_db(self, data: bytes) -> None:
        name = data[1:].decode("utf-8", "replace")
        words = name.split()
        if len(words) != 2:
            self._session.use(name)
        elif words[0].lower() == "catalog":
            if words[1] != "default_catalog":
                raise SqlError(f"Unknown catalog '{words[1]}'", 5078, "42000")
        elif words[0].lower() != "warehouse":
            raise SqlError("not supported command")
        self.channel.put(ok_packet())

    async def _change_user(self, data: bytes) -> None:
        """Log in again on the same connection, to the same challenge; after a failure the old user goes on.

        A frontend then sends two packets (MysqlProto.java, changeUser), which no client expects; here it is one.
        """
        self._begin(await self._door.change_user(data))
        self.channel.put(ok_packet())

    async def _field_list(self, data: bytes) -> None:
        """Answer with the columns of a table, which command lines ask for to complete names."""
        name = Payload(data, 1).text()
        place = self._session.database or ""
        fields = listed_fields(self.frontend, place, name)
        self.channel.put_all(column_definition(column, place, name, default) for column, default in fields)
        self.channel.put(end_of_rows())

    # -- queries ---------------------------------------------------------------------------------------------------

    async def _query(self, data: bytes) -> None:
        """Answer COM_QUERY, with a result for each statement in it."""
        text = data[1:].rstrip(b"\0").decode("utf-8", "replace")
        cut = await self._trouble(text)
        work = self._session
        results, error = await self._run(text, lambda: work.execute(text))
        for index, result in enumerate(results):
            more = index + 1 < len(results) or error is not None
            await self._put_result(result, text_rows, MORE_RESULTS if more else 0, cut=cut)
        if error is not None:
            raise error

    async def _trouble(self, text: str) -> bool:
        """Let ordered trouble strike; True if the answer is to be cut short."""
        faults = self.frontend.faults
        hang = faults.strike(FaultKind.HANG, text)
        if hang is not None:
            await self.channel.wait(hang.seconds)
        return faults.strike(FaultKind.CUT, text) is not None

    async def _run(
        self, text: str, action: Callable[[], tuple[list[Result], SqlError | None]]
    ) -> tuple[list[Result], SqlError | None]:
        """Run a text on a thread of the pool, and tell the log.

        A look at one database's jobs takes memory alone, and less time than to hand it over and back, so it is
        answered here; unless it would have to wait for the lock, as here it would make all clients wait.
        """

        def guarded() -> tuple[list[Result], SqlError | None]:
            self._working_thread = threading.get_ident()
            try:
                return action()
            except SqlError as error:
                return [], error
            except Exception as error:  # noqa: BLE001 - a client gets an error packet whatever went wrong in here
                return [], internal(f"Unexpected exception: {type(error).__name__}: {error}")
            finally:
                self._working_thread = 0

        began = time.perf_counter()
        self._busy = True
        try:
            if is_look(text) and self.frontend.lock.acquire(blocking=False):
                try:
                    results, error = guarded()
                finally:
                    self.frontend.lock.release()
            else:
                results, error = await self._loop.run_in_executor(self._pool, guarded)
        finally:
            self._busy = False
        if self._log is not None:
            seconds = time.perf_counter() - began
            user, code = self._session.user, 0 if error is None else error.code
            self._log(LoggedStatement(self.id, user, without_secrets(text), seconds, code))
        return results, error

    async def _put_result(
        self,
        result: Result,
        encode: Callable[[Sequence[ResultColumn], Sequence[Sequence[Any]]], Iterator[bytes]],
        status: int,
        *,
        cut: bool,
    ) -> None:
        put = self.channel.put
        if isinstance(result, Done):
            if cut:
                await self._cut_off()
            put(ok_packet(result.affected_rows, result.info, status))
            return
        columns, rows = result.columns, result.rows
        if cut:
            rows = rows[: len(rows) // 2]
        put(lenenc_number(len(columns)))
        self.channel.put_all(map(column_definition, columns))
        put(end_of_rows(status))
        for start in range(0, len(rows), _CHUNK):
            if start:
                await self.channel.flush()
            self.channel.put_all(encode(columns, rows[start : start + _CHUNK]))
        if cut:
            await self._cut_off()
        put(end_of_rows(status))

    async def _cut_off(self) -> None:
        await self.channel.flush()
        self.channel.abort()
        raise Gone

    # -- prepared queries ------------------------------------------------------------------------------------------

    async def _prepare(self, data: bytes) -> None:
        """Prepare a query; nothing else can be (PrepareAnalyzer.java, analyze)."""
        text = data[1:].rstrip(b"\0").decode("utf-8", "replace")
        words = [token.text.upper() for token in Reader(text).tokens[:4]]
        prepared = None
        if not is_family(words) and words[:1] in (["SELECT"], ["WITH"], ["("]):
            prepared = prepare(text)
        if prepared is None:
            raise SqlError("This command is not supported in the prepared statement protocol yet", 1295, "HY000")
        work, query = self._session, prepared
        results, error = await self._run(text, lambda: ([work.describe(query.nulls())], None))
        if error is not None:
            raise error
        (found,) = results
        columns = () if isinstance(found, Done) else found.columns
        number = len(self._statements) + 1
        while number in self._statements:
            number += 1
        self._statements[number] = prepared
        self.channel.put_all(prepared.described(number, columns))

    async def _execute(self, data: bytes) -> None:
        payload = Payload(data, 1)
        number = payload.number(4)
        payload.take(1 + 4)
        prepared = self._statements.get(number)
        if prepared is None:
            raise SqlError(f"msg: Not Found prepared statement, stmtName: {number}")
        query = prepared.filled(prepared.read_values(payload))
        cut = await self._trouble(prepared.text)
        work = self._session

        def action() -> tuple[list[Result], SqlError | None]:
            with work.at_work(prepared.text):
                return [work.query(query)], None

        results, error = await self._run(prepared.text, action)
        if error is not None:
            raise error
        await self._put_result(results[0], binary_rows, 0, cut=cut)

    async def _close_statement(self, data: bytes) -> None:
        """Forget a prepared query; nothing is answered."""
        self._statements.pop(Payload(data, 1).number(4), None)
