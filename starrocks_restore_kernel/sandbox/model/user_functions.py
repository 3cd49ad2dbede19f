"""User-defined functions: of a database, or of all (Database.java, addFunctionImpl; GlobalFunctionMgr.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..server_errors import internal
from .journal import GLOBAL, Entry, FunctionEntry

if TYPE_CHECKING:
    from ..frontend import Frontend
    from .catalog import Database, Function

__all__ = ["add_function", "drop_function", "functions_of"]


def functions_of(frontend: Frontend, database: Database | None) -> dict[str, Function]:
    """Find the functions of a database by signature; those of all databases for None."""
    return frontend.global_functions if database is None else database.functions


def add_function(
    frontend: Frontend,
    database: Database | None,
    function: Function,
    *,
    replaces: bool = False,
    if_not_exists: bool = False,
) -> None:
    """Make a function known; a restore does it with ``replaces``.

    Raises
    ------
    SqlError
        If one of the same name and argument types is there and may not be replaced.
    """
    if replaces and if_not_exists:
        raise internal('"IF NOT EXISTS" and "OR REPLACE" cannot be used together in the same CREATE statement')
    known = functions_of(frontend, database)
    old = known.get(function.signature)
    if old is not None and if_not_exists:
        return
    if old is not None and not replaces:
        raise internal("function already exists")
    with frontend.journal.writing():
        if old is not None:
            frontend.journal.forget(Entry.FUNCTION, old.id)
        known[function.signature] = function
        entry = FunctionEntry(GLOBAL if database is None else database.id, function)
        frontend.journal.save(Entry.FUNCTION, function.id, entry)


def drop_function(frontend: Frontend, database: Database | None, function: Function) -> None:
    """Forget a function that is known."""
    del functions_of(frontend, database)[function.signature]
    frontend.journal.forget(Entry.FUNCTION, function.id)
