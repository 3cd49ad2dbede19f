"""The wire to one frontend: what is sent goes byte for byte, and what comes back is rows or an error.

Connections are taken from SQLAlchemy's pool and used by their driver: its own connections would say ROLLBACK after
each statement, a round trip for nothing in AUTOCOMMIT (StarRocks refuses SHOW inside a transaction).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ..errors import ConnectionFailed, LoginRefused, ServerError
from .address import Address
from .question import Answer, Question, Row
from .remedies import remedy

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["Connection", "open_engine"]

Value = TypeVar("Value")

_RACE = "meta data may has been updated during this period"  # the server's words, RestoreJob formatting race
_DENIED = 1045
_SYNTAX = 1064
_GONE = {0, 2000, 2002, 2003, 2005, 2006, 2013, 2014}
"""PyMySQL's codes for a connection that is lost or out of step; 0 is a socket closed on our side."""
_SHOWN_TRIES = 3
_BATCH = 10_000


def open_engine(address: Address, *, connect_timeout: int, read_timeout: int, utc: bool = False) -> Engine:
    """A pool of connections; none is opened yet."""
    import sqlalchemy

    options = dict(address.options)
    arguments: dict[str, Any] = {
        "connect_timeout": int(options.pop("connect_timeout", connect_timeout)),
        "read_timeout": int(options.pop("read_timeout", read_timeout)),
    }
    if utc:
        arguments["init_command"] = "SET time_zone = 'UTC'"
    # Without this PyMySQL loads every CA certificate at each connect and encrypts without verifying, if at all.
    encryption: dict[str, Any] = {key: value for key, value in options.items() if key.startswith("ssl_")}
    arguments |= encryption or {"ssl_disabled": True}
    # Not the starrocks dialect: nothing of it is used here, and it asks for run_mode at the first connect, which needs
    # OPERATE, and complains on stderr where that is denied.
    url = sqlalchemy.URL.create(
        "mysql+pymysql", address.user, address.password or None, address.host, address.port, address.database
    )
    return sqlalchemy.create_engine(
        url,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
        pool_recycle=3600,
        pool_reset_on_return=None,
        hide_parameters=True,
    )


