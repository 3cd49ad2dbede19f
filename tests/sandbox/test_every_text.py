"""Every text of the RESTORE family that a client can provoke is provoked, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.every_text import GROUPS
from sandbox.stage import Stage, pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster
    from sandbox.text_row import Row

ROWS = [row for rows in GROUPS.values() for row in rows]
PROVOKED = [row for row in ROWS if not row.why_not]


@pytest.fixture
def stage(empty: Callable[..., Cluster], request: pytest.FixtureRequest) -> Stage:
    """The row's release and options."""
    row: Row = request.getfixturevalue("row")
    cluster = empty(**{"version": row.release, **dict(row.options)})
    cluster.plant()
    return Stage(cluster, empty)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in PROVOKED if row.shown == "error"])
def test_error(stage: Stage, row: Row) -> None:
    """Code, SQLSTATE and the whole text."""
    code, sqlstate, text = stage.error(row)
    assert (row.code, row.sqlstate) == (code, sqlstate), text
    assert pattern(row.text).fullmatch(text), f"{row.text}\n{text}"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in PROVOKED if row.shown == "Status"])
def test_status(stage: Stage, row: Row) -> None:
    """How the job ends, and why, whole."""
    job = stage.end(row)
    assert pattern(row.text).fullmatch(job["Status"]), f"{row.text}\n{job['Status']}"
    assert row.state == job["State"]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in PROVOKED if row.shown == "TaskErrMsg"])
def test_task_error(stage: Stage, row: Row) -> None:
    """What a backend says while the job goes on trying."""
    stage.play(row)
    job = stage.job(row)
    first = job["TaskErrMsg"].split(", [")[0]
    assert pattern(row.text).fullmatch(first), f"{row.text}\n{first}"
    assert (row.state, "[OK]") == (job["State"], job["Status"])


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in PROVOKED if row.shown == "cell"])
def test_cell(stage: Stage, row: Row) -> None:
    """What a result says in its last column."""
    for step in row.steps[:-1]:
        stage.do(step)
    found = stage.cluster.run(stage.filled(str(row.steps[-1])))[0][-1]
    assert pattern(row.text).fullmatch(found), f"{row.text}\n{found}"


def test_rows_have_names_of_their_own() -> None:
    """And a row is provoked or says why not."""
    assert len(ROWS) == len({row.id for row in ROWS})
    assert all(bool(row.steps) is not bool(row.why_not) for row in ROWS)
