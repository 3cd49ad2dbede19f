"""One StarRocks frontend over the MySQL protocol: send, and read into plain values. It judges nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..errors import RestoreError
from ..language.statements import ShowBackup
from . import reading, reading_objects
from .address import Address
from .connection import Connection, open_engine
from .job_sample import JobSample
from .objects import Table
from .partitions import Partitions
from .question import Question, Row
from .values import Backend, Repository, Snapshot, SnapshotContents

__all__ = ["Frontend", "Row", "open_frontend"]


def open_frontend(
    address: Address, *, connect_timeout: int = 10, read_timeout: int = 900, utc: bool = False
) -> Frontend:
    """Connect.

    Parameters
    ----------
    connect_timeout, read_timeout
        Seconds. RESTORE answers only after two files came from object storage, so reading may take long.
    utc
        Put the sessions into UTC; else they are in the time zone that the server gives them.

    Raises
    ------
    ConnectionFailed
        If nothing answers there, or the login is refused.
    """
    engine = open_engine(address, connect_timeout=connect_timeout, read_timeout=read_timeout, utc=utc)
    frontend = Frontend(engine, address)
    try:
        frontend.query("SELECT 1")
    except RestoreError:
        engine.dispose()
        raise
    return frontend


class Frontend(Connection):
    """A connected frontend and what is asked of it, a question a call; several go at once by `ask_all`."""

    # -- what it is

    def version(self) -> str:
        """``current_version()``: ``<version>-<commit>``, or with a blank between."""
        (row,) = self.query("SELECT current_version() AS version")
        return str(row["version"])

    def config(self, name: str) -> str | None:
        """A frontend configuration item of the connected frontend; None where there is none. Needs OPERATE."""
        return self.ask(reading.configuration_item(name))

    def backends(self) -> tuple[Backend, ...]:
        """SHOW BACKENDS. Needs OPERATE or NODE."""
        return self.ask(reading.backends())

    # -- databases

    def databases(self) -> tuple[str, ...]:
        """The databases that this user may see."""
        return self.ask(reading.databases())

    def tables(self, database: str) -> Mapping[str, Table]:
        """Tables, views and materialized views of a database, with what is known of their size."""
        return self.ask(reading_objects.tables(database))

    def partitions(self, database: str, names: Collection[str] | None = None) -> Partitions:
        """The partitions of a database's tables, or of some of them."""
        return Partitions(self.stream(reading_objects.partitions_sql(database, names)))

    # -- repositories and snapshots

    def repositories(self) -> tuple[Repository, ...]:
        """SHOW REPOSITORIES."""
        return self.ask(reading.repositories())

    def snapshots(self, repository: str, label: str | None = None) -> tuple[Snapshot, ...]:
        """SHOW SNAPSHOT: one listing call to the storage a snapshot, so name the label where it is known."""
        return self.ask(reading.snapshots(repository, label))

    def contents(self, repository: str, label: str, timestamp: str) -> SnapshotContents:
        """What is inside one snapshot; its ``status`` is the server's text where it could not be read."""
        return self.ask(reading.contents(repository, label, timestamp))

    # -- jobs

    def restore_jobs(self, database: str | None = None) -> tuple[JobSample, ...]:
        """SHOW RESTORE: the last job of each database, and that of external catalogs whatever was asked for."""
        return self.ask(reading.restore_jobs(database, self.now))

    def backup_rows(self, database: str) -> list[Row]:
        """SHOW BACKUP of one database, as it comes."""
        return self.ask(Question("backup jobs", ShowBackup(database).sql(pretty=False), list))
