"""Procedures without a server: what is left out, what is said, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from starrocks_restore_kernel.cluster import (
    Backend,
    Partition,
    Partitions,
    SnapshotContents,
    SnapshotObject,
    Table,
    TableConfiguration,
    TableKind,
)
from starrocks_restore_kernel.errors import PlanRefused, ServerError, UsageProblem
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore, Statement
from starrocks_restore_kernel.planning import (
    ClusterFacts,
    Facts,
    Outcome,
    Plan,
    Procedure,
    RepositoryFacts,
    TargetFacts,
    Wish,
    plan,
    restore,
)
from starrocks_restore_kernel.planning.plan_files import load_plan, plan_text

INSIDE = SnapshotContents(
    "monday",
    "2026-11-22-20-15-03-117",
    "shop",
    (
        SnapshotObject("daily", ()),
        SnapshotObject("monthly", ("monthly",)),
        SnapshotObject("orders", ("p1", "p2"), auto_increment=7),
        SnapshotObject("<lost>", ("<lost>",)),
    ),
)
TABLES = {
    "monthly": Table("monthly", TableKind.MATERIALIZED_VIEW),
    "orders": Table("orders", TableKind.TABLE, 10, 100),
}
CONFIGURATIONS = {
    "orders": TableConfiguration(
        "orders",
        "OLAP",
        "DUP_KEYS",
        properties={"colocate_with": "g1", "dynamic_partition.enable": "true"},
        table_id=11,
    )
}
PARTITIONS = Partitions.of({"orders": [Partition("p2", "[2]", 1, 1), Partition("p3", "[3]", 1, 1)]})
TARGET = TargetFacts("shop", exists=True, tables=TABLES, configurations=CONFIGURATIONS, partitions=PARTITIONS)


@dataclass
class Desk:
    """Facts that stand still."""

    target: TargetFacts = TARGET
    version: str = "4.1"
    sent: list[str] = field(default_factory=list)

    def facts(self, _: Restore) -> Facts:
        """The same for every statement."""
        backends = (Backend("1", "10.0.0.1", alive=True, decommissioned=False),)
        cluster = ClusterFacts(backends=backends, configuration={"default_replication_num": "3"})
        return Facts(self.version, cluster, repository=RepositoryFacts(contents=INSIDE), target=self.target)

    def plan(self, statement: Statement | str) -> Plan:
        """Judged by them."""
        parsed = parse(statement) if isinstance(statement, str) else statement
        assert isinstance(parsed, Restore)
        return plan(parsed, self.facts(parsed))

    def query(self, sql: str) -> Any:
        """Nothing comes back."""
        self.sent.append(sql)
        return []


@pytest.fixture
def desk() -> Desk:
    """A cluster whose facts stand still."""
    return Desk()


@pytest.fixture
def wish(desk: Desk) -> Wish:
    """All of the snapshot."""
    return restore(INSIDE, "vault", desk=desk)


def test_views_and_materialized_views_are_left_out_and_it_is_said(wish: Wish) -> None:
    """A view holds no rows, and SWAP takes no other kind."""
    procedure = wish.side_by_side()

    assert (
        "ALTER TABLE shop.orders SWAP WITH orders_restored",
        "ALTER TABLE shop.`<lost>_restored` RENAME `<lost>`",
    ) == procedure["swap"].sql
    assert ("DROP TABLE shop.orders_restored",) == procedure["drop"].sql
    assert "Views are not restored here, as they hold no rows: daily." in procedure.notes
    assert any(note.startswith("Materialized views are not swapped") and "monthly" in note for note in procedure.notes)
    assert "daily" not in procedure["restore"].sql[0]
    with pytest.raises(UsageProblem, match="no table is left"):
        wish.include("daily", "monthly").side_by_side()


@pytest.mark.parametrize(
    "told",
    [
        "Colocation: orders (g1).",
        "Dynamic partitions: orders.",
        "AUTO_INCREMENT: orders.",
        "Partitions of orders that the snapshot lacks are gone after the swap: p3.",
        "Grants on a single table",
        "Not there now, so that the copy is only renamed: <lost>.",
    ],
)
def test_what_a_swap_does_not_bring_along_is_said(wish: Wish, told: str) -> None:
    """Only where it concerns a table."""
    assert any(note.startswith(told) for note in wish.side_by_side().notes)
    if told != "Not there now, so that the copy is only renamed: <lost>.":
        assert not any(note.startswith(told) for note in wish.include("<lost>").side_by_side().notes)


def test_a_procedure_draws_every_step_and_escapes_what_comes_from_outside(wish: Wish) -> None:
    """Text and HTML tell the same."""
    procedure = wish.side_by_side()

    assert [1, 2, 3, 4, 5] == [number for number in range(1, 9) if f"\n{number}. " in procedure.text()]
    assert "<lost>" in procedure.text()
    assert "<lost>" not in procedure.html()
    assert "&lt;lost&gt;" in procedure.html()
    assert "Nothing was changed." in procedure.text()


def test_an_outcome_draws_what_ran_and_what_waits() -> None:
    """Whatever a step gave."""
    waiting = Outcome((("restore", "a <job>"),), "swap")

    assert "Next: swap. Look first, then procedure.run('swap', overwrite=True)." in waiting.text()
    assert "a <job>" in waiting.text()
    assert "a &lt;job&gt;" in waiting.html()
    assert "All of it has run." in Outcome(()).text()
    assert "a <job>" == waiting["restore"]


def test_tables_that_cannot_be_read_are_not_exchanged(wish: Wish, desk: Desk) -> None:
    """Not knowing is no permission."""
    procedure = wish.side_by_side()
    desk.target = TargetFacts("shop", exists=True)
    for step in ("compare", "swap", "back"):
        with pytest.raises(PlanRefused, match="could not be read"):
            procedure.run(step, overwrite=True)
    assert [] == desk.sent


def test_a_restored_materialized_view_is_left_as_it_is(wish: Wish, desk: Desk) -> None:
    """A snapshot does not tell it from a table; the cluster does once it is there."""
    procedure = wish.include("<lost>").side_by_side()
    desk.target = TargetFacts(
        "shop", exists=True, tables={"<lost>_restored": Table("<lost>_restored", TableKind.MATERIALIZED_VIEW)}
    )
    assert "Exchanged: 0 of 1; left alone, no tables: <lost>" == procedure.run("swap", overwrite=True).title
    assert [] == desk.sent


def test_a_step_is_found_by_its_number_too(wish: Wish) -> None:
    """From 1, as they are shown."""
    procedure = wish.side_by_side()

    assert procedure["restore"] is procedure[1]
    for step in (0, 6):
        with pytest.raises(UsageProblem, match="no step"):
            procedure[step]


def test_a_procedure_of_no_cluster_does_not_run(wish: Wish) -> None:
    """It can be kept and shown all the same."""
    procedure = Procedure("alone", wish.side_by_side().steps)
    with pytest.raises(UsageProblem, match="hangs on no cluster"):
        procedure.run()


# -- files


def test_a_replica_number_that_changed_is_told_by_the_partition(wish: Wish, desk: Desk) -> None:
    """So are buckets and values."""
    made = desk.plan(wish.include("orders").statements()[0])
    text = plan_text(made, desk.facts(made.statement))  # type: ignore[arg-type]
    desk.target = TargetFacts(
        "shop",
        exists=True,
        tables=TABLES,
        configurations=CONFIGURATIONS,
        partitions=Partitions.of({"orders": [Partition("p2", "[2]", 1, 3), Partition("p3", "[4]", 2, 1)]}),
    )
    with pytest.raises(PlanRefused) as caught:
        load_plan(text, desk)

    for told in (
        "object orders: partition p2 has the replica number 3, it was 1",
        "object orders: partition p3 has the bucket number 2, it was 1",
        "object orders: partition p3 has the values [4], it was [3]",
    ):
        assert told in caught.value.message


def test_many_changes_are_counted(wish: Wish, desk: Desk) -> None:
    """The first are told."""
    made = desk.plan(wish.include("orders").statements()[0])
    text = plan_text(made, desk.facts(made.statement))  # type: ignore[arg-type]
    many = Partitions.of({"orders": [Partition(f"q{n}", "", 1, 1) for n in range(20)]})
    desk.target = TargetFacts("shop", exists=True, tables=TABLES, configurations=CONFIGURATIONS, partitions=many)
    with pytest.raises(PlanRefused, match="and 16 more"):
        load_plan(text, desk)


def test_a_refused_swap_says_what_was_exchanged(wish: Wish, desk: Desk) -> None:
    """As a note on the server's own error."""
    procedure = wish.include("orders").side_by_side()
    copies = {**TABLES, "orders_restored": Table("orders_restored", TableKind.TABLE)}
    desk.target = TargetFacts("shop", exists=True, tables=copies, configurations=CONFIGURATIONS)

    def refuse(sql: str) -> Any:
        raise ServerError("no", code=1, sqlstate="HY000", statement=sql)

    desk.query = refuse  # type: ignore[method-assign]
    with pytest.raises(ServerError) as caught:
        procedure["swap"].run(desk, overwrite=True)
    assert ["exchanged before: none; not yet: orders"] == caught.value.__notes__
