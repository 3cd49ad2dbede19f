"""What each object would become, where the sandbox cannot show it: above all where something is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from planning.picture import FACTS, given, granted, holding, planned, snapshot_of, tables

from starrocks_restore_kernel.cluster import (
    Catalog,
    Function,
    MaterializedView,
    Partition,
    Partitions,
    SnapshotObject,
    TableConfiguration,
    TableKind,
)
from starrocks_restore_kernel.planning import Action, Facts, Plan, Verdict
from starrocks_restore_kernel.planning.effect import Kind

MV = TableKind.MATERIALIZED_VIEW


def actions(made: Plan) -> dict[str, Action]:
    """What becomes of each name."""
    return {each.target: each.action for each in made.effects}


def configured(name: str, partition_key: str = "`dt`", engine: str = "OLAP", **properties: str) -> TableConfiguration:
    """A table's configuration."""
    return TableConfiguration(name, engine, "DUP_KEYS", partition_key=partition_key, properties=properties)


@pytest.mark.parametrize(
    "more",
    [
        {"tables": None},
        {"complete": False},
        {"hidden": frozenset({"orders"})},
        {"only": frozenset({"items"})},
        {"tables": tables("orders", kind=MV), "materialized_views": None},
        {"exists": None},
    ],
)
def test_what_is_not_known_is_never_called_safe(more: dict[str, Any]) -> None:
    """A listing that was cut short, a hidden name, a materialized view that may be active."""
    made = planned("ON (orders)", holding(**more))

    assert Action.UNKNOWN in actions(made).values()
    assert Verdict.UNKNOWN is made.verdict
    assert made.why.startswith("it is not known what becomes of ")


def test_without_the_contents_of_the_snapshot_nothing_is_known() -> None:
    """A database that is made is no object of it."""
    made = planned("ON (orders)", given(repository={"contents": None}, target={"exists": False}))

    assert {"shop": Action.CREATE} == actions(made)
    assert (Verdict.UNKNOWN, "what it would restore is not known") == (made.verdict, made.why)


def test_what_is_destroyed_outweighs_what_is_not_known() -> None:
    """Both are said."""
    facts = holding(tables=tables("orders"), functions=(Function("f(INT)"),))
    made = planned("", facts)

    assert Verdict.DESTRUCTIVE is made.verdict
    assert "it overwrites 1 table (10 rows, 1000 B); and it is not known what becomes of all functions: " in made.why


def test_of_what_is_overwritten_the_plan_says_what_it_could_not_compare() -> None:
    """Nothing of the snapshot's schema is claimed to fit; less is claimed the less could be read."""
    (usual,) = planned("ON (orders)", holding(tables=tables("orders"))).effects
    here = Partitions.of({"orders": [Partition("p1", replication_num=1)]})
    (blind,) = planned("ON (orders)", holding(tables=tables("orders"), partitions=here, states=None)).effects
    facts = holding(tables=tables("orders"), partitions=here)
    (free,) = planned("ON (orders)", replace(facts, cluster=type(facts.cluster)()), properties="").effects

    compared = "not compared, as SQL does not show them: the snapshot's columns, keys, indexes, buckets and ranges"
    assert f"its partitions could not be read, nor so compared; {compared}" == usual.note
    assert (None, None, None) == (usual.replaced, usual.added, usual.left)
    assert f"its state could not be read; {compared}" == blind.note
    assert f"its replica number could not be compared; {compared}" == free.note


def test_rows_are_those_of_the_partitions_that_are_replaced() -> None:
    """Physical partitions are summed; what is not known of one is not known of all."""
    rows = [
        Partition("p1", "[types: …", 1, 1, rows=5, bytes=50, physical=2),
        Partition("p9", "[types: …", 1, 1, rows=7),
    ]
    facts = holding(
        tables=tables("orders"),
        configurations={"orders": configured("orders")},
        partitions=Partitions.of({"orders": rows}),
    )
    (made,) = planned("ON (orders)", facts).effects

    assert (("p1",), ("p2",), ("p9",)) == (made.replaced, made.added, made.left)
    assert (5, 50) == (made.rows, made.bytes)
    unknown = [Partition("p1", "[types: …", 1, 1), Partition("p9", "[types: …", 1, 1, rows=7, bytes=7)]
    (made,) = planned(
        "ON (orders)", replace(facts, target=replace(facts.target, partitions=Partitions.of({"orders": unknown})))
    ).effects
    assert (None, None) == (made.rows, made.bytes)


def test_all_of_one_kind_may_leave_out_what_looks_like_it() -> None:
    """The Details do not tell tables from materialized views."""
    view = {"sums": MaterializedView("sums", active=False)}
    facts = holding(tables={**tables("orders"), **tables("items", kind=MV)}, materialized_views={"items": view["sums"]})
    only_tables, only_views = planned("ON (ALL TABLES)", facts), planned("ON (ALL MATERIALIZED VIEWS)", facts)

    assert {"items": Action.UNKNOWN, "orders": Action.OVERWRITE} == actions(only_tables)
    assert {"items": Action.OVERWRITE, "orders": Action.UNKNOWN} == actions(only_views)
    assert [Kind.TABLE, Kind.TABLE] == [each.kind for each in only_tables.effects]
    assert all("if it is of that kind" in each.note for each in planned("ON (ALL TABLES)").effects)
    assert all("if it is of that kind" not in each.note for each in planned("").effects)


