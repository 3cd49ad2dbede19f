"""The system tables about the cluster and the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...model.catalog import MaterializedView, Table
from .system_table import Filling

if TYPE_CHECKING:
    from collections.abc import Callable

    from .system_table import Row, Scope

__all__ = ["CLUSTER_FILLINGS"]

# InformationSchemaDataSource.java, generateKeywordsResponse: nine words, and no more, whatever the grammar has.
_KEYWORDS: list[Row] = [
    (word, word not in ("USER", "PASSWORD"))
    for word in "DELETE INDEX INSERT PASSWORD SELECT TABLE UPDATE USER VIEW".split()
]


def _fixed(*rows: Row) -> Callable[[Scope], list[Row]]:
    return lambda _scope: list(rows)


def _variables(which: str) -> Callable[[Scope], list[Row]]:
    def rows(scope: Scope) -> list[Row]:
        variables = scope.viewer.variables
        return [] if variables is None else list(variables.rows(which))

    return rows


def _tasks(scope: Scope) -> list[Row]:
    """Each materialized view has a task that refreshes it (TaskBuilder.java); other tasks are not there."""
    found: list[Row] = []
    for schema, table in scope.objects():
        if isinstance(table, MaterializedView):
            definition = f"insert overwrite `{table.name}` {table.definition}"
            found.append((f"mv-{table.id}", table.create_time, table.refresh, schema, definition))
    return found


def _be_tablets(scope: Scope) -> list[Row]:
    found: list[Row] = []
    for _, table in scope.objects():
        if not isinstance(table, Table) or table.cloud_native:
            continue
        for partition in table.partitions.values():
            count = max(len(partition.tablets), 1)
            size, rows = partition.data_size // count, partition.row_count // count
            for tablet in partition.tablets:
                for replica in tablet.replicas:
                    head = (replica.backend, table.id, partition.physical_id, tablet.id)
                    found.append((*head, partition.version, rows, size, int(table.create_time)))
    return found


CLUSTER_FILLINGS: dict[str, Filling] = {
    "be_tablets": Filling(
        tuple("BE_ID TABLE_ID PARTITION_ID TABLET_ID MAX_VERSION NUM_ROW DATA_SIZE CREATE_TIME".split()),
        _be_tablets,
        {"STATE": "RUNNING", "MEDIUM_TYPE": "HDD"},
    ),
    # schema_charsets_scanner.cpp and schema_collations_scanner.cpp
    "character_sets": Filling(
        ("CHARACTER_SET_NAME", "DEFAULT_COLLATE_NAME", "DESCRIPTION", "MAXLEN"),
        _fixed(("utf8", "utf8_general_ci", "UTF-8 Unicode", 3)),
    ),
    "collations": Filling(
        ("COLLATION_NAME", "CHARACTER_SET_NAME", "ID", "IS_DEFAULT", "IS_COMPILED", "SORTLEN"),
        _fixed(("utf8_general_ci", "utf8", 33, "Yes", "Yes", 1)),
    ),
    # Values set for all sessions are not kept apart here, so these show the session's own.
    "global_variables": Filling(("VARIABLE_NAME", "VARIABLE_VALUE"), _variables("GLOBAL")),
    "keywords": Filling(("WORD", "RESERVED"), _fixed(*_KEYWORDS)),
    "session_variables": Filling(("VARIABLE_NAME", "VARIABLE_VALUE"), _variables("SESSION")),
    "tasks": Filling(
        tuple("TASK_NAME CREATE_TIME SCHEDULE DATABASE DEFINITION".split()),
        _tasks,
        {"CATALOG": "default_catalog", "CREATOR": "root"},
    ),
    "verbose_session_variables": Filling(
        ("VARIABLE_NAME", "VARIABLE_VALUE", "DEFAULT_VALUE", "IS_CHANGED"), _variables("VERBOSE")
    ),
}
