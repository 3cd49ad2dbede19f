"""How a frontend comes up: its memory is built from what was written down (GlobalStateMgr.java, loadImage)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from .backup.backup_job import BackupJob
from .backup.handler import load_jobs
from .backup.repository import Repository, RepositoryEntry
from .garbage import collector_rests
from .model.alter import AlterJob
from .model.catalog import Database, ExternalCatalog, MaterializedView, Table, View
from .model.dependents import register_all
from .model.journal import GLOBAL, DatabaseEntry, Entry, FunctionEntry, PartitionEntry, TableEntry

if TYPE_CHECKING:
    from .frontend import Frontend
    from .model.catalog import Function

__all__ = ["load"]

_KINDS: dict[str, type[Table | View]] = {each.__name__: each for each in (Table, MaterializedView, View)}


@collector_rests()
def load(frontend: Frontend) -> None:
    """Fill an empty memory, and let go of rows that no partition of it owns."""
    journal = frontend.journal
    frontend.accounts.load()
    for database in journal.load(Entry.DATABASE, DatabaseEntry).values():
        frontend.add_database(Database(database.id, database.name))
    _load_tables(frontend)
    register_all(frontend)
    for entry in journal.load(Entry.FUNCTION, FunctionEntry).values():
        known = frontend.global_functions if entry.database == GLOBAL else _functions(frontend, entry)
        known[entry.function.signature] = entry.function
    frontend.catalogs.update(journal.load(Entry.CATALOG, ExternalCatalog))
    for name, repository in journal.load(Entry.REPOSITORY, RepositoryEntry).items():
        frontend.repositories[name] = Repository.known(repository, frontend.folder, frontend.faults)
    load_jobs(frontend)
    _drop_orphans(frontend)
    frontend.alter_jobs.update((job.id, job) for job in journal.load(Entry.ALTER_JOB, AlterJob).values())
    frontend.labels.update(journal.load(Entry.LABEL, int))


def _functions(frontend: Frontend, entry: FunctionEntry) -> dict[str, Function]:
    return frontend.databases_by_id[entry.database].functions


def _load_tables(frontend: Frontend) -> None:
    journal = frontend.journal
    partitions: dict[int, list[PartitionEntry]] = defaultdict(list)
    for partition in journal.load(Entry.PARTITION, PartitionEntry).values():
        partitions[partition.table].append(partition)
    counters = journal.load(Entry.COUNTER, int)
    for entry in journal.load(Entry.TABLE, TableEntry).values():
        table = msgspec.json.decode(entry.object, type=_KINDS[entry.kind])
        if isinstance(table, Table):
            table.next_auto_increment = counters.get(str(table.id), 1)
            for each in partitions[table.id]:
                held = table.temporary_partitions if each.temporary else table.partitions
                held[each.partition.name] = each.partition
        frontend.databases_by_id[entry.database].tables[table.name] = table


def _drop_orphans(frontend: Frontend) -> None:
    """Let go of rows that nothing leads to: of tables that PENDING made and nobody wrote down, of jobs that ended."""
    tables = [each for database in frontend.databases.values() for each in database.tables.values()]
    owned = [
        each
        for table in tables
        if isinstance(table, Table)
        for each in (*table.partitions.values(), *table.temporary_partitions.values())
    ]
    fixed = [each for job in frontend.jobs.values() if isinstance(job, BackupJob) for each in job.data.snapshots]
    frontend.rows.drop_all_but(owned, fixed)
