"""The RESTORE family: read by the language room, refused in the server's frames, carried out by the handler."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ...errors import RestoreSyntaxError
from ...language import check, parse
from ...language.expressions import Column, Comparison, In, Literal, LiteralKind, Logical
from ...language.statements import (
    Backup,
    CancelBackup,
    CancelRestore,
    CreateRepository,
    DropRepository,
    Restore,
    ShowBackup,
    ShowRepositories,
    ShowRestore,
    ShowSnapshot,
)
from ..backup.backup_job import BackupJob
from ..backup.handler import cancel
from ..backup.job import CATALOG_JOB
from ..backup.repositories import create_repository, drop_repository
from ..backup.repository import StorageError
from ..backup.restore_job import RestoreJob
from ..backup.submit_backup import submit_backup
from ..backup.submit_restore import submit_restore
from ..clock import time_text
from ..server_errors import SqlError, analysis, common, framed, syntax, unknown_database
from .family_access import authorize_backup, authorize_family, may_see_backup
from .results import Done, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from ...language import Diagnostic
    from ...language.expressions import Expression
    from ...language.statements import Statement
    from ..frontend import Frontend
    from .access import Access
    from .results import ResultRows

__all__ = ["execute_family", "is_family", "read_family"]

_SHOW_RESTORE = (
    "JobId Label Timestamp DbName State AllowLoad ReplicationNum RestoreObjs CreateTime MetaPreparedTime "
    "SnapshotFinishedTime DownloadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout"
)

_SHOW_BACKUP = (
    "JobId SnapshotName DbName State BackupObjs CreateTime SnapshotFinishedTime UploadFinishedTime FinishedTime "
    "UnfinishedTasks Progress TaskErrMsg Status Timeout"
)

# Codes of the language room: which frame and which ErrorCode the server gives each of its rules.
_BUILDER = ("SRR010", "SRR011", "SRR012", "SRR013", "SRR014", "SRR015", "SRR016", "SRR017")
_DUPLICATES = ("SRR020", "SRR021")
_WITHOUT_CODE = ("SRR026", "SRR027")
_LATE_IN_BACKUP = ("SRR023", "SRR024")

_MOST_TERMS = 2

_WHERE_SHAPE = "Where clause should looks like: SNAPSHOT = 'your_snapshot_name' [AND TIMESTAMP = '2018-04-18-19-19-10']"


def is_family(words: list[str]) -> bool:
    """Tell whether a statement that begins with these words is the language room's to read."""
    first, second = [*words, "", ""][:2]
    third = [*words, "", "", ""][2]
    if first in ("RESTORE", "BACKUP") or (first in ("EXPLAIN", "DESC") and second in ("RESTORE", "BACKUP")):
        return True
    if first == "CANCEL":
        return second in ("RESTORE", "BACKUP")
    if first == "SHOW":
        return second in ("RESTORE", "BACKUP", "SNAPSHOT", "SNAPSHOTS", "REPOSITORIES")
    if first == "DROP":
        return second in ("REPOSITORY", "SNAPSHOT")
    return first == "CREATE" and (second == "REPOSITORY" or (second == "READ" and third == "ONLY"))


def read_family(frontend: Frontend, text: str) -> tuple[Statement, list[Diagnostic]]:
    """Parse one statement, and find what the analyzer will refuse.

    Raises
    ------
    SqlError
        For a syntax error, and for a rule of the AST builder, since both come before anything is executed.
    """
    try:
        statement, found = _read(text, frontend.behaviour.grammar.name)
    except RestoreSyntaxError as error:
        first = error.diagnostics[0]
        line, column = (first.span.line, first.span.column) if first.span is not None else (None, None)
        raise syntax(first.message, line, column) from error
    if found and found[0].code in _BUILDER:
        raise syntax(found[0].message)
    return statement, list(found)


# A client that follows a job sends the same text every few seconds.
@lru_cache(maxsize=256)
def _read(text: str, version: str) -> tuple[Statement, tuple[Diagnostic, ...]]:
    statement = parse(text, version=version)
    return statement, tuple(each for each in check(text, version=version) if each.severity == "error")


def _refusal(found: Diagnostic) -> SqlError:
    message = found.message
    if found.code in _DUPLICATES:
        return _at_place(found)
    if message.startswith("Incorrect repository name"):
        return framed(SqlError(message, 5063, "42000"))
    if message.startswith("Incorrect database name"):
        return framed(SqlError(message, 1102, "42000"))
    if message.startswith("Incorrect label name"):
        return framed(SqlError(message, 5082, "42000"))
    if found.code in _WITHOUT_CODE:
        return analysis(message)
    return framed(common(message))


def _at_place(found: Diagnostic) -> SqlError:
    """Frame an error that carries a position (SemanticException.java, getMessage)."""
    if found.span is None:
        return analysis(found.message)
    line, column = found.span.line, found.span.column
    last = column + max(found.span.end - found.span.start - 1, 0)
    where = (
        f"at line {line}, column {column}"
        if last == column
        else (f"from line {line}, column {column} to line {line}, column {last}")
    )
    return SqlError(f"Getting analyzing error {where}. Detail message: {found.message}.")


