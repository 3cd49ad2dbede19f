"""Users and roles: made, changed, dropped, told of, and known again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.rights import denied, logged_in
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.model.accounts import NOBODY_KNOWS, Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSWORD = "s3cret-s3cret"


def analyzing(text: str) -> tuple[int, str, str]:
    """What an analyzer's refusal without a code looks like."""
    return 1064, "HY000", f"Getting analyzing error. Detail message: {text}."


# -- users -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "identity"),
    [
        ("bob", "'bob'@'%'"),
        ("'bob'@'10.0.0.%'", "'bob'@'10.0.0.%'"),
        ("bob@localhost", "'bob'@'localhost'"),
        ("`bob`@['example.org']", "'bob'@['example.org']"),
    ],
)
def test_identities(cluster: Cluster, written: str, identity: str) -> None:
    """A user is a name and a host, which is % where none is written."""
    cluster.run(f"CREATE USER {written}")
    assert [("'root'@'%'",), (identity,)] == cluster.run("SHOW USERS")
    cluster.run(f"DROP USER {written}")
    assert [("'root'@'%'",)] == cluster.run("SHOW USERS")


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("CREATE USER bob", "user 'bob'@'%' already exists!"),
        ("CREATE USER ''", "Does not support anonymous user"),
        ("CREATE USER 'x y'", "invalid user name: x y"),
        ("CREATE USER ann DEFAULT ROLE nope", "Valid role name fail: cannot find role nope!"),
        (
            "CREATE USER ann IDENTIFIED WITH magic BY 'x'",
            "Cannot find MAGIC from [mysql_native_password, mysql_clear_password, "
            "authentication_openid_connect_client, authentication_oauth2_client]",
        ),
        ("ALTER USER ann IDENTIFIED BY 'x'", "cannot find user 'ann'@'%'!"),
        ("DROP USER ann", "cannot find user 'ann'@'%'!"),
        ("DROP USER root", "Operation DROP USER failed for 'root'@'%' : cannot drop user 'root'@'%'"),
        ("SET PASSWORD FOR ann = PASSWORD('x')", "authentication info for user 'ann'@'%' not found"),
        ("SET DEFAULT ROLE ALL TO ann", "cannot find user 'ann'@'%'!"),
        ("SHOW GRANTS FOR ann", "cannot find user 'ann'@'%'!"),
        ("SHOW AUTHENTICATION FOR ann", "cannot find user 'ann'@'%'!"),
        ("EXECUTE AS bob", "`EXECUTE AS` must use with `WITH NO REVERT` for now!"),
        ("CREATE ROLE reader", "Operation CREATE ROLE failed for reader : role already exists"),
        ("CREATE ROLE `1st`", "invalid role format: 1st"),
        ("DROP ROLE nope", "Operation DROP ROLE failed for nope : role not exists"),
        ("SET ROLE nope", "Cannot set role: cannot find role nope!"),
        ("SET DEFAULT ROLE reader TO bob", "Role reader is not granted to 'bob'@'%'"),
        ("SHOW GRANTS FOR ROLE nope", "There is no such grant defined for role nope: cannot find role nope!"),
    ],
)
def test_refused_by_the_analyzer(cluster: Cluster, sql: str, text: str) -> None:
    """Each in the server's words and frame."""
    cluster.run("CREATE USER bob; CREATE ROLE reader")
    assert analyzing(text) == cluster.refused(sql)


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("DROP ROLE db_admin", "role db_admin cannot be dropped!"),
        ("ALTER ROLE root SET COMMENT = 'mine'", "root is immutable"),
        ("ALTER ROLE nope SET COMMENT = 'mine'", "nope doesn't exist"),
        ("SET ROLE reader", "Role reader is not granted to 'root'@'%'"),
    ],
)
def test_refused_by_the_execution(cluster: Cluster, sql: str, text: str) -> None:
    """Bare, and without a code."""
    cluster.run("CREATE ROLE reader")
    assert (1064, "HY000", text) == cluster.refused(sql)


