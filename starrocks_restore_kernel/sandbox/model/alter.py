"""Jobs that change a table while it is read: schema changes, rollups, other buckets (AlterJobV2.java).

The daemon of the alter handler looks at them every ten seconds. The first round makes the new replicas and sends the
tasks, the next one finds them done; so a job lasts two rounds here, whatever the table holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import duckdb

from ..clock import time_text
from ..server_errors import internal
from .catalog import Column, Rollup, Schema, Table, TableState
from .dependents import inactivate_for_columns
from .journal import Entry
from .partitions import new_tablets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from ..frontend import Frontend
    from .catalog import Database

__all__ = [
    "ALTER_TITLES",
    "AlterJob",
    "AlterKind",
    "AlterState",
    "alter_rows",
    "cancel_alter",
    "finish_alter_jobs",
    "record",
    "run_alter_jobs",
    "submit",
    "take_schema",
]

_PERIOD = 10
"""Config.java, alter_scheduler_interval_millisecond."""

_TIMEOUT = 86400
"""Config.java, alter_table_timeout_second."""


class AlterKind(Enum):
    """The kinds of jobs, and what SHOW ALTER TABLE calls them."""

    COLUMN = "COLUMN"
    ROLLUP = "ROLLUP"
    OPTIMIZE = "OPTIMIZE"

    @property
    def table_state(self) -> TableState:
        """The state of the table for so long."""
        return TableState.SCHEMA_CHANGE if self is AlterKind.COLUMN else TableState(self.value)


class AlterState(Enum):
    """Where a job is (AlterJobV2.java, JobState)."""

    PENDING = "PENDING"
    WAITING_TXN = "WAITING_TXN"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self in (AlterState.FINISHED, AlterState.CANCELLED)


@dataclass(slots=True)
class AlterJob:
    """One job; what it will change is written down with it."""

    id: int
    kind: AlterKind
    database: int
    table: int
    table_name: str
    create_time: float
    index: int
    shadow_index: int
    transaction: int
    state: AlterState = AlterState.PENDING
    finish_time: float | None = None
    message: str = ""
    schema: Schema | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    """New and old names of columns, where they differ."""
    rollup: Rollup | None = None
    operation: str = ""


def _base_index(table: Table) -> int:
    first = next(iter(table.partitions.values()), None)
    return first.index_id if first else table.id


def record(
    frontend: Frontend,
    database: Database,
    table: Table,
    kind: AlterKind,
    *,
    schema: Schema | None = None,
    renamed: Mapping[str, str] | None = None,
    rollup: Rollup | None = None,
    operation: str = "",
) -> AlterJob:
    """Make a job, which nobody runs yet."""
    return AlterJob(
        frontend.next_id(),
        kind,
        database.id,
        table.id,
        table.name,
        frontend.clock.now(),
        _base_index(table),
        rollup.id if rollup is not None else frontend.next_id(),
        frontend.next_id(),
        schema=schema,
        renamed=tuple((renamed or {}).items()),
        rollup=rollup,
        operation=operation,
    )


def submit(
    frontend: Frontend,
    database: Database,
    table: Table,
    kind: AlterKind,
    *,
    schema: Schema | None = None,
    renamed: Mapping[str, str] | None = None,
    rollup: Rollup | None = None,
    operation: str = "",
) -> AlterJob:
    """Begin a job: from now on the table is in its state, and can be read and loaded but not altered."""
    job = record(frontend, database, table, kind, schema=schema, renamed=renamed, rollup=rollup, operation=operation)
    table.state = kind.table_state
    frontend.alter_jobs[job.id] = job
    with frontend.journal.writing():
        frontend.journal.save(Entry.ALTER_JOB, job.id, job)
        frontend.journal.save_object(database, table)
    return job


def run_alter_jobs(frontend: Frontend) -> None:
    """Give each unfinished job a step, if ten seconds have passed since the last round (AlterHandler.java)."""
    now = frontend.clock.now()
    if now - frontend.last_alter_round < _PERIOD:
        return
    frontend.last_alter_round = now
    keep = int(frontend.config["history_job_keep_max_second"])
    for job in list(frontend.alter_jobs.values()):
        if not job.state.final:
            _step(frontend, job)
        elif job.finish_time is not None and now - job.finish_time > keep:
            del frontend.alter_jobs[job.id]
            frontend.journal.forget(Entry.ALTER_JOB, job.id)


def finish_alter_jobs(frontend: Frontend) -> None:
    """Bring all jobs to their end at once, whatever the time: a seed begins with its tables as they shall be."""
    for job in list(frontend.alter_jobs.values()):
        while not job.state.final:
            _step(frontend, job)


def _found(frontend: Frontend, job: AlterJob) -> tuple[Database, Table] | None:
    database = frontend.databases_by_id.get(job.database)
    if database is None:
        return None
    table = next((each for each in database.tables.values() if each.id == job.table), None)
    return (database, table) if isinstance(table, Table) else None


def _step(frontend: Frontend, job: AlterJob) -> None:
    found = _found(frontend, job)
    if found is None:
        # The tail is worded here: the server names ids (AlterJobV2.java, checkTableStable).
        return _end(frontend, job, None, AlterState.CANCELLED, f"Table or database does not exist: {job.table_name}")
    if frontend.clock.now() - job.create_time > _TIMEOUT:
        return _end(frontend, job, found, AlterState.CANCELLED, "Timeout")
    if job.state is AlterState.PENDING:
        job.state = AlterState.RUNNING
        return frontend.journal.save(Entry.ALTER_JOB, job.id, job)
    try:
        with frontend.journal.writing():
            _apply(frontend, job, found[1])
            _end(frontend, job, found, AlterState.FINISHED, "")
    except duckdb.Error as error:
        # Rows that do not fit the new type; a backend names the tablet, and this sentence is worded here.
        job.finish_time = None
        _end(frontend, job, found, AlterState.CANCELLED, f"alter failed: {' '.join(str(error).split()[:12])}")
    return None


def _apply(frontend: Frontend, job: AlterJob, table: Table) -> None:
    if job.rollup is not None:
        table.rollups = {**table.rollups, job.rollup.name: job.rollup}
    if job.schema is None:
        return
    partitions = [*table.partitions.values(), *table.temporary_partitions.values()]
    if job.kind is AlterKind.OPTIMIZE:
        for each in partitions:
            each.tablets = new_tablets(frontend, job.schema.buckets, each.replication_num) or each.tablets
    else:
        frontend.rows.reshape(table.schema, job.schema, dict(job.renamed), partitions)
    new = replace(job.schema, properties=table.schema.properties, comment=table.schema.comment)
    take_schema(frontend, table, new, dict(job.renamed))


def take_schema(frontend: Frontend, table: Table, new: Schema, renamed: Mapping[str, str]) -> None:
    """Let a table have other columns, its rollups too, and what reads the old ones be inactive.

    Parameters
    ----------
    renamed
        Old names of columns by their new ones, where they differ.
    """
    old, table.schema = table.schema, new
    names = {before: after for after, before in renamed.items()}
    table.rollups = {
        name: replace(
            each, columns=tuple(names.get(column, column) for column in each.columns if _kept(new, names, column))
        )
        for name, each in table.rollups.items()
    }
    inactivate_for_columns(frontend, table, [each.name for each in old.columns if _changed(each, new)])


def _kept(new: Schema, names: Mapping[str, str], column: str) -> bool:
    # A column that is computed of others, such as mv_sum_k, is none of the table's.
    return column.startswith("mv_") or new.column(names.get(column, column)) is not None


def _changed(old: Column, new: Schema) -> bool:
    """Tell of a column that was dropped, renamed or modified (AlterHelper.java, collectDroppedOrModifiedColumns)."""
    found = new.column(old.name)
    return found is None or replace(found, comment=old.comment) != old


def _end(
    frontend: Frontend, job: AlterJob, found: tuple[Database, Table] | None, state: AlterState, message: str
) -> None:
    job.state, job.message, job.finish_time = state, message, frontend.clock.now()
    with frontend.journal.writing():
        frontend.journal.save(Entry.ALTER_JOB, job.id, job)
        if found is not None:
            database, table = found
            table.state = TableState.NORMAL
            frontend.journal.save_object(database, table)


def cancel_alter(frontend: Frontend, table: Table, kind: AlterKind) -> None:
    """Do ``CANCEL ALTER TABLE`` (SchemaChangeHandler.java and MaterializedViewHandler.java, cancel).

    Raises
    ------
    SqlError
        If the table is not in such a job's state.
    """
    if table.state is not kind.table_state:
        if kind is AlterKind.ROLLUP:
            raise internal(
                f"Table[{table.name}] is not under ROLLUP/WAITING_STABLE. Use 'ALTER TABLE DROP ROLLUP' if you want to."
            )
        raise internal(f"Table[{table.name}] is not under {kind.table_state.value}.")
    for job in frontend.alter_jobs.values():
        if job.table == table.id and not job.state.final:
            _end(frontend, job, _found(frontend, job), AlterState.CANCELLED, "user cancelled")


ALTER_TITLES = {
    AlterKind.COLUMN: (
        "JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion "
        "TransactionId State Msg Progress Timeout"
    ),
    AlterKind.ROLLUP: (
        "JobId TableName CreateTime FinishedTime BaseIndexName RollupIndexName RollupId TransactionId "
        "State Msg Progress Timeout"
    ),
    AlterKind.OPTIMIZE: "JobId TableName CreateTime FinishTime Operation TransactionId State Msg Progress Timeout",
}
"""The columns of SHOW ALTER TABLE (SchemaChangeProcDir.java, RollupProcDir.java, OptimizeProcDir.java)."""


def alter_rows(frontend: Frontend, database: Database, kind: AlterKind, zone: tzinfo) -> list[tuple[str, ...]]:
    """Write the jobs of a database as SHOW ALTER TABLE does, each with all columns of its kind as text."""
    found = []
    for job in frontend.alter_jobs.values():
        if job.database != database.id or job.kind is not kind:
            continue
        running = job.state is AlterState.RUNNING
        begin = (str(job.id), job.table_name, _time(job.create_time, zone), _time(job.finish_time, zone))
        end = (job.state.value, job.message, "0/1" if running else "\\N", str(_TIMEOUT))
        found.append((*begin, *_middle(job), str(job.transaction), *end))
    return found


def _time(seconds: float | None, zone: tzinfo) -> str:
    # FeConstants.java, NULL_STRING
    return time_text(seconds, zone) or "\\N"


def _middle(job: AlterJob) -> tuple[str, ...]:
    if job.kind is AlterKind.OPTIMIZE:
        return (job.operation,)
    if job.kind is AlterKind.ROLLUP:
        return (job.table_name, job.rollup.name if job.rollup else "", str(job.shadow_index))
    # The server shows "version:hash"; the hash has no meaning here.
    return (job.table_name, str(job.shadow_index), str(job.index), "1:0")
