"""SHOW PARTITIONS, TABLET and DATA, and ADMIN SHOW REPLICA (PartitionsProcDir.java; LocalTabletsProcDir.java)."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..model.catalog import Table, View
from ..server_errors import SqlError, analysis, framed
from .clauses import Condition, read_clauses
from .printed import byte_size, capacity, flag, like, never, percent, text_or_none
from .results import ResultRows, texts
from .show_create import partition_values
from .show_room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..model.catalog import Partition, Replica, Tablet
    from .reader import Reader
    from .show_room import Answer

__all__ = ["ShowPartitions"]

_OLAP_PARTITIONS = (
    "PartitionId PartitionName VisibleVersion VisibleVersionTime VisibleVersionHash State PartitionKey {} "
    "DistributionKey Buckets ReplicationNum StorageMedium CooldownTime LastConsistencyCheckTime DataSize StorageSize "
    "IsInMemory RowCount DataVersion VersionEpoch VersionTxnType TabletBalanced"
)
_LAKE_PARTITIONS = (
    "PartitionId PartitionName CompactVersion VisibleVersion NextVersion State PartitionKey {} DistributionKey Buckets "
    "DataSize StorageSize RowCount EnableDataCache AsyncWrite AvgCS P50CS MaxCS DataVersion VersionEpoch "
    "VersionTxnType MetaSwitchVersion PathId"
)
_LOCAL_TABLETS = (
    "TabletId ReplicaId BackendId SchemaHash Version VersionHash LstSuccessVersion LstSuccessVersionHash "
    "LstFailedVersion LstFailedVersionHash LstFailedTime DataSize RowCount State LstConsistencyCheckTime CheckVersion "
    "CheckVersionHash VersionCount PathHash MetaUrl CompactionStatus DiskRootPath IsConsistent Checksum"
)
_LAKE_TABLETS = "TabletId BackendId DataSize RowCount MinVersion"
_ONE_TABLET = "DbName TableName PartitionName IndexName DbId TableId PartitionId IndexId IsSync DetailCmd"
_REPLICA_STATUS = (
    "TabletId ReplicaId BackendId Version LastFailedVersion LastSuccessVersion CommittedVersion SchemaHash VersionNum "
    "IsBad IsSetBadForce State Status"
)

# ShowPartitionsStmt.java, FILTER_COLUMNS
_FILTERS = ("partitionid", "partitionname", "state", "buckets", "replicationnum", "lastconsistencychecktime")

_QUOTA = 2**63 - 1
"""Of bytes and of replicas, unless ALTER DATABASE sets others, which the sandbox does not have (FeConstants.java)."""


class ShowPartitions(Room):
    """What tables consist of, and where it lies."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        return {
            "PARTITIONS": lambda reader: self._partitions(reader, temporary=False),
            "TEMPORARY PARTITIONS": lambda reader: self._partitions(reader, temporary=True),
            **dict.fromkeys(("TABLET", "TABLETS"), self._tablets),
            "DATA": self._data,
        }

    def _olap(self, reader: Reader) -> tuple[str, Table]:
        database, table = self.object(reader.qualified())
        if not isinstance(table, Table):
            raise framed(SqlError(f"Table '{table.name}' is not a OLAP table", 5503, "42000"))
        return database, table

    # -- partitions ------------------------------------------------------------------------------------------------

    def _partitions(self, reader: Reader, *, temporary: bool) -> ResultRows:
        reader.expect("FROM")
        parts = reader.qualified()
        clauses = read_clauses(reader)
        conditions = {each.column.lower(): _checked(each) for each in clauses.conditions}
        _, table = self.named(parts)
        if not isinstance(table, Table):
            raise analysis(f"Table[{parts[-1]}] does not exists or is not OLAP/Paimon table")
        shown = self.partitions_of(table, temporary=temporary)
        places = {column.name.lower(): place for place, column in enumerate(shown.columns)}
        rows = [
            row
            for row in shown.rows
            if all(_passes(row[places[name]], each) for name, each in conditions.items() if name in places)
        ]
        return clauses.arranged(ResultRows(shown.columns, rows))

    def partitions_of(self, table: Table, *, temporary: bool = False) -> ResultRows:
        """List the partitions of a table; those of cloud-native tables have columns of their own.

        The server has a row for each physical partition; the sandbox knows the first of each, which holds all rows.
        """
        listed = "List" if table.schema.partition_kind.value == "LIST" else "Range"
        titles = (_LAKE_PARTITIONS if table.cloud_native else _OLAP_PARTITIONS).format(listed).split()
        make = _lake_partition if table.cloud_native else self._olap_partition
        rows = [make(table, each) for each in table.ordered(temporary=temporary)]
        if not self.frontend.behaviour.newest_columns:
            kept = [place for place, title in enumerate(titles) if title not in _NEWEST_TITLES]
            titles, rows = [titles[place] for place in kept], [tuple(row[place] for place in kept) for row in rows]
        return texts(titles, [tuple(text_or_none(value) for value in row) for row in rows])

    def _olap_partition(self, table: Table, each: Partition) -> tuple[Any, ...]:
        size = byte_size(each.data_size)
        return (
            *(each.physical_id, each.name, each.version, self.time(each.version_time), 0, "NORMAL", _keys(table)),
            *(partition_values(table, each), _distribution(table), len(each.tablets), each.replication_num, "HDD"),
            # Consistency checks do not run here.
            *(never(self.viewer.zone), None, size, size, "false", each.row_count, each.version, each.id),
            *("TXN_NORMAL", "false"),
        )

    # -- tablets ---------------------------------------------------------------------------------------------------

    def _tablets(self, reader: Reader) -> ResultRows:
        if reader.peek().kind == "number":
            number = reader.number()
            reader.end()
            return self._one_tablet(number)
        reader.expect("FROM")
        _, table = self._olap(reader)
        partitions = _chosen(table, reader, "Unknown partition: {}")
        clauses = read_clauses(reader)
        found = self.tablets_of(table, partitions)
        known = {column.name.lower(): place for place, column in enumerate(found.columns)}
        rows = found.rows
        for each in clauses.conditions:
            name = each.column.lower()
            if name == "indexname":
                # Rollups have no tablets of their own here.
                rows = rows if each.value == table.name else []
            elif name in ("version", "backendid", "state", "isconsistent") and each.operator == "=":
                rows = [row for row in rows if str(row[known[name]]).lower() == str(each.value).lower()]
            else:
                raise analysis(_TABLET_WHERE)
        return clauses.arranged(ResultRows(found.columns, rows))

    def tablets_of(self, table: Table, partitions: Iterable[Partition]) -> ResultRows:
        """List the tablets of some partitions, a row a replica."""
        rows: list[tuple[Any, ...]] = []
        for partition in partitions:
            count = max(len(partition.tablets), 1)
            size, number = partition.data_size // count, partition.row_count // count
            for tablet in partition.tablets:
                if table.cloud_native:
                    nodes = ",".join(str(each.backend) for each in tablet.replicas)
                    rows.append((tablet.id, f"[{nodes}]", byte_size(size), number, partition.version))
                    continue
                rows.extend(
                    self._local_replica(partition, tablet, each, byte_size(size), number) for each in tablet.replicas
                )
        rows.sort(key=lambda row: row[:2])
        titles = _LAKE_TABLETS if table.cloud_native else _LOCAL_TABLETS
        return texts(titles, [tuple(text_or_none(value) for value in row) for row in rows])

    def _local_replica(
        self, partition: Partition, tablet: Tablet, replica: Replica, size: str, rows: int
    ) -> tuple[Any, ...]:
        backend = self.frontend.backends.get(replica.backend)
        urls: tuple[str, ...] = ("N/A", "N/A", "N/A")
        if backend is not None:
            host = f"http://{backend.host}:8040"
            disk = backend.disks[tablet.id % len(backend.disks)].path if backend.disks else "unknown"
            shown = f"{host}/api/compaction/show?tablet_id={tablet.id}"
            urls = (f"{host}/api/meta/header/{tablet.id}", shown, disk)
        version = partition.version
        return (
            *(tablet.id, replica.id, replica.backend, 0, version, 0, version, 0, -1, 0, None, size, rows, "NORMAL"),
            # What a backend alone knows (versions, path and checksum) has the value that it has before any report.
            *(None, -1, 0, -1, -1, *urls, "true", -1),
        )

    def _one_tablet(self, number: int) -> ResultRows:
        for database in self.frontend.databases.values():
            for table in database.tables.values():
                for partition in table.partitions.values() if isinstance(table, Table) else ():
                    if any(each.id == number for each in partition.tablets):
                        ids = (database.id, table.id, partition.physical_id, partition.index_id)
                        command = "SHOW PROC '/dbs/{}/{}/partitions/{}/{}/{}';".format(*ids, number)
                        row = (database.name, table.name, partition.name, table.name, *map(str, ids), "true", command)
                        return texts(_ONE_TABLET, [row])
        command = f"SHOW PROC '/dbs/-1/-1/partitions/-1/-1/{number}';"
        return texts(_ONE_TABLET, [(None, None, None, None, "-1", "-1", "-1", "-1", "false", command)])

    # -- data ------------------------------------------------------------------------------------------------------

    def _data(self, reader: Reader) -> ResultRows:
        if reader.accept("FROM"):
            parts = reader.qualified()
            reader.end()
            return self._data_of_table(parts)
        reader.end()
        return self._data_of_database(self.known_database(self.viewer.database))

    def _data_of_database(self, database: str) -> ResultRows:
        rows: list[tuple[str, str, str]] = []
        total = replicas = 0
        for table in self.tables_of(database):
            if isinstance(table, View):
                continue
            size, count = _size_and_replicas(table)
            rows.append((table.name, capacity(size), str(count)))
            total, replicas = total + size, replicas + count
        rows.append(("Total", capacity(total), str(replicas)))
        rows.append(("Quota", capacity(_QUOTA), str(_QUOTA)))
        rows.append(("Left", capacity(_QUOTA - total), str(_QUOTA - replicas)))
        return texts("TableName Size ReplicaCount", rows)

    def _data_of_table(self, parts: tuple[str, ...]) -> ResultRows:
        _, table = self.named(parts)
        # The codes of these two are lost on their way through another exception.
        if table is None:
            raise analysis(f"Unknown table '{parts[-1]}'")
        if not isinstance(table, Table):
            raise analysis(f"Table '{table.name}' is not a OLAP table")
        size, count = _size_and_replicas(table)
        rows_held = sum(each.row_count for each in table.partitions.values())
        # A rollup has no data of its own here.
        each_index = {table.name: (size, count, rows_held), **{each.name: (0, 0, 0) for each in table.rollups.values()}}
        rows = [
            (table.name if place == 0 else "", name, capacity(bytes_), str(number), str(held))
            for place, (name, (bytes_, number, held)) in enumerate(sorted(each_index.items()))
        ]
        rows.append(("", "Total", capacity(size), str(count), ""))
        return texts("TableName IndexName Size ReplicaCount RowCount", rows)

    # -- replicas --------------------------------------------------------------------------------------------------

    def replica_status(self, reader: Reader) -> ResultRows:
        """Answer ADMIN SHOW REPLICA STATUS (MetadataViewer.java, getTabletStatus)."""
        table = self._for_admin(reader, "Table does not exist or is not OLAP table: {}")
        partitions = _chosen(table, reader, "Partition does not exist: {}")
        wanted = read_clauses(reader).conditions
        rows = []
        for partition in partitions:
            for tablet in partition.tablets:
                for replica in tablet.replicas:
                    backend = self.frontend.backends.get(replica.backend)
                    status = "OK" if backend is not None and backend.alive else "DEAD"
                    if all((str(each.value).upper() == status) is (each.operator == "=") for each in wanted):
                        version = str(partition.version)
                        head = (str(tablet.id), str(replica.id), str(replica.backend), version, "-1", version)
                        rows.append((*head, version, "0", "-1", "false", "false", "NORMAL", status))
        return texts(_REPLICA_STATUS, rows)

    def replica_distribution(self, reader: Reader) -> ResultRows:
        """Answer ADMIN SHOW REPLICA DISTRIBUTION (MetadataViewer.java, getTabletDistribution)."""
        table = self._for_admin(reader, "Table does not exist or is not native table: {}")
        partitions = _chosen(table, reader, "Partition does not exist: {}")
        reader.end()
        counts = Counter(
            replica.backend for each in partitions for tablet in each.tablets for replica in tablet.replicas
        )
        total = sum(counts[each.id] for each in self.frontend.backends.all)
        rows = []
        for backend in sorted(self.frontend.backends.all, key=lambda each: each.id):
            count = counts[backend.id]
            share = percent(count, total).removeprefix("0") if total else "NaN"
            graph = ">" * math.ceil(count * len(self.frontend.backends.all) / total) if total else ""
            rows.append((str(backend.id), str(count), graph, share))
        return texts("BackendId ReplicaNum Graph Percent", rows)

    def _for_admin(self, reader: Reader, refusal: str) -> Table:
        reader.expect("FROM")
        parts = reader.qualified()
        database = parts[-2] if len(parts) > 1 else self.viewer.database
        if database not in self.frontend.databases:
            raise analysis(f"Database {database} does not exist")
        table = self.frontend.databases[database].tables.get(parts[-1])
        if not isinstance(table, Table):
            raise analysis(refusal.format(parts[-1]))
        return table


