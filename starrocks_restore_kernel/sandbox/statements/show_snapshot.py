"""SHOW SNAPSHOT and SHOW REPOSITORIES (ShowSnapshotAnalyzer.java; Repository.java, getSnapshotInfos and getInfo)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from ...language.expressions import Column, Comparison, In, Literal, LiteralKind, Logical, Not, Unary
from ..backup.storage import StorageError
from ..clock import time_text
from ..server_errors import analysis, common, framed, internal
from .results import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import tzinfo

    from ...language.expressions import Expression
    from ...language.statements import ShowSnapshot
    from ..backup.repository import Repository
    from ..frontend import Frontend
    from .results import ResultRows

__all__ = ["show_repositories", "show_snapshot"]

_REPOSITORIES = "RepoId RepoName CreateTime IsReadOnly Location Broker ErrMsg"

_MOST_TERMS = 2

_WHERE_SHAPE = "Where clause should looks like: SNAPSHOT = 'your_snapshot_name' [AND TIMESTAMP = '2018-04-18-19-19-10']"

_Row = tuple[str | None, ...]


def show_repositories(frontend: Frontend, zone: tzinfo = UTC) -> ResultRows:
    """List the repositories with what the last ping found; no storage is asked.

    Parameters
    ----------
    zone
        The session's.
    """
    with frontend.lock:
        known = _map_ordered(frontend.repositories.values())
    return texts(
        _REPOSITORIES,
        [
            (
                str(each.id),
                each.name,
                time_text(each.create_time, zone),
                "true" if each.read_only else "false",
                each.location,
                "",
                each.error,
            )
            for each in known
        ],
    )


def _map_ordered(repositories: Collection[Repository]) -> list[Repository]:
    """Go through them as through the server's ConcurrentHashMap of ids; what shares a bucket is in the order of ids."""
    size = 16
    while len(repositories) >= size * 3 // 4:
        size *= 2
    return sorted(repositories, key=lambda each: ((each.id ^ each.id >> 16) & (size - 1), each.id))


def show_snapshot(frontend: Frontend, statement: ShowSnapshot, authorize: Callable[[], None]) -> ResultRows:
    """Answer from the storage; the caller must not hold the frontend's lock.

    What cannot be read of one snapshot is said in its row; only the listing of them all can fail as a statement.

    Parameters
    ----------
    authorize
        Refuses whoever may not; asked when the analyzer has seen the repository and the WHERE.
    """
    with frontend.lock:
        repository = frontend.repositories.get(statement.repository)
    if repository is None:
        raise framed(common(f"Repository [{statement.repository}] does not exist"))
    label, timestamp, listed = _filter(statement.where)
    with frontend.lock:
        authorize()
    if label is not None and timestamp is not None:
        return texts("Snapshot Timestamp Database Details Status", [_details(repository, label, timestamp)])
    if label is not None:
        labels = [label]
    else:
        try:
            labels = [each for each in repository.snapshots() if not listed or each in listed]
        except StorageError as error:
            text = f"Failed to list snapshot in repo: {repository.name}, err: {error}"
            raise analysis(text) from error
    return texts("Snapshot Timestamp Status", [_timestamps(repository, each) for each in labels])


def _timestamps(repository: Repository, label: str) -> _Row:
    try:
        found = repository.timestamps(label)
    except StorageError as error:
        return label, None, f"ERROR: Failed to get info: {error}"
    return label, "\n".join(found), "OK" if found else "ERROR: no snapshot"


def _details(repository: Repository, label: str, timestamp: str) -> _Row:
    try:
        database, text = repository.details(label, timestamp)
    except StorageError as error:
        return label, timestamp, None, None, f"Failed to get info: {error}"
    except ValueError as error:
        # A whole file without its content: the JSON library throws what is no IOException, and the statement fails.
        raise internal(str(error)) from error
    return label, timestamp, database, text, "OK"


def _filter(where: Expression | None) -> tuple[str | None, str | None, set[str]]:
    """Read the WHERE as the server does: any comparison is ``=``, NOT IN is IN, what is no predicate is ignored.

    ShowSnapshotAnalyzer.java, visitShowSnapshotStatement.
    """
    if isinstance(where, In):
        return None, None, _listed(where)
    found: dict[str, str] = {}
    if isinstance(where, Not) or (isinstance(where, Unary) and where.operator == "!"):
        # A compound predicate like AND and OR to the server.
        raise analysis(_WHERE_SHAPE)
    if isinstance(where, (Comparison, Logical)):
        for each in _comparisons(where):
            found.update([_comparison(each)])
    if "timestamp" in found and "snapshot" not in found:
        raise analysis(_WHERE_SHAPE)
    return found.get("snapshot"), found.get("timestamp"), set()


def _listed(where: In) -> set[str]:
    if not isinstance(where.value, Column) or where.value.parts[-1].lower() != "snapshot":
        raise analysis("Left expr of should be snapshot")
    for item in where.items:
        if not isinstance(item, Literal) or item.kind is not LiteralKind.STRING:
            raise analysis("Child of in predicate should be string value")
    return {item.value for item in where.items if isinstance(item, Literal) and item.value}


def _comparisons(where: Comparison | Logical) -> Iterator[Expression]:
    if isinstance(where, Comparison):
        yield where
        return
    # Three terms are a conjunction inside a conjunction to the server, which takes one level alone.
    if where.operator.upper() != "AND" or len(where.operands) != _MOST_TERMS:
        raise analysis(_WHERE_SHAPE)
    yield from where.operands


def _comparison(each: Expression) -> tuple[str, str]:
    if isinstance(each, Comparison) and isinstance(each.left, Column) and isinstance(each.right, Literal):
        name = each.left.parts[-1].lower()
        if each.right.kind is LiteralKind.STRING and each.right.value and name in ("snapshot", "timestamp"):
            return name, each.right.value
    raise analysis(_WHERE_SHAPE)
