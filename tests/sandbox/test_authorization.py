"""What each statement needs, and how what is missing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.rights import denied, logged_in

from starrocks_restore_kernel.sandbox.model.catalog import ExternalCatalog, Function, MaterializedView, Table
from starrocks_restore_kernel.sandbox.server_errors import SqlError
from starrocks_restore_kernel.sandbox.statements.access import Access
from starrocks_restore_kernel.sandbox.statements.authorization import check_query
from starrocks_restore_kernel.sandbox.statements.query import parse_tree

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

SYSTEM = "SYSTEM"
IN = "db1"

# What is asked for, the privileges that are given one after another, and what is denied before each.
STATEMENTS = [
    ("SELECT * FROM t", [("SELECT ON TABLE db1.t", "SELECT", "TABLE t")]),
    ("SELECT * FROM w", [("SELECT ON VIEW db1.w", "SELECT", "VIEW w")]),
    (
        "SELECT t.k FROM t JOIN db1.u ON k = id WHERE k IN (SELECT id FROM u)",
        [("SELECT ON TABLE db1.t", "SELECT", "TABLE t"), ("SELECT ON TABLE db1.u", "SELECT", "TABLE u")],
    ),
    ("WITH x AS (SELECT * FROM t) SELECT * FROM x", [("SELECT ON TABLE db1.t", "SELECT", "TABLE t")]),
    ("SELECT * FROM mv", [("SELECT ON MATERIALIZED VIEW db1.mv", "SELECT", "MATERIALIZED VIEW mv")]),
    ("INSERT INTO u VALUES (9, 'x')", [("INSERT ON TABLE db1.u", "INSERT", "TABLE u")]),
    (
        "INSERT INTO u SELECT k, v FROM t",
        [("INSERT ON TABLE db1.u", "INSERT", "TABLE u"), ("SELECT ON TABLE db1.t", "SELECT", "TABLE t")],
    ),
    ("DELETE FROM u WHERE id = 1", [("DELETE ON TABLE db1.u", "DELETE", "TABLE u")]),
    ("UPDATE u SET name = 'x' WHERE id = 1", [("UPDATE ON TABLE db1.u", "UPDATE", "TABLE u")]),
    ("TRUNCATE TABLE u", [("DELETE ON TABLE db1.u", "DELETE", "TABLE u")]),
    ("ALTER TABLE u RENAME v", [("ALTER ON TABLE db1.u", "ALTER", "TABLE u")]),
    ("DROP TABLE u", [("DROP ON TABLE db1.u", "DROP", "TABLE u")]),
    ("DROP VIEW IF EXISTS w", [("DROP ON VIEW db1.w", "DROP", "VIEW w")]),
    (
        "CREATE TABLE n (k INT) DISTRIBUTED BY HASH(k) PROPERTIES ('replication_num' = '1')",
        [("CREATE TABLE ON DATABASE db1", "CREATE TABLE", "DATABASE db1")],
    ),
    (
        "CREATE VIEW IF NOT EXISTS n AS SELECT * FROM t",
        [
            ("CREATE VIEW ON DATABASE db1", "CREATE VIEW", "DATABASE db1"),
            ("SELECT ON TABLE db1.t", "SELECT", "TABLE t"),
        ],
    ),
    ("DESC u", [("SELECT ON TABLE db1.u", "ANY", "TABLE u")]),
    ("SHOW FULL COLUMNS FROM u FROM db1", [("DROP ON TABLE db1.u", "ANY", "TABLE u")]),
    ("SHOW PARTITIONS FROM t", [("EXPORT ON TABLE db1.t", "ANY", "TABLE t")]),
    ("SHOW CREATE TABLE t", [("SELECT ON TABLE db1.t", "ANY", "TABLE t")]),
    ("SHOW CREATE VIEW w", [("ALTER ON VIEW db1.w", "ANY", "TABLE w")]),
    ("SHOW CREATE DATABASE db1", [("DROP ON DATABASE db1", "ANY", "DATABASE db1")]),
    ("USE db1", [("SELECT ON VIEW db1.w", "ANY", "DATABASE db1")]),
    (
        "CREATE DATABASE d",
        [("CREATE DATABASE ON CATALOG default_catalog", "CREATE DATABASE", "CATALOG default_catalog")],
    ),
    ("DROP DATABASE db1", [("DROP ON DATABASE db1", "DROP", "DATABASE db1")]),
    ("SHOW BACKENDS", [("OPERATE ON SYSTEM", "OPERATE OR NODE", SYSTEM)]),
    ("SHOW FRONTENDS", [("OPERATE ON SYSTEM", "OPERATE OR NODE", SYSTEM)]),
    ("SHOW PROC '/dbs'", [("OPERATE ON SYSTEM", "OPERATE", SYSTEM)]),
    ("ADMIN SHOW FRONTEND CONFIG", [("OPERATE ON SYSTEM", "OPERATE", SYSTEM)]),
    ("ADMIN SET FRONTEND CONFIG ('max_upload_task_per_be' = '1')", [("OPERATE ON SYSTEM", "OPERATE", SYSTEM)]),
    ("SET GLOBAL query_timeout = 5", [("OPERATE ON SYSTEM", "OPERATE", SYSTEM)]),
    ("SHOW RESTORE", [("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM)]),
    ("SHOW BACKUP", [("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM)]),
    ("SHOW SNAPSHOT ON repo", [("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM)]),
    (
        "CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://bucket/other'",
        [("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM)],
    ),
    ("DROP REPOSITORY repo", [("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM)]),
    (
        "BACKUP SNAPSHOT db1.s TO repo ON (t, u)",
        [
            ("REPOSITORY ON SYSTEM", "REPOSITORY", SYSTEM),
            ("EXPORT ON TABLE db1.t", "EXPORT", "TABLE t"),
            ("EXPORT ON TABLE db1.u", "EXPORT", "TABLE u"),
        ],
    ),
]


def with_materialized_view(cluster: Cluster) -> None:
    """Put one beside the tables; how one is made by SQL is another test's."""
    database = cluster.frontend.databases["db1"]
    table = database.tables["u"]
    assert isinstance(table, Table)
    fields = {name: getattr(table, name) for name in Table.__dataclass_fields__}
    view = MaterializedView(**{**fields, "id": cluster.frontend.next_id(), "name": "mv"})
    database.tables["mv"] = view


