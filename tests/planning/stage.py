"""A sandbox whose clock is stepped: plan there, send all the same, let time pass, and see what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.errors import ServerError
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.planning import Action, Effect, Plan
from starrocks_restore_kernel.planning.effect import Kind
from starrocks_restore_kernel.sandbox import Sandbox
from starrocks_restore_kernel.sandbox.model.catalog import Table

__all__ = ["SHOP", "Happened", "Make", "Stage", "errors", "foretold", "foretold_parts", "inside", "planned"]

SHOP = """
CREATE DATABASE db1;
CREATE TABLE db1.t (k INT NOT NULL, dt DATE NOT NULL, v VARCHAR(20))
DUPLICATE KEY (k, dt)
PARTITION BY RANGE (dt) (
  PARTITION p1 VALUES LESS THAN ("2024-02-01"),
  PARTITION p2 VALUES LESS THAN ("2024-03-01"),
  PARTITION p3 VALUES LESS THAN ("2024-04-01"))
DISTRIBUTED BY HASH (k) BUCKETS 2
PROPERTIES ("replication_num" = "1");
CREATE TABLE db1.u (id INT NOT NULL, name VARCHAR(20)) PRIMARY KEY (id)
DISTRIBUTED BY HASH (id) BUCKETS 2 PROPERTIES ("replication_num" = "1");
CREATE TABLE db1.l (c VARCHAR(8) NOT NULL, n INT) DUPLICATE KEY (c)
PARTITION BY LIST (c) (PARTITION pa VALUES IN ('a', 'b'), PARTITION pc VALUES IN ('c'))
DISTRIBUTED BY HASH (c) BUCKETS 1 PROPERTIES ("replication_num" = "1");
CREATE TABLE db1.a (id BIGINT NOT NULL AUTO_INCREMENT, n INT) PRIMARY KEY (id)
DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "1");
CREATE VIEW db1.w (dt, n) AS SELECT dt, count(*) FROM db1.t GROUP BY dt;
CREATE VIEW db1.x AS SELECT id FROM db1.u;
INSERT INTO db1.t VALUES (1, '2024-01-10', 'a'), (2, '2024-01-20', 'b'), (3, '2024-02-10', 'c'), (4, '2024-03-10', 'd');
INSERT INTO db1.u VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO db1.l VALUES ('a', 1), ('c', 2);
CREATE REPOSITORY repo WITH BROKER ON LOCATION "s3://bucket/backups"
"""
"""A table of each partitioning, one that counts, two views and a repository."""

_STEP = 3.0
_STEPS = 400

Objects = dict[str, tuple[int, dict[str, tuple[int, float]]]]
"""Each object's id, and each of its partitions' id and the time that it changed last."""


@dataclass
class Happened:
    """What became of a statement that was sent as it is."""

    refused: str | None
    """The answer to the statement, if it was refused."""
    job: JobSample | None
    effects: dict[str, Action] = field(default_factory=dict)
    """What became of each name of the target that the plan speaks of."""
    parted: dict[str, tuple[set[str], set[str], set[str]]] = field(default_factory=dict)
    """The partitions of what was overwritten: replaced, added, left."""

    @property
    def text(self) -> str | None:
        """Why nothing came of it, in the server's words."""
        if self.refused is not None:
            return self.refused
        return None if self.job is None or self.job.succeeded else self.job.reason


