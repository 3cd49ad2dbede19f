"""The RESTORE family: read by the language room, refused in the server's frames, carried out by the handler."""

from __future__ import annotations

import re
from datetime import UTC
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ...errors import RestoreSyntaxError
from ...language import check, parse
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
from ..backup.restore_job import RestoreJob
from ..backup.submit_backup import submit_backup
from ..backup.submit_restore import submit_restore
from ..server_errors import SqlError, analysis, common, framed, syntax, unknown_database
from .family_access import authorize_backup, authorize_family, may_see_backup
from .reader import place
from .results import Done, texts
from .show_snapshot import show_repositories, show_snapshot

if TYPE_CHECKING:
    from datetime import tzinfo

    from ...language import Diagnostic
    from ...language.statements import Statement
    from ..frontend import Frontend
    from .access import Access
    from .results import ResultRows

__all__ = ["execute_family", "is_family", "is_look", "read_family"]

_SHOW_RESTORE = (
    "JobId Label Timestamp DbName State AllowLoad ReplicationNum RestoreObjs CreateTime MetaPreparedTime "
    "SnapshotFinishedTime DownloadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout"
)

_SHOW_BACKUP = (
    "JobId SnapshotName DbName State BackupObjs CreateTime SnapshotFinishedTime UploadFinishedTime FinishedTime "
    "UnfinishedTasks Progress TaskErrMsg Status Timeout"
)

# Codes of the language room: which frame and which ErrorCode the server gives each of its rules.
_LABEL, _NAMES = "SRR010", "SRR025"
_BUILDER = (_LABEL, "SRR011", "SRR012", "SRR013", "SRR014", "SRR015", "SRR016", "SRR017")
_DUPLICATES = ("SRR020", "SRR021")
_WITHOUT_CODE = ("SRR026", "SRR027")
_LATE_IN_BACKUP = ("SRR023", "SRR024")


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


_LOOK = re.compile(r"\s*SHOW\s+(?:RESTORE|BACKUP)\s+(?:FROM|IN)\s[^;]{1,300};?\s*", re.IGNORECASE)


def is_look(text: str) -> bool:
    """Tell whether a text does nothing but ask for one database's jobs, as clients that follow one do.

    Examples
    --------
    >>> is_look("SHOW RESTORE FROM db1"), is_look("SHOW RESTORE FROM db1; DROP TABLE db1.t")
    (True, False)
    """
    return _LOOK.fullmatch(text) is not None


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
    # A cancelled database's name is looked up and never judged: Analyzer.java does not visit these statements.
    wrong = [
        each for each in found if not (each.code == _NAMES and isinstance(statement, (CancelBackup, CancelRestore)))
    ]
    if wrong and wrong[0].code in _BUILDER:
        # Of these only the label's rule has a place (AstBuilder.java, qualifiedNameToLabelName).
        where = place(text, wrong[0].span) if wrong[0].code == _LABEL else ""
        raise SqlError(f"Getting syntax error{where}. Detail message: {wrong[0].message}.")
    return statement, wrong


# A client that follows a job sends the same text every few seconds.
@lru_cache(maxsize=256)
def _read(text: str, version: str) -> tuple[Statement, tuple[Diagnostic, ...]]:
    statement = parse(text, version=version)
    return statement, tuple(each for each in check(text, version=version) if each.severity == "error")


def _refusal(found: Diagnostic, text: str) -> SqlError:
    message = found.message
    if found.code in _DUPLICATES:
        return analysis(message, place(text, found.span))
    if message.startswith("Incorrect repository name"):
        return framed(SqlError(message, 5063, "42000"))
    if message.startswith("Incorrect database name"):
        return framed(SqlError(message, 1102, "42000"))
    if message.startswith("Incorrect label name"):
        return framed(SqlError(message, 5082, "42000"))
    if found.code in _WITHOUT_CODE:
        return analysis(message)
    return framed(common(message))


def execute_family(
    frontend: Frontend,
    statement: Statement,
    found: list[Diagnostic],
    session_database: str | None,
    zone: tzinfo = UTC,
    *,
    text: str,
    access: Access,
    on_leader: bool = True,
) -> ResultRows | Done:
    """Carry one statement out; the caller holds no lock, as most of them speak to a repository.

    Parameters
    ----------
    zone
        The session's, for the times of jobs.
    text
        What was read, for the places of errors.
    access
        The session's rights, asked once the analyzer has nothing to refuse.
    on_leader
        Whether the frontend asked is the leader; only that one knows more of a restore than was written down.
    """
    if isinstance(statement, Backup):
        late = next((each for each in found if each.code in _LATE_IN_BACKUP), None)
        refusal = None if late is None else _refusal(late, text)
        asked = partial(authorize_backup, access, statement)
        submit_backup(frontend, statement, session_database, refusal, asked, place=partial(place, text))
        return Done()
    if isinstance(statement, ShowSnapshot):
        return show_snapshot(frontend, statement, partial(authorize_family, access, statement))
    if found:
        raise _refusal(found[0], text)
    if isinstance(statement, (ShowRestore, ShowBackup)):
        return _show_jobs(frontend, statement, zone, access, on_leader=on_leader)
    with frontend.lock:
        authorize_family(access, statement)
    if isinstance(statement, ShowRepositories):
        return show_repositories(frontend, zone)
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
