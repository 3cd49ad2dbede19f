"""Reading SHOW GRANTS."""

from __future__ import annotations

import pytest

from starrocks_restore_kernel.cluster import Grant, Grants
from starrocks_restore_kernel.cluster.grants import granted_roles, read_grant

ANN = "'ann'@'%'"
HERE = "default_catalog"


@pytest.mark.parametrize(
    ("what", "catalog", "kind", "database", "name"),
    [
        ("SYSTEM", HERE, "SYSTEM", None, None),
        ("ALL TABLES IN ALL DATABASES", HERE, "TABLE", None, None),
        ("ALL TABLES IN DATABASE shop", HERE, "TABLE", "shop", None),
        ("TABLE shop.orders", HERE, "TABLE", "shop", "orders"),
        ("VIEW shop.daily", HERE, "VIEW", "shop", "daily"),
        ("MATERIALIZED_VIEW shop.mv", HERE, "MATERIALIZED VIEW", "shop", "mv"),
        ("ALL MATERIALIZED_VIEWS IN DATABASE shop", HERE, "MATERIALIZED VIEW", "shop", None),
        ("DATABASE shop", HERE, "DATABASE", None, "shop"),
        ("ALL DATABASES", None, "DATABASE", None, None),
        ("CATALOG hive", "hive", "CATALOG", None, "hive"),
        ("ALL CATALOGS", None, "CATALOG", None, None),
        ("FUNCTION f(INT) in DATABASE shop", HERE, "FUNCTION", "shop", "f(INT)"),
        ("ALL FUNCTIONS IN DATABASE shop", HERE, "FUNCTION", "shop", None),
        ("RESOURCE GROUP rg", HERE, "RESOURCE GROUP", None, "rg"),
        ("RESOURCE spark", HERE, "RESOURCE", None, "spark"),
    ],
)
def test_what_a_grant_is_on(what: str, catalog: str | None, kind: str, database: str | None, name: str | None) -> None:
    """Each form of AST2StringVisitor.java, and the column beside it."""
    read = read_grant(f"GRANT CREATE TABLE, DROP ON {what} TO USER {ANN}", catalog, ANN)

    assert Grant(frozenset({"CREATE TABLE", "DROP"}), kind, database, name, catalog, ANN) == read


def test_the_grant_option_is_read() -> None:
    """It stands at the end, and belongs to no name."""
    read = read_grant("GRANT REPOSITORY ON SYSTEM TO ROLE 'keeper' WITH GRANT OPTION", HERE, "keeper")

    assert read is not None
    assert (True, None, "keeper") == (read.with_grant_option, read.name, read.grantee)


@pytest.mark.parametrize(
    "text", ["GRANT 'root', 'keeper' TO 'ann'@'%'", "GRANT 'r' TO ROLE keeper", "GRANT X ON MOON m TO USER 'a'@'%'", ""]
)
def test_what_grants_no_privilege_is_none(text: str) -> None:
    """Roles are read apart; what nobody understands gives no right."""
    assert read_grant(text, None, ANN) is None


def test_roles_are_read() -> None:
    """Of users and of roles."""
    texts = ["GRANT 'root', 'keeper of keys' TO 'ann'@'%'", "GRANT 'r' TO ROLE keeper", "GRANT X ON SYSTEM TO ROLE 'r'"]

    assert ("root", "keeper of keys", "r") == granted_roles(texts)


def test_a_privilege_is_held_on_what_it_was_granted_on_and_nothing_else() -> None:
    """All tables of a database, one table, and the system."""
    texts = [
        "GRANT INSERT ON ALL TABLES IN DATABASE shop TO USER 'ann'@'%'",
        "GRANT INSERT ON TABLE old.orders TO USER 'ann'@'%'",
        "GRANT REPOSITORY ON SYSTEM TO USER 'ann'@'%'",
    ]
    read = [each for text in texts if (each := read_grant(text, HERE, ANN)) is not None]
    ann = Grants(ANN, grants=tuple(read))

    assert ann.holds("REPOSITORY", "SYSTEM")
    assert not ann.holds("OPERATE", "SYSTEM")
    assert ann.holds("INSERT", "TABLE", database="shop", name="anything")
    assert ann.holds("INSERT", "TABLE", database="shop")
    assert ann.holds("INSERT", "TABLE", database="old", name="orders")
    assert not ann.holds("INSERT", "TABLE", database="old")
    assert not ann.holds("INSERT", "TABLE", database="shop", name="orders", catalog="hive")
    assert not ann.holds("SELECT", "TABLE", database="shop", name="orders")
