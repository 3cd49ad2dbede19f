"""What a wish, a procedure or a file asks of a cluster."""

from __future__ import annotations

from typing import Any, Protocol

from ..language.statements import Restore, Statement
from .facts import Facts
from .plan import Plan

__all__ = ["Desk"]


class Desk(Protocol):
    """A connected cluster, as far as planning needs one; the façade's `Cluster` is it."""

    @property
    def version(self) -> str:
        """The release whose grammar the cluster speaks."""
        ...

    def facts(self, statement: Restore) -> Facts:
        """Read what the plan of a RESTORE stands on."""
        ...

    def plan(self, statement: Statement | str) -> Plan:
        """What a statement would do, bound to the cluster."""
        ...

    def query(self, sql: str) -> Any:
        """Send a statement; its rows, as mappings by column name."""
        ...
