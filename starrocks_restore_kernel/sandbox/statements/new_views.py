"""A new asynchronous materialized view (MaterializedViewAnalyzer.java; LocalMetastore.java, createMaterializedView)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.catalog import MaterializedView, PartitionKind, Schema, Table
from ..model.dependents import Wanted
from ..model.materialized_views import base_tables_of, refuse_inactive_bases
from ..model.placement import default_buckets, replication
from ..model.refreshes import base_versions, unit_of
from ..model.tables import add_object, new_partition
from ..model.view_partitions import UNITS
from ..server_errors import SqlError, analysis, framed, internal, unsupported_here
from .definitions import read_definition, require_names, stored_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..frontend import Frontend
    from ..model.catalog import Column, Database
    from .definitions import Definition
    from .view_clauses import CreateMaterializedView, RefreshScheme

__all__ = ["create_materialized_view", "schedule", "set_properties"]

_LEAST_INTERVAL = 60
"""Seconds (Config.java, materialized_view_min_refresh_interval)."""

_SHORT_KEY = 36
"""Bytes (FeConstants.java, SHORTKEY_MAXSIZE_BYTES)."""

# PropertyAnalyzer.java, analyzeMVProperties
_PROPERTIES = (
    "auto_refresh_partitions_limit",
    "bloom_filter_columns",
    "colocate_with",
    "compression",
    "enable_query_rewrite",
    "excluded_refresh_tables",
    "excluded_trigger_tables",
    "force_external_table_query_rewrite",
    "foreign_key_constraints",
    "labels.location",
    "mv_randomize_start",
    "mv_rewrite_staleness_second",
    "partition_refresh_number",
    "partition_refresh_strategy",
    "partition_retention_condition",
    "partition_ttl",
    "partition_ttl_number",
    "query_rewrite_consistency",
    "refresh_mode",
    "replicated_storage",
    "replication_num",
    "resource_group",
    "storage_cooldown_time",
    "storage_medium",
    "time_drift_constraint",
    "transparent_mv_rewrite_mode",
    "unique_constraints",
    "warehouse",
)

_SESSION_HINT = (
    ', please add `session.` prefix if you want add session variables for mv(eg, "session.insert_timeout"="30000000").'
)

# PrimitiveType.java: the bytes that a key column takes in the short key; char and varchar take what they may hold.
_INDEX_SIZES = {
    "boolean": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "largeint": 16, "date": 3, "datetime": 8,
    "decimal": 16, "char": 20, "varchar": 20,
}  # fmt: skip


def create_materialized_view(
    frontend: Frontend, database: Database, asked: CreateMaterializedView, place: str | None
) -> None:
    """Make a view and, unless it is deferred, let the next round of the daemon fill it.

    Parameters
    ----------
    place
        The session's database, where the query's tables are looked for.
    """
    scheme = asked.scheme
    if scheme is None:
        raise unsupported_here("a synchronous materialized view")
    definition = _definition(frontend, asked, place)
    columns = require_names(definition.columns, asked.columns)
    columns = tuple(replace(each, type=stored_type(each.type)) for each in columns)
    schema = _schema(frontend, asked, definition, columns)
    _require_distribution(asked, columns)
    name = asked.name[-1]
    if name in database.tables:
        if asked.if_not_exists:
            return
        raise SqlError(f"Table '{name}' already exists", 1050, "42S01")
    number = _replication(frontend, asked, definition)
    view = MaterializedView(
        frontend.next_id(),
        name,
        schema,
        frontend.clock.now(),
        replication_num=number,
        definition=definition.text,
        original=asked.query,
        outputs=tuple(each.name for each in columns),
        base_tables=base_tables_of(frontend, definition),
        comment=asked.comment,
    )
    schedule(view, scheme, frontend.clock.now())
    _require_known(asked.properties, "Analyze materialized properties failed because unknown properties: ", internal)
    if not schema.partition_columns:
        view.partitions[name] = new_partition(frontend, view, name, replication_num=number)
    if scheme.deferred:
        # It is not behind until something is loaded.
        view.base_versions = base_versions(frontend, view)
    else:
        frontend.dependents.waiting[view.id] = Wanted()
    add_object(frontend, database, view)
    frontend.dependents.register(database, view)


def schedule(view: MaterializedView, scheme: RefreshScheme, now: float) -> None:
    """Set when a view is refreshed (LocalMetastore.java, createMaterializedView)."""
    if scheme.every and scheme.seconds < _LEAST_INTERVAL:
        raise internal(
            f"Refresh schedule interval {scheme.seconds} is too small which may cost a lot of memory/cpu resources to "
            "refresh the asynchronous materialized view, please config an interval larger than "
            f"Config.materialized_view_min_refresh_interval({_LEAST_INTERVAL}s)."
        )
    view.refresh, view.refresh_clause = scheme.kind, scheme.text()
    view.every, view.start = scheme.seconds, now if scheme.start is None else scheme.start


def set_properties(view: MaterializedView, properties: dict[str, str]) -> None:
    """Check properties and set them (AlterMVJobExecutor.java, visitModifyTablePropertiesClause)."""
    _require_known(properties, "Modify failed because unknown properties: ", analysis)
    view.schema = replace(view.schema, properties=tuple({**dict(view.schema.properties), **properties}.items()))


def _require_known(properties: dict[str, str], what: str, error: type[SqlError] | object) -> None:
    unknown = {key: value for key, value in properties.items() if key not in _PROPERTIES}
    unknown = {key: value for key, value in unknown.items() if not key.startswith("session.")}
    if unknown:
        # A Java map prints so.
        listed = ", ".join(f"{key}={value}" for key, value in unknown.items())
        text = f"{what}{{{listed}}}{_SESSION_HINT}"
        raise analysis(text) if error is analysis else internal(text)


def _definition(frontend: Frontend, asked: CreateMaterializedView, place: str | None) -> Definition:
    if not isinstance(asked.tree, (exp.Select, exp.SetOperation)):
        raise analysis(
            "Materialized view query statement only supports a single query block or multiple query blocks in set "
            "operations"
        )
    definition = read_definition(frontend, asked.query, place)
    for each in asked.tree.find_all(exp.Func):
        # AnalyzerUtils.java, checkNondeterministicFunction; those of the time are taken (FunctionSet.java).
        written = each.name if isinstance(each, exp.Anonymous) else each.sql_name()
        if written.lower() in ("rand", "random", "uuid", "sleep"):
            text = each.sql(dialect="starrocks", normalize_functions="lower")
            raise analysis(
                f"Materialized view query statement select item {text} not supported nondeterministic function"
            )
    try:
        refuse_inactive_bases(definition)
    except SqlError as error:
        raise framed(error) from error
    if not definition.bases:
        raise analysis("Can not find base table in query statement")
    return definition


def _schema(
    frontend: Frontend, asked: CreateMaterializedView, definition: Definition, columns: tuple[Column, ...]
) -> Schema:
    keys = asked.sort or _default_keys(columns)
    by_name = {each.name: each for each in columns}
    for key in keys:
        if key not in by_name:
            raise analysis(f"Sort key not exists: {key}")
        if not _may_be_key(by_name[key]):
            raise analysis(f"Type {by_name[key].type} cannot be sort key: {key}")
    front = [replace(by_name[key], key=True) for key in keys]
    ordered = (*front, *(each for each in columns if each.name not in keys))
    kind, names = _partitioning(asked, definition, columns)
    buckets = asked.buckets or default_buckets(frontend, kind)
    return Schema(
        columns=ordered,
        partition_kind=kind,
        partition_columns=names,
        partition_expressions=tuple(_partition_text(each, names) for each in asked.partitions),
        distribution_columns=asked.distribution,
        buckets=buckets,
        automatic_buckets=asked.buckets is None,
        sort_columns=asked.sort,
        properties=tuple((key, value) for key, value in asked.properties.items() if key != "replication_num"),
    )


def _may_be_key(column: Column) -> bool:
    return column.base_type in _INDEX_SIZES


def _default_keys(columns: Sequence[Column]) -> tuple[str, ...]:
    """Choose the sort key: leading columns that can be one, of 36 bytes at most (chooseSortKeysByDefault)."""
    possible = [each for each in columns if _may_be_key(each)]
    if not possible:
        raise analysis("All columns of materialized view cannot be used for keys")
    found: list[str] = []
    size = 0
    for each in possible:
        size += _INDEX_SIZES[each.base_type]
        text = each.base_type in ("char", "varchar")
        if size > _SHORT_KEY and not text:
            break
        found.append(each.name)
        if text:
            break
    return tuple(found)


def _partitioning(
    asked: CreateMaterializedView, definition: Definition, columns: Sequence[Column]
) -> tuple[PartitionKind, tuple[str, ...]]:
    """Find the column of a base table that a view is partitioned by (checkPartitionColumnWithBaseTable)."""
    if not asked.partitions:
        return PartitionKind.UNPARTITIONED, ()
    names = []
    kind = PartitionKind.EXPR_RANGE
    for text in asked.partitions:
        wanted = _column_of(text)
        place = next((index for index, each in enumerate(columns) if each.name.lower() == wanted.lower()), None)
        if place is None:
            raise analysis(f"Materialized view partition exp column:{wanted} is not found in query statement")
        output = definition.outputs[place]
        base = next((each for each in definition.bases.values() if each.id == output.table), None)
        if not isinstance(base, Table):
            raise analysis(f"Materialized view partition expression `{wanted}` could only ref to base table")
        if output.column.lower() not in (each.lower() for each in base.schema.partition_columns):
            raise analysis("Materialized view partition column in partition exp must be base table partition column")
        if base.schema.partition_kind.is_range and len(base.schema.partition_columns) != 1:
            raise analysis("Materialized view related base table partition columns only supports single column")
        if output.expression:
            # The view's column is what the table's partition column was made into.
            raise unsupported_here("a materialized view that is partitioned by an expression of its query")
        kind = PartitionKind.LIST if base.schema.partition_kind is PartitionKind.LIST else kind
        names.append(columns[place].name)
    return kind, tuple(names)


def _column_of(text: str) -> str:
    """Take the column out of ``date_trunc('month', dt)``."""
    function, bracket, rest = text.partition("(")
    if not bracket:
        return text
    if function.lower() != "date_trunc":
        raise analysis(f"Materialized view partition function {function} is not supported yet.")
    unit = unit_of(text)
    if unit not in UNITS:
        raise analysis(f"Materialized view partition function date_trunc check failed: {text}")
    return rest.rstrip(")").split(",")[-1].strip().strip("`").split(".")[-1].strip("`")


def _partition_text(text: str, names: Sequence[str]) -> str:
    column = _column_of(text)
    name = next((each for each in names if each.lower() == column.lower()), column)
    return f"date_trunc('{unit_of(text)}', `{name}`)" if "(" in text else f"`{name}`"


def _require_distribution(asked: CreateMaterializedView, columns: Sequence[Column]) -> None:
    known = {each.name.lower() for each in columns}
    for name in asked.distribution:
        if name.lower() not in known:
            # DistributionDescAnalyzer.java
            raise analysis(f"Distribution column({name}) doesn't exist.")


def _replication(frontend: Frontend, asked: CreateMaterializedView, definition: Definition) -> int:
    """Take as many replicas as the base table that has the most (autoInferReplicationNum)."""
    wanted = asked.properties.get("replication_num")
    most = [each.replication_num for each in definition.bases.values() if isinstance(each, Table)]
    return replication(frontend, wanted or (str(max(most)) if most else None))
