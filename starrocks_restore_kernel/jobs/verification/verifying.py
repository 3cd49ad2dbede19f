"""Looking at what came back, and judging it."""

from __future__ import annotations

from collections.abc import Callable

from ...cluster import Frontend, open_frontend
from .expectations import Expectations
from .judging import judge
from .observing import observe
from .verdict import Verdict

__all__ = ["verify"]


def verify(
    frontend: Frontend,
    expectations: Expectations,
    *,
    counts: bool = False,
    query: str | None = None,
    open_: Callable[..., Frontend] = open_frontend,
) -> Verdict:
    """Look at a restored database, change nothing, and say whether all is there.

    Parameters
    ----------
    counts
        Count the rows of each table: that reads them.
    query
        Asked of each table, with ``{table}`` for its name; nothing, 0 and false are remarks.
    open_
        Connects to the other frontends.

    Raises
    ------
    ConnectionFailed
        If the frontend is gone.
    UsageProblem
        If the query does not say ``{table}``.
    """
    return judge(expectations, observe(frontend, expectations, counts=counts, query=query, open_=open_))
