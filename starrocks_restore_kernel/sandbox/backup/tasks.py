"""What a job asks of the backends, and how they work it off."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from ..model.backends import Backend, Backends

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

    Parameters
    ----------
    kind
        What SHOW PROC '/tasks' calls them, such as ``DOWNLOAD``.
    reports_progress
        Whether backends report how many tablets of a task are done.
    """

    def __init__(self, kind: str = "", *, reports_progress: bool = False) -> None:
        self.kind = kind
        self.tasks: dict[int, AgentTask] = {}
        self.errors: dict[int, str] = {}
        self._reported: dict[int, tuple[int, int]] = {}
        self._reports_progress = reports_progress
        self._queues: dict[int, deque[AgentTask]] = defaultdict(deque)
        self._credit: dict[int, float] = defaultdict(float)

    def add(self, task: AgentTask) -> None:
        """Send a task."""
        self.tasks[task.signature] = task
        self._queues[task.backend].append(task)

    def clear(self) -> None:
        """Take all tasks back."""
        self.tasks.clear()
        self._queues.clear()

    def work(self, backends: Backends, tablets: float, lock: threading.RLock) -> None:
        """Let each living backend handle so many tablets, times its speed.

        The steps read and write files, so the lock is held only to choose them and to note what came of them.
        """
        for backend in backends.all:
            if backend.alive and self._queues.get(backend.id):
                # What is left of a whole tablet is kept, or a slow backend would never get anywhere.
                self._credit[backend.id] += tablets * backend.speed
                budget = int(self._credit[backend.id])
                self._credit[backend.id] -= budget
                self._work_on(backend, budget, lock)

    def _work_on(self, backend: Backend, budget: int, lock: threading.RLock) -> None:
        queue = self._queues[backend.id]
        failed: list[AgentTask] = []
        while budget > 0:
            with lock:
                if not queue:
                    break
                task = queue[0]
                step = task.steps[task.done] if task.done < len(task.steps) else None
            error = _run(step)
            budget -= 1
            with lock:
                if self.tasks.get(task.signature) is not task or not queue or queue[0] is not task:
                    # The job was cancelled meanwhile.
                    break
                if error is not None:
                    self.errors[task.signature] = error
                    self._report(task)
                    failed.append(queue.popleft())
                    continue
                task.done += 1
                if task.done >= len(task.steps):
                    queue.popleft()
                    self._finish(task)
        with lock:
            if self.tasks and queue:
                self._report(queue[0])
            # A failed task is asked for again only after the others have had their turn.
            queue.extend(each for each in failed if each.signature in self.tasks)

    def _finish(self, task: AgentTask) -> None:
        del self.tasks[task.signature]
        self.errors.pop(task.signature, None)
        self._reported.pop(task.signature, None)

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


def _run(step: Callable[[], None] | None) -> str | None:
    """Do one step; what went wrong, or None."""
    if step is None:
        return None
    try:
        step()
    except TaskError as error:
        return str(error)
    return None


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