@pytest.mark.parametrize(("sql", "steps"), STATEMENTS, ids=[sql for sql, _ in STATEMENTS])
def test_what_it_needs(cluster: Cluster, sql: str, steps: list[tuple[str, str, str]]) -> None:
    """One privilege after another is missed in the server's order; with the last of them it is done."""
    with_materialized_view(cluster)
    cluster.run("CREATE USER bob")
    bob = logged_in(cluster, "bob", database=IN)
    for grant, privilege, on in steps:
        assert denied(privilege, on) == bob.refused(sql)
        cluster.run(f"GRANT {grant} TO bob")
    bob.run(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT count(*) FROM information_schema.tables",
        "SHOW DATABASES",
        "SHOW TABLES FROM db1",
        "SHOW VARIABLES LIKE 'autocommit'",
        "SHOW REPOSITORIES",
        "SHOW CATALOGS",
        "SHOW PROCESSLIST",
        "SHOW WARNINGS",
        "USE information_schema",
        "SET query_timeout = 5",
        "DESC db1.w",
    ],
)
def test_what_everybody_may(cluster: Cluster, sql: str) -> None:
    """No privilege is needed for these; DESC of a view is an oversight of the server's."""
    cluster.run("CREATE USER bob")
    logged_in(cluster, "bob").run(sql)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT * FROM db1.nope", "Getting analyzing error. Detail message: Unknown table 'db1.nope'."),
        ("USE nope", "Unknown database 'nope'"),
        ("DROP TABLE db1.nope", "Unknown table 'nope'"),
        (
            "RESTORE SNAPSHOT a.b.c FROM repo",
            "Detail message: Invalid table name format 'a.b.c'.",
        ),
        (
            "RESTORE SNAPSHOT db1.s FROM repo",
            "Getting analyzing error. Detail message: Missing backup_timestamp property.",
        ),
        ("SHOW RESTORE FROM nope", "Getting analyzing error. Detail message: Unknown database 'nope'."),
        ("SHOW SNAPSHOT ON nope", "Getting analyzing error. Detail message: Repository [nope] does not exist."),
        ("DROP REPOSITORY nope", "Getting analyzing error. Detail message: Repository does not exist."),
        (
            "BACKUP SNAPSHOT db1.s TO nope",
            "Getting analyzing error. Detail message: Repository [nope] does not exist.",
        ),
        ("BACKUP SNAPSHOT nope.s TO repo", "Getting analyzing error. Detail message: Unknown database 'nope'."),
    ],
)
def test_what_is_wrong_is_said_to_everybody(cluster: Cluster, sql: str, found: str) -> None:
    """The analyzer comes before the authorizer, and what is missing is denied to nobody."""
    cluster.run("CREATE USER bob")
    assert found in logged_in(cluster, "bob").refused(sql)[2]


