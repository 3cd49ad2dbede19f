from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.statements.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.small_cluster import Cluster


def framed(text: str) -> str:
    """Put an analyzer's frame around a text."""
    return f"Getting analyzing error. Detail message: {text}."


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("SET query_timeout = 0", (1064, "HY000", framed("query_timeout must be equal or greater than 1"))),
        ("SET query_timeout = 259201", (1064, "HY000", framed("query_timeout must be equal or smaller than 259200"))),
        ("SET sql_select_limit = 'x'", (1064, "HY000", framed("sql_select_limit is not a number"))),
        ("SET time_zone = 'Mars/Crater'", (1298, "HY000", framed("Unknown or incorrect time zone: 'Mars/Crater'"))),
        ("SET time_zone = '+14:30'", (1298, "HY000", framed("Unknown or incorrect time zone: '+14:30'"))),
        ("SET time_zone = '-13:00'", (1298, "HY000", framed("Unknown or incorrect time zone: '-13:00'"))),
        ("SET catalog = nope", (1064, "HY000", framed("Unknown catalog nope"))),
        ("SET NAMES latin1", (1115, "42000", framed("Unknown character set: 'latin1'"))),
        ("SET NAMES gbk", (1064, "HY000", framed("charset name gbk is not supported yet"))),
        ("SET version = '9'", (1621, "HY000", "Variable 'version' is a read only variable")),
        (
            "SET query_cache_size = 1",
            (1229, "HY000", "Variable 'query_cache_size' is a GLOBAL variable and should be set with SET GLOBAL"),
        ),
        (
            "SET GLOBAL catalog = default_catalog",
            (1228, "HY000", "Variable 'catalog' is a SESSION variable and can't be used with SET GLOBAL"),
        ),
        ("SET autocommit = 2", (1232, "42000", "Incorrect argument type to variable 'autocommit'")),
        ("SET wait_timeout = 3000000000", (1232, "42000", "Incorrect argument type to variable 'wait_timeout'")),
        ("SET sql_mode = 'NONSENSE'", (1231, "42000", "Variable 'sql_mode' can't be set to the value of 'NONSENSE'")),
        (
            "SET query_timeoot = 1",
            (
                1193,
                "HY000",
                "Unknown system variable 'query_timeoot', the most similar variables are "
                "{'query_timeout', 'query_delivery_timeout', 'query_mem_limit'}",
            ),
        ),
        ("SET @" + "x" * 65 + " = 1", (1064, "HY000", framed(f"User variable name '{'x' * 65}' is illegal"))),
    ],
)
def test_setting_is_refused_in_the_servers_words(cluster: Cluster, sql: str, refused: tuple[int, str, str]) -> None:
    """By SetStmtAnalyzer.java with a frame, by VariableMgr.java without."""
    assert refused == cluster.refused(sql)


def test_unknown_variable_in_a_query_has_the_analyzers_frame(cluster: Cluster, empty: Callable[..., Cluster]) -> None:
    """With names that look like it since 3.4 (VariableMgr.java, fillValue)."""
    code, _, text = cluster.refused("SELECT @@nope")
    assert (1193, True) == (code, text.startswith(framed("Unknown system variable 'nope', the most similar")[:-1]))
    older = (1193, "HY000", framed("Unknown system variable 'nope'"))
    assert older == empty(version="3.3").refused("SELECT @@nope")


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT @@autocommit", 1),
        ("SELECT @@transaction_isolation", "REPEATABLE-READ"),
        ("SELECT @@tx_isolation", "REPEATABLE-READ"),
        ("SELECT @@lower_case_table_names", 0),
        ("SELECT @@max_allowed_packet", 33554432),
        ("SELECT @@sql_mode", "ONLY_FULL_GROUP_BY"),
        ("SELECT @@version_comment LIMIT 1", "4.1.0-sandbox"),
        ("SELECT @@version", "8.0.33"),
        ("SELECT @@time_zone", "UTC"),
        ("SELECT @@GLOBAL.wait_timeout", 28800),
        ("SELECT @never", None),
        ("SET query_timeout = 7; SELECT @@query_timeout", 7),
        ("SET query_timeout = 60 * 5 + 1; SELECT @@session.query_timeout", 301),
        ("SET query_timeout = 7; SET query_timeout = DEFAULT; SELECT @@query_timeout", 300),
        ("SET sql_mode = 'ansi_quotes,32'; SELECT @@sql_mode", "ANSI_QUOTES,ONLY_FULL_GROUP_BY"),
        ("SET time_zone = '8:00'; SELECT @@time_zone", "+08:00"),
        ("SET is_report_success = ON; SELECT @@enable_profile", 1),
        ("SET @mine = 3, @Other = 'x'; SELECT concat(@MINE, @other)", "3x"),
        ("SET @n = (SELECT count(*) FROM db1.t); SELECT @n + 1", 5),
        ("SET @@session.autocommit := 0; SELECT @@autocommit", 0),
    ],
)
def test_variable_has_its_value(cluster: Cluster, sql: str, value: object) -> None:
    """The server's default, or what was set."""
    assert [(value,)] == cluster.run(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci",
        "SET NAMES 'utf8'",
        "SET CHARACTER SET utf8",
        "SET character_set_results = NULL",
        "SET foreign_key_checks = 0",
        "SET SQL_SAFE_UPDATES = 1, sql_select_limit = 500",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ",
        "SET sql_mode = 'STRICT_TRANS_TABLES', @mine = 3",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SHOW WARNINGS",
        "SHOW STATUS LIKE 'Threads%'",
        "SHOW CATALOGS",
        "SHOW PROCESSLIST",
        "SELECT CURRENT_VERSION(), version(), connection_id(), current_role(), catalog()",
        "ADMIN SHOW FRONTEND CONFIG LIKE 'run_mode'",
    ],
)
def test_what_clients_send_on_connecting_is_taken(cluster: Cluster, sql: str) -> None:
    """None of it is refused."""
    cluster.run(sql)
    assert [(1,)] == cluster.run("SELECT 1")