def test_quiet_forms(cluster: Cluster) -> None:
    """IF EXISTS and IF NOT EXISTS change nothing, and of a list with one such name they do none."""
    cluster.run("CREATE USER bob IDENTIFIED BY 'one'; CREATE ROLE reader")
    before = cluster.frontend.accounts.get("bob")
    cluster.run("CREATE USER IF NOT EXISTS bob IDENTIFIED BY 'two'; DROP USER IF EXISTS ann")
    cluster.run("ALTER USER IF EXISTS ann IDENTIFIED BY 'x'; CREATE ROLE IF NOT EXISTS reader, writer")
    cluster.run("DROP ROLE IF EXISTS reader, nope")
    assert before == cluster.frontend.accounts.get("bob")
    assert ["reader"] == [name for name, built_in, _ in cluster.run("SHOW ROLES") if built_in == "false"]


def test_passwords(cluster: Cluster) -> None:
    """Each way to give one leads to the same digests; a hash alone closes the way that needs the password."""
    get = cluster.frontend.accounts.get
    for sql in (
        "CREATE USER bob IDENTIFIED BY 'pw'",
        "ALTER USER bob IDENTIFIED WITH mysql_native_password BY 'pw'",
        "SET PASSWORD FOR bob = PASSWORD('pw')",
    ):
        cluster.run(sql)
        assert Account.with_password("bob", "pw") == get("bob")
    native = Account.with_password("bob", "pw").native
    cluster.run(f"ALTER USER bob IDENTIFIED BY PASSWORD '*{native.hex().upper()}'")
    assert Account("bob", native, NOBODY_KNOWS) == get("bob")
    assert (1372, "HY000", "Password hash should be a 41-digit hexadecimal number") == cluster.refused(
        "SET PASSWORD FOR bob = 'pw'"
    )
    cluster.run("SET PASSWORD FOR bob = ''")
    assert Account("bob", b"", b"") == get("bob")


def test_no_password_is_told(empty: Callable[..., Cluster]) -> None:
    """Not by SHOW, not by a repr, not by an error, and not in what is written down."""
    cluster = empty(kept=True)
    cluster.run(f"CREATE USER bob IDENTIFIED BY '{PASSWORD}'; SET PASSWORD = PASSWORD('{PASSWORD}')")
    told = [
        cluster.run("SHOW ALL AUTHENTICATION"),
        cluster.run("SHOW GRANTS FOR bob"),
        cluster.frontend.accounts.get("bob"),
        cluster.refused(f"CREATE USER bob IDENTIFIED BY '{PASSWORD}'"),
        cluster.refused(f"SET PASSWORD FOR bob = '{PASSWORD}'"),
        cluster.refused(f"CREATE USER ann IDENTIFIED BY '{PASSWORD}' nonsense"),
    ]
    with cluster.frontend.journal.writing() as cursor:
        told += cursor.execute("SELECT kind, key, value::VARCHAR FROM journal").fetchall()
    assert PASSWORD not in repr(told)


def test_authentication(cluster: Cluster) -> None:
    """Whether there is a password, and of another way to log in its name."""
    cluster.run("CREATE USER bob IDENTIFIED BY 'pw'")
    cluster.run("CREATE USER carl IDENTIFIED WITH authentication_ldap_simple AS 'uid=carl'")
    rows = [
        ("'root'@'%'", "No", "MYSQL_NATIVE_PASSWORD", None),
        ("'bob'@'%'", "Yes", "MYSQL_NATIVE_PASSWORD", None),
        ("'carl'@'%'", "No", "AUTHENTICATION_LDAP_SIMPLE", "uid=carl"),
    ]
    assert rows == cluster.run("SHOW ALL AUTHENTICATION")
    assert rows[:1] == cluster.run("SHOW AUTHENTICATION")
    assert rows[1:2] == cluster.run("SHOW AUTHENTICATION FOR bob")