def test_the_roles_in_a_denial(cluster: Cluster) -> None:
    """It lists the roles that are active, and those that SET ROLE would bring."""
    cluster.run("CREATE ROLE reader; CREATE USER bob DEFAULT ROLE reader; GRANT db_admin TO bob")
    bob = logged_in(cluster, "bob")
    expected = denied("REPOSITORY", SYSTEM, active="[reader]", inactive="[db_admin]")
    assert expected == bob.refused("SHOW RESTORE")
    bob.run("SET ROLE db_admin; SHOW RESTORE")


def test_every_role_above_counts(cluster: Cluster) -> None:
    """A role gives what the roles granted to it give, however far above."""
    cluster.run("CREATE ROLE a, b, c; GRANT REPOSITORY ON SYSTEM TO ROLE a; GRANT a TO ROLE b; GRANT b TO ROLE c")
    cluster.run("CREATE USER bob DEFAULT ROLE c")
    bob = logged_in(cluster, "bob")
    assert [] == bob.run("SHOW RESTORE")
    cluster.run("REVOKE a FROM ROLE b")
    assert denied("REPOSITORY", SYSTEM, active="[c]") == bob.refused("SHOW RESTORE")


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("db_admin", "CREATE DATABASE d; SHOW RESTORE; DROP DATABASE d; SHOW BACKENDS", "SHOW USERS"),
        ("cluster_admin", "SHOW BACKENDS", "SHOW PROC '/dbs'"),
        ("user_admin", "SHOW USERS; CREATE USER ann", "SHOW BACKENDS"),
        ("security_admin", "SHOW PROC '/dbs'", "SHOW USERS"),
    ],
)
def test_built_in_roles(cluster: Cluster, role: str, allowed: str, refused: str) -> None:
    """Each has its part, and only that."""
    cluster.run(f"CREATE USER bob DEFAULT ROLE {role}")
    bob = logged_in(cluster, "bob")
    bob.run(allowed)
    assert 5203 == bob.refused(refused)[0]


def test_information_schema_is_not_dropped(cluster: Cluster) -> None:
    """It is denied even to root, in the words of a missing privilege."""
    assert denied("DROP", "DATABASE information_schema", active="[root]") == cluster.refused(
        "DROP DATABASE information_schema"
    )


def test_the_tables_of_the_nodes(cluster: Cluster) -> None:
    """Those need OPERATE, also of whoever may read information_schema."""
    cluster.run("CREATE USER bob")
    bob = logged_in(cluster, "bob")
    for name in ("be_configs", "fe_metrics"):
        tree = parse_tree(f"SELECT * FROM information_schema.{name}")
        with pytest.raises(SqlError) as caught:
            check_query(bob.session, tree)
        assert denied("OPERATE", SYSTEM) == (caught.value.code, caught.value.sqlstate, caught.value.message)
    for name in ("tables", "be_tablets"):
        check_query(bob.session, parse_tree(f"SELECT * FROM information_schema.{name}"))


