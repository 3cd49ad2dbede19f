"""What a plan foretells is what happens when its statement is sent all the same: row by row, and word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from planning.stage import SHOP, Stage, foretold, foretold_parts

from starrocks_restore_kernel.planning import Action, Plan, Verdict
from starrocks_restore_kernel.sandbox import Sandbox
from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.model.catalog import Table, TableState

MV = """
CREATE MATERIALIZED VIEW db1.mv DISTRIBUTED BY HASH(k) BUCKETS 1 REFRESH ASYNC
PROPERTIES ("replication_num" = "1") AS SELECT k, count(*) AS n FROM db1.t GROUP BY k;
REFRESH MATERIALIZED VIEW db1.mv WITH SYNC MODE;
ADMIN SET FRONTEND CONFIG ("enable_backup_materialized_view" = "true")
"""
FUNCTION = """PROPERTIES ("symbol" = "com.x.F", "type" = "StarrocksJar", "file" = "http://x/f.jar")"""

Make = Callable[..., Stage]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make stages."""
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", f"sqlite:///{tmp_path / 'history.sqlite'}")
    made: list[Stage] = []

    def start(**options: object) -> Stage:
        sandbox = Sandbox(seed=None, clock=SteppedClock(), **options)  # type: ignore[arg-type]
        made.append(Stage(sandbox.start()))
        return made[-1]

    yield start
    for each in made:
        each.cluster.close()
        each.sandbox.stop()


@pytest.fixture
def stage(make: Make) -> Stage:
    """The small shop."""
    made = make()
    made.do(SHOP)
    return made


def planned(stage: Stage, stamp: str, clauses: str = "", what: str = "db1.s", properties: str | None = None) -> Plan:
    """The plan of a RESTORE; replication_num is 1 unless properties say otherwise."""
    more = '"replication_num" = "1"' if properties is None else properties
    listed = ", ".join(filter(None, (f'"backup_timestamp" = "{stamp}"', more)))
    return stage.cluster.plan(f"RESTORE SNAPSHOT {what} FROM repo {clauses} PROPERTIES ({listed})")


def errors(made: Plan) -> list[str]:
    """What the plan says that the server will say."""
    return [each.message for each in made.findings if each.severity == "error"]


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


def inside(stage: Stage, name: str) -> Table:
    """A table of the sandbox."""
    found = stage.sandbox.frontend.databases["db1"].tables[name]
    assert isinstance(found, Table)
    return found


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


# -- special objects


def test_an_active_materialized_view_is_skipped_and_an_inactive_one_overwritten(stage: Stage) -> None:
    """The first in silence; the second is compared like a table."""
    stage.do(MV)
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (mv)")

    assert {"mv": Action.SKIP} == foretold(plan) == stage.send(plan).effects
    assert "SRR228" in [each.code for each in plan.findings]
    stage.do("ALTER MATERIALIZED VIEW db1.mv INACTIVE")
    plan = planned(stage, stamp, "ON (mv)")
    assert {"mv": Action.OVERWRITE} == foretold(plan) == stage.send(plan).effects
    assert Verdict.DESTRUCTIVE is plan.verdict


def test_all_tables_may_leave_materialized_views_out(stage: Stage) -> None:
    """The snapshot does not tell them from tables: what is active here stays either way."""
    stage.do(MV)
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (ALL TABLES)")

    assert Action.SKIP is foretold(plan)["mv"]
    assert foretold(plan) == stage.send(plan).effects


def test_a_materialized_view_without_its_table_comes_back_inactive(stage: Stage) -> None:
    """The job is well, and the view is not."""
    stage.do(MV)
    stamp = stage.backup()
    stage.do("DROP MATERIALIZED VIEW db1.mv; DROP TABLE db1.t FORCE")
    plan = planned(stage, stamp, "ON (MATERIALIZED VIEW mv)")

    assert {"mv": Action.CREATE} == foretold(plan) == stage.send(plan).effects
    assert ["SRR246", "SRR244"] == [each.code for each in plan.findings if each.severity == "info"]
    assert [("false",)] == stage.rows(
        "SELECT IS_ACTIVE FROM information_schema.materialized_views WHERE TABLE_NAME = 'mv'"
    )


def test_a_colocation_group_is_left_behind(stage: Stage) -> None:
    """A new table comes back without it, as the plan says of all new tables."""
    stage.do("DROP TABLE db1.u")
    stage.do(
        "CREATE TABLE db1.u (id INT NOT NULL) DUPLICATE KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1 "
        'PROPERTIES ("replication_num" = "1", "colocate_with" = "g")'
    )
    stamp = stage.backup("db1.s", "ON (u)")
    stage.do("DROP TABLE db1.u")
    plan = planned(stage, stamp, "ON (u)")
    stage.send(plan)

    assert "come back without their colocation group" in plan.findings[-1].message
    assert "colocate_with" not in dict(inside(stage, "u").schema.properties)


