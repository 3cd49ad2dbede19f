"""One row of the table of all texts: what a client reads, and what it does to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stage import Stage

    Step = str | Callable[[Stage], object]

__all__ = [
    "Q",
    "R",
    "Row",
    "analyzed",
    "bare",
    "built",
    "cell",
    "denied",
    "ended",
    "failing",
    "never",
    "refused",
    "semantic",
]

R = "RESTORE SNAPSHOT db1.s1 FROM repo"
"""A restore of the snapshot that a stage makes where a step asks for it."""

Q = 'PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842")'
"""Properties of a statement that never gets as far as a snapshot."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text.

    Parameters
    ----------
    text
        With ``{number}`` and the like in the place of what varies.
    steps
        Statements and functions; of an error the last step is what is refused. ``STEP n`` lets time pass, ``AS user``
        changes the session. ``$T`` is the timestamp of the snapshot ``s1`` of ``db1``, which is made when ``$T`` or
        ``$P``, all properties of a restore, is first asked for.
    shown
        Where a client reads it; ``cell`` is the last one of what the last step answers.
    why_not
        Why nobody can be made to read it; such a row has no steps.
    """

    id: str
    text: str
    steps: tuple[Step, ...] = ()
    code: int = 0
    sqlstate: str = ""
    shown: Literal["error", "Status", "TaskErrMsg", "cell"] = "error"
    release: str = "4.1"
    job: str = "RESTORE"
    database: str = "db1"
    state: str = "CANCELLED"
    options: tuple[tuple[str, Any], ...] = ()
    why_not: str = ""
    note: str = ""
    """What is different on a server, or about how it is read."""


def refused(id_: str, code: int, sqlstate: str, text: str, *steps: Step, **more: Any) -> Row:
    """Make the row of an error."""
    return Row(id_, text, steps, code, sqlstate, **more)


def built(id_: str, text: str, *steps: Step, where: str = "", **more: Any) -> Row:
    """Make the row of a rule of the AST builder; most have no place."""
    return refused(id_, 1064, "HY000", f"Getting syntax error{where}. Detail message: {text}.", *steps, **more)


def semantic(id_: str, text: str, *steps: Step, where: str = "", **more: Any) -> Row:
    """Make the row of an analyzer's error without an ErrorCode."""
    return refused(id_, 1064, "HY000", f"Getting analyzing error{where}. Detail message: {text}.", *steps, **more)


def analyzed(id_: str, text: str, *steps: Step, code: int = 5064, sqlstate: str = "42000", **more: Any) -> Row:
    """Make the row of an analyzer's error with an ErrorCode."""
    return refused(id_, code, sqlstate, f"Getting analyzing error. Detail message: {text}.", *steps, **more)


def bare(id_: str, text: str, *steps: Step, **more: Any) -> Row:
    """Make the row of ERR_COMMON_ERROR as the handler throws it."""
    return refused(id_, 5064, "42000", text, *steps, **more)


def denied(id_: str, privilege: str, on: str, *steps: Step, **more: Any) -> Row:
    """Make the row of a privilege that is missing."""
    text = (
        f"Access denied; you need (at least one of) the {privilege} privilege(s) on {on} for this operation. "
        "Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. "
        "Current role(s): NONE. Inactivated role(s): NONE."
    )
    return refused(id_, 5203, "42000", text, *steps, **more)


def ended(id_: str, status: str, *steps: Step, **more: Any) -> Row:
    """Make the row of a job's Status at its end."""
    return Row(id_, f"[{status}]", steps, shown="Status", **more)


def failing(id_: str, text: str, *steps: Step, **more: Any) -> Row:
    """Make the row of a TaskErrMsg."""
    return Row(id_, f"[{{number}}: {text}]", steps, shown="TaskErrMsg", **more)


def cell(id_: str, text: str, *steps: Step, **more: Any) -> Row:
    """Make the row of a text in a result."""
    return Row(id_, text, steps, shown="cell", **more)


def never(id_: str, text: str, why: str) -> Row:
    """Make the row of a text that no client of a sandbox can be made to read."""
    return Row(id_, text, why_not=why)
