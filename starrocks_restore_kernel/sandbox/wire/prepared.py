"""Prepared statements: their placeholders, and the values that a client sends for them (MysqlParamParser.java)."""

from __future__ import annotations

import re
import struct
from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from ..server_errors import SqlError
from ..statements.query import parse_tree
from ..statements.reader import Reader
from ..statements.results import column_of
from .packets import BrokenPacket, ColumnType, Payload, column_definition, end_of_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..statements.results import ResultColumn

__all__ = ["Prepared", "prepare"]

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_PLACEHOLDER = column_of("?", "varchar")


class Prepared:
    """One prepared query.

    Parameters
    ----------
    tree
        With placeholders ``p0``, ``p1``, … in it.
    count
        How many.
    """

    def __init__(self, text: str, tree: exp.Query, count: int) -> None:
        self.text = text
        self.count = count
        self._tree = tree
        self._types = [int(ColumnType.VAR_STRING)] * count

    def filled(self, values: list[exp.Expr]) -> exp.Query:
        """Put values in the place of the placeholders."""

        def fill(node: exp.Expr) -> exp.Expr:
            return values[int(node.name[1:])] if isinstance(node, exp.Placeholder) else node

        return self._tree.copy().transform(fill)  # type: ignore[return-value] # a placeholder is no query

    def nulls(self) -> exp.Query:
        """Fill in NULL everywhere, to learn the columns."""
        return self.filled([exp.null() for _ in range(self.count)])

    def described(self, number: int, columns: Sequence[ResultColumn]) -> Iterator[bytes]:
        """Make the packets that answer a COM_STMT_PREPARE: the statement's number, its placeholders, its columns."""
        counts = (len(columns), self.count)
        yield b"\0" + struct.pack("<IHHBH", number, *counts, 0, 0)
        for fields in ([_PLACEHOLDER] * self.count, columns):
            if fields:
                yield from map(column_definition, fields)
                yield end_of_rows()

    def read_values(self, payload: Payload) -> list[exp.Expr]:
        """Read the values of a COM_STMT_EXECUTE, from the bitmap of NULLs on (ConnectProcessor.java, handleExecute).

        Raises
        ------
        SqlError
            If they are not what their types say.
        """
        nulls = payload.take((self.count + 7) // 8)
        try:
            if len(payload) and payload.number(1):
                # The high byte tells whether a number is unsigned; the server reads both as one number.
                self._types = [payload.number(2) for _ in range(self.count)]
            return [
                exp.null() if nulls[index // 8] >> index % 8 & 1 else _literal(type_, payload)
                for index, type_ in enumerate(self._types)
            ]
        except BrokenPacket as error:
            raise SqlError("BufferUnderflowException, msg: null") from error
        except ValueError as error:
            # Worded here, in the server's frame.
            raise SqlError(f"AnalysisException, msg: {error}") from error


def prepare(text: str) -> Prepared | None:
    """Read a text with ``?`` in it; None if it is no query.

    Raises
    ------
    SqlError
        If it does not parse.
    """
    pieces: list[str] = []
    written = count = 0
    for token in Reader(text).tokens:
        if token.kind == "symbol" and token.text == "?":
            pieces += [text[written : token.start], f":p{count}"]
            written = token.start + 1
            count += 1
    tree = parse_tree("".join([*pieces, text[written:]]).rstrip().rstrip(";"))
    return Prepared(text, tree, count) if isinstance(tree, exp.Query) else None


def _number(size: int, type_: str, *, signed: bool = True) -> Callable[[Payload], exp.Expr]:
    return lambda payload: exp.cast(_numeral(str(payload.number(size, signed=signed))), type_)


def _floating(size: int, form: str, type_: str) -> Callable[[Payload], exp.Expr]:
    return lambda payload: exp.cast(_numeral(repr(struct.unpack(form, payload.take(size))[0])), type_)


def _numeral(text: str) -> exp.Expr:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"Invalid floating literal: {text}")
    plain = exp.Literal.number(text.removeprefix("-"))
    return exp.Neg(this=plain) if text.startswith("-") else plain


def _text(payload: Payload) -> exp.Expr:
    return exp.Literal.string(payload.lenenc().decode("utf-8", "replace"))


def _decimal(payload: Payload) -> exp.Expr:
    return _numeral(payload.lenenc().decode("utf-8", "replace"))


def _moment(type_: str) -> Callable[[Payload], exp.Expr]:
    def read(payload: Payload) -> exp.Expr:
        inner = Payload(payload.take(payload.number(1)))
        if len(inner) < 4:
            return exp.cast(exp.Literal.string("0000-01-01"), type_)
        year, month, day = inner.number(2), inner.number(1), inner.number(1)
        hour, minute, second = (inner.number(1) for _ in range(3)) if len(inner) else (0, 0, 0)
        at = datetime(year, month, day, hour, minute, second, inner.number(4) if len(inner) else 0)  # noqa: DTZ001
        return exp.cast(exp.Literal.string(str(at.date() if type_ == "date" else at)), type_)

    return read


_LITERALS: dict[int, Callable[[Payload], exp.Expr]] = {
    0: _decimal,
    ColumnType.TINY: _number(1, "tinyint"),
    # Unsigned, as a Java char is.
    ColumnType.SHORT: _number(2, "int", signed=False),
    ColumnType.LONG: _number(4, "int"),
    ColumnType.FLOAT: _floating(4, "<f", "float"),
    ColumnType.DOUBLE: _floating(8, "<d", "double"),
    ColumnType.LONGLONG: _number(8, "bigint"),
    ColumnType.DATE: _moment("date"),
    ColumnType.DATETIME: _moment("timestamp"),
    ColumnType.TIMESTAMP: _moment("timestamp"),
    15: _text,
    17: _moment("timestamp"),
    ColumnType.VAR_STRING: _text,
    ColumnType.STRING: _text,
}


def _literal(type_: int, payload: Payload) -> exp.Expr:
    read = _LITERALS.get(type_)
    if read is None:
        # NEWDECIMAL, BLOB, and every number that is marked as unsigned.
        raise SqlError(f"AnalysisException, msg: unknown mysql type code {type_}")
    return read(payload)
