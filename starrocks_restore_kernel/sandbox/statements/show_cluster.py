"""SHOW FRONTENDS, BACKENDS, COMPUTE NODES, PROCESSLIST and what is fixed, and ADMIN SHOW FRONTEND CONFIG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import Table
from .printed import capacity, flag, like, percent
from .results import Kind, ResultRows, texts, typed
from .show_room import Room

if TYPE_CHECKING:
    from ..model.backends import Backend, DiskLoad
    from .reader import Reader
    from .show_room import Answer

__all__ = ["ShowCluster"]

_BACKENDS = (
    "BackendId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive SystemDecommissioned "
    "ClusterDecommissioned TabletNum DataUsedCapacity AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct ErrMsg "
    "Version Status DataTotalCapacity DataUsedPct CpuCores MemLimit NumRunningQueries MemUsedPct CpuUsedPct "
    "DataCacheMetrics Location StatusCode"
)
_COMPUTE_NODES = (
    "ComputeNodeId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive SystemDecommissioned "
    "ClusterDecommissioned ErrMsg Version CpuCores MemLimit NumRunningQueries MemUsedPct CpuUsedPct DataCacheMetrics "
    "HasStoragePath StatusCode"
)
_SHARED_DATA = " StarletPort WorkerId WarehouseName"
_FRONTENDS = (
    "Id Name IP EditLogPort HttpPort QueryPort RpcPort Role ClusterId Join Alive ReplayedJournalId LastHeartbeat "
    "IsHelper ErrMsg StartTime Version"
)
_DISKS = (
    "RootPath DataUsedCapacity OtherUsedCapacity AvailCapacity TotalCapacity TotalUsedPct State PathHash StorageMedium "
    "TabletNum DataTotalCapacity DataUsedPct"
)
_PROCESSES = (
    "ServerName Id User Host Db Command ConnectionStartTime Time State Info IsPending Warehouse CNGroup Catalog QueryId"
)

_NODE_PORTS = ("9050", "9060", "8040", "8060")
_STARLET_PORT = "9070"
_CORES, _MEMORY = "2", 2 * 2**30
"""What machine each node is said to have; figures of ours."""


class ShowCluster(Room):
    """Who is in the cluster, and how they are."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        return {
            "BACKENDS": lambda _reader: self.backends(),
            "COMPUTE NODES": lambda _reader: self.compute_nodes(),
            "FRONTENDS": lambda _reader: self.frontends(),
            "PROCESSLIST": lambda _reader: self._processes(),
            "FULL PROCESSLIST": lambda _reader: self._processes(),
            "ENGINES": lambda _reader: texts("Engine Support Comment Transactions XA Savepoints", _ENGINES),
            "COLLATION": lambda reader: typed(
                self.filtered(texts(_COLLATION, _COLLATIONS), reader), {Kind.BIGINT: "Id Sortlen"}
            ),
            **dict.fromkeys(
                ("CHARSET", "CHAR SET", "CHARACTER SET"),
                lambda reader: self.filtered(texts(_CHARSET, _CHARSETS), reader),
            ),
        }

    def frontends(self) -> ResultRows:
        """List this frontend, which leads (FrontendsProcNode.java)."""
        frontend = self.frontend
        config = frontend.config
        started, now = self.time(frontend.start_time), self.time(frontend.clock.now())
        name = f"127.0.0.1_{config['edit_log_port']}_{int(frontend.start_time * 1000)}"
        ports = (config["edit_log_port"], config["http_port"], config["query_port"], config["rpc_port"])
        row = ("1", name, "127.0.0.1", *ports, "LEADER", "1", "true", "true", "1", now)
        return texts(_FRONTENDS, [(*row, "true", "", started, frontend.current_version())])

    # -- nodes -----------------------------------------------------------------------------------------------------

    def _loads(self) -> dict[int, list[DiskLoad]]:
        tables = (table for database in self.frontend.databases.values() for table in database.tables.values())
        return self.frontend.backends.loads(each for each in tables if isinstance(each, Table))

    def _sorted(self) -> list[Backend]:
        # By host, and then by port, which is the same for all.
        return sorted(self.frontend.backends.all, key=lambda each: each.host)

    def _head(self, each: Backend) -> tuple[str | None, ...]:
        # A dead node's last heartbeat is not kept; it is said to be the present one too.
        times = (self.time(each.start_time), self.time(self.frontend.clock.now()))
        states = (flag(each.alive), flag(each.decommissioned), "false")
        return (str(each.id), each.host, *_NODE_PORTS, *times, *states)

    def _machine(self) -> tuple[str, ...]:
        return (_CORES, capacity(_MEMORY, ""), "0", "0.00 %", "0.0 %", "N/A")

    def backends(self) -> ResultRows:
        """List the backends (BackendsProcDir.java); a shared-data cluster has compute nodes in their place."""
        titles = _BACKENDS + (_SHARED_DATA if self.frontend.shared_data else "")
        if self.frontend.shared_data:
            return texts(titles)
        loads = self._loads()
        return texts(titles, [self._backend(each, loads[each.id]) for each in self._sorted()])

    def _backend(self, each: Backend, loads: list[DiskLoad]) -> tuple[str | None, ...]:
        online = [load for load in loads if load.disk.online]
        used = sum(load.data for load in online)
        # The server begins to count at one byte, so that a backend without disks has some.
        free = 1 + sum(load.available for load in online)
        total = sum(load.disk.total for load in online)
        fullest = max(((load.disk.total - load.available) / max(load.disk.total, 1) for load in online), default=0.0)
        data_total = sum(load.data + load.available for load in online)
        location = ",".join(f"{key}:{value}" for key, value in each.location.items())
        return (
            *(*self._head(each), str(sum(load.tablets for load in loads)), capacity(used), capacity(free)),
            *(capacity(total), percent(total - free, total), percent(fullest, 1), each.error),
            *(self.frontend.current_version(), _STATUS, capacity(data_total), percent(used, data_total)),
            *(*self._machine(), location, each.status),
        )

    def compute_nodes(self) -> ResultRows:
        """List the compute nodes (ComputeNodeProcDir.java): none beside backends, all of a shared-data cluster."""
        if not self.frontend.shared_data:
            return texts(_COMPUTE_NODES)
        loads = self._loads()
        rows = [
            (
                *(*self._head(each), each.error, self.frontend.current_version(), *self._machine(), "true"),
                *(each.status, _STARLET_PORT, str(each.id), "default_warehouse"),
                str(sum(load.tablets for load in loads[each.id])),
            )
            for each in self._sorted()
        ]
        return texts(f"{_COMPUTE_NODES}{_SHARED_DATA} TabletNum", rows)

    def disks(self, backend: Backend) -> ResultRows:
        """List the disks of one backend (BackendProcNode.java)."""
        rows = []
        for load in self._loads()[backend.id]:
            disk = load.disk
            data_total = load.data + load.available
            rows.append(
                (
                    *(disk.path, capacity(load.data), capacity(disk.total - load.available - load.data)),
                    *(capacity(load.available), capacity(disk.total), percent(disk.total - load.available, disk.total)),
                    *("ONLINE" if disk.online else "OFFLINE", str(disk.path_hash), disk.medium, str(load.tablets)),
                    *(capacity(data_total), percent(load.data, data_total)),
                )
            )
        return texts(_DISKS, rows)

    # -- sessions --------------------------------------------------------------------------------------------------

    def _processes(self) -> ResultRows:
        """List the connections; of another one only its id is known here, so whose it is cannot be told."""
        viewer = self.viewer
        server = str(self.frontends().rows[0][1])
        started = self.time(self.frontend.start_time)
        own = (viewer.user, "127.0.0.1", viewer.database or "", "Query", started, "0", "OK", "SHOW PROCESSLIST")
        other = ("", "", "", "Sleep", started, "0", "EOF", "")
        others = set(self.frontend.connections) if viewer.user == "root" else set()
        tail = ("false", "default_warehouse", "", "default_catalog", "")
        rows = [
            (server, str(id_), *(own if id_ == viewer.connection_id else other), *tail)
            for id_ in sorted(others | {viewer.connection_id})
        ]
        return typed(texts(_PROCESSES, rows), {Kind.BIGINT: "Id Time"})

    # -- configuration ---------------------------------------------------------------------------------------------

    def config(self, reader: Reader) -> ResultRows:
        """Answer ADMIN SHOW FRONTEND CONFIG."""
        matches = like(reader.string() if reader.accept("LIKE") else None)
        reader.end()
        return texts("Key AliasNames Value Type IsMutable Comment", self.frontend.config.rows(matches))


_STATUS = '{"lastSuccessReportTabletsTime":"N/A"}'

# ShowExecutor.java, visitShowEnginesStatement and the two that follow it.
_ENGINES = [
    (name, "YES", comment, "NO", "NO", "NO")
    for name, comment in (
        ("OLAP", "Default storage engine of StarRocks"),
        ("MySQL", "MySQL server which data is in it"),
        ("ELASTICSEARCH", "ELASTICSEARCH cluster which data is in it"),
        ("HIVE", "HIVE database which data is in it"),
        ("ICEBERG", "ICEBERG data lake which data is in it"),
    )
]
_COLLATION = "Collation Charset Id Default Compiled Sortlen"
_COLLATIONS = [
    ("utf8_general_ci", "utf8", "33", "Yes", "Yes", "1"),
    ("binary", "binary", "63", "Yes", "Yes", "1"),
    ("gbk_chinese_ci", "gbk", "28", "Yes", "Yes", "1"),
]
_CHARSET = ["Charset", "Description", "Default collation", "Maxlen"]
_CHARSETS = [("utf8", "UTF-8 Unicode", "utf8_general_ci", "3")]
