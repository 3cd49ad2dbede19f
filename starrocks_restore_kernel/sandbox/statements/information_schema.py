"""The tables of information_schema, made from the frontend's memory at the moment of a query.

Columns and their order are those of ``com/starrocks/catalog/system/information``; what the sandbox does not keep is
NULL or empty.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..clock import time_text
from ..model.catalog import KeysType, Table, View
from ..model.column_types import mysql_type, type_facts
from .show_create import partition_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..frontend import Frontend

__all__ = ["SystemRows", "system_names", "system_rows"]

Row = tuple[Any, ...]

_TEXT, _NUMBER, _TIME, _FLAG, _REAL = "VARCHAR", "BIGINT", "TIMESTAMP", "BOOLEAN", "DOUBLE"


@dataclass(frozen=True, slots=True)
class SystemRows:
    """A system table: its columns with DuckDB's types, and its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: list[Row]


def _named(type_: str, names: str) -> list[tuple[str, str]]:
    return [(name, type_) for name in names.split()]


_SCHEMATA = tuple(_named(_TEXT, "CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH"))

_TABLES = (
    *_named(_TEXT, "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE"),
    ("VERSION", _NUMBER),
    ("ROW_FORMAT", _TEXT),
    *_named(_NUMBER, "TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE AUTO_INCREMENT"),
    *_named(_TIME, "CREATE_TIME UPDATE_TIME CHECK_TIME"),
    ("TABLE_COLLATION", _TEXT),
    ("CHECKSUM", _NUMBER),
    *_named(_TEXT, "CREATE_OPTIONS TABLE_COMMENT"),
)

_VIEWS = tuple(
    _named(
        _TEXT,
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME VIEW_DEFINITION CHECK_OPTION IS_UPDATABLE DEFINER SECURITY_TYPE "
        "CHARACTER_SET_CLIENT COLLATION_CONNECTION",
    )
)

_COLUMNS = (
    *_named(_TEXT, "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME"),
    ("ORDINAL_POSITION", _NUMBER),
    *_named(_TEXT, "COLUMN_DEFAULT IS_NULLABLE DATA_TYPE"),
    *_named(
        _NUMBER,
        "CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_SCALE DATETIME_PRECISION",
    ),
    *_named(_TEXT, "CHARACTER_SET_NAME COLLATION_NAME COLUMN_TYPE COLUMN_KEY EXTRA PRIVILEGES COLUMN_COMMENT"),
    *_named(_NUMBER, "COLUMN_SIZE DECIMAL_DIGITS"),
    ("GENERATION_EXPRESSION", _TEXT),
    ("SRS_ID", _NUMBER),
)

_PARTITIONS_META = (
    *_named(_TEXT, "DB_NAME TABLE_NAME PARTITION_NAME"),
    *_named(_NUMBER, "PARTITION_ID COMPACT_VERSION VISIBLE_VERSION"),
    ("VISIBLE_VERSION_TIME", _TIME),
    *_named(_NUMBER, "NEXT_VERSION DATA_VERSION VERSION_EPOCH"),
    *_named(_TEXT, "VERSION_TXN_TYPE PARTITION_KEY PARTITION_VALUE DISTRIBUTION_KEY"),
    *_named("INTEGER", "BUCKETS REPLICATION_NUM"),
    ("STORAGE_MEDIUM", _TEXT),
    *_named(_TIME, "COOLDOWN_TIME LAST_CONSISTENCY_CHECK_TIME"),
    *_named(_FLAG, "IS_IN_MEMORY IS_TEMP"),
    *_named(_NUMBER, "DATA_SIZE ROW_COUNT"),
    ("ENABLE_DATACACHE", _FLAG),
    *_named(_REAL, "AVG_CS P50_CS MAX_CS"),
    ("STORAGE_PATH", _TEXT),
    ("STORAGE_SIZE", _NUMBER),
    ("TABLET_BALANCED", _FLAG),
    *_named(_NUMBER, "METADATA_SWITCH_VERSION PATH_ID"),
)

_TABLES_CONFIG = (
    *_named(
        _TEXT,
        "TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE",
    ),
    ("DISTRIBUTE_BUCKET", "INTEGER"),
    *_named(_TEXT, "SORT_KEY PROPERTIES"),
    ("TABLE_ID", _NUMBER),
)

_MATERIALIZED_VIEWS = (
    ("MATERIALIZED_VIEW_ID", _NUMBER),
    *_named(_TEXT, "TABLE_SCHEMA TABLE_NAME REFRESH_TYPE IS_ACTIVE INACTIVE_REASON PARTITION_TYPE"),
    ("TASK_ID", _NUMBER),
    ("TASK_NAME", _TEXT),
    *_named(_TIME, "LAST_REFRESH_START_TIME LAST_REFRESH_FINISHED_TIME"),
    ("LAST_REFRESH_DURATION", _REAL),
    *_named(
        _TEXT,
        "LAST_REFRESH_STATE LAST_REFRESH_FORCE_REFRESH LAST_REFRESH_START_PARTITION LAST_REFRESH_END_PARTITION "
        "LAST_REFRESH_BASE_REFRESH_PARTITIONS LAST_REFRESH_MV_REFRESH_PARTITIONS LAST_REFRESH_ERROR_CODE "
        "LAST_REFRESH_ERROR_MESSAGE",
    ),
    ("TABLE_ROWS", _NUMBER),
    *_named(_TEXT, "MATERIALIZED_VIEW_DEFINITION EXTRA_MESSAGE QUERY_REWRITE_STATUS CREATOR"),
    ("LAST_REFRESH_PROCESS_TIME", _TIME),
    ("LAST_REFRESH_JOB_ID", _TEXT),
)


