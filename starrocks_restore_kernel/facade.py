"""A cluster as a person works with it: it reads through one room, plans through another, runs through a third."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .cluster import Frontend, SnapshotContents, open_frontend, resolve
from .drawing import Drawing, Listing, Note
from .errors import RestoreError, ServerError, UsageProblem
from .history import EventKind, History, JobRecord, history_url
from .jobs import Hook, Job, Queue, Restores, Sender, job_listing, record_listing, wait_for_backup
from .language import parse
from .language.statements import (
    Backup,
    CancelRestore,
    Other,
    Restore,
    ShowBackup,
    ShowRepositories,
    ShowRestore,
    ShowSnapshot,
    Statement,
)
from .language.versions import release
from .planning import (
    Facts,
    Picture,
    Plan,
    Procedure,
    Wish,
    gather,
    load_plan,
    plan,
    plan_without_facts,
    restore,
    save_plan,
)

if TYPE_CHECKING:
    from .sandbox import Sandbox
    from .widgets import Builder

__all__ = ["Cluster", "builder", "connect", "dashboard"]

_SHOWS = (ShowRestore, ShowBackup, ShowSnapshot, ShowRepositories)
_SANDBOX_VARIABLE = "STARROCKS_RESTORE_SANDBOX"
_SANDBOX_SPEED = 10.0


def connect(
    target: str, *, password: str | None = None, fresh: bool = False, poll_interval: float | None = None
) -> Cluster:
    """Connect to a cluster.

    Parameters
    ----------
    target
        ``starrocks://user@host:9030``, the name of a profile, or ``sandbox``: the sandbox that
        ``STARROCKS_RESTORE_SANDBOX`` names, else a new one in this process.
    password
        Wins over the URL's, the profile's and ``STARROCKS_PASSWORD``.
    fresh
        Put the sandbox back to its first data. Only a sandbox takes it.
    poll_interval
        Seconds between two looks at a followed job; 1, or less in a sandbox, whose clock runs faster.

    Raises
    ------
    ConnectionFailed
        If nothing answers, or the login is refused.
    UsageProblem
        If the target is no URL, profile or sandbox.
    """
    sandbox: Sandbox | None = None
    is_sandbox = target == "sandbox"
    if is_sandbox:
        target = os.environ.get(_SANDBOX_VARIABLE, "")
        if not target:
            sandbox = _start_sandbox()
            target = sandbox.url
    elif fresh:
        raise UsageProblem("only a sandbox can be put back to its first data", hint="leave --fresh out")
    try:
        frontend = open_frontend(resolve(target, password=password))
    except RestoreError:
        if sandbox is not None:
            sandbox.stop()
        raise
    if fresh and sandbox is None:
        frontend.send("ADMIN RESET SANDBOX")
    if poll_interval is None:
        poll_interval = 0.2 if is_sandbox else 1.0
    return Cluster(
        frontend, History(history_url()), poll_interval=poll_interval, on_close=sandbox.stop if sandbox else None
    )


def _start_sandbox() -> Sandbox:
    try:
        from .sandbox import Sandbox
    except ImportError as error:
        hint = "pip install 'starrocks-restore-kernel[sandbox]'"
        raise UsageProblem(f"the sandbox is not installed ({error.name} is missing)", hint=hint) from error
    sandbox = Sandbox(speed=_SANDBOX_SPEED).start()
    # Whoever forgets to close is not to be told so by the sandbox's database at the interpreter's end.
    atexit.register(sandbox.stop)
    return sandbox


class Cluster(Drawing):
    """A connected cluster; what `connect` returns."""

    def __init__(
        self,
        frontend: Frontend,
        history: History,
        *,
        poll_interval: float = 1.0,
        on_close: Callable[[], object] | None = None,
    ) -> None:
        self.frontend = frontend
        self.full_version = frontend.version()
        self._picture = Picture(frontend)
        self._poll_interval = poll_interval
        self._on_close = on_close
        self.restores = Restores(frontend, history, interval=poll_interval)
        """The jobs room of this cluster: what the methods below ask."""
        self._sender = Sender(self.restores, self._planned)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop following, hang up, and end the sandbox if this connection started one. Jobs run on at the server."""
        self.restores.close()
        self.frontend.close()
        self.restores.history.close()
        if self._on_close is not None:
            self._on_close()

    @property
    def version(self) -> str:
        """The release whose grammar the cluster speaks, ``"3.3"`` to ``"4.1"``."""
        return release(self.full_version).name

    # -- reading

    def repositories(self) -> Listing:
        """SHOW REPOSITORIES, as `Repository` values."""
        found = self.frontend.repositories()
        rows = tuple((each.name, each.location, each.read_only, each.error) for each in found)
        return Listing(("repository", "location", "read only", "error"), rows, found, "Repositories")

    def snapshots(self, repository: str, label: str | None = None) -> Listing:
        """SHOW SNAPSHOT, as `Snapshot` values; naming the label spares the storage a listing a snapshot."""
        found = self.frontend.snapshots(repository, label)
        rows = tuple((each.label, "\n".join(each.timestamps), each.status) for each in found)
        return Listing(("snapshot", "timestamp", "status"), rows, found, f"Snapshots in {repository}")

    def contents(self, repository: str, label: str, timestamp: str | None = None) -> Listing:
        """What is inside a snapshot, as `SnapshotObject` values.

        Raises
        ------
        UsageProblem
            If it cannot be read, or has several timestamps and none was named.
        """
        if timestamp is None:
            timestamp = self._only_timestamp(repository, label)
        inside: SnapshotContents = self.frontend.contents(repository, label, timestamp)
        if inside.status != "OK":
            raise UsageProblem(
                f"the snapshot {label} cannot be read: {inside.status}", hint=f"see SHOW SNAPSHOT ON {repository}"
            )
        rows = tuple(
            (each.name, len(each.partitions) or None, ", ".join(each.partitions[:12])) for each in inside.objects
        )
        title = f"{label} · {timestamp} · database {inside.database}"
        return Listing(("object", "partitions", "names"), rows, inside.objects, title)

    def _only_timestamp(self, repository: str, label: str) -> str:
        stamps = [stamp for each in self.frontend.snapshots(repository, label) for stamp in each.timestamps]
        if len(stamps) != 1:
            what = "does not exist or is broken" if not stamps else f"has {len(stamps)} timestamps: {', '.join(stamps)}"
            raise UsageProblem(
                f"the snapshot {label} in {repository} {what}", hint=f"see SHOW SNAPSHOT ON {repository}"
            )
        return stamps[0]

    def jobs(self, database: str | None = None) -> Listing:
        """SHOW RESTORE of the leader, as `JobSample` values: the last job of each database; times are UTC."""
        wanted = None if database is None else {database}
        return job_listing(self.restores.leader.restore_jobs(wanted), "Restore jobs (SHOW RESTORE)")

    def history(self, last: int = 200) -> Listing:
        """The jobs of this cluster that were followed, as `JobRecord` values, that seen last first.

        What else is kept, and how to export or prune it: ``cluster.restores.history``, a `History`.
        """
        return record_listing(self.restores.history.jobs(self.restores.recorder.cluster, last=last))

    def replay(self, record: JobRecord) -> Job:
        """A job out of the history, with its samples, for every view that a running one has; nothing is asked."""
        return self.restores.recorded(record)

    def events(self, database: str | None = None, *, last: int = 200) -> Listing:
        """What happened to this cluster's restores, as `Event` values, oldest first: who sent what, how it ended."""
        found = self.restores.history.events(self.restores.recorder.cluster, database=database, last=last)
        rows = tuple(
            (f"{each.at:%Y-%m-%d %H:%M:%S}", each.kind.value, each.text, each.who, each.where) for each in found
        )
        return Listing(("at (UTC)", "what", "in words", "who", "where"), rows, found, "Events kept")

    def query(self, sql: str) -> Listing:
        """Send any statement and read its rows, as dicts; for counting what came back."""
        columns, rows = self.frontend.rows(sql)
        return Listing(columns, tuple(tuple(row.values()) for row in rows), tuple(rows))

    def possible_replication(self) -> int | None:
        """The cluster's default replica number, or as many as it has hosts alive; None where that may not be read."""
        try:
            hosts = {each.host for each in self.frontend.backends() if each.alive and not each.decommissioned}
            default = self.frontend.config("default_replication_num")
        except ServerError:
            return None
        return min(int(default), len(hosts)) if default is not None and hosts else None

    # -- planning and running

    def refresh(self) -> None:
        """Forget what was read of the machines and of the user's rights, which plans share for some seconds."""
        self._picture.refresh()

    def parse(self, sql: str) -> Statement:
        """Read one statement by this cluster's grammar."""
        return parse(sql, self.version)

    def plan(self, statement: Statement | str, *, source: str = "") -> Plan:
        """What a statement would do here; changes nothing.

        Parameters
        ----------
        statement
            A statement, or the text of one.
        source
            The text that a statement was read from, so that findings can point into it.

        Raises
        ------
        RestoreSyntaxError
            If a text is no statement. What the server would refuse later is a finding of the plan.
        UsageProblem
            If the statement changes nothing, or is none of this family.
        """
        if isinstance(statement, str):
            source, statement = statement, self.parse(statement)
        if isinstance(statement, Restore):
            return self._planned(statement, source)[0]
        if isinstance(statement, (*_SHOWS, Other)):
            raise UsageProblem(
                "this statement changes nothing, so there is nothing to plan", hint="run it: cluster.run(…)"
            )
        return plan_without_facts(statement, self.version, source=source, submitter=self._submit)

    def _planned(self, statement: Restore, source: str = "") -> tuple[Plan, Facts]:
        facts = self.facts(statement)
        return plan(statement, facts, source=source, submitter=self._submit, rate=self.restores.rate()), facts

    def facts(self, statement: Restore) -> Facts:
        """Read what the plan of a RESTORE stands on."""
        return gather(self.frontend, statement, self.version, picture=self._picture)

    def restore(self, repository: str, label: str, timestamp: str | None = None) -> Wish:
        """Begin a wish with all that a snapshot holds; see `Wish`.

        Raises
        ------
        UsageProblem
            If it cannot be read, holds external catalogs, or has several timestamps and none was named.
        """
        if timestamp is None:
            timestamp = self._only_timestamp(repository, label)
        return restore(self.frontend.contents(repository, label, timestamp), repository, desk=self)

    def side_by_side(
        self,
        repository: str,
        label: str,
        timestamp: str | None = None,
        *,
        tables: Sequence[str] = (),
        query: str | Mapping[str, str] | None = None,
    ) -> Procedure:
        """Restore tables under new names, compare, then swap: a procedure, of which nothing has run yet.

        Parameters
        ----------
        tables
            Their names, or globs; all without.
        query
            Asked of both sides; ``{table}`` in it stands for the table. A mapping has one a table.
        """
        return self.restore(repository, label, timestamp).include(*tables).side_by_side(query)

    def save_plan(self, made: Plan, path: str | Path) -> Path:
        """Write a plan to a file that a person reads, and that `load_plan` makes again where it still is true."""
        return save_plan(made, path, self)

    def load_plan(self, path_or_text: str | Path) -> Plan:
        """Make a saved plan again; refused, with what has changed, where it is not the same any more."""
        return load_plan(path_or_text, self)

    def run(self, statement: Statement | str, *, overwrite: bool = False, again: bool = False) -> Any:
        """Plan a statement and do it.

        Returns
        -------
        Job, Listing, BackupResult or Note
            For a RESTORE, a SHOW, a BACKUP (which is waited for), and the rest.
        """
        parsed = self.parse(statement) if isinstance(statement, str) else statement
        if isinstance(parsed, _SHOWS):
            return self.query(parsed.sql(pretty=False, version=self.version))
        return self.plan(statement).submit(overwrite=overwrite, again=again)

    def _submit(self, shown: Plan, overwrite: bool, again: bool) -> Any:
        statement = shown.statement
        if isinstance(statement, Restore):
            return self._sender.submit(shown, overwrite=overwrite, again=again)
        shown.allow(overwrite=overwrite)
        if isinstance(statement, CancelRestore):
            database = "" if statement.external_catalog else statement.database or self.frontend.address.database
            if database is not None and self.restores.slot(database) is not None:
                self.attach(database).cancel()
                return Note("DONE", shown.summary)
        self.frontend.send(statement.sql(pretty=False, version=self.version))
        if isinstance(statement, Backup):
            database = statement.source_database or self.frontend.address.database
            if database is not None and statement.catalogs is None:
                return wait_for_backup(self.frontend, statement, database, interval=self._poll_interval)
        return Note("DONE", shown.summary)

    def attach(self, database: str) -> Job:
        """Follow the job that SHOW RESTORE shows for a database, whoever sent it; see `Restores.attach`."""
        return self.restores.attach(database)

    def resume(self) -> tuple[Job, ...]:
        """Follow again what was sent with this history and whose end was not seen, as after a kernel has died."""
        return self.restores.resume()

    def queue(self, name: str) -> Queue:
        """The queue of that name in the history, empty if it is new; see `Queue`."""
        return Queue(name, self.restores, self._sender, self.plan, self.parse)

    def on(self, hook: Hook, kinds: Collection[EventKind] | None = None) -> Callable[[], None]:
        """Call a function, or a `Webhook`, at each event; what comes back ends it."""
        return self.restores.on(hook, kinds)

    # -- drawing

    def text(self) -> str:
        """One line."""
        return f"Connected to {self.frontend.address}, StarRocks {self.full_version}"

    def html(self) -> str:
        """The same as HTML."""
        from html import escape

        return f"<p>Connected to <b>{escape(str(self.frontend.address))}</b>, StarRocks {escape(self.full_version)}</p>"


def builder(cluster: Cluster, **choices: Any) -> Builder:
    """The widget that writes a RESTORE by clicking; ``choices`` are those of `starrocks_restore_kernel.widgets`."""
    from . import widgets

    if "statement" not in choices:
        choices.setdefault("replication_num", cluster.possible_replication())
    return widgets.builder(cluster.frontend, version=cluster.version, plan=cluster.plan, **choices)


def dashboard(cluster: Cluster) -> Any:
    """The last restore job of every database, as a figure."""
    from . import dashboards

    return dashboards.overview_figure(cluster.restores.leader.restore_jobs())
