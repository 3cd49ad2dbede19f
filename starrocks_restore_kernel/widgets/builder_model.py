"""The restore builder without a widget in it: what was chosen, what must be read next, and the statement."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..cluster.values import Repository, Snapshot, SnapshotContents, SnapshotObject
from ..errors import RestoreError, TranslationError, UsageProblem
from ..language.check import check
from ..language.statements import (
    Property,
    QualifiedName,
    Restore,
    Source,
    Statement,
    property_map,
)
from ..language.versions import NEWEST, release
from .choices import Choice, Finding, Scope, choice, named_object
from .reading import Need, NeedContents, NeedRepositories, NeedSnapshots, SnapshotSource

__all__ = ["BuilderModel"]


class BuilderModel:
    """What a person has chosen so far.

    Reading is left to the caller, since it may take minutes: `needs` says what has to be read, `answer` takes it,
    and an answer to a question that nobody asks any more is dropped.

    Parameters
    ----------
    version
        The server to write for; 3.3 names the database in front of the label.

    Attributes
    ----------
    repositories, snapshots, contents
        What was read; None until then.
    scope
        Everything or only what is ticked; None until chosen.
    choices
        The ticked objects by name, in the order of the statement; replaced as a whole, never changed in place.
    target
        The database to restore into; empty for the snapshot's own.
    """

    def __init__(self, version: str = NEWEST) -> None:
        self.version = version
        self._release = release(version)
        self.repositories: tuple[Repository, ...] | None = None
        self.snapshots: tuple[Snapshot, ...] | None = None
        self.contents: SnapshotContents | None = None
        self.failures: dict[Need, RestoreError] = {}
        self.repository: str | None = None
        self.label: str | None = None
        self.scope: Scope | None = None
        self.choices: dict[str, Choice] = {}
        self.target = ""
        self._origin: str | None = None
        self._properties: dict[str, str] = {}
        self._inside: dict[str, SnapshotObject] = {}
        self._built: tuple[object, dict[str, Choice], Restore | None] = (None, self.choices, None)
        self._written: tuple[Restore | None, str, tuple[Finding, ...]] = (None, "", ())

    @classmethod
    def from_statement(cls, statement: Statement, version: str = NEWEST) -> BuilderModel:
        """Open a statement as a filled-in builder; see `load`."""
        model = cls(version)
        model.load(statement)
        return model

    # -- choosing

    def choose_repository(self, name: str | None) -> None:
        """Take a repository; what was chosen below it is forgotten."""
        if name != self.repository:
            self.repository, self.snapshots = name, None
            self.choose_snapshot(None)

    def choose_snapshot(self, label: str | None) -> None:
        """Take a snapshot; its only timestamp is taken with it."""
        if label != self.label:
            self.label, self._origin, self.target = label, None, ""
            self.scope, self.choices = None, {}
            self.choose_timestamp(None)
        self._take_only_timestamp()

    def choose_timestamp(self, timestamp: str | None) -> None:
        """Take one of the snapshot's timestamps; the ticks stay, by name."""
        if timestamp == self.timestamp:
            return
        self.contents, self._inside = None, {}
        if timestamp is None:
            self._properties.pop("backup_timestamp", None)
        elif "backup_timestamp" in self._properties:
            self._properties["backup_timestamp"] = timestamp
        else:
            self._properties = {"backup_timestamp": timestamp, **self._properties}

    def choose_replication(self, number: str | None) -> None:
        """Take a replication number as it was typed; None or nothing leaves it to the server."""
        if number:
            self._properties["replication_num"] = number
        else:
            self._properties.pop("replication_num", None)

    def choose(self, choices: Iterable[Choice]) -> None:
        """Replace all ticks at once, and say so: the scope becomes `Scope.TICKED`."""
        self.choices = {each.name: each for each in choices}
        self.scope = Scope.TICKED

    def tick(self, name: str, partitions: Iterable[str] | None = None, alias: str | None = None) -> None:
        """Tick one object, whole or some of its partitions.

        Raises
        ------
        UsageProblem
            If the snapshot is known to hold no such object, or the object no such partition.
        """
        chosen = None if partitions is None else tuple(partitions)
        if self.contents is not None:
            if name not in self._inside:
                raise UsageProblem(f"{self.label} holds no {name!r}", hint=_nearest(name, self._inside))
            strange = [each for each in chosen or () if each not in self._inside[name].partitions]
            if strange:
                hint = _nearest(strange[0], self._inside[name].partitions)
                raise UsageProblem(f"{name} has no partition {strange[0]!r} in {self.label}", hint=hint)
        if chosen == ():
            raise UsageProblem(f"no partition of {name} is named", hint="leave partitions out to take the whole table")
        self.choose([*self.choices.values(), Choice(name, chosen, alias or None)])

    def untick(self, name: str) -> None:
        """Take one object out again.

        Raises
        ------
        UsageProblem
            If it is not ticked.
        """
        if name not in self.choices:
            raise UsageProblem(f"{name!r} is not ticked", hint=_nearest(name, self.choices))
        self.choices = {each: choice for each, choice in self.choices.items() if each != name}

    def drop_strangers(self) -> None:
        """Untick what the snapshot does not hold."""
        kept = []
        for each in self.choices.values():
            inside = self._inside.get(each.name)
            if inside is not None and each.partitions is None:
                kept.append(each)
            elif inside is not None and each.partitions is not None:
                partitions = tuple(name for name in each.partitions if name in inside.partitions)
                kept += [replace(each, partitions=partitions)] if partitions else []
        self.choices = {each.name: each for each in kept}

    # -- reading

    @property
    def needs(self) -> tuple[Need, ...]:
        """What has to be read, the most urgent first, without what failed."""
        return tuple(each for each in self._wanted() if each not in self.failures)

    @property
    def failed(self) -> tuple[tuple[Need, RestoreError], ...]:
        """What has to be read and could not be; a failure that concerns nobody any more is not told."""
        return tuple((each, self.failures[each]) for each in self._wanted() if each in self.failures)

    def _wanted(self) -> list[Need]:
        wanted: list[Need] = []
        if self.repositories is None:
            wanted.append(NeedRepositories())
        if (
            self.repository is not None
            and self.label is not None
            and self.timestamp is not None
            and self.contents is None
        ):
            wanted.append(NeedContents(self.repository, self.label, self.timestamp))
        if self.repository is not None and self.snapshots is None:
            wanted.append(NeedSnapshots(self.repository))
        return wanted

    def answer(self, need: Need, value: Any) -> None:
        """Take what was read; an answer that is not needed any more is dropped."""
        if need not in self.needs:
            return
        match need:
            case NeedRepositories():
                self.repositories = value
                if self.repository is None and len(value) == 1:
                    self.choose_repository(value[0].name)
            case NeedSnapshots():
                self.snapshots = value
                self._take_only_timestamp()
            case NeedContents():
                self.contents = value
                self._inside = {each.name: each for each in value.objects}

    def fail(self, need: Need, error: RestoreError) -> None:
        """Note that a question got no answer; it is not put again before `retry`."""
        if need in self.needs:
            self.failures[need] = error

    def retry(self) -> None:
        """Put the failed questions again."""
        self.failures.clear()

    def read_all(self, source: SnapshotSource) -> None:
        """Read all that is needed, here and now; errors are raised."""
        while self.needs:
            need = self.needs[0]
            self.answer(need, need.read(source))

    # -- what came of it

    @property
    def timestamp(self) -> str | None:
        """The backup timestamp."""
        return self._properties.get("backup_timestamp")

    @property
    def replication_num(self) -> str | None:
        """The replication number as it was typed."""
        return self._properties.get("replication_num")

    @property
    def snapshot(self) -> Snapshot | None:
        """The chosen snapshot's row, where it was listed."""
        return next((each for each in self.snapshots or () if each.label == self.label), None)

    @property
    def source_database(self) -> str | None:
        """The database inside the snapshot, where it is known."""
        if self.contents is not None and self.contents.database:
            return self.contents.database
        return self._origin

    @property
    def missing(self) -> str:
        """What is still to be chosen; empty if nothing is."""
        if self.repository is None:
            return "choose a repository"
        if self.label is None:
            return "choose a snapshot"
        if self.timestamp is None:
            return "choose when it was taken"
        if self.contents is not None and not self.contents.database:
            return (
                "a snapshot of external catalogs has no tables to tick: write RESTORE … ALL EXTERNAL CATALOGS as text"
            )
        if self.source_database is None and not self.target:
            return "what the snapshot holds is not known yet"
        if self.scope is None:
            return "say what to restore: everything, or only what is ticked"
        if self.scope is Scope.TICKED and not self.choices:
            return "tick what to restore"
        return ""

    @property
    def statement(self) -> Restore | None:
        """The statement, or None while something is `missing`."""
        # Built once for one state: with a hundred thousand ticks it takes a moment, and the view asks often.
        inside = None if self.contents is None else self.contents.database
        state = (self.repository, self.label, self.scope, self.target, self._origin, inside, *self._properties.items())
        if self._built[0] != state or self._built[1] is not self.choices:
            self._built = (state, self.choices, self._build())
        return self._built[2]

    def _build(self) -> Restore | None:
        if self.missing or self.label is None or self.repository is None:
            return None
        origin, target = self.source_database, self.target
        if self._release.database_clause and origin is not None:
            source = Source(origin, target if target not in {"", origin} else None)
            snapshot = QualifiedName((self.label,))
        else:
            # Before 3.4 there is no other form; since then it is what is left while the snapshot's own name is unknown.
            source = None
            snapshot = QualifiedName((target or origin or "", self.label))
        objects = None if self.scope is Scope.EVERYTHING else tuple(map(named_object, self.choices.values()))
        properties = tuple(Property(key, value) for key, value in self._properties.items())
        return Restore(snapshot, self.repository, source=source, objects=objects, properties=properties)

    def sql(self) -> str:
        """The statement's text, empty while something is missing or where it cannot be written."""
        statement = self.statement
        if self._written[0] is not statement:
            text = ""
            refused: tuple[Finding, ...] = ()
            try:
                text = "" if statement is None else statement.sql(version=self.version)
            except TranslationError as error:
                refused = (Finding("error", error.message, error.hint),)
            self._written = (statement, text, refused)
        return self._written[1]

    def findings(self) -> tuple[Finding, ...]:
        """What the snapshot does not bear out, then what the server would refuse, then advice."""
        return (*self.contradictions(), *self.judge(self.sql(), self.version))

    @staticmethod
    def judge(sql: str, version: str) -> tuple[Finding, ...]:
        """What `check` says about the text; nothing where there is none."""
        if not sql:
            return ()
        return tuple(Finding(each.severity, each.message, each.hint, each.code) for each in check(sql, version))

    @property
    def strangers(self) -> tuple[str, ...]:
        """The ticked objects and partitions that the snapshot does not hold."""
        if self.contents is None:
            return ()
        found = []
        for each in self.choices.values():
            inside = self._inside.get(each.name)
            if inside is None:
                found.append(each.name)
            else:
                found += [f"{each.name} ({part})" for part in each.partitions or () if part not in inside.partitions]
        return tuple(found)

    def contradictions(self) -> list[Finding]:
        """What the snapshot does not bear out, and what cannot be written."""
        self.sql()
        found = [*self._written[2]]
        snapshot = self.snapshot
        if self.label is not None and self.snapshots is not None and snapshot is None:
            found.append(Finding("error", f"{self.repository} lists no snapshot {self.label}"))
        elif snapshot is not None and snapshot.status != "OK":
            found.append(Finding("error", f"{snapshot.label} cannot be restored from: {snapshot.status}"))
        elif snapshot is not None and not snapshot.timestamps:
            found.append(Finding("error", f"{snapshot.label} has no timestamp, so it cannot be restored from"))
        elif snapshot is not None and self.timestamp is not None and self.timestamp not in snapshot.timestamps:
            found.append(Finding("error", f"{snapshot.label} was not taken at {self.timestamp}"))
        if self.contents is not None and self.contents.status != "OK":
            found.append(Finding("error", f"what the snapshot holds could not be read: {self.contents.status}"))
        elif self.contents is not None and self._origin not in {None, "", self.contents.database}:
            message = f"the snapshot holds {self.contents.database}, not {self._origin}: that is what is written now"
            found.append(Finding("warning", message))
        strangers = self.strangers if self.scope is Scope.TICKED else ()
        if strangers:
            shown = ", ".join(strangers[:5]) + (f" and {len(strangers) - 5:,} more" if len(strangers) > 5 else "")
            found.append(Finding("error", f"not in this snapshot: {shown}", "untick them, or choose another snapshot"))
        return found

    # -- the inverse

    def load(self, statement: Statement) -> None:
        """Fill the builder in from a statement, so that it writes that statement again.

        What the server ignores is not kept: qualifiers in ON, and all but the last of equal properties.

        Raises
        ------
        UsageProblem
            If the builder has no form for it: another statement, catalogs, ALL, functions, temporary partitions,
            an object named twice. The builder is then as it was.
        """
        if not isinstance(statement, Restore):
            raise UsageProblem("the builder opens a RESTORE and nothing else", hint="parse the RESTORE alone")
        if statement.catalogs is not None:
            raise UsageProblem("the builder has no form for external catalogs", hint="edit the statement as text")
        if len(statement.snapshot.parts) > 2:
            raise UsageProblem(f"{statement.snapshot} is no label", hint="write the label, or database.label")
        choices = [choice(each) for each in statement.objects or ()]
        if len({each.name for each in choices}) < len(choices):
            raise UsageProblem("an object is named twice in ON", hint="several partitions go into one list")
        source = statement.source
        self.choose_repository(statement.repository)
        self.choose_snapshot(statement.label)
        self._origin = None if source is None else source.name
        self.target = (source.target or "") if source is not None else statement.target_database or ""
        if self.target == self._origin:
            self.target = ""
        properties = property_map(statement.properties)
        self.choose_timestamp(properties.get("backup_timestamp"))
        self._properties = properties
        self.choices = {each.name: each for each in choices}
        self.scope = Scope.EVERYTHING if statement.objects is None else Scope.TICKED

    def _take_only_timestamp(self) -> None:
        snapshot = self.snapshot
        if snapshot is not None and self.timestamp is None and snapshot.usable and len(snapshot.timestamps) == 1:
            self.choose_timestamp(snapshot.timestamps[0])


def _nearest(name: str, known: Iterable[str]) -> str | None:
    names = list(known)
    # Comparing with a hundred thousand names takes seconds; the first letters narrow it.
    near = difflib.get_close_matches(
        name, names if len(names) <= 2_000 else [each for each in names if each[:2] == name[:2]][:2_000], n=3
    )
    return f"did you mean {', '.join(near)}?" if near else None