_NEWEST_TITLES = ("TabletBalanced", "MetaSwitchVersion", "PathId")

_TABLET_WHERE = (
    'Where clause should looks like: Version = "version", or state = "NORMAL|ROLLUP|CLONE|DECOMMISSION", or BackendId '
    '= 10000, indexname="rollup_name" or IsConsistent="true|false" or compound predicate with operator AND'
)


def _keys(table: Table) -> str:
    return ", ".join(table.schema.partition_columns)


def _distribution(table: Table) -> str:
    return ", ".join(table.schema.distribution_columns) or "ALL KEY"


def _lake_partition(table: Table, each: Partition) -> tuple[Any, ...]:
    size = byte_size(each.data_size)
    return (
        *(each.physical_id, each.name, 0, each.version, each.version + 1, "NORMAL", _keys(table)),
        *(partition_values(table, each), _distribution(table), len(each.tablets), size, size, each.row_count),
        *(flag(value=True), flag(value=False), "0.00", "0.00", "0.00", each.version, each.id, "TXN_NORMAL", 0, 0),
    )


def _size_and_replicas(table: Table) -> tuple[int, int]:
    size = replicas = 0
    for each in table.partitions.values():
        size += each.data_size
        replicas += sum(len(tablet.replicas) for tablet in each.tablets)
    return size, replicas


