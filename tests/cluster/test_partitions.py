"""The partitions of a database, held in columns."""

from __future__ import annotations

import pytest

from starrocks_restore_kernel.cluster import Partition, Partitions


def row(table: str, name: str, values: str | None = "", replicas: int | None = 3, *, temporary: int = 0) -> tuple:
    """A row of partitions_meta."""
    return (table, name, values, 4, replicas, temporary, 10, 1000)


def test_each_table_has_its_own() -> None:
    """They come in the server's order."""
    read = Partitions([[row("a", "p1", "[1, 2)"), row("a", "p2"), row("b", "b")]])

    assert ["a", "b"] == list(read)
    assert ["p1", "p2"] == [each.name for each in read["a"]]
    assert Partition("p1", "[1, 2)", 4, 3, False, 10, 1000) == read["a"][0]
    assert () == read.get("c", ())
    assert 3 == read.physical


def test_physical_partitions_are_summed() -> None:
    """Automatic bucketing makes several of one; the server lists each."""
    read = Partitions([[row("a", "p1"), row("a", "p1"), row("a", "p2")]])

    assert [("p1", 20, 2000, 2), ("p2", 10, 1000, 1)] == [(p.name, p.rows, p.bytes, p.physical) for p in read["a"]]
    assert {"p1": 3, "p2": 3} == read.replicas("a")


def test_a_table_whose_rows_lie_apart_is_one_table() -> None:
    """Nothing promises that the rows of a table come together, within a batch or across batches."""
    read = Partitions([[row("a", "p1"), row("b", "p1"), row("a", "p2")], [row("a", "p3")], [row("b", "p1")]])

    assert ["p1", "p2", "p3"] == [each.name for each in read["a"]]
    assert [2] == [each.physical for each in read["b"]]
    assert {"p1": 3, "p2": 3, "p3": 3} == read.replicas("a")


def test_what_is_null_is_unknown() -> None:
    """Unknown is None, and not 0; a sum with it is unknown too."""
    read = Partitions([[("a", "p", None, None, None, None, None, None), ("a", "p", None, 1, None, 0, 7, 7)]])

    assert (Partition("p", "", physical=2),) == read["a"]
    assert {} == read.replicas("a")


@pytest.mark.parametrize("temporary", [1, True, "1", "true"])
def test_a_temporary_partition_is_told_from_one_of_the_same_name(temporary: object) -> None:
    """It is in the way of a RESTORE, and no partition that would be replaced."""
    read = Partitions([[row("a", "p", replicas=1), row("a", "p", replicas=2, temporary=temporary)]])

    assert [False, True] == [each.temporary for each in read["a"]]
    assert {"p": 1} == read.replicas("a")


def test_sizes_may_come_as_text() -> None:
    """Some releases print DATA_SIZE with a unit."""
    read = Partitions([[("a", "p", "", "4", "3", 0, "12", "1.5KB")]])

    assert (Partition("p", "", 4, 3, False, 12, 1536),) == read["a"]


def test_the_same_text_is_kept_once() -> None:
    """A database's tables mostly have the same partitions; what is equal is shared."""
    texts = [f"[{year}, …)" for year in (2024, 2024)]
    read = Partitions([[row("a", "p1", texts[0])], [row("b", "p1", texts[1])]])

    assert read["a"][0].values is read["b"][0].values


def test_what_was_read_can_be_made_by_hand() -> None:
    """For tests and for facts from elsewhere; equal when what they say is equal."""
    tables = {"a": (Partition("p", "[…)", 4, 3, False, 20, 2000, 2),), "b": (Partition("b"),)}

    assert tables == dict(Partitions.of(tables))
    assert Partitions.of(tables) == Partitions.of(tables)
    assert Partitions.of(tables) != Partitions.of({})
