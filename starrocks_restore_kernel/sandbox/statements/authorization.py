"""Which privileges each statement needs (AuthorizerStmtVisitor.java).

The server authorizes between its analyzer and the execution. Most statements here are analyzed as they are executed,
so they are authorized just before; and since what is missing is denied to nobody, whoever names a table that is not
there hears so, as from the server's analyzer.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.privileges import ObjectType
from .access import ANY, type_of
from .query import parse_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .changes import Change
    from .reader import Reader
    from .session import Session

    Check = Callable[[Session], None]
    Rule = Callable[[Reader], Check]

__all__ = ["authorization", "check_change", "check_query"]

# -- queries and changes of rows -------------------------------------------------------------------------------------

Place = tuple[str, str]
"""A database and a name in it."""


def check_query(session: Session, tree: exp.Expr, without: Collection[Place] = ()) -> None:
    """Ask for SELECT on everything that a tree reads; of a view the view alone is asked (ColumnPrivilege.java)."""
    hidden = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        place = _place(session, table)
        if place is not None and place not in without and not (table.name in hidden and not table.db):
            _check_read(session, *place)


def _check_read(session: Session, database: str, name: str) -> None:
    access = session.access
    if database.lower() == "information_schema":
        # SystemTable.java, requireOperatePrivilege
        lowered = name.lower()
        if lowered.startswith(("be_", "fe_")) and lowered not in ("be_tablets", "fe_tablet_schedules"):
            access.check_system("OPERATE")
        access.check("SELECT", ObjectType.TABLE, "information_schema", lowered)
        return
    found = session.frontend.databases.get(database)
    table = None if found is None else found.tables.get(name)
    if table is not None:
        access.check("SELECT", type_of(table), database, name)


def _place(session: Session, table: exp.Table) -> Place | None:
    database = table.db or session.database
    if not isinstance(table.this, exp.Identifier) or not database:
        return None
    return database, table.name


def check_change(session: Session, change: Change) -> None:
    """Ask for INSERT, DELETE or UPDATE on the target, and for SELECT on whatever else is read."""
    *database, name = change.target
    place = (database[-1] if database else session.database or "", name)
    if not place[0]:
        return
    session.access.check(change.privilege, ObjectType.TABLE, *place)
    check_query(session, change.reads, without=() if change.privilege == "INSERT" else (place,))


# -- everything else -------------------------------------------------------------------------------------------------


def authorization(reader: Reader) -> Check | None:
    """Find what a statement that is no query, of no family and about no account must be asked; None if nothing.

    The reader is at its first word, and is read on from there.
    """
    first = reader.take().text.upper()
    noise = _NOISE.get(first, ())
    while reader.peek().text.upper() in noise:
        reader.take()
    for words, rule in _RULES.get(first, ()):
        if reader.accept(*words):
            return rule(reader)
    return None


def _parts(reader: Reader) -> tuple[str, ...]:
    reader.accept("IF", "NOT", "EXISTS") or reader.accept("IF", "EXISTS")
    # Some names may be written as strings, those of catalogs for one.
    return (reader.string(),) if reader.peek().kind == "string" else reader.qualified()


def _full(session: Session, parts: tuple[str, ...]) -> Place | None:
    database = parts[-2] if len(parts) > 1 else session.database
    return None if database is None else (database, parts[-1])


def _on_system(*privileges: str) -> Rule:
    return lambda _reader: lambda session: session.access.check_system(*privileges)


def _on(privilege: str, type_: ObjectType, *others: str) -> Rule:
    """Ask for a privilege on the object that is named next; one of the others is as good."""

    def rule(reader: Reader) -> Check:
        parts = _parts(reader)

        def check(session: Session) -> None:
            place = _full(session, parts)
            if place is None or any(session.access.allows(each, type_, *place) for each in others):
                return
            session.access.check(privilege, type_, *place)

        return check

    return rule


def _on_table_like(reader: Reader) -> Check:
    """Ask for any privilege on a table, view or materialized view; the denial always says TABLE."""
    parts = _parts(reader)

    def check(session: Session) -> None:
        place = _full(session, parts)
        if place is not None and not session.access.may_see_table(*place):
            raise session.access.denied(ANY, ObjectType.TABLE, *place)

    return check


def _on_listed_table(reader: Reader) -> Check:
    """Read ``FROM t [FROM d]``, and ask for any privilege on the table."""
    if not (reader.accept("FROM") or reader.accept("IN")):
        raise reader.unexpected("FROM", "IN")
    parts = reader.qualified()
    if reader.accept("FROM") or reader.accept("IN"):
        parts = (reader.name(), parts[-1])

    def check(session: Session) -> None:
        place = _full(session, parts)
        if place is not None:
            session.access.check(ANY, ObjectType.TABLE, *place)

    return check


def _on_database(privilege: str) -> Rule:
    def rule(reader: Reader) -> Check:
        name = _parts(reader)[-1]
        return lambda session: session.access.check(privilege, ObjectType.DATABASE, name)

    return rule


def _on_catalog(privilege: str) -> Rule:
    def rule(reader: Reader) -> Check:
        name = _parts(reader)[-1]
        return lambda session: session.access.check(privilege, ObjectType.CATALOG, name)

    return rule


def _set_catalog(reader: Reader) -> Check:
    name = reader.string() if reader.peek().kind == "string" else reader.name()

    def check(session: Session) -> None:
        if not session.access.may_see_catalog(name):
            raise session.access.denied(ANY, ObjectType.CATALOG, name)

    return check


def _in_current_catalog(privilege: str) -> Rule:
    return lambda _reader: lambda session: session.access.check(privilege, ObjectType.CATALOG, session.access.catalog)


def _drop_database(reader: Reader) -> Check:
    name = _parts(reader)[-1]

    def check(session: Session) -> None:
        if name.lower() in ("information_schema", "sys"):
            # Refused to everybody in these words (DropStmtAnalyzer.java, visitDropDbStatement).
            raise session.access.denied("DROP", ObjectType.DATABASE, name)
        session.access.check("DROP", ObjectType.DATABASE, name)

    return check


def _in_database(privilege: str) -> Rule:
    """Ask for a privilege on the database of what is made, and for SELECT on what its query reads."""

    def rule(reader: Reader) -> Check:
        parts = _parts(reader)
        source = reader.qualified() if reader.accept("LIKE") else None
        query = _query_behind_as(reader)

        def check(session: Session) -> None:
            place = _full(session, parts)
            if place is None:
                return
            session.access.check(privilege, ObjectType.DATABASE, place[0])
            if query is not None:
                check_query(session, query)
            if source is not None and (read := _full(session, source)) is not None:
                session.access.check("SELECT", ObjectType.TABLE, *read)

        return check

    return rule


def _create_table(reader: Reader) -> Check:
    # A table may be called function; a table function's name comes before its bracket.
    is_function = reader.at("FUNCTION") and reader.peek(1).text != "(" and reader.accept("FUNCTION")
    return _in_database("CREATE FUNCTION" if is_function else "CREATE TABLE")(reader)


def _alter_view(reader: Reader) -> Check:
    start = reader.index
    asked = _on("ALTER", ObjectType.VIEW)(reader)
    reader.index = start
    query = _query_behind_as(reader)

    def check(session: Session) -> None:
        asked(session)
        if query is not None:
            check_query(session, query)

    return check


def _query_behind_as(reader: Reader) -> exp.Expr | None:
    depth = 0
    while reader.peek().kind != "end":
        token = reader.take()
        if token.kind == "symbol":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif depth == 0 and token.kind == "word" and token.text.upper() == "AS":
            break
    if not any(reader.at(each) for each in ("SELECT", "WITH", "(")):
        return None
    return parse_tree(reader.rest())


def _on_altered_table(reader: Reader) -> Check:
    """Read ``CANCEL ALTER TABLE … FROM t``."""
    while reader.peek().kind != "end" and not reader.accept("FROM"):
        reader.take()
    return _on("ALTER", ObjectType.TABLE)(reader)


_TABLET = re.compile(r"/dbs/\d+/\d+/partitions/\d+/\d+/\d+/?")


def _proc(reader: Reader) -> Check:
    free = _TABLET.fullmatch(reader.string()) is not None

    def check(session: Session) -> None:
        if not free:
            session.access.check_system("OPERATE")

    return check


def _kill(reader: Reader) -> Check:
    reader.accept("QUERY") or reader.accept("CONNECTION")
    number = reader.peek().value

    def check(session: Session) -> None:
        # Asked by the execution, once the connection is found (StmtExecutor.java, handleKill).
        owner = session.frontend.logged_in.get(int(number)) if number.isdecimal() else None
        if owner is not None and owner.user != session.user:
            session.access.check_system("OPERATE")

    return check


def _set(reader: Reader) -> Check:
    words = [token.text.upper() for token in reader.tokens]
    widely = any(word == "GLOBAL" and before in ("SET", ",") for before, word in pairwise(words)) or (
        "@@GLOBAL" in words
    )

    def check(session: Session) -> None:
        if widely:
            session.access.check_system("OPERATE")

    return check


_NOISE = {
    "ALTER": ("EXTERNAL",),
    "CREATE": ("OR", "REPLACE", "EXTERNAL", "TEMPORARY", "AGGREGATE"),
    "DROP": ("TEMPORARY",),
    "SHOW": ("FULL", "TEMPORARY"),
}
"""Words behind the first one that make no difference to what is asked."""

_TABLE, _VIEW, _MATERIALIZED = ObjectType.TABLE, ObjectType.VIEW, ObjectType.MATERIALIZED_VIEW
_NODES = _on_system("OPERATE", "NODE")
_REFRESH = _on("REFRESH", _MATERIALIZED)

_RULES: dict[str, tuple[tuple[tuple[str, ...], Rule], ...]] = {
    "ADMIN": (((), _on_system("OPERATE")),),
    "ALTER": (
        (("DATABASE",), _on_database("ALTER")),
        (("TABLE",), _on("ALTER", _TABLE)),
        (("VIEW",), _alter_view),
        (("MATERIALIZED", "VIEW"), _on("ALTER", _MATERIALIZED)),
        (("CATALOG",), _on_catalog("ALTER")),
        (("SYSTEM",), _on_system("NODE")),
    ),
    "CANCEL": (
        (("ALTER", "TABLE"), _on_altered_table),
        (("DECOMMISSION",), _on_system("NODE")),
        (("REFRESH", "MATERIALIZED", "VIEW"), _REFRESH),
    ),
    "CREATE": (
        (("DATABASE",), _in_current_catalog("CREATE DATABASE")),
        (("SCHEMA",), _in_current_catalog("CREATE DATABASE")),
        (("TABLE",), _create_table),
        (("VIEW",), _in_database("CREATE VIEW")),
        (("MATERIALIZED", "VIEW"), _in_database("CREATE MATERIALIZED VIEW")),
        (("GLOBAL", "FUNCTION"), _on_system("CREATE GLOBAL FUNCTION")),
        (("FUNCTION",), _in_database("CREATE FUNCTION")),
        (("CATALOG",), _on_system("CREATE EXTERNAL CATALOG")),
    ),
    "DESC": (((), _on("ANY", _TABLE)),),
    "DESCRIBE": (((), _on("ANY", _TABLE)),),
    "DROP": (
        (("DATABASE",), _drop_database),
        (("SCHEMA",), _drop_database),
        (("TABLE",), _on("DROP", _TABLE)),
        (("VIEW",), _on("DROP", _VIEW)),
        (("MATERIALIZED", "VIEW"), _on("DROP", _MATERIALIZED)),
        (("CATALOG",), _on_catalog("DROP")),
    ),
    "EXPORT": ((("TABLE",), _on("EXPORT", _TABLE)),),
    "KILL": (((), _kill),),
    "RECOVER": (
        (("DATABASE",), _in_current_catalog("CREATE DATABASE")),
        (("TABLE",), _in_database("CREATE TABLE")),
    ),
    "REFRESH": (
        (("MATERIALIZED", "VIEW"), _REFRESH),
        (("EXTERNAL", "TABLE"), _on("REFRESH", _TABLE, "ALTER")),
    ),
    # There is a variable of that name too.
    "SET": ((("CATALOG", "="), _set), (("CATALOG",), _set_catalog), ((), _set)),
    "SHOW": (
        (("BACKENDS",), _NODES),
        (("FRONTENDS",), _NODES),
        (("BROKER",), _NODES),
        (("COMPUTE", "NODES"), _NODES),
        (("PROC",), _proc),
        (("CREATE", "DATABASE"), _on_database("ANY")),
        (("CREATE", "SCHEMA"), _on_database("ANY")),
        (("CREATE", "TABLE"), _on_table_like),
        (("CREATE", "VIEW"), _on_table_like),
        (("CREATE", "MATERIALIZED", "VIEW"), _on_table_like),
        (("COLUMNS",), _on_listed_table),
        (("FIELDS",), _on_listed_table),
        (("INDEX",), _on_listed_table),
        (("INDEXES",), _on_listed_table),
        (("KEY",), _on_listed_table),
        (("KEYS",), _on_listed_table),
        (("PARTITIONS",), _on_listed_table),
        (("PLUGINS",), _on_system("PLUGIN")),
    ),
    "TRUNCATE": ((("TABLE",), _on("DELETE", _TABLE)),),
}
"""By the first word: the words behind it, longer ones first, and what is asked."""