def test_dynamic_partitioning_drops_what_was_restored(stage: Stage) -> None:
    """Partitions that are older than the window, some time after the end."""
    stamp = stage.backup()
    stage.do("ALTER TABLE db1.t DROP PARTITION p2")
    stage.do(
        'ALTER TABLE db1.t SET ("dynamic_partition.enable" = "true", "dynamic_partition.time_unit" = "DAY", '
        '"dynamic_partition.start" = "-3", "dynamic_partition.end" = "3", "dynamic_partition.prefix" = "p", '
        '"dynamic_partition.buckets" = "1")'
    )
    plan = planned(stage, stamp, "ON (t PARTITION (p2))")
    (told,) = [each.message for each in plan.findings if each.code == "SRR237"]
    happened = stage.send(plan)

    assert told.endswith(": t (start -3 DAY)")
    assert happened.job is not None
    assert happened.job.succeeded
    stage.step(1200)
    assert "p2" not in inside(stage, "t").partitions


def test_a_database_is_made_first_and_left_behind(stage: Stage) -> None:
    """The job fails, and the database that it was made for stays."""
    stamp = stage.backup()
    plan = planned(stage, stamp, "DATABASE db1 AS db2", "s", "")
    happened = stage.send(plan)

    assert Action.CREATE is foretold(plan)["db2"]
    assert happened.text in errors(plan)
    assert {"db2": "left behind if the restore fails"} == {
        each.target: each.note.rpartition("and ")[2] for each in plan.effects if not each.source
    }
    assert "db2" in stage.cluster.frontend.databases()


def test_restored_elsewhere_views_still_read_the_old_database(stage: Stage) -> None:
    """Their text is not rewritten, and the plan names them."""
    stamp = stage.backup()
    plan = planned(stage, stamp, "DATABASE db1 AS db2", "s")
    happened = stage.send(plan)

    assert ["Restored into db2, w, x will still read from db1"] == [
        each.message for each in plan.findings if each.code == "SRR233"
    ]
    assert foretold(plan) == happened.effects
    stage.do("TRUNCATE TABLE db1.u")
    assert [] == stage.rows("SELECT * FROM db2.x")


def test_a_counter_goes_back(stage: Stage) -> None:
    """AUTO_INCREMENT is set to the snapshot's, and new rows may meet old numbers."""
    stage.do("INSERT INTO db1.a (n) VALUES (1), (2)")
    stamp = stage.backup()
    counter = inside(stage, "a").next_auto_increment
    stage.do("INSERT INTO db1.a (n) VALUES (3)")
    plan = planned(stage, stamp, "ON (a)")
    stage.send(plan)

    (told,) = [each.message for each in plan.findings if each.code == "SRR236"]
    assert told.endswith(f": a to {counter}")
    assert counter == inside(stage, "a").next_auto_increment


def test_a_view_is_lost_with_a_job_that_is_cancelled(stage: Stage) -> None:
    """The warning beside the replaced view is no exaggeration."""
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (w)")
    stage.send(plan, finish=False)
    stage.step()
    stage.cluster.frontend.send("CANCEL RESTORE FROM db1")

    assert ["SRR232"] == [each.code for each in plan.findings if each.severity == "warning"]
    assert "w" not in stage.sandbox.frontend.databases["db1"].tables


def test_a_local_table_is_lost_behind_an_alias(stage: Stage) -> None:
    """A later table fails, and the clean-up drops by the old name."""
    stamp = stage.backup()
    stage.do("ALTER TABLE db1.l DROP PARTITION pc")
    plan = planned(stage, stamp, "ON (t AS t2, l)")
    happened = stage.send(plan)

    assert [happened.text] == errors(plan)
    assert "SRR245" in [each.code for each in plan.findings]
    assert "t" not in stage.sandbox.frontend.databases["db1"].tables


def test_functions_of_the_same_signature_are_replaced(stage: Stage) -> None:
    """With or without ON; a job that is cancelled takes those of before along."""
    stage.do(f"CREATE FUNCTION db1.f(INT) RETURNS INT {FUNCTION}")
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (FUNCTION f)")

    assert {"f": Action.REPLACE} == foretold(plan) == stage.send(plan).effects
    assert Action.UNKNOWN is foretold(planned(stage, stamp))["all functions"]
    stage.send(plan, finish=False)
    stage.step()
    stage.cluster.frontend.send("CANCEL RESTORE FROM db1")
    assert {} == stage.sandbox.frontend.databases["db1"].functions
    assert ["SRR234"] == [each.code for each in plan.findings if each.severity == "warning"]


