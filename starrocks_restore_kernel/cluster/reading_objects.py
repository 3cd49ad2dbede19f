"""The questions about the objects of one database."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..language.quoting import quote_name, quote_string
from .objects import Function, MaterializedView, Table, TableConfiguration, TableKind
from .partitions import Partitions
from .question import Answer, Question, Row
from .sizes import parse_size

__all__ = [
    "configurations",
    "database_ids",
    "functions",
    "materialized_views",
    "partitions_sql",
    "states",
    "tables",
    "views",
]


def _restricted(table: str, columns: str, schema: str, database: str, names: Collection[str] | None) -> str:
    sql = f"SELECT {columns} FROM information_schema.{table} WHERE {schema} = {quote_string(database)}"
    return sql if names is None else f"{sql} AND TABLE_NAME IN ({', '.join(map(quote_string, sorted(names)))})"


def tables(database: str, names: Collection[str] | None = None) -> Question[Mapping[str, Table]]:
    """Tables, views and materialized views, by name; those that the user may see.

    TABLE_TYPE calls a materialized view a view, ENGINE does not (Table.java, getMysqlType and getEngine).
    """
    columns = "TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH"

    def read(answer: Answer) -> Mapping[str, Table]:
        once = _once()
        return {
            name: Table(name, _kind(type_, engine), parse_size(rows), parse_size(size), once(engine))
            for name, type_, engine, rows, size in answer.pick(columns)
        }

    return Question("the target's tables", _restricted("tables", columns, "TABLE_SCHEMA", database, names), read)


def _kind(type_: str, engine: str | None) -> TableKind:
    if type_ == "VIEW":
        return TableKind.MATERIALIZED_VIEW if engine == "StarRocks" else TableKind.VIEW
    return TableKind.TABLE if engine in {"StarRocks", "", None} else TableKind.OTHER


def configurations(database: str, names: Collection[str] | None = None) -> Question[Mapping[str, TableConfiguration]]:
    """How the tables are made, by name."""
    columns = (
        "TABLE_NAME, TABLE_ENGINE, TABLE_MODEL, PRIMARY_KEY, PARTITION_KEY, DISTRIBUTE_KEY, DISTRIBUTE_TYPE, "
        "DISTRIBUTE_BUCKET, SORT_KEY, PROPERTIES, TABLE_ID"
    )

    def read(answer: Answer) -> Mapping[str, TableConfiguration]:
        once = _once()
        known: dict[str | None, Mapping[str, str]] = {}
        found = {}
        for name, engine, model, key, partition, hashed, way, buckets, order, text, id_ in answer.pick(columns):
            if text not in known:
                # Tables with the same properties share them.
                known[text] = _properties(text)
            found[name] = TableConfiguration(
                *(name, once(engine), once(model), once(key), once(partition), once(hashed), once(way)),
                *(parse_size(buckets), once(order), known[text], parse_size(id_)),
            )
        return found

    sql = _restricted("tables_config", columns, "TABLE_SCHEMA", database, names)
    return Question("the target's table configuration", sql, read)


def _properties(text: str | None) -> Mapping[str, str]:
    found = json.loads(text) if text else {}
    return {str(key): "" if value is None else str(value) for key, value in found.items()}


def views(database: str, names: Collection[str] | None = None) -> Question[Mapping[str, str]]:
    """The query of each view, by name: a RESTORE that fails may lose the view."""

    def read(answer: Answer) -> Mapping[str, str]:
        return {str(row["TABLE_NAME"]): str(row["VIEW_DEFINITION"] or "") for row in answer}

    sql = _restricted("views", "TABLE_NAME, VIEW_DEFINITION", "TABLE_SCHEMA", database, names)
    return Question("the target's views", sql, read)


def materialized_views(database: str, names: Collection[str] | None = None) -> Question[Mapping[str, MaterializedView]]:
    """The materialized views, by name, and whether they are active."""

    def read(row: Row) -> MaterializedView:
        return MaterializedView(
            str(row["TABLE_NAME"]),
            str(row["IS_ACTIVE"]).lower() in {"true", "1"},
            str(row["INACTIVE_REASON"] or ""),
            str(row["REFRESH_TYPE"] or ""),
            str(row["MATERIALIZED_VIEW_DEFINITION"] or ""),
        )

    columns = "TABLE_NAME, REFRESH_TYPE, IS_ACTIVE, INACTIVE_REASON, MATERIALIZED_VIEW_DEFINITION"
    sql = _restricted("materialized_views", columns, "TABLE_SCHEMA", database, names)
    return Question(
        "the target's materialized views", sql, lambda answer: {each.name: each for each in map(read, answer)}
    )


def functions(database: str) -> Question[tuple[Function, ...]]:
    """The functions that this user may use."""

    def read(row: Row) -> Function:
        return Function(str(row["Signature"]), str(row.get("Return Type") or ""), str(row.get("Function Type") or ""))

    sql = f"SHOW FULL FUNCTIONS FROM {quote_name(database)}"
    return Question("the target's functions", sql, lambda answer: tuple(map(read, answer)))


def states(database: str) -> Question[Mapping[str, str]]:
    """The state of each table: NORMAL, SCHEMA_CHANGE, RESTORE and so on; nowhere else is it told. Needs OPERATE.

    Parameters
    ----------
    database
        Its id, or its name unless that is a number (DbsProcDir.java, lookup).
    """

    def read(answer: Answer) -> Mapping[str, str]:
        once = _once()
        return {name: once(state) for name, state in answer.pick("TableName, State")}

    return Question("the states of the target's tables", f"SHOW PROC {quote_string(f'/dbs/{database}')}", read)


def database_ids() -> Question[Mapping[str, str]]:
    """The id of each database, by name. Needs OPERATE."""

    def read(answer: Answer) -> Mapping[str, str]:
        return {str(row["DbName"]): str(row["DbId"]) for row in answer}

    return Question("the ids of the databases", "SHOW PROC '/dbs'", read)


def partitions_sql(database: str, names: Collection[str] | None = None) -> str:
    """What `Partitions` is built from."""
    return _restricted("partitions_meta", ", ".join(Partitions.COLUMNS), "DB_NAME", database, names)


def _once() -> Callable[[Any], str]:
    """Keep each text once."""
    known: dict[str, str] = {}

    def once(value: Any) -> str:
        text = "" if value is None else str(value)
        return known.setdefault(text, text)

    return once
