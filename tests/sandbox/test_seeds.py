"""What a sandbox begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.sandbox import Sandbox, Scale, SteppedClock
from starrocks_restore_kernel.sandbox.model.catalog import (
    KeysType,
    MaterializedView,
    PartitionKind,
    Table,
    TableState,
    View,
)
from starrocks_restore_kernel.sandbox.seeds import SEEDS, read_seed

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@pytest.fixture
def zoo() -> Iterator[Cluster]:
    """The zoo, on a clock that stands still."""
    with Sandbox(clock=SteppedClock(), seed="zoo") as sandbox:
        cluster = Cluster(sandbox.frontend)
        cluster.run("USE zoo; CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/zoo'")
        yield cluster
        cluster.session.close()


def tables_of(cluster: Cluster, database: str = "zoo") -> dict[str, Table]:
    """The tables and materialized views of a database."""
    found = cluster.frontend.databases[database].tables
    return {name: each for name, each in found.items() if isinstance(each, Table)}


def test_the_zoo_has_tables_of_every_kind(zoo: Cluster) -> None:
    """All key models, ways to partition and ways to have buckets, and columns that fill themselves."""
    tables = tables_of(zoo)
    schemas = [each.schema for each in tables.values()]
    assert set(KeysType) == {each.keys for each in schemas}
    assert set(PartitionKind) == {each.partition_kind for each in schemas}
    assert {True, False} == {each.automatic_buckets for each in schemas}
    assert {"p2024": 2, "p2025": 5} == {
        name: len(each.tablets) for name, each in tables["own_buckets"].partitions.items()
    }
    groups = [dict(each.properties).get("colocate_with") for each in schemas]
    assert 2 == groups.count("enclosures")
    columns = [column for each in schemas for column in each.columns]
    assert ["ticket"] == [each.name for each in columns if each.auto_increment]
    assert ["kilos"] == [each.name for each in columns if each.generated]
    assert [(4100.5,)] == zoo.run("SELECT kilos FROM generated_column WHERE animal = 1")
    assert [("dynamic_partitions", "NORMAL")] == [
        (row["TableName"], row["State"]) for row in zoo.named("SHOW DYNAMIC PARTITION TABLES")
    ]


def test_the_zoo_has_objects_of_every_kind(zoo: Cluster) -> None:
    """Views, materialized views of both kinds, overloads, a catalog, a role, and a user with few rights."""
    objects = zoo.frontend.databases["zoo"].tables
    views = [each for each in objects.values() if isinstance(each, View)]
    assert any(other.name in each.definition for each in views for other in views)
    for name in objects:
        assert zoo.run(f"SELECT count(*) FROM {name}") > [(0,)]
    assert [("paid_a_day", "ASYNC", "true", "SUCCESS"), ("visits_by_gate", "ROLLUP", "true", "")] == sorted(
        (row["name"], row["refresh_type"], row["is_active"], row["last_refresh_state"])
        for row in zoo.named("SHOW MATERIALIZED VIEWS")
    )
    assert {TableState.NORMAL} == {each.state for each in tables_of(zoo).values()}
    assert ["feed(INT)", "feed(VARCHAR,INT)"] == sorted(row[0] for row in zoo.run("SHOW FULL FUNCTIONS"))
    assert ["default_catalog", "wild"] == [row[0] for row in zoo.run("SHOW CATALOGS")]
    assert ("keeper",) in [row[:1] for row in zoo.run("SHOW ROLES")]
    visitor = Cluster(zoo.frontend, user="visitor", connection_id=7)
    visitor.session.database = "zoo"
    assert [(300,)] == visitor.run("SELECT count(*) FROM duplicate_key")
    assert "you need (at least one of) the SELECT privilege(s)" in visitor.refused("SELECT * FROM unique_key")[2]
    visitor.run("SET ROLE keeper")
    assert [(3,)] == visitor.run("SELECT count(*) FROM unique_key")
    visitor.session.close()


@pytest.mark.parametrize("place", ["ark", "zoo"])
def test_the_zoo_is_backed_up_lost_and_restored(zoo: Cluster, place: str) -> None:
    """Into another database or its own, with the same rows; its groups are gone, and its catalog and users stay."""
    zoo.run("ADMIN SET FRONTEND CONFIG ('enable_backup_materialized_view' = 'true')")
    counts = {name: zoo.run(f"SELECT count(*) FROM {name}") for name in tables_of(zoo)}
    views = sorted(zoo.frontend.databases["zoo"].tables.keys() - counts.keys())
    timestamp = zoo.backup("s1", "zoo")
    if place == "zoo":
        zoo.run("DROP DATABASE zoo FORCE")
    zoo.restore(timestamp, "s1", f"DATABASE zoo AS {place}")
    assert ("FINISHED", "[OK]") == tuple(zoo.finish(place)[each] for each in ("State", "Status"))
    assert counts == {name: zoo.run(f"SELECT count(*) FROM {place}.{name}") for name in tables_of(zoo, place)}
    database = zoo.frontend.databases[place]
    assert views == sorted(database.tables.keys() - counts.keys())
    assert ["feed(int)", "feed(varchar(65533), int)"] == sorted(database.functions)
    tables = tables_of(zoo, place)
    assert ["visits_by_gate"] == list(tables["duplicate_key"].rollups)
    assert {"p2024": 2, "p2025": 5} == {
        name: len(each.tablets) for name, each in tables["own_buckets"].partitions.items()
    }
    view = tables["paid_a_day"]
    assert isinstance(view, MaterializedView)
    assert (True, "") == (view.active, view.inactive_reason)
    assert "colocate_with" not in dict(tables["pair_left"].schema.properties)
    zoo.run(f"INSERT INTO {place}.auto_increment (holder) VALUES ('Nia')")
    assert [(4,)] == zoo.run(f"SELECT count(DISTINCT ticket) FROM {place}.auto_increment")
