"""The objects of a database, from hand-made rows."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import rows

from starrocks_restore_kernel.cluster import (
    Answer,
    Function,
    MaterializedView,
    Question,
    Table,
    TableConfiguration,
    TableKind,
    reading_objects,
)
from starrocks_restore_kernel.errors import ServerError


def read(question: Question[Any], *found: dict[str, Any]) -> Any:
    """The value of an answer with these rows."""
    columns = tuple(found[0]) if found else ()
    return question.value(Answer(columns, [tuple(row.values()) for row in found]))


@pytest.mark.parametrize(
    ("type_", "engine", "kind"),
    [
        ("BASE TABLE", "StarRocks", TableKind.TABLE),
        ("VIEW", None, TableKind.VIEW),
        ("VIEW", "StarRocks", TableKind.MATERIALIZED_VIEW),
        ("BASE TABLE", "MySQL", TableKind.OTHER),
    ],
)
def test_kinds_are_told_by_type_and_engine(type_: str, engine: str | None, kind: TableKind) -> None:
    """A materialized view has a view's type and a table's engine."""
    found = rows("TABLE_NAME TABLE_TYPE ENGINE TABLE_ROWS DATA_LENGTH", ("t", type_, engine, 7, None))

    assert {"t": Table("t", kind, 7, None, engine or "")} == read(reading_objects.tables("shop"), *found)


CONFIGURATION = (
    "TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE DISTRIBUTE_BUCKET "
    "SORT_KEY PROPERTIES TABLE_ID"
)


def test_configurations_carry_their_properties() -> None:
    """Colocation and dynamic partitions are what a plan asks for; equal properties are held once."""
    text = '{"colocate_with": "g", "dynamic_partition.enable": "true", "replication_num": "3"}'
    values = ("OLAP", "DUP_KEYS", None, "`d`", "`k`", "HASH", 8, "`k`", text, 10)
    found = read(reading_objects.configurations("shop"), *rows(CONFIGURATION, ("a", *values), ("b", *values)))

    assert ("g", True) == (found["a"].colocation, found["a"].dynamic_partitions)
    assert found["a"].properties is found["b"].properties
    assert (None, False) == (
        TableConfiguration("c", "OLAP", "DUP_KEYS").colocation,
        TableConfiguration("c", "OLAP", "DUP_KEYS").dynamic_partitions,
    )


def test_properties_that_are_no_json_make_the_listing_unknown() -> None:
    """Nothing is made up for the table, and none is left out."""
    values = ("OLAP", "DUP_KEYS", "", "", "", "HASH", 8, "", "{", 10)
    with pytest.raises(ServerError, match="cannot be read"):
        read(reading_objects.configurations("shop"), *rows(CONFIGURATION, ("a", *values)))


def test_views_and_materialized_views() -> None:
    """The texts that a RESTORE may lose, and whether a materialized view would be skipped."""
    views = rows("TABLE_NAME VIEW_DEFINITION", ("v", "SELECT 1"))
    names = "TABLE_NAME REFRESH_TYPE IS_ACTIVE INACTIVE_REASON MATERIALIZED_VIEW_DEFINITION"
    materialized = rows(
        names, ("on", "ASYNC", "true", None, "CREATE …"), ("off", "MANUAL", "false", "base dropped", "")
    )
    found = read(reading_objects.materialized_views("shop"), *materialized)

    assert {"v": "SELECT 1"} == read(reading_objects.views("shop"), *views)
    assert MaterializedView("on", True, "", "ASYNC", "CREATE …") == found["on"]
    assert (False, "base dropped") == (found["off"].active, found["off"].inactive_reason)


def test_functions_and_states() -> None:
    """By signature, and by name."""
    functions = [{"Signature": "f(INT, INT)", "Return Type": "INT", "Function Type": "Scalar"}]
    (function,) = read(reading_objects.functions("shop"), *functions)
    states = rows("TableId TableName State", ("1", "orders", "RESTORE"), ("2", "items", "NORMAL"))

    assert (Function("f(INT, INT)", "INT", "Scalar"), "f") == (function, function.name)
    assert {"orders": "RESTORE", "items": "NORMAL"} == read(reading_objects.states("shop"), *states)
    assert {"shop": "10"} == read(reading_objects.database_ids(), *rows("DbId DbName", ("10", "shop")))


def test_only_the_database_and_the_names_that_matter_are_asked_for() -> None:
    """Names are quoted, whatever they hold."""
    sql = reading_objects.tables('sh"op', {"b", 'a"'}).sql

    assert sql.endswith(r'WHERE TABLE_SCHEMA = "sh\"op" AND TABLE_NAME IN ("a\"", "b")')
    assert reading_objects.partitions_sql("shop").endswith('WHERE DB_NAME = "shop"')
