"""The system tables about databases, tables, partitions and views (InformationSchemaDataSource.java)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...model.catalog import MaterializedView, Table, View
from ...model.column_types import mysql_type, type_facts
from ..printed import NEVER, quoted_names
from ..show_create import column_default, column_definition, comment_of, partition_values
from ..show_materialized_views import MATERIALIZED_VIEW_COLUMNS, materialized_view_rows
from .system_table import Filling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...model.catalog import Column
    from .system_table import Row, Scope, SystemTable

__all__ = ["OBJECT_FILLINGS"]

_UTF8 = "utf8_general_ci"

_MYSQL_TYPES = {"boolean": "tinyint", "largeint": "bigint unsigned"}
"""Types that MySQL has no name for (schema_columns_scanner.cpp, to_mysql_data_type_string)."""


def _system(scope: Scope) -> Iterator[tuple[str, SystemTable]]:
    from .tables import SYSTEM_SCHEMAS, system_tables

    for schema in SYSTEM_SCHEMAS:
        if scope.wants_schema(schema):
            for name, table in system_tables(scope.frontend.behaviour, schema).items():
                if scope.tables is None or name in scope.tables:
                    yield schema, table


def _schemata(scope: Scope) -> list[Row]:
    from ...frontend import SYSTEM_DATABASES

    names = [*(each.name for each in scope.databases()), *filter(scope.wants_schema, SYSTEM_DATABASES)]
    return [(name,) for name in sorted(names)]


def _tables(scope: Scope) -> list[Row]:
    found: list[Row] = []
    for schema, table in scope.objects():
        if isinstance(table, View):
            # A view has no engine, and numbers of -1, which the scanner makes NULL (schema_tables_scanner.cpp).
            found.append((schema, table.name, "VIEW", "", *[None] * 3, table.create_time, None, comment_of(table)))
            continue
        rows = size = 0
        updated = 0.0
        for each in table.partitions.values():
            rows += each.row_count
            size += each.data_size
            updated = max(updated, each.version_time)
        kind = "VIEW" if isinstance(table, MaterializedView) else "BASE TABLE"
        average = size // rows if rows else 0
        found.append(
            (
                schema,
                table.name,
                kind,
                "StarRocks",
                rows,
                average,
                size,
                table.create_time,
                updated or None,
                comment_of(table),
            )
        )
    started = scope.frontend.start_time
    for schema, system in _system(scope):
        found.append((schema, system.name, "SYSTEM VIEW", "MEMORY", *[None] * 3, started, None, ""))
    return found


def _views(scope: Scope) -> list[Row]:
    return [(schema, each.name, each.definition) for schema, each in scope.objects() if isinstance(each, View)]


def _columns(scope: Scope) -> list[Row]:
    found: list[Row] = []
    for schema, table in scope.objects():
        if isinstance(table, View):
            # What a view's columns are is known only to the engine: their types are NULL here.
            for position, name in enumerate(table.columns, start=1):
                found.append((schema, table.name, name, position, None, "YES", *[None] * 6, "", "", *[None] * 2))
            continue
        mark = table.schema.keys.name[:3]
        for position, column in enumerate(table.schema.columns, start=1):
            null = "YES" if column.nullable else "NO"
            key = mark if column.key else ""
            head = (schema, table.name, column.name, position, column_default(column)[0], null)
            found.append((*head, *_type_facts(column.type), key, column.comment, *_sizes(column.type)))
    for schema, system in _system(scope):
        for position, each in enumerate(system.columns, start=1):
            head = (schema, system.name, each.name, position, None, "YES")
            found.append((*head, *_type_facts(each.type), "", "", *_sizes(each.type)))
    return found


def _type_facts(type_: str) -> tuple[str, int | None, int | None, int | None, int | None, str]:
    length, precision, scale = type_facts(type_)
    base = type_.split("(", maxsplit=1)[0].split("<", maxsplit=1)[0].strip().lower()
    octets = length * 3 if length is not None else None
    return (_MYSQL_TYPES.get(base, base), length, octets, precision, scale, mysql_type(type_))


def _sizes(type_: str) -> tuple[int | None, int | None]:
    length, precision, scale = type_facts(type_)
    return (precision or length, scale)


def _tables_config(scope: Scope) -> list[Row]:
    found: list[Row] = []
    for schema_name, table in scope.objects():
        if isinstance(table, View):
            found.append((schema_name, table.name, "VIEW", "", "", "", "", "", 0, "", "", 0))
            continue
        schema = table.schema
        key = quoted_names(tuple(each.name for each in schema.key_columns))
        found.append(
            (
                *(schema_name, table.name, table.type, schema.keys.name, key if schema.keys.replaces else ""),
                *(quoted_names(schema.partition_columns), quoted_names(schema.distribution_columns)),
                *("HASH" if schema.distribution_columns else "RANDOM", schema.buckets),
                quoted_names(schema.sort_columns) if schema.sort_columns else key,
                *(json.dumps(table.properties(), separators=(",", ":")), table.id),
            )
        )
    return found


def _partition_key(table: Table) -> str:
    # The server joins the columns and not their names, so each is written with its type.
    found: list[Column | None] = [table.schema.column(name) for name in table.schema.partition_columns]
    return ", ".join(column_definition(table.schema, each) for each in found if each is not None)


def _partitions_meta(scope: Scope) -> list[Row]:
    found: list[Row] = []
    for schema, table in scope.objects():
        if isinstance(table, View):
            continue
        key = _partition_key(table)
        distribution = ", ".join(table.schema.distribution_columns) or "ALL KEY"
        for temporary in (False, True):
            held = table.temporary_partitions if temporary else table.partitions
            found += [
                (
                    *(schema, table.name, each.name, each.physical_id, each.version, each.version_time),
                    *(each.version + 1, each.version, each.id, key, partition_values(table, each), distribution),
                    *(len(each.tablets), each.replication_num, NEVER, temporary, each.data_size, each.row_count),
                    each.data_size,
                )
                for each in held.values()
            ]
    return found


def _materialized_views(scope: Scope) -> list[Row]:
    found: list[Row] = []
    for database in scope.databases():
        for table in database.tables.values():
            if isinstance(table, Table) and scope.viewer.sight.may_see_table(database.name, table.name):
                found += materialized_view_rows(database.name, table)
    return found


def _filling(names: str, rows: Callable[[Scope], list[Row]], **always: object) -> Filling:
    return Filling(tuple(names.split()), rows, always)


OBJECT_FILLINGS: dict[str, Filling] = {
    "schemata": _filling(
        "SCHEMA_NAME", _schemata, CATALOG_NAME="def", DEFAULT_CHARACTER_SET_NAME="utf8", DEFAULT_COLLATION_NAME=_UTF8
    ),
    "tables": _filling(
        "TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH CREATE_TIME UPDATE_TIME "
        "TABLE_COMMENT",
        _tables,
        TABLE_CATALOG="def",
        ROW_FORMAT="",
        TABLE_COLLATION=_UTF8,
        CREATE_OPTIONS="",
    ),
    "views": _filling(
        "TABLE_SCHEMA TABLE_NAME VIEW_DEFINITION",
        _views,
        TABLE_CATALOG="def",
        CHECK_OPTION="NONE",
        IS_UPDATABLE="NO",
        DEFINER="",
        SECURITY_TYPE="",
        CHARACTER_SET_CLIENT="utf8",
        COLLATION_CONNECTION=_UTF8,
    ),
    "columns": _filling(
        "TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE "
        "CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_SCALE COLUMN_TYPE COLUMN_KEY "
        "COLUMN_COMMENT COLUMN_SIZE DECIMAL_DIGITS",
        _columns,
        EXTRA="",
        PRIVILEGES="",
    ),
    "tables_config": _filling(
        "TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE "
        "DISTRIBUTE_BUCKET SORT_KEY PROPERTIES TABLE_ID",
        _tables_config,
    ),
    "partitions_meta": _filling(
        "DB_NAME TABLE_NAME PARTITION_NAME PARTITION_ID VISIBLE_VERSION VISIBLE_VERSION_TIME NEXT_VERSION "
        "DATA_VERSION VERSION_EPOCH PARTITION_KEY PARTITION_VALUE DISTRIBUTION_KEY BUCKETS REPLICATION_NUM "
        "COOLDOWN_TIME IS_TEMP DATA_SIZE ROW_COUNT STORAGE_SIZE",
        _partitions_meta,
        COMPACT_VERSION=0,
        VERSION_TXN_TYPE="TXN_NORMAL",
        STORAGE_MEDIUM="HDD",
        IS_IN_MEMORY=False,
        ENABLE_DATACACHE=False,
        AVG_CS=0.0,
        P50_CS=0.0,
        MAX_CS=0.0,
        STORAGE_PATH="",
        TABLET_BALANCED=False,
        METADATA_SWITCH_VERSION=0,
        PATH_ID=0,
    ),
    "materialized_views": Filling(MATERIALIZED_VIEW_COLUMNS, _materialized_views),
}
