"""The frontends of a cluster: which there are, and which of them leads (Frontend.java).

One process plays them all, over one memory: what a follower would have replayed it knows at once. A follower differs by
its port, and in what it answers where a server's followers answer otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Peer", "Role", "first_peer", "follower", "leader", "pass_leadership"]

_EDIT_LOG_PORT = 9010


class Role(Enum):
    """What a frontend is to the others (FrontendNodeType.java)."""

    LEADER = "LEADER"
    FOLLOWER = "FOLLOWER"
    OBSERVER = "OBSERVER"


@dataclass(slots=True, eq=False)
class Peer:
    """One frontend; ``query_port`` is 0 until it listens."""

    id: int
    name: str
    host: str
    role: Role
    start_time: float
    query_port: int = 0
    edit_log_port: int = _EDIT_LOG_PORT
    alive: bool = True


def first_peer(start_time: float) -> Peer:
    """Make the frontend that leads at the start."""
    return _peer(0, Role.LEADER, start_time)


def follower(peers: list[Peer], start_time: float) -> Peer:
    """Make another one; the caller adds it."""
    return _peer(len(peers), Role.FOLLOWER, start_time)


def _peer(number: int, role: Role, start_time: float) -> Peer:
    # NodeMgr.java, genFeNodeName: the host, the edit log's port, and when it was made, in milliseconds.
    port = _EDIT_LOG_PORT + number
    name = f"127.0.0.1_{port}_{int(start_time * 1000)}"
    return Peer(number + 1, name, "127.0.0.1", role, start_time, edit_log_port=port)


def leader(peers: list[Peer]) -> Peer:
    """Find who leads."""
    return next(each for each in peers if each.role is Role.LEADER)


def pass_leadership(peers: list[Peer]) -> None:
    """Let the next follower that is alive lead, and the leader follow; alone, it leads again."""
    old = peers.index(leader(peers))
    for offset in range(1, len(peers)):
        new = peers[(old + offset) % len(peers)]
        if new.alive and new.role is Role.FOLLOWER:
            peers[old].role, new.role = Role.FOLLOWER, Role.LEADER
            return
