"""Columns and keys of CREATE and ALTER TABLE (StarRocks.g4, columnDesc; CreateTableAnalyzer.java, analyzeKeysDesc)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.catalog import Column, KeysType
from ..model.column_types import sql_type
from ..server_errors import SqlError, analysis, framed

if TYPE_CHECKING:
    from .reader import Reader

__all__ = ["read_column", "read_columns", "read_keys", "with_keys"]

_AGGREGATIONS = (
    "SUM",
    "MAX",
    "MIN",
    "REPLACE",
    "REPLACE_IF_NOT_NULL",
    "HLL_UNION",
    "BITMAP_UNION",
    "PERCENTILE_UNION",
)

# FeConstants.java, SHORTKEY_MAX_COLUMN_COUNT and SHORTKEY_MAXSIZE_BYTES; PrimitiveType.java, the index sizes.
_SHORT_KEY_COLUMNS = 3
_SHORT_KEY_BYTES = 36
_INDEX_SIZES = {
    "boolean": 1,
    "tinyint": 1,
    "smallint": 2,
    "int": 4,
    "date": 3,
    "bigint": 8,
    "datetime": 8,
    "decimal": 16,
    "largeint": 16,
    "varchar": 20,
}
_NO_KEY = ("float", "double", "json", "array", "map", "struct", "bitmap", "hll", "percentile", "variant")
_PRIMARY = ("boolean", "tinyint", "smallint", "int", "bigint", "largeint", "varchar", "date", "datetime")


def read_columns(reader: Reader) -> list[Column]:
    """Read ``(a INT, b INT, INDEX …)``; a column without a type is one of CREATE TABLE … AS SELECT."""
    reader.expect("(")
    found: list[Column] = []
    while True:
        if reader.accept("INDEX"):
            _skip_index(reader)
        else:
            found.append(read_column(reader))
        if not reader.accept(","):
            break
    reader.expect(")")
    seen: set[str] = set()
    for column in found:
        if column.name.lower() in seen:
            raise framed(SqlError(f"Duplicate column name '{column.name}'", 1060, "42S21"))
        seen.add(column.name.lower())
    return found


def _skip_index(reader: Reader) -> None:
    # An index speeds reads up and shows nowhere else in a restore, so it is read and not kept.
    while not (reader.at(",") or reader.at(")") or reader.peek().kind == "end"):
        if reader.at("("):
            reader.balanced()
        else:
            reader.take()


def read_column(reader: Reader) -> Column:
    """Read one column's definition."""
    name = reader.name()
    if reader.at(",") or reader.at(")"):
        return Column(name, "")
    type_ = _type(reader)
    key = reader.accept("KEY")
    aggregation = reader.take().text.upper() if reader.peek().text.upper() in _AGGREGATIONS else None
    column = Column(name, type_, key, aggregation=aggregation)
    while True:
        if reader.accept("NOT", "NULL"):
            column = replace(column, nullable=False)
        elif reader.accept("NULL"):
            column = replace(column, nullable=True)
        elif reader.accept("AUTO_INCREMENT"):
            column = replace(column, auto_increment=True, nullable=False)
        elif reader.accept("DEFAULT"):
            column = replace(column, default=_default(reader))
        elif reader.accept("COMMENT"):
            column = replace(column, comment=reader.string())
        elif reader.accept("AS"):
            column = replace(column, generated=_expression(reader))
        else:
            return column


def _type(reader: Reader) -> str:
    text = reader.name()
    if reader.at("<"):
        text += f"<{reader.balanced('<', '>')}>"
    elif reader.at("("):
        text += f"({reader.balanced()})"
    return sql_type(text)


def _default(reader: Reader) -> str | None:
    if reader.accept("NULL"):
        return None
    if reader.at("("):
        return f"({reader.balanced()})"
    if reader.peek().kind == "string":
        return reader.string()
    sign = "-" if reader.accept("-") else ""
    text = sign + reader.take().text
    if reader.at("("):
        reader.balanced()
    return text


def _expression(reader: Reader) -> str:
    start = reader.peek().start
    while not (reader.at(",") or reader.at(")") or reader.at("COMMENT") or reader.peek().kind == "end"):
        if reader.at("("):
            reader.balanced()
        else:
            reader.take()
    return reader.text[start : reader.peek().start].strip()


def read_keys(reader: Reader) -> tuple[KeysType, tuple[str, ...]] | None:
    """Read ``DUPLICATE KEY (a, b)`` and the like, where it stands."""
    for kind in KeysType:
        if reader.accept(*kind.value.split()):
            return kind, reader.names()
    return None


def _derived(columns: list[Column]) -> tuple[KeysType, list[str]]:
    if any(each.aggregation for each in columns):
        return KeysType.AGG_KEYS, [each.name for each in columns if not each.aggregation]
    found: list[str] = []
    length = 0
    for column in columns:
        base = column.base_type
        length += _INDEX_SIZES.get(base, 16)
        if column.generated or len(found) >= _SHORT_KEY_COLUMNS or base in _NO_KEY:
            break
        if length > _SHORT_KEY_BYTES:
            if not found and base in ("char", "varchar"):
                found.append(column.name)
            break
        found.append(column.name)
        if base == "varchar":
            break
    if not found:
        raise analysis(f"Data type of first column cannot be {columns[0].type}")
    return KeysType.DUP_KEYS, found


def with_keys(
    columns: list[Column], keys: tuple[KeysType, tuple[str, ...]] | None
) -> tuple[tuple[Column, ...], KeysType]:
    """Mark the key columns; without a key clause the leading columns of a duplicate key are the key.

    Raises
    ------
    SqlError
        For a key that the model does not take.
    """
    kind, names = (keys[0], list(keys[1])) if keys is not None else _derived(columns)
    lowered = [name.lower() for name in names]
    known = {each.name.lower() for each in columns}
    for name in names:
        if name.lower() not in known:
            raise analysis(f"Key column({name}) doesn't exist.")
    if [each.name.lower() for each in columns[: len(names)]] != lowered:
        raise analysis(
            "Key columns must be the first few columns of the schema and the order  of the key columns must be "
            "consistent with the order of the schema"
        )
    marked = tuple(_marked(column, kind, key=index < len(names)) for index, column in enumerate(columns))
    if sum(each.auto_increment for each in marked) > 1:
        raise analysis("More than one AUTO_INCREMENT column defined in CREATE TABLE Statement")
    return marked, kind


def _marked(column: Column, kind: KeysType, *, key: bool) -> Column:
    name, aggregation = column.name, column.aggregation
    if key:
        if aggregation is not None:
            raise analysis(f"Key column[{name}] should not specify aggregate type.")
        if kind is KeysType.PRIMARY_KEYS and column.base_type not in _PRIMARY:
            raise analysis(f"primary key column[{name}] type not supported: {column.type.upper()}")
    elif kind is KeysType.AGG_KEYS:
        if column.generated:
            raise analysis("Generated Column does not support AGG table")
        if aggregation is None:
            raise analysis(f"AGG_KEYS table should specify aggregate type for non-key column[{name}]")
    elif aggregation not in (None, "REPLACE"):
        raise analysis(f"{kind.name} table should not specify aggregate type for non-key column[{name}]")
    if column.auto_increment and column.base_type != "bigint":
        raise analysis("The AUTO_INCREMENT column must be BIGINT")
    if not key:
        aggregation = "REPLACE" if kind.replaces else aggregation if kind is KeysType.AGG_KEYS else None
    nullable = column.nullable and not (key and kind is KeysType.PRIMARY_KEYS)
    return replace(column, key=key, nullable=nullable, aggregation=aggregation)
