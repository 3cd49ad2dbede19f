"""The history as frames and files; on SQLite, as what is read is the same on all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from samples import START, sample

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.history import Event, EventKind, History, Submission

SENT = Submission(
    "s", START, "a:1", "shop", "vault", "snap", "t", "RESTORE", "print", before=(7, None), expected={"n": 1}
)


@pytest.fixture
def history(tmp_path: Path) -> Any:
    """One of each, and a sample that was seen twice."""
    made = History(f"sqlite:///{tmp_path / 'history.sqlite'}")
    for second in (0, 1):
        made.keep("a:1", sample("DOWNLOADING", 2, after=second, DbName="shöp 🍏"))
    made.keep("b:1", sample("FINISHED", after=5, FinishedTime="2026-01-02 10:00:05"))
    made.record(Event(START, EventKind.END, "a:1", "shop", "snap", "t", "it\nended", data={"é": [1]}))
    made.begin(SENT)
    yield made
    made.close()


def test_a_frame_has_a_row_a_value(history: History) -> None:
    """Its columns are the fields, times are times, and what has parts is JSON; with the filters of the method."""
    found = history.frame("samples")
    assert ["a:1", "b:1"] == found["cluster"].to_list()
    assert [2, 1] == found["looks"].to_list()
    assert [2, 0] == found["pending_tasks"].to_list()
    assert ["DOWNLOADING", "FINISHED"] == found["state"].to_list()
    assert pd.Timestamp(START) == found["read_at"][0]
    assert [1.0, 0.0] == (found["until"] - found["read_at"]).dt.total_seconds().to_list()
    assert ["b:1"] == history.frame("samples", cluster="b:1")["cluster"].to_list()

    assert ["b:1"] == history.frame("jobs", last=1)["cluster"].to_list()
    assert ['{"é": [1]}'] == history.frame("events", kinds=[EventKind.END])["data"].to_list()
    sent = history.frame("submissions", with_expected=True)
    assert ("[7, null]", '{"n": 1}', "sending") == tuple(sent.loc[0, ["before", "expected", "outcome"]])


def test_an_empty_frame_has_its_columns(history: History) -> None:
    """So that what works on it works before the first restore."""
    for what in ("samples", "events", "jobs", "submissions"):
        empty = history.frame(what, cluster="none")
        assert list(history.frame(what).columns) == list(empty.columns)
        assert 0 == len(empty)


@pytest.mark.parametrize("what", ["samples", "events", "jobs", "submissions"])
def test_parquet_holds_the_frame(history: History, tmp_path: Path, what: Any) -> None:
    """Types and all."""
    place = history.export(tmp_path / "x.parquet", what)

    pd.testing.assert_frame_equal(history.frame(what), pd.read_parquet(place))


def test_csv_holds_the_frame(history: History, tmp_path: Path) -> None:
    """As text, any character and line break in it."""
    assert tmp_path / "x.CSV" == history.export(str(tmp_path / "x.CSV"), "events")
    found = pd.read_csv(tmp_path / "x.CSV", keep_default_na=False)
    assert ("it\nended", {"é": [1]}) == (found["text"][0], json.loads(found["data"][0]))

    history.export(tmp_path / "samples.csv", "samples")
    assert ["shöp 🍏", "shop"] == pd.read_csv(tmp_path / "samples.csv")["database"].to_list()


def test_a_file_is_replaced_by_a_whole_one_or_stays(history: History, tmp_path: Path) -> None:
    """What fails leaves nothing lying about."""
    place = tmp_path / "x.csv"
    place.write_text("old")
    with pytest.raises(UsageProblem, match="the history has no rows"):
        history.export(place, "rows")  # type: ignore[arg-type]
    assert "old" == place.read_text()

    history.export(place, "jobs")
    assert place.read_text().startswith("cluster,database,")
    assert {"x.csv"} == {each.name for each in tmp_path.iterdir() if "history" not in each.name}


@pytest.mark.parametrize("name", ["x.xlsx", "x", "x.parquet.gz"])
def test_other_suffixes_are_refused(history: History, tmp_path: Path, name: str) -> None:
    """With those that there are, and before anything is read."""
    with pytest.raises(UsageProblem, match=rf"{name} is neither \.parquet nor \.csv\n→ choose one of these suffixes"):
        history.export(tmp_path / name, "jobs")


def test_a_place_that_is_not_there_is_said_plainly(history: History, tmp_path: Path) -> None:
    """One line."""
    with pytest.raises(UsageProblem, match="cannot be written"):
        history.export(tmp_path / "none" / "x.csv", "jobs")


@pytest.mark.parametrize(("missing", "extra"), [("pyarrow", "parquet"), ("pandas", "lab")])
def test_what_is_not_installed_is_named(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, extra: str
) -> None:
    """With the extra that brings it."""
    monkeypatch.setitem(__import__("sys").modules, missing, None)
    with pytest.raises(UsageProblem, match=rf"pip install 'starrocks-restore-kernel\[{extra}\]'"):
        history.export(tmp_path / "x.parquet", "jobs")


def test_what_is_secret_is_in_no_export(history: History, tmp_path: Path) -> None:
    """As it is not in the history."""
    history.begin(replace(SENT, id="t", statement='RESTORE … ("password" = "hush")', expected={"token": "hush"}))
    history.export(tmp_path / "x.csv", "submissions", with_expected=True)

    assert 3 <= (tmp_path / "x.csv").read_text().count("*")
    assert not [each for each in tmp_path.iterdir() if b"hush" in each.read_bytes()]