def _objects(frontend: Frontend) -> Iterator[tuple[str, Table | View]]:
    for database in frontend.databases.values():
        for table in database.tables.values():
            yield database.name, table


def _schemata(frontend: Frontend) -> list[Row]:
    from ..frontend import SYSTEM_DATABASES

    names = sorted([*frontend.databases, *SYSTEM_DATABASES])
    return [("def", name, "utf8", "utf8_general_ci", None) for name in names]


def _tables(frontend: Frontend) -> list[Row]:
    found: list[Row] = []
    for database, table in _objects(frontend):
        created = time_text(table.create_time)
        if isinstance(table, View):
            numbers: list[Any] = [None] * 7
            updated, kind, engine = created, "VIEW", ""
        else:
            partitions = list(table.partitions.values())
            rows, size = sum(each.row_count for each in partitions), sum(each.data_size for each in partitions)
            numbers = [rows, size // rows if rows else 0, size, None, None, None, None]
            updated = time_text(max((each.version_time for each in partitions), default=table.create_time))
            kind, engine = "BASE TABLE", "StarRocks"
        comment = table.comment if isinstance(table, View) else table.schema.comment
        head = ("def", database, table.name, kind, engine, None, "")
        tail = (created, updated, None, "utf8_general_ci", None, "", comment)
        found.append((*head, *numbers, *tail))
    return found


def _views(frontend: Frontend) -> list[Row]:
    return [
        ("def", database, each.name, each.definition, "NONE", "NO", "", "", "utf8", "utf8_general_ci")
        for database, each in _objects(frontend)
        if isinstance(each, View)
    ]


def _key_mark(table: Table, *, key: bool) -> str:
    if not key:
        return ""
    marks = {KeysType.PRIMARY_KEYS: "PRI", KeysType.UNIQUE_KEYS: "UNI", KeysType.AGG_KEYS: "AGG"}
    return marks.get(table.schema.keys, "DUP")


def _columns(frontend: Frontend) -> list[Row]:
    found: list[Row] = []
    for database, table in _objects(frontend):
        if isinstance(table, View):
            for position, name in enumerate(table.columns, start=1):
                head = (None, database, table.name, name, position, None, "YES", "varchar")
                found.append((*head, *[None] * 5, None, None, "varchar", "", "", "", "", *[None] * 4))
            continue
        for position, column in enumerate(table.schema.columns, start=1):
            length, precision, scale = type_facts(column.type)
            base = column.base_type
            found.append(
                (
                    *(None, database, table.name, column.name, position, column.default),
                    *("YES" if column.nullable else "NO", base, length, length, precision, scale, None, None, None),
                    *(mysql_type(column.type), _key_mark(table, key=column.key)),
                    *("auto_increment" if column.auto_increment else "", "", column.comment),
                    *(precision or length, scale, None, None),
                )
            )
    return found


def _partitions_meta(frontend: Frontend) -> list[Row]:
    found: list[Row] = []
    for database, table in _objects(frontend):
        if isinstance(table, View):
            continue
        keys = ", ".join(table.schema.partition_columns)
        distribution = ", ".join(table.schema.distribution_columns)
        for each in table.ordered():
            changed = time_text(each.version_time)
            found.append(
                (
                    *(database, table.name, each.name, each.physical_id, 0, each.version, changed, each.version + 1),
                    *(each.version, each.id, "TXN_NORMAL", keys, partition_values(table, each), distribution),
                    *(table.schema.buckets, each.replication_num, "HDD", "9999-12-31 23:59:59", None, False, False),
                    *(each.data_size, each.row_count, False, 0.0, 0.0, 0.0, "", each.data_size, False, 0, 0),
                )
            )
    return found


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _tables_config(frontend: Frontend) -> list[Row]:
    found: list[Row] = []
    for database, table in _objects(frontend):
        if isinstance(table, View):
            found.append((database, table.name, "VIEW", "", "", "", "", "", 0, "", "", 0))
            continue
        schema = table.schema
        key = _quoted(tuple(each.name for each in schema.key_columns))
        found.append(
            (
                *(database, table.name, "OLAP", schema.keys.name, key if schema.keys.replaces else ""),
                *(_quoted(schema.partition_columns), _quoted(schema.distribution_columns)),
                *("HASH" if schema.distribution_columns else "RANDOM", schema.buckets),
                _quoted(schema.sort_columns) if schema.sort_columns else key,
                *(json.dumps(table.properties(), separators=(",", ":")), table.id),
            )
        )
    return found


_SYSTEM: dict[str, tuple[tuple[tuple[str, str], ...], Callable[[Frontend], list[Row]]]] = {
    "schemata": (_SCHEMATA, _schemata),
    "tables": (_TABLES, _tables),
    "views": (_VIEWS, _views),
    "columns": (_COLUMNS, _columns),
    "partitions_meta": (_PARTITIONS_META, _partitions_meta),
    "tables_config": (_TABLES_CONFIG, _tables_config),
    "materialized_views": (_MATERIALIZED_VIEWS, lambda _frontend: []),
}


def system_names() -> list[str]:
    """List the tables of information_schema that the sandbox has."""
    return sorted(_SYSTEM)


def system_rows(frontend: Frontend, name: str) -> SystemRows | None:
    """Make one system table; None if the sandbox has none of that name."""
    if name not in _SYSTEM:
        return None
    columns, make = _SYSTEM[name]
    return SystemRows(columns, make(frontend))