def test_an_inactive_view_is_compared_and_its_reason_is_told() -> None:
    """It is overwritten like a table."""
    view = MaterializedView("orders", active=False, inactive_reason="base table dropped")
    facts = holding(tables=tables("orders", kind=MV), materialized_views={"orders": view})
    (made,) = planned("ON (orders)", facts).effects

    assert Action.OVERWRITE is made.action
    assert made.note.startswith("inactive here (base table dropped); ")


def test_two_views_of_one_name_are_not_foretold() -> None:
    """Which is left depends on the server's map."""
    facts = given(repository=snapshot_of(SnapshotObject("daily", ()), SnapshotObject("weekly", ())))

    assert [Action.UNKNOWN, Action.UNKNOWN] == [
        each.action for each in planned("ON (daily AS weekly, ALL VIEWS)", facts).effects
    ]


def test_an_external_table_is_refused_by_its_type() -> None:
    """By its engine where tables_config does not tell the type."""
    external = {"orders": replace(tables("orders", kind=TableKind.OTHER)["orders"], engine="MySQL")}
    (made,) = planned("ON (orders)", holding(tables=external)).effects

    assert made.block is not None
    assert "Table: orders can not support backup restore, type: {}MYSQL" == made.block.text


FUNCTION = (Function("f(INT)"), Function("f(STRING)"), Function("g(INT)"))


@pytest.mark.parametrize(
    ("on", "functions", "user", "expected"),
    [
        ("ON (FUNCTION f)", FUNCTION, FACTS.user, {"f": Action.REPLACE}),
        ("ON (FUNCTION F AS h)", FUNCTION, FACTS.user, {"h": Action.RENAME}),
        ("ON (FUNCTION h)", FUNCTION, FACTS.user, {"h": Action.CREATE}),
        ("ON (FUNCTION h)", FUNCTION, granted("REPOSITORY ON SYSTEM"), {"h": Action.UNKNOWN}),
        ("ON (FUNCTION h)", None, FACTS.user, {"h": Action.UNKNOWN}),
        ("ON (ALL FUNCTIONS)", (), FACTS.user, {"all functions": Action.CREATE}),
        ("ON (ALL FUNCTIONS)", FUNCTION, FACTS.user, {"all functions": Action.UNKNOWN}),
        ("ON (ALL FUNCTIONS)", (), granted("REPOSITORY ON SYSTEM"), {"all functions": Action.UNKNOWN}),
    ],
)
def test_functions_are_told_apart_by_what_may_be_seen(on: str, functions: Any, user: Any, expected: Any) -> None:
    """By name; those of a snapshot are listed nowhere."""
    facts = replace(holding(functions=functions), user=user)

    assert expected == actions(planned(on, facts))


def catalogs(names: tuple[str, ...] | None, sure: bool = True) -> Facts:
    """A snapshot of external catalogs, and these here."""
    here = (
        None if names is None else (Catalog("default_catalog", "Internal"), *(Catalog(each, "Hive") for each in names))
    )
    facts = given(repository=snapshot_of(database=""), target={"database": None, "tables": None, "catalogs": here})
    return facts if sure else replace(facts, user=granted("REPOSITORY, CREATE EXTERNAL CATALOG ON SYSTEM"))


@pytest.mark.parametrize(
    ("clause", "facts", "expected"),
    [
        ("EXTERNAL CATALOGS (lake)", catalogs(("lake",)), {"lake": Action.REPLACE}),
        ("EXTERNAL CATALOGS (lake AS pond)", catalogs(("lake",)), {"pond": Action.RENAME}),
        ("EXTERNAL CATALOGS (lake)", catalogs(()), {"lake": Action.CREATE}),
        ("EXTERNAL CATALOGS (lake)", catalogs(("LAKE",)), {"lake": Action.UNKNOWN}),
        ("EXTERNAL CATALOGS (lake)", catalogs((), sure=False), {"lake": Action.UNKNOWN}),
        ("EXTERNAL CATALOGS (lake)", catalogs(None), {"lake": Action.UNKNOWN}),
        ("EXTERNAL CATALOGS (lake AS default_catalog)", catalogs(()), {"default_catalog": Action.BLOCKED}),
        ("ALL EXTERNAL CATALOGS", catalogs(()), {"all external catalogs": Action.CREATE}),
        ("ALL EXTERNAL CATALOGS", catalogs(("lake",)), {"all external catalogs": Action.UNKNOWN}),
        ("", catalogs(("lake",)), {"all external catalogs": Action.UNKNOWN}),
    ],
)
def test_external_catalogs_are_told_apart_by_what_may_be_seen(
    clause: str, facts: Facts, expected: dict[str, Action]
) -> None:
    """By name, in its own case; those of a snapshot are listed nowhere."""
    assert expected == actions(planned(clause, facts, head="snap FROM repo"))


def test_the_columns_of_a_table_in_several_places_are_one() -> None:
    """Rows of a table mostly come together."""
    rows = [("t", "p1", "", 1, 1, 0, 1, 1), ("u", "u", "", 1, 3, 0, 1, 1), ("t", "p2", "", 1, 2, 1, None, 1)]
    read = Partitions([rows])

    assert (["p1", "p2"], [1, 2], [0, 1], [1, -1]) == (
        *(read.columns("t").names, read.columns("t").replicas),
        *(read.columns("t").temporary, read.columns("t").rows),
    )
    assert [3] == list(read.columns("u").replicas)
    assert () == tuple(read.columns("none").names)
