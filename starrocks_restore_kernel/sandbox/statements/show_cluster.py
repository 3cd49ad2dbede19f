"""SHOW FRONTENDS, BACKENDS, COMPUTE NODES, PROCESSLIST and what is fixed, and ADMIN SHOW FRONTEND CONFIG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import Table
from .printed import capacity, flag, like, percent
from .results import Kind, ResultRows, texts, typed
from .secrets import without_secrets
from .show_room import Room

if TYPE_CHECKING:
    from ..model.backends import Backend, DiskLoad
    from ..peers import Peer
    from .reader import Reader
    from .session import Session
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

_SHORT = 100
"""Characters of a statement that SHOW PROCESSLIST shows without FULL."""

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
            "PROCESSLIST": lambda reader: self._processes(reader, _SHORT),
            "FULL PROCESSLIST": lambda reader: self._processes(reader, None),
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
        """List the frontends, whoever leads (FrontendsProcNode.java)."""
        return texts(_FRONTENDS, [self._frontend(each) for each in self.frontend.peers])

    def _frontend(self, each: Peer) -> tuple[str | None, ...]:
        frontend = self.frontend
        config = frontend.config
        # A frontend shows its own query port for all on its host; each has one of its own here, where it is reached.
        query_port = str(each.query_port or config["query_port"])
        ports = (str(each.edit_log_port), config["http_port"], query_port, config["rpc_port"])
        # What a journal has replayed is not counted here. The first frontend is the one the others were told of.
        known = ("1", "true", flag(each.alive), "1", self.time(frontend.clock.now()), flag(each is frontend.peers[0]))
        started = self.time(each.start_time) if each.alive else "NULL"
        return (
            *(str(each.id), each.name, each.host, *ports, each.role.value, *known),
            *("", started, frontend.current_version()),
        )

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

    def _processes(self, reader: Reader, longest: int | None) -> ResultRows:
        """List the connections that may be seen (ConnectScheduler.java, listConnection)."""
        wanted = reader.string() if reader.accept("FOR") else None
        reader.end()
        rows = [
            self._process(each, longest)
            for _, each in sorted(self.frontend.logged_in.items())
            if wanted in (None, each.user) and self.viewer.sight.may_see_connection_of(each.user)
        ]
        return typed(texts(_PROCESSES, rows), {Kind.BIGINT: "Id Time"})

    def _process(self, each: Session, longest: int | None) -> tuple[str | None, ...]:
        """Print one connection (ConnectContext.java, toRow); a query's id is not kept."""
        peer = each.peer or self.frontend.peers[0]
        command, state = ("Query", "OK") if each.running else ("Sleep", "EOF")
        seconds = int(self.frontend.clock.now() - each.asked)
        return (
            *(peer.name, str(each.connection_id), each.user, each.host, each.database or "", command),
            *(self.time(each.began), str(seconds), state, without_secrets(each.running)[:longest]),
            *("false", "default_warehouse", "", each.catalog, ""),
        )

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