def test_the_most_exact_host_wins(cluster: Cluster) -> None:
    """A client is the user whose host names it best, and none at all from elsewhere."""
    cluster.run("CREATE USER bob; CREATE USER bob@'127.0.0.%'; CREATE USER bob@'127.0.0.1'")
    cluster.run("CREATE USER carl@'10.0.0.1'")
    accounts = cluster.frontend.accounts
    hosts = ["127.0.0.1", "127.0.0.2", "10.0.0.1"]
    assert ["127.0.0.1", "127.0.0.%", "%"] == [getattr(accounts.get("bob", host), "host", None) for host in hosts]
    assert (None, "10.0.0.1") == (accounts.get("carl"), getattr(accounts.get("carl", "10.0.0.1"), "host", None))


# -- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE USER ann",
        "ALTER USER carl IDENTIFIED BY 'x'",
        "DROP USER carl",
        "SET PASSWORD FOR carl = ''",
        "CREATE ROLE writer",
        "ALTER ROLE reader SET COMMENT = 'x'",
        "DROP ROLE reader",
        "GRANT reader TO bob",
        "REVOKE reader FROM carl",
        "GRANT REPOSITORY ON SYSTEM TO bob",
        "REVOKE REPOSITORY ON SYSTEM FROM carl",
        "SET DEFAULT ROLE ALL TO carl",
        "SHOW GRANTS FOR carl",
        "SHOW GRANTS FOR ROLE reader",
        "SHOW ROLES",
        "SHOW USERS",
        "SHOW ALL AUTHENTICATION",
        "SHOW AUTHENTICATION FOR carl",
    ],
)
def test_accounts_are_for_those_who_may_grant(cluster: Cluster, sql: str) -> None:
    """All of it needs GRANT on SYSTEM, which user_admin has."""
    cluster.run("CREATE USER bob; CREATE USER carl; CREATE ROLE reader; CREATE USER dora DEFAULT ROLE user_admin")
    cluster.run("GRANT OPERATE ON SYSTEM TO carl")
    assert denied("GRANT", "SYSTEM") == logged_in(cluster, "bob").refused(sql)
    logged_in(cluster, "dora").run(sql)


def test_what_is_ones_own(cluster: Cluster) -> None:
    """Everybody sees and changes what is its own, however little it may do."""
    cluster.run(
        "CREATE ROLE reader; CREATE ROLE above; GRANT above TO ROLE reader; CREATE USER bob; GRANT reader TO bob"
    )
    bob = logged_in(cluster, "bob")
    assert [("'bob'@'%'", None, "GRANT 'reader' TO 'bob'@'%'")] == bob.run("SHOW GRANTS")
    assert [("reader", None, "GRANT 'above' TO ROLE reader")] == bob.run("SHOW GRANTS FOR ROLE reader")
    assert [] == bob.run("SHOW GRANTS FOR ROLE above")
    assert [("'bob'@'%'",)] == bob.run("SHOW USER")
    bob.run("SET PASSWORD = PASSWORD('new'); SET DEFAULT ROLE reader TO bob")
    assert Account.with_password("bob", "new") == cluster.frontend.accounts.get("bob")
    assert [("reader",)] == logged_in(cluster, "bob").run("SELECT current_role()")


def test_root_is_roots_alone(cluster: Cluster) -> None:
    """Even a user with the role root neither changes root nor hands the role on."""
    cluster.run("CREATE USER bob DEFAULT ROLE root; CREATE USER carl")
    bob = logged_in(cluster, "bob")
    assert analyzing("Can not modify root user, except root itself") == bob.refused("ALTER USER root IDENTIFIED BY 'x'")
    assert analyzing("Can not set password for root user, except root itself") == bob.refused(
        "SET PASSWORD FOR root = ''"
    )
    for role in ("root", "cluster_admin"):
        text = "Can not grant root or cluster_admin role except root user"
        assert analyzing(text) == bob.refused(f"GRANT {role} TO carl")
    assert analyzing("Can not revoke root role from root user") == cluster.refused("REVOKE root FROM root")


# -- roles -----------------------------------------------------------------------------------------------------------


