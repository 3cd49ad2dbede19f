"""The frontend's configuration: what bears on restores, and what clients ask for (Config.java; ConfigBase.java)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .server_errors import SqlError, internal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .releases import Behaviour

__all__ = ["SETTINGS", "Configuration", "Setting"]

_HOME = "/opt/starrocks/fe"
"""Where a frontend would be installed; the place is ours."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of Config.java.

    Parameters
    ----------
    type
        Java's simple name of it.
    mutable
        Whether ADMIN SET FRONTEND CONFIG changes it.
    """

    name: str
    type: str
    default: str
    mutable: bool = True
    aliases: tuple[str, ...] = ()
    comment: str = ""


def _fixed(name: str, type_: str, default: str, comment: str = "") -> Setting:
    return Setting(name, type_, default, mutable=False, comment=comment)


# In the order of their names, as ADMIN SHOW FRONTEND CONFIG sorts them. Config.java has some 750.
SETTINGS: dict[str, Setting] = {
    each.name: each
    for each in (
        Setting("agent_task_resend_wait_time_ms", "long", "5000"),
        Setting("alter_table_timeout_second", "int", "86400"),
        _fixed("audit_log_dir", "String", f"{_HOME}/log"),
        Setting("authorization_enable_admin_user_protection", "boolean", "false"),
        _fixed("aws_s3_path", "String", ""),
        Setting("backup_job_default_timeout_ms", "int", "86400000"),
        Setting("catalog_trash_expire_second", "long", "86400"),
        _fixed("cloud_native_meta_port", "int", "6090"),
        _fixed(
            "cloud_native_storage_type",
            "String",
            "S3",
            'storage type for cloud native table. Available options: "S3", "HDFS", "AZBLOB", "ADLS2", "GS". '
            "case-insensitive",
        ),
        Setting("default_automatic_bucket_size", "long", "1073741824"),
        Setting(
            "default_mv_refresh_immediate",
            "boolean",
            "true",
            comment="The default behavior of whether REFRESH IMMEDIATE or not, "
            "which would refresh the materialized view after creating",
        ),
        Setting("default_replication_num", "short", "3"),
        Setting("drop_backend_after_decommission", "boolean", "true"),
        Setting("dynamic_partition_check_interval_seconds", "long", "600"),
        Setting("dynamic_partition_enable", "boolean", "true"),
        _fixed("edit_log_port", "int", "9010"),
        _fixed("enable_auth_check", "boolean", "true"),
        Setting("enable_auto_tablet_distribution", "boolean", "true"),
        Setting("enable_backup_materialized_view", "boolean", "false"),
        Setting("enable_colocate_restore", "boolean", "false"),
        Setting("enable_display_shadow_partitions", "boolean", "false"),
        Setting("enable_experimental_mv", "boolean", "true"),
        Setting("enable_fast_schema_evolution", "boolean", "true"),
        _fixed("enable_load_volume_from_conf", "boolean", "false"),
        Setting("enable_materialized_view", "boolean", "true"),
        Setting("enable_mv_automatic_active_check", "boolean", "true"),
        Setting(
            "enable_statistic_collect",
            "boolean",
            "true",
            comment="Whether to enable periodic analyze job, "
            "including auto analyze job and analyze jobs created by user",
        ),
        Setting("enable_strict_storage_medium_check", "boolean", "false"),
        _fixed("enable_udf", "boolean", "false"),
        Setting("expr_children_limit", "int", "10000"),
        Setting("heartbeat_timeout_second", "int", "5"),
        Setting("history_job_keep_max_second", "int", "604800"),
        _fixed("http_port", "int", "8030"),
        Setting("ignore_meta_check", "boolean", "false"),
        _fixed("label_clean_interval_second", "int", "14400"),
        Setting("label_keep_max_second", "int", "259200"),
        Setting("load_straggler_wait_second", "int", "300"),
        _fixed("lock_manager_enabled", "boolean", "true"),
        _fixed("max_agent_task_threads_num", "int", "4096"),
        Setting("max_bucket_number_per_partition", "long", "1024"),
        Setting("max_column_number_per_table", "int", "10000"),
        Setting("max_create_table_timeout_second", "int", "600"),
        Setting("max_download_task_per_be", "int", "0"),
        Setting("max_dynamic_partition_num", "int", "500"),
        Setting("max_get_partitions_meta_result_count", "int", "100000"),
        Setting("max_load_timeout_second", "int", "259200"),
        _fixed("max_mysql_service_task_threads_num", "int", "4096"),
        Setting(
            "max_partitions_in_one_batch", "long", "4096", aliases=("auto_partition_max_creation_number_per_load",)
        ),
        Setting("max_query_retry_time", "int", "2"),
        Setting("max_running_txn_num_per_db", "int", "1000"),
        Setting("max_upload_task_per_be", "int", "0"),
        _fixed("meta_dir", "String", f"{_HOME}/meta"),
        Setting("min_load_timeout_second", "int", "1"),
        Setting("mv_active_checker_interval_seconds", "long", "60"),
        Setting("mysql_server_version", "String", "8.0.33"),
        Setting("partition_recycle_retention_period_secs", "long", "1800"),
        _fixed("priority_networks", "String", ""),
        _fixed("qe_max_connection", "int", "4096"),
        _fixed("query_port", "int", "9030"),
        Setting("recover_with_empty_tablet", "boolean", "false"),
        _fixed("rpc_port", "int", "9020"),
        _fixed("run_mode", "String", "shared_nothing"),
        _fixed("ssl_force_secure_transport", "boolean", "false"),
        _fixed("ssl_keystore_location", "String", ""),
        Setting("storage_usage_hard_limit_percent", "int", "95", aliases=("storage_flood_stage_usage_percent",)),
        Setting(
            "storage_usage_hard_limit_reserve_bytes",
            "long",
            "107374182400",
            aliases=("storage_flood_stage_left_capacity_bytes",),
        ),
        Setting("storage_usage_soft_limit_percent", "int", "90", aliases=("storage_high_watermark_usage_percent",)),
        Setting(
            "storage_usage_soft_limit_reserve_bytes",
            "long",
            "214748364800",
            aliases=("storage_min_left_capacity_bytes",),
        ),
        Setting("stream_load_default_timeout_second", "int", "600"),
        _fixed("sys_log_dir", "String", f"{_HOME}/log"),
        _fixed("sys_log_level", "String", "INFO"),
        Setting("tablet_create_timeout_second", "int", "10"),
        Setting("tablet_sched_disable_balance", "boolean", "false", aliases=("disable_balance",)),
        Setting("tablet_sched_disable_colocate_balance", "boolean", "false", aliases=("disable_colocate_balance",)),
        Setting("tablet_stat_update_interval_second", "long", "300"),
        Setting("task_check_interval_second", "int", "60", comment="Interval of task background jobs"),
        Setting("thrift_rpc_timeout_ms", "int", "10000"),
        _fixed("tmp_dir", "String", f"{_HOME}/temp_dir"),
    )
}

# allMutableConfigs of ConfigBase.java: an alias sets the field it is another name of.
_MUTABLE = {name: each for each in SETTINGS.values() if each.mutable for name in (each.name, *each.aliases)}

_WIDTHS = {"short": 16, "int": 32, "long": 64}


def _parsed(setting: Setting, text: str) -> str:
    """Bring a value into the form that is shown (ConfigBase.java, setConfigField).

    Raises
    ------
    ValueError
        With the JVM's text, for a number that is none.
    """
    text = text.strip()
    if setting.type == "boolean":
        # Boolean.parseBoolean: whatever is not "true" is false.
        return "true" if text.lower() == "true" else "false"
    if setting.type not in _WIDTHS:
        return text
    bound = 1 << (_WIDTHS[setting.type] - 1)
    number = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else None
    if number is not None and -bound <= number < bound:
        return str(number)
    if number is not None and setting.type == "short" and -(1 << 31) <= number < 1 << 31:
        raise ValueError(f'Value out of range. Value:"{text}" Radix:10')
    raise ValueError(f'For input string: "{text}"')


class Configuration(dict[str, str]):
    """The values in force, by name; to set one past all checks is what a test or the process itself does.

    Parameters
    ----------
    behaviour
        The release, which some defaults depend on.
    shared_data
        Whether ``run_mode`` is ``shared_data``.
    file
        ``fe.conf``, which WITH PERSISTENT writes to; None where nothing is kept.
    """

    def __init__(self, behaviour: Behaviour, *, shared_data: bool = False, file: Path | None = None) -> None:
        super().__init__()
        self.given: dict[str, str] = {
            "enable_backup_materialized_view": str(behaviour.backs_up_materialized_views).lower(),
            "mysql_server_version": behaviour.handshake_version,
            "run_mode": "shared_data" if shared_data else "shared_nothing",
        }
        """What this process was started with: the release's defaults, and the ports that it listens on."""
        self._file = file
        self.restart()

    def restart(self) -> None:
        """Take all values from where a starting frontend takes them; what was only set in memory is forgotten."""
        self.clear()
        self.update({name: each.default for name, each in SETTINGS.items()})
        self.update(self.given)
        self.update(self._written())

    def _written(self) -> dict[str, str]:
        if self._file is None or not self._file.exists():
            return {}
        pairs = (
            line.partition("=") for line in self._file.read_text("utf-8").splitlines() if line[:1] not in ("#", "")
        )
        return {name.strip(): value.strip() for name, _, value in pairs if name.strip() in SETTINGS}

    def start_with(self, name: str, value: str) -> None:
        """Note what the process was started with, such as the port it listens on."""
        self.given[name] = self[name] = value

    def change(self, name: str, value: str, *, persistent: bool = False) -> None:
        """Set one as ADMIN SET FRONTEND CONFIG does (ConfigBase.java, setMutableConfig).

        Raises
        ------
        SqlError
            If there is none of that name, if it cannot be changed, or if the value is of another type.
        """
        if persistent and self._file is None:
            raise internal("set persisted config failed, because current running mode is not persisted")
        setting = _MUTABLE.get(name)
        if setting is None:
            raise SqlError(f"Config '{name}' does not exist or is not mutable", 5102, "F0000")
        try:
            self[setting.name] = _parsed(setting, value)
        except ValueError as error:
            raise internal(f"Failed to set config '{name}'. err: {error}") from error
        if persistent and self._file is not None:
            written = {**self._written(), setting.name: self[setting.name]}
            lines = "".join(f"{each} = {text}\n" for each, text in written.items())
            # The server keeps the old lines and adds who changed what; here the file holds the values alone.
            self._file.write_text(lines, "utf-8")

    def rows(self, matches: Callable[[str], bool]) -> list[tuple[str, ...]]:
        """List name, aliases, value, type, mutability and comment; a pattern may match an alias (getConfigInfo)."""
        return [
            (
                *(name, f"[{', '.join(each.aliases)}]", self[name], each.type),
                *("true" if each.mutable else "false", each.comment),
            )
            for name, each in SETTINGS.items()
            if any(matches(known) for known in (name, *each.aliases))
        ]
