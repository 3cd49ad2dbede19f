"""Many restores one after another: one job a database at a time, databases side by side, kept in the history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from html import escape

from ..drawing import Drawing, badge, html_table, text_table
from ..errors import PlanRefused, UsageProblem
from ..history import History, ItemState, QueueItem
from ..language.statements import Restore, Statement
from ..planning import Plan
from .queue_run import RUNNING, QueueRun
from .restores import Restores
from .sameness import agreed
from .submit import Sender

__all__ = ["Queue"]

_TONE = {ItemState.DONE: "ok", ItemState.FAILED: "bad", ItemState.SKIPPED: "warn"}
_HEADINGS = ("#", "item", "database", "state", "done", "after", "note")


class Queue(Drawing):
    """A named queue; the same name finds it again, in another kernel too.

    Parameters
    ----------
    name
        In the history; a new queue is empty.
    planner, parse
        Make the plan of a text, and the statement.
    """

    def __init__(
        self,
        name: str,
        restores: Restores,
        sender: Sender,
        planner: Callable[[str], Plan],
        parse: Callable[[str], Statement],
    ) -> None:
        self.name = name
        self.parse = parse
        self._restores = restores
        self._sender = sender
        self._planner = planner
        self._history: History = restores.history
        self._run: QueueRun | None = None
        self._lock = threading.Lock()

    @property
    def items(self) -> tuple[QueueItem, ...]:
        """What is in it, in its order, as the history has it now."""
        return self._history.queue_items(self.name)

    @property
    def fraction(self) -> float:
        """How much of the whole is done, 0 to 1; each item counts the same."""
        items = self.items
        return sum(self._fraction(each) for each in items) / len(items) if items else 0.0

    @property
    def working(self) -> bool:
        """Whether it is being worked off in this process."""
        return self._run is not None and self._run.alive

    # -- filling

    def add(
        self, what: Plan | str, *, item: str | None = None, after: Collection[str] = (), overwrite: bool = False
    ) -> Queue:
        """Put a RESTORE at the end.

        Parameters
        ----------
        what
            A plan, or the text of a statement, which is planned now.
        item
            What it is called in the queue; the number of its place unless it is said.
        after
            The items that must be done before.
        overwrite
            The yes to what its plan shows now. If the plan is another one when its turn comes, it is not sent.

        Raises
        ------
        PlanRefused
            If the plan destroys and ``overwrite`` is not said, or is blocked by something else than what runs now.
        UsageProblem
            If it is no RESTORE, the name is taken, or the queue is being worked off.
        """
        plan = self._planner(what) if isinstance(what, str) else what
        statement = plan.statement
        if not isinstance(statement, Restore):
            raise UsageProblem(f"{type(statement).__name__} starts no restore job", hint="queue RESTORE statements")
        errors = {each.code for each in plan.findings if each.severity == "error"}
        if errors != {RUNNING}:
            plan.allow(overwrite=overwrite)
        elif not overwrite and any(each.action.destroys for each in plan.effects):
            # What runs now will have ended when the item's turn comes; the yes is needed then.
            raise PlanRefused(f"nothing was queued: {plan.consequence}", hint="overwrite=True if you mean it")
        items = self.items
        made = QueueItem(
            self.name,
            len(items),
            item or str(len(items) + 1),
            "" if statement.catalogs is not None else plan.target_database or "",
            statement.sql(pretty=False, version=plan.version),
            yes=agreed(plan) if overwrite else "",
            after=tuple(after),
        )
        self._history.put_queue(self.name, [*items, made])
        return self

    def clear(self) -> None:
        """Take the whole queue away; refused while it is being worked off."""
        self._history.put_queue(self.name, [])

    def skip(self, item: str) -> Queue:
        """Leave an item out that waits or has failed."""
        return self._set(item, {ItemState.WAITING, ItemState.FAILED}, ItemState.SKIPPED, "left out")

    def retry(self, item: str) -> Queue:
        """Let an item that failed or was left out wait again."""
        return self._set(item, {ItemState.FAILED, ItemState.SKIPPED}, ItemState.WAITING, "")

    def _set(self, item: str, from_: set[ItemState], to: ItemState, note: str) -> Queue:
        found = next((each for each in self.items if each.id == item), None)
        if found is None:
            raise UsageProblem(f"the queue {self.name} has no item {item!r}", hint=f"it has {_names(self.items)}")
        if found.state not in from_:
            raise UsageProblem(f"{item} is {found.state.value}", hint="look at the queue again")
        self._history.settle_item(self.name, item, to, note=note)
        return self

    # -- working it off

    def start(self, *, limit: int = 4, go_on: bool = False) -> Queue:
        """Work it off in the background; started twice it is worked off once.

        Parameters
        ----------
        limit
            How many databases at once.
        go_on
            Whether to go on with the others when one fails; those that come after it are left out.
        """
        if limit < 1:
            raise UsageProblem("a queue runs one job at least", hint="limit=1")
        with self._lock:
            if self._run is None or not self._run.alive:
                self._run = QueueRun(self, self._restores, self._sender, self._planner, limit=limit, go_on=go_on)
                self._run.start()
        return self

    def stop(self) -> Queue:
        """Send nothing more; what runs goes on, and a later start finds it."""
        if self._run is not None:
            self._run.stop()
        return self

    def wait(self, timeout: float | None = None) -> Queue:
        """Wait until nothing of it runs any more and nothing more is sent.

        Raises
        ------
        TimeoutError
            If that takes longer; it goes on.
        RestoreError
            What ended the work before its time, such as a history that cannot be read.
        """
        run = self._run
        if run is not None:
            run.join(timeout)
            if run.alive:
                raise TimeoutError(f"the queue {self.name} is not through in {timeout} s")
            if run.failure is not None:
                raise run.failure
        return self

    def run(self, *, limit: int = 4, go_on: bool = False) -> Queue:
        """Work it off, and wait for the end; an interrupt leaves what runs running, and sends nothing more."""
        self.start(limit=limit, go_on=go_on)
        try:
            return self.wait()
        except KeyboardInterrupt:
            self.stop()
            raise

    # -- drawing

    def _fraction(self, item: QueueItem) -> float:
        if item.state is ItemState.DONE:
            return 1.0
        job = self._run.jobs.get(item.id) if self._run is not None else None
        judged = job.estimate() if job is not None else None
        return 0.0 if judged is None else judged.fraction

    def text(self) -> str:
        """A row an item."""
        return "\n".join([self._title(), "", text_table(_HEADINGS, self._rows())])

    def html(self) -> str:
        """The same as HTML."""
        items = self.items
        worst = next((state for state in _TONE if any(each.state is state for each in items)), None)
        failed = any(each.state is ItemState.FAILED for each in items)
        word = "FAILED" if failed else f"{self.fraction:.0%}"
        tone = "bad" if failed else "ok" if worst is ItemState.DONE and self.fraction == 1 else "dim"
        return f"<h4>{badge(word, tone)} {escape(self._title())}</h4>{html_table(_HEADINGS, self._rows())}"

    def _title(self) -> str:
        items = self.items
        counted = [(state, sum(each.state is state for each in items)) for state in ItemState]
        told = ", ".join(f"{number} {state.value}" for state, number in counted if number)
        return f"Queue {self.name}: {told or 'empty'}, {self.fraction:.0%} of the whole"

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (
                number,
                each.id,
                each.database or "external catalogs",
                each.state.value,
                f"{self._fraction(each):.0%}" if each.state.held or each.state is ItemState.DONE else None,
                ", ".join(each.after),
                each.note,
            )
            for number, each in enumerate(self.items, 1)
        ]


def _names(items: Sequence[QueueItem]) -> str:
    return ", ".join(each.id for each in items) or "none"