def execute_family(
    frontend: Frontend,
    statement: Statement,
    found: list[Diagnostic],
    session_database: str | None,
    zone: tzinfo = UTC,
    *,
    access: Access,
    on_leader: bool = True,
) -> ResultRows | Done:
    """Carry one statement out; the caller holds no lock, as most of them speak to a repository.

    Parameters
    ----------
    zone
        The session's, for the times of jobs.
    access
        The session's rights, asked once the analyzer has nothing to refuse.
    on_leader
        Whether the frontend asked is the leader; only that one knows more of a restore than was written down.
    """
    if isinstance(statement, Backup):
        late = next((each for each in found if each.code in _LATE_IN_BACKUP), None)
        refusal = None if late is None else _refusal(late)
        submit_backup(frontend, statement, session_database, refusal, partial(authorize_backup, access, statement))
        return Done()
    if isinstance(statement, ShowSnapshot):
        return _show_snapshot(frontend, statement, access)
    if found:
        raise _refusal(found[0])
    if isinstance(statement, (ShowRestore, ShowBackup)):
        return _show_jobs(frontend, statement, zone, access, on_leader=on_leader)
    with frontend.lock:
        authorize_family(access, statement)
    if isinstance(statement, ShowRepositories):
        return _show_repositories(frontend)
    _command(frontend, statement)
    return Done()


def _command(frontend: Frontend, statement: Statement) -> None:
    if isinstance(statement, Restore):
        submit_restore(frontend, statement)
    elif isinstance(statement, CreateRepository):
        create_repository(frontend, statement)
    elif isinstance(statement, DropRepository):
        drop_repository(frontend, statement.name)
    elif isinstance(statement, CancelRestore):
        cancel(frontend, statement, restore=True)
    elif isinstance(statement, CancelBackup):
        cancel(frontend, statement, restore=False)


def _show_jobs(
    frontend: Frontend, statement: ShowRestore | ShowBackup, zone: tzinfo, access: Access, *, on_leader: bool
) -> ResultRows:
    """Answer SHOW RESTORE or SHOW BACKUP; a WHERE is parsed and has no effect (ShowExecutor.java).

    The job of external catalogs is shown whatever database is asked for. SHOW BACKUP is forwarded to the leader,
    SHOW RESTORE is not (RedirectStatus.java).
    """
    with frontend.lock:
        if statement.database is not None and statement.database not in frontend.databases:
            raise framed(unknown_database(statement.database))
        authorize_family(access, statement)
        wanted = [frontend.databases[statement.database].id] if statement.database else list(frontend.databases_by_id)
        jobs = [frontend.jobs[each] for each in (*wanted, CATALOG_JOB) if each in frontend.jobs]
        if isinstance(statement, ShowBackup):
            backups = [job for job in jobs if isinstance(job, BackupJob)]
            # One table that may not be exported, and nothing at all is shown.
            seen = backups if all(may_see_backup(access, job) for job in backups) else []
            return texts(_SHOW_BACKUP, [job.row(zone) for job in seen])
        rows = [
            job.row(zone) if on_leader else job.row_on_follower(zone) for job in jobs if isinstance(job, RestoreJob)
        ]
        return texts(_SHOW_RESTORE, rows)


def _show_repositories(frontend: Frontend) -> ResultRows:
    names = "RepoId RepoName CreateTime IsReadOnly Location Broker ErrMsg"
    rows = []
    for each in frontend.repositories.values():
        problem = each.ping()
        message = None if problem is None else f"{time_text(frontend.clock.now())}: {problem}"
        read_only = "true" if each.read_only else "false"
        rows.append((str(each.id), each.name, time_text(each.create_time), read_only, each.location, "", message))
    return texts(names, rows)


def _show_snapshot(frontend: Frontend, statement: ShowSnapshot, access: Access) -> ResultRows:
    repository = frontend.repositories.get(statement.repository)
    if repository is None:
        raise framed(common(f"Repository [{statement.repository}] does not exist"))
    name, timestamp, listed = _filter(statement.where)
    with frontend.lock:
        authorize_family(access, statement)
    if name is not None and timestamp is not None:
        names = "Snapshot Timestamp Database Details Status"
        try:
            info = repository.info(name, timestamp)
        except StorageError as error:
            return texts(names, [(name, timestamp, None, None, f"Failed to get info: {error}")])
        except (ValueError, KeyError, OSError) as error:
            return texts(names, [(name, timestamp, None, None, f"Failed to read info from local file: {error}")])
        return texts(names, [(name, timestamp, info.database, info.details(), "OK")])
    wanted = [name] if name is not None else [each for each in repository.snapshots() if not listed or each in listed]
    rows = []
    for each in wanted:
        times = repository.timestamps(each)
        rows.append((each, "\n".join(times), "OK" if times else "ERROR: no snapshot"))
    return texts("Snapshot Timestamp Status", rows)


def _filter(where: Expression | None) -> tuple[str | None, str | None, set[str]]:
    """Read the WHERE of SHOW SNAPSHOT as the server does: any comparison is ``=``, NOT IN is IN, the rest is ignored.

    ShowSnapshotAnalyzer.java, visitShowSnapshotStatement.
    """
    if isinstance(where, In):
        if not isinstance(where.value, Column) or where.value.parts[-1].lower() != "snapshot":
            raise analysis("Left expr of should be snapshot")
        for item in where.items:
            if not isinstance(item, Literal) or item.kind is not LiteralKind.STRING:
                raise analysis("Child of in predicate should be string value")
        return None, None, {item.value for item in where.items if isinstance(item, Literal) and item.value}
    found: dict[str, str] = {}
    if isinstance(where, (Comparison, Logical)):
        for each in _comparisons(where):
            found.update([_comparison(each)])
    if "timestamp" in found and "snapshot" not in found:
        raise analysis(_WHERE_SHAPE)
    return found.get("snapshot"), found.get("timestamp"), set()


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