def _chosen(table: Table, reader: Reader, refusal: str) -> Sequence[Partition]:
    """Read ``[[TEMPORARY] PARTITION (a, b)]``; all partitions without it."""
    temporary = reader.accept("TEMPORARY")
    if not (reader.accept("PARTITION") or reader.accept("PARTITIONS")):
        return list(table.partitions.values())
    names = reader.names() if reader.at("(") else (reader.name(),)
    held = table.temporary_partitions if temporary else table.partitions
    for name in names:
        if name not in held:
            raise analysis(refusal.format(name))
    return [held[name] for name in names]


def _checked(each: Condition) -> Condition:
    """Refuse what SHOW PARTITIONS does not filter by (ShowStmtAnalyzer.java, binaryPredicateHandler)."""
    name = each.column.lower()
    by_text = name in ("partitionname", "state")
    if each.operator == "LIKE":
        if not by_text:
            raise analysis('Where clause : PartitionName|State like "p20191012|NORMAL"')
    elif by_text and each.operator != "=":
        raise analysis(f"Only operator =|like are supported for {each.column}")
    elif name == "lastconsistencychecktime":
        if not isinstance(each.value, str):
            raise analysis('Where clause : LastConsistencyCheckTime =|>=|<=|>|<|!= "2019-12-22|2019-12-22 22:22:00"')
    elif name not in _FILTERS:
        raise analysis(
            "Only the columns of PartitionId/PartitionName/State/Buckets/ReplicationNum/LastConsistencyCheckTime are "
            "supported."
        )
    return each


def _passes(cell: str | None, each: Condition) -> bool:
    """Judge one cell (PartitionsProcDir.java, filter); a time that is not set passes nothing but itself."""
    if each.operator == "LIKE":
        return like(str(each.value), any_case=True)(cell or "")
    if isinstance(each.value, str) and each.operator == "=":
        return cell == each.value
    if cell is None:
        return False
    left, right = (cell, each.value) if isinstance(each.value, str) else (int(cell), each.value)
    if left == right:
        return each.operator in ("=", ">=", "<=")
    below = left < right  # type: ignore[operator] # both are text, or both are numbers
    return each.operator == "!=" or (each.operator in ("<", "<=") if below else each.operator in (">", ">="))
