"""What may come next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starrocks_restore_kernel.language import complete, parse
from starrocks_restore_kernel.language.completion import Completion


class Known:
    """A small cluster, as a caller's cache would give it."""

    def repositories(self) -> tuple[str, ...]:
        return ("vault", "attic")

    def snapshots(self, repository: str | None) -> tuple[str, ...]:
        return ("monday", "2024") if repository in {None, "vault"} else ()

    def timestamps(self, repository: str | None, label: str | None) -> tuple[str, ...]:
        return ("2024-12-09-10-25-58-842",) if (repository, label) == ("vault", "monday") else ()

    def databases(self) -> tuple[str, ...]:
        return ("shop", "stock")

    def sources(self, repository: str | None, label: str | None) -> tuple[str, ...]:
        return ("shop",) if (repository, label) == ("vault", "monday") else ()

    def objects(self, repository: str | None, label: str | None) -> tuple[str, ...]:
        return ("orders", "order", "customers") if (repository, label) == ("vault", "monday") else ()

    def partitions(self, repository: str | None, label: str | None, table: str) -> tuple[str, ...]:
        return ("p1", "p 2") if (repository, label, table) == ("vault", "monday", "orders") else ()


def offered(text: str, version: str = "4.1") -> list[str]:
    """What is offered at the bar in a text."""
    offset = text.index("|")
    return [each.replacement for each in complete(text.replace("|", ""), offset, Known(), version)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|", ["RESTORE", "BACKUP", "CANCEL", "SHOW", "CREATE", "DROP"]),
        ("re|", ["RESTORE"]),
        ("RESTORE |", ["SNAPSHOT"]),
        ("RESTORE SNAPSHOT |", ["monday", "`2024`"]),
        ("RESTORE SNAPSHOT | FROM attic", []),
        ("RESTORE SNAPSHOT monday |", ["FROM"]),
        ("RESTORE SNAPSHOT monday FROM |", ["vault", "attic"]),
        ("RESTORE SNAPSHOT monday FROM va|", ["vault"]),
        ("RESTORE SNAPSHOT monday FROM vault |", ["ALL", "EXTERNAL", "DATABASE", "ON", "PROPERTIES"]),
        ("RESTORE SNAPSHOT monday FROM vault DATABASE |", ["shop"]),
        ("RESTORE SNAPSHOT monday FROM vault DATABASE shop AS |", ["shop", "stock"]),
        ("RESTORE SNAPSHOT shop.monday FROM vault ON (|", None),
        ("RESTORE SNAPSHOT shop.monday FROM vault ON (or|", ["orders", "`order`"]),
        ("RESTORE SNAPSHOT shop.monday FROM vault ON (`or|`)", ["orders", "`order`"]),
        ("RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE orders PARTITION (|", ["p1", "`p 2`"]),
        ("RESTORE SNAPSHOT shop.monday FROM vault ON (orders PARTITION (p1, |) AS x)", ["p1", "`p 2`"]),
        (
            "RESTORE SNAPSHOT shop.monday FROM vault ON (ALL |",
            ["MATERIALIZED", "TABLE", "TABLES", "VIEW", "VIEWS", "FUNCTION", "FUNCTIONS"],
        ),
        ('RESTORE SNAPSHOT s FROM vault PROPERTIES ("re|', ['"replication_num"']),
        ('RESTORE SNAPSHOT monday FROM vault PROPERTIES ("backup_timestamp" = |', ['"2024-12-09-10-25-58-842"']),
        ('RESTORE SNAPSHOT monday FROM vault PROPERTIES ("backup_timestamp" = "2|")', ['"2024-12-09-10-25-58-842"']),
        ('RESTORE SNAPSHOT s FROM vault PROPERTIES ("allow_load" = |', ['"true"', '"false"']),
        ("SHOW |", ["RESTORE", "BACKUP", "SNAPSHOT", "REPOSITORIES"]),
        ("SELECT 1; SHOW SNAPSHOT ON |", ["vault", "attic"]),
        ("CANCEL RESTORE FROM s|", ["shop", "stock"]),
        ("SHOW RESTORE -- FR|", []),
        ("RESTORE SNAPSHOT s FORM |", []),
    ],
)
def test_what_is_offered_where(text: str, expected: list[str] | None) -> None:
    """Keywords, names by kind, property keys and values; also in the middle of a statement."""
    found = offered(text)

    if expected is None:
        assert ["orders", "`order`", "customers"] == found[:3]
        assert {"ALL", "TABLE", "VIEW", "MATERIALIZED VIEW", "FUNCTION"} <= set(found)
    else:
        assert expected == found


def test_an_older_server_is_not_offered_what_it_has_not() -> None:
    """The grammar that was asked for decides."""
    assert ["ON", "PROPERTIES"] == offered("RESTORE SNAPSHOT shop.monday FROM vault |", "3.3")


def test_a_property_that_stands_already_is_not_offered_again() -> None:
    """Behind the cursor too."""
    found = offered('RESTORE SNAPSHOT s FROM vault PROPERTIES (|, "timeout" = "600", "backup_timestamp" = "x")')

    assert '"replication_num"' in found
    assert not {'"timeout"', '"backup_timestamp"'} & set(found)


def test_accepting_a_completion_replaces_what_was_typed() -> None:
    """Quotes that stand around the cursor are not doubled."""
    text = "RESTORE SNAPSHOT shop.monday FROM vault ON (`ord`)"
    (first, second) = complete(text, text.index("ord`") + 3, Known())
    accepted = text[: second.start] + second.replacement + text[second.end :]

    assert Completion("orders", 44, 49, "an object of the snapshot") == first
    assert "order" == parse(accepted).objects[0].name.last


def test_keywords_are_offered_where_nothing_is_known() -> None:
    """A server that was never asked is no reason to be silent."""
    assert ["FROM"] == [each.replacement for each in complete("RESTORE SNAPSHOT s ", 19)]


@settings(deadline=None)
@given(st.text("RESTOAPHFM()'\"`;,.=-/*\n# |", max_size=40), st.integers(0, 40))
def test_no_text_and_no_place_raises(text: str, offset: int) -> None:
    """A key press never ends in an error, and what is offered lies around the cursor."""
    place = min(offset, len(text))

    assert all(each.start <= place <= each.end for each in complete(text, place, Known()))
