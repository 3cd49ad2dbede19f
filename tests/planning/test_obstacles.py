"""Dangers and obstacles that the facts alone show: each said once, with a way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from planning.picture import FACTS, backend, codes, given, granted, holding, planned, tables
from samples import sample

from starrocks_restore_kernel.cluster import (
    BackupSample,
    MaterializedView,
    Partition,
    Partitions,
    Repository,
    SnapshotContents,
    SnapshotObject,
    TableConfiguration,
)
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.planning import Facts, Plan, Unknown, Verdict

GIGABYTE = 2**30


def told(made: Plan, code: str) -> tuple[str, str | None]:
    """The message and the hint of the one finding with a code."""
    (found,) = [each for each in made.findings if each.code == code]
    return found.message, found.hint


def overwriting(**more: Any) -> Facts:
    """The orders are there, in one partition that the snapshot has and one that it lacks."""
    here = [Partition("p1", "[types: …", 1, 1, rows=1, bytes=GIGABYTE), Partition("old", "[types: …", 1, 1)]
    known = TableConfiguration("orders", "OLAP", "DUP_KEYS", partition_key="`dt`")
    parts: dict[str, Any] = {
        "tables": tables("orders"),
        "configurations": {"orders": known},
        "partitions": Partitions.of({"orders": here}),
    }
    return holding(**{**parts, **more})


def test_an_untroubled_plan_says_little() -> None:
    """A table that is gone comes back: nothing to mind but what SQL does not show."""
    made = planned("ON (orders)")

    assert ([], [], ["SRR244"]) == (codes(made, "error"), codes(made, "warning"), codes(made, "info"))
    assert Verdict.SAFE is made.verdict


def test_a_running_backup_holds_the_slot_as_a_restore_does() -> None:
    """Both are named; of external catalogs in other words."""
    backup = BackupSample(1, "nightly", "shop", "UPLOADING", "", None, None, "[OK]")
    _, hint = told(planned("ON (orders)", holding(backup=backup)), "SRR205")
    facts = given(target={"database": None, "restore": sample("DOWNLOADING", 3)}, repository={"contents": None})
    message, _ = told(planned("ALL EXTERNAL CATALOGS", facts, head="snap FROM repo"), "SRR205")

    assert "the backup nightly is UPLOADING in shop: wait for it" == hint
    assert "Can only run one backup or restore job of external catalog" == message


def test_leftovers_are_counted() -> None:
    """Partitions of what is overwritten, and objects only where the whole database is restored."""
    whole = overwriting(tables=tables("orders", "mine", "yours"))
    message, _ = told(planned("", whole), "SRR238")

    assert (
        "What only the cluster has stays, as a restore merges: partitions: 1 of orders; objects: mine, yours" == message
    )
    assert told(planned("ON (orders)", whole), "SRR238")[0].endswith("merges: partitions: 1 of orders")


def test_materialized_views_over_what_is_overwritten_are_named() -> None:
    """By the names in their text; where they were not read, that is said."""
    views = {
        "sums": MaterializedView("sums", active=True, definition="SELECT * FROM `shop`.`orders`"),
        "other": MaterializedView("other", active=True, definition="SELECT * FROM reorders"),
    }
    message, hint = told(planned("ON (orders)", overwriting(materialized_views=views)), "SRR239")

    assert message.endswith(": sums")
    assert "REFRESH MATERIALIZED VIEW sums FORCE afterwards" == hint
    for unread in (overwriting(materialized_views=None), overwriting(complete=False)):
        assert "not all of them could be seen" in told(planned("ON (orders)", unread), "SRR239")[0]


@pytest.mark.parametrize(("start", "warned"), [("-7", True), ("-2147483648", False), (None, False)])
def test_dynamic_partitions_are_minded_where_something_is_dropped(start: str | None, warned: bool) -> None:
    """Only a window with a beginning drops."""
    properties = {"dynamic_partition.enable": "true", "dynamic_partition.time_unit": "DAY"}
    if start is not None:
        properties["dynamic_partition.start"] = start
    known = TableConfiguration("orders", "OLAP", "DUP_KEYS", partition_key="`dt`", properties=properties)
    made = planned("ON (orders)", overwriting(configurations={"orders": known}))

    assert warned is ("SRR237" in codes(made, "warning"))
    assert not warned or told(made, "SRR237")[0].endswith(": orders (start -7 DAY)")


def test_the_default_replica_number_is_said_where_something_new_would_have_it() -> None:
    """On three hosts it works, and is seldom what was meant."""
    three = given(cluster={"backends": tuple(backend(f"10.0.0.{at}") for at in range(3))})

    assert (
        "replication_num is left to the default: orders will have 3"
        == told(planned("ON (orders)", three, properties=""), "SRR240")[0]
    )
    assert "SRR240" not in codes(planned("ON (orders)", three), "warning")


def test_colocation_is_said_to_be_kept_only_where_it_is() -> None:
    """By the configuration; unread, the sentence is open."""
    words = {"true": "come back with their", "false": "come back without their", None: "unless enable_colocate_restore"}
    for value, expected in words.items():
        settings = {} if value is None else {"enable_colocate_restore": value}
        facts = given(cluster={"configuration": {**(FACTS.cluster.configuration or {}), **settings}})
        if value is None:
            facts = given(cluster={"configuration": {}})
        assert expected in told(planned("ON (orders)", facts), "SRR244")[0]


def test_kind_words_that_contradict_are_told() -> None:
    """A word that fits is passed over."""
    made = planned("ON (VIEW orders, TABLE daily, TABLE items)")

    assert [
        "The server ignores the word VIEW: orders is a table or materialized view in the snapshot, and is restored",
        "The server ignores the word TABLE: daily is a view in the snapshot, and is restored",
    ] == [each.message for each in made.findings if each.code == "SRR241"]
    assert "SRR107" not in codes(made, "info")


# -- machines


def test_disks_are_judged_by_the_fullest() -> None:
    """The rule is of each disk; how much is free on one is not told."""
    full = backend("10.0.0.1", fullest_disk_percent=96.5, available=GIGABYTE)
    message, _ = told(planned("ON (orders)", given(cluster={"backends": (full,)})), "SRR229")

    assert message.startswith(
        "The fullest disk of backend 10.0.0.1 (10.0.0.1) is 96.5 % full, and all its disks have 1 GB left: "
        "over 95 % with less than 100 GB the job fails with 'disk … on backend 10.0.0.1 exceed limit usage'"
    )
    roomy = replace(full, available=500 * GIGABYTE)
    assert (
        "what it has left is not shown"
        in told(planned("ON (orders)", given(cluster={"backends": (roomy,)})), "SRR229")[0]
    )
    half = replace(full, fullest_disk_percent=50.0)
    assert "SRR229" not in codes(planned("ON (orders)", given(cluster={"backends": (half,)})), "warning")


def test_old_and_new_must_fit_side_by_side() -> None:
    """What is overwritten is the only sign of how much comes."""
    facts = overwriting()
    little = replace(facts, cluster=replace(facts.cluster, backends=(backend("10.0.0.1", available=1000),)))

    assert "old and new lie side by side" in told(planned("ON (orders)", little), "SRR229")[0]


@pytest.mark.parametrize(
    ("timeout", "rate", "severity"),
    [("600", None, "info"), ("", None, None), ("600", 2**20, "warning"), ("600", 2**24, None), ("", 2**10, "warning")],
)
def test_time_is_judged_by_earlier_restores_and_else_only_told(
    timeout: str, rate: float | None, severity: str | None
) -> None:
    """A gigabyte in ten minutes, or in a day; nobody guesses a rate."""
    properties = '"replication_num" = "1"' + (f', "timeout" = "{timeout}"' if timeout else "")
    made = planned("ON (orders)", overwriting(), properties=properties, rate=rate)

    assert [severity] * (severity is not None) == [each.severity for each in made.findings if each.code == "SRR230"]


def test_dead_backends_and_a_silent_repository_are_told() -> None:
    """Both make a job wait, or fail later."""
    two = (backend("10.0.0.1"), backend("10.0.0.2", alive=False))
    failing = Repository("repo", read_only=False, location="s3://b", error="timed out")
    made = planned("ON (orders)", given(cluster={"backends": two}, repository={"repositories": (failing,)}))

    assert ["SRR242", "SRR243"] == codes(made, "warning")


def test_a_shared_data_cluster_is_told_and_defaults_to_one_replica() -> None:
    """There are no backends to hold one either."""
    facts = given(cluster={"configuration": {"run_mode": "shared_data"}, "backends": ()})
    made = planned("ON (orders)", facts, properties="")

    assert "failed to find 1 different hosts to create table: orders" == told(made, "SRR210")[0]
    assert ["SRR214"] == codes(made, "warning")


# -- rights


def test_what_a_hidden_role_may_grant_is_a_warning() -> None:
    """Nobody is blocked by what may not be read; a refusal by the server is proof."""
    user = granted("CREATE TABLE ON DATABASE shop", unread=("public",))
    facts = replace(FACTS, user=user)
    proof = "Access denied; you need (at least one of) the REPOSITORY privilege(s) on SYSTEM for this operation."
    proven = replace(facts, unknown=(Unknown("repository.contents", "the snapshot's contents", proof),))

    assert ["SRR220"] == codes(planned("ON (orders)", facts), "warning")
    assert told(planned("ON (orders)", facts), "SRR220")[0].endswith("(unless public has it, which is not shown)")
    assert ["SRR220"] == codes(planned("ON (orders)", proven), "error")
    assert proof == told(planned("ON (orders)", replace(proven, user=replace(user, grants=None))), "SRR220")[0]


def test_many_missing_rights_are_mended_at_once() -> None:
    """INSERT is asked of each table that is there under its name in the snapshot."""
    user = granted("REPOSITORY ON SYSTEM", "CREATE TABLE ON DATABASE shop")
    facts = replace(holding(tables=tables("orders", "items")), user=user)
    message, hint = told(planned("ON (orders AS o2, items AS i2)", facts), "SRR220")

    assert "the INSERT privilege(s) on TABLE orders" in message
    assert message.endswith("So for items.")
    assert "GRANT INSERT ON ALL TABLES IN DATABASE shop TO USER 'ann'@'%'" == hint
    assert [] == codes(planned("ON (ALL TABLES)", facts), "error")


def test_the_right_to_make_databases_is_asked_of_the_session_s_catalog() -> None:
    """A session in another catalog is asked for that one."""
    user = granted("REPOSITORY ON SYSTEM")
    session = replace(user.session, catalog="lake")  # type: ignore[type-var]
    message, hint = told(planned("", replace(FACTS, user=replace(user, session=session))), "SRR220")

    assert "the CREATE DATABASE privilege(s) on CATALOG lake" in message
    assert "GRANT CREATE DATABASE ON CATALOG lake TO USER 'ann'@'%'" == hint


def test_external_catalogs_need_a_right_of_their_own() -> None:
    """And no other beside REPOSITORY."""
    facts = replace(given(target={"database": None}), user=granted("REPOSITORY ON SYSTEM"))

    assert (
        "GRANT CREATE EXTERNAL CATALOG ON SYSTEM TO USER 'ann'@'%'"
        == told(planned("ALL EXTERNAL CATALOGS", facts, head="snap FROM repo"), "SRR220")[1]
    )


# -- many


def test_of_many_alike_the_first_are_told_and_the_rest_counted() -> None:
    """A thousand tables with another replica number are no thousand findings."""
    names = [f"t{number:04}" for number in range(1000)]
    facts = holding(
        tables=tables(*names), partitions=Partitions.of({name: [Partition(name, "", 1, 3)] for name in names})
    )
    inside = SnapshotContents("snap", "", "shop", tuple(SnapshotObject(name, (name,)) for name in names))
    made = planned("", replace(facts, repository=replace(facts.repository, contents=inside)))
    found = [each.message for each in made.findings if each.code == "SRR211"]

    assert 6 == len(found)
    assert found[-1].endswith("so for t0005, t0006, t0007 and 992 more")
    assert "(and 5 more)" in made.why


def test_a_split_puts_what_is_new_where_it_fits() -> None:
    """Three replicas are there, and one host is left: the new table goes with a statement of one replica."""
    facts = holding(tables=tables("orders"), partitions=Partitions.of({"orders": [Partition("p1", "", 1, 3)]}))
    made = planned("ON (orders PARTITION (p1), items)", facts)
    _, hint = told(made, "SRR217")

    assert 'write 2 statements: "replication_num" = "1" with ON (items); "replication_num" = "3" with ON (' in str(hint)
    assert str(hint).endswith("ON (orders PARTITION (p1))")


def test_hints_are_statements_that_can_be_read() -> None:
    """What stands behind a GRANT is for the server; the split's items are for our own parser."""
    facts = holding(
        tables=tables("order", "items"),
        partitions=Partitions.of({"order": [Partition("1", "", 1, 3)], "items": [Partition("items", "", 1, 1)]}),
    )
    inside = SnapshotContents(
        "snap", "", "shop", (SnapshotObject("items", ("items",)), SnapshotObject("order", ("1",)))
    )
    made = planned("", replace(facts, repository=replace(facts.repository, contents=inside)))
    _, hint = told(made, "SRR217")

    for part in str(hint).partition(": ")[2].split("; "):
        number, _, on = part.partition(" with ")
        parse(f"RESTORE SNAPSHOT shop.snap FROM repo {on} PROPERTIES ({number})")