def test_external_catalogs_are_dropped_first(stage: Stage) -> None:
    """One of the same name; the other is made anew."""
    stage.do('CREATE EXTERNAL CATALOG lake PROPERTIES ("type" = "hive", "hive.metastore.uris" = "thrift://x:1")')
    stage.do('CREATE EXTERNAL CATALOG pond PROPERTIES ("type" = "hive", "hive.metastore.uris" = "thrift://x:1")')
    stage.cluster.frontend.send("BACKUP ALL EXTERNAL CATALOGS SNAPSHOT s TO repo")
    stage.step(30)
    stamp = stage.cluster.snapshots("repo", "s")[0].timestamps[0]
    stage.do("DROP CATALOG pond")
    catalogs = "EXTERNAL CATALOGS (lake, pond AS puddle)"
    sql = f'RESTORE SNAPSHOT s FROM repo {catalogs} PROPERTIES ("backup_timestamp" = "{stamp}")'
    plan = stage.cluster.plan(sql)
    into = planned(stage, stamp)

    assert ["Can not specify database for external catalog snapshot"] == errors(into) == [stage.send(into).refused]
    assert {"lake": Action.REPLACE, "puddle": Action.RENAME} == foretold(plan)
    assert foretold(plan) == stage.send(plan).effects
    assert "SRR235" in [each.code for each in plan.findings]


# -- machines


def test_a_full_disk_stops_the_job(stage: Stage) -> None:
    """The plan knows how full the fullest is, and not which tablets lie on it."""
    stamp = stage.backup()
    (backend,) = stage.sandbox.frontend.backends.all
    for disk in backend.disks:
        disk.used = int(disk.total * 0.97)
    stage.cluster.refresh()
    plan = planned(stage, stamp, "ON (t)")
    text = stage.send(plan).text or ""

    (told,) = [each.message for each in plan.findings if each.code == "SRR229"]
    assert f"'disk … on backend {backend.id} exceed limit usage'" in told
    assert text.startswith("disk ")
    assert text.endswith(f" on backend {backend.id} exceed limit usage")


def test_tables_cannot_be_used_meanwhile(stage: Stage) -> None:
    """The plan names them; those beside them go on."""
    stamp = stage.backup()
    plan = planned(stage, stamp, "ON (t)")
    stage.send(plan, finish=False)
    stage.step()

    (told,) = [each.message for each in plan.findings if each.code == "SRR231"]
    assert told == "From the job's first step to its end nobody can read, load or alter t"
    with pytest.raises(Exception, match="Table state is not NORMAL: 'RESTORING'"):
        stage.rows("SELECT * FROM db1.t")
    assert [(3,)] == stage.rows("SELECT count(*) FROM db1.u")


# -- rights


RIGHTS = [
    ("", "ON (t)", "REPOSITORY"),
    ("REPOSITORY ON SYSTEM", "", "CREATE DATABASE"),
    ("REPOSITORY ON SYSTEM", "ON (t)", "CREATE TABLE"),
    ("REPOSITORY ON SYSTEM, CREATE TABLE ON DATABASE db1, SELECT ON ALL TABLES IN DATABASE db1", "ON (t)", "INSERT"),
    (
        "REPOSITORY ON SYSTEM, CREATE TABLE ON DATABASE db1, SELECT ON ALL TABLES IN DATABASE db1",
        "ON (w, t AS t9)",
        "INSERT",
    ),
]


@pytest.mark.parametrize(("granted", "clauses", "missing"), RIGHTS)
def test_a_missing_right_is_foretold_with_the_grant_that_mends_it(
    stage: Stage, granted: str, clauses: str, missing: str
) -> None:
    """Granted, the statement goes on to the next right, or through."""
    stamp = stage.backup()
    stage.do("CREATE USER kim; CREATE ROLE spare; GRANT spare TO USER kim")
    for each in filter(None, granted.split(", ")):
        stage.do(f"GRANT {each} TO USER kim")
    kim = stage.another("kim")
    plan = planned(kim, stamp, clauses)
    refused = kim.send(plan).refused or ""

    assert missing in refused
    (told,) = [each for each in plan.findings if each.code == "SRR220"]
    assert told.message.startswith(refused)
    grant, _, roles = (told.hint or "").partition("; ")
    assert roles == "or SET ROLE ALL, as spare may hold it and is not active"
    stage.do(grant)
    kim.cluster.refresh()
    again = planned(kim, stamp, clauses)
    assert missing not in "".join(each.message for each in again.findings if each.code == "SRR220")
    kim.close()
