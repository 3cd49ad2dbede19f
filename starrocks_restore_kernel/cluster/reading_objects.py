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

    def kind(row: Row) -> TableKind:
        engine = row["ENGINE"] or ""
        if row["TABLE_TYPE"] == "VIEW":
            return TableKind.MATERIALIZED_VIEW if engine == "StarRocks" else TableKind.VIEW
        return TableKind.TABLE if engine in {"StarRocks", ""} else TableKind.OTHER

    def read(row: Row) -> Table:
        name = str(row["TABLE_NAME"])
        size = parse_size(row["DATA_LENGTH"])
        return Table(name, kind(row), parse_size(row["TABLE_ROWS"]), size, str(row["ENGINE"] or ""))

    columns = "TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH"
    sql = _restricted("tables", columns, "TABLE_SCHEMA", database, names)
    return Question("the target's tables", sql, lambda answer: {each.name: each for each in map(read, answer)})


def configurations(database: str, names: Collection[str] | None = None) -> Question[Mapping[str, TableConfiguration]]:
    """How the tables are made, by name."""

    def read(answer: Answer) -> Mapping[str, TableConfiguration]:
        once = _once()
        return {
            row["TABLE_NAME"]: TableConfiguration(
                str(row["TABLE_NAME"]),
                once(row["TABLE_ENGINE"]),
                once(row["TABLE_MODEL"]),
                once(row["PRIMARY_KEY"]),
                once(row["PARTITION_KEY"]),
                once(row["DISTRIBUTE_KEY"]),
                once(row["DISTRIBUTE_TYPE"]),
                parse_size(row["DISTRIBUTE_BUCKET"]),
                once(row["SORT_KEY"]),
                properties(row["PROPERTIES"]),
                parse_size(row["TABLE_ID"]),
            )
            for row in answer
        }

    known: dict[str | None, Mapping[str, str]] = {}

    def properties(text: str | None) -> Mapping[str, str]:
        """Tables with the same properties share them."""
        if text not in known:
            found = json.loads(text) if text else {}
            known[text] = {str(key): "" if value is None else str(value) for key, value in found.items()}
        return known[text]

    columns = (
        "TABLE_NAME, TABLE_ENGINE, TABLE_MODEL, PRIMARY_KEY, PARTITION_KEY, DISTRIBUTE_KEY, DISTRIBUTE_TYPE, "
        "DISTRIBUTE_BUCKET, SORT_KEY, PROPERTIES, TABLE_ID"
    )
    sql = _restricted("tables_config", columns, "TABLE_SCHEMA", database, names)
    return Question("the target's table configuration", sql, read)


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
        return {str(row["TableName"]): once(row["State"]) for row in answer}

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
