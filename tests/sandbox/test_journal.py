"""What is written down: in tables with the rows, or in a dictionary where nothing outlives the process."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.journal import Entry
from starrocks_restore_kernel.sandbox.model.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = "the same over and over, " * 10_000


@pytest.fixture(params=["in a file", "in memory"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rows]:
    """Rows of either kind, with their journal."""
    with closing(Rows(tmp_path / "rows" if request.param == "in a file" else None)) as made:
        yield made


def test_the_last_value_of_an_entry_counts(rows: Rows) -> None:
    """What is saved is read back, by kind and in the order of the keys; what is forgotten is not."""
    journal = rows.journal
    for key in (10, 9, "b", "a10", "a9", 8):
        journal.save(Entry.LABEL, key, 1)
    journal.save(Entry.LABEL, 9, 2)
    journal.save(Entry.COUNTER, 9, 3)
    journal.forget(Entry.LABEL, 8)
    journal.forget(Entry.LABEL, "missing")
    expected = [("9", 2), ("10", 1), ("a10", 1), ("a9", 1), ("b", 1)]
    assert expected == list(journal.load(Entry.LABEL, int).items())
    assert {"9": 3} == journal.load(Entry.COUNTER, int)


def test_a_transaction_takes_effect_whole(rows: Rows) -> None:
    """It sees what it has saved, and leaves nothing when it fails."""
    journal = rows.journal
    journal.save(Entry.LABEL, 1, 1)
    with suppress(ZeroDivisionError), journal.writing():
        journal.save(Entry.LABEL, 1, 2)
        journal.forget(Entry.COUNTER, 1)
        assert {"1": 2} == journal.load(Entry.LABEL, int)
        raise ZeroDivisionError
    assert {"1": 1} == journal.load(Entry.LABEL, int)


def test_all_can_be_struck_out(rows: Rows) -> None:
    """And what is saved afterwards is there alone."""
    journal = rows.journal
    journal.save(Entry.LABEL, 1, 1)
    journal.clear()
    assert {} == journal.load(Entry.LABEL, int)
    journal.save(Entry.LABEL, 2, 2)
    assert {"2": 2} == journal.load(Entry.LABEL, int)


def test_a_long_entry_is_packed(tmp_path: Path) -> None:
    """It takes a fraction of the room, is read back as it was, and a damaged one is said to be."""
    with closing(Rows(tmp_path / "rows")) as rows:
        rows.journal.save(Entry.JOB, 1, LONG)
    with closing(Rows(tmp_path / "rows")) as rows:
        assert {"1": LONG} == rows.journal.load(Entry.JOB, str)
        with rows.writing() as cursor:
            ((size,),) = cursor.execute("SELECT octet_length(value) FROM journal").fetchall()
            cursor.execute("UPDATE journal SET value = value[1:100]::BLOB")
        assert size < len(LONG) / 100
        with pytest.raises(ValueError, match=r"an entry of the journal is damaged"):
            rows.journal.load(Entry.JOB, str)