def test_roles_in_the_order_of_the_server(cluster: Cluster) -> None:
    """The six that every cluster has, in the order of a hash map over their ids."""
    rows = cluster.named("SHOW ROLES")
    names = ["root", "db_admin", "cluster_admin", "user_admin", "public", "security_admin"]
    assert names == [row["Name"] for row in rows]
    assert {"true"} == {row["Builtin"] for row in rows}
    cluster.run("CREATE ROLE reader COMMENT 'reads'; CREATE ROLE writer; ALTER ROLE writer SET COMMENT = 'writes'")
    cluster.run("CREATE ROLE silent")
    own = {row["Name"]: row["Comment"] for row in cluster.named("SHOW ROLES") if row["Builtin"] == "false"}
    assert {"reader": "reads", "writer": "writes", "silent": "\\N"} == own


def test_which_roles_are_active(cluster: Cluster) -> None:
    """The default ones at first; SET ROLE changes them in its session alone."""
    cluster.run("CREATE ROLE a, b, c; CREATE USER bob DEFAULT ROLE a; GRANT b, c TO USER bob")
    bob = logged_in(cluster, "bob")
    ids = {name: cluster.frontend.accounts.role_id(name) for name in "abc"}
    order = sorted("abc", key=lambda name: ids[name] % 16)
    for sql, active in [
        ("SELECT 1", "a"),
        ("SET ROLE b", "b"),
        ("SET ROLE ALL", ", ".join(order)),
        ("SET ROLE ALL EXCEPT a, 'b'", "c"),
        ("SET ROLE NONE", "NONE"),
        ("SET ROLE DEFAULT", "a"),
    ]:
        bob.run(sql)
        assert [(active,)] == bob.run("SELECT current_role()")
    cluster.run("ALTER USER bob DEFAULT ROLE NONE")
    assert [("a",)] == bob.run("SELECT current_role()")
    assert [("NONE",)] == logged_in(cluster, "bob").run("SELECT current_role()")


def test_a_role_that_is_gone_does_not_count(cluster: Cluster) -> None:
    """Revoked or dropped, it gives nothing from then on, though a session has it active."""
    cluster.run("CREATE ROLE a, b; GRANT REPOSITORY ON SYSTEM TO ROLE a; GRANT REPOSITORY ON SYSTEM TO ROLE b")
    cluster.run("CREATE USER bob DEFAULT ROLE a; CREATE USER carl DEFAULT ROLE b")
    bob, carl = logged_in(cluster, "bob"), logged_in(cluster, "carl")
    assert ([], []) == (bob.run("SHOW RESTORE"), carl.run("SHOW RESTORE"))
    cluster.run("REVOKE a FROM bob; DROP ROLE b")
    assert denied("REPOSITORY", "SYSTEM", active="[a]") == bob.refused("SHOW RESTORE")
    assert denied("REPOSITORY", "SYSTEM") == carl.refused("SHOW RESTORE")


def test_a_dropped_user_may_do_nothing_more(cluster: Cluster) -> None:
    """Its session goes on, and not even information_schema is left to it."""
    cluster.run("CREATE USER bob DEFAULT ROLE root")
    bob = logged_in(cluster, "bob")
    cluster.run("DROP USER bob")
    assert denied("SELECT", "TABLE tables", active="[root]") == bob.refused("SELECT * FROM information_schema.tables")
    assert analyzing("cannot find user 'bob'@'%'") == bob.refused("SHOW GRANTS")


def test_execute_as(cluster: Cluster) -> None:
    """Whoever may impersonate another works as it, with its default roles; who logged in stays known."""
    cluster.run("CREATE USER bob; CREATE USER carl DEFAULT ROLE db_admin")
    bob = logged_in(cluster, "bob")
    assert denied("IMPERSONATE", "USER carl") == bob.refused("EXECUTE AS carl WITH NO REVERT")
    cluster.run("GRANT IMPERSONATE ON USER carl TO USER bob")
    bob.run("EXECUTE AS carl WITH NO REVERT")
    expected = [("'carl'@'%'", "'bob'@'127.0.0.1'", "db_admin")]
    assert expected == bob.run("SELECT current_user(), user(), current_role()")


