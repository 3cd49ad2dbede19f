"""Where the history is, who may read it, and how it is named."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import sample

from starrocks_restore_kernel.errors import RestoreError, UsageProblem
from starrocks_restore_kernel.history import History, history_url


def test_the_history_outlives_its_process(history: History, url: str, opened: Callable[[str], History]) -> None:
    """Another opening of the same place reads it."""
    history.keep("a", sample("PENDING"))

    assert (sample("PENDING"),) == opened(url).samples("a")


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """One line, and where to put it instead."""
    broken = opened(f"sqlite:///{tmp_path / 'missing' / 'history.sqlite'}")

    with pytest.raises(RestoreError, match="the history cannot be used: unable to open database file") as caught:
        broken.keep("a", sample("PENDING"))
    assert "STARROCKS_RESTORE_HISTORY" in str(caught.value)


def test_a_file_that_is_no_database_is_said_plainly_and_left_alone(
    tmp_path: Path, opened: Callable[[str], History]
) -> None:
    """A slip in a path must not cost somebody their letter."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Kim, " * 500)

    with pytest.raises(RestoreError, match="the history cannot be used: file is not a database"):
        opened(f"sqlite:///{letter}").keep("a", sample("PENDING"))
    assert "Dear Kim, " * 500 == letter.read_text()


def test_the_environment_names_the_place() -> None:
    """Tests and teams put it where they want."""
    assert "sqlite:///x.db" == history_url({"STARROCKS_RESTORE_HISTORY": "sqlite:///x.db"})
    assert "sqlite:////data/x.db" == history_url({"STARROCKS_RESTORE_HISTORY": "/data/x.db"})


def test_a_new_file_is_its_owners_alone(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """With those that SQLite makes beside it; one that was there keeps the mode that somebody gave it."""
    opened(f"sqlite:///{tmp_path / 'new.sqlite'}").keep("a", sample("PENDING"))
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert dict.fromkeys(("new.sqlite", "new.sqlite-wal", "new.sqlite-shm"), 0o600) == modes

    shared = tmp_path / "shared.sqlite"
    shared.touch()
    shared.chmod(0o640)
    opened(f"sqlite:///{shared}").keep("a", sample("PENDING"))
    assert 0o640 == stat.S_IMODE(shared.stat().st_mode)


def test_nothing_is_made_before_it_is_needed(tmp_path: Path, opened: Callable[[str], History]) -> None:
    """Naming a place is not using it."""
    history = opened(f"sqlite:///{tmp_path / 'history.sqlite'}")

    assert f"sqlite:///{tmp_path / 'history.sqlite'}" == history.url
    assert [] == list(tmp_path.iterdir())


def test_the_url_is_shown_without_what_is_secret(opened: Callable[[str], History]) -> None:
    """The password, and what the driver is told by the query; the drivers that come with us are taken."""
    history = opened("postgresql://kim:hush@db/team?sslmode=require&sslpassword=hush")
    assert "postgresql+psycopg://kim:***@db/team?sslmode=require&sslpassword=hidden" == history.url
    assert "mysql+pymysql://kim:***@db/team" == opened("mysql://kim:hush@db/team").url
    assert "mariadb+pymysql://kim:***@db/team" == opened("mariadb://kim:hush@db/team").url


def test_a_server_that_is_not_there_is_said_without_the_password(opened: Callable[[str], History]) -> None:
    """By each driver."""
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(RestoreError, match="the history cannot be used: ") as caught:
            opened(f"{scheme}://kim:hush@127.0.0.1:1/team").jobs()
        assert "hush" not in str(caught.value)


def test_a_url_that_cannot_be_read_is_not_repeated(opened: Callable[[str], History]) -> None:
    """It may hold a password."""
    with pytest.raises(UsageProblem, match="the URL of the history cannot be read") as caught:
        opened("postgresql:/kim:hush@db")
    assert "hush" not in str(caught.value)
    with pytest.raises(UsageProblem, match="'oracel' is no database that SQLAlchemy knows here"):
        opened("oracel://kim:hush@db")


def test_a_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, opened: Callable[[str], History]) -> None:
    """With the extra that brings it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageProblem, match=r"pip install 'starrocks-restore-kernel\[postgresql\]'"):
        opened("postgresql://kim@db/team")
    with pytest.raises(UsageProblem, match=r"asyncpg is not installed.*\n→ pip install asyncpg"):
        opened("postgresql+asyncpg://kim@db/team")
