"""DDL written back: SHOW CREATE TABLE, and how partitions print their values (AstToStringBuilder.java, getDdlStmt)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ..model.catalog import Edge, KeysType, MaterializedView, PartitionKind, View
from ..model.column_types import ddl_type
from .printed import quoted_names
from .show_create_view import create_materialized_view, escaped

if TYPE_CHECKING:
    from ..model.catalog import Column, Database, ExternalCatalog, Key, Partition, Rollup, Schema, Table
    from .information_schema import SystemTable

__all__ = [
    "column_default",
    "column_definition",
    "comment_of",
    "create_catalog",
    "create_database",
    "create_rollup",
    "create_statement",
    "create_system_table",
    "masked",
    "partition_values",
]

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
    """Write a table, a view or a materialized view as SHOW CREATE does."""
    if isinstance(table, View):
        return _create_view(table)
    return create_materialized_view(table) if isinstance(table, MaterializedView) else _create_table(table)


def _create_view(view: View) -> str:
    columns = ", ".join(f"`{name}`" for name in view.columns)
    comment = f' COMMENT "{escaped(view.comment)}"' if view.comment else ""
    return f"CREATE VIEW `{view.name}` ({columns}){comment} SECURITY NONE AS {view.definition};"


def create_rollup(table: Table, rollup: Rollup) -> str:
    """Write a synchronous materialized view (ShowMaterializedViewStatus.java, buildCreateMVSql).

    What CREATE MATERIALIZED VIEW said is kept as it was; of ADD ROLLUP a query is made.
    """
    if rollup.definition:
        return rollup.definition
    columns = [each for name in rollup.columns if (each := table.schema.column(name)) is not None]
    keys = [each.name for each in columns if each.key]
    values = [f"{each.aggregation or 'NONE'}({each.name})" for each in columns if not each.key]
    selected = ",".join([*keys, *values])
    return f"create materialized view {rollup.name} as select {selected} from {table.name} group by {','.join(keys)}"


def create_catalog(catalog: ExternalCatalog) -> str:
    """Write an external catalog, its secrets masked (ShowExecutor.java, visitShowCreateExternalCatalogStatement)."""
    shown = [
        f'"{key}"  =  "{escaped(masked(key, value))}"'
        for key, value in catalog.properties
        if key not in ("azure_path_key", "password")
    ]
    comment = f'comment "{escaped(catalog.comment)}"\n' if catalog.comment else ""
    properties = ",\n".join(shown)
    return f"CREATE EXTERNAL CATALOG `{catalog.name}`\n{comment}PROPERTIES ({properties}\n)"


def create_database(database: Database, *, shared_data: bool) -> str:
    """Write a database; in shared data with its storage volume (ShowExecutor.java, visitShowCreateDbStatement)."""
    volume = '\nPROPERTIES ("storage_volume" = "builtin_storage_volume")' if shared_data else ""
    return f"CREATE DATABASE `{database.name}`{volume}"


def create_system_table(table: SystemTable) -> str:
    """Write a table of information_schema (AstToStringBuilder.java, getDdlStmt)."""
    columns = ",\n".join(f'  `{each.name}` {ddl_type(each.type)} NULL COMMENT ""' for each in table.columns)
    return f"CREATE TABLE `{table.name}` (\n{columns}\n) ENGINE=SCHEMA ;"


_SECRETS = re.compile(r"secret|password|token|credential|(shared|access|private)[._-]?key|access[._-]id", re.IGNORECASE)
_MASK = "******"


def masked(key: str, value: str) -> str:
    """Hide all but the ends of a secret, or all of a short one (CredentialUtil.java, doMask).

    The server goes by a list of keys; here every key that sounds like a secret is hidden.

    Examples
    --------
    >>> masked("aws.s3.secret_key", "abcdefgh"), masked("aws.s3.secret_key", "abc"), masked("type", "hive")
    ('ab******gh', '******', 'hive')
    """
    if not _SECRETS.search(key):
        return value
    return _MASK if len(value) <= 4 else f"{value[:2]}{_MASK}{value[-2:]}"


def _distribution(schema: Schema) -> str:
    if schema.distribution_columns:
        return f"DISTRIBUTED BY HASH({quoted_names(schema.distribution_columns)}) BUCKETS {schema.buckets} "
    return f"DISTRIBUTED BY RANDOM BUCKETS {schema.buckets}"


def _properties(table: Table) -> str:
    # PrintableMap.java escapes quotes alone.
    shown = ((key, value.replace('"', '\\"')) for key, value in table.properties().items())
    return ",\n".join(f'"{key}" = "{value}"' for key, value in shown)


def _create_table(table: Table) -> str:
    schema = table.schema
    # Two blanks in front of each column: SQLAlchemy's reader asks for them, says the server's own comment.
    columns = ",\n".join(f"  {column_definition(schema, each)}" for each in schema.columns)
    lines = [
        f"CREATE TABLE `{table.name}` (\n{columns}\n) ENGINE=OLAP ",
        f"{schema.keys.value}({quoted_names(tuple(each.name for each in schema.key_columns))})",
    ]
    if schema.comment:
        lines.append(f'COMMENT "{escaped(schema.comment)}"')
    if schema.partition_kind is not PartitionKind.UNPARTITIONED:
        lines.append(_partitions(table))
    lines.append(_distribution(schema))
    if schema.sort_columns:
        lines.append(f"ORDER BY({quoted_names(schema.sort_columns)})")
    lines.append(f"PROPERTIES (\n{_properties(table)}\n);")
    return "\n".join(lines)


def comment_of(table: Table | View) -> str:
    """Tell a table's comment, wherever its kind keeps it."""
    return table.comment if isinstance(table, (View, MaterializedView)) else table.schema.comment


def column_default(column: Column) -> tuple[str | None, tuple[str, ...]]:
    """Tell a column's default and what it adds to Extra (Column.java, getMetaDefaultValue)."""
    text = column.default
    if text is not None and text.upper() == "CURRENT_TIMESTAMP":
        return "CURRENT_TIMESTAMP", ("DEFAULT_GENERATED",)
    if text is not None and text.startswith("("):
        return text[1:-1], ("DEFAULT_GENERATED",)
    return text, ()


def column_definition(schema: Schema, column: Column) -> str:
    """Write a column as DDL does (Column.java, toSql)."""
    parts = [f"`{column.name}`", ddl_type(column.type)]
    if column.aggregation and schema.keys is KeysType.AGG_KEYS:
        parts.append(column.aggregation)
    parts.append("NULL" if column.nullable else "NOT NULL")
    if column.auto_increment:
        parts.append("AUTO_INCREMENT")
    elif column.default is not None:
        plain = column.default.upper() != "CURRENT_TIMESTAMP" and not column.default.startswith("(")
        parts.append(f'DEFAULT "{escaped(column.default)}"' if plain else f"DEFAULT {column.default}")
    parts.append(f'COMMENT "{escaped(column.comment)}"')
    return " ".join(parts)


def _partitions(table: Table) -> str:
    schema = table.schema
    if schema.partition_kind is PartitionKind.EXPR_RANGE:
        return f"PARTITION BY {', '.join(schema.partition_expressions) or quoted_names(schema.partition_columns)}"
    if schema.partition_kind is PartitionKind.LIST and schema.partition_expressions:
        # Partitions that loads make are not listed (ListPartitionInfo.java, toSql).
        return f"PARTITION BY ({','.join(f'`{name}`' for name in schema.partition_columns)})"
    head = f"PARTITION BY {schema.partition_kind.value}({quoted_names(schema.partition_columns)})"
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
