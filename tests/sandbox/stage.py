"""Where a row of the table of all texts is played: a small cluster, its snapshot once it is asked for, its users."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.rights import logged_in

from starrocks_restore_kernel.sandbox.server_errors import SqlError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.small_cluster import Cluster
    from sandbox.text_row import Row

__all__ = ["VARIABLE", "Stage", "pattern", "snapshot"]

VARIABLE = {
    "{number}": r"\d[\d,]*",
    "{numbers}": r"\d+(?:, \d+)*",
    "{marks}": r"\d+=\d+(?:, \d+=\d+)*",
    "{path}": r"[^ ]+",
    "{md5}": "[0-9a-f]{32}",
    "{address}": r"[\w@]+",
}
"""What a text may have in the place of what varies."""


def pattern(text: str) -> re.Pattern[str]:
    """Make the expression that a whole text must match."""
    parts = re.split("(" + "|".join(re.escape(each) for each in VARIABLE) + ")", text)
    return re.compile("".join(VARIABLE.get(each) or re.escape(each) for each in parts))


class Stage:
    """A cluster, and whoever speaks to it at the moment.

    Parameters
    ----------
    make
        Makes another cluster, for what needs two.
    """

    def __init__(self, cluster: Cluster, make: Callable[..., Cluster]) -> None:
        self.cluster = cluster
        self.make = make
        self.speaker = cluster
        self._timestamp = ""

    @property
    def timestamp(self) -> str:
        """Of the snapshot s1 of db1, or of another that a step has made."""
        if not self._timestamp:
            self._timestamp = self.cluster.backup()
        return self._timestamp

    @timestamp.setter
    def timestamp(self, value: str) -> None:
        self._timestamp = value

    def files(self, name: str) -> list[Path]:
        """Find files of the repository, as whoever has the bucket's keys can."""
        return list(self.cluster.frontend.folder.rglob(name))

    def share(self, **options: Any) -> None:
        """Let the snapshot be another cluster's, in a repository that both have."""
        other = self.make(**options)
        other.plant()
        place = f"file://{self.cluster.frontend.folder}/shared"
        for each in (other, self.cluster):
            each.run(f"DROP REPOSITORY repo; CREATE REPOSITORY repo WITH BROKER ON LOCATION '{place}'")
        self.timestamp = other.backup()

    def play(self, row: Row) -> None:
        """Do all steps."""
        for step in row.steps:
            self.do(step)

    def do(self, step: str | Callable[[Stage], object]) -> None:
        """Do one step."""
        if callable(step):
            step(self)
        elif step.startswith("AS "):
            self.speaker = logged_in(self.cluster, step.removeprefix("AS "), database="db1")
        elif step.startswith("STEP "):
            self.cluster.run(f"ADMIN SANDBOX {step}")
        else:
            self.speaker.run(self.filled(step))

    def filled(self, sql: str) -> str:
        """Put the snapshot's timestamp in."""
        sql = sql.replace("$P", 'PROPERTIES ("backup_timestamp" = "$T", "replication_num" = "1")')
        return sql.replace("$T", self.timestamp) if "$T" in sql else sql

    def error(self, row: Row) -> tuple[int, str, str]:
        """Do all steps, of which only the last is refused."""
        for step in row.steps[:-1]:
            self.do(step)
        try:
            self.do(row.steps[-1])
        except SqlError as error:
            return error.code, error.sqlstate, error.message
        raise AssertionError(f"{row.steps[-1]} was not refused")

    def job(self, row: Row) -> dict[str, Any]:
        """Find the row of its job as SHOW RESTORE or SHOW BACKUP gives it."""
        shown = self.cluster.named(f"SHOW {row.job}")
        found = [each for each in shown if each["DbName"] == row.database]
        if not found:
            # The job of a database that was dropped goes on, and no SHOW finds it.
            (job,) = [each for each in self.cluster.frontend.jobs.values() if each.head.database == row.database]
            return {"State": job.state.value, "Status": str(job.status)}
        return found[0]

    def end(self, row: Row) -> dict[str, Any]:
        """Do all steps, and wait for the job to end."""
        self.play(row)
        for _ in range(100):
            if self.job(row)["State"] in ("FINISHED", row.state):
                break
            self.cluster.frontend.run(3)
        return self.job(row)


def snapshot(stage: Stage) -> None:
    """Make the snapshot now, before what comes next."""
    assert stage.timestamp
