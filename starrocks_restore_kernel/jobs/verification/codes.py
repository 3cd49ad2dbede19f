"""The stable codes of a verdict's findings."""

from __future__ import annotations

from enum import Enum

__all__ = ["VerdictCode"]


class VerdictCode(Enum):
    """The stable codes of what is found after a restore, each with what it stands for."""

    SRR301 = "the database is not there"
    SRR302 = "an object is not there"
    SRR303 = "an object is of another kind"
    SRR304 = "a table's state is not NORMAL"
    SRR305 = "a partition is not there"
    SRR306 = "a partition has another replica number"
    SRR307 = "a materialized view is not active"
    SRR308 = "a view reads the snapshot's database"
    SRR309 = "a view cannot be read"
    SRR310 = "a colocation group is lost"
    SRR311 = "dynamic partitioning is not as it was"
    SRR312 = "an AUTO_INCREMENT counter is behind"
    SRR313 = "partitions that were not restored hold fewer rows than before"
    SRR314 = "a table is empty, and was not before"
    SRR315 = "a table cannot be read"
    SRR316 = "a frontend cannot be reached"
    SRR317 = "the query answers nothing, 0 or false, or fails"
    SRR318 = "judged by SHOW RESTORE alone"
    SRR319 = "skipped, as planned"
    SRR320 = "could not be looked at"
    SRR321 = "read as a sample"
    SRR322 = "fewer rows than before"
    SRR323 = "dynamic partitioning may have dropped what was restored"

    @property
    def unknown(self) -> bool:
        """Whether it says that something is not known, so that the restore is not proved."""
        return self is VerdictCode.SRR320
