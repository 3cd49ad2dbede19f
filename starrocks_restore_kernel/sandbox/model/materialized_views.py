"""Asynchronous materialized views: how they are activated, and what becomes of them in a restore.

What fills them is in :mod:`refreshes`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..server_errors import SqlError
from ..statements.definitions import read_definition, stored_type
from ..statements.show_create_view import create_materialized_view
from .catalog import BaseTable, MaterializedView, View
from .dependents import BACKUP_REASON, MANUAL_REASON, Wanted, inactivate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..frontend import Frontend
    from ..statements.definitions import Definition
    from .catalog import Column, Database, Table

    Name = tuple[str, str]

__all__ = [
    "activate",
    "backup_reason",
    "base_tables_of",
    "check_inactive",
    "drop_corrupted",
    "may_be_activated",
    "rebind",
    "refuse_inactive_bases",
    "renamed_definition",
    "try_to_activate",
]

# MVActiveChecker.java, MV_NO_AUTOMATIC_ACTIVE_REASONS
_LEFT_ALONE = (BACKUP_REASON, "base-table optimized:", "mv consecutive failures: ")

_LONGEST_GRACE = 60
"""Minutes (MVActiveChecker.java, MAX_BACKOFF_MINUTES)."""


def backup_reason(name: str, *, in_job: bool) -> str:
    """Say why the copy of a view in a snapshot is inactive (BackupJob.java, prepareBackupMeta).

    Parameters
    ----------
    in_job
        Whether the backup job copies it; the statement's own copy says it a little shorter (BackupHandler.java).
    """
    return f"Set the materialized view {name} inactive {'in backup ' if in_job else ''}because {BACKUP_REASON}"


# -- activating ----------------------------------------------------------------------------------------------------


def activate(frontend: Frontend, database: Database, view: MaterializedView) -> str | None:
    """Look whether a view can be active again, and make it so (AlterJobMgr.java, alterMaterializedViewStatus).

    Its definition is read anew, so it is bound to the tables that bear the names now.

    Returns
    -------
    str or None
        Why it cannot, as the server says it in an error; None if it is active now.
    """
    try:
        definition = read_definition(frontend, view.definition, database.name)
        _require_same_columns(frontend, database, view, definition)
    except SqlError as error:
        return (
            f"Can not active materialized view [{view.name}] because analyze materialized view define sql: \n\n"
            f"{create_materialized_view(view, simple=False)}\n\nCause an error: {error.message}"
        )
    try:
        refuse_inactive_bases(definition)
    except SqlError as error:
        return error.message
    _bind(frontend, database, view, base_tables_of(frontend, definition))
    return None


def _bind(frontend: Frontend, database: Database, view: MaterializedView, bases: tuple[BaseTable, ...]) -> None:
    view.base_tables = bases
    view.active, view.inactive_reason = True, ""
    _look_at_bases(frontend, view)
    frontend.dependents.register(database, view)
    frontend.dependents.grace.pop(view.id, None)
    frontend.journal.save_object(database, view)


def base_tables_of(frontend: Frontend, definition: Definition) -> tuple[BaseTable, ...]:
    """List what a definition reads (MaterializedViewAnalyzer.java, getBaseTableInfos)."""
    return tuple(
        BaseTable(database, name, found.id, frontend.databases[database].id)
        for (database, name), found in definition.bases.items()
    )


def refuse_inactive_bases(definition: Definition) -> None:
    """Refuse a view over a materialized view that is inactive (MaterializedViewAnalyzer.java, processBaseTables)."""
    for found in definition.bases.values():
        if isinstance(found, MaterializedView) and not found.active:
            raise SqlError(f"Create/Rebuild materialized view from inactive materialized view: {found.name}")


def _require_same_columns(
    frontend: Frontend, database: Database, view: MaterializedView, definition: Definition
) -> None:
    """Compare the columns by name and type (AlterJobMgr.java, recreateMVQuery)."""
    made, held = definition.columns, view.schema.columns
    if len(made) != len(held):
        raise SqlError(f"number of columns changed: {len(held)} != {len(made)}")
    # The listed names take the place of the query's own, so the columns are compared by their place in it.
    for name, new in zip(view.outputs, made, strict=True):
        old = view.schema.column(name)
        if old is not None and old.base_type != stored_type(new.type).split("(")[0]:
            reason = f"column schema not compatible: ({_described(old)}) and ({_described(new)})"
            inactivate(frontend, database, view, reason)
            raise SqlError(reason)


def _described(column: Column) -> str:
    # Column.java, toString
    null = "NULL" if column.nullable else "NOT NULL"
    return f'`{column.name}` {column.type} {null} COMMENT "{column.comment}"'


def _look_at_bases(frontend: Frontend, view: MaterializedView) -> None:
    """Set a view inactive if what it reads is gone or inactive (MaterializedView.java, checkIsActiveOnLoadBlocking)."""
    for base in view.base_tables:
        found = _object(frontend, base.database, base.name)
        if found is None or found.id != base.table_id:
            view.active, view.inactive_reason = False, f"base-table dropped: {base.name}"
        elif isinstance(found, MaterializedView) and not found.active:
            view.active, view.inactive_reason = False, f"base-mv inactive: {base.name}"


def _object(frontend: Frontend, database: str, name: str) -> Table | View | None:
    found = frontend.databases.get(database)
    return None if found is None else found.tables.get(name)


def check_inactive(frontend: Frontend) -> None:
    """Try to activate what is inactive, once in ``mv_active_checker_interval_seconds`` (MVActiveChecker.java).

    Left alone are views that a user made inactive, and those that came out of a snapshot and were not bound to their
    tables. After each failure the pause doubles.
    """
    now = frontend.clock.now()
    with frontend.lock:
        if now < frontend.dependents.next_check:
            return
        frontend.dependents.next_check = now + int(frontend.config["mv_active_checker_interval_seconds"])
        for database, view in frontend.dependents.all():
            failures, until = frontend.dependents.grace.get(view.id, (0, -math.inf))
            if (
                not view.active
                and now >= until
                and may_be_activated(view)
                and not try_to_activate(frontend, database, view)
            ):
                minutes = min(2 ** (failures + 1), _LONGEST_GRACE)
                # From the fifth failure on it is the longest at once (MvActiveInfo, failureBackoff).
                minutes = _LONGEST_GRACE if failures + 1 >= int(math.log2(_LONGEST_GRACE)) else minutes
                frontend.dependents.grace[view.id] = (failures + 1, now + 60 * minutes)


def may_be_activated(view: MaterializedView) -> bool:
    """Tell whether a view may become active without being asked for by a user."""
    return view.inactive_reason != MANUAL_REASON and not any(each in view.inactive_reason for each in _LEFT_ALONE)


def try_to_activate(frontend: Frontend, database: Database, view: MaterializedView) -> bool:
    """Do what ``ALTER MATERIALIZED VIEW … ACTIVE`` does; a refresh follows unless it is refreshed by hand."""
    if activate(frontend, database, view) is not None or not view.active:
        return False
    if view.refresh != "MANUAL":
        frontend.dependents.waiting[view.id] = Wanted()
    return True


# -- restoring ----------------------------------------------------------------------------------------------------


def renamed_definition(definition: str, names: Mapping[Name, Name]) -> str:
    """Write the restored tables' names into a definition (MVRestoreUpdater.java, renewMvBaseTableNames).

    Parameters
    ----------
    names
        Where each base table that was restored lies now, as database and table, by where it lay in the snapshot.

    Examples
    --------
    >>> renamed_definition("SELECT `a`.`t`.`k` FROM `a`.`t`", {("a", "t"): ("b", "u")})
    'SELECT `b`.`u`.`k` FROM `b`.`u`'
    """
    for old, new in names.items():
        definition = definition.replace("`{}`.`{}`".format(*old), "`{}`.`{}`".format(*new))
    return definition


def rebind(frontend: Frontend, database: Database, view: MaterializedView, restored: Mapping[Name, Name]) -> str | None:
    """Bind a restored view to the tables that are there (MaterializedView.java, doAfterRestore).

    Its text is changed only where it cannot be read as it is: restored under another name while the old tables are
    still there, a view keeps the old names in its text, though it is bound to the new tables.

    Parameters
    ----------
    restored
        Where each restored table lies now, as database and name, by where it lay in the snapshot. It holds the tables
        of earlier jobs too (MvRestoreContext.java).

    Returns
    -------
    str or None
        Why the view stays inactive, which is its reason from now on; None if it is active.
    """
    found: list[BaseTable] = []
    names: dict[Name, Name] = {}
    for base in view.base_tables:
        key = (base.database, base.name)
        place = restored.get(key, key)
        if key in restored:
            names[key] = place
        table = _object(frontend, *place)
        if table is not None:
            found.append(BaseTable(*place, table.id, frontend.databases[place[0]].id))
    if len(found) < len(view.base_tables):
        return _stay_inactive(
            frontend,
            database,
            view,
            f"Cannot active the materialized view {view.name} after restore, please check whether its base table has "
            f"already been backup or restore:{','.join(str(base) for base in view.base_tables)}",
        )
    definition = _readable(frontend, database, view, names)
    if definition is None:
        text = create_materialized_view(view, simple=False)
        return _stay_inactive(
            frontend,
            database,
            view,
            f"Can not active materialized view [{view.name}] because analyze materialized view define sql: \n\n{text}",
        )
    view.definition = definition
    _bind(frontend, database, view, tuple(found))
    return view.inactive_reason or None


def _stay_inactive(frontend: Frontend, database: Database, view: MaterializedView, reason: str) -> str:
    view.active, view.inactive_reason = False, reason
    frontend.dependents.register(database, view)
    frontend.journal.save_object(database, view)
    return reason


def _readable(frontend: Frontend, database: Database, view: MaterializedView, names: Mapping[Name, Name]) -> str | None:
    """Find the text of a view that can be read: its own, or the one with the new names (checkMvDefinedQuery)."""
    texts = [view.definition]
    if len(names) == len(view.base_tables):
        texts.append(renamed_definition(view.definition, names))
    for text in texts:
        try:
            read_definition(frontend, text, database.name)
        except SqlError:
            continue
        return text
    return None


def drop_corrupted(frontend: Frontend, database: Database, view: MaterializedView) -> None:
    """Empty a restored view whose metadata does not fit together: all of its partitions go (RestoreJob.java, finish).

    On a server an exception while binding leads here; that the base table is not there does not.
    """
    gone = list(view.partitions.values())
    view.partitions = {}
    view.base_versions, view.filled = {}, False
    with frontend.journal.writing():
        frontend.rows.drop(gone)
        frontend.journal.forget_partitions(gone)
        inactivate(frontend, database, view, f"metadata backup/restore mv corrupted: {view.name}")
