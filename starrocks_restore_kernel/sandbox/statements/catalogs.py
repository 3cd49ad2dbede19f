"""Statements about external catalogs: CREATE, ALTER and DROP CATALOG, SET CATALOG (CatalogAnalyzer.java)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..model.external_catalogs import DEFAULT_CATALOG, alter_catalog, create_catalog, drop_catalog, unknown_catalog
from ..server_errors import SqlError, analysis, framed, syntax
from .places import Places

if TYPE_CHECKING:
    from .reader import Reader
    from .session import Action

__all__ = ["CatalogCommands"]

# FeNameFormat.java, COMMON_NAME_REGEX
_NAME = re.compile(r"[a-zA-Z]\w{0,63}|_[a-zA-Z0-9]\w{0,62}", re.ASCII)

# ConnectorType.java
_TYPES = ("es", "hive", "iceberg", "jdbc", "hudi", "deltalake", "paimon", "odps", "kudu", "unified")


def _name(reader: Reader) -> str:
    return reader.string() if reader.peek().kind == "string" else reader.name()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise framed(SqlError(f"Incorrect catalog name '{name}'", 5063, "42000"))


class CatalogCommands(Places):
    """Reads such statements for one session; what it returns carries them out, later."""

    def create(self, reader: Reader) -> Action:
        """Read what follows ``CREATE EXTERNAL CATALOG``.

        No connector is made, so only the type of the properties is looked at; a server also refuses those that its
        connector cannot use.
        """
        quiet = reader.accept("IF", "NOT", "EXISTS")
        name = _name(reader)
        comment = reader.string() if reader.accept("COMMENT") else ""
        reader.expect("PROPERTIES")
        properties = reader.properties()
        reader.end()

        def create() -> None:
            _check_name(name)
            if name == DEFAULT_CATALOG:
                raise analysis(f"External catalog name can't be the same as internal catalog name '{name}'")
            type_ = properties.get("type", "")
            if not type_:
                raise analysis("'type' can not be null or empty")
            if type_.lower() not in _TYPES:
                raise analysis(f"[type : {type_}] is not supported")
            if name.lower() == DEFAULT_CATALOG or name in self.frontend.catalogs:
                if quiet:
                    return
                # ERR_CATALOG_EXISTED_ERROR
                raise SqlError(f"Catalog '{name}' already exists", 5514, "42000")
            create_catalog(self.frontend, name, properties, comment)

        return self.locked(create)

    def alter(self, reader: Reader) -> Action:
        """Read what follows ``ALTER CATALOG``."""
        name = _name(reader)
        reader.expect("SET")
        properties = reader.properties()
        reader.end()

        def alter() -> None:
            if "type" in properties:
                raise analysis("Not support alter catalog property type")
            alter_catalog(self.frontend, name, properties)

        return self.locked(alter)

    def drop(self, reader: Reader) -> Action:
        """Read what follows ``DROP CATALOG``."""
        quiet = reader.accept("IF", "EXISTS")
        name = _name(reader)
        reader.end()

        def drop() -> None:
            if name == DEFAULT_CATALOG:
                raise analysis("Can't drop the default internal catalog")
            if name in self.frontend.catalogs:
                drop_catalog(self.frontend, name)
            elif not quiet:
                raise unknown_catalog(name)

        return self.locked(drop)

    def set(self, reader: Reader) -> Action:
        """Read what follows ``SET CATALOG``."""
        name = _name(reader)
        reader.end()
        return self._use(name)

    def use(self, reader: Reader) -> Action:
        """Read the string of ``USE 'CATALOG name'`` (AstBuilder.java, visitUseCatalogStatement)."""
        words = reader.string().split()
        reader.end()
        if len(words) != len(("CATALOG", "name")) or words[0].upper() != "CATALOG":
            raise syntax("You have an error in your SQL. The correct syntax is: USE 'CATALOG catalog_name'.")
        return self._use(words[1])

    def _use(self, name: str) -> Action:
        def use() -> None:
            _check_name(name)
            self.session.use_catalog(name)

        return self.locked(use)
