"""Side by side, then swap, and back: rows are compared at each step."""

from __future__ import annotations

import pytest
from road import backed_up

from starrocks_restore_kernel.errors import PlanRefused, ProcedureStopped, UsageProblem
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.jobs import Job, Poller
from starrocks_restore_kernel.planning import Compared, Step
from starrocks_restore_kernel.sandbox import Sandbox

WORTH = "SELECT SUM(amount) FROM {table}"


def count(cluster: Cluster, table: str) -> int:
    """The rows of a table."""
    return int(cluster.query(f"SELECT COUNT(*) AS n FROM shop.{table}")[0]["n"])


@pytest.fixture
def damaged(cluster: Cluster) -> Cluster:
    """A backup, and then a month of orders and half of the customers lost."""
    backed_up(cluster)
    cluster.query("DELETE FROM shop.orders WHERE order_date < '2024-02-01'")
    cluster.query("DELETE FROM shop.customers WHERE customer_id > 250")
    return cluster


def test_the_rows_come_back_by_a_swap_and_go_again(damaged: Cluster) -> None:
    """Restore, compare, swap, and the way back; each twice without harm."""
    procedure = damaged.side_by_side("vault", "monday", tables=["orders", "customers"], query={"orders": WORTH})
    assert ["restore", "compare", "swap", "back", "drop"] == [each.name for each in procedure.steps]
    assert (9_956, 250) == (count(damaged, "orders"), count(damaged, "customers"))

    waiting = procedure.run()
    assert "swap" == waiting.waiting
    assert ["restore", "compare"] == [name for name, _ in waiting.done]
    compared: dict[tuple[str, str], Compared] = {(each.table, each.what): each for each in waiting["compare"]}
    assert (9_956, 12_000) == (compared["orders", "all rows"].now, compared["orders", "all rows"].restored)
    assert (0, 2_044) == (compared["orders", "partition p202401"].now, compared["orders", "partition p202401"].restored)
    assert compared["orders", "partition p202402"].same
    assert (250, 500) == (compared["customers", "all rows"].now, compared["customers", "all rows"].restored)
    assert ("customers", "partition customers") not in compared
    assert compared["orders", WORTH].restored > compared["orders", WORTH].now
    assert "Compared: 4 of 9 differ" == waiting["compare"].title
    assert (9_956, 12_000) == (count(damaged, "orders"), count(damaged, "orders_restored"))

    with pytest.raises(PlanRefused, match="nothing was sent: swap customers, orders in shop as restored"):
        procedure.run("swap")
    assert 2 == len(procedure.run("swap", overwrite=True))
    assert (12_000, 500) == (count(damaged, "orders"), count(damaged, "customers"))
    assert (9_956, 250) == (count(damaged, "orders_restored"), count(damaged, "customers_restored"))
    assert 0 == len(procedure.run("swap", overwrite=True))
    assert 12_000 == count(damaged, "orders")

    assert 2 == len(procedure.run("back", overwrite=True))
    assert 0 == len(procedure.run("back", overwrite=True))
    assert (9_956, 12_000) == (count(damaged, "orders"), count(damaged, "orders_restored"))


def test_what_is_shown_is_all_that_is_sent(damaged: Cluster) -> None:
    """Text and HTML hold every statement, the DROPs too, which no run sends."""
    procedure = damaged.side_by_side("vault", "monday", tables=["orders"])
    sent = [sql for step in procedure.steps for sql in step.sql]

    assert [
        "ALTER TABLE shop.orders SWAP WITH orders_restored",
        "ALTER TABLE shop.orders SWAP WITH orders_restored",
        "DROP TABLE shop.orders_restored",
    ] == sent[1:]
    assert "DROP TABLE shop.orders_restored;" in procedure.text()
    assert "DROP TABLE shop.orders_restored;" in procedure.html()
    procedure.run(overwrite=True)
    with pytest.raises(PlanRefused, match="this procedure drops nothing"):
        procedure.run("drop", overwrite=True)
    assert (12_000, 9_956) == (count(damaged, "orders"), count(damaged, "orders_restored"))


def test_a_lost_table_is_renamed_and_a_view_left_alone(damaged: Cluster) -> None:
    """There is nothing to swap with; the way back is the old name again."""
    damaged.query("DROP TABLE shop.order_items FORCE")
    procedure = damaged.side_by_side("vault", "monday", tables=["order_items", "daily_revenue"])
    assert ["restore", "compare", "swap", "back"] == [each.name for each in procedure.steps]
    assert any("Views are not restored here" in note and "daily_revenue" in note for note in procedure.notes)
    assert ("ALTER TABLE shop.order_items_restored RENAME order_items",) == procedure["swap"].sql

    outcome = procedure.run(overwrite=True)
    (compared,) = outcome["compare"]
    assert (None, 24_000) == (compared.now, compared.restored)
    assert 24_000 == count(damaged, "order_items")
    procedure.run("back", overwrite=True)
    assert 24_000 == count(damaged, "order_items_restored")


