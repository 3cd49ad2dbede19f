"""Every error this package raises.

::

    RestoreError
    ├── RestoreSyntaxError        the text is not a statement of this server's grammar
    ├── RestoreCheckError         a statement that the server would refuse
    ├── TranslationError          a statement that the asked-for version cannot say
    ├── ConnectionFailed          no server there
    │   └── LoginRefused          there is one, and it will not let us in
    ├── ServerError               the server answered with an error packet
    ├── PlanRefused               submitting would be wrong: blocked, or destructive without a yes
    ├── ProcedureStopped          a step of a procedure failed, and those behind it did not run
    ├── JobFailed                 a restore job ended CANCELLED
    ├── JobUnknown                a job's fate could not be learned
    └── UsageProblem              a name or an option that does not exist here

An error says what was wrong, where, and what to do. In a notebook IPython prints
those few lines instead of a traceback (``_render_traceback_``); the exception itself,
with its data and its cause, stays reachable as ``sys.last_value``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .language.diagnostics import Diagnostic

__all__ = [
    "ConnectionFailed",
    "JobFailed",
    "JobUnknown",
    "LoginRefused",
    "PlanRefused",
    "ProcedureStopped",
    "RestoreCheckError",
    "RestoreError",
    "RestoreSyntaxError",
    "ServerError",
    "TranslationError",
    "UsageProblem",
]


class RestoreError(Exception):
    """The root of the tree.

    Parameters
    ----------
    message
        What was wrong, and where.
    hint
        What to do about it; shown on a line of its own.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """What a person is shown, a line each."""
        return [self.message, *([f"→ {self.hint}"] if self.hint else [])]

    def _render_traceback_(self) -> list[str]:
        # IPython's hook for an exception that draws itself (core/interactiveshell.py, showtraceback).
        first, *rest = self.lines()
        return [f"\x1b[31m{type(self).__name__}\x1b[0m: {first}", *rest]


class _DiagnosedError(RestoreError):
    """An error about a text, carried by diagnostics that point into it."""

    def __init__(self, text: str, diagnostics: Sequence[Diagnostic]) -> None:
        self.text = text
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0]
        super().__init__(first.message, hint=first.hint)

    def lines(self) -> list[str]:
        """What a person is shown, a line each: the places in the text too."""
        from .language.diagnostics import render

        return render(self.text, self.diagnostics).split("\n")


class RestoreSyntaxError(_DiagnosedError):
    """The text is not a statement of this server's grammar."""


class RestoreCheckError(_DiagnosedError):
    """The server's AST builder or analyzer would refuse the statement."""


class TranslationError(RestoreError):
    """The statement has no equivalent in the version asked for."""


class ConnectionFailed(RestoreError):
    """There is no server at that address, or it refused the login."""


class LoginRefused(ConnectionFailed):
    """The user is unknown there, or the password is wrong."""


class ServerError(RestoreError):
    """The server answered with an error packet.

    Attributes
    ----------
    code, sqlstate
        As sent (starrocks ErrorCode.java); one code serves several causes there, so
        decide by the text as well.
    statement
        The statement that was refused, without secrets; None where it is not known.
    """

    def __init__(
        self, message: str, *, code: int, sqlstate: str, statement: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.sqlstate = sqlstate
        self.statement = statement

    def lines(self) -> list[str]:
        """What a person is shown, a line each."""
        return [f"the server refused: {self.message} ({self.code}, {self.sqlstate})", *super().lines()[1:]]


class PlanRefused(RestoreError):
    """Submitting this plan would be wrong: it is blocked, or it destroys and nobody said yes."""


class ProcedureStopped(RestoreError):
    """A step of a procedure failed: its cause is chained, and the hint says how to go on and how to go back.

    Attributes
    ----------
    done
        The names of the steps that ran before it.
    """

    def __init__(self, message: str, *, hint: str | None = None, done: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.done = done


class JobFailed(RestoreError):
    """A restore job ended CANCELLED; the message carries the server's reason."""


class JobUnknown(RestoreError):
    """The job is not in SHOW RESTORE any more, so its fate could not be learned."""


class UsageProblem(RestoreError):
    """A name, a command or an option that does not exist here."""
