"""Rows as bytes, of the text protocol and of the binary one (mysql_row_buffer.cpp).

Column by column: what is done for a column's type is looked up once, and not for every value.
"""

from __future__ import annotations

import struct
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ..statements.results import Kind
from .packets import lenenc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..statements.results import ResultColumn

__all__ = ["binary_rows", "text_rows"]

_NULL = b"\xfb"
_SHORT = [bytes((count,)) for count in range(251)]


def _text(values: Sequence[Any]) -> list[bytes]:
    return [
        _NULL
        if value is None
        else (_SHORT[len(data)] + data if len(data := str(value).encode("utf-8", "replace")) < 251 else lenenc(data))
        for value in values
    ]


def _bytes(values: Sequence[Any]) -> list[bytes]:
    return [
        _NULL if value is None else lenenc(value if isinstance(value, bytes) else str(value).encode())
        for value in values
    ]


def _doubles(values: Sequence[Any]) -> list[bytes]:
    return _text([None if value is None else _number(repr(value)) for value in values])


def _floats(values: Sequence[Any]) -> list[bytes]:
    return _text([None if value is None else _number(_shortest(value)) for value in values])


def _number(text: str) -> str:
    return text.removesuffix(".0")


def _shortest(value: float) -> str:
    """Write a number of 32 bits with as few digits as bring it back."""
    for digits in range(6, 9):
        text = f"{value:.{digits}g}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            return text
    return f"{value:.9g}"


_TEXT: dict[Kind, Callable[[Sequence[Any]], list[bytes]]] = {
    Kind.VARBINARY: _bytes,
    Kind.DOUBLE: _doubles,
    Kind.FLOAT: _floats,
}


def text_rows(columns: Sequence[ResultColumn], rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
    """Write rows for COM_QUERY, a packet's payload each."""
    if not rows:
        return iter(())
    by_column = zip(columns, zip(*rows, strict=True), strict=True)
    encoded = [_TEXT.get(column.kind, _text)(values) for column, values in by_column]
    return map(b"".join, zip(*encoded, strict=True))


# -- binary


def _whole(form: str) -> Callable[[Any], bytes]:
    packed = struct.Struct(form)
    return lambda value: packed.pack(int(value))


def _floating(form: str) -> Callable[[Any], bytes]:
    packed = struct.Struct(form)
    return lambda value: packed.pack(float(value))


def _date(value: Any) -> bytes:
    day = date.fromisoformat(str(value))
    return struct.pack("<BHBB", 4, day.year, day.month, day.day)


def _datetime(value: Any) -> bytes:
    at = datetime.fromisoformat(str(value))
    head = struct.pack("<HBBBBB", at.year, at.month, at.day, at.hour, at.minute, at.second)
    return b"\x0b" + head + struct.pack("<I", at.microsecond) if at.microsecond else b"\x07" + head


def _string(value: Any) -> bytes:
    return lenenc(value if isinstance(value, bytes) else str(value).encode("utf-8", "replace"))


_BINARY: dict[Kind, Callable[[Any], bytes]] = {
    Kind.BOOLEAN: _whole("<b"),
    Kind.TINYINT: _whole("<b"),
    Kind.SMALLINT: _whole("<h"),
    Kind.INT: _whole("<i"),
    Kind.BIGINT: _whole("<q"),
    Kind.FLOAT: _floating("<f"),
    Kind.DOUBLE: _floating("<d"),
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
}


def binary_rows(columns: Sequence[ResultColumn], rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
    """Write rows for COM_STMT_EXECUTE, a packet's payload each."""
    writers = [_BINARY.get(column.kind, _string) for column in columns]
    size = (len(columns) + 9) // 8
    for row in rows:
        nulls = bytearray(size)
        parts = []
        for index, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is None:
                nulls[(index + 2) // 8] |= 1 << (index + 2) % 8
            else:
                parts.append(write(value))
        yield b"\0" + bytes(nulls) + b"".join(parts)
