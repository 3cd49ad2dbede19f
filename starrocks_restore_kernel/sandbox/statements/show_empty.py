"""SHOW of what the sandbox does not have: the server's columns, and no rows (ShowResultMetaFactory.java)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..server_errors import framed, no_database
from .results import ResultRows, texts
from .show_room import Room

if TYPE_CHECKING:
    from .reader import Reader
    from .show_room import Answer

__all__ = ["ShowEmpty"]

_PROCEDURES = (
    *("Db", "Name", "Type", "Definer", "Modified", "Created", "Security_type", "Comment", "character_set_client"),
    *("collation_connection", "Database Collation"),
)
_TRIGGERS = (
    *("Trigger", "Event", "Table", "Statement", "Timing", "Created", "sql_mode", "Definer", "character_set_client"),
    *("collation_connection", "Database Collation"),
)
_WARNINGS = "Level Code Message"
_BLACKLIST = "{} AddBlackListType LostConnectionTime LostConnectionNumberInPeriod CheckTimePeriod(s)"

_IN_A_DATABASE: dict[str, str] = {
    "DELETE": "TableName PartitionName CreateTime DeleteCondition State",
    "EXPORT": "JobId QueryId State Progress TaskInfo Path CreateTime StartTime FinishTime Timeout ErrorMsg",
    "LOAD": (
        "JobId Label State Progress Type Priority ScanRows FilteredRows UnselectedRows SinkRows EtlInfo TaskInfo "
        "ErrorMsg CreateTime EtlStartTime EtlFinishTime LoadStartTime LoadFinishTime TrackingSQL JobDetails Warehouse"
    ),
    **dict.fromkeys(
        ("ROUTINE LOAD", "ALL ROUTINE LOAD"),
        "Id Name CreateTime PauseTime EndTime DbName TableName State DataSourceType CurrentTaskNum JobProperties "
        "DataSourceProperties CustomProperties Statistic Progress TimestampProgress ReasonOfStateChanged ErrorLogUrls "
        "TrackingSQL OtherMsg",
    ),
    **dict.fromkeys(
        ("STREAM LOAD", "ALL STREAM LOAD"),
        "Label Id LoadId TxnId DbName TableName State ErrorMsg TrackingURL ChannelNum PreparedChannelNum NumRowsNormal "
        "NumRowsAbNormal NumRowsUnselected NumLoadBytes TimeoutSecond CreateTimeMs BeforeLoadTimeMs StartLoadingTimeMs "
        "StartPreparingTimeMs FinishPreparingTimeMs EndTimeMs ChannelState Type TrackingSQL",
    ),
}

_ANYWHERE: dict[str, str | tuple[str, ...]] = {
    "ANALYZE JOB": "Id Catalog Database Table Columns Type Schedule Properties Status LastWorkTime Reason",
    "ANALYZE STATUS": "Id Database Table Columns Type Schedule Status StartTime EndTime Properties Reason",
    "AUTHORS": "Name Location Comment",
    "BACKEND BLACKLIST": _BLACKLIST.format("BackendId"),
    "BROKER": "Name IP Port Alive LastStartTime LastUpdateTime ErrMsg",
    "COMPUTE NODE BLACKLIST": _BLACKLIST.format("ComputeNodeId"),
    "ERRORS": _WARNINGS,
    "EVENTS": (
        *("Db", "Name", "Definer", "Time", "Type", "Execute at", "Interval value", "Interval field", "Status", "Ends"),
        *("Status", "Originator", "character_set_client", "collation_connection", "Database Collation"),
    ),
    "FILE": "Id DbName GlobalStateMgr FileName FileSize IsContent MD5",
    "FUNCTION STATUS": _PROCEDURES,
    "HISTOGRAM META": "Database Table Column Type UpdateTime Properties",
    "OPEN TABLES": "Database Table In_use Name_locked",
    "PIPES": "DATABASE_NAME PIPE_ID PIPE_NAME STATE TABLE_NAME LOAD_STATUS LAST_ERROR CREATED_TIME",
    # The server lists its own audit plugins.
    "PLUGINS": "Name Type Description Version JavaVersion ClassName SoName Sources Status Properties",
    "PRIVILEGES": "Privilege Context Comment",
    "PROCEDURE STATUS": _PROCEDURES,
    "PROFILELIST": "QueryId StartTime Time State Statement",
    "RESOURCES": "Name ResourceType Key Value",
    "RUNNING QUERIES": (
        "QueryId WarehouseId ResourceGroupId StartTime PendingTimeout QueryTimeout State Slots Fragments DOP Frontend "
        "FeStartTime"
    ),
    "SQLBLACKLIST": ("Id", "Forbidden SQL"),
    "STATS META": (
        "Database Table Columns Type UpdateTime Properties Healthy ColumnStats TabletStatsReportTime "
        "TableHealthyMetrics TableUpdateTime"
    ),
    "STATUS": "Variable_name Value",
    "GLOBAL STATUS": "Variable_name Value",
    "SESSION STATUS": "Variable_name Value",
    "TRIGGERS": _TRIGGERS,
    "FULL TRIGGERS": _TRIGGERS,
    "WARNINGS": _WARNINGS,
    "WHITELIST": "user_name white_list",
}


class ShowEmpty(Room):
    """What is never there; whatever filters it has find nothing."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        held = {words: partial(self._in_database, titles) for words, titles in _IN_A_DATABASE.items()}
        return {**held, **{words: partial(_nothing, titles) for words, titles in _ANYWHERE.items()}}

    def _in_database(self, titles: str, reader: Reader) -> ResultRows:
        if reader.at("FROM") or reader.at("IN"):
            self.place(reader)
        elif self.viewer.database is None and titles != _IN_A_DATABASE["LOAD"]:
            raise framed(no_database())
        return texts(titles)


def _nothing(titles: str | tuple[str, ...], _reader: Reader) -> ResultRows:
    return texts(titles)