class Connection:
    """A connected frontend; safe to use from several threads, each statement takes a connection of the pool."""

    def __init__(
        self, engine: Engine, address: Address, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine = engine
        self.now = now
        """Our clock, UTC."""
        self.address = address

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address})"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # -- texts

    def query(self, sql: str) -> list[Row]:
        """Send one statement and read its rows, a dict a row; no rows for a statement that has none."""
        return self.rows(sql)[1]

    def rows(self, sql: str) -> tuple[tuple[str, ...], list[Row]]:
        """The column names and the rows."""
        answer = self._answer(sql)
        return answer.columns, list(answer)

    def send(self, sql: str) -> None:
        """Send one statement that answers OK or an error."""
        self._answer(sql)

    # -- questions

    def ask(self, question: Question[Value]) -> Value:
        """Send one question and read its answer.

        Raises
        ------
        ServerError
            If the server refuses, or the answer is not what the question expects.
        """
        for tries in range(1, _SHOWN_TRIES + 1):
            try:
                return question.value(self._answer(question.sql))
            except ServerError as error:
                if _RACE not in error.message or tries == _SHOWN_TRIES:
                    raise
        raise AssertionError  # the loop returns or raises

    def ask_all(
        self, questions: Sequence[Question[Any]], *, enough: Callable[[ServerError], bool] = lambda _error: False
    ) -> list[Any]:
        """Send several questions in one round trip, and give each one's value or the `ServerError` it met.

        A frontend takes several statements in one text, answers in sequence and stops at the first that it refuses
        (ConnectProcessor.java, handleQuery); those behind are then asked one at a time.

        Parameters
        ----------
        enough
            Whether a refusal makes the rest pointless; the rest is then not sent, and takes that error for its answer.
        """
        values: list[Any] = []
        for question, answer in zip(questions, self._answers([each.sql for each in questions]), strict=False):
            values.append(answer if isinstance(answer, ServerError) else _valued(question, answer))
        for question in questions[len(values) :]:
            refused = next((each for each in values if isinstance(each, ServerError) and enough(each)), None)
            values.append(refused or self._asked(question))
        return values

    def _asked(self, question: Question[Any]) -> Any:
        try:
            return self.ask(question)
        except ServerError as error:
            return error

    def stream(self, sql: str) -> Iterator[Sequence[Sequence[Any]]]:
        """Send one statement and read its rows as they come, some thousands at a time; for what is too long to hold."""
        with self._cursor(unbuffered=True) as cursor:
            cursor.execute(sql)
            while batch := cursor.fetchmany(_BATCH):
                yield batch

    # -- the driver

    def _answer(self, sql: str) -> Answer:
        with self._cursor() as cursor:
            # No second argument: the driver leaves every % alone.
            cursor.execute(sql)
            return _fetched(cursor)

    def _answers(self, statements: Sequence[str]) -> list[Answer | ServerError]:
        """The answers up to the first refusal, and that one if it is clear whose it is."""
        answers: list[Answer | ServerError] = []
        if len(statements) < 2:
            return answers
        try:
            with self._cursor() as cursor:
                cursor.execute(";\n".join(statements))
                answers.append(_fetched(cursor))
                while cursor.nextset():
                    answers.append(_fetched(cursor))
        except ServerError as error:
            # The whole text is parsed before anything runs, and what stands between may take one statement only.
            of_all = not answers and error.code == _SYNTAX
            if not of_all and _RACE not in error.message:
                answers.append(error)
        return answers

    @contextmanager
    def _cursor(self, *, unbuffered: bool = False) -> Iterator[Any]:
        from sqlalchemy.exc import DBAPIError

        driver = self._engine.dialect.loaded_dbapi.Error
        try:
            pooled = self._engine.raw_connection()
        except DBAPIError as error:
            self._refuse(error.orig)
        except driver as error:
            self._refuse(error)
        try:
            with closing(pooled.cursor(*_kind(unbuffered=unbuffered))) as cursor:
                yield cursor
        except driver as error:
            if _code(error) in _GONE:
                pooled.invalidate()
            self._refuse(error)
        except BaseException:
            # Broken off in the middle: what is still to come belongs to nobody.
            pooled.invalidate()
            raise
        finally:
            pooled.close()

    def _refuse(self, error: BaseException | None) -> NoReturn:
        arguments: tuple[Any, ...] = getattr(error, "args", ())
        code = _code(error)
        text = str(arguments[1]) if len(arguments) > 1 else str(error)
        # The cause is dropped on purpose: the driver's error may repeat the statement, which may hold credentials.
        if code == _DENIED:
            hint = "check the user and the password; STARROCKS_PASSWORD or a profile keeps it out of the notebook"
            raise LoginRefused(f"{self.address} refused the login: {text}", hint=hint) from None
        if code in _GONE:
            hint = "is a frontend running there? Its MySQL port is 9030 unless changed (query_port)"
            raise ConnectionFailed(f"{self.address} does not answer: {text}", hint=hint) from None
        sqlstate = getattr(error, "sqlstate", None) or "HY000"
        raise ServerError(text, code=code, sqlstate=sqlstate, hint=remedy(text)) from None


def _kind(*, unbuffered: bool) -> tuple[Any, ...]:
    if not unbuffered:
        return ()
    from pymysql.cursors import SSCursor

    return (SSCursor,)


def _fetched(cursor: Any) -> Answer:
    if cursor.description is None:
        return Answer((), [])
    return Answer(tuple(column[0] for column in cursor.description), list(cursor.fetchall()))


def _valued(question: Question[Value], answer: Answer) -> Value | ServerError:
    try:
        return question.value(answer)
    except ServerError as error:
        return error


def _code(error: BaseException | None) -> int:
    """The error's number; 0, which is one of the lost connection, where the driver lost its way and gave none."""
    arguments: tuple[Any, ...] = getattr(error, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
