"""What is neither a query nor of the RESTORE family: DDL, SET, USE, KILL, ADMIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.catalog import Table, View
from ..model.tables import (
    add_object,
    add_partition,
    create_table,
    drop_object,
    drop_partition,
    rename_table,
    swap_tables,
    truncate,
)
from ..server_errors import (
    SqlError,
    analysis,
    framed,
    internal,
    no_database,
    unknown_database,
    unknown_table,
    unsupported_here,
)
from .ddl import read_create_table, read_partition
from .query import parse_tree
from .results import Done
from .settings import read_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from ..model.catalog import Database
    from .reader import Reader
    from .session import Action, Result, Session

__all__ = ["Commands"]

_TRANSACTIONS = (("BEGIN",), ("START", "TRANSACTION"), ("COMMIT",), ("ROLLBACK",))


class Commands:
    """Reads such statements for one session; what it returns carries them out, later."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.frontend: Frontend = session.frontend

    def action(self, reader: Reader) -> Action | None:
        """Read one statement; None if it is of no kind known here."""
        if any(reader.accept(*words) for words in _TRANSACTIONS):
            # Outside of explicit transactions, which the sandbox does not have, these do nothing.
            return Done
        readers: dict[str, Callable[[Reader], Action | None]] = {
            "USE": self._use,
            "SET": lambda rest: read_set(self.session, rest),
            "CREATE": self._create,
            "DROP": self._drop,
            "ALTER": self._alter,
            "TRUNCATE": self._truncate,
            "KILL": self._kill,
            "ADMIN": self._admin,
        }
        read = readers.get(reader.peek().text.upper())
        if read is None:
            return None
        reader.take()
        return read(reader)

    def _locked(self, command: Callable[[], None]) -> Action:
        def action() -> Result:
            with self.frontend.lock:
                command()
            return Done()

        return action

    def _place(self, parts: tuple[str, ...]) -> tuple[Database, str]:
        """Find where a dotted name points to, at the time of execution."""
        name = parts[-2] if len(parts) > 1 else self.session.database
        if name is None:
            raise framed(no_database())
        if name not in self.frontend.databases:
            raise framed(unknown_database(name))
        return self.frontend.databases[name], parts[-1]

    def _table(self, parts: tuple[str, ...]) -> tuple[Database, Table]:
        database, name = self._place(parts)
        found = database.tables.get(name)
        if found is None:
            raise unknown_table(name)
        if isinstance(found, View):
            raise framed(SqlError(f"Table '{name}' is not a OLAP table", 5503, "42000"))
        return database, found

    # -- the session -----------------------------------------------------------------------------------------------

    def _use(self, reader: Reader) -> Action:
        name = ".".join(reader.qualified())
        reader.end()

        def use() -> Result:
            self.session.use(name)
            return Done()

        return use

    def _kill(self, reader: Reader) -> Action:
        only_query = reader.accept("QUERY")
        reader.accept("CONNECTION")
        number = reader.number()
        reader.end()

        def kill() -> Result:
            end = self.frontend.connections.get(number)
            if end is None:
                raise SqlError(f"Unknown thread id: {number}", 1094, "HY000")
            end(only_query)
            return Done()

        return kill

    def _admin(self, reader: Reader) -> Action:
        if reader.accept("RESET", "SANDBOX"):
            # Ours: no StarRocks server knows this statement.
            reader.end()
            return self._reset
        if not reader.accept("SET", "FRONTEND", "CONFIG"):
            raise unsupported_here("this ADMIN statement")
        changed = reader.properties()
        reader.end()

        def configure() -> None:
            for key, value in changed.items():
                if key not in self.frontend.config or key == "run_mode":
                    # Worded here.
                    raise internal(f"Config '{key}' does not exist or is not mutable")
                self.frontend.config[key] = value

        return self._locked(configure)

    def _reset(self) -> Result:
        from ..seeds import plant

        with self.frontend.lock:
            self.frontend.reset()
            plant(self.frontend, self.frontend.seed)
        return Done()

    # -- databases, tables, views ----------------------------------------------------------------------------------

    def _create(self, reader: Reader) -> Action:
        if reader.accept("DATABASE") or reader.accept("SCHEMA"):
            return self._create_database(reader)
        if reader.accept("TABLE"):
            asked = read_create_table(reader)
            return self._locked(lambda: create_table(self.frontend, self._place(asked.name)[0], asked))
        replaces = reader.accept("OR", "REPLACE")
        if reader.accept("VIEW"):
            return self._create_view(reader, replaces=replaces)
        raise unsupported_here(f"CREATE {reader.peek().text.upper()}")

    def _create_database(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "NOT", "EXISTS")
        name = reader.qualified()[-1]
        if reader.accept("PROPERTIES"):
            reader.properties()
        reader.end()

        def create() -> None:
            self.frontend.check_database_name(name)
            if not (quiet and name in self.frontend.databases):
                self.frontend.create_database(name)

        return self._locked(create)

    def _create_view(self, reader: Reader, *, replaces: bool) -> Action:
        quiet = reader.accept("IF", "NOT", "EXISTS")
        parts = reader.qualified()
        columns: list[str] = []
        if reader.accept("("):
            while not reader.accept(")"):
                columns.append(reader.name())
                if reader.accept("COMMENT"):
                    reader.string()
                reader.accept(",")
        comment = reader.string() if reader.accept("COMMENT") else ""
        if reader.accept("SECURITY"):
            reader.name()
        reader.expect("AS")
        tree = parse_tree(reader.rest())
        if not isinstance(tree, exp.Query):
            raise reader.unexpected("SELECT")

        def create() -> None:
            database, name = self._place(parts)
            old = database.tables.get(name)
            if old is not None and not (replaces and isinstance(old, View)):
                if quiet:
                    return
                raise SqlError(f"Table '{name}' already exists", 1050, "42S01")
            definition = self._qualified(tree.copy())
            names = tuple(columns) or self._output_names(definition)
            now = self.frontend.clock.now()
            add_object(self.frontend, database, View(self.frontend.next_id(), name, definition, now, names, comment))

        return self._locked(create)

    def _qualified(self, tree: exp.Expr) -> str:
        """Write a view's text with every table's database, as the server stores it (View.java, inlineViewDef)."""
        hidden = {cte.alias for cte in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier) and not table.db and table.name not in hidden:
                if self.session.database is None:
                    raise framed(no_database())
                table.set("db", exp.to_identifier(self.session.database))
        return tree.sql(dialect="starrocks", identify=True, normalize_functions="lower")

    def _output_names(self, definition: str) -> tuple[str, ...]:
        """Learn the columns by asking for no rows, which also refuses a view that names what is not there."""
        found = self.session.run(f"SELECT * FROM ({definition}) AS `found` LIMIT 0")
        return () if isinstance(found, Done) else tuple(each.name for each in found.columns)

    def _drop(self, reader: Reader) -> Action:
        if reader.accept("DATABASE") or reader.accept("SCHEMA"):
            return self._drop_database(reader)
        wanted: type[Table | View]
        if reader.accept("TABLE"):
            wanted = Table
        elif reader.accept("VIEW"):
            wanted = View
        else:
            raise unsupported_here(f"DROP {reader.peek().text.upper()}")
        quiet = reader.accept("IF", "EXISTS")
        parts = reader.qualified()
        reader.accept("FORCE")
        reader.end()

        def drop() -> None:
            database, name = self._place(parts)
            found = database.tables.get(name)
            if found is None:
                if quiet:
                    return
                raise unknown_table(name)
            if not isinstance(found, wanted):
                kind = "VIEW" if wanted is View else "TABLE"
                raise framed(SqlError(f"'{database.name}'.'{name}' is not '{kind}'", 1347, "HY000"))
            drop_object(self.frontend, database, name)

        return self._locked(drop)

    def _drop_database(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "EXISTS")
        name = reader.qualified()[-1]
        reader.accept("FORCE")
        reader.end()

        def drop() -> None:
            if not (quiet and name not in self.frontend.databases):
                self.frontend.drop_database(name)

        return self._locked(drop)

    def _truncate(self, reader: Reader) -> Action:
        reader.expect("TABLE")
        parts = reader.qualified()
        names = None
        if reader.accept("PARTITION") or reader.accept("PARTITIONS"):
            names = reader.names() if reader.at("(") else (reader.name(),)
        reader.end()
        return self._locked(lambda: truncate(self.frontend, self._table(parts)[1], names))

    def _alter(self, reader: Reader) -> Action:
        reader.expect("TABLE")
        parts = reader.qualified()
        if reader.accept("SWAP", "WITH"):
            other = reader.qualified()[-1]
            reader.end()
            return self._locked(lambda: self._swap(parts, other))
        if reader.accept("RENAME"):
            reader.accept("TO")
            name = reader.name()
            reader.end()
            return self._locked(lambda: rename_table(self.frontend, *self._table(parts), name))
        if reader.accept("DROP", "PARTITION"):
            quiet = reader.accept("IF", "EXISTS")
            name = reader.name()
            reader.accept("FORCE")
            reader.end()
            return self._locked(lambda: drop_partition(self.frontend, self._table(parts)[1], name, if_exists=quiet))
        if reader.accept("ADD", "PARTITION"):
            return self._locked(lambda: self._add_partition(parts, reader))
        raise unsupported_here(f"ALTER TABLE … {reader.peek().text.upper()}")

    def _swap(self, parts: tuple[str, ...], other: str) -> None:
        database, table = self._table(parts)
        found = database.tables.get(other)
        if not isinstance(found, Table):
            raise unknown_table(other)
        swap_tables(self.frontend, database, table, found)

    def _add_partition(self, parts: tuple[str, ...], reader: Reader) -> None:
        # What the values mean depends on the table, so the clause is read only now.
        _, table = self._table(parts)
        schema = table.schema
        if not schema.partition_columns:
            raise analysis("Only support adding partition to range/list partitioned table")
        definition = read_partition(reader, schema.partition_kind, schema.partition_columns, schema.columns)
        if reader.accept("DISTRIBUTED", "BY"):
            raise unsupported_here("a partition with a distribution of its own")
        reader.end()
        add_partition(self.frontend, table, definition)
