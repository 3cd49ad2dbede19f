from pathlib import Path

import pytest
from samples import sample

from starrocks_restore_kernel.errors import RestoreError
from starrocks_restore_kernel.history import History, history_url


def test_samples_come_back_as_they_were_kept(history: History) -> None:
    """Oldest first, of one cluster or of all."""
    ours, theirs = sample("PENDING"), sample("FINISHED", after=5)
    history.keep("a", ours)
    history.keep("b", theirs)

    assert (ours,) == history.samples("a")
    assert (ours, theirs) == history.samples()
    assert (theirs,) == history.samples(last=1)


def test_the_history_outlives_its_process(history: History) -> None:
    """Another opening of the same file reads it."""
    history.keep("a", sample("PENDING"))
    again = History(str(history.url))

    assert (sample("PENDING"),) == again.samples("a")
    again.close()


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    """One line, and where to put it instead."""
    broken = History(f"sqlite:///{tmp_path / 'missing' / 'history.sqlite'}")

    with pytest.raises(RestoreError, match="the history cannot be used: unable to open database file") as caught:
        broken.keep("a", sample("PENDING"))
    assert "STARROCKS_RESTORE_HISTORY" in str(caught.value)
    broken.close()


def test_the_environment_names_the_place() -> None:
    """Tests and teams put it where they want."""
    assert "sqlite:///x.db" == history_url({"STARROCKS_RESTORE_HISTORY": "sqlite:///x.db"})
    assert "sqlite:////data/x.db" == history_url({"STARROCKS_RESTORE_HISTORY": "/data/x.db"})
