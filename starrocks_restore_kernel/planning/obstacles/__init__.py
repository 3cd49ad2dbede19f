"""What stands in the way of a RESTORE, and what a person should know first.

Errors are what the server would refuse at submit (AuthorizerStmtVisitor.java; BackupHandler.java, process) or cancel
the job for (RestoreJob.java, checkAndPrepareMeta), in that order, with its text where it is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...language.diagnostics import Diagnostic
from ..codes import ObstacleCode
from .blocked import blocked, replica_split, several_numbers
from .case import Case, Obstacle
from .dangers import DANGERS
from .machines import MACHINES
from .rights import rights
from .submit import SUBMIT

__all__ = ["OBSTACLES", "Case", "ObstacleCode", "obstacles", "replica_split"]

OBSTACLES: tuple[Obstacle, ...] = (rights, *SUBMIT, blocked, several_numbers, *DANGERS, *MACHINES)
"""Each is a function from what is known to findings; the errors in the order that the server comes to them."""


def obstacles(case: Case) -> Iterator[Diagnostic]:
    """All that stands in the way, and all dangers."""
    for look in OBSTACLES:
        yield from look(case)
