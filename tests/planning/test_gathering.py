"""Gathering the facts: which questions are put, in how many round trips, and what is made of refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from answers import (
    MATERIALIZED,
    PARTITIONS,
    SCHEMA,
    SCRIPT,
    STAMP,
    TABLES,
    asked,
    gathered,
    statement,
    unknown,
)
from road import backed_up, restore
from samples import row
from scripted import DENIED, rows, unknown_database

from starrocks_restore_kernel.cluster import Frontend, TableKind
from starrocks_restore_kernel.errors import ConnectionFailed
from starrocks_restore_kernel.facade import Cluster
from starrocks_restore_kernel.planning import gather

MOST = 12
"""Round trips that a usual plan may take."""

# -- in the sandbox


class Counted:
    """Counts what goes to a frontend."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent = 0
        cursor = Frontend._cursor

        @contextmanager
        def counted(frontend: Frontend, **options: Any) -> Iterator[Any]:
            self.sent += 1
            with cursor(frontend, **options) as found:
                yield found

        monkeypatch.setattr(Frontend, "_cursor", counted)


@pytest.mark.parametrize("on", ["", "ON (orders)", "ON (orders, customers AS patrons)"])
def test_a_usual_plan_takes_no_more_than_a_dozen_round_trips(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, on: str
) -> None:
    """With nothing known before; and fewer with the picture that a cluster keeps."""
    sql = restore(backed_up(cluster), on)
    counted = Counted(monkeypatch)
    facts = gather(cluster.frontend, statement(sql), cluster.version)
    cold, counted.sent = counted.sent, 0
    cluster.plan(sql)
    filling, counted.sent = counted.sent, 0
    cluster.plan(sql)

    assert 0 < counted.sent < filling <= MOST
    assert cold <= MOST
    assert facts.target.exists


def test_the_facts_of_the_shop(cluster: Cluster) -> None:
    """Each part has what the sandbox shows of it."""
    stamp = backed_up(cluster)
    facts = gather(cluster.frontend, statement(restore(stamp, "")), cluster.version)
    target = facts.target

    assert ["shop", True, None] == [target.database, target.exists, target.only]
    assert target.tables is not None
    assert TableKind.VIEW is target.tables["daily_revenue"].kind
    assert 12_000 == target.tables["orders"].rows
    assert target.partitions is not None
    assert 6 == len(target.partitions["orders"])
    assert {"p202401"} < set(target.partitions.replicas("orders"))
    assert target.configurations is not None
    assert "DUP_KEYS" == target.configurations["orders"].model
    assert target.states is not None
    assert "NORMAL" == target.states["orders"]
    assert target.views is not None
    assert "SELECT" in target.views["daily_revenue"]
    assert ("monday", "FINISHED", None) == (target.backup.label, target.backup.state, target.running_backup)
    assert facts.repository.contents is not None
    assert "OK" == facts.repository.contents.status
    assert facts.repository.snapshots is None
    assert "shared_nothing" == facts.cluster.run_mode
    assert facts.cluster.hosts
    assert facts.cluster.leader is not None
    assert facts.user.session is not None
    assert facts.user.session.user.startswith("'root'")


def test_the_same_facts_come_again(cluster: Cluster) -> None:
    """Who answers first plays no part."""
    asking = statement(restore(backed_up(cluster), ""))

    assert gather(cluster.frontend, asking, "4.1").target == gather(cluster.frontend, asking, "4.1").target


def test_a_database_that_is_not_there_is_known_not_to_be(cluster: Cluster) -> None:
    """Without a right to see databases, too: the name is looked up first."""
    asking = statement(restore(backed_up(cluster), "", head="monday FROM vault DATABASE shop AS fresh"))
    target = gather(cluster.frontend, asking, "4.1").target

    assert ("fresh", False, {}, {}) == (target.database, target.exists, target.tables, target.states)


