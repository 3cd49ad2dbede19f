"""What RESTORE, BACKUP and what follows them need leave for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.rights import denied, logged_in

from starrocks_restore_kernel.sandbox.model.catalog import ExternalCatalog, Function

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

SYSTEM = "SYSTEM"
IN = "db1"


def restore(clauses: str = "", what: str = "db1.s1") -> str:
    """A RESTORE that would fail at its snapshot."""
    return f"RESTORE SNAPSHOT {what} FROM repo {clauses} PROPERTIES ('backup_timestamp' = 'then')"


WITHOUT_SNAPSHOT = "Failed to get info of snapshot 's1' because:"


@pytest.mark.parametrize(
    ("sql", "steps"),
    [
        # Without ON nothing is asked of the tables that will be overwritten.
        (
            restore(),
            [
                ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
                ("CREATE DATABASE ON CATALOG default_catalog", "CREATE DATABASE", "CATALOG default_catalog"),
            ],
        ),
        (
            restore("DATABASE other AS new", "s1"),
            [
                ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
                ("CREATE DATABASE ON CATALOG default_catalog", "CREATE DATABASE", "CATALOG default_catalog"),
            ],
        ),
        # INSERT is asked by the name in the snapshot, and only where the target has such a table.
        (
            restore("ON (t AS u, nope)"),
            [
                ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
                ("CREATE TABLE ON DATABASE db1", "CREATE TABLE", "DATABASE db1"),
                ("INSERT ON TABLE db1.t", "INSERT", "TABLE t"),
            ],
        ),
        (
            restore("ON (ALL TABLES)"),
            [
                ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
                ("CREATE TABLE ON DATABASE db1", "CREATE TABLE", "DATABASE db1"),
            ],
        ),
        # A view has no INSERT, so nobody is asked for it.
        (
            restore("ON (VIEW w)"),
            [
                ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
                ("CREATE TABLE ON DATABASE db1", "CREATE TABLE", "DATABASE db1"),
            ],
        ),
        # A database that is missing is created unasked.
        (restore("ON (t)", "new.s1"), [("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM)]),
        (
            restore("ALL EXTERNAL CATALOGS", "s1"),
            [
                ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
                ("CREATE EXTERNAL CATALOG ON SYSTEM", "CREATE EXTERNAL CATALOG", SYSTEM),
            ],
        ),
    ],
)
def test_restore(cluster: Cluster, sql: str, steps: list[tuple[str, str, str]]) -> None:
    """The repository and the snapshot are looked at only once everything is allowed."""
    cluster.run("CREATE USER bob")
    bob = logged_in(cluster, "bob")
    for grant, privilege, on in steps:
        assert denied(privilege, on) == bob.refused(sql)
        cluster.run(f"GRANT {grant} TO bob")
    assert WITHOUT_SNAPSHOT in bob.refused(sql)[2]
    assert (5064, "42000", "Repository nope does not exist") == bob.refused(sql.replace("FROM repo", "FROM nope"))


def test_show_backup_shows_all_or_nothing(cluster: Cluster) -> None:
    """One table that may not be exported hides the jobs of all databases."""
    cluster.run("CREATE USER bob; GRANT REPOSITORY ON SYSTEM TO bob; GRANT EXPORT ON ALL TABLES IN DATABASE db1 TO bob")
    cluster.run("CREATE DATABASE db2; USE db2")
    cluster.run("CREATE TABLE x (k INT) DISTRIBUTED BY HASH(k) PROPERTIES ('replication_num' = '1')")
    cluster.backup("s1")
    cluster.backup("s2", "db2")
    bob = logged_in(cluster, "bob")
    assert ([], ["s1"]) == (bob.run("SHOW BACKUP"), [row["SnapshotName"] for row in bob.named("SHOW BACKUP FROM db1")])
    cluster.run("GRANT EXPORT ON db2.x TO bob")
    assert ["s1", "s2"] == [row["SnapshotName"] for row in bob.named("SHOW BACKUP")]


@pytest.mark.parametrize("word", ["BACKUP", "RESTORE"])
def test_cancel_asks_for_the_tables_of_a_backup(cluster: Cluster, word: str) -> None:
    """Both words do, as one visitor serves them; of a database that is missing only who has REPOSITORY hears."""
    cluster.run("CREATE USER bob; BACKUP SNAPSHOT db1.s1 TO repo ON (t)")
    bob = logged_in(cluster, "bob")
    assert denied("REPOSITORY", SYSTEM) == bob.refused(f"CANCEL {word} FROM nope")
    cluster.run("GRANT REPOSITORY ON SYSTEM TO bob")
    assert "Unknown database 'nope'" in bob.refused(f"CANCEL {word} FROM nope")[2]
    assert denied("EXPORT", "TABLE t") == bob.refused(f"CANCEL {word} FROM db1")
    cluster.run("GRANT EXPORT ON db1.t TO bob")
    if word == "BACKUP":
        bob.run("CANCEL BACKUP FROM db1")
        assert "CANCELLED" == cluster.job(kind="BACKUP")["State"]
    else:
        assert (5064, "42000", "No restore is currently running") == bob.refused("CANCEL RESTORE FROM db1")


def test_backup_of_functions_and_catalogs(cluster: Cluster) -> None:
    """Both need USAGE, and the denial names another privilege, as upstream does."""
    frontend = cluster.frontend
    frontend.catalogs["lake"] = ExternalCatalog(frontend.next_id(), "lake", "hive")
    function = Function(frontend.next_id(), "f", ("int",), "int")
    frontend.databases["db1"].functions[function.signature] = function
    cluster.run(
        "CREATE USER bob; GRANT REPOSITORY ON SYSTEM TO bob; GRANT EXPORT ON ALL TABLES IN ALL DATABASES TO bob"
    )
    bob = logged_in(cluster, "bob")
    assert denied("DROP", "FUNCTION f(int)") == bob.refused("BACKUP SNAPSHOT db1.s TO repo")
    sql = "BACKUP EXTERNAL CATALOG (lake) SNAPSHOT c TO repo"
    assert denied("CREATE DATABASE", "CATALOG lake") == bob.refused(sql)
    cluster.run("GRANT USAGE ON FUNCTION db1.f(INT) TO bob; GRANT USAGE ON CATALOG lake TO bob")
    bob.run("BACKUP SNAPSHOT db1.s TO repo")
    bob.run(sql)


def test_an_empty_database_is_not_backed_up(cluster: Cluster) -> None:
    """The authorizer finds it out."""
    cluster.run("CREATE DATABASE hollow")
    expected = (1064, "HY000", "Getting analyzing error. Detail message: Database: hollow is empty.")
    assert expected == cluster.refused("BACKUP SNAPSHOT hollow.s TO repo")
