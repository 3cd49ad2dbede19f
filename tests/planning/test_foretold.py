"""What a plan foretells is what happens when its statement is sent all the same: row by row, and word by word."""

from __future__ import annotations

import pytest
from planning.stage import SHOP, Make, Stage, errors, foretold, foretold_parts, inside, planned

from starrocks_restore_kernel.planning import Action, Verdict
from starrocks_restore_kernel.sandbox.model.catalog import TableState

# What was changed since the backup, the clauses, and the verdict.
RESTORED = [
    ("DROP TABLE db1.t", "ON (t)", Verdict.SAFE),
    ("DROP TABLE db1.t", "ON (t PARTITION (p1, p3))", Verdict.SAFE),
    ("DELETE FROM db1.t WHERE k > 1", "ON (t)", Verdict.DESTRUCTIVE),
    ("TRUNCATE TABLE db1.t", "ON (t PARTITION (p1))", Verdict.DESTRUCTIVE),
    ("TRUNCATE TABLE db1.t", "ON (other.t PARTITION (dt = '2024-01-01'))", Verdict.DESTRUCTIVE),
    ("ALTER TABLE db1.t DROP PARTITION p2", "ON (t)", Verdict.DESTRUCTIVE),
    ('ALTER TABLE db1.t ADD PARTITION p4 VALUES LESS THAN ("2024-05-01")', "ON (t)", Verdict.DESTRUCTIVE),
    ("ALTER TABLE db1.l ADD PARTITION pz VALUES IN ('z')", "ON (l)", Verdict.DESTRUCTIVE),
    ("INSERT INTO db1.u VALUES (4, 'four')", "ON (u)", Verdict.DESTRUCTIVE),
    ("DROP VIEW db1.w; CREATE VIEW db1.w AS SELECT 1 AS one", "ON (w)", Verdict.DESTRUCTIVE),
    ("DROP VIEW db1.w; CREATE VIEW db1.w AS SELECT 1 AS one", "ON (TABLE w)", Verdict.DESTRUCTIVE),
    ("DROP VIEW db1.w", "ON (w)", Verdict.SAFE),
    ("", "ON (w AS x)", Verdict.DESTRUCTIVE),
    ("", "ON (t AS t2, w AS w2)", Verdict.SAFE),
    ("DROP TABLE db1.u", "ON (t AS t2, ALL TABLES)", Verdict.DESTRUCTIVE),
    ("DROP TABLE db1.u", "", Verdict.DESTRUCTIVE),
    ("DROP DATABASE db1 FORCE", "", Verdict.SAFE),
    ("DROP DATABASE db1 FORCE", "ON (u)", Verdict.SAFE),
]


@pytest.mark.parametrize(("change", "clauses", "verdict"), RESTORED)
def test_what_is_restored_is_what_was_foretold(stage: Stage, change: str, clauses: str, verdict: Verdict) -> None:
    """Created, overwritten, replaced or under another name; partitions replaced, added and left."""
    stamp = stage.backup()
    stage.do(change)
    plan = planned(stage, stamp, clauses)
    happened = stage.send(plan)

    assert ("[OK]", None) == (happened.job.status if happened.job else None, happened.text)
    assert foretold(plan) == happened.effects
    assert foretold_parts(plan) == happened.parted
    assert verdict is plan.verdict


def test_rows_that_are_overwritten_are_those_that_were_counted(stage: Stage) -> None:
    """Only of the partitions that are replaced."""
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (t PARTITION (p1))")

    assert [(2,)] == stage.rows("SELECT count(*) FROM db1.t WHERE dt < '2024-02-01'")
    assert [2] == [each.rows for each in plan.effects]


REFUSED_IN_THE_JOB = [
    # An alias onto a table, a name twice, a view and a table in each other's place.
    ("", "ON (t AS u)", None, "SRR209"),
    ("DROP TABLE db1.u", "ON (t AS u, ALL TABLES)", None, "SRR227"),
    (
        "DROP VIEW db1.w; CREATE TABLE db1.w (k INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) "
        'PROPERTIES ("replication_num" = "1")',
        "ON (w)",
        None,
        "SRR221",
    ),
    (
        "DROP TABLE db1.u; CREATE VIEW db1.u AS SELECT 1 AS id",
        "ON (u)",
        '"replication_num" = "1", "timeout" = "600"',
        "SRR222",
    ),
    ("DROP TABLE db1.u", "ON (u)", '"replication_num" = "-1", "timeout" = "600"', "SRR222"),
    # Replica numbers: the default, one of our own, and one that is read in 16 bits.
    ("", "ON (u)", "", "SRR211"),
    ("", "ON (t PARTITION (p2))", '"replication_num" = "2"', "SRR211"),
    ("DROP TABLE db1.u", "ON (u)", "", "SRR210"),
    ("", "ON (u AS u2)", '"replication_num" = "65540"', "SRR210"),
    # Partitions that cannot be added, and another partitioning.
    ("ALTER TABLE db1.l DROP PARTITION pc", "ON (l)", None, "SRR226"),
    (
        "DROP TABLE db1.t; CREATE TABLE db1.t (k INT NOT NULL, dt DATE NOT NULL, v VARCHAR(20)) DUPLICATE KEY (k, dt) "
        'DISTRIBUTED BY HASH (k) BUCKETS 2 PROPERTIES ("replication_num" = "1")',
        "ON (t)",
        None,
        "SRR226",
    ),
    (
        'ALTER TABLE db1.t ADD TEMPORARY PARTITION tp VALUES [("2024-01-01"), ("2024-01-15"))',
        "ON (t)",
        None,
        "SRR224",
    ),
]