def test_a_frontend_that_is_gone_gives_no_facts(cluster: Cluster) -> None:
    """Not even the kept ones."""
    error = ConnectionFailed("gone")
    for lost in ("SHOW BACKENDS", "SHOW REPOSITORIES", PARTITIONS, TABLES):
        with pytest.raises(ConnectionFailed):
            gathered(script={lost: error})


# -- by the script


def test_what_is_asked_for_nothing_is_unknown() -> None:
    """The script's usual user; each part is there."""
    facts, frontend = gathered()

    assert () == facts.unknown
    assert len(frontend.sent) <= MOST
    assert {"orders": "NORMAL"} == facts.target.states
    assert TableKind.MATERIALIZED_VIEW is (facts.target.tables or {})["sums"].kind
    assert () == facts.target.functions


@pytest.mark.parametrize(
    ("refused", "part"),
    [
        ("SHOW FRONTENDS", "cluster.frontends"),
        ("SHOW BACKENDS", "cluster.backends"),
        ("ADMIN SHOW FRONTEND CONFIG", "cluster.configuration"),
        ("SELECT current_version", "user.session"),
        ("SHOW GRANTS", "user.grants"),
        ("SHOW REPOSITORIES", "repository.repositories"),
        (PARTITIONS, "target.partitions"),
        (TABLES, "target.tables"),
        ("SELECT TABLE_NAME, TABLE_ENGINE", "target.configurations"),
        ("SELECT TABLE_NAME, VIEW_DEFINITION", "target.views"),
        (MATERIALIZED, "target.materialized_views"),
        ("SHOW FULL FUNCTIONS", "target.functions"),
        ('SHOW PROC "/dbs/shop"', "target.states"),
        ("SHOW RESTORE", "target.restore"),
        ("SHOW BACKUP", "target.backup"),
    ],
)
def test_what_is_refused_is_unknown_with_the_reason(refused: str, part: str) -> None:
    """None in its place, and the rest is there all the same."""
    script = {key: DENIED for key in SCRIPT if key.startswith(refused) and "ROLE" not in key} | {refused: DENIED}
    facts, _ = gathered(script=script)
    room, name = part.split(".")

    assert part in unknown(facts)
    assert DENIED.message == next(each.reason for each in facts.unknown if each.part == part)
    assert getattr(getattr(facts, room), name) is None
    assert set(unknown(facts)) <= {part, "user.grants", "target.backup", "target.complete"}
    assert ("user.grants" in unknown(facts)) is (facts.user.grants is None)


def test_partitions_that_break_off_are_unknown() -> None:
    """Half a listing is none."""
    facts, _ = gathered(script={PARTITIONS: [*SCRIPT[PARTITIONS], DENIED]})

    assert facts.target.partitions is None
    assert ["target.partitions"] == unknown(facts)


def test_who_may_see_nothing_is_told_of_nothing() -> None:
    """No table is seen and no right is held: whether there is a database is not known, and nothing is empty."""
    script = dict.fromkeys(SCRIPT, DENIED) | {key: [] for key in SCRIPT if key.startswith(SCHEMA)}
    facts, _ = gathered(script=script)

    assert facts.target.exists is None
    assert "target.exists" in unknown(facts)
    assert {"cluster.backends", "user.session", "target.restore", "target.states"} <= set(unknown(facts))


def test_grants_come_through_roles_within_roles() -> None:
    """What an active role was granted is active; a granted role that is not active is told apart."""
    grants = gathered()[0].user.grants

    assert grants is not None
    assert (("keeper", "deep"), ("spare",), ("public",)) == (grants.active, grants.inactive, grants.unread)
    assert grants.holds("REPOSITORY", "SYSTEM")
    assert not grants.holds("OPERATE", "SYSTEM")


