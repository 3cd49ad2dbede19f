"""One working off of a queue, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from ..errors import ConnectionFailed, PlanRefused, RestoreError
from ..history import ItemState, Outcome, QueueItem, Submission
from ..language.statements import Restore
from ..planning import Plan, Verdict
from ..planning.codes import ObstacleCode
from .job import Job
from .recorder import here
from .restores import Restores
from .sameness import agreed, fingerprint
from .submit import Sender

if TYPE_CHECKING:
    from .queue import Queue

__all__ = ["RUNNING", "QueueRun"]

RUNNING = ObstacleCode.SRR205.name
"""The obstacle that goes away by itself."""

_STALE = timedelta(minutes=2)
"""A claim without a submission is older only if who claimed it has died."""
_BUSY = 5
"""Intervals until a database is tried again in which somebody else's job runs."""


class QueueRun:
    """Sends what is ready, follows it, and writes down how it ended, until nothing is left to do.

    Any number of processes may work one queue off: an item is claimed by one of them, and what a claim led to is found
    in the submissions, so that a process that died leaves nothing that is sent twice.

    Attributes
    ----------
    jobs
        Those that run or have run here, by item.
    failure
        What ended the work before its time.
    """

    def __init__(
        self,
        queue: Queue,
        restores: Restores,
        sender: Sender,
        planner: Callable[[str], Plan],
        *,
        limit: int,
        go_on: bool,
    ) -> None:
        self._queue = queue
        self._restores = restores
        self._sender = sender
        self._planner = planner
        self._limit = limit
        self._go_on = go_on
        self._by = here()
        self._history = restores.history
        self._stop = threading.Event()
        self._news = threading.Event()
        self._later: dict[str, int] = {}
        self._thread = threading.Thread(target=self._work, name=f"starrocks-restore-queue-{queue.name}", daemon=True)
        self.jobs: dict[str, Job] = {}
        self.failure: Exception | None = None

    @property
    def alive(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more, and end."""
        self._stop.set()
        self._news.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end."""
        self._thread.join(timeout)

    def _work(self) -> None:
        try:
            while not self._stop.is_set() and self._round():
                self._news.wait(self._restores.interval)
                self._news.clear()
        except Exception as error:  # noqa: BLE001 raised where somebody waits, see `Queue.wait`
            self.failure = error

    def _round(self) -> bool:
        """One look at everything; tells whether there is something left to wait for."""
        try:
            items = self._queue.items
            for each in items:
                if each.state.held:
                    self._tend(each)
            items = self._queue.items
            failed = {each.id for each in items if each.state in {ItemState.FAILED, ItemState.SKIPPED}}
            if not failed or self._go_on:
                items = self._leave_out(items, failed)
                self._send_ready(items)
                items = self._queue.items
                failed = {each.id for each in items if each.state in {ItemState.FAILED, ItemState.SKIPPED}}
        except ConnectionFailed:
            # The network is away; all that is known is written down, and asked again.
            return True
        if any(each.state.held for each in items):
            return True
        return any(each.state is ItemState.WAITING for each in items) and (not failed or self._go_on)

    # -- what runs

    def _tend(self, item: QueueItem) -> None:
        job = self.jobs.get(item.id)
        if job is None:
            self._adopt(item)
        elif job.done:
            self._settle(item, job)

    def _settle(self, item: QueueItem, job: Job) -> None:
        try:
            job.wait(0)
        except RestoreError as error:
            self._set(item, ItemState.FAILED, error.message)
        else:
            verdict = job.verdict
            self._set(item, ItemState.DONE, "" if verdict is None else verdict.summary)

    def _adopt(self, item: QueueItem) -> None:
        """Take over what another process has sent, or was about to send when it died."""
        submission = self._submission(item)
        if submission is None:
            if item.claimed_at is not None and self._restores.frontend.now() - item.claimed_at > _STALE:
                self._history.settle_item(item.name, item.id, ItemState.WAITING, by=item.claimed_by)
            return
        if submission.outcome is Outcome.REFUSED:
            self._set(item, ItemState.FAILED, "the server refused it")
            return
        sample = self._restores.settle(submission)
        if sample is not None:
            self._follow(item, self._restores.found(sample, submission))
        elif submission.outcome in {Outcome.SENT, Outcome.GONE}:
            self._set(item, ItemState.FAILED, "it was sent, and SHOW RESTORE forgot it before its end was seen")
        elif self._restores.frontend.now() - submission.at > _STALE:
            self._set(item, ItemState.FAILED, "whether the server took it is not known: look before a retry")

    def _submission(self, item: QueueItem) -> Submission | None:
        if item.submission is not None:
            return self._history.submission(item.submission)
        mark = fingerprint(self._statement(item), item.database)
        found = self._history.submissions(
            self._restores.recorder.cluster, database=item.database, fingerprint=mark, last=1
        )
        return next((each for each in found if item.claimed_at is not None and each.at >= item.claimed_at), None)

    def _statement(self, item: QueueItem) -> Restore:
        statement = self._queue.parse(item.statement)
        if not isinstance(statement, Restore):
            raise PlanRefused(f"the item {item.id} of the queue {item.name} is no RESTORE")
        return statement

    # -- what waits

    def _leave_out(self, items: tuple[QueueItem, ...], failed: set[str]) -> tuple[QueueItem, ...]:
        for each in items:
            cause = next((other for other in each.after if other in failed), None)
            if each.state is ItemState.WAITING and cause is not None:
                self._set(each, ItemState.SKIPPED, f"it comes after {cause}, which is not done")
                failed.add(each.id)
        return self._queue.items

    def _send_ready(self, items: tuple[QueueItem, ...]) -> None:
        done = {each.id for each in items if each.state is ItemState.DONE}
        held = [each for each in items if each.state.held]
        busy, running = {each.database for each in held}, len(held)
        for each in items:
            if self._stop.is_set() or running >= self._limit:
                return
            if each.state is not ItemState.WAITING or not done.issuperset(each.after) or each.database in busy:
                continue
            # Those behind it in its database wait for it, whether it can be sent now or not: the order is kept.
            busy.add(each.database)
            if self._later.get(each.id, 0):
                self._later[each.id] -= 1
                continue
            if self._history.claim(each.name, each.id, self._by):
                running += self._send(each)
                if not self._go_on and self._has_failed(each):
                    return

    def _has_failed(self, item: QueueItem) -> bool:
        return any(each.id == item.id and each.state is ItemState.FAILED for each in self._queue.items)

    def _send(self, item: QueueItem) -> bool:
        """Plan it, and send it if the plan is what the yes was for; tells whether it runs."""
        try:
            plan = self._planner(item.statement)
            if [each.code for each in plan.findings if each.severity == "error"] == [RUNNING]:
                return self._submit_or_wait(item, plan)
            if item.yes and item.yes != agreed(plan) and plan.verdict is not Verdict.BLOCKED:
                raise PlanRefused(f"the yes was for another plan; now it would {plan.consequence}")
            self._follow(item, self._sender.submit(plan, overwrite=bool(item.yes)))
        except ConnectionFailed:
            self._give_back(item, "the cluster does not answer")
            raise
        except RestoreError as error:
            self._set(item, ItemState.FAILED, error.message)
            return False
        return True

    def _submit_or_wait(self, item: QueueItem, plan: Plan) -> bool:
        """Where a job runs in the database: join it if it is this one, else come back later."""
        try:
            self._follow(item, self._sender.submit(plan, overwrite=False))
        except PlanRefused:
            self._later[item.id] = _BUSY
            self._give_back(item, "waits for a job that somebody else runs in the database")
            return False
        return True

    def _give_back(self, item: QueueItem, note: str) -> None:
        self._history.settle_item(item.name, item.id, ItemState.WAITING, by=self._by, note=note)

    def _follow(self, item: QueueItem, job: Job) -> None:
        self._history.settle_item(item.name, item.id, ItemState.SENT, submission=job.submission)
        self.jobs[item.id] = job
        job.subscribe(lambda _: self._news.set())
        job.follow()

    def _set(self, item: QueueItem, state: ItemState, note: str) -> None:
        self._history.settle_item(item.name, item.id, state, note=note)
