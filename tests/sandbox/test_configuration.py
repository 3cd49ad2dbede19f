from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.configuration import SETTINGS
from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.statements.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.small_cluster import Cluster

ALIAS = "storage_flood_stage_usage_percent"


@pytest.mark.parametrize(
    ("version", "row"),
    [
        ("4.1", ("run_mode", "[]", "shared_nothing", "String", "false", "")),
        ("4.1", ("default_replication_num", "[]", "3", "short", "true", "")),
        ("4.1", ("enable_backup_materialized_view", "[]", "false", "boolean", "true", "")),
        ("3.3", ("enable_backup_materialized_view", "[]", "true", "boolean", "true", "")),
        ("3.3", ("mysql_server_version", "[]", "5.1.0", "String", "true", "")),
        ("4.1", ("history_job_keep_max_second", "[]", "604800", "int", "true", "")),
        ("4.1", ("label_clean_interval_second", "[]", "14400", "int", "false", "")),
        ("4.1", ("storage_usage_hard_limit_percent", f"[{ALIAS}]", "95", "int", "true", "")),
    ],
)
def test_settings_are_shown_with_type_and_aliases(empty: Callable[..., Cluster], version: str, row: object) -> None:
    """As Config.java declares them, in the release's defaults."""
    assert [row] == empty(version=version).run(f"ADMIN SHOW FRONTEND CONFIG LIKE '{row[0]}'")  # type: ignore[index]


def test_settings_are_sorted_and_found_by_alias(cluster: Cluster) -> None:
    """By name; a pattern that an alias matches finds its setting, and case counts."""
    names = [row[0] for row in cluster.run("ADMIN SHOW FRONTEND CONFIG")]
    assert sorted(SETTINGS) == names
    assert "storage_usage_hard_limit_percent" == cluster.run(f"ADMIN SHOW FRONTEND CONFIG LIKE '{ALIAS}'")[0][0]
    assert [] == cluster.run("ADMIN SHOW FRONTEND CONFIG LIKE 'RUN%'")


def test_setting_takes_effect(cluster: Cluster) -> None:
    """At once, and by an alias as well."""
    cluster.run('ADMIN SET FRONTEND CONFIG ("default_replication_num" = "1")')
    cluster.run("CREATE TABLE x (a INT) DISTRIBUTED BY HASH (a) BUCKETS 1")
    cluster.run(f'ADMIN SET FRONTEND CONFIG ("{ALIAS}" = " 80 ")')
    assert "80" == cluster.frontend.config["storage_usage_hard_limit_percent"]


@pytest.mark.parametrize(
    ("clause", "refusal"),
    [
        ('("nope" = "1")', (5102, "F0000", "Config 'nope' does not exist or is not mutable")),
        ('("run_mode" = "shared_data")', (5102, "F0000", "Config 'run_mode' does not exist or is not mutable")),
        ('("max_download_task_per_be" = "many")',
         (1064, "HY000", "Failed to set config 'max_download_task_per_be'. err: For input string: \"many\"")),
        ('("max_download_task_per_be" = "2147483648")',
         (1064, "HY000", "Failed to set config 'max_download_task_per_be'. err: For input string: \"2147483648\"")),
        ('("default_replication_num" = "40000")',
         (1064, "HY000", "Failed to set config 'default_replication_num'. err: "
          'Value out of range. Value:"40000" Radix:10')),
        ('("enable_colocate_restore" = "true") WITH PERSISTENT',
         (1064, "HY000", "set persisted config failed, because current running mode is not persisted")),
    ],
)  # fmt: skip
def test_bad_setting_is_refused(cluster: Cluster, clause: str, refusal: object) -> None:
    """Unknown, immutable, of another type, or not to be kept: in the server's words."""
    assert refusal == cluster.refused(f"ADMIN SET FRONTEND CONFIG {clause}")


def test_one_setting_a_statement(cluster: Cluster) -> None:
    """The grammar takes no second one."""
    text = cluster.refused('ADMIN SET FRONTEND CONFIG ("max_upload_task_per_be" = "1", "x" = "2")')[2]
    assert text.startswith("Getting syntax error")


def test_whatever_is_not_true_is_false(cluster: Cluster) -> None:
    """As Boolean.parseBoolean has it."""
    for value, expected in (("TRUE", "true"), ("yes", "false")):
        cluster.run(f'ADMIN SET FRONTEND CONFIG ("enable_colocate_restore" = "{value}")')
        assert expected == cluster.frontend.config["enable_colocate_restore"]


def test_only_what_is_persistent_outlives_a_restart(tmp_path: Path) -> None:
    """WITH PERSISTENT writes fe.conf, which a restart and the next leader read; the rest was memory."""
    clock = SteppedClock()
    first = Frontend(clock, tmp_path, version="4.1", kept=True)
    session = Session(first)
    session.run('ADMIN SET FRONTEND CONFIG ("max_upload_task_per_be" = "4") WITH PERSISTENT')
    session.run('ADMIN SET FRONTEND CONFIG ("max_download_task_per_be" = "5")')
    first.config.start_with("query_port", "19030")
    first.change_leader()
    assert ("4", "0", "19030") == tuple(
        first.config[each] for each in ("max_upload_task_per_be", "max_download_task_per_be", "query_port")
    )
    session.close()
    first.close()
    second = Frontend(clock, tmp_path, version="4.1", kept=True)
    assert ("4", "9030") == (second.config["max_upload_task_per_be"], second.config["query_port"])
    second.reset()
    assert "0" == second.config["max_upload_task_per_be"]
    second.close()
