"""Reading the facts of one RESTORE: few round trips, and those that do not wait for each other at once.

==============  ======================================================================  ===========
what            how                                                                     round trips
==============  ======================================================================  ===========
the slow facts  `Picture`                                                               2, or none
the repository  SHOW REPOSITORIES and the contents together; the snapshots if need be   1 to 3
the target      its jobs, tables, views and so on together                              1
partitions      as a stream: there may be a million                                     1
==============  ======================================================================  ===========
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ..cluster import Frontend, Partitions, Question, SnapshotContents, Table, TableKind, reading, reading_objects
from ..errors import ServerError
from ..language.statements import AllObjects, NamedObject, ObjectKind, Restore
from .facts import Facts, RepositoryFacts, TargetFacts, Unknown, UserFacts
from .ledger import Ledger
from .picture import Picture, Standing

__all__ = ["gather", "gather_target"]

_LANES = 4
_ID = re.compile(r"[+-]?[0-9]+")
_MOST_NAMES = 1_000
"""Up to so many named objects, only they are looked up; beyond, a list of names is longer than what it spares."""


def gather(frontend: Frontend, statement: Restore, version: str, *, picture: Picture | None = None) -> Facts:
    """Read what the plan of a RESTORE needs; nothing of it changes anything.

    Parameters
    ----------
    picture
        Gives the slow facts, so that they need not be read for each plan.

    Raises
    ------
    ConnectionFailed
        If the frontend is gone. What it merely refuses to tell ends up in ``unknown``.
    """
    slow = picture if picture is not None else Picture(frontend, keep=0)
    with _lanes() as go:
        standing = go(slow.look)
        inside = go(_repository, frontend, statement)
        early = statement.target_database
        target = None if early is None else _target(go, frontend, statement, early)
        repository, unknown_there = inside.result()
        if target is None:
            target = _late(go, frontend, statement, repository.contents)
        looked, unknown_of_target = target()
        stands = standing.result()
        unknown = (*stands.unknown, *unknown_there, *unknown_of_target)
    looked, unseen = _seen(looked, stands.user)
    unknown = (*unknown, *unseen)
    if _backup_may_hide(looked, stands.user) and all(each.part != "target.backup" for each in unknown):
        reason = "SHOW BACKUP shows nothing to who may not EXPORT every table of a backup"
        unknown = (*unknown, Unknown("target.backup", "running backups", reason))
    return Facts(version, stands.cluster, stands.user, repository, looked, unknown)


def gather_target(
    frontend: Frontend, database: str | None, names: frozenset[str] | None, *, functions: bool = False
) -> tuple[Standing, TargetFacts, tuple[Unknown, ...]]:
    """Read the target alone, as it is now, and who asks there: to look at what came back.

    Parameters
    ----------
    database
        None for the external catalogs.
    names
        The names that matter; None for all of them.
    functions
        Whether functions are looked at.

    Raises
    ------
    ConnectionFailed
        If the frontend is gone.
    """
    with _lanes() as go:
        standing = go(Picture(frontend, keep=0).look)
        if database is None:
            looked, unknown = _catalogs(frontend)
        else:
            looked, unknown = _there(go, frontend, database, names, functions=functions)()
        stands: Standing = standing.result()
    looked, unseen = _seen(looked, stands.user)
    return stands, looked, (*stands.unknown, *unknown, *unseen)


@contextmanager
def _lanes() -> Iterator[Callable[..., Future[Any]]]:
    """Threads to ask in, each with a connection of its own; whoever breaks off does not wait for them."""
    pool = ThreadPoolExecutor(_LANES, thread_name_prefix="starrocks-restore-facts")
    try:
        yield pool.submit
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


# -- the repository


def _repository(frontend: Frontend, statement: Restore) -> tuple[RepositoryFacts, tuple[Unknown, ...]]:
    """The repositories and the contents; where there are none, the snapshots that there are."""
    ledger = Ledger()
    stamp = statement.backup_timestamp
    questions: list[Question[Any]] = [reading.repositories()]
    if stamp:
        questions.append(reading.contents(statement.repository, statement.label, stamp))
    answers = frontend.ask_all(questions)
    repositories = ledger.known("repository.repositories", questions[0].what, answers[0])
    if repositories is not None and all(each.name != statement.repository for each in repositories):
        return RepositoryFacts(repositories), ledger.unknown
    contents: SnapshotContents | ServerError | None = answers[1] if stamp else None
    if isinstance(contents, SnapshotContents) and contents.status == "OK":
        return RepositoryFacts(repositories, None, contents), ledger.unknown
    snapshots = None
    question = reading.snapshots(statement.repository, statement.label)
    try:
        snapshots = frontend.ask(question) if statement.label else ()
        if not any(each.label == statement.label and each.timestamps for each in snapshots):
            # To suggest another.
            snapshots = frontend.ask(reading.snapshots(statement.repository))
    except ServerError as error:
        ledger.known("repository.snapshots", question.what, error)
    listed = any(each.label == statement.label and stamp in each.timestamps for each in snapshots or ())
    if isinstance(contents, ServerError):
        contents = ledger.known("repository.contents", "the snapshot's contents", contents)
    # Of a timestamp that is not there the server says that a file is missing; the list says it better.
    return RepositoryFacts(repositories, snapshots, contents if listed or snapshots is None else None), ledger.unknown


# -- the target

_Looked = tuple[TargetFacts, tuple[Unknown, ...]]


def _late(
    go: Callable[..., Future[Any]], frontend: Frontend, statement: Restore, contents: SnapshotContents | None
) -> Callable[[], _Looked]:
    """The target of a statement that names none: the snapshot's own database, or the external catalogs."""
    if statement.catalogs is not None or (contents is not None and contents.status == "OK" and not contents.database):
        found: Future[_Looked] = go(_catalogs, frontend)
        return found.result
    if contents is None or contents.status != "OK":
        return lambda: (TargetFacts(), ())
    return _target(go, frontend, statement, contents.database)


