"""What a job asks of the backends, and how they work it off."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model.backends import Backends

__all__ = ["AgentTask", "TaskError", "TaskList", "in_batches"]

Item = TypeVar("Item")


class TaskError(Exception):
    """A backend could not do it; the frontend shows the text and asks again."""


@dataclass(slots=True)
class AgentTask:
    """One task for one backend, over one tablet or several."""

    signature: int
    backend: int
    shown_id: int
    """What UnfinishedTasks shows behind the signature: a tablet, or a backend while downloading."""
    steps: list[Callable[[], None]] = field(default_factory=list)
    """The work, a tablet each; a step may raise :class:`TaskError` and is then tried again."""
    done: int = 0


class TaskList:
    """The unfinished tasks of a job, as SHOW RESTORE and SHOW BACKUP print them.

    A failed task never ends a job: it is sent again until it works or the job times out
    (RestoreJob.java, checkTaskStatus).
    """

    def __init__(self, *, reports_progress: bool = False) -> None:
        self.tasks: dict[int, AgentTask] = {}
        self.errors: dict[int, str] = {}
        self._reported: dict[int, tuple[int, int]] = {}
        self._reports_progress = reports_progress

    def add(self, task: AgentTask) -> None:
        """Send a task."""
        self.tasks[task.signature] = task

    def work(self, backends: Backends, tablets: int) -> None:
        """Let each living backend handle so many tablets."""
        for backend in backends.all:
            if not backend.alive:
                continue
            budget = tablets
            for task in [each for each in self.tasks.values() if each.backend == backend.id]:
                if budget <= 0:
                    self._report(task)
                    break
                budget -= self._work_on(task, budget)

    def _work_on(self, task: AgentTask, budget: int) -> int:
        used = 0
        while used < budget and task.done < len(task.steps):
            used += 1
            try:
                task.steps[task.done]()
            except TaskError as error:
                self.errors[task.signature] = str(error)
                self._report(task)
                return used
            task.done += 1
        if task.done == len(task.steps):
            del self.tasks[task.signature]
            self.errors.pop(task.signature, None)
            self._reported.pop(task.signature, None)
        else:
            self._report(task)
        return max(used, 1)

    def _report(self, task: AgentTask) -> None:
        if self._reports_progress:
            self._reported[task.signature] = (task.done, len(task.steps))

    def unfinished(self) -> str:
        """Print ``sig=id, …``."""
        return ", ".join(f"{task.signature}={task.shown_id}" for task in self.tasks.values())

    def progress(self) -> str:
        """Print ``[task: finished/total], …`` of the tasks that have reported."""
        return ", ".join(f"[{signature}: {done}/{total}]" for signature, (done, total) in self._reported.items())

    def messages(self) -> str:
        """Print ``[task: text], …``."""
        return ", ".join(f"[{signature}: {text}]" for signature, text in self.errors.items())


def in_batches(items: list[Item], limit: int) -> list[list[Item]]:
    """Share out one backend's tablets among tasks (RestoreJob.java, prepareDownloadTasks).

    With a limit of 0 each tablet is a task of its own; otherwise there are at most ``limit`` tasks, and the
    last one takes what is left over.
    """
    if not items:
        return []
    count = min(len(items), limit) if limit > 0 else len(items)
    size = max(len(items) // count, 1)
    cuts = [index * size for index in range(count)] + [len(items)]
    return [items[start:stop] for start, stop in pairwise(cuts)]
