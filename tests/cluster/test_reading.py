"""Rows to values: what the server sends, and what it sends on bad days."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scripted import NOW, rows

from starrocks_restore_kernel.cluster import (
    Answer,
    Backend,
    Catalog,
    FrontendNode,
    Question,
    Repository,
    Session,
    Snapshot,
    SnapshotObject,
    reading,
)
from starrocks_restore_kernel.cluster.sizes import parse_percent, parse_size
from starrocks_restore_kernel.errors import ServerError

STAMP = "2026-01-01-00-00-00-000"


def read(question: Question[Any], *found: dict[str, Any]) -> Any:
    """The value of an answer with these rows."""
    columns = tuple(found[0]) if found else ()
    return question.value(Answer(columns, [tuple(row.values()) for row in found]))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0.000 ", 0),
        ("512.000 B", 512),
        ("1.500 TB", 1649267441664),
        ("100.000 GB", 107374182400),
        ("1.2KB", 1229),
        (7, 7),
        ("", None),
        (None, None),
        ("N/A", None),
        ("-1", None),
    ],
)
def test_sizes_are_read_back(text: object, size: int | None) -> None:
    """As DebugUtil.java and ByteSizeValue.java print them; unknown is None."""
    assert size == parse_size(text)


@pytest.mark.parametrize(("text", "share"), [("12.34 %", 12.34), ("0.00 %", 0.0), (None, None), ("N/A", None)])
def test_shares_are_read_back(text: object, share: float | None) -> None:
    """As BackendsProcDir.java prints them."""
    assert share == parse_percent(text)


def test_backends_are_numbers() -> None:
    """A shared-data cluster has more columns, an old one fewer; neither does harm."""
    names = "BackendId IP Alive SystemDecommissioned AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct WorkerId"
    found = rows(
        names,
        ("1", "10.0.0.1", "true", "false", "1.000 GB", "4.000 GB", "75.00 %", "80.50 %", "9"),
        ("2", "10.0.0.2", "false", "false", None, None, None, None, None),
        ("3", "10.0.0.3", "true", "true", "1.000 GB", "4.000 GB", "75.00 %", "80.50 %", "9"),
    )
    good, dead, leaving = read(reading.backends(), *found)

    assert Backend("1", "10.0.0.1", True, False, 2**30, 2**32, 75.0, 80.5) == good
    assert [True, False, False] == [each.takes_replicas for each in (good, dead, leaving)]


def test_frontends() -> None:
    """Who they are, and which leads."""
    found = rows(
        "Name IP QueryPort Role Alive Version ErrMsg", ("fe1", "10.0.0.1", "9030", "LEADER", "true", "4.1", "")
    )

    assert (FrontendNode("fe1", "10.0.0.1", 9030, "LEADER", True, "4.1"),) == read(reading.frontends(), *found)


def test_of_the_configuration_only_what_a_restore_depends_on_is_kept() -> None:
    """The rest may hold secrets."""
    found = rows("Key Value", ("run_mode", "shared_nothing"), ("ldap_bind_root_pwd", "s3cret"))

    assert {"run_mode": "shared_nothing"} == read(reading.configuration(), *found)


@pytest.mark.parametrize(("text", "roles"), [("NONE", ()), ("root", ("root",)), ("a, b", ("a", "b"))])
def test_the_session(text: str, roles: tuple[str, ...]) -> None:
    """The active roles are one text there."""
    found = rows("version user roles catalog db", ("4.1-abc", "'ann'@'%'", text, "default_catalog", ""))

    assert Session("4.1-abc", "'ann'@'%'", roles, "default_catalog", None) == read(reading.session(), *found)


def test_repositories_and_catalogs() -> None:
    """An empty ErrMsg is none."""
    names = "RepoId RepoName CreateTime IsReadOnly Location Broker ErrMsg"
    found = rows(names, ("1", "vault", "2026-01-01 00:00:00", "true", "s3://b", "", ""))

    assert (Repository("vault", True, "s3://b", "2026-01-01 00:00:00"),) == read(reading.repositories(), *found)
    assert (Catalog("hive", "Hive"),) == read(reading.catalogs(), *rows("Catalog Type Comment", ("hive", "Hive", None)))


@pytest.mark.parametrize(
    ("cell", "status", "value", "usable"),
    [
        (STAMP, "OK", Snapshot("s", (STAMP,), "OK"), True),
        (f"{STAMP}\n2026-02", "OK", Snapshot("s", (STAMP, "2026-02"), "OK"), True),
        (f"Invalid: __x.part\n{STAMP}", "OK", Snapshot("s", (STAMP,), "OK", ("__x.part",)), True),
        ("Invalid: __x.part", "OK", Snapshot("s", (), "OK", ("__x.part",)), False),
        ("", "ERROR: no snapshot", Snapshot("s", (), "ERROR: no snapshot"), False),
        (None, "ERROR: Failed to get info: gone", Snapshot("s", (), "ERROR: Failed to get info: gone"), False),
    ],
)
def test_snapshots(cell: str | None, status: str, value: Snapshot, usable: bool) -> None:
    """Several timestamps in a cell, what an upload left behind, no snapshot at all; and the columns of 4.2."""
    found = rows("Snapshot Timestamp Status ClusterId TTL", ("s", cell, status, "1", None))

    assert (value,) == read(reading.snapshots("vault"), *found)
    assert usable is value.usable


def contents(details: object, status: str = "OK", database: str | None = "shop") -> Any:
    """The contents that a row gives."""
    found = rows("Snapshot Timestamp Database Details Status TTL", ("s", STAMP, database, details, status, None))
    return read(reading.contents("vault", "s", STAMP), *found)


def test_contents_are_in_the_order_of_names() -> None:
    """The server's order is that of a hash map."""
    objects = {"v": {"partitions": {}}, "a": {"autoIncrementId": 7, "partitions": {"p1": {}, "p2": {}}}}
    inside = contents(json.dumps({"backup_objects": objects}))

    assert (SnapshotObject("a", ("p1", "p2"), 7), SnapshotObject("v", ())) == inside.objects
    assert ("OK", "shop") == (inside.status, inside.database)


