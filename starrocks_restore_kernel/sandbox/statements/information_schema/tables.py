"""Which system tables there are, and how each is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cluster_fillings import CLUSTER_FILLINGS
from .definitions import INFORMATION_SCHEMA, SYS
from .object_fillings import OBJECT_FILLINGS
from .system_table import EMPTY, SystemColumn, SystemTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...releases import Behaviour

__all__ = ["SYSTEM_SCHEMAS", "system_table", "system_tables"]

_FILLINGS = {**OBJECT_FILLINGS, **CLUSTER_FILLINGS}


def _columns(definition: str) -> tuple[SystemColumn, ...]:
    runs = (run.strip().partition(": ") for run in definition.split(";"))
    return tuple(SystemColumn(name, type_) for type_, _, names in runs for name in names.split())


SYSTEM_SCHEMAS: dict[str, dict[str, SystemTable]] = {
    schema: {
        name: SystemTable(name, _columns(text), _FILLINGS.get(name, EMPTY)) for name, text in sorted(tables.items())
    }
    for schema, tables in (("information_schema", INFORMATION_SCHEMA), ("sys", SYS))
}

# What the main line has and the releases before it have not.
_NEWEST_TABLES = ("dynamic_tablet_jobs", "keywords")
_NEWEST_COLUMNS = {"partitions_meta": ("STORAGE_SIZE", "TABLET_BALANCED", "METADATA_SWITCH_VERSION", "PATH_ID")}


def _without_newest(table: SystemTable) -> SystemTable:
    newest = _NEWEST_COLUMNS.get(table.name, ())
    columns = tuple(each for each in table.columns if each.name not in newest)
    return SystemTable(table.name, columns, table.filling)


_OLDER: dict[str, dict[str, SystemTable]] = {
    schema: {name: _without_newest(each) for name, each in tables.items() if name not in _NEWEST_TABLES}
    for schema, tables in SYSTEM_SCHEMAS.items()
}


def system_tables(behaviour: Behaviour, schema: str) -> Mapping[str, SystemTable]:
    """List the system tables of a schema by name; none if it is no system schema."""
    return (SYSTEM_SCHEMAS if behaviour.newest_columns else _OLDER).get(schema, {})


def system_table(behaviour: Behaviour, schema: str, name: str) -> SystemTable | None:
    """Find one; its name is looked up in any case (InfoSchemaDb.java, getTable)."""
    return system_tables(behaviour, schema).get(name.lower())
