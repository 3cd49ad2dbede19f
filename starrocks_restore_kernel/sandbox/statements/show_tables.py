"""SHOW DATABASES, TABLES, COLUMNS, TABLE STATUS, INDEX and CREATE, and DESC (ShowExecutor.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..frontend import SYSTEM_DATABASES
from ..model.catalog import Column, KeysType, MaterializedView, Table, View
from ..server_errors import SqlError, framed, unknown_database, unknown_table
from .information_schema import SystemTable, system_tables
from .results import Kind, ResultRows, texts, typed
from .show_create import (
    column_default,
    comment_of,
    create_catalog,
    create_database,
    create_rollup,
    create_statement,
    create_system_table,
)
from .show_room import Room, unknown_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model.catalog import Rollup
    from .reader import Reader
    from .show_room import Answer

__all__ = ["ShowTables"]

_DESCRIBED = "Field Type Null Key Default Extra"
_COLLATION = ("utf8", "utf8_general_ci")
_TABLE_STATUS = (
    "Name Engine Version Row_format Rows Avg_row_length Data_length Max_data_length Index_length Data_free "
    "Auto_increment Create_time Update_time Check_time Collation Checksum Create_options Comment"
)
_STATUS_KINDS = {
    Kind.BIGINT: (
        "Version Rows Avg_row_length Data_length Max_data_length Index_length Data_free Auto_increment Checksum"
    ),
    Kind.DATETIME: "Create_time Update_time Check_time",
}
_INDEX = (
    "Table Non_unique Key_name Seq_in_index Column_name Collation Cardinality Sub_part Packed Null Index_type Comment"
)

_BEFORE_THE_EPOCH = -1.0
"""What stands in Update_time of what has none (InformationSchemaDataSource.java, genDefaultConfigInfo)."""


class ShowTables(Room):
    """What is in the databases, and how it was declared."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        return {
            "DATABASES": self._databases,
            "SCHEMAS": self._databases,
            "TABLES": lambda reader: self._tables(reader, full=False),
            "FULL TABLES": lambda reader: self._tables(reader, full=True),
            "TEMPORARY TABLES": self._temporary_tables,
            "TABLE STATUS": self._table_status,
            **dict.fromkeys(("COLUMNS", "FIELDS"), lambda reader: self._columns(reader, full=False)),
            **dict.fromkeys(("FULL COLUMNS", "FULL FIELDS"), lambda reader: self._columns(reader, full=True)),
            **dict.fromkeys(("INDEX", "INDEXES", "KEY", "KEYS"), self._index),
            **dict.fromkeys(("CREATE DATABASE", "CREATE SCHEMA"), self._create_database),
            "CREATE TABLE": lambda reader: self._create(reader, "TABLE"),
            "CREATE VIEW": lambda reader: self._create(reader, "VIEW"),
            "CREATE MATERIALIZED VIEW": lambda reader: self._create(reader, "MATERIALIZED VIEW"),
            "CREATE CATALOG": self._create_catalog,
        }

    # -- lists -----------------------------------------------------------------------------------------------------

    def _databases(self, reader: Reader) -> ResultRows:
        if reader.accept("FROM") or reader.accept("IN"):
            self._in_catalog((*reader.qualified(), ""), 1)
        seen = [name for name in self.frontend.databases if self.viewer.sight.may_see_database(name)]
        rows = [(name,) for name in sorted([*seen, *SYSTEM_DATABASES])]
        return self.filtered(texts(["Database"], rows), reader)

    def _tables(self, reader: Reader, *, full: bool) -> ResultRows:
        database = self.place(reader)
        found = [(each.name, "BASE TABLE" if _is_base(each) else "VIEW") for each in self.tables_of(database)]
        found += [(name, "SYSTEM VIEW") for name in system_tables(self.frontend.behaviour, database)]
        kept = self.filtered(texts([f"Tables_in_{database}", "Table_type"], found), reader)
        if full:
            return kept
        return ResultRows(kept.columns[:1], [row[:1] for row in kept.rows])

    def _temporary_tables(self, reader: Reader) -> ResultRows:
        # There are none here.
        return self.filtered(texts([f"Tables_in_{self.place(reader)}"]), reader)

    def _table_status(self, reader: Reader) -> ResultRows:
        database = self.place(reader)
        rows = []
        for table in self.tables_of(database):
            if isinstance(table, View):
                engine, sizes, updated = None, ("-1", "-1", "-1"), _BEFORE_THE_EPOCH
            else:
                parts = list(table.partitions.values())
                count, size = sum(each.row_count for each in parts), sum(each.data_size for each in parts)
                sizes = (str(count), str(size // count if count else 0), str(size))
                updated = max((each.version_time for each in parts), default=0.0)
                engine = "StarRocks"
            times = (self.time(table.create_time), self.time(updated), None)
            row = (table.name, engine, None, "", *sizes, None, None, None, None, *times)
            rows.append((*row, _COLLATION[1], None, "", comment_of(table)))
        return typed(self.filtered(texts(_TABLE_STATUS, rows), reader), _STATUS_KINDS)

    def _index(self, reader: Reader) -> ResultRows:
        """List no index: the sandbox's tables have none but their keys, and keys are no index to the server."""
        self.object(self._table_name(reader))
        reader.end()
        return texts(_INDEX)

    def _table_name(self, reader: Reader) -> tuple[str, ...]:
        """Read ``FROM table [FROM database]``."""
        if not (reader.accept("FROM") or reader.accept("IN")):
            raise reader.unexpected("FROM", "IN")
        parts = reader.qualified()
        if reader.accept("FROM") or reader.accept("IN"):
            parts = (*reader.qualified(), parts[-1])
        return parts

    # -- columns ---------------------------------------------------------------------------------------------------

    def _columns(self, reader: Reader, *, full: bool) -> ResultRows:
        parts = self._table_name(reader)
        database, table = self.named(parts)
        if table is None:
            raise framed(unknown_table(f"{database}.{parts[-1]}"))
        rows: list[tuple[str | None, ...]] = []
        for each in _fields(table):
            aggregation = each.aggregation if _keys(table) is KeysType.AGG_KEYS else None
            middle = (_yes(each.nullable), _yes(each.key), column_default(each)[0], aggregation or "")
            if full:
                rows.append((each.name, each.type, "", *middle, "", each.comment))
            else:
                rows.append((each.name, each.type, *middle))
        titles = "Field Type Collation Null Key Default Extra Privileges Comment" if full else _DESCRIBED
        return self.filtered(texts(titles, rows), reader, any_case=True)

    def describe(self, reader: Reader) -> ResultRows:
        """Answer what follows DESC (ShowStmtAnalyzer.java, descInternalCatalogTable)."""
        parts = reader.qualified()
        every_index = reader.accept("ALL")
        reader.end()
        database, table = self.named(parts)
        if table is None:
            return self._describe_rollup(database, parts[-1])
        if not every_index:
            return self.described(table)
        if not isinstance(table, Table):
            raise framed(SqlError(f"Unknown storage engine '{table.type}'", 1286, "42000"))
        rows: list[tuple[str | None, ...]] = []
        indices = [(table.name, _fields(table)), *((each.name, _of(table, each)) for each in table.rollups.values())]
        for name, columns in indices:
            if rows:
                rows.append(("",) * 8)
            heads = [(name, table.schema.keys.name)] + [("", "")] * len(columns)
            for head, column in zip(heads, columns, strict=False):
                rows.append((*head, *_described(column, _all_extras(table, column))))
        return texts(f"IndexName IndexKeysType {_DESCRIBED}", rows)

    def described(self, table: Table | View | SystemTable) -> ResultRows:
        """List the columns of a table's base index (IndexSchemaProcNode.java)."""
        return texts(_DESCRIBED, [_described(each, _extras(table, each)) for each in _fields(table)])

    def described_rollup(self, table: Table, rollup: Rollup) -> ResultRows:
        """List the columns of another index of a table."""
        return texts(_DESCRIBED, [_described(each, _all_extras(table, each)) for each in _of(table, rollup)])

    def _describe_rollup(self, database: str, name: str) -> ResultRows:
        for table in self.tables_of(database):
            for each in table.rollups.values() if isinstance(table, Table) else ():
                if isinstance(table, Table) and each.name.lower() == name.lower():
                    return self.described_rollup(table, each)
        raise framed(unknown_table(name))

    # -- DDL -------------------------------------------------------------------------------------------------------

    def _create_database(self, reader: Reader) -> ResultRows:
        name = self._in_catalog(reader.qualified(), 1)[0]
        reader.end()
        if name in SYSTEM_DATABASES:
            return texts(["Database", "Create Database"], [(name, f"CREATE DATABASE `{name}`")])
        if name not in self.frontend.databases:
            raise framed(unknown_database(name))
        text = create_database(self.frontend.databases[name], shared_data=self.frontend.shared_data)
        return texts(["Database", "Create Database"], [(name, text)])

    def _create(self, reader: Reader, wanted: str) -> ResultRows:
        parts = reader.qualified()
        reader.end()
        database, table = self.named(parts)
        if table is None:
            if wanted == "MATERIALIZED VIEW":
                return self._create_rollup(database, parts[-1])
            raise framed(unknown_table(parts[-1]))
        if isinstance(table, MaterializedView):
            if wanted == "VIEW":
                # For clients that know of no materialized views.
                text = f"CREATE VIEW `{table.name}` AS {table.definition}"
                return texts(_view_titles(), [(table.name, text, *_COLLATION)])
            titles = ["Materialized View", "Create Materialized View"]
            return texts(titles, [(table.name, create_statement(table))])
        wrong = framed(SqlError(f"'{database}'.'{parts[-1]}' is not '{wanted}'", 1347, "HY000"))
        if isinstance(table, View):
            if wanted == "MATERIALIZED VIEW":
                raise wrong
            return texts(_view_titles(), [(table.name, create_statement(table), *_COLLATION)])
        if wanted != "TABLE":
            raise wrong
        text = create_system_table(table) if isinstance(table, SystemTable) else create_statement(table)
        return texts(["Table", "Create Table"], [(table.name, text)])

    def _create_rollup(self, database: str, name: str) -> ResultRows:
        for table in self.tables_of(database):
            if isinstance(table, Table) and name in table.rollups:
                text = create_rollup(table, table.rollups[name])
                # The server sends four values under two titles here; these are the first two.
                return texts(["Materialized View", "Create Materialized View"], [(name, text)])
        raise framed(unknown_table(name))

    def _create_catalog(self, reader: Reader) -> ResultRows:
        name = reader.name()
        reader.end()
        titles = ["Catalog", "Create Catalog"]
        if name.lower() == "default_catalog":
            return texts(titles)
        if name not in self.frontend.catalogs:
            raise unknown_catalog(name)
        return texts(titles, [(name, create_catalog(self.frontend.catalogs[name]))])


def _view_titles() -> list[str]:
    return ["View", "Create View", "character_set_client", "collation_connection"]


def _is_base(table: Table | View) -> bool:
    """Tell a table from what MySQL's clients are told is a view (Table.java, getMysqlType)."""
    return isinstance(table, Table) and not isinstance(table, MaterializedView)


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def _keys(table: Table | View | SystemTable) -> KeysType | None:
    return table.schema.keys if isinstance(table, Table) else None


def _fields(table: Table | View | SystemTable) -> list[Column]:
    if isinstance(table, Table):
        return list(table.schema.columns)
    if isinstance(table, SystemTable):
        return [Column(each.name, each.type) for each in table.columns]
    # What type a view's column has only the engine knows; the sandbox says this one.
    return [Column(name, "varchar") for name in table.columns]


def _of(table: Table, rollup: Rollup) -> list[Column]:
    return [each for name in rollup.columns if (each := table.schema.column(name)) is not None]


def _extras(table: Table | View | SystemTable, column: Column) -> tuple[str, ...]:
    """Tell what DESC adds; aggregations of OLAP tables are hidden (IndexInfoProcDir.java, lookup)."""
    if not isinstance(table, Table):
        return ()
    shown = column.aggregation if table.type != "OLAP" and table.schema.keys is not KeysType.PRIMARY_KEYS else None
    blooms = "BLOOM_FILTER" if table.type == "OLAP" and column.name in table.schema.bloom_filter_columns else None
    return tuple(each for each in (shown, blooms) if each)


def _all_extras(table: Table, column: Column) -> tuple[str, ...]:
    """Tell what DESC … ALL adds: every column that is no key is aggregated somehow, if only by NONE."""
    keys = table.schema.keys
    aggregated = None if keys is KeysType.PRIMARY_KEYS or column.key else column.aggregation or "NONE"
    blooms = "BLOOM_FILTER" if column.name in table.schema.bloom_filter_columns else None
    return tuple(each for each in (aggregated, blooms) if each)


def _described(column: Column, extras: Iterable[str]) -> tuple[str | None, ...]:
    default, more = column_default(column)
    key = "true" if column.key else "false"
    return (column.name, column.type, _yes(column.nullable), key, default, ",".join([*extras, *more]))
