"""Ticks on the wire: choices by name to ranges of row numbers, and back.

Rows are numbered tables first, in the snapshot's order, then all partitions in the order of their tables, so that
"all tables" is one range. Ranges travel as pairs of little-endian 32-bit integers, the second one exclusive.
"""

from __future__ import annotations

import json
import struct
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from ..cluster.values import SnapshotObject
from .choices import Choice

__all__ = ["Rows"]


class Rows:
    """The numbered rows of one snapshot.

    Parameters
    ----------
    objects
        What the snapshot holds, in its order.
    """

    def __init__(self, objects: Sequence[SnapshotObject]) -> None:
        self.objects = tuple(objects)
        self._number = {each.name: number for number, each in enumerate(self.objects)}
        # The row of each table's first partition.
        self._first = list(accumulate((len(each.partitions) for each in self.objects), initial=len(self.objects)))

    def names(self) -> bytes:
        """Every name, for the picker: a JSON list of ``[table, partition, …]``."""
        return json.dumps(
            [[each.name, *each.partitions] for each in self.objects], ensure_ascii=False, separators=(",", ":")
        ).encode("utf-8", "surrogatepass")

    def ticks(self, choices: Iterable[Choice]) -> bytes:
        """The rows of what is chosen, without what is not here."""
        numbers: list[int] = []
        for each in choices:
            number = self._number.get(each.name)
            if number is None:
                continue
            if each.partitions is None:
                numbers.append(number)
            else:
                place = {name: self._first[number] + at for at, name in enumerate(self.objects[number].partitions)}
                numbers += [place[name] for name in each.partitions if name in place]
        return _pack(sorted(numbers))

    def aliases(self, choices: Iterable[Choice]) -> dict[str, str]:
        """The other names, by row."""
        return {
            str(self._number[each.name]): each.alias for each in choices if each.alias and each.name in self._number
        }

    def choices(self, ticks: bytes, aliases: Mapping[str, str], before: Mapping[str, Choice]) -> list[Choice]:
        """What ticks and other names say, in the order of ``before``, and what is new after it.

        A choice of ``before`` that is not in this snapshot stays, since no row stands for it.
        """
        ticked = self._ticked(ticks)
        kept: list[Choice] = []
        for name, old in before.items():
            number = self._number.get(name)
            if number is None:
                kept.append(old)
            elif number in ticked:
                partitions = ticked.pop(number)
                if old.partitions is not None and partitions is not None and set(old.partitions) == set(partitions):
                    partitions = old.partitions
                kept.append(Choice(name, partitions, _alias(aliases, number), old.kind))
        new = [
            Choice(self.objects[number].name, parts, _alias(aliases, number))
            for number, parts in sorted(ticked.items())
        ]
        return [*kept, *new]

    def _ticked(self, ticks: bytes) -> dict[int, tuple[str, ...] | None]:
        tables = len(self.objects)
        whole: dict[int, tuple[str, ...] | None] = {}
        parts: dict[int, list[str]] = {}
        for start, end in struct.iter_unpack("<II", ticks):
            whole.update(dict.fromkeys(range(start, min(end, tables))))
            row = max(start, tables)
            while row < min(end, self._first[-1]):
                number = bisect_right(self._first, row) - 1
                stop = min(end, self._first[number + 1])
                names = self.objects[number].partitions
                parts.setdefault(number, []).extend(names[row - self._first[number] : stop - self._first[number]])
                row = stop
        return whole | {number: tuple(names) for number, names in parts.items() if number not in whole}


def _alias(aliases: Mapping[str, str], number: int) -> str | None:
    return aliases.get(str(number), "").strip() or None


def _pack(numbers: Sequence[int]) -> bytes:
    pairs: list[int] = []
    for number in numbers:
        if pairs and pairs[-1] == number:
            pairs[-1] = number + 1
        else:
            pairs += [number, number + 1]
    return struct.pack(f"<{len(pairs)}I", *pairs)
