"""DDL written back: SHOW CREATE TABLE, and how partitions print their values (AstToStringBuilder.java, getDdlStmt)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..model.catalog import Edge, KeysType, PartitionKind, View
from ..model.column_types import ddl_type

if TYPE_CHECKING:
    from ..model.catalog import Column, Key, Partition, Schema, Table

__all__ = ["create_statement", "partition_values"]

# The least value of a type: what a range without a lower end prints (PartitionKey.java, createInfinityPartitionKey).
_LEAST = {
    "date": "0000-01-01",
    "datetime": "0000-01-01 00:00:00",
    "tinyint": "-128",
    "smallint": "-32768",
    "int": "-2147483648",
    "bigint": "-9223372036854775808",
    "largeint": "-170141183460469231731687303715884105728",
}


def _key_text(column: Column | None, key: Key) -> str:
    if key is Edge.MAX:
        return "MAXVALUE"
    return _LEAST.get(column.base_type if column else "", "") if isinstance(key, Edge) else key


def partition_values(table: Table, partition: Partition) -> str:
    """Print a partition's range or lists as SHOW PARTITIONS does (PartitionsProcDir.java, findRangeOrListValues)."""
    schema = table.schema
    if partition.values is not None:
        return json.dumps([list(row) for row in partition.values], separators=(",", ":"), ensure_ascii=False)
    if partition.range is None:
        return ""
    return f"[{_range_key(schema, partition.range.lower)}..{_range_key(schema, partition.range.upper)})"


def _range_key(schema: Schema, keys: tuple[Key, ...]) -> str:
    columns = [schema.column(name) for name in schema.partition_columns]
    types = ", ".join(column.base_type.upper() if column else "" for column in columns)
    texts = ", ".join(_key_text(column, key) for column, key in zip(columns, keys, strict=False))
    return f"types: [{types}]; keys: [{texts}]; "


def create_statement(table: Table | View) -> str:
    """Write a table or view as SHOW CREATE TABLE does."""
    return _create_view(table) if isinstance(table, View) else _create_table(table)


def _create_view(view: View) -> str:
    columns = ", ".join(f"`{name}`" for name in view.columns)
    comment = f' COMMENT "{view.comment}"' if view.comment else ""
    return f"CREATE VIEW `{view.name}` ({columns}){comment} SECURITY NONE AS {view.definition};"


def _create_table(table: Table) -> str:
    schema = table.schema
    # Two blanks in front of each column: SQLAlchemy's reader asks for them, says the server's own comment.
    columns = ",\n".join(f"  {_column(schema, each)}" for each in schema.columns)
    lines = [
        f"CREATE TABLE `{table.name}` (\n{columns}\n) ENGINE=OLAP ",
        f"{schema.keys.value}({_names(tuple(each.name for each in schema.key_columns))})",
    ]
    if schema.comment:
        lines.append(f'COMMENT "{schema.comment}"')
    if schema.partition_kind is not PartitionKind.UNPARTITIONED:
        lines.append(_partitions(table))
    if schema.distribution_columns:
        lines.append(f"DISTRIBUTED BY HASH({_names(schema.distribution_columns)}) BUCKETS {schema.buckets} ")
    else:
        lines.append(f"DISTRIBUTED BY RANDOM BUCKETS {schema.buckets}")
    if schema.sort_columns:
        lines.append(f"ORDER BY({_names(schema.sort_columns)})")
    properties = ",\n".join(f'"{key}" = "{value}"' for key, value in table.properties().items())
    lines.append(f"PROPERTIES (\n{properties}\n);")
    return "\n".join(lines)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _column(schema: Schema, column: Column) -> str:
    parts = [f"`{column.name}`", ddl_type(column.type)]
    if column.aggregation and schema.keys is KeysType.AGG_KEYS:
        parts.append(column.aggregation)
    parts.append("NULL" if column.nullable else "NOT NULL")
    if column.auto_increment:
        parts.append("AUTO_INCREMENT")
    elif column.default is not None:
        plain = column.default.upper() != "CURRENT_TIMESTAMP" and not column.default.startswith("(")
        parts.append(f'DEFAULT "{column.default}"' if plain else f"DEFAULT {column.default}")
    parts.append(f'COMMENT "{column.comment}"')
    return " ".join(parts)


def _partitions(table: Table) -> str:
    schema = table.schema
    head = f"PARTITION BY {schema.partition_kind.value}({_names(schema.partition_columns)})"
    found = []
    for each in table.ordered():
        own = "" if each.replication_num == table.replication_num else f'("replication_num" = "{each.replication_num}")'
        if each.range is not None:
            lower, upper = (_sql_keys(schema, keys) for keys in (each.range.lower, each.range.upper))
            found.append(f"PARTITION {each.name} VALUES [{lower}, {upper}){own}")
        else:
            found.append(f"  PARTITION {each.name} VALUES IN ({_sql_values(each)}){own}")
    if schema.partition_kind is PartitionKind.RANGE:
        return f"{head}\n({(',' + chr(10)).join(found)})"
    return f"{head}(\n{(',' + chr(10)).join(found)}\n)"


def _sql_keys(schema: Schema, keys: tuple[Key, ...]) -> str:
    texts = []
    for name, key in zip(schema.partition_columns, keys, strict=False):
        text = _key_text(schema.column(name), key)
        texts.append(text if text == "MAXVALUE" else f'"{text}"')
    return f"({', '.join(texts)})"


def _sql_values(partition: Partition) -> str:
    rows = partition.values or ()
    if all(len(row) == 1 for row in rows):
        return ", ".join(f"'{row[0]}'" for row in rows)
    return ", ".join("(" + ", ".join(f"'{value}'" for value in row) + ")" for row in rows)
