"""The facts that a plan stands on: read once, held as plain values.

What could not be read is None, and listed in ``unknown`` with the server's reason; it is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..cluster import (
    Backend,
    BackupSample,
    Catalog,
    FrontendNode,
    Function,
    Grants,
    JobSample,
    MaterializedView,
    Partitions,
    Repository,
    Session,
    Snapshot,
    SnapshotContents,
    Table,
    TableConfiguration,
)

__all__ = ["ClusterFacts", "Facts", "RepositoryFacts", "TargetFacts", "Unknown", "UserFacts", "closest"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read."""

    part: str
    """Where it would stand: ``target.tables``."""
    what: str
    """What it is, in words."""
    reason: str
    """The server's."""

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The machines and how they are set up."""

    frontends: tuple[FrontendNode, ...] | None = None
    backends: tuple[Backend, ...] | None = None
    configuration: Mapping[str, str] | None = None
    """What a restore depends on, of the connected frontend."""

    @property
    def leader(self) -> FrontendNode | None:
        """The frontend that runs the jobs; None where it is not known."""
        return next((each for each in self.frontends or () if each.role == "LEADER"), None)

    @property
    def hosts(self) -> frozenset[str] | None:
        """Hosts that take replicas; two backends on one host are one of them."""
        if self.backends is None:
            return None
        return frozenset(each.host for each in self.backends if each.takes_replicas)

    @property
    def run_mode(self) -> str | None:
        """``shared_nothing`` or ``shared_data``."""
        return self.setting("run_mode")

    @property
    def default_replication(self) -> int | None:
        """The replica number of a RESTORE that names none."""
        return self.number("default_replication_num")

    def setting(self, name: str) -> str | None:
        """An item of the configuration."""
        return None if self.configuration is None else self.configuration.get(name)

    def number(self, name: str) -> int | None:
        """An item of the configuration that is a number."""
        value = self.setting(name)
        return int(value) if value is not None and value.isdecimal() else None


@dataclass(frozen=True, slots=True)
class UserFacts:
    """Who asks, and what that user may do."""

    session: Session | None = None
    grants: Grants | None = None


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """The repository of the statement, and its snapshot."""

    repositories: tuple[Repository, ...] | None = None
    snapshots: tuple[Snapshot, ...] | None = None
    """Read only where the contents could not be: of the label alone where it exists, else of the whole repository."""
    contents: SnapshotContents | None = None
    """None without a timestamp too."""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """The database that the statement acts on; everything is empty in one that does not exist.

    Attributes
    ----------
    database
        None where it is not known, and for a RESTORE of external catalogs.
    only
        The names that were looked at; None for all. Materialized views are all looked at: they may read the named.
    complete
        Whether every object is among the tables. information_schema leaves out what the user has no right on, so that
        a name that is not listed may be there all the same.
    hidden
        Names that are there for sure and are not listed.
    restore
        The last restore in the database's job slot, whether it runs or has ended.
    backup
        The same of a backup; they share the one slot.
    functions
        Read only where the statement restores functions; None otherwise.
    catalogs
        Read only for a RESTORE of external catalogs.
    """

    database: str | None = None
    exists: bool | None = None
    only: frozenset[str] | None = None
    tables: Mapping[str, Table] | None = None
    configurations: Mapping[str, TableConfiguration] | None = None
    states: Mapping[str, str] | None = None
    partitions: Partitions | None = None
    views: Mapping[str, str] | None = None
    materialized_views: Mapping[str, MaterializedView] | None = None
    functions: tuple[Function, ...] | None = None
    catalogs: tuple[Catalog, ...] | None = None
    restore: JobSample | None = None
    backup: BackupSample | None = None
    complete: bool = True
    hidden: frozenset[str] = frozenset()

    @property
    def running_restore(self) -> JobSample | None:
        """The restore that holds the job slot."""
        return self.restore if self.restore is not None and not self.restore.state.ended else None

    @property
    def running_backup(self) -> BackupSample | None:
        """The backup that holds the job slot."""
        return self.backup if self.backup is not None and not self.backup.ended else None

    def free(self, name: str) -> bool | None:
        """Whether no table, view or materialized view has a name; None where that is not known."""
        if self.tables is None:
            return None
        if name in self.tables or name in self.hidden:
            return False
        looked_at = self.only is None or name in self.only
        return True if self.complete and looked_at else None

    @classmethod
    def missing(cls, database: str, only: frozenset[str] | None = None) -> TargetFacts:
        """A database that does not exist."""
        return cls(database, False, only, {}, {}, {}, Partitions(), {}, {}, ())


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for one RESTORE."""

    version: str
    """The release whose grammar the cluster speaks."""
    cluster: ClusterFacts = field(default_factory=ClusterFacts)
    user: UserFacts = field(default_factory=UserFacts)
    repository: RepositoryFacts = field(default_factory=RepositoryFacts)
    target: TargetFacts = field(default_factory=TargetFacts)
    unknown: tuple[Unknown, ...] = ()

    def knows(self, part: str) -> bool:
        """Whether nothing of a part, ``target.tables`` or all of ``target``, was refused."""
        return not any(each.part == part or each.part.startswith(f"{part}.") for each in self.unknown)


def closest(name: str, known: list[str]) -> str | None:
    """A known name that was probably meant: the same but for case, or nearly the same."""
    import difflib

    by_case = {each.lower(): each for each in known}
    if name.lower() in by_case:
        return by_case[name.lower()]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return near[0] if near else None
