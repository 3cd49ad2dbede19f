"""SHOW, DESC and ADMIN SHOW, where they are not of the RESTORE family: who answers which (ShowExecutor.java)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..server_errors import unsupported_here
from .show_alter import ShowAlter
from .show_cluster import ShowCluster
from .show_empty import ShowEmpty
from .show_objects import ShowObjects
from .show_partitions import ShowPartitions
from .show_proc import ShowProc
from .show_tables import ShowTables

if TYPE_CHECKING:
    from ..frontend import Frontend
    from .reader import Reader
    from .results import ResultRows
    from .show_room import Answer
    from .sight import Viewer

__all__ = ["Show"]

_ROOMS = (ShowTables, ShowAlter, ShowPartitions, ShowObjects, ShowCluster, ShowProc, ShowEmpty)
_FAMILY = ("RESTORE", "BACKUP", "SNAPSHOT", "REPOSITORIES")
_LONGEST = 3
"""Words that tell a statement from all others, behind SHOW."""


class Show:
    """Answers one viewer's statements; the caller holds the frontend's lock."""

    def __init__(self, frontend: Frontend, viewer: Viewer) -> None:
        self.frontend = frontend
        self.viewer = viewer

    def show(self, reader: Reader) -> ResultRows:
        """Answer what follows SHOW."""
        answers: dict[str, Answer] = {}
        for room in _ROOMS:
            answers.update(room(self.frontend, self.viewer).answers())
        for count in range(_LONGEST, 0, -1):
            words = " ".join(reader.peek(place).text.upper() for place in range(count))
            if words in answers:
                reader.index += count
                return answers[words](reader)
        word = reader.peek().text.upper()
        # A slip is told from a statement that is not imitated by how near it comes to one that is.
        near = get_close_matches(word, {*(words.split()[0] for words in answers), *_FAMILY}, cutoff=0.75)
        raise reader.unexpected(*near) if near else unsupported_here(f"SHOW {word} …")

    def describe(self, reader: Reader) -> ResultRows:
        """Answer what follows DESC."""
        return ShowTables(self.frontend, self.viewer).describe(reader)

    def admin(self, reader: Reader) -> ResultRows:
        """Answer what follows ADMIN SHOW."""
        if reader.accept("FRONTEND", "CONFIG"):
            return ShowCluster(self.frontend, self.viewer).config(reader)
        partitions = ShowPartitions(self.frontend, self.viewer)
        if reader.accept("REPLICA", "STATUS"):
            return partitions.replica_status(reader)
        if reader.accept("REPLICA", "DISTRIBUTION"):
            return partitions.replica_distribution(reader)
        raise unsupported_here(f"ADMIN SHOW {reader.rest().split(' ')[0]}")