def test_kill(cluster: Cluster) -> None:
    """One's own connections are ended freely, those of others with OPERATE."""
    ended: list[int] = []
    cluster.run("CREATE USER bob; CREATE USER carl; CREATE USER dora; GRANT OPERATE ON SYSTEM TO dora")
    sessions = {name: logged_in(cluster, name) for name in ("bob", "carl", "dora")}
    number = sessions["carl"].session.connection_id
    cluster.frontend.connections[number] = lambda _only_query: ended.append(number)
    assert denied("OPERATE", SYSTEM) == sessions["bob"].refused(f"KILL {number}")
    sessions["carl"].run(f"KILL QUERY {number}")
    sessions["dora"].run(f"KILL CONNECTION {number}")
    assert [number, number] == ended


# -- what is seen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grant", "seen"),
    [
        ("SELECT ON db1.t", ["t"]),
        ("DROP ON VIEW db1.w", ["w"]),
        ("SELECT ON ALL TABLES IN DATABASE db1", ["t", "u"]),
        ("SELECT ON ALL VIEWS IN ALL DATABASES", ["w"]),
        ("REFRESH ON ALL MATERIALIZED VIEWS IN DATABASE db1", ["mv"]),
        ("CREATE TABLE ON DATABASE db1", []),
        ("CREATE TABLE ON ALL DATABASES", []),
        ("USAGE ON ALL FUNCTIONS IN DATABASE db1", []),
        ("USAGE ON ALL PIPES IN ALL DATABASES", []),
    ],
)
def test_what_may_be_seen(cluster: Cluster, grant: str, seen: list[str]) -> None:
    """Any privilege on a table shows it, and any in a database shows the database."""
    with_materialized_view(cluster)
    cluster.run("CREATE USER bob; CREATE DATABASE db2")
    access = logged_in(cluster, "bob").session.access
    databases = ["db1", "db2", "information_schema", "sys", "_statistics_"]
    assert ["information_schema"] == [each for each in databases if access.may_see_database(each)]
    assert [] == [each for each in ("t", "u", "w", "mv") if access.may_see_table("db1", each)]
    cluster.run(f"GRANT {grant} TO bob")
    assert access.may_see_database("db1")
    assert ("ALL DATABASES" in grant) >= access.may_see_database("db2")
    assert seen == [each for each in ("t", "u", "w", "mv") if access.may_see_table("db1", each)]


def test_what_else_may_be_seen(cluster: Cluster) -> None:
    """Functions and catalogs by a privilege on them, connections of others with OPERATE."""
    frontend = cluster.frontend
    frontend.catalogs["lake"] = ExternalCatalog(frontend.next_id(), "lake", "hive")
    function = Function(frontend.next_id(), "f", ("int",), "int")
    frontend.databases["db1"].functions[function.signature] = function
    cluster.run("CREATE USER bob")
    access = logged_in(cluster, "bob").session.access

    def seen() -> list[bool]:
        return [
            access.may_see_function("db1", "f(int)"),
            access.may_see_catalog("lake"),
            access.may_see_catalog("default_catalog"),
            access.may_see_connection_of("root"),
            access.may_see_connection_of("bob"),
        ]

    assert [False, False, True, False, True] == seen()
    cluster.run("GRANT DROP ON FUNCTION db1.f(int) TO bob; GRANT USAGE ON CATALOG lake TO bob")
    cluster.run("GRANT OPERATE ON SYSTEM TO bob")
    assert [True] * 5 == seen()


def test_a_table_made_anew_is_not_the_one_that_was_granted(cluster: Cluster) -> None:
    """Privileges are held by ids, so that a name that is taken again brings nothing with it."""
    cluster.run("CREATE USER bob; GRANT SELECT ON db1.u TO bob")
    access = Access(cluster.frontend, "bob")
    assert access.may_see_table("db1", "u")
    cluster.run("DROP TABLE db1.u; CREATE VIEW db1.x AS SELECT 1")
    cluster.run("CREATE TABLE db1.u (k INT) DISTRIBUTED BY HASH(k) PROPERTIES ('replication_num' = '1')")
    assert not access.may_see_table("db1", "u")
    assert [] == cluster.run("SHOW GRANTS FOR bob")
