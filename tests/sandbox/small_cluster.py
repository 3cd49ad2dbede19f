"""A small cluster on a clock that stands still, and what tests do with it most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from starrocks_restore_kernel.sandbox.server_errors import SqlError
from starrocks_restore_kernel.sandbox.statements.results import Done
from starrocks_restore_kernel.sandbox.statements.session import Session

if TYPE_CHECKING:
    from starrocks_restore_kernel.sandbox.frontend import Frontend

__all__ = ["Cluster"]

SMALL = """
CREATE DATABASE db1;
USE db1;
CREATE TABLE t (k INT NOT NULL, dt DATE NOT NULL, v VARCHAR(20))
DUPLICATE KEY (k, dt)
PARTITION BY RANGE (dt) (
  PARTITION p1 VALUES LESS THAN ("2024-02-01"),
  PARTITION p2 VALUES LESS THAN ("2024-03-01"),
  PARTITION p3 VALUES LESS THAN ("2024-04-01"))
DISTRIBUTED BY HASH (k) BUCKETS 2
PROPERTIES ("replication_num" = "1");
CREATE TABLE u (id INT NOT NULL, name VARCHAR(20)) PRIMARY KEY (id)
DISTRIBUTED BY HASH (id) BUCKETS 2 PROPERTIES ("replication_num" = "1");
CREATE VIEW w (dt, n) AS SELECT dt, count(*) FROM t GROUP BY dt;
INSERT INTO t VALUES (1, '2024-01-10', 'a'), (2, '2024-01-20', 'b'), (3, '2024-02-10', 'c'), (4, '2024-03-10', 'd');
INSERT INTO u VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE REPOSITORY repo WITH BROKER ON LOCATION "s3://bucket/backups";
"""


class Cluster:
    """A frontend with a session on it, and what tests do most."""

    def __init__(self, frontend: Frontend, **who: Any) -> None:
        self.frontend = frontend
        self.session = Session(frontend, **who)

    def plant(self) -> None:
        """Make two tables, a view and a repository."""
        self.run(SMALL)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL; the rows of the last statement."""
        result = self.session.run(sql)
        return [] if isinstance(result, Done) else result.rows

    def named(self, sql: str) -> list[dict[str, Any]]:
        """Run SQL; its rows by column name."""
        result = self.session.run(sql)
        assert not isinstance(result, Done)
        return [dict(zip([each.name for each in result.columns], row, strict=True)) for row in result.rows]

    def refused(self, sql: str) -> tuple[int, str, str]:
        """Run SQL that must fail; code, SQLSTATE and text."""
        with pytest.raises(SqlError) as caught:
            self.session.run(sql)
        return caught.value.code, caught.value.sqlstate, caught.value.message

    def job(self, database: str = "db1", kind: str = "RESTORE") -> dict[str, Any]:
        """The job's row."""
        (row,) = self.named(f"SHOW {kind} FROM {database}")
        return row

    def finish(self, database: str = "db1", kind: str = "RESTORE") -> dict[str, Any]:
        """Let time pass until the job has ended."""
        for _ in range(200):
            self.frontend.run(3)
            if self.job(database, kind)["State"] in ("FINISHED", "CANCELLED"):
                return self.job(database, kind)
        raise AssertionError(self.job(database, kind))

    def reach(self, state: str, database: str = "db1") -> dict[str, Any]:
        """Let time pass until the restore job is in a state."""
        for _ in range(200):
            if self.job(database)["State"] == state:
                return self.job(database)
            self.frontend.run(3)
        raise AssertionError(self.job(database))

    def backup(self, label: str = "s1", database: str = "db1", on: str = "") -> str:
        """Back a database up to the end; the timestamp."""
        self.run(f"BACKUP SNAPSHOT {database}.{label} TO repo {on}")
        assert self.finish(database, "BACKUP")["State"] == "FINISHED"
        ((_, timestamp, _),) = self.run(f"SHOW SNAPSHOT ON repo WHERE SNAPSHOT = '{label}'")
        return str(timestamp)

    def restore(self, timestamp: str, what: str = "db1.s1", clauses: str = "", properties: str = "") -> None:
        """Submit a restore with replication_num 1."""
        more = f", {properties}" if properties else ""
        number = "" if "replication_num" in properties else ', "replication_num" = "1"'
        self.run(
            f'RESTORE SNAPSHOT {what} FROM repo {clauses} PROPERTIES ("backup_timestamp" = "{timestamp}"{number}{more})'
        )
