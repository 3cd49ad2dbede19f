"""A large cluster: how lists, plans and clients bear a hundred thousand tables.

Its objects are built in memory and written down by the thousand, since as many statements would take minutes. All
tables share what describes them; a few have rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from ...errors import UsageProblem
from ..backup.snapshot_info import BackupMeta, SavedPartition, SavedTable, SavedTableMeta, SnapshotInfo
from ..clock import backup_timestamp
from ..garbage import collector_rests
from ..model.catalog import Column, Database, Partition, PartitionKind, Range, Replica, Schema, Table, Tablet
from ..model.tables import add_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..frontend import Frontend
    from ..statements.session import Session

__all__ = ["LARGE_SNAPSHOT", "Scale", "plant_scale"]

REPOSITORY = "scale_repo"
LARGE_SNAPSHOT = "large"
"""The label of the snapshot that is made of the first database."""

_WITH_ROWS = 3
"""In how many databases the first table has rows."""

_BATCH = 5000
"""How many tables are written down at once; what is not yet written takes memory."""

_ROUNDS = 1000
"""How many rounds of the daemon the jobs may take that are to be finished."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large.

    Parameters
    ----------
    databases
        Named ``scale_0001`` and so on.
    tables
        In each database, ``table_000001`` and so on.
    partitions
        Of each table; with more than one it is partitioned by the day.
    jobs
        Each database has a backup job: every other one's is finished, and the others' run when the sandbox starts.
    snapshot
        The first database lies in the repository as the snapshot ``large``, without its files: it can be listed and
        planned with, and a restore of it waits in DOWNLOADING for what is not there.
    """

    databases: int = 1
    tables: int = 1
    partitions: int = 1
    jobs: bool = False
    snapshot: bool = False

    @classmethod
    def read(cls, text: str) -> Scale:
        """Read one as a person writes it on a command line.

        Raises
        ------
        UsageProblem
            If a word is none of those that there are.

        Examples
        --------
        >>> Scale.read("databases=1000,jobs")
        Scale(databases=1000, tables=1, partitions=1, jobs=True, snapshot=False)
        """
        given: dict[str, int | bool] = {}
        numbers = [each.name for each in fields(cls) if each.type == "int"]
        for part in text.split(","):
            name, equals, value = part.strip().partition("=")
            number = int(value) if value.isascii() and value.isdecimal() else 0
            if equals and name in numbers and 0 < number <= _MOST:
                given[name] = number
            elif not equals and name in ("jobs", "snapshot"):
                given[name] = True
            else:
                raise UsageProblem(
                    f"a sandbox has no size {part.strip()!r}",
                    hint="write databases=…, tables=…, partitions=…, jobs and snapshot, with commas between them",
                )
        return cls(**given)  # type: ignore[arg-type]  # numbers and flags as their names want them


_MOST = 10_000_000

_COLUMNS = (
    Column("id", "bigint", key=True, nullable=False),
    Column("day", "date", key=True, nullable=False),
    Column("amount", "decimal(10, 2)"),
    Column("note", "varchar(64)"),
)
_PLAIN = Schema(_COLUMNS, distribution_columns=("id",))
_BY_DAY = replace(_PLAIN, partition_kind=PartitionKind.RANGE, partition_columns=("day",))


@collector_rests()
def plant_scale(frontend: Frontend, session: Session, scale: Scale) -> None:
    """Fill an empty cluster."""
    with frontend.lock:
        databases = _databases(frontend, scale)
    for each in databases[:_WITH_ROWS]:
        session.run(
            f"INSERT INTO {each.name}.table_000001 "
            "SELECT g.n, '2024-01-01', g.n / 100, 'seed' FROM TABLE(generate_series(1, 1000)) AS g(n)"
        )
    if scale.jobs or scale.snapshot:
        session.run(f"CREATE REPOSITORY {REPOSITORY} WITH BROKER ON LOCATION 's3://scale/backups'")
    if scale.snapshot:
        _snapshot(frontend, databases[0])
    if scale.jobs:
        _back_up(session, databases[::2])
        for _ in range(_ROUNDS):
            if all(each.done for each in frontend.jobs.values()):
                break
            frontend.tick()
        _back_up(session, databases[1::2])


def _databases(frontend: Frontend, scale: Scale) -> list[Database]:
    found = []
    ranges = _days(scale.partitions)
    each_has = range(1, scale.tables + 1)
    places = [(number, count) for number in range(1, scale.databases + 1) for count in each_has]
    for start in range(0, len(places), _BATCH):
        with frontend.journal.writing():
            for number, count in places[start : start + _BATCH]:
                if count == 1:
                    found.append(_database(frontend, f"scale_{number:04d}"))
                add_object(frontend, found[-1], _table(frontend, f"table_{count:06d}", ranges))
    return found


def _database(frontend: Frontend, name: str) -> Database:
    database = Database(frontend.next_id(), name)
    frontend.add_database(database)
    frontend.journal.save_database(database)
    return database


def _days(count: int) -> list[tuple[str, Range]]:
    """Name so many days from 2024 on, with their ranges; none for a table that is not partitioned."""
    if count == 1:
        return []
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(count + 1)]
    return [(f"p{lower:%Y%m%d}", Range((lower.isoformat(),), (upper.isoformat(),))) for lower, upper in pairwise(days)]


def _table(frontend: Frontend, name: str, ranges: list[tuple[str, Range]]) -> Table:
    now = frontend.clock.now()
    table = Table(frontend.next_id(), name, _BY_DAY if ranges else _PLAIN, now)
    index = frontend.next_id()
    backends = frontend.backends.all
    places: Sequence[tuple[str, Range | None]] = ranges or [(name, None)]
    for partition, range_ in places:
        tablet = frontend.next_id()
        replica = Replica(frontend.next_id(), backends[tablet % len(backends)].id)
        table.partitions[partition] = Partition(
            frontend.next_id(),
            partition,
            frontend.next_id(),
            index,
            1,
            (Tablet(tablet, (replica,)),),
            version_time=now,
            range=range_,
        )
    return table


def _back_up(session: Session, databases: list[Database]) -> None:
    with session.frontend.lock, session.frontend.journal.writing():
        for each in databases:
            session.run(f"BACKUP SNAPSHOT {each.name}.seed_{each.id} TO {REPOSITORY}")


def _snapshot(frontend: Frontend, database: Database) -> None:
    """Write the two files that describe a snapshot of it."""
    repository = frontend.repositories[REPOSITORY]
    tables = [each for each in database.tables.values() if isinstance(each, Table)]
    now = frontend.clock.now()
    saved = {each.name: SavedTable(each.name, each.id, _saved(each)) for each in tables}
    info = SnapshotInfo(LARGE_SNAPSHOT, database.name, database.id, int(now * 1000), saved)
    meta = BackupMeta(
        {
            each.name: SavedTableMeta(
                each.id,
                each.name,
                each.schema,
                {name: part.range for name, part in each.partitions.items()},
                dict.fromkeys(each.partitions),
            )
            for each in tables
        }
    )
    repository.upload(LARGE_SNAPSHOT, "__meta", meta.write())
    repository.upload(LARGE_SNAPSHOT, f"__info_{backup_timestamp(now)}", info.write())


def _saved(table: Table) -> dict[str, SavedPartition]:
    return {
        each.name: SavedPartition(
            each.name,
            each.id,
            each.version,
            each.physical_id,
            each.index_id,
            tuple(tablet.id for tablet in each.tablets),
        )
        for each in table.partitions.values()
    }