@pytest.mark.parametrize(
    ("grants", "job", "hidden"),
    [
        (SCRIPT["SHOW GRANTS"], [], False),
        ([], [], True),
        ([], [row("DOWNLOADING")], False),
    ],
)
def test_a_backup_may_hide_from_who_may_not_export(grants: list[Any], job: list[Any], hidden: bool) -> None:
    """SHOW BACKUP is then empty without an error; a restore in the slot says that no backup is there."""
    facts, _ = gathered(script={"SHOW GRANTS": grants, "SHOW RESTORE": job})

    assert hidden is ("target.backup" in unknown(facts))
    assert bool(job) is (facts.target.running_restore is not None)


ALL_KINDS = [
    "GRANT ALTER ON ALL TABLES IN DATABASE shop TO USER 'ann'@'%'",
    "GRANT ALTER ON ALL VIEWS IN ALL DATABASES TO USER 'ann'@'%'",
    "GRANT ALTER ON ALL MATERIALIZED_VIEWS IN DATABASE shop TO USER 'ann'@'%'",
]


@pytest.mark.parametrize(
    ("states", "grants", "complete", "hidden", "free"),
    [
        (rows("TableName State", ("orders", "NORMAL"), ("sums", "NORMAL")), [], True, set(), True),
        (rows("TableName State", ("orders", "NORMAL"), ("daily", "NORMAL")), [], True, {"daily"}, False),
        (DENIED, ALL_KINDS, True, set(), True),
        (DENIED, ALL_KINDS[:2], False, set(), None),
        (DENIED, [], False, set(), None),
    ],
)
def test_a_table_that_is_not_listed_may_be_hidden(
    states: Any, grants: list[str], complete: bool, hidden: set[str], free: bool | None
) -> None:
    """information_schema leaves out without a word what the user has no right on; SHOW PROC leaves out nothing."""
    granted = rows("UserIdentity Catalog Grants", *[("'ann'@'%'", "default_catalog", text) for text in grants])
    facts, _ = gathered(script={'SHOW PROC "/dbs/shop"': states, "SHOW GRANTS": granted})

    assert (complete, hidden) == (facts.target.complete, facts.target.hidden)
    assert complete is ("target.complete" not in unknown(facts))
    assert (False, free) == (facts.target.free("orders"), facts.target.free("daily"))


def test_only_the_names_that_matter_are_looked_up() -> None:
    """Aliases are in the target, and of source names the right to INSERT is asked; views of any name may read them."""
    facts, frontend = gathered(asked(on="ON (orders AS old, TABLE items)"))
    looked = [sql for text in frontend.sent for sql in text.split(";\n") if sql.startswith(SCHEMA)]

    assert frozenset({"orders", "old", "items"}) == facts.target.only
    assert 5 == len(looked)
    assert [MATERIALIZED] == [
        sql[: len(MATERIALIZED)] for sql in looked if not sql.endswith('IN ("items", "old", "orders")')
    ]
    assert facts.target.functions is None
    assert all("FUNCTIONS" not in text for text in frontend.sent)


@pytest.mark.parametrize("on", ["", "ON (ALL TABLES)", "ON (orders AS old, ALL VIEWS)"])
def test_all_means_all(on: str) -> None:
    """Without names there is nothing to leave out."""
    facts, frontend = gathered(asked(on=on))

    assert facts.target.only is None
    assert all(" IN (" not in text for text in frontend.sent)


def test_functions_alone_need_no_table() -> None:
    """And no IN without a name in it."""
    facts, frontend = gathered(asked(on="ON (FUNCTION f)"))

    assert frozenset() == facts.target.only
    assert () == facts.target.functions
    assert all("IN ()" not in text for text in frontend.sent)


def test_the_target_may_be_known_only_by_the_snapshot() -> None:
    """Then it is looked at second."""
    facts, _ = gathered(asked("monday FROM vault"))

    assert ("shop", True) == (facts.target.database, facts.target.exists)


@pytest.mark.parametrize("details", ["{", None])
def test_without_contents_such_a_target_stays_unknown(details: str | None) -> None:
    """No database is guessed from a label."""
    key = f'SHOW SNAPSHOT ON vault WHERE SNAPSHOT = "monday" AND TIMESTAMP = "{STAMP}"'
    broken = rows("Snapshot Timestamp Database Details Status", ("monday", STAMP, "shop", details, "OK"))
    facts, _ = gathered(asked("monday FROM vault"), script={key: broken})

    assert (None, None) == (facts.target.database, facts.target.exists)
    assert facts.repository.contents is not None
    assert "OK" != facts.repository.contents.status
    assert facts.repository.snapshots is not None


