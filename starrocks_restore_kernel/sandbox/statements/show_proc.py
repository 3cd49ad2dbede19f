"""SHOW PROC: the tree of what a frontend knows of itself (ProcService.java, and the directory around it)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..model.alter import AlterKind
from ..model.catalog import Table, View
from ..server_errors import analysis, unsupported_here
from .printed import capacity, text_or_none
from .results import ResultRows, texts
from .show_alter import ShowAlter
from .show_cluster import ShowCluster
from .show_partitions import ShowPartitions
from .show_room import Room
from .show_tables import ShowTables

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model.catalog import Database, Partition
    from .reader import Reader
    from .show_room import Answer

    Node = Callable[[list[str]], ResultRows]

__all__ = ["ShowProc"]

# The directories that ProcService.java registers; those behind the first line are not looked into here.
_ROOTS = (
    *("backends", "compute_nodes", "dbs", "jobs", "statistic", "tasks", "frontends", "brokers", "transactions"),
    *("cluster_balance", "catalog"),
)
_OTHER_ROOTS = (
    *("resources", "load_error_hub", "monitor", "current_queries", "global_current_queries"),
    *("current_backend_instances", "routine_loads", "stream_loads", "colocation_group", "compactions", "warehouses"),
    *("meta_recovery", "replications", "historical_nodes"),
)

# Types.thrift, TTaskType
_TASK_TYPES = (
    "CREATE DROP PUSH CLONE STORAGE_MEDIUM_MIGRATE ROLLUP SCHEMA_CHANGE CANCEL_DELETE MAKE_SNAPSHOT RELEASE_SNAPSHOT "
    "CHECK_CONSISTENCY UPLOAD DOWNLOAD CLEAR_REMOTE_FILE MOVE REALTIME_PUSH PUBLISH_VERSION CLEAR_ALTER_TASK "
    "CLEAR_TRANSACTION_TASK RECOVER_TABLET STREAM_LOAD UPDATE_TABLET_META_INFO ALTER INSTALL_PLUGIN UNINSTALL_PLUGIN "
    "DROP_AUTO_INCREMENT_MAP COMPACTION REMOTE_SNAPSHOT REPLICATE_SNAPSHOT UPDATE_SCHEMA COMPACTION_CONTROL "
    "EXTERNAL_CLUSTER_SNAPSHOT TABLET_RESTORE NUM_TASK_TYPE"
).split()

_TABLES = (
    "TableId TableName IndexNum PartitionColumnName PartitionNum State Type LastConsistencyCheckTime ReplicaCount "
    "PartitionType StoragePath"
)
_STATISTIC = (
    "DbId DbName TableNum PartitionNum IndexNum TabletNum ReplicaNum UnhealthyTabletNum InconsistentTabletNum "
    "CloningTabletNum ErrorStateTabletNum"
)
_INDEX_INFO = "IndexId IndexName SchemaVersion SchemaHash ShortKeyColumnCount StorageType Keys"
_REPLICAS = (
    "ReplicaId BackendId Version VersionHash LstSuccessVersion LstSuccessVersionHash LstFailedVersion "
    "LstFailedVersionHash LstFailedTime SchemaHash DataSize RowCount State IsBad IsSetBadForce VersionCount PathHash "
    "MetaUrl CompactionStatus IsErrorState"
)
_TRANSACTIONS = (
    "TransactionId Label Coordinator TransactionStatus LoadJobSourceType PrepareTime PreparedTime CommitTime "
    "PublishTime FinishTime Reason ErrorReplicasCount ListenerId TimeoutMs PreparedTimeoutMs ErrMsg"
)

_ALTER_JOBS = {"rollup": AlterKind.ROLLUP, "schema_change": AlterKind.COLUMN, "optimize": AlterKind.OPTIMIZE}

_QUOTA = 2**63 - 1


class ShowProc(Room):
    """Walks a path; every directory tells what it holds, and refuses what it does not know in words of its own."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        return {"PROC": self._proc}

    def _proc(self, reader: Reader) -> ResultRows:
        path = reader.string()
        reader.end()
        if not path:
            raise analysis("Path is null")
        try:
            return self._open(path)
        except _ProcError as error:
            raise analysis(f"Unknown proc node path: {path}. msg: {error}") from error

    def _open(self, path: str) -> ResultRows:
        bare = path.strip().split()[0] if path.strip() else ""
        if not bare:
            raise _ProcError(f"{path} is not a directory")
        if not bare.startswith("/"):
            raise _ProcError(f"Path({path}) does not start with '/'")
        parts = [part for part in bare.split("/") if part]
        if not parts:
            return texts(["name"], [(name,) for name in (*_ROOTS, *_OTHER_ROOTS)])
        nodes: dict[str, Node] = {
            "backends": self._backends,
            "brokers": lambda rest: _leaf(rest, texts("Name IP Port Alive LastStartTime LastUpdateTime ErrMsg")),
            "catalog": self._catalog,
            "cluster_balance": self._balance,
            "compute_nodes": lambda rest: _leaf(rest, ShowCluster(self.frontend, self.viewer).compute_nodes()),
            "dbs": self._dbs,
            "frontends": lambda rest: _leaf(rest, ShowCluster(self.frontend, self.viewer).frontends()),
            "jobs": self._jobs,
            "statistic": self._statistic,
            "tasks": self._tasks,
            "transactions": self._transactions,
        }
        if parts[0] in _OTHER_ROOTS:
            raise unsupported_here(f"SHOW PROC '/{parts[0]}'")
        if parts[0] not in nodes:
            raise _ProcError(f"Cannot find path: {path}")
        try:
            return nodes[parts[0]](parts[1:])
        except _NoDirectory as error:
            raise _ProcError(f"/{'/'.join(parts[: len(parts) - error.left + 1])} is not a directory") from error

    # -- databases -------------------------------------------------------------------------------------------------

    def _database(self, text: str, refusal: str = 'Unknown database id or name "{}"') -> Database:
        known = self.frontend
        found = known.databases_by_id.get(int(text)) if text.isdecimal() else known.databases.get(text)
        if found is None:
            raise _ProcError(refusal.format(text))
        return found

    def _by_id(self, text: str) -> Database:
        if not text.isdecimal():
            raise _ProcError(f"Invalid db id format: {text}")
        return self._database(text, "Database[{}] does not exist.")

    def _dbs(self, path: list[str]) -> ResultRows:
        if path:
            return self._tables(self._database(path[0]), path[1:])
        rows = [
            (str(each.id), each.name, str(len(each.tables)), capacity(_QUOTA), None, str(_QUOTA))
            for each in sorted(self.frontend.databases.values(), key=lambda each: each.id)
        ]
        # System databases have ids of their own below all others (SystemId.java); what is in them is not counted here.
        return texts("DbId DbName TableNum Quota LastConsistencyCheckTime ReplicaQuota", rows)

    def _tables(self, database: Database, path: list[str]) -> ResultRows:
        if not path:
            rows = [self._table_row(each) for each in sorted(database.tables.values(), key=lambda each: each.id)]
            return texts(_TABLES, rows)
        if path[0].isdecimal():
            found = next((each for each in database.tables.values() if each.id == int(path[0])), None)
        else:
            found = database.tables.get(path[0])
        if found is None:
            raise _ProcError(f'unknown table id or name "{path[0]}"')
        return self._table(found, path[1:])

    def _table_row(self, table: Table | View) -> tuple[str | None, ...]:
        if isinstance(table, View):
            return (str(table.id), table.name, None, None, "1", None, "VIEW", None, "0", "UNPARTITIONED", None)
        replicas = sum(len(tablet.replicas) for each in table.partitions.values() for tablet in each.tablets)
        schema = table.schema
        number = len(table.partitions) if schema.partition_columns else 1
        # Where a cloud-native table lies is the storage volume's affair.
        return (
            *(str(table.id), table.name, str(1 + len(table.rollups)), ", ".join(schema.partition_columns)),
            *(str(number), table.state.value, table.type, None, str(replicas), schema.partition_kind.value, None),
        )

    def _table(self, table: Table | View, path: list[str]) -> ResultRows:
        if not path:
            return texts(["Nodes"], [("partitions",), ("temp_partitions",), ("index_schema",)])
        if path[0] == "index_schema":
            return self._index_schema(table, path[1:])
        if path[0] not in ("partitions", "temp_partitions"):
            raise _ProcError(f"Not implemented yet: {path[0]}")
        temporary = path[0] == "temp_partitions"
        if isinstance(table, View):
            lacks = "does not have temp partitions" if temporary else _NOT_OLAP
            raise _ProcError(f"Table[{table.name}] {lacks}")
        if len(path) == 1:
            return ShowPartitions(self.frontend, self.viewer).partitions_of(table, temporary=temporary)
        held = [*table.partitions.values(), *table.temporary_partitions.values()]
        wanted = path[1]
        found = next((each for each in held if wanted in (str(each.physical_id), each.name)), None)
        if found is None:
            raise _ProcError(f'Unknown partition id or name "{wanted}"')
        return self._partition(table, found, path[2:])

    def _partition(self, table: Table, partition: Partition, path: list[str]) -> ResultRows:
        if not path:
            row = (str(partition.index_id), table.name, "NORMAL", None, "{}", str(len(partition.tablets)))
            # What is behind a balance statistic of nothing is not known here.
            return texts("IndexId IndexName State LastConsistencyCheckTime TabletBalanceStat Tablets", [row])
        if not path[0].isdecimal():
            raise _ProcError(f"Invalid index id format: {path[0]}")
        if int(path[0]) != partition.index_id:
            raise _ProcError(f"Index[{path[0]}] does not exist.")
        tablets = ShowPartitions(self.frontend, self.viewer).tablets_of(table, [partition])
        if len(path) == 1:
            return tablets
        if not path[1].isdecimal():
            raise _ProcError(f"Invalid tablet id format: {path[1]}")
        return _leaf(path[2:], self._replicas(tablets, path[1]))

    def _replicas(self, tablets: ResultRows, tablet: str) -> ResultRows:
        """List a tablet's replicas (ReplicasProcNode.java), from what is shown of it one level above."""
        places = {each.name: place for place, each in enumerate(tablets.columns)}
        fixed = {"IsBad": "false", "IsSetBadForce": "false", "IsErrorState": "false"}
        rows = [
            tuple(fixed[title] if title in fixed else row[places[title]] for title in _REPLICAS.split())
            for row in tablets.rows
            if row[0] == tablet
        ]
        return texts(_REPLICAS, rows)

    def _index_schema(self, table: Table | View, path: list[str]) -> ResultRows:
        if path:
            if not path[0].isdecimal():
                raise _ProcError(f"Invalid index id format: {path[0]}")
            return _leaf(path[1:], self._index_columns(table, int(path[0])))
        if isinstance(table, View):
            return texts(_INDEX_INFO, [("-1", table.name, "", "", "", "", "")])
        keys = table.schema.keys.name
        names = ", ".join(each.name for each in table.schema.key_columns)
        # Schema hashes and the number of short keys are not kept here.
        rows: list[tuple[str | None, ...]] = [
            (str(table.base_index), table.name, "0", "0", None, "COLUMN", f"{keys}({names})")
        ]
        rows += [
            (str(each.id), each.name, "0", "0", str(each.short_keys), "COLUMN", f"{keys}({', '.join(each.columns)})")
            for each in table.rollups.values()
        ]
        return texts(_INDEX_INFO, rows)

    def _index_columns(self, table: Table | View, index: int) -> ResultRows:
        tables = ShowTables(self.frontend, self.viewer)
        if isinstance(table, View) or table.type != "OLAP" or index == table.base_index:
            return tables.described(table)
        rollup = next((each for each in table.rollups.values() if each.id == index), None)
        if rollup is None:
            raise _ProcError(f"Index {index} does not exist")
        return tables.described_rollup(table, rollup)

    def _catalog(self, path: list[str]) -> ResultRows:
        if path[:1] == ["default_catalog"]:
            return self._dbs(path[1:])
        if path:
            raise unsupported_here("SHOW PROC of an external catalog")
        found = sorted(self.frontend.catalogs.values(), key=lambda each: each.name)
        rows = [(each.name, each.type.capitalize(), each.comment) for each in found]
        return texts("Catalog Type Comment", rows)

    # -- tasks and jobs --------------------------------------------------------------------------------------------

    def _tasks(self, path: list[str]) -> ResultRows:
        # The tasks that are out at backends, of all jobs together (AgentTaskQueue.java).
        found = [
            (job.tasks.kind, task.backend, task.signature, task.signature in job.tasks.errors)
            for job in self.frontend.jobs.values()
            for task in job.tasks.tasks.values()
        ]
        if not path:
            kinds = Counter(kind for kind, *_ in found)
            failed = Counter(kind for kind, _, _, bad in found if bad)
            return _counted("TaskType", [(kind, failed[kind], kinds[kind]) for kind in _TASK_TYPES])
        if path[0] not in _TASK_TYPES:
            raise _ProcError(f"invalid type name: {path[0]}")
        mine = [each for each in found if each[0] == path[0]]
        if len(path) > 1:
            if not path[1].isdecimal():
                raise _ProcError(f"Invalid backend id format: {path[1]}")
            # How often a task has failed is not counted here; once is the least.
            rows = [(str(task), "1") for _, backend, task, bad in mine if bad and backend == int(path[1])]
            return _leaf(path[2:], texts("TaskSignature FailedTimes", rows))
        each_backend = [
            (
                str(backend.id),
                sum(1 for _, at, _, bad in mine if bad and at == backend.id),
                sum(1 for _, at, *_ in mine if at == backend.id),
            )
            for backend in self.frontend.backends.all
        ]
        return _counted("BackendId", each_backend)

    def _jobs(self, path: list[str]) -> ResultRows:
        """List jobs by kind; backup and restore are none of them (JobsProcDir.java)."""
        if not path:
            return texts("DbId DbName", [(str(each.id), each.name) for each in self.frontend.databases.values()])
        database = self._by_id(path[0])
        jobs = ShowAlter(self.frontend, self.viewer)
        if len(path) > 1 and path[1] in _ALTER_JOBS:
            return _leaf(path[2:], jobs.jobs(database, _ALTER_JOBS[path[1]]))
        if len(path) > 1 and path[1] in ("load", "delete", "export"):
            raise unsupported_here(f"SHOW PROC '/jobs/<database>/{path[1]}'")
        if len(path) > 1:
            raise _ProcError(f"Invalid job type: {path[1]}")
        # Loads end with their statement here, and nothing is exported.
        none = ["0"] * 5
        rows = [
            ("load", *none),
            ("rollup", *jobs.counted(database, AlterKind.ROLLUP)),
            ("schema_change", *jobs.counted(database, AlterKind.COLUMN)),
            ("export", *none),
        ]
        return texts("JobType Pending Running Finished Cancelled Total", rows)

    def _transactions(self, path: list[str]) -> ResultRows:
        if not path:
            found = self.frontend.databases_by_id.values()
            return texts("DbId DbName", [(str(each.id), each.name) for each in sorted(found, key=lambda each: each.id)])
        self._database(path[0])
        if len(path) == 1:
            # A load takes effect at once here, and is not remembered.
            return texts("State Number", [("running", "0"), ("finished", "0")])
        if path[1] not in ("running", "finished"):
            raise _ProcError("State is invalid")
        return texts(_TRANSACTIONS)

    # -- the cluster -----------------------------------------------------------------------------------------------

    def _backends(self, path: list[str]) -> ResultRows:
        cluster = ShowCluster(self.frontend, self.viewer)
        if not path:
            return cluster.backends()
        if not path[0].isdecimal():
            raise _ProcError(f"Invalid backend id format: {path[0]}")
        backend = self.frontend.backends.get(int(path[0]))
        if backend is None:
            raise _ProcError(f"Backend[{int(path[0])}] does not exist.")
        return _leaf(path[1:], cluster.disks(backend))

    def _statistic(self, path: list[str]) -> ResultRows:
        if path:
            raise unsupported_here("SHOW PROC '/statistic/<database>'")
        rows: list[tuple[object, ...]] = []
        totals = [0] * 6
        for database in sorted(self.frontend.databases.values(), key=lambda each: each.name):
            line = self._counts(database)
            rows.append((database.id, database.name, *line, 0, 0, 0))
            totals = [total + number for total, number in zip(totals, line, strict=True)]
        rows.append(("Total", len(rows), *totals, 0, 0, 0))
        return texts(_STATISTIC, [tuple(text_or_none(value) for value in row) for row in rows])

    def _counts(self, database: Database) -> list[int]:
        """Count tables, partitions, indexes, tablets, replicas, and tablets that lack a living replica."""
        alive = {each.id for each in self.frontend.backends.all if each.alive}
        counts = [0] * 6
        for table in database.tables.values():
            if isinstance(table, View):
                continue
            partitions = [*table.partitions.values(), *table.temporary_partitions.values()]
            tablets = [tablet for each in partitions for tablet in each.tablets]
            replicas = 0 if table.cloud_native else sum(len(each.replicas) for each in tablets)
            sick = sum(1 for each in tablets if any(replica.backend not in alive for replica in each.replicas))
            for place, number in enumerate((1, len(partitions), len(partitions), len(tablets), replicas, sick)):
                counts[place] += number
        return counts

    def _balance(self, path: list[str]) -> ResultRows:
        """Say that nothing is balanced: the sandbox moves no tablets (ClusterBalanceProcDir.java)."""
        if path:
            raise unsupported_here("SHOW PROC '/cluster_balance/…'")
        numbers = {"balance_stat": 1, "cluster_load_stat": 1, "working_slots": len(self.frontend.backends.all)}
        names = (
            *("balance_stat", "cluster_load_stat", "working_slots", "sched_stat", "priority_repair"),
            *("pending_tablets", "running_tablets", "history_tablets", "all_tablets"),
        )
        return texts("Item Number", [(name, str(numbers.get(name, 0))) for name in names])


class _ProcError(Exception):
    """What a directory says of a name that it does not know (AnalysisException)."""


class _NoDirectory(_ProcError):
    """So many names were left when something was no directory."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


_NOT_OLAP = "is not a OLAP/MATERIALIZED_VIEW/ELASTICSEARCH/HIVE/HUDI table"


def _leaf(rest: list[str], result: ResultRows) -> ResultRows:
    if rest:
        raise _NoDirectory(len(rest))
    return result


def _counted(title: str, rows: list[tuple[str, int, int]]) -> ResultRows:
    total = ("Total", sum(failed for _, failed, _ in rows), sum(number for *_, number in rows))
    return texts(f"{title} FailedNum TotalNum", [(name, str(bad), str(number)) for name, bad, number in [*rows, total]])