def test_constant_answers_are_the_servers(cluster: Cluster) -> None:
    """ShowExecutor.java."""
    assert ("utf8_general_ci", "utf8", 33, "Yes", "Yes", 1) == cluster.run("SHOW COLLATION")[0]
    assert ("OLAP", "YES", "Default storage engine of StarRocks", "NO", "NO", "NO") == cluster.run("SHOW ENGINES")[0]
    assert [("utf8", "UTF-8 Unicode", "utf8_general_ci", "3")] == cluster.run("SHOW CHARSET")


def test_variables_are_listed_in_their_order(cluster: Cluster) -> None:
    """All that are not hidden, with the names they are shown by."""
    rows = cluster.run("SHOW VARIABLES")
    names = [name for name, _ in rows]
    assert sorted(names) == names
    assert ("sql_mode", "ONLY_FULL_GROUP_BY") in rows
    assert ("autocommit", "true") in rows
    assert not {"sql_mode_v2", "exec_mem_limit"} & set(names)


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SHOW VARIABLES LIKE 'lower\\_case\\_%'", ["lower_case_table_names"]),
        ("SHOW VARIABLES LIKE 'LOWER_CASE_TABLE_NAMES'", []),
        ("SHOW VARIABLES WHERE Variable_name = 'time_zone'", ["time_zone"]),
        (
            "SHOW VARIABLES WHERE Variable_name = 'language' OR Variable_name IN ('license', 'nope') "
            "OR (variable_name LIKE 'net\\_w%' AND NOT value = '0')",
            ["language", "license", "net_write_timeout"],
        ),
    ],
)
def test_variables_are_chosen(cluster: Cluster, sql: str, names: list[str]) -> None:
    """By LIKE, in the case of the pattern, and by WHERE."""
    assert names == [row[0] for row in cluster.run(sql)]


def test_verbose_tells_what_was_changed(cluster: Cluster) -> None:
    """SHOW VERBOSE VARIABLES has the default beside the value."""
    cluster.run("SET query_timeout = 7")
    assert [("query_timeout", "7", "300", "1")] == cluster.run("SHOW VERBOSE VARIABLES LIKE 'query_timeout'")


def test_global_variable_is_what_new_sessions_begin_with(tmp_path: Path) -> None:
    """Older sessions keep theirs; a restart and a new leader know it."""
    frontend = Frontend(SteppedClock(), tmp_path, version="4.1", kept=True)
    old, setter = Session(frontend), Session(frontend)
    setter.run("SET GLOBAL query_timeout = 7")
    setter.run("SET query_timeout = 8")
    for session, expected in ((old, 300), (setter, 8), (Session(frontend), 7)):
        assert [(expected, 7)] == session.run("SELECT @@query_timeout, @@global.query_timeout").rows  # type: ignore[union-attr]
        session.close()
    frontend.change_leader()
    assert 7 == Session(frontend).variables.get("query_timeout")
    frontend.close()
    again = Frontend(SteppedClock(), tmp_path, version="4.1", kept=True)
    assert 7 == Session(again).variables.get("query_timeout")
    again.close()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("UTC", 0),
        ("Z", 0),
        ("+08:00", 8),
        ("-3:30", -3.5),
        ("CST", 8),
        ("PRC", 8),
        ("Asia/Tokyo", 9),
        ("UTC+5", 5),
        ("+7", 7),
    ],
)
def test_time_zone_of_the_session_can_be_read(cluster: Cluster, text: str, hours: float) -> None:
    """Whatever Java takes for one (TimeUtils.java)."""
    cluster.run(f"SET time_zone = '{text}'")
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    assert timedelta(hours=hours) == moment.astimezone(cluster.session.variables.zone()).utcoffset()


def test_session_begins_with_the_machines_time_zone(empty: Callable[..., Cluster]) -> None:
    """As system_time_zone says."""
    cluster = empty(zone=ZoneInfo("Europe/Berlin"))
    assert [("Europe/Berlin", "Europe/Berlin")] == cluster.run("SELECT @@time_zone, @@system_time_zone")
    assert ZoneInfo("Europe/Berlin") == cluster.session.variables.zone()
