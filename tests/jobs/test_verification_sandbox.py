"""The verdict on a sandbox: what is broken after a restore is found, and the statement in the hint mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from planning.stage import SHOP, Make, Stage, planned

from starrocks_restore_kernel.cluster import Frontend, open_frontend
from starrocks_restore_kernel.errors import ConnectionFailed, UsageProblem
from starrocks_restore_kernel.jobs.verification import (
    Expectations,
    Status,
    Verdict,
    expect,
    expect_from_sample,
    observe,
    verify,
)
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import Plan

MOVED = "RESTORE SNAPSHOT s FROM repo DATABASE db1 AS db2 {} PROPERTIES ({})"


@pytest.fixture
def stamp(stage: Stage) -> str:
    """A backup of the shop."""
    return stage.backup()


def carried_out(stage: Stage, plan: Plan) -> Expectations:
    """Send a plan; what must be there then, as the history would keep it."""
    assert isinstance(plan.statement, Restore)
    expectations = expect(plan, stage.cluster.facts(plan.statement))
    happened = stage.send(plan)
    assert happened.job is not None
    assert happened.job.succeeded
    kept = Expectations.from_record(json.loads(json.dumps(expectations.record())))
    assert expectations == kept
    return kept


def restored(stage: Stage, stamp: str, clauses: str = "ON (t)") -> Expectations:
    """In place."""
    return carried_out(stage, planned(stage, stamp, clauses))


def moved(stage: Stage, stamp: str, clauses: str = "") -> Expectations:
    """Into a database of its own."""
    properties = f'"backup_timestamp" = "{stamp}", "replication_num" = "1"'
    return carried_out(stage, stage.cluster.plan(MOVED.format(clauses, properties)))


def look(stage: Stage, expectations: Expectations, **options: Any) -> Verdict:
    """The verdict of now."""
    return verify(stage.cluster.frontend, expectations, **options)


def codes(verdict: Verdict) -> list[str]:
    """Of all findings."""
    return [each.code for each in verdict.findings]


def hint_of(verdict: Verdict, code: str) -> str:
    """The statement against the one finding of a code."""
    (found,) = [each for each in verdict.findings if each.code == code]
    assert found.hint is not None
    return found.hint


def mend(stage: Stage, sql: str) -> None:
    """Run what the hint says; a RESTORE to its end."""
    stage.cluster.refresh()
    if sql.startswith("RESTORE"):
        job = stage.send(stage.cluster.plan(parse(sql))).job
        assert job is not None
        assert job.succeeded
    else:
        stage.do(sql)


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
    verdict = look(stage, restored(stage, stamp, "ON (n PARTITION (p1))"))

    assert (["SRR312"], True) == (codes(verdict), verdict.failed)
    assert "ALTER TABLE db1.n AUTO_INCREMENT = " in hint_of(verdict, "SRR312")


def test_a_user_without_rights_proves_nothing(stage: Stage, stamp: str) -> None:
    """What may not be looked at is not known, with the server's reason; it is neither good nor wrong."""
    expectations = restored(stage, stamp, "ON (t)")
    stage.do("CREATE USER guest")
    guest = stage.another("guest")
    verdict = look(guest, expectations)
    guest.close()

    assert Status.UNKNOWN is verdict.status
    assert {"SRR320"} == set(codes(verdict))
    assert ["not known"] == [each.verdict for each in verdict.rows]


def test_a_reader_without_the_states_proves_nothing_either(stage: Stage, stamp: str) -> None:
    """SELECT shows the tables and reads them; the states and the other frontends need OPERATE."""
    expectations = restored(stage, stamp, "ON (t)")
    stage.do("CREATE USER reader; GRANT SELECT ON ALL TABLES IN DATABASE db1 TO USER reader")
    reader = stage.another("reader")
    verdict = look(reader, expectations)
    reader.close()

    assert (Status.UNKNOWN, {"SRR320"}) == (verdict.status, set(codes(verdict)))
    assert "OPERATE" in verdict.text()


def _gone(*down: int) -> Callable[..., Frontend]:
    def opener(address: Any, **options: Any) -> Frontend:
        if address.port in down:
            raise ConnectionFailed(f"{address} does not answer: refused")
        return open_frontend(address, **options)

    return opener