def test_another_database_is_compared_and_not_swapped(damaged: Cluster) -> None:
    """SWAP works within one database."""
    wish = damaged.restore("vault", "monday").include("orders").partitions("orders", ["p202401"]).into("shop_check")
    procedure = wish.side_by_side()
    assert ["restore", "compare", "drop"] == [each.name for each in procedure.steps]
    assert any("comparison only" in note for note in procedure.notes)

    outcome = procedure.run()
    assert [("all rows", 9_956, 2_044), ("partition p202401", 0, 2_044)] == [
        (each.what, each.now, each.restored) for each in outcome["compare"]
    ]
    assert outcome.waiting is None


def test_a_copy_of_a_few_partitions_is_never_swapped(damaged: Cluster) -> None:
    """It would take the others away."""
    with pytest.raises(UsageProblem, match="a swap would take the rest away"):
        damaged.restore("vault", "monday").include("orders").partitions("orders", ["p202401"]).side_by_side()


def test_steps_out_of_order_change_nothing(damaged: Cluster) -> None:
    """A swap before the restore, a step that is none, a table made anew in between."""
    procedure = damaged.side_by_side("vault", "monday", tables=["orders"])
    for step in ("swap", "back"):
        with pytest.raises(PlanRefused, match="nothing was sent: orders_restored is not there in shop"):
            procedure.run(step, overwrite=True)
    with pytest.raises(PlanRefused, match="nothing to compare"):
        procedure.run("compare")
    with pytest.raises(UsageProblem, match="no step 'swop'") as caught:
        procedure.run("swop")
    assert "did you mean swap?" == caught.value.hint
    procedure.run(1)
    damaged.query("DROP TABLE shop.orders FORCE")
    damaged.query("CREATE TABLE shop.orders (a INT) DISTRIBUTED BY HASH (a) PROPERTIES ('replication_num' = '1')")
    with pytest.raises(PlanRefused, match="orders was made anew meanwhile"):
        procedure.run("swap", overwrite=True)
    assert 12_000 == count(damaged, "orders_restored")


def test_a_swap_that_breaks_off_goes_on_and_goes_back(damaged: Cluster) -> None:
    """The message says which tables were exchanged, and both ways work from there."""
    procedure = damaged.side_by_side("vault", "monday", tables=["orders", "customers"])
    procedure.run()
    query = damaged.query
    seen: list[str] = []

    def break_off(sql: str) -> object:
        if "ALTER TABLE shop.orders " in sql and not seen:
            seen.append(sql)
            sql = "ALTER TABLE shop.nobody SWAP WITH nothing"
        return query(sql)

    damaged.query = break_off  # type: ignore[method-assign,assignment]
    with pytest.raises(ProcedureStopped, match="the step swap failed: ") as caught:
        procedure.run("swap", overwrite=True)
    assert "exchanged before: customers; not yet: orders" in caught.value.message
    assert "procedure.run('swap', overwrite=True)" in str(caught.value.hint)
    assert "procedure.run('back', overwrite=True)" in str(caught.value.hint)
    assert (9_956, 500) == (count(damaged, "orders"), count(damaged, "customers"))
    assert ["orders"] == [pair.live for pair in procedure.run("swap", overwrite=True)]
    assert (12_000, 500) == (count(damaged, "orders"), count(damaged, "customers"))


def test_a_query_that_asks_no_side_is_refused(damaged: Cluster) -> None:
    """Before anything is restored."""
    for query, message in ((WORTH.replace("{table}", "t"), "one side twice"), ({"nobody": WORTH}, "not compared")):
        with pytest.raises(UsageProblem, match=message):
            damaged.side_by_side("vault", "monday", tables=["orders"], query=query)


def test_every_step_is_shown_before_it_runs(damaged: Cluster) -> None:
    """In order, each as the value that then runs."""
    procedure = damaged.side_by_side("vault", "monday", tables=["orders"])
    shown: list[Step] = []
    procedure.run(overwrite=True, show=shown.append)

    assert list(procedure.steps[:3]) == shown


def test_a_restore_that_fails_leaves_everything_as_it_was(damaged: Cluster) -> None:
    """The copies go with the cancelled job, and the step can be run again."""
    procedure = damaged.side_by_side("vault", "monday", tables=["orders"])
    submit = Poller.add
    seen: list[Job] = []

    def cancelled(poller: Poller, job: Job) -> None:
        if not seen:
            damaged.frontend.send("CANCEL RESTORE FROM shop")
        seen.append(job)
        submit(poller, job)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Poller, "add", cancelled)
        with pytest.raises(ProcedureStopped, match=r"the step restore failed: .*user cancelled") as caught:
            procedure.run()
    assert "to go back: not needed: what is there was not touched" in str(caught.value.hint)
    assert 9_956 == count(damaged, "orders")
    procedure.run(overwrite=True)
    assert 12_000 == count(damaged, "orders")


def test_an_older_server_swaps_too() -> None:
    """3.3 has no kind words and no DATABASE clause, and SWAP all the same."""
    with Sandbox(speed=300.0, version="3.3") as sandbox, connect(sandbox.url, poll_interval=0.02) as cluster:
        backed_up(cluster)
        cluster.query("TRUNCATE TABLE shop.orders")
        cluster.side_by_side("vault", "monday", tables=["orders"]).run(overwrite=True)

        assert (12_000, 0) == (count(cluster, "orders"), count(cluster, "orders_restored"))