@pytest.mark.parametrize(
    "details", [None, "", "{", "{}", "[]", '{"backup_objects": []}', '{"backup_objects": {"a": 1}}']
)
def test_broken_details_are_a_status(details: str | None) -> None:
    """And not an empty snapshot."""
    inside = contents(details)

    assert inside.status.startswith("its Details cannot be read: ")
    assert () == inside.objects


def test_contents_that_the_server_could_not_read() -> None:
    """Its words are kept; no row at all is told too."""
    text = "Failed to get info: Expected one file with path: x. get: 0"

    assert text == contents(None, text, None).status
    assert "the server sent no row" == read(reading.contents("vault", "s", STAMP)).status


def test_jobs() -> None:
    """A row of each kind; a catalogs' job has no id."""
    backup = rows(
        "JobId SnapshotName DbName State BackupObjs Status", ("7", "s", "shop", "UPLOADING", "[shop.a]", "[OK]")
    )
    restore = rows("JobId Label DbName State Status", ("-1", "s", "", "PENDING", "[OK]"))
    (saved,) = read(reading.backup_jobs("shop"), *backup)
    (restored,) = read(reading.restore_jobs(None, lambda: NOW), *restore)

    assert (7, "s", "shop", False) == (saved.job_id, saved.label, saved.database, saved.ended)
    assert (-1, "", NOW) == (restored.job_id, restored.database, restored.read_at)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (reading.backends(), rows("BackendId IP", ("1", "h"))),
        (reading.frontends(), rows("Name IP QueryPort Role Alive", ("a", "b", "many", "LEADER", "true"))),
        (reading.restore_jobs(None, lambda: NOW), rows("State", ("DREAMING",))),
        (reading.session(), []),
    ],
)
def test_an_answer_that_cannot_be_read_is_an_error_and_no_value(question: Question[Any], found: list[Any]) -> None:
    """A column that is gone, a number that is none, a state of another release."""
    with pytest.raises(ServerError, match="the answer"):
        read(question, *found)
