"""What a name or a string may stand for, in the words of an error message; completion tells by them what to offer."""

from __future__ import annotations

__all__ = [
    "CATALOG",
    "DATABASE",
    "FUNCTION",
    "LABEL",
    "NEW_LABEL",
    "NEW_NAME",
    "OBJECT",
    "PARTITION",
    "PROPERTY",
    "REPOSITORY",
    "SOURCE",
    "VALUE",
]

REPOSITORY = "a repository"
LABEL = "a snapshot"
NEW_LABEL = "a label for the snapshot"
DATABASE = "a database"
SOURCE = "the database in the snapshot"
OBJECT = "an object of the snapshot"
FUNCTION = "a function"
PARTITION = "a partition"
CATALOG = "a catalog"
NEW_NAME = "a new name"
PROPERTY = "a property in quotes"
VALUE = "a value in quotes"
