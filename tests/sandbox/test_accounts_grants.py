"""GRANT and REVOKE: on what, by whom, and how SHOW GRANTS writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.rights import denied, logged_in

from starrocks_restore_kernel.sandbox.model.catalog import ExternalCatalog, Function
from starrocks_restore_kernel.sandbox.model.privileges import java_order

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

EVERYTHING_ON_A_TABLE = "DELETE, DROP, INSERT, SELECT, ALTER, EXPORT, UPDATE, REFRESH"


@pytest.fixture
def bob(cluster: Cluster) -> Cluster:
    """Somebody without privileges, and objects of several types."""
    frontend = cluster.frontend
    frontend.catalogs["lake"] = ExternalCatalog(frontend.next_id(), "lake", "hive")
    function = Function(frontend.next_id(), "f", ("int", "string"), "int")
    frontend.databases["db1"].functions[function.signature] = function
    cluster.run("CREATE USER bob; CREATE ROLE reader")
    return logged_in(cluster, "bob")


# What is granted, and how it is written; None where it is written as it was granted.
GRANTS = [
    ("SELECT ON TABLE db1.t", None),
    ("SELECT ON db1.t", "SELECT ON TABLE db1.t"),
    ("INSERT, SELECT ON TABLE t", "INSERT, SELECT ON TABLE db1.t"),
    ("SELECT, INSERT ON TABLE db1.t", "INSERT, SELECT ON TABLE db1.t"),
    ("ALL ON TABLE db1.t", f"{EVERYTHING_ON_A_TABLE} ON TABLE db1.t"),
    ("ALL PRIVILEGES ON *.*", f"{EVERYTHING_ON_A_TABLE} ON ALL TABLES IN ALL DATABASES"),
    ("SELECT ON db1.*", "SELECT ON ALL TABLES IN DATABASE db1"),
    ("SELECT ON ALL TABLES IN DATABASE db1", None),
    ("SELECT ON ALL TABLES IN ALL DATABASES", None),
    ("SELECT ON ALL VIEWS IN DATABASE db1", None),
    ("SELECT ON VIEW db1.w", None),
    ("REFRESH ON ALL MATERIALIZED VIEWS IN ALL DATABASES", None),
    ("CREATE TABLE, DROP ON DATABASE db1", None),
    ("CREATE TABLE ON ALL DATABASES", None),
    ("CREATE DATABASE ON CATALOG default_catalog", None),
    ("USAGE ON CATALOG lake", None),
    ("USAGE ON ALL CATALOGS", None),
    ("OPERATE, REPOSITORY ON SYSTEM", None),
    ("USAGE ON FUNCTION db1.f(INT, STRING)", "USAGE ON FUNCTION f(int, string) in DATABASE db1"),
    ("USAGE ON ALL FUNCTIONS IN DATABASE db1", None),
    ("USAGE ON ALL GLOBAL FUNCTIONS", None),
    ("IMPERSONATE ON USER root", "IMPERSONATE ON USER 'root'@'%'"),
    ("IMPERSONATE ON ALL USERS", None),
    ("USAGE ON ALL RESOURCES", None),
    ("ALTER ON ALL RESOURCE GROUPS", None),
    ("USAGE ON ALL STORAGE VOLUMES", None),
    ("USAGE ON ALL WAREHOUSES", None),
    ("USAGE ON ALL PIPES IN DATABASE db1", None),
]


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize(("granted", "written"), GRANTS, ids=[granted for granted, _ in GRANTS])
def test_written_as_the_server_does(cluster: Cluster, granted: str, written: str | None) -> None:
    """A statement that could be sent again, and REVOKE of what was granted leaves nothing."""
    for to in ("USER 'bob'@'%'", "ROLE 'reader'"):
        for option in ("", " WITH GRANT OPTION"):
            cluster.run(f"GRANT {granted} TO {to}{option}")
            assert [f"GRANT {written or granted} TO {to}{option}"] == [
                text for _, _, text in cluster.run(f"SHOW GRANTS FOR {to}")
            ]
            cluster.run(f"REVOKE {granted} FROM {to}")
            assert [] == cluster.run(f"SHOW GRANTS FOR {to}")


def test_columns_and_order(cluster: Cluster, bob: Cluster) -> None:
    """Roles first, then type by type, what is wide before what is narrow; only what is in a catalog names another."""
    cluster.run("GRANT USAGE ON CATALOG lake TO bob; GRANT USAGE ON ALL CATALOGS TO bob; GRANT SELECT ON db1.t TO bob")
    cluster.run("GRANT REPOSITORY ON SYSTEM TO bob; GRANT SELECT ON ALL TABLES IN DATABASE db1 TO bob")
    cluster.run("GRANT reader TO bob; GRANT INSERT ON db1.t TO bob WITH GRANT OPTION")
    to = "TO USER 'bob'@'%'"
    assert [
        {"UserIdentity": "'bob'@'%'", "Catalog": catalog, "Grants": text}
        for catalog, text in [
            (None, "GRANT 'reader' TO 'bob'@'%'"),
            ("default_catalog", f"GRANT SELECT ON ALL TABLES IN DATABASE db1 {to}"),
            ("default_catalog", f"GRANT SELECT ON TABLE db1.t {to}"),
            ("default_catalog", f"GRANT INSERT ON TABLE db1.t {to} WITH GRANT OPTION"),
            ("default_catalog", f"GRANT REPOSITORY ON SYSTEM {to}"),
            (None, f"GRANT USAGE ON ALL CATALOGS {to}"),
            ("lake", f"GRANT USAGE ON CATALOG lake {to}"),
        ]
    ] == bob.named("SHOW GRANTS")


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("GRANT SELECT ON db1.t TO ann", "cannot find user 'ann'@'%'!"),
        ("GRANT SELECT ON db1.t TO ROLE nope", "Can not grant/revoke to role: cannot find role nope!"),
        ("GRANT SELECT ON nope.t TO bob", "cannot find db: nope"),
        ("GRANT SELECT ON db1.nope TO bob", "cannot find table nope in db db1"),
        ("GRANT SELECT ON TABLE db1.w TO bob", "cannot find table w in db db1"),
        ("GRANT SELECT ON VIEW db1.t TO bob", "cannot find view t in db db1"),
        ("GRANT SELECT ON MATERIALIZED VIEW db1.t TO bob", "cannot find materialized view t in db db1"),
        ("GRANT USAGE ON CATALOG nope TO bob", "cannot find catalog: nope"),
        ("GRANT USAGE ON RESOURCE nope TO bob", "cannot find resource: nope"),
        ("GRANT DROP ON PIPE db1.nope TO bob", "cannot find pipe nope in db db1"),
        ("GRANT USAGE ON FUNCTION db1.f(INT) TO bob", "cannot find function db1.f!"),
        ("GRANT IMPERSONATE ON USER ann TO bob", "cannot find user 'ann'@'%'!"),
        ("GRANT SELECT ON SYSTEM TO bob", "Cannot grant or revoke SELECT on 'SYSTEM' type object"),
        ("REVOKE USAGE ON db1.t FROM bob", "Cannot grant or revoke USAGE on 'TABLE' type object"),
        ("GRANT APPLY ON db1.t TO bob", "cannot find privilege type APPLY"),
        ("GRANT ALL ON ALL POLICIES TO bob", "cannot find privilege object type POLICIES"),
        ("GRANT SELECT ON ALL TABLES TO bob", "Invalid grant statement with error privilege object [*]"),
        (
            "GRANT NODE ON SYSTEM TO bob",
            "Operation not permitted, 'NODE' cannot be granted to user or role directly, use built-in role instead",
        ),
        (
            "GRANT ALL ON SYSTEM TO bob",
            "Operation not permitted, 'GRANT' cannot be granted to user or role directly, use built-in role instead",
        ),
        ("GRANT nope TO bob", "Can not granted/revoke role to/from user: cannot find role nope!"),
        ("GRANT reader TO ROLE nope", "Can not granted/revoke role to/from role: cannot find role nope!"),
    ],
)
def test_refused_by_the_analyzer(cluster: Cluster, bob: Cluster, sql: str, text: str) -> None:
    """In the same words to whoever may grant and to whoever may not."""
    expected = (1064, "HY000", f"Getting analyzing error. Detail message: {text}.")
    assert (expected, expected) == (cluster.refused(sql), bob.refused(sql))


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("REVOKE SELECT ON db1.u FROM bob", "There is no such grant defined on TABLE db1.u"),
        (
            "REVOKE SELECT ON ALL TABLES IN DATABASE db1 FROM bob",
            "There is no such grant defined on ALL TABLES IN DATABASE db1",
        ),
        ("GRANT SELECT ON db1.t TO ROLE db_admin", "role db_admin is not mutable!"),
        (
            "GRANT public TO bob",
            "failed to grant role: Granting role PUBLIC has no effect.  "
            "Every user and role has role PUBLIC implicitly granted.",
        ),
        (
            "REVOKE public FROM bob",
            "failed to revoke role: Revoking role PUBLIC has no effect.  "
            "Every user and role has role PUBLIC implicitly granted.",
        ),
        ("GRANT reader TO ROLE root", "failed to grant role: role root is not mutable!"),
    ],
)
def test_refused_by_the_execution(cluster: Cluster, bob: Cluster, sql: str, text: str) -> None:
    """Bare, and without a code."""
    cluster.run("GRANT SELECT ON db1.t TO bob")
    assert (1064, "HY000", text) == cluster.refused(sql)
    assert 1 == len(bob.run("SHOW GRANTS"))


def test_roles_do_not_stand_in_a_circle(cluster: Cluster) -> None:
    """Neither a role above itself, nor one further up."""
    cluster.run("CREATE ROLE a, b; GRANT a TO ROLE b")
    ids = {name: cluster.frontend.accounts.role_id(name) for name in "ab"}
    for sql, role, parent in (("GRANT b TO ROLE a", "a", "b"), ("GRANT a TO ROLE a", "a", "a")):
        text = f"role {role}[{ids[role]}] is already a predecessor role of {parent}[{ids[parent]}]"
        assert (1064, "HY000", f"failed to grant role: {text}") == cluster.refused(sql)


def test_revoke_where_nothing_of_the_type_was_granted(cluster: Cluster, bob: Cluster) -> None:
    """It does nothing, and says nothing."""
    cluster.run("REVOKE SELECT ON db1.t FROM bob; REVOKE OPERATE ON SYSTEM FROM bob; REVOKE reader FROM bob")
    assert [] == bob.run("SHOW GRANTS")


def test_the_grant_option_lets_one_grant(cluster: Cluster, bob: Cluster) -> None:
    """Whoever holds a privilege with it may hand that one on, and take it back; on all tables it counts for one."""
    cluster.run("CREATE USER carl; GRANT SELECT ON ALL TABLES IN DATABASE db1 TO bob WITH GRANT OPTION")
    bob.run("GRANT SELECT ON db1.t TO carl")
    assert denied("GRANT", "SYSTEM") == bob.refused("GRANT SELECT, INSERT ON db1.t TO carl")
    assert denied("GRANT", "SYSTEM") == bob.refused("GRANT SELECT ON VIEW db1.w TO carl")
    assert 4 == len(logged_in(cluster, "carl").run("SELECT * FROM db1.t"))
    bob.run("REVOKE SELECT ON db1.t FROM carl")
    assert denied("SELECT", "TABLE t") == logged_in(cluster, "carl").refused("SELECT * FROM db1.t")


def test_the_grant_option_moves(cluster: Cluster, bob: Cluster) -> None:
    """With it a privilege leaves the entry without it; without it an entry that has it is left alone."""
    to = "TO USER 'bob'@'%'"
    cluster.run("GRANT SELECT, INSERT ON db1.t TO bob; GRANT SELECT ON db1.t TO bob WITH GRANT OPTION")
    cluster.run("GRANT SELECT, DROP ON db1.t TO bob")
    assert [
        f"GRANT DROP, INSERT ON TABLE db1.t {to}",
        f"GRANT SELECT ON TABLE db1.t {to} WITH GRANT OPTION",
    ] == [text for _, _, text in bob.run("SHOW GRANTS")]


@pytest.mark.parametrize(
    ("ids", "order"),
    [
        ([-106, -5, -4, -3, -2, -1], [-1, -2, -3, -4, -5, -106]),
        ([10132, 17, 2], [17, 2, 10132]),
        (list(range(20, 0, -1)), list(range(1, 21))),
    ],
)
def test_the_order_of_a_hash_map(ids: list[int], order: list[int]) -> None:
    """By the lowest bits, of which there are more to look at the more ids there are."""
    assert order == java_order(ids)


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT",
        "GRANT SELECT",
        "GRANT SELECT db1.t TO bob",
        "GRANT NONSENSE ON db1.t TO bob",
        "GRANT SELECT ON db1.t bob",
        "GRANT SELECT ON ALL NONSENSE TO bob",
        "GRANT SELECT ON db1.t TO bob WITH GRANT",
        "REVOKE SELECT ON db1.t FROM bob WITH GRANT OPTION",
        "CREATE USER",
        "CREATE USER bob IDENTIFIED",
        "ALTER USER bob",
        "SET DEFAULT ROLE reader",
        "SET PASSWORD FOR bob",
        "SHOW GRANTS FOR",
    ],
)
def test_syntax(bob: Cluster, sql: str) -> None:
    """What does not read ends in a syntax error with a place, before anything else is asked."""
    code, state, text = bob.refused(sql)
    assert (1064, "HY000", "Getting syntax error at line 1, column ") == (code, state, text[:39])
