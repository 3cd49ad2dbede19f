"""A procedure: named steps, each shown before it runs, each judged against the cluster once more when it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ..drawing import Drawing, badge
from ..errors import PlanRefused, ProcedureStopped, RestoreError, UsageProblem
from ..language.secrets import redact
from .desk import Desk
from .facts import closest
from .plan import Plan, Verdict

__all__ = ["Outcome", "Procedure", "RestoreStep", "Step", "doings"]

_LINES_SHOWN = 60


class Step(Drawing):
    """One step. A subclass is a frozen value that says what it would do, and does it."""

    __slots__ = ()

    name: str

    @property
    def by_itself(self) -> bool:
        """Whether a run of the whole procedure takes it in."""
        return True

    @property
    def needs_yes(self) -> bool:
        """Whether it is refused without ``overwrite``, whatever the cluster looks like."""
        return False

    @property
    def title(self) -> str:
        """What it does, in a sentence."""
        raise NotImplementedError

    @property
    def sql(self) -> tuple[str, ...]:
        """What it sends, as far as that is known before."""
        raise NotImplementedError

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it."""
        return ()

    @property
    def way_back(self) -> str:
        """How to undo it, for whoever meets a failure."""
        return "not needed: what is there was not touched"

    def ahead(self, desk: Desk, *, overwrite: bool) -> None:
        """Refuse at once what would be refused later, before the first step runs."""

    def run(self, desk: Desk, *, overwrite: bool) -> Any:
        """Do it, after a look at the cluster as it is now."""
        raise NotImplementedError

    def text(self) -> str:
        """What it would do, for a terminal."""
        lines = [f"{self.name}: {self.title}", *(f"  {note}" for note in self.notes)]
        return "\n".join([*lines, *(f"    {line}" for line in self._script().split("\n") if line)])

    def html(self) -> str:
        """The same as HTML."""
        return self.numbered("")

    def numbered(self, number: str) -> str:
        """The same behind a number."""
        notes = "".join(f'<p class="srk-dim">{escape(note)}</p>' for note in self.notes)
        script = self._script()
        sql = f'<pre class="srk-sql">{escape(script)}</pre>' if script else ""
        return f"<p>{number}<b>{escape(self.name)}</b> {escape(self.title)}</p>{notes}{sql}"

    def _script(self) -> str:
        lines = "\n".join(f"{each};" for each in self.sql).split("\n")
        more = len(lines) - _LINES_SHOWN
        return "\n".join([*lines[:_LINES_SHOWN], *([f"-- … and {more:,} more lines"] if more > 0 else [])])


@dataclass(frozen=True, slots=True, repr=False)
class RestoreStep(Step):
    """A RESTORE that is waited for.

    Attributes
    ----------
    shown
        The plan as it was made; what runs is planned anew, and refused where it would do something else.
    """

    name: str
    shown: Plan

    @property
    def title(self) -> str:
        """What the plan says of itself."""
        return f"{self.shown.verdict.value.upper()} · {self.shown.consequence}"

    @property
    def sql(self) -> tuple[str, ...]:
        """The statement."""
        return (redact(self.shown.statement).sql(version=self.shown.version),)

    @property
    def notes(self) -> tuple[str, ...]:
        """Errors and warnings of the plan."""
        told = [each for each in self.shown.findings if each.severity != "info"]
        return tuple(
            f"{each.severity} {each.code}: {each.message}{f' → {each.hint}' if each.hint else ''}" for each in told
        )

    @property
    def way_back(self) -> str:
        """None, where something is overwritten."""
        if self.shown.verdict is Verdict.SAFE:
            return "not needed: what is there was not touched"
        return "there is no way: what was overwritten is gone"

    def ahead(self, desk: Desk, *, overwrite: bool) -> None:
        """Plan it now.

        Raises
        ------
        PlanRefused
            If it is blocked, destroys without a yes, or would do something else than was shown.
        """
        self._now(desk, overwrite=overwrite)

    def _now(self, desk: Desk, *, overwrite: bool) -> Plan:
        now = desk.plan(self.shown.statement)
        # What stands in the way comes first: it is the better reason, and it has a repair.
        if now.verdict is Verdict.BLOCKED:
            now.allow(overwrite=overwrite)
        if doings(now) != doings(self.shown):
            raise PlanRefused(
                f"nothing was sent: {now.consequence}; as this was shown: {self.shown.consequence}",
                hint="the cluster has changed: make the procedure again, and look",
            )
        now.allow(overwrite=overwrite)
        return now

    def run(self, desk: Desk, *, overwrite: bool) -> Any:
        """Send it once, and wait for the end.

        Returns
        -------
        Job
            That has succeeded.
        """
        return self._now(desk, overwrite=overwrite).submit(overwrite=overwrite).wait()


def doings(plan: Plan) -> tuple[str | None, tuple[tuple[str, str, str], ...]]:
    """What a plan does to which object: what a yes is for. Rows that come and go meanwhile change nothing of it."""
    return plan.target_database, tuple((each.source, each.target, each.action.value) for each in plan.effects)


