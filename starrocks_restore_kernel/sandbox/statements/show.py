"""The SHOW, DESC and ADMIN SHOW statements that are not of the RESTORE family (ShowExecutor.java)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..clock import time_text
from ..frontend import SYSTEM_DATABASES
from ..model.catalog import Table, View
from ..server_errors import SqlError, framed, no_database, unknown_database, unknown_table, unsupported_here
from .information_schema import system_names
from .results import ResultRows, texts
from .show_create import create_statement, partition_values
from .show_session import CONSTANT, show_variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from ..model.catalog import Column
    from .reader import Reader
    from .variables import Variables

__all__ = ["Show"]

_BACKENDS = (
    "BackendId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive SystemDecommissioned "
    "ClusterDecommissioned TabletNum DataUsedCapacity AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct ErrMsg "
    "Version Status DataTotalCapacity DataUsedPct CpuCores MemLimit NumRunningQueries MemUsedPct CpuUsedPct "
    "DataCacheMetrics Location StatusCode"
)

_FRONTENDS = (
    "Id Name IP EditLogPort HttpPort QueryPort RpcPort Role ClusterId Join Alive ReplayedJournalId LastHeartbeat "
    "IsHelper ErrMsg StartTime Version"
)

_CAPACITY = 100 * 2**30
"""The disk that the sandbox says each backend has; its rows lie in memory."""


def _size(count: float) -> str:
    """Print bytes as the server does (ByteSizeValue.java)."""
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if count < 1024 or unit == "TB":
            return f"{count:.0f}{unit}" if unit == "B" or count == int(count) else f"{count:.1f}{unit}"
        count /= 1024
    return ""


def like(pattern: str | None) -> Callable[[str], bool]:
    """Build a filter of a LIKE pattern; names are matched in any case, which is MySQL's way."""
    if pattern is None:
        return lambda _text: True
    parts = []
    escaped = False
    for char in pattern:
        if escaped:
            parts.append(re.escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
    compiled = re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


class Show:
    """Answers one session's SHOW statements; the caller holds the frontend's lock.

    Parameters
    ----------
    database
        The session's database.
    """

    def __init__(self, frontend: Frontend, variables: Variables, database: str | None, user: str) -> None:
        self.frontend = frontend
        self.variables = variables
        self.database = database
        self.user = user

    def show(self, reader: Reader) -> ResultRows:
        """Answer what follows SHOW."""
        full = reader.accept("FULL")
        scope = next((each for each in ("GLOBAL", "SESSION", "LOCAL", "VERBOSE") if reader.accept(each)), "SESSION")
        word = reader.take().text.upper()
        answers: dict[str, Callable[[Reader], ResultRows]] = {
            "DATABASES": self._databases,
            "SCHEMAS": self._databases,
            "TABLES": lambda rest: self._tables(rest, full=full),
            "COLUMNS": lambda rest: self._columns(rest, full=full),
            "FIELDS": lambda rest: self._columns(rest, full=full),
            "CREATE": self._create,
            "PARTITIONS": self._partitions,
            "VARIABLES": lambda rest: show_variables(self.variables, rest, scope),
            "BACKENDS": self._backends,
            "FRONTENDS": self._frontends,
            "CATALOGS": lambda _rest: texts("Catalog Type Comment", [_DEFAULT_CATALOG]),
            "GRANTS": lambda _rest: texts("UserIdentity Catalog Grants", self._grants()),
            **{name: lambda _rest, answer=answer: answer() for name, answer in CONSTANT.items()},  # type: ignore[misc]
            "PROCESSLIST": self._processlist,
            "PROC": self._proc,
            **{
                name: lambda _rest, titles=titles: texts(titles)  # type: ignore[misc]
                for name, titles in _EMPTY.items()
            },
        }
        if word not in answers:
            reader.index -= 1
            raise unsupported_here(f"SHOW {reader.rest().split(' ')[0]}")
        return answers[word](reader)

    # -- where and what --------------------------------------------------------------------------------------------

    def _place(self, reader: Reader) -> str:
        name = reader.qualified()[-1] if reader.accept("FROM") or reader.accept("IN") else self.database
        if name is None:
            raise framed(no_database())
        if name not in self.frontend.databases and name not in SYSTEM_DATABASES:
            raise framed(unknown_database(name))
        return name

    def _pattern(self, reader: Reader) -> Callable[[str], bool]:
        if reader.accept("LIKE"):
            return like(reader.string())
        if reader.accept("WHERE"):
            reader.take()
            if reader.accept("=") or reader.accept("LIKE"):
                return like(reader.string())
            raise reader.unexpected("=", "LIKE")
        return like(None)

    def _named(self, reader: Reader) -> tuple[str, Table | View]:
        parts = reader.qualified()
        database = parts[-2] if len(parts) > 1 else self.database
        if database is None:
            raise framed(no_database())
        if database not in self.frontend.databases:
            raise framed(unknown_database(database))
        found = self.frontend.databases[database].tables.get(parts[-1])
        if found is None:
            raise framed(unknown_table(parts[-1]))
        return database, found

    # -- databases and tables --------------------------------------------------------------------------------------

    def _databases(self, reader: Reader) -> ResultRows:
        if reader.accept("FROM"):
            reader.name()
        keep = self._pattern(reader)
        names = sorted([*self.frontend.databases, *SYSTEM_DATABASES])
        return texts(["Database"], [(name,) for name in names if keep(name)])

    def _tables(self, reader: Reader, *, full: bool) -> ResultRows:
        database = self._place(reader)
        keep = self._pattern(reader)
        if database == "information_schema":
            found = [(name, "SYSTEM VIEW") for name in system_names()]
        else:
            tables = self.frontend.databases[database].tables if database in self.frontend.databases else {}
            found = [
                (name, "VIEW" if isinstance(each, View) else "BASE TABLE") for name, each in sorted(tables.items())
            ]
        title = f"Tables_in_{database}"
        rows = [row if full else row[:1] for row in found if keep(row[0])]
        return texts([title, "Table_type"] if full else [title], rows)

    def _columns(self, reader: Reader, *, full: bool) -> ResultRows:
        if not (reader.accept("FROM") or reader.accept("IN")):
            raise reader.unexpected("FROM", "IN")
        _, table = self._named(reader)
        if reader.accept("FROM") or reader.accept("IN"):
            reader.name()
        keep = self._pattern(reader)
        rows: list[tuple[str | None, ...]] = []
        for name, type_, null, key, default, extra, comment in self._described(table):
            if not keep(name):
                continue
            if full:
                rows.append((name, type_, "", null, key, default, extra, "", comment))
            else:
                rows.append((name, type_, null, key, default, extra))
        names = "Field Type Collation Null Key Default Extra Privileges Comment"
        return texts(names if full else "Field Type Null Key Default Extra", rows)

    def describe(self, reader: Reader) -> ResultRows:
        """Answer what follows DESC."""
        _, table = self._named(reader)
        rows = [row[:6] for row in self._described(table)]
        return texts("Field Type Null Key Default Extra", rows)

    def _described(self, table: Table | View) -> list[tuple[str, str, str, str, str | None, str, str]]:
        if isinstance(table, View):
            return [(name, "varchar", "YES", "", None, "", "") for name in table.columns]
        return [_described(each) for each in table.schema.columns]

    def _create(self, reader: Reader) -> ResultRows:
        kind = reader.take().text.upper()
        if kind in ("DATABASE", "SCHEMA"):
            name = reader.name()
            if name not in self.frontend.databases:
                raise framed(unknown_database(name))
            return texts(["Database", "Create Database"], [(name, f"CREATE DATABASE `{name}`")])
        if kind not in ("TABLE", "VIEW"):
            raise unsupported_here(f"SHOW CREATE {kind}")
        _, table = self._named(reader)
        if isinstance(table, View):
            titles = ["View", "Create View", "character_set_client", "collation_connection"]
            return texts(titles, [(table.name, create_statement(table), "utf8", "utf8_general_ci")])
        return texts(["Table", "Create Table"], [(table.name, create_statement(table))])

    def _partitions(self, reader: Reader) -> ResultRows:
        reader.expect("FROM")
        _, table = self._named(reader)
        if isinstance(table, View):
            raise framed(SqlError(f"Table '{table.name}' is not a OLAP table", 5503, "42000"))
        schema = table.schema
        values = "List" if schema.partition_kind.value == "LIST" else "Range"
        titles = (
            "PartitionId PartitionName VisibleVersion VisibleVersionTime VisibleVersionHash State PartitionKey "
            f"{values} DistributionKey Buckets ReplicationNum StorageMedium CooldownTime LastConsistencyCheckTime "
            "DataSize StorageSize IsInMemory RowCount DataVersion VersionEpoch VersionTxnType TabletBalanced"
        )
        keys = ", ".join(schema.partition_columns)
        distribution = ", ".join(schema.distribution_columns) or "ALL KEY"
        rows = []
        for each in table.ordered():
            size = _size(each.data_size)
            rows.append(
                (
                    *(each.physical_id, each.name, each.version, time_text(each.version_time), 0, "NORMAL", keys),
                    *(partition_values(table, each), distribution, schema.buckets, each.replication_num, "HDD"),
                    *("9999-12-31 23:59:59", None, size, size, "false", each.row_count, each.version, each.id),
                    *("TXN_NORMAL", "false"),
                )
            )
        return texts(titles, [tuple(None if value is None else str(value) for value in row) for row in rows])

    # -- the cluster -----------------------------------------------------------------------------------------------

    def _backends(self, _reader: Reader) -> ResultRows:
        frontend = self.frontend
        now = time_text(frontend.clock.now())
        rows = []
        for backend in frontend.backends.all:
            tablets, used = self._load_of(backend.id)
            alive, gone = str(backend.alive).lower(), str(backend.decommissioned).lower()
            percent = f"{used / _CAPACITY * 100:.2f} %"
            rows.append(
                (
                    *(
                        str(backend.id),
                        backend.host,
                        "9050",
                        "9060",
                        "8040",
                        "8060",
                        time_text(backend.start_time),
                        now,
                    ),
                    *(alive, gone, "false", str(tablets), _size(used), _size(_CAPACITY - used), _size(_CAPACITY)),
                    *(percent, percent, "", frontend.current_version(), "{}", _size(_CAPACITY), percent, "2", "2GB"),
                    *("0", "0.00 %", "0.0 %", "N/A", "", "OK" if backend.alive else "CONNECTING"),
                )
            )
        return texts(_BACKENDS, rows)

    def _load_of(self, backend: int) -> tuple[int, int]:
        tablets = used = 0
        for database in self.frontend.databases.values():
            for table in database.tables.values():
                for each in table.partitions.values() if isinstance(table, Table) else ():
                    mine = sum(
                        1 for tablet in each.tablets for replica in tablet.replicas if replica.backend == backend
                    )
                    tablets += mine
                    used += each.data_size * mine // max(len(each.tablets), 1)
        return tablets, used

    def _frontends(self, _reader: Reader) -> ResultRows:
        frontend = self.frontend
        started, now = time_text(frontend.start_time), time_text(frontend.clock.now())
        name = f"127.0.0.1_9010_{int(frontend.start_time * 1000)}"
        row = (
            *("1", name, "127.0.0.1", "9010", "8030", "9030", "9020", "LEADER", "1", "true", "true", "1", now),
            *("true", "", started, frontend.current_version()),
        )
        return texts(_FRONTENDS, [row])

    def _grants(self) -> list[tuple[str, str | None, str]]:
        if self.user == "root":
            return [("'root'@'%'", None, "GRANT 'root' TO USER 'root'@'%'")]
        return []

    def _processlist(self, _reader: Reader) -> ResultRows:
        titles = (
            "ServerName Id User Host Db Command ConnectionStartTime Time State Info IsPending Warehouse CNGroup "
            "Catalog QueryId"
        )
        started = time_text(self.frontend.start_time)
        head = ("127.0.0.1", self.user, "127.0.0.1", self.database or "", "Sleep", started, "0", "OK")
        rows = [
            (head[0], str(id_), *head[1:], "", "false", "", "", "default_catalog", "")
            for id_ in sorted(self.frontend.connections)
        ]
        return texts(titles, rows)

    def _proc(self, reader: Reader) -> ResultRows:
        """Answer SHOW PROC '/dbs' and '/dbs/<id>', the one place that shows a table's state (TablesProcDir.java)."""
        path = [part for part in reader.string().split("/") if part]
        if path[:1] != ["dbs"] or len(path) > 2:
            raise unsupported_here("this SHOW PROC")
        if len(path) == 1:
            rows = [(str(each.id), each.name, str(len(each.tables))) for each in self.frontend.databases.values()]
            return texts("DbId DbName TableNum", rows)
        database = self.frontend.databases_by_id.get(int(path[1])) if path[1].isdecimal() else None
        if database is None:
            raise SqlError(f"Unknown database id or name {path[1]}")
        titles = (
            "TableId TableName IndexNum PartitionColumnName PartitionNum State Type LastConsistencyCheckTime "
            "ReplicaCount PartitionType StoragePath"
        )
        return texts(titles, [_proc_row(each) for each in database.tables.values()])

    def config(self, reader: Reader) -> ResultRows:
        """Answer ADMIN SHOW FRONTEND CONFIG."""
        keep = self._pattern(reader)
        rows = []
        for key, value in self.frontend.config.items():
            kind = "int" if value.isdecimal() else "boolean" if value in ("true", "false") else "String"
            if keep(key):
                rows.append((key, "[]", value, kind, str(key != "run_mode").lower(), ""))
        return texts("Key AliasNames Value Type IsMutable Comment", rows)


_DEFAULT_CATALOG = (
    "default_catalog",
    "Internal",
    "An internal catalog contains this cluster's self-managed tables.",
)

# Statements that find nothing here, with the first of their titles (ShowResultMetaFactory.java).
_EMPTY = {
    "FUNCTIONS": ["Signature", "Return Type", "Function Type", "Intermediate Type", "Properties"],
    "COMPUTE": "ComputeNodeId IP",
    "ALTER": "JobId TableName CreateTime FinishTime State",
    "DYNAMIC": "TableName Enable TimeUnit Start End Prefix Buckets ReplicationNum",
    "PLUGINS": "Name Type Description",
    "PROCEDURE": "Db Name Type",
    "TRIGGERS": "Trigger Event Table",
    "EVENTS": "Db Name",
    "LOAD": "JobId Label State",
    "ROUTINE": "Id Name State",
    "MATERIALIZED": "id database_name name refresh_type is_active inactive_reason partition_type",
}


def _described(column: Column) -> tuple[str, str, str, str, str | None, str, str]:
    extra = "auto_increment" if column.auto_increment else column.aggregation or ""
    return (
        column.name,
        column.type,
        "YES" if column.nullable else "NO",
        "true" if column.key else "false",
        column.default,
        extra,
        column.comment,
    )


def _proc_row(table: Table | View) -> tuple[str | None, ...]:
    if isinstance(table, View):
        return (str(table.id), table.name, "1", None, "1", None, "VIEW", None, "0", "UNPARTITIONED", None)
    replicas = sum(len(tablet.replicas) for each in table.partitions.values() for tablet in each.tablets)
    schema = table.schema
    return (
        *(str(table.id), table.name, "1", ", ".join(schema.partition_columns) or None, str(len(table.partitions))),
        *(table.state.value, "OLAP", None, str(replicas), schema.partition_kind.value, None),
    )
