"""The statements that mend what is missing, quoted and printed by the language for the cluster's release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ...errors import TranslationError
from ...language import parse
from ...language.lexer import TokenKind, lex
from ...language.quoting import quote_name, quote_partition, quote_string
from ...language.statements import NamedObject, Partitions, QualifiedName, Restore
from ...language.versions import NEWEST
from ...planning.selection import named_objects
from .expectations import Expectations, Expected

__all__ = ["Mending", "moved", "qualifiers"]

_NO_NAME = "a name that StarRocks cannot write: look at it by hand"


class Mending:
    """Writes the statement against each miss of one restore."""

    def __init__(self, expectations: Expectations) -> None:
        self._expectations = expectations
        self._version = expectations.version or NEWEST
        self._database = expectations.database or ""

    @cached_property
    def _statement(self) -> Restore | None:
        """What was sent; read only where something is missing."""
        if not self._expectations.statement:
            return None
        statement = parse(self._expectations.statement, self._version)
        return statement if isinstance(statement, Restore) else None

    # -- from the snapshot again

    def whole(self) -> str:
        """The statement once more."""
        if self._statement is None:
            return self._unplanned()
        return self._statement.sql(pretty=False, version=self._version)

    def restore(self, objects: Sequence[tuple[Expected, Sequence[str]]]) -> str:
        """The same restore of some objects, or of some of their partitions, alone."""
        statement = self._statement
        if statement is None:
            return self._unplanned()
        everything = len(objects) == len(self._expectations.objects) and not any(parts for _, parts in objects)
        if statement.catalogs is not None or not self._database or everything:
            return self.whole()
        named = {each.name.last: each.partitions for each in named_objects(statement)}
        items = tuple(_item(each, partitions, named.get(each.source)) for each, partitions in objects)
        return self._printed(replace(statement, objects=items))

    def beside(self, each: Expected) -> str:
        """The same of one object under a name of its own, where it cannot be restored in its place."""
        if self._statement is None:
            return self._unplanned()
        item = NamedObject(QualifiedName((each.source,)), alias=f"{each.name}_restored")
        return self._printed(replace(self._statement, objects=(item,)))

    def _printed(self, statement: Restore) -> str:
        try:
            return statement.sql(pretty=False, version=self._version)
        except TranslationError as error:
            return f"{self.whole()} ({error.message})"

    def _unplanned(self) -> str:
        label, timestamp = self._expectations.snapshot
        return f"restore it again from the snapshot {label} of {timestamp}: SHOW REPOSITORIES, and plan it"

    # -- in place

    def replicas(self, name: str, partitions: Sequence[str], number: int) -> str:
        """``MODIFY PARTITION`` of those that differ."""
        listed = ", ".join(map(quote_partition, partitions))
        return self._alter(name, f'MODIFY PARTITION ({listed}) SET ("replication_num" = {quote_string(str(number))})')

    def properties(self, name: str, properties: Mapping[str, str]) -> str:
        """``SET`` of properties as they were."""
        listed = ", ".join(f"{quote_string(key)} = {quote_string(value)}" for key, value in properties.items())
        return self._alter(name, f"SET ({listed})")

    def counter(self, name: str, number: int) -> str:
        """``AUTO_INCREMENT = n`` (StarRocks.g4, alterTableAutoIncrementClause), which older releases do not have."""
        return self._alter(name, f"AUTO_INCREMENT = {number}")

    def recover(self, name: str, partition: str) -> str:
        """What brings a partition back from the recycle bin."""
        place = self.place(name)
        return _NO_NAME if place is None else f"RECOVER PARTITION {quote_partition(partition)} FROM {place}"

    def activate(self, name: str) -> str:
        """What makes a materialized view active."""
        place = self.place(name)
        return _NO_NAME if place is None else f"ALTER MATERIALIZED VIEW {place} ACTIVE"

    def show(self, what: str, name: str) -> str:
        """``SHOW CREATE VIEW`` and its like."""
        place = self.place(name)
        return _NO_NAME if place is None else f"{what} {place}"

    def state(self, state: str) -> str:
        """What ends a state that is not NORMAL, or shows what it waits for."""
        try:
            database = quote_name(self._database, self._version)
        except TranslationError:
            return _NO_NAME
        if state.startswith("RESTOR"):
            return f"SHOW RESTORE FROM {database}"
        kinds = {"ROLLUP": "ROLLUP", "OPTIMIZE": "OPTIMIZE"}
        return f"SHOW ALTER TABLE {kinds.get(state, 'COLUMN')} FROM {database}"

    def moved_view(self, name: str, definition: str, origin: str, columns: Sequence[str]) -> str:
        """``ALTER VIEW`` with its own text, in which the target stands where the snapshot's database stood.

        Without its columns the text alone would name them anew.
        """
        place = self.place(name)
        if place is None or any("`" in each for each in columns):
            return _NO_NAME
        if not columns:
            return f"{self.show('SHOW CREATE VIEW', name)}, then ALTER VIEW with {self._database} in place of {origin}"
        listed = ", ".join(quote_name(each, self._version) for each in columns)
        text = moved(definition, origin, quote_name(self._database, self._version))
        return f"ALTER VIEW {place} ({listed}) AS {text}"

    def _alter(self, name: str, clause: str) -> str:
        place = self.place(name)
        return _NO_NAME if place is None else f"ALTER TABLE {place} {clause}"

    def place(self, name: str) -> str | None:
        """The qualified name as SQL; None where it cannot be written."""
        try:
            return f"{quote_name(self._database, self._version)}.{quote_name(name, self._version)}"
        except TranslationError:
            return None


def _item(each: Expected, partitions: Sequence[str], chosen: Partitions | None) -> NamedObject:
    names = Partitions(tuple(partitions)) if partitions else chosen
    alias = each.name if each.name != each.source else None
    # No kind word: they decide nothing (AstBuilder.java merges the lists), and 3.3 knows none.
    return NamedObject(QualifiedName((each.source,)), None, names, alias)


def qualifiers(definition: str, database: str) -> list[tuple[int, int]]:
    """Where a database stands before a dot: the server writes each table of a view's text with it.

    A name inside a text or a comment is none, and one behind a dot is a table's or a column's.
    """
    tokens = lex(definition).tokens
    found = []
    for at, token in enumerate(tokens):
        if token.kind is TokenKind.QUOTED_NAME:
            name = token.text[1:-1]
        elif token.kind is TokenKind.WORD:
            name = token.text
        else:
            continue
        behind = tokens[at - 1].text if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        qualified = after is not None and (after.text == "." or after.kind is TokenKind.DOT_NAME)
        if name == database and qualified and behind != ".":
            found.append((token.start, token.end))
    return found


def moved(definition: str, origin: str, target: str) -> str:
    """A view's text on one line, with another database in place of the snapshot's."""
    lexed = lex(definition)
    places = frozenset(qualifiers(definition, origin))
    parts: list[str] = []
    position = 0
    for token in lexed.tokens[:-1]:
        between = definition[position : token.start]
        parts.append(" " if between.isspace() else between)
        parts.append(target if (token.start, token.end) in places else token.text)
        position = token.end
    return "".join(parts).strip().removesuffix(";")
