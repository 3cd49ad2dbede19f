"""What a person chooses in the builder, and what is found about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..errors import UsageProblem
from ..language.statements import NamedObject, ObjectKind, Partitions, QualifiedName, RestoreObject

__all__ = ["Choice", "Finding", "Scope", "choice", "named_object"]


class Scope(Enum):
    """The one choice that must be made in words: ON, or no ON."""

    EVERYTHING = "everything in the snapshot"
    TICKED = "only what is ticked"


@dataclass(frozen=True, slots=True)
class Choice:
    """One object to restore: whole, or some of its partitions; perhaps under another name."""

    name: str
    partitions: tuple[str, ...] | None = None
    alias: str | None = None
    kind: ObjectKind | None = None
    """A kind word that a loaded statement had. The builder writes none: a snapshot's Details do not say the kind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or worth knowing, about the choices."""

    severity: str
    """``error``, ``warning`` or ``info``."""
    message: str
    hint: str | None = None
    code: str | None = None
    """The diagnostic's code where the language room said it."""


def named_object(choice: Choice) -> NamedObject:
    """The item of ON for a choice."""
    partitions = None if choice.partitions is None else Partitions(choice.partitions)
    return NamedObject(QualifiedName((choice.name,)), choice.kind, partitions, choice.alias)


def choice(each: RestoreObject) -> Choice:
    """The choice for an item of ON.

    Raises
    ------
    UsageProblem
        If the builder has no form for the item.
    """
    if not isinstance(each, NamedObject) or each.kind is ObjectKind.FUNCTION:
        raise UsageProblem(
            "the builder has no form for ALL … and FUNCTION: a snapshot does not list what they would take",
            hint="edit the statement as text",
        )
    if each.partitions is not None and (each.partitions.temporary or not each.partitions.names):
        raise UsageProblem(
            f"the builder has no form for that partition list of {each.name}",
            hint="name the partitions: PARTITION (p1, p2)",
        )
    return Choice(each.name.last, None if each.partitions is None else each.partitions.names, each.alias, each.kind)
