"""The backup handler: the daemon's round over all jobs, what it forgets, and CANCEL (BackupHandler.java)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..model.journal import Entry
from ..server_errors import common
from .backup_job import BackupEntry, BackupJob
from .job import CATALOG_JOB, TickAborted
from .restore_entry import RestoreEntry
from .restore_job import RestoreJob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...language.statements import CancelBackup, CancelRestore
    from ..frontend import Frontend
    from ..model.catalog import Database
    from .job import Job
    from .repository import Repository

__all__ = [
    "cancel",
    "handle_jobs",
    "load_jobs",
    "put",
    "remove_old_jobs",
    "require_no_job",
    "require_repository",
    "submitting",
]

_SUBMIT_PATIENCE = 10
"""Seconds that a submit waits for another one (BackupHandler.java, tryLock)."""


def handle_jobs(frontend: Frontend) -> None:
    """Give each unfinished job one step.

    The jobs of all databases are stepped in one thread, one after another; an exception that a job does not turn into
    a status ends the round, and the jobs behind it get no step (BackupHandler.java, runAfterCatalogReady).
    """
    try:
        for job in list(frontend.jobs.values()):
            job.run()
    except TickAborted:
        return


def remove_old_jobs(frontend: Frontend) -> None:
    """Forget jobs that ended long ago (BackupHandler.java, removeOldJobs)."""
    oldest = frontend.clock.now() - int(frontend.config["history_job_keep_max_second"])
    with frontend.lock:
        for key, job in list(frontend.jobs.items()):
            ended = job.head.finished_time
            if job.done and ended is not None and ended < oldest:
                del frontend.jobs[key]
                frontend.journal.forget(Entry.JOB, key)


def load_jobs(frontend: Frontend) -> None:
    """Take up the jobs that were written down, each in the state it was written down in.

    A restore that was in SNAPSHOTING begins again, one that downloaded downloads again, and one that committed commits
    again (RestoreJob.java, run; BackupJob.java, run).
    """
    for key, entry in frontend.journal.load(Entry.JOB, dict).items():
        job: Job
        if "timestamp" in entry:
            job = RestoreJob(frontend, frontend.journal.decode(entry, RestoreEntry))
        else:
            job = BackupJob(frontend, frontend.journal.decode(entry, BackupEntry))
        frontend.jobs[int(key)] = job


@contextmanager
def submitting(frontend: Frontend) -> Iterator[None]:
    """Hold the lock that lets one submit at a time through.

    Raises
    ------
    SqlError
        If another one holds it for too long.
    """
    if not frontend.submit_lock.acquire(timeout=frontend.clock.wall(_SUBMIT_PATIENCE)):
        raise common("Another backup or restore job is being submitted. Please wait and try again")
    try:
        yield
    finally:
        frontend.submit_lock.release()


def require_repository(frontend: Frontend, name: str) -> Repository:
    """Find a repository by its exact name."""
    found = frontend.repositories.get(name)
    if found is None:
        raise common(f"Repository {name} does not exist")
    return found


def require_no_job(frontend: Frontend, database: Database | None) -> None:
    """Refuse a second job of a database, or of external catalogs."""
    job = frontend.jobs.get(CATALOG_JOB if database is None else database.id)
    if job is not None and not job.done:
        if database is None:
            raise common("Can only run one backup or restore job of external catalog")
        raise common("Can only run one backup or restore job of a database at same time")


def put(frontend: Frontend, job: Job) -> None:
    """Queue a job, in the place of the database's last one."""
    job.save()
    frontend.jobs[job.head.database_id] = job


def cancel(frontend: Frontend, statement: CancelBackup | CancelRestore, *, restore: bool) -> None:
    """Do CANCEL BACKUP and CANCEL RESTORE (BackupHandler.java, cancel)."""
    with frontend.lock:
        key = CATALOG_JOB if statement.external_catalog else frontend.database(statement.database or "").id
        job = frontend.jobs.get(key)
        if job is None or isinstance(job, RestoreJob) is not restore:
            raise common("No restore is currently running" if restore else "No backup job is currently running")
        job.cancel_by_user()
