"""Sending a RESTORE, once."""

from __future__ import annotations

from ..cluster import Frontend
from ..errors import PlanRefused
from ..language.statements import Restore
from ..planning import Plan
from .job import Job, JobIdentity
from .poller import Poller

__all__ = ["send_restore"]


def send_restore(plan: Plan, frontend: Frontend, poller: Poller, *, overwrite: bool) -> Job:
    """Send the plan's statement and begin to follow the job.

    The answer carries no job id, so what stands in the database's slot is read first: a row unlike it is ours.

    Raises
    ------
    PlanRefused
        If the plan must not be sent.
    ServerError
        If the server refuses after all.
    """
    statement = plan.statement
    if not isinstance(statement, Restore):
        raise PlanRefused(f"{type(statement).__name__} starts no restore job")
    plan.allow(overwrite=overwrite)
    # External catalogs share one slot, whose row has no database.
    database = "" if statement.catalogs is not None else plan.target_database or ""
    # A database that the restore will make has no slot yet, and SHOW RESTORE FROM it would be refused.
    slot = next((each for each in frontend.restore_jobs() if each.database == database), None)
    before = None if slot is None else (slot.job_id, slot.created)
    frontend.send(statement.sql(pretty=False, version=plan.version))
    identity = JobIdentity(database, statement.label, statement.backup_timestamp or "", before)
    return Job(identity, poller, lambda job: cancel_job(frontend, job)).follow()


def cancel_job(frontend: Frontend, job: Job) -> None:
    """CANCEL RESTORE of the job's database, or of the external catalogs."""
    from ..language.statements import CancelRestore

    statement = CancelRestore(job.database) if job.database else CancelRestore(external_catalog=True)
    frontend.send(statement.sql())
