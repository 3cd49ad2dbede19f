"""A sandbox as a process of its own, and its clients."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pymysql

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CLI", "PATIENCE", "Child", "running"]

CLI = [sys.executable, "-m", "starrocks_restore_kernel.cli", "sandbox"]
PATIENCE = 60


@dataclass
class Child:
    """A sandbox that listens; ``said`` is what it printed until then."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.said[0].rpartition(":")[2])

    def connect(self, port: int = 0, **options: Any) -> pymysql.Connection[Any]:
        """Log in."""
        wanted = {"user": "root", "ssl_disabled": True, **options}
        return pymysql.connect(host="127.0.0.1", port=port or self.port, autocommit=True, **wanted)

    def query(self, sql: str) -> tuple[tuple[Any, ...], ...]:
        """Ask on a connection of its own."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return tuple(cursor.fetchall())

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; the exit status, and what was written to stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@contextlib.contextmanager
def running(*words: str, **options: Any) -> Iterator[Child]:
    """Start one on any port, and kill what is left of it at the end."""
    command = [*CLI, "--port=0", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, **options) as process:  # noqa: S603 - our own command
        try:
            child = Child(process)
            assert process.stdout is not None
            for line in process.stdout:
                child.said.append(line.rstrip("\n"))
                if "Ctrl-C stops it" in line:
                    break
            else:
                raise AssertionError(process.communicate()[1])
            yield child
        finally:
            process.kill()