# -- from one frontend to the next -----------------------------------------------------------------------------------


def make_accounts(cluster: Cluster) -> list[tuple[object, ...]]:
    """Users, roles and grants of every kind, and what SHOW tells of them."""
    cluster.run("CREATE ROLE reader COMMENT 'reads'; CREATE ROLE writer; GRANT reader TO ROLE writer")
    cluster.run("GRANT SELECT ON ALL TABLES IN DATABASE db1 TO ROLE reader; GRANT OPERATE ON SYSTEM TO ROLE public")
    cluster.run("CREATE USER bob@'127.0.0.1' IDENTIFIED BY 'pw' DEFAULT ROLE writer; CREATE USER gone; DROP USER gone")
    cluster.run("GRANT INSERT ON db1.t TO bob@'127.0.0.1' WITH GRANT OPTION; GRANT SELECT ON VIEW db1.w TO root")
    cluster.run("GRANT reader TO ROLE public; CREATE ROLE gone; DROP ROLE gone")
    return told(cluster)


def told(cluster: Cluster) -> list[tuple[object, ...]]:
    """What SHOW tells of the accounts."""
    shows = ["USERS", "ROLES", "ALL AUTHENTICATION", "GRANTS FOR root", "GRANTS FOR bob@'127.0.0.1'"]
    shows += [f"GRANTS FOR ROLE {role}" for role in ("reader", "writer", "public", "root")]
    return [tuple(cluster.run(f"SHOW {each}")) for each in shows]


def test_a_new_leader_knows_them(cluster: Cluster) -> None:
    """Users, roles and grants, with the digests."""
    before = make_accounts(cluster)
    account = cluster.frontend.accounts.get("bob")
    cluster.frontend.change_leader()
    assert before == told(cluster)
    assert account == cluster.frontend.accounts.get("bob")


def test_what_public_has_lost_stays_lost(cluster: Cluster) -> None:
    """It begins with information_schema, which may be taken from it for good."""
    cluster.run("CREATE USER bob; REVOKE SELECT ON ALL TABLES IN DATABASE information_schema FROM ROLE public")
    for _ in range(2):
        bob = logged_in(cluster, "bob")
        assert denied("SELECT", "TABLE tables") == bob.refused("SELECT * FROM information_schema.tables")
        cluster.frontend.change_leader()


def test_a_restart_knows_them(tmp_path: Path) -> None:
    """A frontend on the same folder begins with them, and one that starts afresh has its own."""
    clusters = []
    for _ in range(2):
        clusters.append(Cluster(Frontend(SteppedClock(), tmp_path, version="4.1", kept=True)))
        if len(clusters) == 1:
            clusters[0].plant()
            before = make_accounts(clusters[0])
        after = told(clusters[-1])
        clusters[-1].session.close()
        clusters[-1].frontend.close()
    assert before == after


def test_the_first_users(empty: Callable[..., Cluster]) -> None:
    """Whoever the sandbox starts with may do everything, stays after a reset, and goes if a later start is without."""
    cluster = empty()
    accounts = cluster.frontend.accounts
    assert accounts.get("root") is None
    accounts.admit({"root": "", "ann": "pw"})
    ann = logged_in(cluster, "ann")
    ann.run("CREATE DATABASE d; USE d; CREATE USER bob")
    assert [("'ann'@'%'", None, "GRANT 'root' TO 'ann'@'%'")] == ann.run("SHOW GRANTS")
    cluster.run("ADMIN RESET SANDBOX")
    assert [("'root'@'%'",), ("'ann'@'%'",)] == cluster.run("SHOW USERS")
    cluster.frontend.accounts.admit({"eve": ""})
    assert [("'root'@'%'",), ("'eve'@'%'",)] == cluster.run("SHOW USERS")
    assert (None, None) == (cluster.frontend.accounts.get("ann"), cluster.frontend.accounts.get("root"))
