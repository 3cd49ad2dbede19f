"""The restore builder's view: what is chosen is a model's; this draws it and takes the clicks.

There is no button that runs anything. A statement leaves by `Builder.statement`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from html import escape
from typing import Any

from ..drawing import html_block
from ..errors import RestoreError, UsageProblem
from ..language.statements import Restore, Statement
from ..language.versions import NEWEST
from .builder_controls import Controls
from .builder_drawing import builder_html, builder_text, objects_line
from .builder_model import BuilderModel
from .choices import Finding, Scope
from .reading import SnapshotSource
from .selection import Rows

__all__ = ["Builder", "builder"]

_CHECKED_AT_ONCE = 2_000
"""Objects whose check takes about 30 ms; more are checked on the worker, so that a key press does not wait."""

Run = Callable[[Callable[[], None]], object]


def builder(
    source: SnapshotSource,
    *,
    version: str = NEWEST,
    statement: Statement | None = None,
    repository: str | None = None,
    snapshot: str | None = None,
    timestamp: str | None = None,
    replication_num: int | None = None,
    plan: Callable[[Restore], Any] | None = None,
) -> Builder:
    """Write a RESTORE by clicking.

    Parameters
    ----------
    source
        Where repositories, snapshots and their contents are looked up.
    version
        The server to write for.
    statement
        A RESTORE to open as a filled-in builder.
    repository, snapshot, timestamp, replication_num
        What to choose at once.
    plan
        What a "Show plan" button calls with the statement; the result draws itself by ``.html()``.

    Raises
    ------
    UsageProblem
        If the statement has something that the builder cannot show.
    """
    model = BuilderModel(version)
    if statement is not None:
        model.load(statement)
    if repository is not None:
        model.choose_repository(repository)
    if snapshot is not None:
        model.choose_snapshot(snapshot)
    if timestamp is not None:
        model.choose_timestamp(timestamp)
    if replication_num is not None:
        model.choose_replication(str(replication_num))
    return Builder(source, model, plan=plan)


def _on_thread(work: Callable[[], None]) -> None:
    # A daemon: a listing that takes minutes must not hold up the end of the kernel.
    threading.Thread(target=work, name="restore-builder", daemon=True).start()


class Builder:
    """A model, its controls, and one worker that reads what the model needs.

    Parameters
    ----------
    source
        Where snapshots are looked up.
    model
        What is chosen so far.
    plan
        See `builder`.
    run
        Starts the worker; tests pass one that works at once.
    """

    def __init__(
        self,
        source: SnapshotSource,
        model: BuilderModel,
        *,
        plan: Callable[[Restore], Any] | None = None,
        run: Run = _on_thread,
    ) -> None:
        self.model = model
        self._source = source
        self._plan = plan
        self._run = run
        # Callbacks come from the main thread, a subshell's or the worker: the model and the controls have one lock.
        # Reading has its own, so that nobody waits minutes for a click, and the source is asked one thing at a time.
        self._lock = threading.RLock()
        self._reading = threading.Lock()
        self._working = False
        self._drawing = False
        self._busy = ""
        self._rows = Rows(())
        self._names = self._rows.names()
        self._drawn_contents: object = None
        self._judged: tuple[str, tuple[Finding, ...]] = ("", ())
        self._planned: Restore | None = None
        self._wanted_plan: Restore | None = None
        self.controls = Controls(with_plan=plan is not None)
        self._listen()
        self._changed()

    # -- what a person takes out

    @property
    def statement(self) -> Restore:
        """The statement.

        Raises
        ------
        UsageProblem
            If something is still to be chosen.
        """
        with self._lock:
            statement = self.model.statement
            if statement is None:
                raise UsageProblem("the statement is not complete", hint=self.model.missing)
            return statement

    @property
    def sql(self) -> str:
        """The statement's text, for the builder's version."""
        return self.statement.sql(version=self.model.version)

    @property
    def widget(self) -> Any:
        """The widget, to put into another one."""
        return self.controls.root

    # -- the same by hand

    def choose(
        self,
        *,
        repository: str | None = None,
        snapshot: str | None = None,
        timestamp: str | None = None,
        replication_num: int | None = None,
    ) -> Builder:
        """Choose, and read what it needs before returning.

        Raises
        ------
        UsageProblem
            If there is no such repository, snapshot or timestamp.
        RestoreError
            If the cluster cannot be read.
        """
        with self._lock:
            self.model.retry()
            if replication_num is not None:
                self.model.choose_replication(str(replication_num))
        for name, value in (("repository", repository), ("snapshot", snapshot), ("timestamp", timestamp)):
            if value is not None:
                self._read_all(contents=False)
                with self._lock:
                    _known(self.model, name, value)
                    _CHOOSE[name](self.model, value)
        self._read_all(contents=True)
        self._changed()
        return self

    def tick(self, name: str, partitions: Iterable[str] | None = None, alias: str | None = None) -> Builder:
        """Tick an object, whole or some of its partitions; see `BuilderModel.tick`."""
        return self._do(lambda: self.model.tick(name, partitions, alias))

    def untick(self, name: str) -> Builder:
        """Take an object out again."""
        return self._do(lambda: self.model.untick(name))

    def everything(self) -> Builder:
        """Restore the whole snapshot."""
        return self._do(lambda: setattr(self.model, "scope", Scope.EVERYTHING))

    def _do(self, change: Callable[[], None]) -> Builder:
        with self._lock:
            change()
        self._changed()
        return self

    # -- drawing

    def text(self) -> str:
        """The choices, the statement and the findings, for a terminal."""
        with self._lock:
            return builder_text(self.model, self._findings())

    def html(self) -> str:
        """The same as HTML."""
        with self._lock:
            return builder_html(self.model, self._findings())

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 IPython filters itself
        # A front end that knows widgets prefers the view; the others find the same content as HTML or text.
        view = self.widget._repr_mimebundle_() or {}
        return {**view, "text/plain": self.text(), "text/html": html_block(self.html())}

    def _changed(self) -> None:
        """Draw the model, and start the worker if there is work for it."""
        with self._lock:
            self._draw()
            start = not self._working and self._has_work()
            self._working = self._working or start
        if start:
            self._run(self._work)

    def _draw(self) -> None:
        model, controls = self.model, self.controls
        self._drawing = True
        try:
            if model.contents is not self._drawn_contents:
                self._drawn_contents = model.contents
                self._rows = Rows(() if model.contents is None else model.contents.objects)
                self._names = self._rows.names()
            controls.draw(model)
            chosen = model.choices.values()
            controls.picker.show(self._names, self._rows.ticks(chosen), self._rows.aliases(chosen))
            statement = model.statement
            if len(model.choices) <= _CHECKED_AT_ONCE and self._judged[0] != model.sql():
                self._judged = (model.sql(), model.judge(model.sql(), model.version))
            controls.pane.show(model.sql(), model.missing, self._findings())
            if self._planned is not None and self._planned != statement:
                self._planned = None
                controls.plan_area.value = ""  # a plan for another statement would mislead
            controls.say(self._busy, self._failure(), objects_line(model))
        finally:
            self._drawing = False

    def _findings(self) -> tuple[Finding, ...]:
        judged = self._judged[1] if self._judged[0] == self.model.sql() else (_CHECKING,)
        return (*self.model.contradictions(), *judged)

    def _failure(self) -> str:
        return "; ".join(f"{need}: {error}" for need, error in self.model.failed)

    # -- clicks

    def _listen(self) -> None:
        controls, model = self.controls, self.model
        for control, take in (
            (controls.repository, lambda value: model.choose_repository(value or None)),
            (controls.snapshot, lambda value: model.choose_snapshot(value or None)),
            (controls.timestamp, lambda value: model.choose_timestamp(value or None)),
            (controls.target, lambda value: setattr(model, "target", value.strip())),
            (controls.replicas, lambda value: model.choose_replication(value.strip() or None)),
            (controls.scope, lambda value: setattr(model, "scope", value)),
        ):
            control.observe(self._taker(take), names="value")
        controls.picker.on_pick(self._picked)
        controls.retry.on_click(lambda _: self._do(model.retry))
        controls.drop.on_click(lambda _: self._do(model.drop_strangers))
        controls.show_plan.on_click(lambda _: self._do(self._want_plan))

    def _taker(self, take: Callable[[Any], object]) -> Callable[[Mapping[str, Any]], None]:
        def taken(change: Mapping[str, Any]) -> None:
            with self._lock:
                if self._drawing:  # our own writing, not a click
                    return
                take(change["new"])
            self._changed()

        return taken

    def _picked(self, ticks: bytes, aliases: Mapping[str, str]) -> None:
        with self._lock:
            self.model.choose(self._rows.choices(ticks, aliases, self.model.choices))
        self._changed()

    def _want_plan(self) -> None:
        self._wanted_plan = self.model.statement

    # -- the worker

    def _has_work(self) -> bool:
        return bool(self.model.needs) or self._wanted_plan is not None or self._judged[0] != self.model.sql()

    def _work(self) -> None:
        """Work until nothing is left; at most one runs at a time."""
        while True:
            with self._lock:
                if not self._has_work():
                    self._working = False
                    self._busy = ""
                    self._draw()
                    return
                sql = self.model.sql()
            if self._wanted_plan is not None:
                self._make_plan(self._wanted_plan)
            elif self._judged[0] != sql:
                findings = self.model.judge(sql, self.model.version)
                with self._lock:
                    self._judged = (sql, findings)
            else:
                self._read_next()
            with self._lock:
                self._draw()

    def _read_next(self) -> None:
        try:
            self._read(contents=True)
        except RestoreError:
            return  # noted in the model, and drawn with a button to try again

    def _read_all(self, *, contents: bool) -> None:
        while self._read(contents=contents):
            pass

    def _read(self, *, contents: bool) -> bool:
        """Read the most urgent thing; whether there was one."""
        with self._reading:
            with self._lock:
                needs = [need for need in self.model.needs if contents or not need.large]
                if not needs:
                    return False
                need = needs[0]
                self._busy = f"{need} …"
                self._draw()
            try:
                value = need.read(self._source)
            except Exception as cause:  # noqa: BLE001 raised again below, as ours
                # Whatever a driver raises is shown like ours: in a callback nobody would see it.
                error = cause if isinstance(cause, RestoreError) else RestoreError(f"{type(cause).__name__}: {cause}")
                self._note(partial(self.model.fail, need, error))
                raise error from (None if error is cause else cause)
            self._note(partial(self.model.answer, need, value))
            return True

    def _note(self, change: Callable[[], None]) -> None:
        with self._lock:
            self._busy = ""
            change()

    def _make_plan(self, statement: Restore) -> None:
        with self._lock:
            self._busy = "planning …"
            self._draw()
        try:
            with self._reading:
                drawn = html_block(self._plan(statement).html()) if self._plan is not None else ""
        except Exception as error:  # noqa: BLE001 shown instead of raised into a callback
            message = str(error) if isinstance(error, RestoreError) else f"{type(error).__name__}: {error}"
            drawn = html_block(f'<p class="srk-bad">no plan: {escape(message)}</p>')
        with self._lock:
            self._busy = ""
            self._wanted_plan = None
            self._planned = statement
            self.controls.plan_area.value = drawn


_CHECKING = Finding("info", "checking …")
_CHOOSE: dict[str, Callable[[BuilderModel, str], None]] = {
    "repository": BuilderModel.choose_repository,
    "snapshot": BuilderModel.choose_snapshot,
    "timestamp": BuilderModel.choose_timestamp,
}


def _known(model: BuilderModel, what: str, value: str) -> None:
    known: Iterable[str] | None
    match what:
        case "repository":
            known = None if model.repositories is None else [each.name for each in model.repositories]
        case "snapshot":
            known = None if model.snapshots is None else [each.label for each in model.snapshots]
        case _:
            known = None if model.snapshot is None else model.snapshot.timestamps
    if known is not None and value not in known:
        names = list(known)
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        raise UsageProblem(
            f"there is no {what} {value!r} here", hint=f"there is {shown}" if names else f"there is no {what} at all"
        )
