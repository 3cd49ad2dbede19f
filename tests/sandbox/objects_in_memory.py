"""Objects that no statement of these tests makes, put into a cluster's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starrocks_restore_kernel.sandbox.model.catalog import (
    Column,
    ExternalCatalog,
    Function,
    MaterializedView,
    Rollup,
    Schema,
    Table,
)
from starrocks_restore_kernel.sandbox.model.tables import add_object

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

__all__ = ["add_catalog", "add_function", "add_rollup", "add_view"]


def add_view(cluster: Cluster, **fields: Any) -> MaterializedView:
    """Add the asynchronous materialized view db1.mv."""
    frontend = cluster.frontend
    schema = Schema((Column("k", "int"), Column("n", "bigint")), distribution_columns=("k",), buckets=2)
    definition = "SELECT `k`, count(*) AS `n` FROM `db1`.`t` GROUP BY `k`"
    view = MaterializedView(
        frontend.next_id(), "mv", schema, frontend.clock.now(), **{"definition": definition, **fields}
    )
    add_object(frontend, frontend.databases["db1"], view)
    return view


def add_rollup(cluster: Cluster, definition: str = "") -> Rollup:
    """Add the index r to db1.t."""
    table = cluster.frontend.databases["db1"].tables["t"]
    assert isinstance(table, Table)
    table.rollups["r"] = Rollup(cluster.frontend.next_id(), "r", ("k", "v"), 1, definition)
    return table.rollups["r"]


def add_function(cluster: Cluster) -> Function:
    """Add the function db1.f."""
    found = Function(cluster.frontend.next_id(), "f", ("int", "varchar(10)"), "bigint", properties=(("symbol", "x.F"),))
    cluster.frontend.databases["db1"].functions[found.signature] = found
    return found


def add_catalog(cluster: Cluster) -> None:
    """Add the external catalog lake, with a secret."""
    properties = (("type", "hive"), ("aws.s3.secret_key", "AKIAVERYSECRET"), ("password", "gone"))
    cluster.frontend.catalogs["lake"] = ExternalCatalog(cluster.frontend.next_id(), "lake", "hive", "far", properties)