class Stage:
    """A sandbox and a connection to it."""

    def __init__(self, sandbox: Sandbox, user: str = "root") -> None:
        self.sandbox = sandbox
        self.cluster: Cluster = connect(sandbox.url.replace("root@", f"{user}@"))

    def another(self, user: str) -> Stage:
        """The same sandbox, for another user; to be closed."""
        return Stage(self.sandbox, user)

    def close(self) -> None:
        """Hang up."""
        self.cluster.close()

    def do(self, sql: str) -> None:
        """Run statements, one after another."""
        for each in filter(str.strip, sql.split(";")):
            self.cluster.query(each)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return list(self.cluster.query(sql).rows)

    def step(self, seconds: float = _STEP) -> None:
        """Let time pass."""
        self.sandbox.frontend.run(seconds)

    def backup(self, what: str = "db1.s", clauses: str = "") -> str:
        """Back up to the end; the timestamp."""
        self.cluster.frontend.send(f"BACKUP SNAPSHOT {what} TO repo {clauses}")
        for _ in range(_STEPS):
            self.step()
            found = self.cluster.snapshots("repo", "s")
            if len(found) and found[0].timestamps and not self._backing_up():
                return str(found[0].timestamps[-1])
        raise AssertionError("the backup does not end")

    def _backing_up(self) -> bool:
        rows = self.cluster.query("SHOW BACKUP").values
        return any(each["State"] not in {"FINISHED", "CANCELLED"} for each in rows)

    def send(self, plan: Plan, *, finish: bool = True) -> Happened:
        """Send a plan's statement past the plan, and compare before and after."""
        database = plan.target_database or ""
        before = self._objects(database)
        try:
            self.cluster.frontend.send(plan.statement.sql(version=plan.version))
        except ServerError as error:
            return Happened(error.message, None)
        job = self.job(database)
        for _ in range(_STEPS if finish else 0):
            if job.state.ended:
                break
            self.step(_STEP if job.state.value != "PENDING" or _ < 10 else 60)
            job = self.job(database)
        happened = Happened(None, job)
        if job.succeeded:
            after = self._objects(database)
            for each in plan.effects:
                happened.effects[each.target] = self._action(each, before, after, happened)
        return happened

    def job(self, database: str) -> JobSample:
        """The row of SHOW RESTORE."""
        (row,) = [each for each in self.cluster.frontend.restore_jobs() if each.database == database]
        return row

    def _objects(self, database: str) -> Objects:
        frontend = self.sandbox.frontend
        found = frontend.databases.get(database)
        if found is None:
            return {each.name: (each.id, {}) for each in frontend.catalogs.values()} if not database else {}
        objects: Objects = {database: (found.id, {})}
        for each in found.tables.values():
            partitions = each.partitions.values() if isinstance(each, Table) else ()
            objects[each.name] = (each.id, {one.name: (one.id, one.version_time) for one in partitions})
        for function in found.functions.values():
            objects[function.name] = (function.id, {})
        return objects

    @staticmethod
    def _action(each: Effect, before: Objects, after: Objects, happened: Happened) -> Action:
        name = each.target
        if name not in before:
            return (
                Action.UNKNOWN
                if name not in after
                else Action.RENAME
                if each.source not in {name, ""}
                else Action.CREATE
            )
        (old, old_parts), (new, new_parts) = before[name], after[name]
        if old != new:
            return Action.REPLACE
        replaced = {one for one, stamp in new_parts.items() if one in old_parts and old_parts[one] != stamp}
        added = set(new_parts) - set(old_parts)
        if not replaced and not added:
            return Action.SKIP
        happened.parted[name] = replaced, added, set(new_parts) - replaced - added
        return Action.OVERWRITE


Make = Callable[..., Stage]


def foretold(plan: Plan) -> dict[str, Action]:
    """What a plan says of each name."""
    return {each.target: each.action for each in plan.effects}


def foretold_parts(plan: Plan) -> dict[str, tuple[set[str], set[str], set[str]]]:
    """The partitions that a plan says are replaced, added, left."""
    return {
        each.target: (set(each.replaced), set(each.added or ()), set(each.left or ()))
        for each in plan.effects
        if each.action is Action.OVERWRITE and each.replaced is not None and each.kind is not Kind.DATABASE
    }


def planned(stage: Stage, stamp: str, clauses: str = "", what: str = "db1.s", properties: str | None = None) -> Plan:
    """The plan of a RESTORE; replication_num is 1 unless properties say otherwise."""
    more = '"replication_num" = "1"' if properties is None else properties
    listed = ", ".join(filter(None, (f'"backup_timestamp" = "{stamp}"', more)))
    return stage.cluster.plan(f"RESTORE SNAPSHOT {what} FROM repo {clauses} PROPERTIES ({listed})")


def errors(made: Plan) -> list[str]:
    """What the plan says that the server will say."""
    return [each.message for each in made.findings if each.severity == "error"]


def inside(stage: Stage, name: str) -> Table:
    """A table of the sandbox."""
    found = stage.sandbox.frontend.databases["db1"].tables[name]
    assert isinstance(found, Table)
    return found
