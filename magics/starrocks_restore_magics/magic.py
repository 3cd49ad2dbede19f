"""The magics: thin, a method a command; what they give back draws itself."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from starrocks_restore_kernel.errors import LoginRefused, PlanRefused, RestoreCheckError, UsageProblem

from .options import HELP, cell_options, line_options
from .variables import bind

if TYPE_CHECKING:
    from starrocks_restore_kernel.facade import Cluster
    from starrocks_restore_kernel.jobs import Queue
    from starrocks_restore_kernel.language import Diagnostic
    from starrocks_restore_kernel.planning import Plan

__all__ = ["RestoreMagics"]


@magics_class
class RestoreMagics(Magics):
    """``%restore COMMAND`` and ``%%restore`` over a statement; ``%restore`` alone lists the commands."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._names: dict[str, Any] = shell.user_ns
        self._cluster: Cluster | None = None
        self._last: Plan | None = None
        self._shown: dict[str, str] = {}
        """What each plan that was shown would do, by its statement: what a yes may be for."""
        self._queues: dict[str, Queue] = {}

    def close(self) -> None:
        """Hang up."""
        if self._cluster is not None:
            self._cluster.close()
            self._cluster = None
        self._last = None
        self._shown.clear()
        self._queues.clear()

    @no_var_expand
    @line_cell_magic
    def restore(self, line: str, cell: str | None = None) -> Any:
        """StarRocks' RESTORE: ``%restore`` lists the commands, ``%%restore`` shows what a statement would do."""
        if cell is not None:
            return self._statement(cell_options(line), cell)
        options = line_options(line)
        return getattr(self, f"_{options.command}")(options)

    # -- the cell

    def _statement(self, options: argparse.Namespace, cell: str) -> Any:
        from starrocks_restore_kernel.language.statements import ShowBackup, ShowRepositories, ShowRestore, ShowSnapshot

        if options.explain:
            return self._keep(options.into, _explained(cell))
        if self._cluster is None:
            self._only_check(cell)
        cluster = self._connected()
        statement = bind(cluster.parse(cell), self._names)
        if isinstance(statement, ShowBackup | ShowRepositories | ShowRestore | ShowSnapshot):
            return self._keep(options.into, cluster.run(statement))
        plan = self._last = cluster.plan(statement, source=cell)
        self._keep(options.into, plan)
        if options.queue is not None:
            self._agree(plan, options)
            queue = cluster.queue(options.queue)
            return queue.add(plan, item=options.item, after=options.after, overwrite=options.overwrite)
        if not options.run:
            self._note_shown(plan)
            return plan
        self._agree(plan, options)
        try:
            result = plan.submit(overwrite=options.overwrite, again=options.again)
        except PlanRefused:
            self._show(plan)
            raise
        self._shown.pop(_text(plan), None)
        return self._keep(options.into, result, shown=self._view(result))

    def _agree(self, plan: Plan, options: argparse.Namespace) -> None:
        """Take a yes only for what was shown: a plan that is first made by the cell that runs it was seen by nobody."""
        from starrocks_restore_kernel.jobs import agreed
        from starrocks_restore_kernel.planning import Verdict

        if not options.overwrite or plan.verdict in {Verdict.SAFE, Verdict.BLOCKED}:
            return
        if self._shown.get(_text(plan)) != agreed(plan):
            self._show(plan)
            raise PlanRefused(
                "nothing was sent: this plan had not been shown before",
                hint="look at it above; the same cell, run once more, does it",
            )

    def _note_shown(self, plan: Plan) -> None:
        from starrocks_restore_kernel.jobs import agreed

        self._shown[_text(plan)] = agreed(plan)

    def _show(self, plan: Plan) -> None:
        from IPython.display import display

        display(plan)  # type: ignore[no-untyped-call]
        self._note_shown(plan)

    def _only_check(self, cell: str) -> None:
        from starrocks_restore_kernel.language import check

        # What stands in {{ }} is not known here, so what is found there is not found.
        errors = [each for each in check(cell) if each.severity == "error" and "{{" not in _about(cell, each)]
        if errors:
            raise RestoreCheckError(cell, errors)

    def _view(self, result: Any) -> Any:
        from starrocks_restore_kernel.jobs import Job

        if not isinstance(result, Job):
            return result
        from starrocks_restore_kernel.dashboards import watch

        return watch(result)

    # -- the commands

    def _help(self, _: argparse.Namespace) -> None:
        print(HELP)  # noqa: T201 the answer to a question, in the cell that asked

    def _connect(self, options: argparse.Namespace) -> Cluster:
        from starrocks_restore_kernel.facade import connect

        if "://" in options.target and urlsplit(options.target).password:
            raise UsageProblem(
                "a password in a cell is saved with the notebook",
                hint="take it out of the cell: it is asked for, or comes from STARROCKS_PASSWORD or a profile",
            )
        password = self._ask(options.target) if options.ask else None
        try:
            cluster = connect(options.target, password=password, fresh=options.fresh)
        except LoginRefused:
            if password is not None or not getattr(self.shell, "kernel", None):
                raise
            password = self._ask(options.target)
            if password is None:
                raise
            cluster = connect(options.target, password=password, fresh=options.fresh)
        # The old connection goes only when the new one stands.
        self.close()
        self._cluster = cluster
        return cluster

    def _ask(self, target: str) -> str | None:
        """Ask without echo; None where nobody can be asked, as in a notebook that runs by itself."""
        from getpass import getpass

        from IPython.core.error import StdinNotImplementedError

        try:
            return getpass(f"Password for {target}: ")
        except (StdinNotImplementedError, EOFError):
            return None

    def _repositories(self, _: argparse.Namespace) -> Any:
        return self._connected().repositories()

    def _snapshots(self, options: argparse.Namespace) -> Any:
        return self._connected().snapshots(options.repository, options.label)

    def _contents(self, options: argparse.Namespace) -> Any:
        return self._connected().contents(options.repository, options.label, options.timestamp)

    def _build(self, options: argparse.Namespace) -> Any:
        from starrocks_restore_kernel.facade import builder

        made = builder(self._connected(), repository=options.repository, snapshot=options.snapshot)
        return self._keep(options.into, made)

    def _plan(self, options: argparse.Namespace) -> Any:
        cluster = self._connected()
        if options.action is None:
            self._last = cluster.load_plan(options.file)
            return self._keep(options.into, self._last)
        if self._last is None:
            raise UsageProblem("there is no plan to save", hint="%%restore over a statement makes one")
        place = cluster.save_plan(self._last, options.file)
        print(f"saved {self._last.verdict.value} plan: {place}")  # noqa: T201 the command's answer
        return None

    def _jobs(self, options: argparse.Namespace) -> Any:
        return self._connected().jobs(options.database)

    def _watch(self, options: argparse.Namespace) -> Any:
        cluster = self._connected()
        if options.database is None:
            from starrocks_restore_kernel.facade import dashboard

            return dashboard(cluster)
        job = cluster.attach(options.database)
        return self._keep(options.into, job, shown=self._view(job))

    def _resume(self, _: argparse.Namespace) -> Any:
        jobs = self._connected().resume()
        if not jobs:
            print("nothing was sent whose end was not seen")  # noqa: T201 the answer to a question
            return None
        from starrocks_restore_kernel.dashboards import dashboard, watch

        return watch(jobs[0]) if len(jobs) == 1 else dashboard(jobs)

    def _cancel(self, options: argparse.Namespace) -> Any:
        job = self._connected().attach(options.database)
        if not options.run:
            return job.cancellation()
        job.cancel(force=options.force)
        print(f"cancelled {job.label} in {job.database}")  # noqa: T201 the command's answer
        return None

    def _explain(self, options: argparse.Namespace) -> Any:
        return _explained(self._connected().attach(options.database))

    def _verify(self, options: argparse.Namespace) -> Any:
        job = self._connected().attach(options.database)
        if not job.ended:
            raise UsageProblem(
                f"{job.identity.name} has not ended",
                hint=f"%restore watch {options.database}; it is verified at its end",
            )
        return self._keep(options.into, job.verify(counts=options.counts))

    def _queue(self, options: argparse.Namespace) -> Any:
        queue = self._keep(options.into, self._queues.setdefault(options.name, self._connected().queue(options.name)))
        if options.action == "run":
            from starrocks_restore_kernel.dashboards import watch_queue

            return watch_queue(queue.start(limit=options.limit, go_on=options.go_on))
        if options.action == "stop":
            queue.stop()
        elif options.action == "clear":
            queue.clear()
        return queue

    def _history(self, options: argparse.Namespace) -> Any:
        cluster = self._connected()
        if options.action is None:
            return cluster.history()
        if options.argument is None:
            raise UsageProblem(f"history {options.action} of what?", hint="history export FILE, or history prune DAYS")
        kept = cluster.restores.history
        if options.action == "export":
            place = kept.export(options.argument, options.what)
            print(f"exported the {options.what}: {place}")  # noqa: T201 the command's answer
            return None
        if not options.argument.isdecimal():
            raise UsageProblem(f"{options.argument!r} is no number of days", hint="history prune 90")
        gone = kept.prune(datetime.now(UTC) - timedelta(days=int(options.argument)))
        print(f"forgot {gone:,} job{'' if gone == 1 else 's'}")  # noqa: T201 the command's answer
        return None

    def _events(self, options: argparse.Namespace) -> Any:
        return self._connected().events(options.database)

    # -- helpers

    def _connected(self) -> Cluster:
        if self._cluster is None:
            raise UsageProblem("not connected", hint="%restore connect sandbox, or starrocks://user@host:9030")
        return self._cluster

    def _keep(self, name: str | None, value: Any, *, shown: Any = None) -> Any:
        """Put a value into the notebook's variable of that name, and give what the cell shows."""
        if name is not None:
            self._names[name] = value
        return value if shown is None else shown


def _explained(what: Any) -> Any:
    from starrocks_restore_kernel.jobs import explain

    return explain(what)


def _text(plan: Plan) -> str:
    return plan.statement.sql(pretty=False)


def _about(cell: str, found: Diagnostic) -> str:
    return found.message + ("" if found.span is None else cell[found.span.start : found.span.end])
