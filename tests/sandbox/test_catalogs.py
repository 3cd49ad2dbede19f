from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.catalog import ExternalCatalog
from starrocks_restore_kernel.sandbox.model.external_catalogs import restore_catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

HIVE = "CREATE EXTERNAL CATALOG lake COMMENT 'a lake' PROPERTIES ('type' = 'hive', 'aws.s3.secret_key' = 'topsecret')"


def test_a_catalog_is_made_altered_and_dropped(cluster: Cluster) -> None:
    """The metadata alone."""
    cluster.run(HIVE)
    made = cluster.frontend.catalogs["lake"]
    assert ("hive", "a lake") == (made.type, made.comment)
    cluster.run(
        "ALTER CATALOG lake SET ('a' = 'b'); CREATE EXTERNAL CATALOG IF NOT EXISTS lake PROPERTIES ('type' = 'es')"
    )
    assert {"type": "hive", "aws.s3.secret_key": "topsecret", "a": "b"} == dict(
        cluster.frontend.catalogs["lake"].properties
    )
    # One that is not there is passed over in silence (CatalogMgr.java, alterCatalog).
    cluster.run("ALTER CATALOG nope SET ('a' = 'b'); DROP CATALOG 'lake'; DROP CATALOG IF EXISTS lake")
    assert {} == cluster.frontend.catalogs


def test_secrets_are_not_shown(cluster: Cluster) -> None:
    """Neither in a repr nor where the server masks them (CredentialUtil.java)."""
    cluster.run(HIVE)
    catalog = cluster.frontend.catalogs["lake"]
    assert "topsecret" not in repr(catalog)
    cluster.run(
        "CREATE EXTERNAL CATALOG more PROPERTIES ('type' = 'odps', 'odps.access.id' = 'name', "
        "'odps.access.key' = 'topsecret', 'password' = 'hush', 'azure_path_key' = 'hush')"
    )
    assert '"aws.s3.secret_key"  =  "to******et"' in cluster.run("SHOW CREATE CATALOG lake")[0][1]
    ((_, text),) = cluster.run("SHOW CREATE CATALOG more")
    assert '"odps.access.id"  =  "******",\n"odps.access.key"  =  "to******et"' in text
    assert "hush" not in text


def test_a_session_moves_between_catalogs(cluster: Cluster) -> None:
    """SET CATALOG and USE; the database is left behind."""
    cluster.run(HIVE)
    seen = []
    for statement in ("SET CATALOG lake", "USE lake.sales", "USE 'CATALOG default_catalog'", "USE default_catalog.db1"):
        cluster.run(statement)
        seen.append((cluster.session.catalog, cluster.session.database))
    expected = [("lake", None), ("lake", "sales"), ("default_catalog", None), ("default_catalog", "db1")]
    assert expected == seen
    cluster.run("USE lake.sales")
    assert [("lake", "sales")] == cluster.run("SELECT catalog(), database()")


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM lake.sales.orders", "USE lake.sales; SELECT * FROM orders", "USE lake.x; SELECT * FROM db1.t"],
)
def test_nothing_is_read_from_one(cluster: Cluster, sql: str) -> None:
    """A server would; the text is ours."""
    cluster.run(HIVE)
    assert "The sandbox does not do this: reading from the external catalog 'lake'" == cluster.refused(sql)[2]


def test_nothing_is_made_in_one(cluster: Cluster) -> None:
    """Nor dropped from it; and a table of this name in the internal catalog is safe."""
    cluster.run(HIVE)
    assert "the external catalog 'lake'" in cluster.refused("DROP TABLE lake.db1.t")[2]
    assert "the external catalog 'lake'" in cluster.refused("USE lake.db1; DROP TABLE t")[2]
    assert "t" in cluster.frontend.databases["db1"].tables


def test_a_view_reads_its_own_catalog(cluster: Cluster) -> None:
    """Whichever the session is in."""
    cluster.run(HIVE)
    cluster.run("USE lake.sales")
    assert [(4,)] == cluster.run("SELECT count(*) FROM default_catalog.db1.w")


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (HIVE, (5514, "42000", "Catalog 'lake' already exists")),
        (
            "CREATE EXTERNAL CATALOG `a-b` PROPERTIES ('type' = 'hive')",
            (5063, "42000", "Getting analyzing error. Detail message: Incorrect catalog name 'a-b'."),
        ),
        (
            "CREATE EXTERNAL CATALOG default_catalog PROPERTIES ('type' = 'hive')",
            (
                1064,
                "HY000",
                "Getting analyzing error. Detail message: External catalog name can't be the same as internal catalog "
                "name 'default_catalog'.",
            ),
        ),
        (
            "CREATE EXTERNAL CATALOG c PROPERTIES ('a' = 'b')",
            (1064, "HY000", "Getting analyzing error. Detail message: 'type' can not be null or empty."),
        ),
        (
            "CREATE EXTERNAL CATALOG c PROPERTIES ('type' = 'paper')",
            (1064, "HY000", "Getting analyzing error. Detail message: [type : paper] is not supported."),
        ),
        (
            "ALTER CATALOG lake SET ('type' = 'es')",
            (1064, "HY000", "Getting analyzing error. Detail message: Not support alter catalog property type."),
        ),
        ("DROP CATALOG nope", (5078, "42000", "Unknown catalog 'nope'")),
        (
            "DROP CATALOG default_catalog",
            (1064, "HY000", "Getting analyzing error. Detail message: Can't drop the default internal catalog."),
        ),
        ("SET CATALOG nope", (5078, "42000", "Unknown catalog 'nope'")),
        ("USE nope.db1", (5078, "42000", "Unknown catalog 'nope'")),
        (
            "USE 'lake'",
            (
                1064,
                "HY000",
                "Getting syntax error. Detail message: You have an error in your SQL. The correct syntax is: USE "
                "'CATALOG catalog_name'..",
            ),
        ),
        ("SELECT * FROM nope.a.b", (5078, "42000", "Getting analyzing error. Detail message: Unknown catalog 'nope'.")),
    ],
)
def test_what_is_refused(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """In the server's words."""
    cluster.run(HIVE)
    assert error == cluster.refused(sql)


def test_catalogs_survive_a_restart(empty: Callable[..., Cluster]) -> None:
    """With all their properties; one from a snapshot takes the place of its namesake."""
    cluster = empty(kept=True)
    cluster.run(HIVE)
    restore_catalog(cluster.frontend, ExternalCatalog(1, "lake", "es", "", (("type", "es"),)))
    before = cluster.frontend.catalogs["lake"]
    assert "es" == before.type
    cluster.frontend.change_leader()
    assert {"lake": before} == cluster.frontend.catalogs
