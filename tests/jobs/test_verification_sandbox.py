"""The verdict on a sandbox: what is broken after a restore is found, and the statement in the hint mends it."""

from __future__ import annotations

import pytest
from jobs.verifying import codes, hint_of, look, mend, moved, restored
from planning.stage import SHOP, Make, Stage, planned

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.jobs.verification import (
    Status,
)


def test_all_is_there(stage: Stage, stamp: str) -> None:
    """A whole database, in place: each object is good, and nothing is found."""
    verdict = look(stage, restored(stage, stamp, ""), counts=True, query="SELECT count(*) >= 0 FROM {table}")

    assert (Status.PROVED, []) == (verdict.status, codes(verdict))
    assert ["a", "l", "t", "u", "w", "x"] == [each.object for each in verdict.rows]
    assert {"good"} == {each.verdict for each in verdict.rows}
    assert not verdict.failed


BROKEN = {
    "a table is dropped": ("ON (t, u)", "DROP TABLE db1.u FORCE", "SRR302"),
    "a view is dropped": ("ON (t, w)", "DROP VIEW db1.w", "SRR302"),
    "a partition is dropped": ("ON (t)", "ALTER TABLE db1.t DROP PARTITION p2 FORCE", "SRR305"),
    "a partition that was chosen is dropped": (
        "ON (t PARTITION (p1))",
        "ALTER TABLE db1.t DROP PARTITION p1 FORCE",
        "SRR305",
    ),
}