def _target(
    go: Callable[..., Future[Any]], frontend: Frontend, statement: Restore, database: str
) -> Callable[[], _Looked]:
    return _there(go, frontend, database, _names(statement), functions=_takes_functions(statement))


def _there(
    go: Callable[..., Future[Any]],
    frontend: Frontend,
    database: str,
    names: frozenset[str] | None,
    *,
    functions: bool,
) -> Callable[[], _Looked]:
    objects: Future[_Looked] = go(_objects, frontend, database, names, functions=functions)
    partitions: Future[Partitions | ServerError] = go(_partitions, frontend, database, names)

    def both() -> _Looked:
        facts, unknown = objects.result()
        ledger = Ledger()
        read = ledger.known("target.partitions", "the target's partitions", partitions.result())
        if facts.exists is False:
            return facts, unknown
        return replace(facts, partitions=read), (*unknown, *ledger.unknown)

    return both


def _names(statement: Restore) -> frozenset[str] | None:
    """The names that matter in the target; None for all of them.

    A source name counts beside its alias: the right to INSERT is asked of it (AuthorizerStmtVisitor.java).
    """
    objects = statement.objects
    if objects is None or len(objects) > _MOST_NAMES or any(isinstance(each, AllObjects) for each in objects):
        return None
    named = [each for each in objects if isinstance(each, NamedObject) and each.kind is not ObjectKind.FUNCTION]
    return frozenset(
        name for each in named for name in (each.name.last, each.alias if each.alias is not None else each.name.last)
    )


def _objects(frontend: Frontend, database: str, names: frozenset[str] | None, *, functions: bool) -> _Looked:
    ledger = Ledger()
    # An IN with nothing in it is no SQL.
    wanted = names if names is None or names else frozenset({""})
    questions: dict[str, Question[Any]] = {
        # First, as it tells for sure whether the database is there: the name is looked up before any right is.
        "restore": reading.restore_jobs(database, frontend.now),
        "backup": reading.backup_jobs(database),
        "tables": reading_objects.tables(database, wanted),
        "configurations": reading_objects.configurations(database, wanted),
        "views": reading_objects.views(database, wanted),
        # All of them where anything is looked up by name: they may read what is overwritten.
        "materialized_views": reading_objects.materialized_views(database, None if names else wanted),
    }
    if functions:
        questions["functions"] = reading_objects.functions(database)
    by_name = reading_objects.states(database)
    if not _ID.fullmatch(database):
        questions["states"] = by_name
    answers = dict(zip(questions, frontend.ask_all(list(questions.values()), enough=_no_database), strict=True))
    if isinstance(answers["restore"], ServerError) and _no_database(answers["restore"]):
        return TargetFacts.missing(database, names), ()
    states = answers.get("states")
    if states is None or (isinstance(states, ServerError) and "Access denied" not in states.message):
        questions["states"], answers["states"] = by_name, _states_by_id(frontend, database)
    found: dict[str, Any] = {
        name: ledger.known(f"target.{name}", questions[name].what, answer) for name, answer in answers.items()
    }
    exists = True if found["restore"] is not None or found["states"] is not None or found["tables"] else None
    if exists is None:
        ledger.note("target.exists", f"whether there is a database {database}", "none of its objects may be seen")
    found["restore"] = _of(database, found["restore"])
    found["backup"] = _of(database, found["backup"])
    if found["tables"] is not None:
        found["tables"] = _kinds(found["tables"], found["materialized_views"] or {})
    return TargetFacts(database, exists, names, **found), ledger.unknown


