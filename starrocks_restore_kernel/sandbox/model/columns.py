"""Columns that are added, dropped, changed and renamed (SchemaChangeHandler.java; LocalMetastore.java, renameColumn).

A value column that comes or goes is a change of metadata alone, as tables have fast_schema_evolution by default; any
other change is a job.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..server_errors import SqlError, analysis, internal
from .alter import AlterKind, submit, take_schema
from .catalog import KeysType
from .table_states import require_normal

if TYPE_CHECKING:
    from ..frontend import Frontend
    from .catalog import Column, Database, Schema, Table

__all__ = ["ColumnChanges", "add_column", "comment_column", "drop_column", "modify_column", "rename_column"]


@dataclass(slots=True)
class ColumnChanges:
    """The clauses of one ALTER TABLE about columns, gathered so that they take effect together."""

    schema: Schema
    slow: bool = False
    """Whether they need a job."""
    renamed: dict[str, str] = field(default_factory=dict)

    def carry_out(self, frontend: Frontend, database: Database, table: Table) -> None:
        """Let them take effect: at once, or by a job."""
        require_normal(table)
        if self.slow:
            if table.temporary_partitions:
                # SchemaChangeHandler.java, as of rollups
                raise internal("Can not alter table when there are temp partitions in table")
            submit(frontend, database, table, AlterKind.COLUMN, schema=self.schema, renamed=self.renamed)
            return
        partitions = [*table.partitions.values(), *table.temporary_partitions.values()]
        with frontend.journal.writing():
            frontend.rows.reshape(table.schema, self.schema, self.renamed, partitions)
            before = table.schema, table.rollups
            try:
                take_schema(frontend, table, self.schema, self.renamed)
                frontend.journal.save_object(database, table)
            except BaseException:
                table.schema, table.rollups = before
                raise


_MODEL = {
    KeysType.PRIMARY_KEYS: "Primary",
    KeysType.UNIQUE_KEYS: "Unique",
    KeysType.DUP_KEYS: "Duplicate",
}


def _valued(schema: Schema, column: Column, *, added: bool) -> Column:
    """Give a new or changed column its place among keys and values."""
    kind, name = schema.keys, column.name
    if kind is KeysType.PRIMARY_KEYS and column.key and added:
        raise internal(f"Can not add key column: {name} for primary key table")
    if column.aggregation is not None and (kind is not KeysType.AGG_KEYS) and column.aggregation != "REPLACE":
        raise internal(f"Can not assign aggregation method on column in {_MODEL[kind]} data model table: {name}")
    if kind is KeysType.AGG_KEYS:
        if column.key and column.aggregation is not None:
            raise internal(f"Can not assign aggregation method on key column: {name}")
        return replace(column, key=column.aggregation is None)
    return column if column.key else replace(column, aggregation="REPLACE" if kind.replaces else None)


def _placed(schema: Schema, column: Column, columns: list[Column], *, first: bool, behind: str | None) -> list[Column]:
    if behind is not None:
        names = [each.name.lower() for each in columns]
        if behind.lower() not in names:
            raise internal(f"Column[{behind}] does not found")
        position = names.index(behind.lower()) + 1
    elif first:
        if not column.key:
            raise analysis(f"Cannot add value column[{column.name}] at first")
        position = 0
    elif column.key:
        position = sum(each.key for each in columns)
    else:
        position = len(columns)
    placed = [*columns[:position], column, *columns[position:]]
    keys = [each.key for each in placed]
    if keys != sorted(keys, reverse=True):
        raise internal(f"Invalid column order. value should be after key. index[{schema.columns[0].name}]")
    return placed


def add_column(
    changes: ColumnChanges, table: Table, column: Column, *, first: bool = False, behind: str | None = None
) -> None:
    """Do ``ADD COLUMN``."""
    schema = changes.schema
    if schema.column(column.name) is not None:
        raise internal(f"Can not add column which already exists in base table: {column.name}")
    if not column.nullable and column.default is None and not column.auto_increment:
        # ParserErrorMsg.java, withOutDefaultVal
        raise analysis(f"Field '{column.name}' is not null but doesn't have a default value")
    column = _valued(schema, column, added=True)
    if column.aggregation == "SUM" and column.default not in (None, "0"):
        raise internal(f"The default value of '{column.name}' with SUM aggregation function must be zero")
    columns = _placed(schema, column, list(schema.columns), first=first, behind=behind)
    changes.slow |= column.key or not _evolves(table)
    changes.schema = replace(schema, columns=tuple(columns))


def _evolves(table: Table) -> bool:
    return dict(table.schema.properties).get("fast_schema_evolution", "true").lower() == "true"


def drop_column(changes: ColumnChanges, table: Table, name: str) -> None:
    """Do ``DROP COLUMN``."""
    schema = changes.schema
    column = schema.column(name)
    if column is not None and column.key:
        if schema.keys is KeysType.PRIMARY_KEYS:
            raise internal("Can not drop key column in primary data model table")
        if schema.keys is KeysType.UNIQUE_KEYS:
            raise internal("Can not drop key column in Unique data model table")
        if schema.keys is KeysType.AGG_KEYS and any(
            (each.aggregation or "").startswith("REPLACE") for each in schema.columns
        ):
            raise internal("Can not drop key column when table has value column with REPLACE aggregation method")
    if schema.keys is KeysType.PRIMARY_KEYS and name.lower() in [each.lower() for each in schema.sort_columns]:
        raise internal("Can not drop sort column in primary data model table")
    if column is None:
        raise internal(f"Column does not exists: {name}")
    if name.lower() in [each.lower() for each in schema.partition_columns]:
        raise internal(f"Partition column[{column.name}] cannot be dropped. index[{table.name}]")
    if name.lower() in [each.lower() for each in schema.distribution_columns]:
        raise internal(f"Distribution column[{column.name}] cannot be dropped. index[{table.name}]")
    left = tuple(each for each in schema.columns if each is not column)
    if not any(each.key for each in left):
        raise internal(f"No key column left. index[{table.name}]")
    changes.slow |= column.key or not _evolves(table)
    changes.schema = replace(schema, columns=left)


def modify_column(
    changes: ColumnChanges, table: Table, column: Column, *, first: bool = False, behind: str | None = None
) -> None:
    """Do ``MODIFY COLUMN``; a job converts the rows."""
    schema = changes.schema
    old = schema.column(column.name)
    if old is not None and old.key and schema.keys is KeysType.PRIMARY_KEYS:
        raise internal(f"Can not modify key column: {column.name} for primary key table")
    if old is None:
        raise internal(f"Column[{column.name}] does not exists")
    if old.auto_increment or column.auto_increment:
        raise internal("Can't not modify a AUTO_INCREMENT column")
    if schema.keys is not KeysType.AGG_KEYS:
        column = replace(column, key=old.key)
    column = _valued(schema, replace(column, name=old.name), added=False)
    names = [name.lower() for name in (*schema.partition_columns, *schema.distribution_columns)]
    if column.name.lower() in names and column != replace(old, comment=column.comment):
        kind = "partition" if column.name.lower() in names[: len(schema.partition_columns)] else "distribution"
        raise internal(f"Can not modify {kind} column[{column.name}]. index[{table.name}]")
    if old.nullable and not column.nullable:
        # Column.java, checkSchemaChangeAllowed
        raise internal("Can not change from nullable to non-nullable")
    columns = [each for each in schema.columns if each is not old]
    if first or behind is not None:
        placed = _placed(schema, column, columns, first=first, behind=behind)
    else:
        placed = [column if each is old else each for each in schema.columns]
    changes.slow = True
    changes.schema = replace(schema, columns=tuple(placed))


def comment_column(changes: ColumnChanges, name: str, comment: str) -> None:
    """Do ``MODIFY COLUMN … COMMENT``."""
    column = changes.schema.column(name)
    if column is None:
        raise internal(f"Column[{name}] does not exists")
    columns = [replace(each, comment=comment) if each is column else each for each in changes.schema.columns]
    changes.schema = replace(changes.schema, columns=tuple(columns))


def rename_column(changes: ColumnChanges, table: Table, old: str, new: str) -> None:
    """Do ``RENAME COLUMN … TO``."""
    schema = changes.schema
    column = schema.column(old)
    if column is None:
        raise SqlError(f"Unknown column '{old}' in '{table.name}'", 5509, "42S22")
    if schema.column(new) is not None:
        raise SqlError(f"Duplicate column name '{new}'", 1060, "42S21")

    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name.lower() == old.lower() else name for name in names)

    changes.renamed[new] = changes.renamed.pop(column.name, column.name)
    changes.schema = replace(
        schema,
        columns=tuple(replace(each, name=new) if each is column else each for each in schema.columns),
        partition_columns=named(schema.partition_columns),
        distribution_columns=named(schema.distribution_columns),
        sort_columns=named(schema.sort_columns),
    )