def test_catalogs_have_a_slot_of_their_own() -> None:
    """Their job has no database, and the catalogs that would be dropped are listed."""
    sql = 'RESTORE SNAPSHOT monday FROM vault ALL EXTERNAL CATALOGS PROPERTIES ("backup_timestamp" = "x")'
    jobs = [row("DOWNLOADING"), row("PENDING", DbName="", JobId="-1")]
    facts, _ = gathered(statement(sql), script={"SHOW RESTORE": jobs})

    assert facts.target.running_restore is not None
    assert "" == facts.target.running_restore.database
    assert ["hive"] == [each.name for each in facts.target.catalogs or ()]


def test_a_timestamp_that_is_not_there_is_answered_with_those_that_are() -> None:
    """The server's word of a missing file helps nobody."""
    failed = rows(
        "Snapshot Timestamp Database Details Status", ("monday", "x", None, None, "Failed to get info: get: 0")
    )
    key = 'SHOW SNAPSHOT ON vault WHERE SNAPSHOT = "monday" AND TIMESTAMP = "x"'
    repository = gathered(asked(stamp="x"), script={key: failed})[0].repository

    assert repository.contents is None
    assert [(STAMP,)] == [each.timestamps for each in repository.snapshots or ()]


def test_a_label_that_is_not_there_is_answered_with_all_of_them() -> None:
    """To suggest another; the whole listing is dear, so it is made only then."""
    none = rows("Snapshot Timestamp Status", ("tuesday", "", "ERROR: no snapshot"))
    key = 'SHOW SNAPSHOT ON vault WHERE SNAPSHOT = "tuesday"'
    facts, frontend = gathered(asked("shop.tuesday FROM vault"), script={key: none})
    listing = [text for text in frontend.sent if text == "SHOW SNAPSHOT ON vault"]

    assert 1 == len(listing)
    assert ["monday", "sunday"] == [each.label for each in facts.repository.snapshots or ()]


def test_of_a_repository_that_is_not_there_nothing_more_is_asked() -> None:
    """The list of those there are says it."""
    facts, frontend = gathered(asked("shop.monday FROM vaults"), script={"SHOW SNAPSHOT ON vaults": DENIED})

    assert (None, None) == (facts.repository.snapshots, facts.repository.contents)
    assert [] == unknown(facts)
    assert 1 == sum("SHOW SNAPSHOT" in text for text in frontend.sent)


def test_a_missing_database_stops_the_questions_about_it() -> None:
    """The first of them tells, and is sent once."""
    facts, frontend = gathered(script={"SHOW RESTORE FROM shop": unknown_database("shop")})

    assert facts.target.exists is False
    assert 1 == sum("SHOW RESTORE" in text for text in frontend.sent)
    assert () == facts.unknown


def test_a_name_that_looks_like_an_id_is_not_taken_for_one() -> None:
    """SHOW PROC would show the tables of another database."""
    facts, frontend = gathered(
        asked("`2024`.monday FROM vault"),
        script={
            "SHOW FULL FUNCTIONS FROM `2024`": [],
            "SHOW PROC '/dbs'": rows("DbId DbName", ("7", "2024"), ("2024", "other")),
            'SHOW PROC "/dbs/7"': rows("TableName State", ("t", "RESTORE")),
        },
    )

    assert {"t": "RESTORE"} == facts.target.states
    assert all('"/dbs/2024"' not in text for text in frontend.sent)


def test_a_frontend_that_takes_one_statement_at_a_time_gives_the_same_facts() -> None:
    """A proxy costs round trips, and nothing else."""
    assert gathered()[0] == gathered(several=False)[0]
