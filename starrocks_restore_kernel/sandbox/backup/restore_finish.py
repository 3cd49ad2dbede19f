"""What a restore job does when its tables are normal again (RestoreJob.java, allTabletCommitted)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import MaterializedView
from ..model.dynamic_partitions import register_dynamic_partitions
from ..model.materialized_views import drop_corrupted, rebind
from ..server_errors import SqlError

if TYPE_CHECKING:
    from ..frontend import Frontend
    from ..model.catalog import Database, Table
    from .restore_job import RestoreJob

__all__ = ["finish"]


def finish(job: RestoreJob, database: Database, tables: list[Table]) -> None:
    """Schedule dynamic partitions, and bind materialized views to the tables that are there now.

    Nothing of this can fail the job. Views of earlier restores are bound again when one of their tables comes back
    (OlapTable.java, doAfterRestore), by what this frontend's memory knows of them (MvRestoreContext.java).
    """
    frontend = job.frontend
    source = job.info.database
    for origin in job.info.tables:
        frontend.restored[source, origin] = (database.name, job.local_name(origin))
    for table in tables:
        if isinstance(table, MaterializedView):
            frontend.restored_views[table.id] = database, table
        else:
            register_dynamic_partitions(frontend, table)
    restored = {table.name for table in tables}
    for place, view in list(frontend.restored_views.values()):
        if place.tables.get(view.name) is not view:
            del frontend.restored_views[view.id]
        elif view.name in restored or _reads(frontend, database, view, restored):
            _bind(frontend, place, view)


def _bind(frontend: Frontend, database: Database, view: MaterializedView) -> None:
    try:
        rebind(frontend, database, view, frontend.restored)
    except SqlError:
        drop_corrupted(frontend, database, view)


def _reads(frontend: Frontend, database: Database, view: MaterializedView, restored: set[str]) -> bool:
    places = (
        frontend.restored.get((each.database, each.name), (each.database, each.name)) for each in view.base_tables
    )
    return any(place == database.name and name in restored for place, name in places)
