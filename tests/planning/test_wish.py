"""From a wish to statements."""

from __future__ import annotations

import re

import pytest

from starrocks_restore_kernel.cluster import SnapshotContents, SnapshotObject
from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.language import check, parse
from starrocks_restore_kernel.planning import Existing, Wish, restore

INSIDE = SnapshotContents(
    "monday",
    "2026-11-22-20-15-03-117",
    "shop",
    (
        SnapshotObject("customers", ("customers",)),
        SnapshotObject("orders", ("p1", "p2", "p3")),
        SnapshotObject("orders_tmp", ("orders_tmp",)),
        SnapshotObject("revenue", ()),
    ),
)


@pytest.fixture
def wish() -> Wish:
    """Everything of one snapshot."""
    return restore(INSIDE, "vault")


def written(wish: Wish, there: Existing | None = None) -> list[str]:
    """The statements on one line each, without the timestamp; each is one that the server takes."""
    texts = [each.sql(pretty=False) for each in wish.statements(there or Existing())]
    assert [] == [found for text in texts for found in check(text) if found.severity == "error"]
    return [re.sub(r'"backup_timestamp" = "[^"]*"(, )?', "", text).replace(" PROPERTIES ()", "") for text in texts]


def test_everything_needs_no_list(wish: Wish) -> None:
    """One number fits all, so the statement names nothing."""
    assert ["RESTORE SNAPSHOT shop.monday FROM vault"] == written(wish)


def test_globs_take_and_leave_out(wish: Wish) -> None:
    """What is left is written by name and kind, as StarRocks has neither wildcards nor EXCLUDE."""
    assert ["RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE orders)"] == written(
        wish.include("orders*").exclude("*_tmp")
    )
    assert ["RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE customers, TABLE orders, VIEW revenue)"] == written(
        wish.exclude("*_tmp")
    )


def test_partitions_by_glob_keep_the_snapshots_order(wish: Wish) -> None:
    """Only those of the table are listed; other tables come whole."""
    assert ["RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE orders PARTITION (p1, p3))"] == written(
        wish.include("orders").partitions("orders", ["p3", "*1"])
    )


def test_template_renames_all_of_them(wish: Wish) -> None:
    """An alias each, and another database by the clause that names the snapshot's own."""
    assert [
        "RESTORE SNAPSHOT monday FROM vault DATABASE shop AS shop_check ON (TABLE customers AS customers_old)"
    ] == written(wish.include("customers").rename("{name}_old").into("shop_check"))


def test_older_release_names_the_target_before_the_label(wish: Wish) -> None:
    """3.3 has no DATABASE clause and no kind words."""
    (statement,) = wish.include("customers").into("shop_check").statements(Existing(version="3.3"))
    text = statement.sql(pretty=False, version="3.3")
    assert text.startswith("RESTORE SNAPSHOT shop_check.monday FROM vault ON (customers) ")
    assert statement == parse(text, version="3.3")


def test_each_replica_number_is_a_statement(wish: Wish) -> None:
    """Existing partitions keep theirs, a new table takes the default; views and functions come with the last."""
    there = Existing({"customers": {"customers": 1}, "orders": {"p1": 3, "p2": 1}, "revenue": {}}, replication_num=3)
    head = "RESTORE SNAPSHOT shop.monday FROM vault ON "
    assert [
        f'{head}(TABLE customers, TABLE orders PARTITION (p2)) PROPERTIES ("replication_num" = "1")',
        f"{head}(TABLE orders PARTITION (p1, p3), TABLE orders_tmp, VIEW revenue, ALL FUNCTIONS) "
        'PROPERTIES ("replication_num" = "3")',
    ] == written(wish, there)


@pytest.mark.parametrize(
    ("made", "message", "hint"),
    [
        (lambda wish: wish.include("Orders"), "nothing in the snapshot matches 'Orders'", "did you mean orders?"),
        (lambda wish: wish.exclude("*"), "nothing is left of the snapshot", "exclude less"),
        (
            lambda wish: wish.partitions("orders", ["p9"]),
            "orders has no partition 'p9' in the snapshot",
            "there: p1, p2, p3",
        ),
        (
            lambda wish: wish.include("customers").partitions("orders", ["p1"]),
            "partitions of orders are asked for, and orders is left out",
            "include it",
        ),
        (lambda wish: wish.rename("{name}_tmp"), "orders would be named orders_tmp, which is restored too", "template"),
        (
            lambda wish: wish.include("customers").rename("{name}_2"),
            "customers would be named customers_2, which exists already",
            "into()",
        ),
    ],
)
def test_wish_that_cannot_be_said_is_explained(wish: Wish, made: object, message: str, hint: str) -> None:
    """A message and a way out, before anything is sent."""
    with pytest.raises(UsageProblem) as caught:
        made(wish).statements(Existing({"customers_2": {"customers_2": 1}}))
    assert message == caught.value.message
    assert hint in (caught.value.hint or "")


def test_template_without_a_name_is_refused(wish: Wish) -> None:
    """It would give all tables one name."""
    with pytest.raises(UsageProblem, match="one name"):
        wish.rename("restored")


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (SnapshotContents("s", "t", "", (), "Failed to get info: x"), "cannot be read: Failed to get info: x"),
        (SnapshotContents("s", "t", "", ()), "holds external catalogs"),
    ],
)
def test_snapshot_without_tables_is_no_beginning(contents: SnapshotContents, message: str) -> None:
    """An unreadable one, and one of catalogs."""
    with pytest.raises(UsageProblem, match=message):
        restore(contents, "vault")


def test_a_hundred_thousand_tables_are_expanded() -> None:
    """Each is looked at once for each glob, and the statement parses again."""
    many = SnapshotContents("s", "t", "db", tuple(SnapshotObject(f"t{n}", (f"t{n}",)) for n in range(100_000)))
    (statement,) = restore(many, "r").exclude("t99999").statements()
    assert 99_999 == len(statement.objects or ())
