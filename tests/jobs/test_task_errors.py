"""TaskErrMsg read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.every_text import GROUPS
from sandbox.small_cluster import Cluster
from sandbox.stage import Stage

from starrocks_restore_kernel.jobs.task_errors import TaskError, grouped, task_errors

MESSAGES = st.text(st.sampled_from("ab, [}:\n=…é"), min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.builds(TaskError, st.integers(1, 10**9).map(str), MESSAGES), max_size=6))
def test_what_the_server_prints_is_read_back(errors: list[TaskError]) -> None:
    """Whatever a message holds: commas, opening brackets, new lines."""
    printed = ", ".join(f"[{each.task}: {each.message}]" for each in errors)

    assert errors == list(task_errors(printed))


@pytest.mark.parametrize("text", ["", "NULL", "no task at all", "[", "[x: y]"])
def test_what_is_none_is_empty(text: str) -> None:
    """Other texts are no task errors."""
    assert () == task_errors(text)


def test_equal_messages_are_counted_together() -> None:
    """Numbers, paths and checksums do not make another cause."""
    text = (
        "[1: invalid md5 of downloaded file: /a/1.dat, expected: 00000000000000000000000000000001, get: "
        "00000000000000000000000000000002], [2: disk, [b] is gone], "
        "[3: invalid md5 of downloaded file: /a/2.dat, expected: 00000000000000000000000000000003, get: "
        "00000000000000000000000000000004]"
    )
    damaged, other = grouped(task_errors(text))

    assert ("1", "3") == damaged.tasks
    assert damaged.meaning is not None
    assert "a file of the snapshot is not what its name says" == damaged.meaning.means
    assert ("disk, [b] is gone", ("2",), None) == (other.message, other.tasks, other.meaning)


def test_the_sandbox_s_own_are_read(memory: Cluster) -> None:
    """As SHOW RESTORE prints them there."""
    row = next(each for each in GROUPS["Tasks"] if each.id == "task.md5")
    stage = Stage(memory, lambda: memory)
    stage.play(row)
    groups = grouped(task_errors(stage.job(row)["TaskErrMsg"]))

    assert 1 == len(groups)
    assert groups[0].meaning is not None


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    """Ten megabytes, of which the first is enough."""
    found = task_errors(", ".join(f"[{number}: a, [b]" for number in range(700_000)))

    assert 50_000 < len(found) < 100_000
    assert ("0", "a, [b") == (found[0].task, found[0].message)
