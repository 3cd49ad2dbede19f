"""What single tasks report, out of the TaskErrMsg column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..cluster.meaning import Meaning
from ..cluster.remedies import meaning

__all__ = ["TaskError", "TaskErrorGroup", "grouped", "task_errors"]

_HEAD = re.compile(r"(?:^|, )\[(-?\d+): ")
# What differs from task to task, and not from cause to cause.
_VARYING = re.compile(r"\b[0-9a-f]{32}\b|\d+|(?<=[/\w])/[^\s,\]]+")
_UNTIL = 2**20
"""Characters that are read: a message a tablet makes many, and the first tell what is wrong."""


@dataclass(frozen=True, slots=True)
class TaskError:
    """One task and what its backend said last."""

    task: str
    message: str


@dataclass(frozen=True, slots=True)
class TaskErrorGroup:
    """Tasks that say the same, but for numbers, paths and checksums.

    Attributes
    ----------
    message
        As the first of them says it.
    tasks
        Their ids.
    meaning
        What it means, usual cause and help; None where it is not known.
    """

    message: str
    tasks: tuple[str, ...]
    meaning: Meaning | None


def task_errors(text: str) -> tuple[TaskError, ...]:
    """Read ``[taskId: msg], [taskId: msg]`` (RestoreJob.java, getInfo).

    A message may hold commas, brackets and new lines: it goes on to the next ``, [number: ``. A message that holds
    just that cannot be told from two.

    Examples
    --------
    >>> [each.message for each in task_errors("[7: a, [b]], [8: c]")]
    ['a, [b]', 'c']
    """
    heads = list(_HEAD.finditer(text, 0, _UNTIL))
    if not heads or heads[0].start():
        return ()
    ends = [*(each.start() for each in heads[1:]), min(len(text), _UNTIL)]
    return tuple(
        TaskError(head[1], text[head.end() : end].removesuffix("]").strip())
        for head, end in zip(heads, ends, strict=True)
    )


def grouped(errors: Sequence[TaskError]) -> tuple[TaskErrorGroup, ...]:
    """Put equal messages together, the most frequent first."""
    found: dict[str, list[TaskError]] = {}
    for each in errors:
        found.setdefault(_VARYING.sub("…", each.message), []).append(each)
    groups = [
        TaskErrorGroup(some[0].message, tuple(each.task for each in some), meaning(some[0].message))
        for some in found.values()
    ]
    return tuple(sorted(groups, key=lambda each: -len(each.tasks)))