def _states_by_id(frontend: Frontend, database: str) -> Mapping[str, str] | ServerError:
    """The long way, for names that look like an id, and for frontends that go by ids alone."""
    try:
        ids = frontend.ask(reading_objects.database_ids())
        if database in ids:
            return frontend.ask(reading_objects.states(ids[database]))
    except ServerError as error:
        return error
    return ServerError("SHOW PROC does not list the database", code=0, sqlstate="HY000")


def _catalogs(frontend: Frontend) -> _Looked:
    ledger = Ledger()
    questions: dict[str, Question[Any]] = {
        "restore": reading.restore_jobs(None, frontend.now),
        "backup": reading.backup_jobs(),
        "catalogs": reading.catalogs(),
    }
    answers = zip(questions, frontend.ask_all(list(questions.values())), strict=True)
    found: dict[str, Any] = {
        name: ledger.known(f"target.{name}", questions[name].what, answer) for name, answer in answers
    }
    # Their jobs share a slot, whose row has no database.
    found["restore"] = _of("", found["restore"])
    found["backup"] = _of("", found["backup"])
    return TargetFacts(**found), ledger.unknown


def _partitions(frontend: Frontend, database: str, names: frozenset[str] | None) -> Partitions | ServerError:
    if names is not None and not names:
        return Partitions()
    try:
        return frontend.partitions(database, names)
    except ServerError as error:
        return error


def _kinds(tables: Mapping[str, Table], materialized: Collection[str]) -> Mapping[str, Table]:
    """What is listed among the materialized views is one, whatever its engine is called."""
    wrong = {name for name in materialized if name in tables and tables[name].kind is TableKind.VIEW}
    return {**tables, **{name: replace(tables[name], kind=TableKind.MATERIALIZED_VIEW) for name in wrong}}


def _seen(target: TargetFacts, user: UserFacts) -> _Looked:
    """Whether the listing of the target's tables is whole.

    It is for who has some right on all of each kind; else SHOW PROC, which hides nothing, may tell what is missing.
    """
    if target.database is None or target.exists is False or target.tables is None:
        return target, ()
    if target.states is not None:
        there = target.states.keys() if target.only is None else target.states.keys() & target.only
        return replace(target, hidden=frozenset(there - target.tables.keys())), ()
    kinds = ("TABLE", "VIEW", "MATERIALIZED VIEW")
    if user.grants is not None and all(user.grants.any_on_all(kind, target.database) for kind in kinds):
        return target, ()
    reason = "information_schema lists only what the user has a right on"
    return replace(target, complete=False), (Unknown("target.complete", "tables that are hidden", reason),)


def _backup_may_hide(target: TargetFacts, user: UserFacts) -> bool:
    """Whether a backup may be running that the user is not shown (ShowExecutor.java, visitShowBackupStatement).

    A restore in the slot says that no backup is.
    """
    if target.database is None or target.exists is False or target.restore is not None or target.backup is not None:
        return False
    return user.grants is None or not user.grants.holds("EXPORT", "TABLE", database=target.database)


def _of(database: str, jobs: Any) -> Any:
    """The job in the database's slot: the row of the external catalogs comes along whatever was asked for."""
    return next((job for job in jobs or () if job.database == database), None)


def _no_database(error: ServerError) -> bool:
    return "Unknown database '" in error.message


def _takes_functions(statement: Restore) -> bool:
    """Whether functions would be replaced: all of the snapshot's without ON."""
    objects = statement.objects
    return objects is None or any(
        each.kind is ObjectKind.FUNCTION for each in objects if isinstance(each, AllObjects | NamedObject)
    )
