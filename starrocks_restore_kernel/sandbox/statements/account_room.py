"""What every statement about accounts stands on: the session, and a way to be carried out later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..server_errors import analysis
from .results import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from ..model.accounts import Accounts, User
    from .access import Access
    from .reader import Reader
    from .results import ResultRows
    from .session import Action, Result, Session

__all__ = ["AccountRoom"]


class AccountRoom:
    """Reads statements for one session; what it returns carries them out, under the frontend's lock."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.frontend: Frontend = session.frontend

    @property
    def access(self) -> Access:
        """The session's rights."""
        return self.session.access

    @property
    def accounts(self) -> Accounts:
        """The cluster's users and roles; another leader has others."""
        return self.frontend.accounts

    def me(self) -> User:
        """Find the session's user, who may have been dropped meanwhile."""
        found = self.accounts.users.get(self.access.identity)
        if found is None:
            raise analysis(f"cannot find user {self.access.identity}")
        return found

    def locked(self, reader: Reader, command: Callable[[], ResultRows | None]) -> Action:
        """End a statement whose clauses have been read; what has no rows answers OK."""
        reader.end()

        def action() -> Result:
            with self.frontend.lock:
                return command() or Done()

        return action
