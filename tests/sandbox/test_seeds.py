"""What a sandbox begins with."""

from __future__ import annotations

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.sandbox import Sandbox, Scale, SteppedClock
from starrocks_restore_kernel.sandbox.model.catalog import KeysType, PartitionKind, Table, View
from starrocks_restore_kernel.sandbox.seeds import SEEDS, read_seed


def test_a_size_in_words() -> None:
    """As the command line has it."""
    assert Scale(tables=100_000) == Scale.read("tables=100000")
    assert Scale(databases=1000, jobs=True) == Scale.read("databases=1000, jobs")
    assert Scale(2, 3, 4, jobs=True, snapshot=True) == Scale.read("databases=2,tables=3,partitions=4,jobs,snapshot")


@pytest.mark.parametrize("text", ["", "tables", "tables=0", "tables=-1", "jobs=1", "rows=5", "tables=²", "tables=1e9"])
def test_a_wrong_size_is_refused(text: str) -> None:
    """With what there is."""
    with pytest.raises(UsageProblem, match=r"a sandbox has no size .*\n→ write databases=…, tables=…"):
        Scale.read(text)


def test_seeds_by_name() -> None:
    """As the command line has them."""
    assert [*SEEDS, None] == [read_seed(each) for each in (*SEEDS, "none")]
    with pytest.raises(UsageProblem, match="write one of tutorial, zoo, none"):
        read_seed("zebra")


def test_a_large_cluster_is_as_large_as_asked() -> None:
    """Databases, tables and partitions; the first tables have rows; a new leader knows all of it."""
    with Sandbox(clock=SteppedClock(), seed=Scale(databases=4, tables=30, partitions=5)) as sandbox:
        cluster = Cluster(sandbox.frontend)
        for _ in range(2):
            assert [30] * 4 == [len(each.tables) for each in sandbox.frontend.databases.values()]
            partitions = cluster.run("SHOW PARTITIONS FROM scale_0004.table_000030")
            assert ["p20240101", "p20240102", "p20240103", "p20240104", "p20240105"] == [row[1] for row in partitions]
            assert [(1000, 1000)] == cluster.run("SELECT count(*), max(id) FROM scale_0001.table_000001")
            assert [(0,)] == cluster.run("SELECT count(*) FROM scale_0001.table_000002")
            sandbox.frontend.change_leader()
        cluster.session.close()


def test_objects_of_a_large_cluster_are_like_others() -> None:
    """No id is given twice, and a table takes rows and is dropped."""
    with Sandbox(clock=SteppedClock(), seed=Scale(tables=50)) as sandbox:
        cluster = Cluster(sandbox.frontend)
        tables = [each for each in sandbox.frontend.databases["scale_0001"].tables.values() if isinstance(each, Table)]
        ids = [
            each
            for table in tables
            for partition in table.partitions.values()
            for each in (table.id, partition.id, partition.physical_id, partition.index_id, partition.tablets[0].id)
        ]
        assert len(ids) == len(set(ids)) == 250
        cluster.run("USE scale_0001; INSERT INTO table_000050 VALUES (1, '2024-01-01', 2, 'x')")
        assert [(1,)] == cluster.run("SELECT count(*) FROM table_000050")
        cluster.run("DROP TABLE table_000050 FORCE")
        assert 49 == len(cluster.run("SHOW TABLES"))
        cluster.session.close()


def test_jobs_of_a_large_cluster() -> None:
    """Every other database's is finished, the others' run on."""
    with Sandbox(clock=SteppedClock(), seed=Scale(databases=6, jobs=True)) as sandbox:
        states = [job.state.value for job in sandbox.frontend.jobs.values()]
        assert {"FINISHED": 3, "PENDING": 3} == {each: states.count(each) for each in set(states)}
        sandbox.frontend.run(60)
        assert ["FINISHED"] * 6 == [job.state.value for job in sandbox.frontend.jobs.values()]


def test_a_large_snapshot_is_listed_and_planned_with() -> None:
    """Its two files are there; a restore takes the metadata, and waits for rows that nobody wrote."""
    with Sandbox(clock=SteppedClock(), seed=Scale(tables=20, partitions=2, snapshot=True)) as sandbox:
        cluster = Cluster(sandbox.frontend)
        ((label, timestamp, status),) = cluster.run("SHOW SNAPSHOT ON scale_repo")
        assert ("large", "OK") == (label, status)
        ((_, _, database, details, _),) = cluster.run(
            f"SHOW SNAPSHOT ON scale_repo WHERE SNAPSHOT = 'large' AND TIMESTAMP = '{timestamp}'"
        )
        assert "scale_0001" == database
        assert '"table_000020"' in details
        cluster.run(
            "RESTORE SNAPSHOT large FROM scale_repo DATABASE scale_0001 AS copy ON (TABLE table_000001, "
            f"TABLE table_000007) PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
        )
        sandbox.frontend.run(60)
        job = cluster.job("copy")
        assert ("DOWNLOADING", "[OK]") == (job["State"], job["Status"])
        assert ["table_000001", "table_000007"] == sorted(sandbox.frontend.databases["copy"].tables)
        cluster.session.close()


def test_the_zoo_has_one_of_every_kind() -> None:
    """All key models and ways to partition, and a view over a view; every one can be read."""
    with Sandbox(clock=SteppedClock(), seed="zoo") as sandbox:
        cluster = Cluster(sandbox.frontend)
        tables = sandbox.frontend.databases["zoo"].tables
        schemas = [each.schema for each in tables.values() if isinstance(each, Table)]
        assert set(KeysType) == {each.keys for each in schemas}
        assert {PartitionKind.UNPARTITIONED, PartitionKind.RANGE, PartitionKind.LIST} <= {
            each.partition_kind for each in schemas
        }
        views = [each for each in tables.values() if isinstance(each, View)]
        assert any(other.name in each.definition for each in views for other in views)
        for name in tables:
            assert cluster.run(f"SELECT count(*) FROM zoo.{name}") > [(0,)]
        cluster.session.close()


def test_the_zoo_is_backed_up_and_restored() -> None:
    """Into another database, with the same rows."""
    with Sandbox(clock=SteppedClock(), seed="zoo") as sandbox:
        cluster = Cluster(sandbox.frontend)
        cluster.run("CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/zoo'")
        timestamp = cluster.backup("s1", "zoo")
        cluster.restore(timestamp, "s1", "DATABASE zoo AS ark")
        assert "FINISHED" == cluster.finish("ark")["State"]
        for name, each in sandbox.frontend.databases["zoo"].tables.items():
            if isinstance(each, Table):
                counts = f"SELECT (SELECT count(*) FROM zoo.{name}), (SELECT count(*) FROM ark.{name})"
                ((old, new),) = cluster.run(counts)
                assert old == new, name
        cluster.session.close()