@dataclass(frozen=True, slots=True, repr=False)
class Outcome(Drawing):
    """What a run of a procedure did.

    Attributes
    ----------
    done
        The steps that ran, with what each gave.
    waiting
        The name of the step that waits for a yes; None if there is none.
    """

    done: tuple[tuple[str, Any], ...]
    waiting: str | None = None

    def __getitem__(self, step: str) -> Any:
        """What a step gave."""
        return dict(self.done)[step]

    @property
    def _next(self) -> str:
        if self.waiting is None:
            return "All of it has run."
        return f"Next: {self.waiting}. Look first, then procedure.run({self.waiting!r}, overwrite=True)."

    def text(self) -> str:
        """Step by step, for a terminal."""
        parts = [f"{name}: done\n{_text(result)}" for name, result in self.done]
        return "\n\n".join([*parts, self._next])

    def html(self) -> str:
        """The same as HTML."""
        parts = [f"<p><b>{escape(name)}</b> {badge('DONE', 'ok')}</p>{_html(result)}" for name, result in self.done]
        return "".join([*parts, f'<p class="srk-dim">{escape(self._next)}</p>'])


def _text(result: Any) -> str:
    return result.text() if isinstance(result, Drawing) else str(result)


def _html(result: Any) -> str:
    return result.html() if isinstance(result, Drawing) else f"<p>{escape(str(result))}</p>"


@dataclass(frozen=True, slots=True, repr=False)
class Procedure(Drawing):
    """Steps that are run in turn, by name or all. A value: making it changed nothing, and it draws itself.

    Attributes
    ----------
    notes
        What a person should know before.
    """

    title: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    desk: Desk | None = field(default=None, compare=False)

    def __getitem__(self, step: str | int) -> Step:
        """A step by its name, or its number from 1.

        Raises
        ------
        UsageProblem
            If there is none.
        """
        names = [each.name for each in self.steps]
        if isinstance(step, int) and 1 <= step <= len(names):
            return self.steps[step - 1]
        if step in names:
            return self.steps[names.index(str(step))]
        near = closest(str(step), names)
        hint = f"did you mean {near}?" if near else f"its steps: {', '.join(names)}"
        raise UsageProblem(f"this procedure has no step {step!r}", hint=hint)

    def run(
        self, step: str | int | None = None, *, overwrite: bool = False, show: Callable[[Step], object] | None = None
    ) -> Any:
        """Run one step, or all that run by themselves, and stop at the first that fails.

        Parameters
        ----------
        step
            Its name, or its number from 1; None for all.
        overwrite
            The explicit yes to what the steps show as destroyed or exchanged. Without it a run of all stops in front
            of the first step that needs it.
        show
            Is given each step right before it runs.

        Returns
        -------
        Outcome
            What ran, and what waits for a yes; of one step alone, what that step gave.

        Raises
        ------
        PlanRefused
            If the first step may not run: nothing was done.
        ProcedureStopped
            If a step failed: which, why, how to go on, and how to go back.
        """
        if self.desk is None:
            raise UsageProblem("this procedure hangs on no cluster", hint="make it with cluster.side_by_side(…)")
        if step is not None:
            chosen = self[step]
            if chosen.needs_yes and not overwrite:
                raise _no_yes(chosen)
            return self._do(chosen, (), overwrite, show)
        todo = [each for each in self.steps if each.by_itself]
        # A refusal that can be foreseen comes before the first step, not between two of them.
        for each in todo:
            each.ahead(self.desk, overwrite=overwrite)
        done: tuple[tuple[str, Any], ...] = ()
        for each in todo:
            if each.needs_yes and not overwrite:
                if not done:
                    raise _no_yes(each)
                return Outcome(done, each.name)
            done = (*done, (each.name, self._do(each, done, overwrite, show)))
        return Outcome(done)

    def _do(
        self,
        step: Step,
        done: tuple[tuple[str, Any], ...],
        overwrite: bool,
        show: Callable[[Step], object] | None,
    ) -> Any:
        if self.desk is None:
            raise UsageProblem("this procedure hangs on no cluster")
        if show is not None:
            show(step)
        try:
            return step.run(self.desk, overwrite=overwrite)
        except RestoreError as error:
            if isinstance(error, PlanRefused) and not done:
                raise
            raise self._stopped(step, done, error) from error

    def _stopped(self, step: Step, done: Sequence[tuple[str, Any]], error: RestoreError) -> ProcedureStopped:
        names = [name for name, _ in done]
        before = f", done before: {', '.join(names)}" if names else ""
        cause = " ".join([*error.lines(), *getattr(error, "__notes__", ())])
        words = "procedure.run({!r}{})".format(step.name, ", overwrite=True" if step.needs_yes else "")
        hint = f"mend it and go on with {words}; to go back: {step.way_back}"
        return ProcedureStopped(f"the step {step.name} failed{before}: {cause}", hint=hint, done=tuple(names))

    # -- drawing

    def text(self) -> str:
        """Every step, for a terminal."""
        parts = [self.title, *(f"{number}. {each.text()}" for number, each in enumerate(self.steps, 1))]
        if self.notes:
            parts.append("\n".join(f"* {note}" for note in self.notes))
        return "\n\n".join([*parts, self._next_step()])

    def html(self) -> str:
        """The same as HTML."""
        parts = [f"<h4>{escape(self.title)}</h4>"]
        parts += [each.numbered(f"{number}. ") for number, each in enumerate(self.steps, 1)]
        parts += [f"<p>{escape(note)}</p>" for note in self.notes]
        return "".join([*parts, f'<p class="srk-dim">{escape(self._next_step())}</p>'])

    def _next_step(self) -> str:
        first = next(each for each in self.steps if each.by_itself)
        return (
            f"Nothing was changed. To do it: procedure.run(), or one step: procedure.run({first.name!r}). "
            "What destroys or exchanges needs overwrite=True."
        )


def _no_yes(step: Step) -> PlanRefused:
    return PlanRefused(
        f"nothing was sent: {step.name} {step.title}", hint=f"procedure.run({step.name!r}, overwrite=True) is the yes"
    )
