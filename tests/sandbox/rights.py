"""Sessions of other users, and how the server denies."""

from __future__ import annotations

import itertools

from sandbox.small_cluster import Cluster

__all__ = ["denied", "logged_in"]

_CONNECTIONS = itertools.count(100)


def logged_in(cluster: Cluster, user: str, *, database: str | None = None) -> Cluster:
    """Log in as another user of the same cluster."""
    other = Cluster(cluster.frontend, user=user, connection_id=next(_CONNECTIONS))
    other.session.database = database
    return other


def denied(privilege: str, on: str, *, active: str = "NONE", inactive: str = "NONE") -> tuple[int, str, str]:
    """Code, SQLSTATE and text of ERR_ACCESS_DENIED."""
    text = (
        f"Access denied; you need (at least one of) the {privilege} privilege(s) on {on} for this operation. "
        "Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. "
        f"Current role(s): {active}. Inactivated role(s): {inactive}."
    )
    return 5203, "42000", text
