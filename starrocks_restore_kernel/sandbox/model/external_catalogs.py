"""External catalogs: their metadata alone, as CatalogMgr.java keeps it. No connector stands behind one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..server_errors import SqlError
from .catalog import ExternalCatalog
from .journal import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..frontend import Frontend

__all__ = [
    "DEFAULT_CATALOG",
    "alter_catalog",
    "create_catalog",
    "drop_catalog",
    "restore_catalog",
    "unknown_catalog",
]

DEFAULT_CATALOG = "default_catalog"
"""InternalCatalog.java, DEFAULT_INTERNAL_CATALOG_NAME."""


def unknown_catalog(name: str) -> SqlError:
    """Build ERR_BAD_CATALOG_ERROR, bare."""
    return SqlError(f"Unknown catalog '{name}'", 5078, "42000")


def create_catalog(frontend: Frontend, name: str, properties: Mapping[str, str], comment: str = "") -> None:
    """Make a catalog known; that its name is free was checked by the statement."""
    catalog = ExternalCatalog(frontend.next_id(), name, properties["type"], comment, tuple(properties.items()))
    frontend.catalogs[name] = catalog
    frontend.journal.save(Entry.CATALOG, name, catalog)


def restore_catalog(frontend: Frontend, catalog: ExternalCatalog) -> None:
    """Take a catalog over from a snapshot; one of that name is dropped first (createCatalogForRestore)."""
    with frontend.journal.writing():
        if catalog.name in frontend.catalogs:
            drop_catalog(frontend, catalog.name)
        create_catalog(frontend, catalog.name, dict(catalog.properties), catalog.comment)


def drop_catalog(frontend: Frontend, name: str) -> None:
    """Forget a catalog; sessions that use it find it gone (CatalogMgr.java, dropCatalog)."""
    del frontend.catalogs[name]
    frontend.journal.forget(Entry.CATALOG, name)


def alter_catalog(frontend: Frontend, name: str, properties: Mapping[str, str]) -> None:
    """Set properties; a catalog that is not there is passed over in silence (CatalogMgr.java, alterCatalog)."""
    old = frontend.catalogs.get(name)
    if old is not None:
        frontend.catalogs[name] = replace(old, properties=tuple({**dict(old.properties), **properties}.items()))
        frontend.journal.save(Entry.CATALOG, name, frontend.catalogs[name])
