"""From a wish to statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from starrocks_restore_kernel.cluster import (
    Backend,
    Partition,
    Partitions,
    SnapshotContents,
    SnapshotObject,
    Table,
    TableKind,
)
from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.language import check, parse
from starrocks_restore_kernel.planning import ClusterFacts, Existing, Facts, TargetFacts, Wish, restore
from starrocks_restore_kernel.planning.existing import existing

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
    ("made", "message"),
    [
        (lambda wish: wish.replication(0), "0 replicas"),
        (lambda wish: wish.timeout(599), "at least 10 min"),
        (lambda wish: wish.partitions("orders", []), "no partition of orders is named"),
        (lambda wish: wish.partitions("revenue", ["*"]).items(), "revenue is a view"),
        (lambda wish: wish.plan(), "hangs on no cluster"),
        (lambda wish: wish.side_by_side(), "hangs on no cluster"),
    ],
)
def test_what_no_server_takes_is_refused_at_once(wish: Wish, made: Callable[[Wish], object], message: str) -> None:
    """Where it is said, and not when it is sent."""
    with pytest.raises(UsageProblem, match=message):
        made(wish)


def test_replicas_and_timeout_are_properties(wish: Wish) -> None:
    """The number is of new tables; an existing partition keeps its own."""
    wish = wish.include("orders", "customers").replication(2).timeout(900)
    there = Existing({"customers": {"customers": 1}}, replication_num=3)

    assert [
        'RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE customers) PROPERTIES ("replication_num" = "1", '
        '"timeout" = "900")',
        'RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE orders) PROPERTIES ("replication_num" = "2", '
        '"timeout" = "900")',
    ] == written(wish, there)


def test_partitions_of_a_table_add_up(wish: Wish) -> None:
    """One glob at a time, or one text."""
    (statement,) = wish.include("orders").partitions("orders", "p1").partitions("orders", ["p3"]).statements()
    assert "PARTITION (p1, p3)" in statement.sql(pretty=False)


def test_a_back_quote_cannot_be_written() -> None:
    """Such a table comes with the whole snapshot alone; as a partition's name it is a string."""
    odd = replace(INSIDE, objects=(SnapshotObject("a`b", ("a`b",)), SnapshotObject("t", ("p`1",))))
    whole = restore(odd, "vault")

    assert ["RESTORE SNAPSHOT shop.monday FROM vault"] == written(whole)
    assert ['RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE t PARTITION ("p`1"))'] == written(
        whole.exclude("a*").partitions("t", ["p*"])
    )
    with pytest.raises(UsageProblem, match="'a`b' holds a back-quote") as caught:
        whole.include("a*").statements()
    assert "exclude it" in str(caught.value.hint)
    with pytest.raises(UsageProblem, match="back-quote"):
        whole.into("x`y").statements()


def test_a_name_that_is_no_good_glob_is_still_itself() -> None:
    """Brackets and stars are letters of a name too."""
    odd = replace(INSIDE, objects=(SnapshotObject("a[1]", ("p",)), SnapshotObject("a1", ("p",))))
    assert ["a[1]", "a1"] == [each.target for each in restore(odd, "vault").include("a[1]").items()]
    assert ["a1"] == [each.target for each in restore(odd, "vault").exclude("a[[]1]").items()]


def test_renaming_to_the_same_name_is_no_renaming(wish: Wish) -> None:
    """The server would refuse an alias that is the table's own name."""
    assert wish == wish.rename("{name}")


def test_a_wish_shows_what_it_takes_and_what_it_leaves_out(wish: Wish) -> None:
    """Text and HTML tell the same, and what comes from outside is escaped."""
    wish = wish.exclude("*_tmp").partitions("orders", ["p1"]).rename("<{name}>").replication(2).timeout(900)
    text, html = wish.text(), wish.html()

    for told in ("left out: orders_tmp", "new tables get 2 replicas", "each job has 900 seconds"):
        assert told in text
        assert told in html
    assert "shop.<orders>" in text
    assert "shop.&lt;orders&gt;" in html
    assert "<orders>" not in html


def test_a_wish_that_cannot_be_said_still_shows_itself(wish: Wish) -> None:
    """With the reason in the place of the table."""
    wrong = wish.include("orderz")
    for shown in (wrong.text(), wrong.html()):
        assert "orderz" in shown
        assert "did you mean orders?" in shown


def test_new_tables_get_as_many_replicas_as_there_are_hosts() -> None:
    """Or the default where that is less; what is not known is left to the server."""
    backends = tuple(Backend(str(n), f"10.0.0.{n}", alive=n < 3, decommissioned=False) for n in range(1, 5))
    for hosts, default, number in ((backends, "3", 2), (backends, "1", 1), (None, "3", 3), (backends, None, None)):
        settings = None if default is None else {"default_replication_num": default}
        assert number == existing(Facts("4.1", ClusterFacts(backends=hosts, configuration=settings))).replication_num


def test_what_exists_is_looked_up_when_it_is_asked_for() -> None:
    """Tables with their numbers, views without, and names that are hidden."""
    target = TargetFacts(
        "shop",
        exists=True,
        tables={"orders": Table("orders", TableKind.TABLE), "revenue": Table("revenue", TableKind.VIEW)},
        partitions=Partitions.of({"orders": [Partition("p1", replication_num=3), Partition("p2", replication_num=1)]}),
        hidden=frozenset({"secret"}),
    )
    replicas = existing(Facts("4.1", target=target)).replicas

    assert {"orders": {"p1": 3, "p2": 1}, "revenue": {}, "secret": {}} == dict(replicas)
    assert "nobody" not in replicas
    assert 3 == len(replicas)


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
