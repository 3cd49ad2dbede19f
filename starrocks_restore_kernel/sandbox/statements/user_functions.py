"""CREATE and DROP FUNCTION (CreateFunctionAnalyzer.java; DropStmtAnalyzer.java).

The metadata alone: the file of a function is not fetched, so its class and its checksum are not looked at, and nothing
can call it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import Function
from ..model.column_types import sql_type
from ..model.user_functions import add_function, drop_function, functions_of
from ..server_errors import SqlError, common, framed, no_database, syntax, unknown_database
from .places import Places

if TYPE_CHECKING:
    from ..model.catalog import Database
    from .reader import Reader
    from .session import Action

__all__ = ["FunctionCommands"]

_GLOBAL = "__global_udf_db__"
"""FunctionName.java, GLOBAL_UDF_DB; stands in messages."""


def _type(reader: Reader) -> str:
    text = reader.name()
    if reader.at("<"):
        return sql_type(f"{text}<{reader.balanced('<', '>')}>")
    if reader.at("("):
        return sql_type(f"{text}({reader.balanced()})")
    # A VARCHAR without a length takes any (TypeFactory.java, createVarcharType); in a table it would be one byte.
    return text.lower() if text.lower() in ("varchar", "char") else sql_type(text)


def _types(reader: Reader) -> tuple[tuple[str, ...], bool]:
    """Read ``(INT, VARCHAR, ...)``: the types, and whether more of the last may follow."""
    reader.expect("(")
    found: list[str] = []
    while not reader.accept(")"):
        if reader.accept(".", ".", "."):
            reader.expect(")")
            return tuple(found), True
        found.append(_type(reader))
        if not reader.at(")"):
            reader.expect(",")
    return tuple(found), False


def _written(type_: str) -> str:
    # ScalarType.java, toString
    return type_.upper()


class FunctionCommands(Places):
    """Reads such statements for one session; what it returns carries them out, later."""

    def create(self, reader: Reader, *, replaces: bool) -> Action:
        """Read what follows ``CREATE [OR REPLACE]``, from ``[GLOBAL] [AGGREGATE | TABLE] FUNCTION`` on."""
        everywhere = reader.accept("GLOBAL")
        kind = reader.take().text.upper() if reader.at("AGGREGATE") or reader.at("TABLE") else "SCALAR"
        reader.expect("FUNCTION")
        quiet = reader.accept("IF", "NOT", "EXISTS")
        parts = self._parts(reader, everywhere=everywhere)
        arguments, variadic = _types(reader)
        reader.expect("RETURNS")
        returns = _type(reader)
        properties = {key.lower(): value for key, value in _properties(reader).items()}
        content = None
        if reader.accept("AS"):
            if reader.peek().kind != "attachment":
                raise reader.unexpected("ATTACHMENT")
            content = reader.take().value
        reader.end()

        def create() -> None:
            database = self._database(parts, everywhere=everywhere)
            kept = _checked(properties, content)
            function = Function(
                # Those of users are negative (GlobalFunctionMgr.java, assignIdToUserDefinedFunction).
                -self.frontend.next_id(), parts[-1].lower(), arguments, returns, kind, variadic,
                tuple(sorted(kept.items())),
            )  # fmt: skip
            add_function(self.frontend, database, function, replaces=replaces, if_not_exists=quiet)

        return self.locked(create)

    def drop(self, reader: Reader) -> Action:
        """Read what follows ``DROP``, from ``[GLOBAL] FUNCTION`` on.

        IF EXISTS helps nothing: the analyzer looks before the statement that would be quiet (DropStmtAnalyzer.java,
        visitDropFunctionStatement).
        """
        everywhere = reader.accept("GLOBAL")
        reader.expect("FUNCTION")
        reader.accept("IF", "EXISTS")
        parts = self._parts(reader, everywhere=everywhere)
        arguments, variadic = _types(reader)
        reader.end()

        def drop() -> None:
            database = self._database(parts, everywhere=everywhere)
            wanted = Function(0, parts[-1].lower(), arguments, "", variadic=variadic)
            found = functions_of(self.frontend, database).get(wanted.signature)
            if found is None:
                # FunctionSearchDesc.java, toString
                place = _GLOBAL if database is None else database.name
                types = [*map(_written, arguments), *(["..."] if variadic else [])]
                text = f"{place}.{wanted.name}({', '.join(types)})"
                raise framed(SqlError(f"Unknown function '{text}'", 1055, "42000"))
            drop_function(self.frontend, database, found)

        return self.locked(drop)

    def _parts(self, reader: Reader, *, everywhere: bool) -> tuple[str, ...]:
        parts = reader.qualified()
        if everywhere and len(parts) > 1:
            raise syntax(f"Invalid UDF function name '{'.'.join(parts)}'")
        return parts

    def _database(self, parts: tuple[str, ...], *, everywhere: bool) -> Database | None:
        name = parts[-1].lower()
        # FunctionName.java, analyze
        if not all(each.isalnum() or each == "_" for each in name):
            raise framed(common(f"Function names must be all alphanumeric or underscore. Invalid name: {name}"))
        if name[0].isdigit():
            raise framed(common(f"Function cannot start with a digit: {name}"))
        if everywhere:
            return None
        place = parts[-2] if len(parts) > 1 else self.session.database
        if place is None:
            raise framed(no_database())
        if place not in self.frontend.databases:
            raise unknown_database(place)
        return self.frontend.databases[place]


def _properties(reader: Reader) -> dict[str, str]:
    """Read ``PROPERTIES (…)``, or ``key = "value" …`` of an inline function."""
    if reader.accept("PROPERTIES"):
        return reader.properties()
    found = {}
    while reader.peek().kind in ("word", "quoted") and not reader.at("AS"):
        key = reader.name()
        reader.expect("=")
        found[key] = reader.string()
    return found


def _checked(properties: dict[str, str], content: str | None) -> dict[str, str]:
    """Look at the properties as the analyzer does, as far as they do not ask for the file."""
    kind = properties.get("type", "").lower()
    if kind not in ("starrocksjar", "python"):
        raise framed(common("unknown lang type"))
    inline = kind == "python" and content is not None
    if not inline and not properties.get("file"):
        raise framed(common("No 'object_file' in properties"))
    if kind == "starrocksjar" and not properties.get("symbol"):
        raise framed(common("No 'symbol' in properties"))
    if inline and properties.get("file", "").lower() != "inline":
        raise framed(common("inline function file should be 'inline'"))
    if kind == "python" and properties.get("input", "scalar").lower() not in ("arrow", "scalar"):
        raise framed(common(f"unknown input type:{properties['input']}"))
    return {**properties, "content": content} if content is not None else properties