@pytest.mark.parametrize(("change", "clauses", "properties", "code"), REFUSED_IN_THE_JOB)
def test_what_a_job_dies_of_is_foretold_word_by_word(
    stage: Stage, change: str, clauses: str, properties: str | None, code: str
) -> None:
    """The plan is blocked by the very text that the job's Status ends with."""
    stamp = stage.backup()
    stage.do(change)
    plan = planned(stage, stamp, clauses, properties=properties)
    happened = stage.send(plan)

    assert errors(plan)[0] == happened.text
    assert code == next(each.code for each in plan.findings if each.severity == "error")
    assert Verdict.BLOCKED is plan.verdict
    assert "the job would not get through: " in plan.why
    (row,) = [each for each in plan.effects if each.action is Action.BLOCKED][:1]
    assert row.block is not None
    assert row.block.text == happened.text


@pytest.mark.parametrize("state", [TableState.SCHEMA_CHANGE, TableState.RESTORE])
def test_a_table_that_is_busy_stops_the_job(stage: Stage, state: TableState) -> None:
    """By its state, whatever it is busy with."""
    stamp = stage.backup()
    inside(stage, "t").state = state
    plan = planned(stage, stamp, "ON (t, u)")

    assert [f"Table t's state is not NORMAL: {state.value}"] == errors(plan) == [stage.send(plan).text]
    assert {"t": Action.BLOCKED, "u": Action.OVERWRITE} == foretold(plan)


def test_a_table_on_shared_storage_cannot_be_restored(stage: Stage) -> None:
    """Its type stands behind braces that nobody fills."""
    stamp = stage.backup()
    inside(stage, "u").cloud_native = True
    plan = planned(stage, stamp, "ON (u)")

    assert ["Table: u can not support backup restore, type: {}CLOUD_NATIVE"] == errors(plan)
    assert errors(plan) == [stage.send(plan).text]


def test_partitions_are_added_only_where_there_are_hosts(make: Make) -> None:
    """The text runs words together, as the server's does."""
    stage = make(backends=3)
    stage.do(SHOP.replace('PROPERTIES ("replication_num" = "1")', 'PROPERTIES ("replication_num" = "3")'))
    stamp = stage.backup()
    stage.do("ALTER TABLE db1.t DROP PARTITION p2")
    for each in stage.sandbox.frontend.backends.all[1:]:
        each.alive = False
    stage.cluster.refresh()
    plan = planned(stage, stamp, "ON (t)", properties='"replication_num" = "3"')

    assert ["Restored partition p2of tis null"] == errors(plan) == [stage.send(plan).text]
    assert "SRR242" in [each.code for each in plan.findings]


def test_no_single_number_fits_and_the_split_does(make: Make) -> None:
    """Each statement of the split that the plan proposes goes through."""
    stage = make(backends=3)
    stage.do(SHOP)
    stage.do('ALTER TABLE db1.t MODIFY PARTITION p2 SET ("replication_num" = "3")')
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (t, u)")
    (found,) = [each for each in plan.findings if each.code == "SRR217"]
    hint = 'write 2 statements: "replication_num" = "1" with ON (t PARTITION (p1, p3), u); "replication_num" = "3" '

    assert f"{hint}with ON (t PARTITION (p2))" == found.hint
    assert errors(plan)[0] == stage.send(plan).text
    for number, clauses in ((1, "ON (t PARTITION (p1, p3), u)"), (3, "ON (t PARTITION (p2))")):
        part = planned(stage, stamp, clauses, properties=f'"replication_num" = "{number}"')
        assert [] == errors(part)
        assert foretold(part) == stage.send(part).effects


REFUSED_AT_SUBMIT = [
    ("DROP REPOSITORY repo", "ON (t)", "db1.s", "SRR201"),
    ("", "ON (T)", "db1.s", "SRR207"),
    ("", "ON (t PARTITION (P1))", "db1.s", "SRR208"),
    ("", "ON (w PARTITION (p1))", "db1.s", "SRR208"),
    ("", "ON (t TEMPORARY PARTITION (p1))", "db1.s", "SRR219"),
    ("", "DATABASE shop AS db1", "s", "SRR206"),
    ("", "EXTERNAL CATALOGS (lake)", "s", "SRR218"),
    ("BACKUP SNAPSHOT db1.other TO repo", "ON (t)", "db1.s", "SRR205"),
]


@pytest.mark.parametrize(("change", "clauses", "what", "code"), REFUSED_AT_SUBMIT)
def test_what_is_refused_at_submit_is_foretold_word_by_word(
    stage: Stage, change: str, clauses: str, what: str, code: str
) -> None:
    """The plan's error is the server's answer."""
    stamp = stage.backup()
    stage.do(change)
    plan = planned(stage, stamp, clauses, what)

    assert [code] == [each.code for each in plan.findings if each.severity == "error"]
    assert errors(plan) == [stage.send(plan).refused]
    assert plan.why.startswith("the server would refuse it: ")