@pytest.mark.parametrize(("clauses", "harm", "code"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_found_and_mended(stage: Stage, stamp: str, clauses: str, harm: str, code: str) -> None:
    """Exactly that code; and after the statement of its hint it is proved."""
    expectations = restored(stage, stamp, clauses)
    assert Status.PROVED is look(stage, expectations).status
    stage.do(harm)
    verdict = look(stage, expectations)

    assert ([code], True) == (codes(verdict), verdict.failed)
    mend(stage, hint_of(verdict, code))
    assert Status.PROVED is look(stage, expectations).status


def test_the_statement_takes_only_the_chosen_partitions_again(stage: Stage, stamp: str) -> None:
    """A table that is gone comes back with the partitions that the statement named, and not with all."""
    stage.do("DROP TABLE db1.t FORCE")
    expectations = restored(stage, stamp, "ON (t PARTITION (p1, p3))")
    stage.do("DROP TABLE db1.t FORCE")

    assert "ON (t PARTITION (p1, p3))" in hint_of(look(stage, expectations), "SRR302")


def test_a_database_that_is_dropped(stage: Stage, stamp: str) -> None:
    """The whole statement brings it back; aliases and names that must be quoted included."""
    expectations = moved(stage, stamp, "ON (t AS `order`, u AS v)")
    stage.do("DROP DATABASE db2 FORCE")
    verdict = look(stage, expectations)

    assert ["SRR301"] == codes(verdict)
    assert {"wrong"} == {each.verdict for each in verdict.rows}
    assert "ON (t AS `order`, u AS v)" in hint_of(verdict, "SRR301")
    mend(stage, hint_of(verdict, "SRR301"))
    assert Status.PROVED is look(stage, expectations).status
    stage.do("DROP TABLE db2.`order` FORCE")
    again = look(stage, expectations)
    assert "ON (t AS `order`)" in hint_of(again, "SRR302")
    mend(stage, hint_of(again, "SRR302"))
    assert Status.PROVED is look(stage, expectations).status


def test_another_number_of_replicas(make: Make) -> None:
    """Somebody has changed it; MODIFY PARTITION sets it back."""
    stage = make(backends=3)
    stage.do(SHOP)
    expectations = restored(stage, stage.backup())
    stage.do('ALTER TABLE db1.t MODIFY PARTITION (p1, p3) SET ("replication_num" = "2")')
    verdict = look(stage, expectations)

    assert ["SRR306"] == codes(verdict)
    assert 'ALTER TABLE db1.t MODIFY PARTITION (p1, p3) SET ("replication_num" = "1")' == hint_of(verdict, "SRR306")
    mend(stage, hint_of(verdict, "SRR306"))
    assert Status.PROVED is look(stage, expectations).status


def test_another_kind(stage: Stage, stamp: str) -> None:
    """A view stands where the table should: it comes back beside, and what is there is not touched."""
    expectations = restored(stage, stamp, "ON (u)")
    stage.do("DROP VIEW db1.x; DROP TABLE db1.u FORCE; CREATE VIEW db1.u AS SELECT k FROM db1.t")
    verdict = look(stage, expectations)

    assert ["SRR303"] == codes(verdict)
    mend(stage, hint_of(verdict, "SRR303"))
    assert [(3,)] == stage.rows("SELECT count(*) FROM db1.u_restored")


def test_a_state_that_is_not_normal(stage: Stage, stamp: str) -> None:
    """A second restore holds the table: it is neither good nor readable."""
    expectations = restored(stage, stamp)
    stage.send(planned(stage, stamp, "ON (t)"), finish=False)
    stage.step(3)
    verdict = look(stage, expectations)

    assert {"SRR304", "SRR315"} == set(codes(verdict))
    assert "SHOW RESTORE FROM db1" == hint_of(verdict, "SRR304")


def test_a_view_of_the_snapshots_database(stage: Stage, stamp: str) -> None:
    """Restored elsewhere a view still reads the old database; ALTER VIEW moves it."""
    expectations = moved(stage, stamp)
    verdict = look(stage, expectations)

    assert ["SRR308", "SRR308"] == codes(verdict)
    assert Status.REMARKS is verdict.status
    for each in verdict.findings:
        assert each.hint is not None
        stage.do(each.hint)
    assert Status.PROVED is look(stage, expectations).status
    assert ["dt", "n"] == list(stage.cluster.query("SELECT * FROM db2.w").headings)
    stage.do("DELETE FROM db2.u WHERE id > 1")
    assert [(1,)] == stage.rows("SELECT count(*) FROM db2.x")


def test_a_view_that_is_broken(stage: Stage, stamp: str) -> None:
    """What it reads is gone: only reading it shows that."""
    expectations = restored(stage, stamp, "ON (x)")
    stage.do("DROP TABLE db1.u FORCE")
    verdict = look(stage, expectations)

    assert ["SRR309"] == codes(verdict)
    assert "SHOW CREATE VIEW db1.x" == hint_of(verdict, "SRR309")


MATERIALIZED = """
CREATE MATERIALIZED VIEW db1.m REFRESH MANUAL PROPERTIES ("replication_num" = "1") AS SELECT k, dt FROM db1.t
"""


@pytest.fixture
def with_view(make: Make) -> tuple[Stage, str]:
    """A shop with a materialized view, backed up with it."""
    stage = make()
    stage.do('ADMIN SET FRONTEND CONFIG ("enable_backup_materialized_view" = "true")')
    stage.do(SHOP)
    stage.do(MATERIALIZED)
    return stage, stage.backup()


def test_a_materialized_view_that_is_not_active(with_view: tuple[Stage, str]) -> None:
    """It came back; somebody, or what became of its base table, has made it inactive."""
    stage, stamp = with_view
    stage.do("ALTER MATERIALIZED VIEW db1.m INACTIVE")
    expectations = restored(stage, stamp, "ON (t, m)")
    assert Status.PROVED is look(stage, expectations).status
    stage.do("ALTER MATERIALIZED VIEW db1.m INACTIVE")
    verdict = look(stage, expectations)

    assert ["SRR307"] == codes(verdict)
    mend(stage, hint_of(verdict, "SRR307"))
    assert Status.PROVED is look(stage, expectations).status


def test_what_was_skipped_is_said(with_view: tuple[Stage, str]) -> None:
    """An active materialized view is not demanded, and named all the same."""
    stage, stamp = with_view
    verdict = look(stage, restored(stage, stamp, "ON (m)"))

    assert (["SRR319"], Status.PROVED) == (codes(verdict), verdict.status)
    assert ["skipped"] == [each.verdict for each in verdict.rows]


def test_a_partition_that_stayed_and_is_gone(stage: Stage, stamp: str) -> None:
    """The restore never touched it: a remark, and the recycle bin."""
    expectations = restored(stage, stamp, "ON (t PARTITION (p1))")
    stage.do("ALTER TABLE db1.t DROP PARTITION p3")
    verdict = look(stage, expectations)

    assert "SRR305" in codes(verdict)
    assert not verdict.failed
    assert "RECOVER PARTITION p3 FROM db1.t, while it is in the recycle bin" == hint_of(verdict, "SRR305")


def test_exact_counts(stage: Stage, stamp: str) -> None:
    """What stays is compared with before; an empty table is a remark, where it was not empty."""
    expectations = restored(stage, stamp, "ON (t PARTITION (p1), u)")
    stage.do("DELETE FROM db1.u WHERE id > 0")
    stage.do("DELETE FROM db1.t WHERE k = 4")
    verdict = look(stage, expectations, counts=True)

    assert {"SRR313", "SRR314"} <= set(codes(verdict))
    assert Status.REMARKS is verdict.status


def test_a_query_of_the_users(stage: Stage, stamp: str) -> None:
    """Nothing and 0 are remarks; a query that fails is wrong on that table alone."""
    expectations = restored(stage, stamp, "ON (t, u)")
    assert codes(look(stage, expectations, query="SELECT count(*) > 3 FROM {table}")) == ["SRR317"]
    verdict = look(stage, expectations, query="SELECT max(k) FROM {table}")

    assert (["SRR317"], True) == (codes(verdict), verdict.failed)
    assert {"t": "good", "u": "wrong"} == {each.object: each.verdict for each in verdict.rows}
    with pytest.raises(UsageProblem, match="does not say"):
        look(stage, expectations, query="SELECT 1")


def test_a_colocation_group_and_dynamic_partitions(stage: Stage) -> None:
    """As they were before, or a remark with the statement that sets them back."""
    stage.do(
        "CREATE TABLE db1.c (k INT NOT NULL, dt DATE NOT NULL) DUPLICATE KEY (k) PARTITION BY RANGE (dt) "
        '(PARTITION p1 VALUES LESS THAN ("2024-02-01")) DISTRIBUTED BY HASH (k) BUCKETS 1 PROPERTIES '
        '("replication_num" = "1", "colocate_with" = "g", "dynamic_partition.enable" = "true", '
        '"dynamic_partition.time_unit" = "DAY", "dynamic_partition.end" = "1", "dynamic_partition.prefix" = "p", '
        '"dynamic_partition.buckets" = "1")'
    )
    expectations = restored(stage, stage.backup(), "ON (c PARTITION (p1))")
    assert "SRR310" not in codes(look(stage, expectations))
    stage.do(
        'ALTER TABLE db1.c SET ("dynamic_partition.enable" = "false"); ALTER TABLE db1.c SET ("colocate_with" = "")'
    )
    verdict = look(stage, expectations)

    assert {"SRR310", "SRR311"} <= set(codes(verdict))
    for code in ("SRR310", "SRR311"):
        stage.do(hint_of(verdict, code))
    assert Status.PROVED is look(stage, expectations).status


def test_a_counter_that_is_behind(stage: Stage) -> None:
    """It is set to the snapshot's while rows that stay have gone past it."""
    stage.do(
        "CREATE TABLE db1.n (dt DATE NOT NULL, id BIGINT NOT NULL AUTO_INCREMENT) PRIMARY KEY (dt, id) "
        'PARTITION BY RANGE (dt) (PARTITION p1 VALUES LESS THAN ("2024-02-01"), PARTITION p2 VALUES LESS THAN '
        '("2024-03-01")) DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "1"); '
        "INSERT INTO db1.n (dt) VALUES ('2024-01-05')"
    )
    stamp = stage.backup()
    stage.do("INSERT INTO db1.n (dt) VALUES ('2024-02-05'); INSERT INTO db1.n (dt) VALUES ('2024-02-06')")
    expectations = restored(stage, stamp, "ON (n PARTITION (p1))")
    verdict = look(stage, expectations)

    assert (["SRR312"], True) == (codes(verdict), verdict.failed)
    assert "ALTER TABLE db1.n AUTO_INCREMENT = " in hint_of(verdict, "SRR312")
    stage.do(hint_of(verdict, "SRR312"))
    # No statement shows the counter, so the finding stays; the next row is past those that are there.
    stage.do("INSERT INTO db1.n (dt) VALUES ('2024-02-07')")
    assert len({row[0] for row in stage.rows("SELECT id FROM db1.n")}) == 4