def test_through_every_frontend(make: Make) -> None:
    """Each is asked; one that is not reached is a remark and no failure."""
    stage = make(followers=1)
    stage.do(SHOP)
    expectations = restored(stage, stage.backup())
    assert 2 == len(
        observe(stage.cluster.frontend, expectations, counts=False, query=None, open_=open_frontend).readings
    )
    assert Status.PROVED is look(stage, expectations).status
    ports = [each.query_port for each in stage.sandbox.frontend.peers if each.query_port != stage.sandbox.port]
    verdict = look(stage, expectations, open_=_gone(*ports))

    assert (Status.REMARKS, ["SRR316"]) == (verdict.status, codes(verdict))
    assert f"127.0.0.1:{ports[0]}" in verdict.summary


def test_a_job_that_nobody_planned(stage: Stage, stamp: str) -> None:
    """By SHOW RESTORE alone: what it prints is looked for, and what it does not print is said."""
    restored(stage, stamp, "ON (t, u, w)")
    expectations = expect_from_sample(stage.job("db1"))
    verdict = look(stage, expectations)

    assert ["t", "u", "w"] == [each.object for each in verdict.rows]
    assert (Status.REMARKS, ["SRR318"]) == (verdict.status, codes(verdict))
    stage.do("ALTER TABLE db1.t DROP PARTITION p1 FORCE; DROP TABLE db1.u FORCE")
    worse = look(stage, expectations)
    assert {"t": "wrong", "u": "not known", "w": "good"} == {each.object: each.verdict for each in worse.rows}


def test_functions_are_looked_for_by_name(stage: Stage) -> None:
    """A catalog and a function have no rows: whether they are listed is all there is to see."""
    stage.do(
        'CREATE FUNCTION db1.f(INT) RETURNS INT PROPERTIES ("symbol" = "F", "type" = "StarrocksJar", '
        '"file" = "http://host/f.jar")'
    )
    expectations = restored(stage, stage.backup(), "ON (FUNCTION f)")
    assert Status.PROVED is look(stage, expectations).status
    stage.do("DROP FUNCTION db1.f(INT)")
    verdict = look(stage, expectations)

    assert ["SRR302"] == codes(verdict)
    mend(stage, hint_of(verdict, "SRR302"))
    assert Status.PROVED is look(stage, expectations).status


def test_the_whole_road(stage: Stage, stamp: str) -> None:
    """Planned, submitted, finished: the job has its verdict, and the history too."""
    stage.cluster.refresh()
    shown = planned(stage, stamp, "ON (t)")
    job = shown.submit(overwrite=True)
    for _ in range(100):
        if job.ended:
            break
        stage.step()
        sample = stage.job("db1")
        if job.identity.matches(sample):
            job.take(sample)
    job.wait(20)

    assert job.verdict is not None
    assert Status.PROVED is job.verdict.status
    assert "proved" in job.text()
    stage.do("DROP TABLE db1.t FORCE")
    assert job.verify().failed


def test_a_table_by_list_comes_back_beside(stage: Stage, stamp: str) -> None:
    """The server adds no partition to it; what the hint restores holds the lost rows."""
    expectations = restored(stage, stamp, "ON (l)")
    stage.do("ALTER TABLE db1.l DROP PARTITION pc FORCE")
    verdict = look(stage, expectations)

    assert ["SRR305"] == codes(verdict)
    mend(stage, hint_of(verdict, "SRR305"))
    assert [("c", 2)] == stage.rows("SELECT c, n FROM db1.l_restored PARTITION (pc)")


def test_an_object_more_is_no_round_trip_more(stage: Stage, stamp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is asked of all objects at once."""
    one, all_ = restored(stage, stamp, "ON (t)"), restored(stage, stamp, "")
    sent: list[str] = []
    plain = Frontend._cursor

    def counting(frontend: Frontend, **options: Any) -> Any:
        sent.append("")
        return plain(frontend, **options)

    monkeypatch.setattr(Frontend, "_cursor", counting)
    trips = []
    for each in (one, all_):
        sent.clear()
        assert Status.PROVED is look(stage, each).status
        trips.append(len(sent))

    assert trips[0] == trips[1]
    assert trips[1] <= 12
