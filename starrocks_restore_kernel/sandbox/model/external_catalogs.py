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
    "masked",
    "restore_catalog",
    "unknown_catalog",
]

DEFAULT_CATALOG = "default_catalog"
"""InternalCatalog.java, DEFAULT_INTERNAL_CATALOG_NAME."""

# CredentialUtil.java, maskCredential
_MASKED = (
    "aws.s3.access_key",
    "aws.s3.secret_key",
    "aws.glue.access_key",
    "aws.glue.secret_key",
    "azure.blob.shared_key",
    "azure.blob.sas_token",
    "azure.adls1.oauth2_credential",
    "azure.adls2.shared_key",
    "azure.adls2.oauth2_client_secret",
    "gcp.gcs.service_account_private_key",
    "aliyun.oss.access_key",
    "aliyun.oss.secret_key",
    "iceberg.catalog.oauth2.credential",
    "iceberg.catalog.oauth2.token",
    "iceberg.catalog.rest.access-key-id",
    "iceberg.catalog.rest.secret-access-key",
    "odps.access.id",
    "odps.access.key",
)
_LEFT_OUT = ("azure_path_key", "password")


def unknown_catalog(name: str) -> SqlError:
    """Build ERR_BAD_CATALOG_ERROR, bare."""
    return SqlError(f"Unknown catalog '{name}'", 5078, "42000")


def masked(properties: Mapping[str, str]) -> dict[str, str]:
    """Give a catalog's properties as SHOW CREATE CATALOG shows them (CredentialUtil.java, maskCredential).

    Examples
    --------
    >>> masked({"type": "iceberg", "aws.s3.secret_key": "0123456789", "password": "x"})
    {'type': 'iceberg', 'aws.s3.secret_key': '01******89'}
    """
    return {key: _mask(value) if key in _MASKED else value for key, value in properties.items() if key not in _LEFT_OUT}


def _mask(value: str) -> str:
    return "******" if len(value) <= len("****") else f"{value[:2]}******{value[-2:]}"


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
