"""Wishes on a cluster: expanded, planned, run, counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from road import backed_up

import starrocks_restore_kernel as srk
from starrocks_restore_kernel.errors import PlanRefused, ProcedureStopped, UsageProblem
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.planning import Plan, Procedure, Step, Verdict
from starrocks_restore_kernel.sandbox import Sandbox

MONTHS = "SELECT MONTH(order_date) AS month, COUNT(*) AS n, SUM(amount) AS worth FROM shop.orders GROUP BY 1 ORDER BY 1"


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster of three hosts with a backup, two replica numbers in orders, and one table gone."""
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", f"sqlite:///{tmp_path / 'history.sqlite'}")
    with Sandbox(speed=300.0, backends=3) as sandbox, connect(sandbox.url, poll_interval=0.02) as cluster:
        backed_up(cluster)
        cluster.query("ALTER TABLE shop.orders MODIFY PARTITION (p202401, p202402) SET ('replication_num' = '2')")
        cluster.query("DROP TABLE shop.order_items FORCE")
        yield cluster


def test_mixed_replica_numbers_run_as_their_statements_and_end_with_the_rows(three: Cluster) -> None:
    """A statement a number: what exists keeps its own, the lost table gets the default; the months are whole again."""
    before = list(three.query(MONTHS))
    three.query("DELETE FROM shop.orders WHERE order_date >= '2024-01-01'")
    wish = three.restore("vault", "monday").include("order*")
    procedure = wish.plan()
    shown: list[str] = []

    assert isinstance(procedure, Procedure)
    assert ["3", "2", "1"] == [dict(_properties(each))["replication_num"] for each in wish.statements()]
    with pytest.raises(PlanRefused, match="in shop: overwrite orders"):
        procedure.run()
    assert 0 == len(three.jobs())
    outcome = procedure.run(overwrite=True, show=lambda step: shown.append(step.name))
    assert ["restore 1", "restore 2", "restore 3"] == shown == [name for name, _ in outcome.done]
    assert before == list(three.query(MONTHS))
    assert 24_000 == three.query("SELECT COUNT(*) AS n FROM shop.order_items")[0]["n"]
    assert [2, 2, 1, 1, 1, 1] == [each.replication_num for each in three.frontend.partitions("shop")["orders"]]
    assert [3] == [each.replication_num for each in three.frontend.partitions("shop")["order_items"]]


def _properties(statement: object) -> list[tuple[str, str]]:
    return [(each.key, each.value) for each in statement.properties]  # type: ignore[attr-defined]


def test_a_wish_of_one_statement_is_a_plan(cluster: Cluster) -> None:
    """With as many replicas as there are hosts, though the default is 3."""
    backed_up(cluster)
    plan = cluster.restore("vault", "monday").include("orders").into("shop_check").timeout(7200).plan()

    assert isinstance(plan, Plan)
    assert Verdict.SAFE is plan.verdict
    assert "shop_check" == plan.target_database
    assert {"replication_num": "1", "timeout": "7200"}.items() <= dict(_properties(plan.statement)).items()
    plan.submit().wait(60)
    assert 12_000 == cluster.query("SELECT COUNT(*) AS n FROM shop_check.orders")[0]["n"]


def test_names_that_are_taken_are_found_before_anything_is_sent(cluster: Cluster) -> None:
    """The cluster's tables count too."""
    backed_up(cluster)
    cluster.query("CREATE TABLE shop.orders_2 (a INT) DISTRIBUTED BY HASH (a) PROPERTIES ('replication_num' = '1')")

    with pytest.raises(UsageProblem, match="orders would be named orders_2, which exists already"):
        cluster.restore("vault", "monday").include("orders").rename("{name}_2").plan()


def test_names_of_any_character_go_there_and_back(cluster: Cluster) -> None:
    """Blanks, quotes, brackets, stars, words of the language, and letters of all scripts."""
    names = ["a b", "it's", 'say "x"', "order", "[a]*", "été", "訂單", "a;b--", "100%", "\\"]
    for name in names:
        cluster.query(
            f"CREATE TABLE shop.`{name}` (a INT) DISTRIBUTED BY HASH (a) PROPERTIES ('replication_num' = '1')"
        )
        cluster.query(f"INSERT INTO shop.`{name}` VALUES (1)")
    backed_up(cluster)
    plan = cluster.restore("vault", "monday").include(*names).rename("{name} [old]").plan()
    assert isinstance(plan, Plan)
    plan.submit().wait(60)

    assert [1] * len(names) == [
        cluster.query(f"SELECT COUNT(*) AS n FROM shop.`{name} [old]`")[0]["n"] for name in names
    ]


def test_a_job_that_fails_stops_those_behind_it(three: Cluster) -> None:
    """What failed and why, how to go on, and that there is no way back from a restore in place."""
    three.query("DELETE FROM shop.orders WHERE order_date >= '2024-01-01'")
    procedure = three.restore("vault", "monday").include("orders").plan()
    assert isinstance(procedure, Procedure)

    def change_underneath(step: Step) -> None:
        if step.name == "restore 2":
            three.query("ALTER TABLE shop.orders MODIFY PARTITION (p202406) SET ('replication_num' = '2')")

    with pytest.raises(ProcedureStopped, match="the step restore 2 failed, done before: restore 1: ") as caught:
        procedure.run(overwrite=True, show=change_underneath)
    assert ("restore 1",) == caught.value.done
    assert isinstance(caught.value.__cause__, PlanRefused)
    assert "go on with procedure.run('restore 2')" in str(caught.value.hint)
    assert 1 == len(three.jobs())


def test_a_wish_without_a_cluster_writes_and_does_not_plan(cluster: Cluster) -> None:
    """What is read once can be written anywhere."""
    stamp = backed_up(cluster)
    wish = srk.restore(cluster.frontend.contents("vault", "monday", stamp), "vault").include("orders")

    assert wish.sql().startswith("RESTORE SNAPSHOT shop.monday\nFROM vault\nON (")
    with pytest.raises(UsageProblem, match="hangs on no cluster"):
        wish.plan()
