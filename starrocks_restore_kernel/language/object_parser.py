"""The rules for what stands in ON: names, kind words, partitions."""

from __future__ import annotations

from .expression_parser import ExpressionParser
from .lexer import TokenKind
from .places import FUNCTION, NEW_NAME, OBJECT, PARTITION
from .statements import (
    AllObjects,
    NamedObject,
    ObjectKind,
    PartitionKey,
    Partitions,
    QualifiedName,
    RestoreObject,
)

__all__ = ["ObjectParser"]

_KIND_WORDS = {
    "TABLE": ObjectKind.TABLE,
    "TABLES": ObjectKind.TABLE,
    "VIEW": ObjectKind.VIEW,
    "VIEWS": ObjectKind.VIEW,
    "FUNCTION": ObjectKind.FUNCTION,
    "FUNCTIONS": ObjectKind.FUNCTION,
}
_OBJECT_WORDS = ("ALL", "TABLE", "VIEW", "MATERIALIZED VIEW", "FUNCTION")
_DOT_NAME = TokenKind.DOT_NAME
_PARTITION_WORDS = ("TEMPORARY", "PARTITION", "PARTITIONS")


class ObjectParser(ExpressionParser):
    """backupRestoreObjectDesc and what it is made of."""

    def objects(self, *, alias: bool) -> tuple[RestoreObject, ...]:
        self._expect("ON")
        self._expect("(")
        found = [self.restore_object(alias=alias)]
        while self._take(","):
            found.append(self.restore_object(alias=alias))
        self._expect(")")
        return tuple(found)

    def restore_object(self, *, alias: bool) -> RestoreObject:
        """backupRestoreObjectDesc: a kind word that is no reserved word may be a table's name instead."""
        start = self._token.start
        if not self._release.object_kinds:
            return self.named_object(start, None, alias=alias)
        word = self._token.word
        if self._take("ALL"):
            return AllObjects(self.all_kind(), self._span_from(start))
        if word == "MATERIALIZED" and not self._is_table_name():
            self._advance()
            plural = not self._take("VIEW")
            if plural:
                self._expect("VIEWS")
            return self.named_object(start, ObjectKind.MATERIALIZED_VIEW, alias=alias, plural=plural)
        kind = _KIND_WORDS.get(word)
        if kind is not None and (word in {"TABLE", "FUNCTION"} or not self._is_table_name()):
            self._advance()
            return self.named_object(start, kind, alias=alias, plural=word.endswith("S"))
        self._wanted += _OBJECT_WORDS
        return self.named_object(start, None, alias=alias)

    def all_kind(self) -> ObjectKind:
        if self._take("MATERIALIZED"):
            if not self._take("VIEW"):
                self._expect("VIEWS")
            return ObjectKind.MATERIALIZED_VIEW
        for word, kind in _KIND_WORDS.items():
            if self._take(word):
                return kind
        self._fail()

    def _is_table_name(self) -> bool:
        """Whether the kind word here is a table's name: the grammar tries the item without a kind word first."""
        following = self._peek()
        if following.word in {"PARTITION", "PARTITIONS", "TEMPORARY"}:
            return self._succeeds(self._item_without_kind)
        return following.word in {",", ")", ".", "AS"} or following.kind in (TokenKind.DOT_NAME, TokenKind.END)

    def _item_without_kind(self) -> bool:
        self.named_object(self._token.start, None, alias=True)
        return self._token.word in {",", ")"}

    def named_object(self, start: int, kind: ObjectKind | None, *, alias: bool, plural: bool = False) -> NamedObject:
        name = self.qualified_name(FUNCTION if kind is ObjectKind.FUNCTION else OBJECT)
        partitions = self.partitions() if kind is None or kind is ObjectKind.TABLE else None
        other = self.identifier(NEW_NAME) if alias and self._take("AS") else None
        return NamedObject(name, kind, partitions, other, self._span_from(start), plural)

    def partitions(self) -> Partitions | None:
        if self._token.word not in _PARTITION_WORDS:
            self._wanted += _PARTITION_WORDS
            return None
        start = self._token.start
        temporary = self._take("TEMPORARY")
        plural = False
        if not self._take("PARTITION"):
            self._expect("PARTITIONS")
            plural = True
        if not self._take("("):
            names = self.bare_partitions()
            return Partitions(tuple(names), temporary, (), self._span_from(start), bare=True)
        if not (temporary or plural) and self._token.kind is not TokenKind.STRING and self._peek().word == "=":
            keys = [self.partition_key()]
            while self._take(","):
                keys.append(self.partition_key())
            self._expect(")")
            return Partitions((), False, tuple(keys), self._span_from(start))
        names = [self.identifier_or_string(PARTITION)]
        while self._take(","):
            names.append(self.identifier_or_string(PARTITION))
        self._expect(")")
        return Partitions(tuple(names), temporary, (), self._span_from(start))

    def bare_partitions(self) -> list[str]:
        """Partitions without parentheses: the list goes on as long as what follows can still belong to it."""
        names = [self.identifier_or_string(PARTITION)]
        while self._release.bare_partition_list and self._token.word == "," and self._is_name_or_string(self._peek()):
            if self._peek(2).word not in {",", ")", "AS"}:
                break
            self._advance()
            names.append(self.identifier_or_string(PARTITION))
        return names

    def partition_key(self) -> PartitionKey:
        column = self.identifier("a column")
        self._expect("=")
        return PartitionKey(column, self.literal())

    # -- names

    def qualified_name(self, what: str = "a name") -> QualifiedName:
        start = self._token.start
        parts = [self.identifier(what)]
        while True:
            if self._token.word == ".":
                if not self._is_name(self._peek()):
                    # A dot that no name follows is where the server stops: it is the dot that cannot be read.
                    self._wanted.append(f"a name after the dot ('{self._peek().text}' is none unless back-quoted)")
                    break
                self._advance()
                parts.append(self.identifier(what))
            elif self._token.kind is _DOT_NAME:
                parts.append(self._token.text[1:])
                self._advance()
            else:
                break
        return QualifiedName(tuple(parts), self._span_from(start))
