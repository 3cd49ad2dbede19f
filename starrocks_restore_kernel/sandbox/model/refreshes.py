"""How a materialized view is filled: by REFRESH, by loads into what it reads, or again and again.

A refresh here fills every partition that it was asked for; a server fills those whose base partitions have changed
(MVPCTRefreshProcessor.java). What is in them afterwards is the same.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from ..server_errors import SqlError, internal, unsupported_here
from ..statements.definitions import definition_binder, read_definition
from ..statements.query import duckdb_error, parse_tree
from .catalog import MaterializedView, Partition, PartitionKind, Table, TableState
from .column_types import duckdb_type
from .dependents import Wanted
from .materialized_views import may_be_activated, try_to_activate
from .tables import new_partition
from .view_partitions import rows_of, wished_partitions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..frontend import Frontend
    from ..statements.query import BoundQuery
    from .catalog import Database

__all__ = ["base_versions", "refresh", "refresh_due", "unit_of"]


def base_versions(frontend: Frontend, view: MaterializedView) -> dict[str, int]:
    """Sum up what there is of each base table, so that a load is seen.

    A server keeps the version of every partition (MaterializedView.java, baseTableVisibleVersionMap).
    """
    found = {}
    for base in view.base_tables:
        database = frontend.databases.get(base.database)
        table = None if database is None else database.tables.get(base.name)
        seen = (
            [(each.physical_id, each.version) for each in table.partitions.values()] if isinstance(table, Table) else []
        )
        found[str(base.table_id)] = zlib.crc32(repr(sorted(seen)).encode())
    return found


@dataclass(frozen=True, slots=True)
class _Plan:
    query: BoundQuery
    held: dict[str, Partition]
    """The partitions as they were; another refresh puts other ones in their place."""
    kept: list[Partition]
    made: list[Partition]
    gone: list[Partition]
    chosen: list[Partition]
    versions: dict[str, int]


def refresh(frontend: Frontend, database: Database, view: MaterializedView, wanted: Wanted) -> None:
    """Fill a view; the frontend's lock is not asked for while rows are written.

    Raises
    ------
    SqlError
        If it is inactive and stays so, or its query fails. The view says so too.
    """
    try:
        plan = _planned(frontend, database, view, wanted)
        while plan is not None and not _filled(frontend, database, view, plan):
            plan = _planned(frontend, database, view, wanted)
    except SqlError as error:
        _ended(frontend, database, view, "FAILED", error.message)
        raise
    except duckdb.Error as error:
        told = duckdb_error(error)
        _ended(frontend, database, view, "FAILED", told.message)
        raise told from error
    if plan is not None and not (wanted.start or wanted.values):
        view.base_versions, view.filled = plan.versions, True
    _ended(frontend, database, view, "SUCCESS" if plan is not None else "SKIPPED", "")


def _ended(frontend: Frontend, database: Database, view: MaterializedView, state: str, error: str) -> None:
    with frontend.lock:
        view.refresh_state, view.refresh_error = state, error
        if state == "FAILED":
            frontend.dependents.tried[view.id] = (frontend.clock.now(), base_versions(frontend, view))
        else:
            view.last_refresh = frontend.clock.now()
            frontend.dependents.tried.pop(view.id, None)
        if not view.dropped:
            frontend.journal.save_object(database, view)


def _planned(frontend: Frontend, database: Database, view: MaterializedView, wanted: Wanted) -> _Plan | None:
    with frontend.lock:
        return _plan(frontend, database, view, wanted)


def _plan(frontend: Frontend, database: Database, view: MaterializedView, wanted: Wanted) -> _Plan | None:
    if not view.active and may_be_activated(view):
        try_to_activate(frontend, database, view)
        frontend.dependents.waiting.pop(view.id, None)
    if not view.active:
        # MVTaskRunProcessor.java, prepare
        raise internal(f"Materialized view: {view.name}/{view.id} is not active due to {view.inactive_reason}.")
    versions = base_versions(frontend, view)
    if not wanted.force and view.filled and view.base_versions == versions:
        return None
    kept, made, gone = _partitions(frontend, database, view)
    chosen = [each for each in (*kept, *made) if _is_wanted(view, each, wanted)]
    binder = definition_binder(frontend, database.name)
    query = binder.bind(parse_tree(view.definition))
    return _Plan(query, view.partitions, kept, made, gone, chosen, versions)


def _partitions(
    frontend: Frontend, database: Database, view: MaterializedView
) -> tuple[list[Partition], list[Partition], list[Partition]]:
    """Compare the partitions with those of the base table: what stays, what is new, what goes."""
    held = list(view.partitions.values())
    if view.schema.partition_kind is PartitionKind.UNPARTITIONED:
        if held:
            return held, [], []
        # One whose partitions were dropped as corrupted.
        return [], [new_partition(frontend, view, view.name, replication_num=view.replication_num)], []
    definition = read_definition(frontend, view.definition, database.name)
    output = definition.outputs[view.outputs.index(view.schema.partition_columns[0])]
    base = next(each for each in definition.bases.values() if each.id == output.table)
    if not isinstance(base, Table):
        raise unsupported_here("a materialized view that is partitioned by the column of a view")
    wished = wished_partitions(view, base, unit_of(view.schema.partition_expressions[0]))
    kept = [each for each in held if wished.get(each.name) == (each.range, each.values)]
    there = {each.name for each in kept}
    made = []
    for name, (range_, values) in wished.items():
        if name not in there:
            partition = new_partition(frontend, view, name, replication_num=view.replication_num)
            partition.range, partition.values = range_, values
            made.append(partition)
    return kept, made, [each for each in held if each.name not in there]


def unit_of(expression: str) -> str | None:
    """Read the unit of ``date_trunc('month', …)``; None for a plain column."""
    found = re.match(r"date_trunc\s*\(\s*['\"](\w+)['\"]", expression, re.IGNORECASE)
    return found[1].lower() if found else None


def _is_wanted(view: MaterializedView, partition: Partition, wanted: Wanted) -> bool:
    if wanted.values:
        return partition.values is not None and any(row in partition.values for row in wanted.values)
    if not wanted.start or partition.range is None:
        return True
    order = view.schema.order
    lower, upper = order(partition.range.lower), order(partition.range.upper)
    return lower < order((wanted.end,)) and order((wanted.start,)) < upper


def _filled(frontend: Frontend, database: Database, view: MaterializedView, plan: _Plan) -> bool:
    """Carry a plan out; False if another refresh was faster and the plan no longer fits."""
    schema, rows = view.schema, frontend.rows
    position = {name.lower(): f"given_{index}" for index, name in enumerate(view.outputs)}
    columns = [
        exp.alias_(exp.cast(exp.column(position[each.name.lower()]), duckdb_type(each.type)), each.name, quoted=True)
        for each in schema.columns
    ]
    listed = ", ".join(each.sql("duckdb") for each in columns)
    given = ", ".join(position[name.lower()] for name in view.outputs)
    with rows.writing() as cursor:
        if view.dropped or frontend.databases_by_id.get(database.id) is not database:
            # Worded here: it was dropped, or a new leader has come.
            raise internal(f"Materialized view {view.name} is not found")
        if view.state is TableState.RESTORE:
            # OlapTableTxnStateListener.java, preCommit
            raise internal(f'Cannot write RESTORE state table "{view.name}"')
        if view.partitions is not plan.held:
            return False
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE refreshed AS SELECT {listed} FROM ({plan.query.sql}) AS source ({given})",
            plan.query.parameters,
        )
        rows.drop(plan.gone)
        frontend.journal.forget_partitions(plan.gone)
        rows.clear(plan.chosen)
        for partition in plan.chosen:
            condition = rows_of(schema, partition).sql("duckdb")
            some = cursor.execute(f"SELECT 1 FROM refreshed WHERE {condition} LIMIT 1").fetchone()
            if some is not None:
                name = rows.hold(cursor, schema, partition)
                cursor.execute(f"INSERT INTO {name} SELECT * FROM refreshed WHERE {condition}")
        cursor.execute("DROP TABLE refreshed")
        rows.measure(schema, plan.chosen)
        _moved(frontend, plan.chosen)
        # Put in place at once: a reader walks through the old ones or the new ones.
        view.partitions = {each.name: each for each in (*plan.kept, *plan.made)}
        frontend.journal.save_partitions(view, (*plan.made, *plan.chosen))
    return True


def _moved(frontend: Frontend, partitions: Sequence[Partition]) -> None:
    for each in partitions:
        each.version += 1
        each.version_time = frontend.clock.now()


def refresh_due(frontend: Frontend) -> None:
    """Do the refreshes that wait, that loads have made, and whose time has come; called at each round of the daemon.

    A refresh that fails is told by the view alone (information_schema.materialized_views).
    """
    with frontend.lock:
        views = frontend.dependents.all()
        due = []
        for database, view in views:
            wanted = frontend.dependents.waiting.pop(view.id, None) or _due(frontend, view)
            if wanted is not None:
                due.append((database, view, wanted))
    for database, view, wanted in due:
        try:
            refresh(frontend, database, view, wanted)
        except SqlError:
            continue


def _due(frontend: Frontend, view: MaterializedView) -> Wanted | None:
    if not view.active or view.refresh not in ("ASYNC", "INCREMENTAL"):
        return None
    failed_at, failed_over = frontend.dependents.tried.get(view.id, (0.0, None))
    if not view.every:
        # A load into a base table asks for it (LoadJobMVListener.java, triggerToRefreshRelatedMVs).
        versions = base_versions(frontend, view)
        return None if versions in (view.base_versions, failed_over) else Wanted()
    now = frontend.clock.now()
    last = max(view.last_refresh or 0.0, failed_at)
    rounds = [int((moment - view.start) // view.every) for moment in (now, last)]
    return Wanted() if now >= view.start and (last < view.start or rounds[0] > rounds[1]) else None
