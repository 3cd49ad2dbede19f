"""What all loads share: the table they find, the transaction they write in, and what the frontend notes of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.catalog import Table, TableState, View
from ..server_errors import analysis, framed, internal, no_database, unknown_database, unknown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from ..frontend import Frontend
    from ..model.catalog import Database, Partition

__all__ = ["changed", "found_table", "loading"]


def found_table(frontend: Frontend, current: str | None, target: Sequence[str]) -> tuple[Database, Table]:
    """Find the table of a load.

    Raises
    ------
    SqlError
        If there is none, or it is a view.
    """
    name = target[-1]
    database = target[-2] if len(target) > 1 else current
    if not database:
        raise framed(no_database())
    if database not in frontend.databases:
        raise framed(unknown_database(database))
    found = frontend.databases[database].tables.get(name)
    if found is None:
        raise framed(unknown_table(name))
    if isinstance(found, View):
        raise analysis(f"The data of '{name}' cannot be modified because it is a view")
    return frontend.databases[database], found


@contextmanager
def loading(frontend: Frontend, table: Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the load's transaction, and make sure that the table may still be loaded into.

    The frontend's lock is not held: a long load stops nobody else. So nothing in here may ask for it, or two threads
    would wait for each other.
    """
    with frontend.rows.writing() as cursor:
        if table.state is TableState.RESTORE:
            # OlapTableTxnStateListener.java, preCommit
            raise internal(f'Cannot write RESTORE state table "{table.name}"')
        if table.dropped:
            raise framed(unknown_table(table.name))
        yield cursor


def changed(frontend: Frontend, table: Table, partitions: Sequence[Partition]) -> None:
    """Note what a load did to partitions: written down with the rows, known when they are."""
    noted = []
    for each in partitions:
        after = replace(each, version=each.version + 1, version_time=frontend.clock.now())
        noted.append(after)
    frontend.rows.measure(table.schema, noted)
    for after in noted:
        after.physical_count = _physical_count(table, after)
    for temporary in (False, True):
        part = [each for each in noted if (each.name in table.temporary_partitions) is temporary]
        frontend.journal.save_partitions(table, part, temporary=temporary)

    def know() -> None:
        for each, after in zip(partitions, noted, strict=True):
            each.version, each.version_time = after.version, after.version_time
            each.row_count, each.data_size = after.row_count, after.data_size
            each.physical_count = after.physical_count

    frontend.rows.after_commit(know)


def _physical_count(table: Table, partition: Partition) -> int:
    """Grow a randomly distributed partition whose buckets are full (OlapTable.java, createSubPartition).

    The server looks at the size of its buckets on disk; here it is what SHOW PARTITIONS gives as the data's size.
    """
    schema = table.schema
    size = dict(schema.properties).get("bucket_size", "0")
    if schema.distribution_columns or not schema.automatic_buckets or not size.isdecimal() or int(size) == 0:
        return partition.physical_count
    full = partition.data_size // (int(size) * max(len(partition.tablets), 1))
    return max(partition.physical_count, full + 1)
