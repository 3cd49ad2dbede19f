"""Sending a RESTORE, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from ..cluster import Frontend, JobSample
from ..errors import ConnectionFailed, JobUnknown, PlanRefused, RestoreError, ServerError
from ..history import EventKind, Outcome, Submission
from ..language.statements import Restore
from ..planning import Facts, Plan, doings
from ..planning.selection import requested_replication
from .identity import JobIdentity
from .job import Job
from .restores import Restores
from .sameness import fingerprint, looks_the_same, plan_notes
from .verification import expect

__all__ = ["Sender"]

_PATIENCE = 60
"""Intervals to look for a job whose answer was lost, or that another process is sending."""
_LONG_AGO = timedelta(minutes=15)
"""After this nothing comes any more of a statement without an answer; `open_frontend` waits as long for one."""
_RUNNING = ("Can only run one backup or restore job", "Another backup or restore job is being submitted")
"""What the second of two that send the same is told (BackupHandler.java, process)."""

Planner = Callable[[Restore], tuple[Plan, Facts]]


class Sender:
    """Sends the statements of plans to one cluster, each once.

    What is sent is written down before, with what stands in the database's one job slot. So whoever comes later, in
    this process or in another, finds out whether it was taken: a row unlike that one is the job.

    Parameters
    ----------
    planner
        Makes the plan anew, from the cluster as it is.
    pause
        `time.sleep` unless a test passes another.
    """

    def __init__(self, restores: Restores, planner: Planner, *, pause: Callable[[float], object] = time.sleep) -> None:
        self._restores = restores
        self._recorder = restores.recorder
        self._frontend: Frontend = restores.frontend
        self._planner = planner
        self._pause = pause

    def submit(self, shown: Plan, *, overwrite: bool, again: bool = False) -> Job:
        """Send the statement of a plan, or join the job that runs it already.

        Parameters
        ----------
        overwrite
            The yes to what the plan shows as overwritten or replaced.
        again
            The yes to doing once more what was done before, or what may have been sent and was never seen.

        Raises
        ------
        PlanRefused
            If the plan is blocked, or destroys without ``overwrite``, or is no longer what the cluster would do, or has
            been carried out, or nobody knows whether it was. Nothing was sent.
        ServerError
            If the server refuses after all. Nothing runs.
        JobUnknown
            If the answer was lost, and no job was found: it may still appear.
        """
        statement = shown.statement
        if not isinstance(statement, Restore):
            raise PlanRefused(f"{type(statement).__name__} starts no restore job")
        database = "" if statement.catalogs is not None else shown.target_database or ""
        mark = fingerprint(statement, database)
        earlier = self._waited_for(database, mark)
        slot = self._restores.slot(database)
        if slot is not None and not slot.state.ended:
            joined = self._joined(shown, slot, earlier)
            if joined is not None:
                return joined
        shown.allow(overwrite=overwrite)
        now, facts = self._planner(statement)
        if (doings(now), now.verdict) != (doings(shown), shown.verdict):
            hint = "plan again, and look"
            raise PlanRefused("nothing was sent: the cluster has changed since this plan was made", hint=hint)
        if not again:
            self._first_time(shown, earlier)
        before = None if slot is None else (slot.job_id, slot.created)
        identity = JobIdentity(database, statement.label, statement.backup_timestamp or "", before)
        notes = plan_notes(shown, requested_replication(statement, facts))
        return self._send(shown, statement, identity, expect(shown, facts).record(), notes)

    # -- what was sent before

    def _earlier(self, database: str, mark: str) -> tuple[Submission, ...]:
        return self._restores.history.submissions(self._recorder.cluster, database=database, fingerprint=mark, last=5)

    def _learned(self, database: str, mark: str) -> tuple[Submission, ...]:
        """The same, with what SHOW RESTORE tells of those that are open."""
        open_ones = [each for each in self._earlier(database, mark) if each.outcome.open]
        for each in open_ones:
            self._restores.settle(each)
        return self._earlier(database, mark)

    def _waited_for(self, database: str, mark: str) -> tuple[Submission, ...]:
        """The same, when no other process is sending the statement right now, or has been for too long."""
        for _ in range(_PATIENCE):
            earlier = self._learned(database, mark)
            if not any(self._is_sending(each) for each in earlier):
                return earlier
            self._pause(self._restores.interval)
        return self._learned(database, mark)

    def _is_sending(self, each: Submission) -> bool:
        return each.outcome is Outcome.SENDING and self._frontend.now() - each.at < _LONG_AGO

    def _first_time(self, shown: Plan, earlier: tuple[Submission, ...]) -> None:
        now = self._frontend.now()
        for each in earlier:
            when = f"{each.at:%Y-%m-%d %H:%M:%S} UTC by {each.who}, {each.where}"
            if each.outcome in {Outcome.SENDING, Outcome.LOST} and now - each.at < _LONG_AGO:
                raise PlanRefused(
                    f"nothing was sent: this very statement was sent at {when}, no answer is known, and no job is seen",
                    hint="the server may still take it: look at SHOW RESTORE; again=True (--again) sends it anew",
                )
            if each.outcome is Outcome.FINISHED and any(effect.action.destroys for effect in shown.effects):
                raise PlanRefused(
                    f"nothing was sent: this very statement was carried out already, sent at {when}",
                    hint="again=True (--again) overwrites once more",
                )

    def _joined(self, shown: Plan, slot: JobSample, earlier: tuple[Submission, ...]) -> Job | None:
        statement = shown.statement
        known = next((each for each in earlier if each.created == slot.created and each.outcome is Outcome.SENT), None)
        if known is None:
            if not isinstance(statement, Restore) or slot.label != statement.label:
                return None
            contents = self._frontend.contents(statement.repository, statement.label, statement.backup_timestamp or "")
            if not looks_the_same(slot, shown, contents):
                return None
        job = self._restores.found(slot, known, joined=True)
        self._recorder.event(
            EventKind.JOIN,
            job.identity,
            f"{job.identity.name} runs already, and is followed",
            submission=job.submission,
        )
        return job

    # -- sending

    def _send(
        self,
        shown: Plan,
        statement: Restore,
        identity: JobIdentity,
        expected: Mapping[str, Any],
        notes: Mapping[str, Any],
    ) -> Job:
        text = statement.sql(pretty=False, version=shown.version)
        mark = fingerprint(statement, identity.database)
        submission = self._recorder.submission(identity, text, mark, statement.repository, expected=expected)
        # A connection that is known to live: what is lost from here on is lost with the statement on its way.
        self._frontend.query("SELECT 1")
        try:
            self._recorder.begin(submission)
        except RestoreError as error:
            raise PlanRefused(
                f"nothing was sent, as it could not be written down first: {error.message}", hint=error.hint
            ) from error
        self._tell(EventKind.PLAN, identity, submission, f"{shown.verdict.value}: {shown.consequence}", notes)
        try:
            self._frontend.send(text)
        except ServerError as error:
            return self._refused(shown, error, identity, submission)
        except ConnectionFailed as error:
            return self._lost(error, identity, submission)
        except BaseException:
            # Interrupted while the server had it: whether it was taken is seen by whoever asks next.
            self._recorder.settle(submission.id, Outcome.LOST)
            raise
        self._recorder.settle(submission.id, Outcome.SENT)
        self._tell(EventKind.SUBMIT, identity, submission, f"{identity.name} was taken by the server")
        return Job(identity, self._restores, submission=submission.id, notes=notes).follow()

    def _refused(self, shown: Plan, error: ServerError, identity: JobIdentity, submission: Submission) -> Job:
        self._recorder.settle(submission.id, Outcome.REFUSED)
        self._tell(EventKind.REFUSE, identity, submission, f"{identity.name} was refused: {error.message}")
        if any(each in error.message for each in _RUNNING):
            # Somebody was faster; if with the same, that one is ours as well.
            earlier = self._learned(identity.database, submission.fingerprint)
            slot = self._restores.slot(identity.database)
            joined = None if slot is None or slot.state.ended else self._joined(shown, slot, earlier)
            if joined is not None:
                return joined
        raise error

    def _lost(self, error: ConnectionFailed, identity: JobIdentity, submission: Submission) -> Job:
        self._recorder.settle(submission.id, Outcome.LOST)
        self._tell(EventKind.LOSE_ANSWER, identity, submission, f"the answer was lost: {error.message}")
        trouble: RestoreError = error
        for _ in range(_PATIENCE):
            try:
                slot = self._restores.slot(identity.database)
            except RestoreError as again:
                # Nobody answers yet, or a new leader that is not ready.
                trouble = again
            else:
                if slot is not None and identity.matches(slot):
                    self._recorder.settle(submission.id, Outcome.SENT, job_id=slot.job_id, created=slot.created)
                    self._tell(EventKind.SUBMIT, identity, submission, f"{identity.name} runs, as SHOW RESTORE tells")
                    return self._restores.found(slot, submission)
            self._pause(self._restores.interval)
        raise JobUnknown(
            f"the answer to {identity.name} was lost ({trouble.message}), and SHOW RESTORE does not show it yet",
            hint="it may still be taken: look at SHOW RESTORE, or cluster.attach, before sending it again",
        )

    def _tell(
        self,
        kind: EventKind,
        identity: JobIdentity,
        submission: Submission,
        text: str,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self._recorder.event(kind, identity, text, submission=submission.id, data=data)
