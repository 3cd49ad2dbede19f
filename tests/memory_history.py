"""A history in memory, for tests that are about something else; it can be made to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.errors import RestoreError
from starrocks_restore_kernel.history import Event, History, Outcome, Submission


class MemoryHistory(History):
    """Keeps everything in lists."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, JobSample]] = []
        self.recorded: list[Event] = []
        self.sent: dict[str, Submission] = {}
        self.full = False

    def close(self) -> None:
        """There is nothing to close."""

    def _write(self) -> None:
        if self.full:
            raise RestoreError("the history cannot be used: database or disk is full", hint="make room")

    def keep(self, cluster: str, sample: JobSample) -> None:
        self._write()
        self.kept.append((cluster, sample))

    def record(self, event: Event) -> None:
        self._write()
        self.recorded.append(event)

    def begin(self, submission: Submission) -> None:
        self._write()
        self.sent[submission.id] = submission

    def settle(self, key: str, outcome: Outcome, *, job_id: int | None = None, created: str | None = None) -> None:
        self._write()
        more = {name: value for name, value in {"job_id": job_id, "created": created}.items() if value is not None}
        self.sent[key] = replace(self.sent[key], outcome=outcome, **more)

    def keep_verdict(self, key: str, verdict: Mapping[str, Any]) -> None:
        self._write()
        self.sent[key] = replace(self.sent[key], verdict=verdict)

    def submission(self, key: str) -> Submission | None:
        return self.sent.get(key)

    def submissions(self, cluster: str | None = None, **which: Any) -> tuple[Submission, ...]:
        found = [
            each
            for each in reversed(self.sent.values())
            if cluster in {None, each.cluster}
            and which.get("database") in {None, each.database}
            and which.get("fingerprint") in {None, each.fingerprint}
            and (each.outcome.open or not which.get("open_only"))
        ]
        return tuple(found[: which.get("last")])

    def samples(self, cluster: str | None = None, **which: Any) -> tuple[JobSample, ...]:
        wanted = {key: value for key, value in which.items() if value is not None}
        return tuple(
            each
            for where, each in self.kept
            if cluster in {None, where} and all(getattr(each, key) == value for key, value in wanted.items())
        )

    def events(self, cluster: str | None = None, **which: Any) -> tuple[Event, ...]:
        kinds = which.get("kinds")
        return tuple(
            each
            for each in self.recorded
            if cluster in {None, each.cluster}
            and which.get("submission") in {None, each.submission}
            and (kinds is None or each.kind in kinds)
        )
