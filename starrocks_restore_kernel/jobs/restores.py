"""The restores of one cluster: found, followed, cancelled, looked at when they have ended, and remembered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from datetime import datetime
from statistics import median
from typing import Any
from weakref import WeakValueDictionary

from ..cluster import Frontend, JobSample, JobState, Leader
from ..errors import JobFailed, RestoreError, UsageProblem
from ..history import EventKind, History, JobRecord, Outcome, Submission
from ..language.statements import CancelRestore
from .cancellation import Cancellation, cancellation
from .hooks import Hook, Hooks
from .identity import JobIdentity
from .job import Job
from .poller import Poller
from .recorder import Recorder, here, me
from .verification import Expectations, Verdict, expect_from_sample, verify

__all__ = ["Restores"]

_LOG = logging.getLogger(__name__)

_RECENT = 50
_LAST_LOOK = 10.0
_TIME = "%Y-%m-%d %H:%M:%S"
_LATE = {JobState.COMMIT, JobState.COMMITTING}
_OUTCOMES = {JobState.FINISHED: Outcome.FINISHED, JobState.CANCELLED: Outcome.CANCELLED}


class Restores:
    """What looks after the jobs of a cluster; the `Keeper` of each.

    Parameters
    ----------
    frontend
        Where statements are sent.
    history
        Where all is written down.
    interval
        Seconds between two looks while something moves.
    leader
        Where jobs are read; the frontend's leader unless a test passes another.
    """

    def __init__(
        self, frontend: Frontend, history: History, *, interval: float = 1.0, leader: Leader | None = None
    ) -> None:
        self.frontend = frontend
        self.history = history
        self.interval = interval
        self.leader = Leader(frontend.address) if leader is None else leader
        self.hooks = Hooks()
        self.recorder = Recorder(
            history, frontend.address.place, self.hooks, who=me(frontend.address.user), where=here(), now=frontend.now
        )
        self._poller = Poller(self.leader.restore_jobs, interval=interval)
        self._verifying: list[threading.Thread] = []
        self._met: WeakValueDictionary[tuple[str | None, ...], Job] = WeakValueDictionary()
        """The jobs that are followed here, or that somebody still holds, by what tells them apart."""

    def close(self) -> None:
        """Stop following; the jobs run on at the server."""
        self._poller.stop()
        for each in self._verifying:
            each.join(_LAST_LOOK)
        self.recorder.flush()
        self.hooks.close()
        self.leader.close()

    def on(self, hook: Hook, kinds: Collection[EventKind] | None = None) -> Callable[[], None]:
        """Call a function or a `Webhook` at each event, or at those of some kinds; what comes back ends it."""
        return self.hooks.add(hook, kinds)

    # -- finding jobs

    def slot(self, database: str) -> JobSample | None:
        """The one restore that SHOW RESTORE shows for a database; an empty name for external catalogs."""
        return next((each for each in self.leader.restore_jobs({database}) if each.database == database), None)

    def attach(self, database: str) -> Job:
        """Follow the job that SHOW RESTORE shows for a database, whoever sent it.

        Raises
        ------
        UsageProblem
            If it shows none.
        """
        sample = self.slot(database)
        if sample is None:
            raise UsageProblem(
                f"SHOW RESTORE shows no job of {database or 'external catalogs'}",
                hint="a later BACKUP takes its place; see history",
            )
        return self.found(sample, self._sent_as(sample))

    def resume(self) -> tuple[Job, ...]:
        """Follow what was sent from this history and whose end was not seen; what can be settled at once is settled."""
        jobs = []
        for each in self.history.submissions(self.recorder.cluster, open_only=True):
            sample = self.settle(each)
            if sample is not None and not sample.state.ended:
                jobs.append(self.found(sample, each))
        return tuple(jobs)

    def recorded(self, record: JobRecord) -> Job:
        """A job out of the history; if it had not ended when it was last seen, `Job.follow` looks for it."""
        identity = JobIdentity(record.database, record.label, record.timestamp, created=record.created)
        earlier = self._kept(identity)
        submission = self._sent_as(earlier[-1]) if earlier else None
        known = None if submission is None else submission.id
        verdict = (submission.verdict if submission is not None else None) or {}
        return Job(
            identity,
            self,
            submission=known,
            notes=self._noted(submission),
            recalled=str(verdict.get("summary", "")),
            earlier=earlier,
        )

    def found(self, sample: JobSample, submission: Submission | None, *, joined: bool = False) -> Job:
        """Follow a job of which a row was read, with the samples that the history holds of it.

        One that is followed here already is the same object: it is looked at, written down and verified once.
        """
        identity = JobIdentity(sample.database, sample.label, sample.timestamp, created=sample.created)
        met = self._met.get(_key(identity))
        if met is not None:
            met.joined |= joined
            met.recall(sample)
            return met if met.ended else met.follow()
        earlier = self._kept(identity)
        known = None if submission is None else submission.id
        notes = self._noted(submission)
        job = Job(identity, self, submission=known, joined=joined, notes=notes, earlier=earlier)
        self._met[_key(identity)] = job
        # One that has ended is looked at when somebody waits for it, or asks.
        job.recall(sample)
        return job if job.ended else job.follow()

    def _kept(self, job: JobIdentity) -> tuple[JobSample, ...]:
        return self.history.samples(
            self.recorder.cluster,
            database=job.database,
            label=job.label,
            timestamp=job.timestamp,
            created=job.created,
        )

    def settle(self, submission: Submission) -> JobSample | None:
        """Learn what became of an open submission, if SHOW RESTORE still tells; the row of its job."""
        identity = identity_of(submission)
        sample = self.slot(submission.database)
        if sample is not None and identity.matches(sample):
            outcome = _OUTCOMES.get(sample.state, Outcome.SENT)
            self.recorder.settle(submission.id, outcome, job_id=sample.job_id, created=sample.created)
            return sample
        if submission.outcome is Outcome.SENT:
            self.recorder.settle(submission.id, Outcome.GONE)
        return None

    def _sent_as(self, sample: JobSample) -> Submission | None:
        """The submission that a job comes from, if this history knows it."""
        for each in self.history.submissions(self.recorder.cluster, database=sample.database, last=20):
            if each.outcome is not Outcome.REFUSED and identity_of(each).matches(sample):
                return each
        return None

    def rate(self) -> float | None:
        """Bytes a second that earlier restores of this cluster came to, the median; None where nothing is known.

        Each replica is downloaded by itself, so the bytes are those of all replicas, of what was overwritten: the only
        sizes that are known. From creation to end, as long as a job's timeout runs.
        """
        try:
            records = self.history.jobs(self.recorder.cluster, last=_RECENT)
            sent = self.history.submissions(self.recorder.cluster, last=_RECENT)
            plans = self.history.events(self.recorder.cluster, kinds=[EventKind.PLAN], last=_RECENT)
        except RestoreError:
            # A plan can be made without it, and says so where it matters.
            return None
        took = {(each.database, each.created): duration(each) for each in records if each.state == "FINISHED"}
        volumes = {each.submission: each.data.get("volume", 0) for each in plans}
        rates = [
            volumes[each.id] / seconds
            for each in sent
            if volumes.get(each.id) and (seconds := took.get((each.database, each.created)))
        ]
        return median(rates) if rates else None

    # -- what a job asks

    @property
    def trouble(self) -> str | None:
        """Why the history cannot be written, while it cannot be."""
        return self.recorder.trouble

    def follow(self, job: Job) -> None:
        """Look at it from now on."""
        self._poller.add(job)

    def saw(self, job: Job, before: JobSample | None, sample: JobSample) -> None:
        """Write down a sample that is news, and what is new about it."""
        self._met.setdefault(_key(job.identity), job)
        self.recorder.sample(sample)
        if job.submission is not None and (before is None or before.job_id != sample.job_id or sample.state.ended):
            outcome = _OUTCOMES.get(sample.state, Outcome.SENT)
            self.recorder.settle(job.submission, outcome, job_id=sample.job_id, created=sample.created)
        if before is None or before.state is not sample.state:
            kind = EventKind.END if sample.state.ended else EventKind.STATE
            reason = "" if sample.status.startswith("[OK") else f": {sample.reason}"
            self._event(kind, job, f"{job.identity.name} is {sample.state.value}{reason}", state=sample.state.value)
        if sample.task_errors and (before is None or not before.task_errors):
            self._event(EventKind.TROUBLE, job, f"tasks of {job.identity.name} report: {sample.task_errors}")

    def ended(self, job: Job) -> None:
        """Find the verdict, on a thread of its own: other jobs are looked at meanwhile."""
        last = job.last
        if last is None or not last.state.ended:
            self._event(EventKind.END, job, f"SHOW RESTORE does not show {job.identity.name} any more", state="gone")
            if job.submission is not None:
                self.recorder.settle(job.submission, Outcome.GONE)
        if last is None or last.state is JobState.CANCELLED:
            job.conclude(None)
            return
        thread = threading.Thread(target=self._conclude, args=(job,), name="starrocks-restore-verdict", daemon=True)
        self._verifying = [each for each in self._verifying if each.is_alive()] + [thread]
        thread.start()

    def _conclude(self, job: Job) -> None:
        try:
            verdict = self.verify(job)
        except Exception as error:  # noqa: BLE001 whoever waits for the job must not wait for ever
            if not isinstance(error, RestoreError):
                _LOG.exception("the verdict on %s failed", job.identity.name)
            job.report(f"what came back could not be looked at: {getattr(error, 'message', error)}")
            job.conclude(None)
        else:
            job.conclude(verdict)

    def verify(self, job: Job, **options: Any) -> Verdict:
        """Look at what came back.

        Raises
        ------
        RestoreError
            If nothing can be read, or what must be there is not known.
        """
        verdict = verify(self.frontend, self._expected(job), **options)
        if job.submission is not None:
            self.recorder.verdict(job.submission, verdict.record())
        self._event(EventKind.VERDICT, job, verdict.summary, verdict=verdict.status.value)
        return verdict

    def _expected(self, job: Job) -> Expectations:
        submission = None if job.submission is None else self.history.submission(job.submission)
        if submission is not None and submission.expected is not None:
            return Expectations.from_record(submission.expected)
        last = job.last
        if last is None:
            raise UsageProblem("nothing was seen of this job, so what must be there is not known")
        return expect_from_sample(last)

    def cancellation(self, job: Job) -> Cancellation:
        """What a cancel would take along now.

        Raises
        ------
        UsageProblem
            If SHOW RESTORE does not show the job.
        """
        sample = self.slot(job.database)
        if sample is None or not job.identity.matches(sample):
            raise UsageProblem(f"SHOW RESTORE does not show {job.identity.name}", hint="there is nothing to cancel")
        return cancellation(job.identity.name, job.database, sample, job.notes)

    def cancel(self, job: Job, *, force: bool) -> None:
        """Cancel it, unless it is too late for that and ``force`` is not said."""
        what = self.cancellation(job)
        if what.state.ended:
            raise JobFailed(f"nothing was cancelled: {what.summary}")
        if what.state in _LATE and not force:
            raise JobFailed(
                f"nothing was cancelled: {what.summary}",
                hint="let it end; force=True cancels all the same, and then only a full restore helps",
            )
        statement = CancelRestore(job.database) if job.database else CancelRestore(external_catalog=True)
        self.frontend.send(statement.sql())
        self._event(EventKind.CANCEL, job, f"cancelled {what.summary}", state=what.state.value, forced=force)

    def _noted(self, submission: Submission | None) -> Any:
        if submission is None:
            return None
        found = self.history.events(submission=submission.id, kinds=[EventKind.PLAN], last=1)
        return found[-1].data if found else None

    def _event(self, kind: EventKind, job: Job, text: str, **data: Any) -> None:
        self.recorder.event(kind, job.identity, text, submission=job.submission, data=data)


def _key(job: JobIdentity) -> tuple[str | None, ...]:
    return job.database, job.label, job.timestamp, job.created


def duration(record: JobRecord) -> float | None:
    """Seconds from a job's creation to its end, as the server tells."""
    if record.created is None or record.finished is None:
        return None
    began, ended = (datetime.strptime(each, _TIME) for each in (record.created, record.finished))  # noqa: DTZ007 both UTC
    return (ended - began).total_seconds()


def identity_of(submission: Submission) -> JobIdentity:
    """How the job of a submission is recognised."""
    return JobIdentity(
        submission.database, submission.label, submission.timestamp, submission.before, submission.created
    )
