"""A question to a frontend: the statement that puts it, and how its rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, TypeVar

from ..errors import ServerError

__all__ = ["Answer", "Question", "Row"]

Row = dict[str, Any]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Answer:
    """The columns and rows of one result; iterating gives a dict a row, by column name."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def __len__(self) -> int:
        return len(self.rows)

    def pick(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """Two columns or more of each row, named in one text; the short way for long answers.

        Raises
        ------
        KeyError
            If one is not there.
        """
        places = {name: index for index, name in enumerate(self.columns)}
        return map(itemgetter(*(places[name] for name in columns.replace(",", " ").split())), self.rows)


@dataclass(frozen=True, slots=True)
class Question(Generic[Value]):
    """What is asked, in words and as SQL.

    ``read`` makes a value of the answer's rows, by column name: columns that a newer server adds do no harm.
    """

    what: str
    sql: str
    read: Callable[[Answer], Value]

    def value(self, answer: Answer) -> Value:
        """Read an answer.

        Raises
        ------
        ServerError
            If it is not what was expected, a column being missing or a number none.
        """
        try:
            return self.read(answer)
        except KeyError as error:
            reason = f"the answer has no column {error}"
        except (AttributeError, TypeError, ValueError) as error:
            reason = f"the answer cannot be read: {error}"
        raise ServerError(reason, code=0, sqlstate="HY000")
