"""Special objects, machines and rights: what a plan foretells of them is what happens."""

from __future__ import annotations

import pytest
from planning.stage import Stage, errors, foretold, inside, planned

from starrocks_restore_kernel.planning import Action, Verdict

MV = """
CREATE MATERIALIZED VIEW db1.mv DISTRIBUTED BY HASH(k) BUCKETS 1 REFRESH ASYNC
PROPERTIES ("replication_num" = "1") AS SELECT k, count(*) AS n FROM db1.t GROUP BY k;
REFRESH MATERIALIZED VIEW db1.mv WITH SYNC MODE;
ADMIN SET FRONTEND CONFIG ("enable_backup_materialized_view" = "true")
"""
FUNCTION = """PROPERTIES ("symbol" = "com.x.F", "type" = "StarrocksJar", "file" = "http://x/f.jar")"""


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
