"""The numbers as a person reads them: tables, and the targets with a plain yes or no."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import inputs
from .measure import Measured, Times
from .readers import READERS

__all__ = ["Report", "Table", "Target", "machine", "spread"]

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a head, rows, and what must be known to read them."""

    title: str
    head: Row
    rows: tuple[Row, ...]
    note: str

    def text(self) -> str:
        """Aligned, for a terminal."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        drawn = [_aligned(line, widths) for line in lines]
        return "\n".join([self.title, "", drawn[0], "  ".join("-" * width for width in widths), *drawn[1:], ""])

    def markdown(self) -> str:
        """As a section of a page."""
        lines = ["| " + " | ".join(line) + " |" for line in (self.head, *self.rows)]
        rule = "|---|" + "---:|" * (len(self.head) - 1)
        return "\n".join([f"## {self.title}", "", self.note, "", lines[0], rule, *lines[1:], ""])


def _aligned(line: Row, widths: Sequence[int]) -> str:
    cells = [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
    return "  ".join(cells)


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for, what was measured, and whether that is enough."""

    asked: str
    measured: str
    met: bool

    def __str__(self) -> str:
        return f"{'met' if self.met else 'FALLS SHORT'}: {self.asked}; measured: {self.measured}"


@dataclass(frozen=True, slots=True)
class Report:
    """One run."""

    measured: Sequence[Measured]
    imports: dict[str, Times]
    when: datetime

    def text(self) -> str:
        """For a terminal."""
        tables = [table.text() for table in self._tables()]
        return "\n".join([machine(), "", *tables, "Targets", "", *(f"  {target}" for target in self.targets())])

    def markdown(self) -> str:
        """As the page ``docs/speed.md``."""
        targets = [
            f"- **{'met' if each.met else 'falls short'}**: {each.asked}. Measured: {each.measured}."
            for each in self.targets()
        ]
        return "\n".join(
            [
                "# Speed of the language",
                "",
                f"Measured on {self.when:%Y-%m-%d} by `make bench`, which wrote this page. {machine()}",
                "Every number is one run's, as measured; other machines differ, and the ratios are what travels.",
                "",
                "## Targets",
                "",
                *targets,
                "",
                *(table.markdown() for table in self._tables()),
            ]
        )

    def targets(self) -> list[Target]:
        """The project's targets, judged by medians."""
        by_name = {each.reader.name: each for each in self.measured}
        ours = by_name["parse"]
        found = []
        if "sqlglot parse" in by_name:
            ratio = by_name["sqlglot parse"].corpus.median / ours.corpus.median
            asked = "parse reads at least 2 times the statements per second of sqlglot's pure-Python parse"
            found.append(Target(asked, f"{ratio:.2f} times", ratio >= 2))
        small, large = inputs.SIZES[0], inputs.SIZES[-1]
        short, long = ours.by_size[small], ours.by_size[large]
        asked = f"parse reads {small:,} objects in 10 ms or less"
        found.append(_fast_enough(asked, short, 10))
        growth = long.median / large / (short.median / small) if long.seconds else float("inf")
        asked = f"parse reads {large:,} objects in linear time, and raises nothing"
        measured = long.failure or f"an object takes {growth:.2f} times as long as among {small:,} (2 is allowed)"
        found.append(Target(asked, measured, growth <= 2))
        asked = "import starrocks_restore_kernel takes less than 50 ms"
        return [*found, _fast_enough(asked, self.imports["starrocks_restore_kernel"], 50)]

    def _tables(self) -> list[Table]:
        return [self._statements(), self._objects(), self._growth(), self._imports()]

    def _statements(self) -> Table:
        count, wrong, right = len(inputs.accepted_restores()), len(inputs.wrong()), len(inputs.right())
        ours = next(each.corpus.median for each in self.measured if each.reader.name == "parse")
        rows = [
            (
                f"{each.reader.name} {each.reader.installed}",
                each.reader.gives,
                f"{count / each.corpus.median:,.0f}",
                spread(each.corpus),
                f"{each.corpus.median / ours:.2f}",
                f"{each.judged.caught} ({each.judged.caught / wrong:.0%})",
                f"{each.judged.refused}",
            )
            for each in self.measured
        ]
        missing = [
            (name, reader.gives, "not installed here", "", "", "", "")
            for name, reader in READERS.items()
            if not reader.installed
        ]
        note = (
            f"{count} RESTOREs that StarRocks' grammar takes, one after the other. The last columns say how many of "
            f"{wrong} statements with wrong syntax a reader catches, and how many of {right} right ones it refuses: by "
            "raising, `check` by a syntax error among its findings. Speed without them misleads: what RESTORE means is "
            "unknown to sqlglot and sqlparse, and most nonsense passes."
        )
        head = (
            "reader",
            "gives",
            "statements/s",
            "ms for all: min / median / max",
            "times parse's",
            f"catches of {wrong} wrong",
            f"refuses of {right} right",
        )
        return Table(f"{count} statements", head, (*rows, *missing), note)

    def _objects(self) -> Table:
        rows = tuple((each.reader.name, *(spread(times) for times in each.by_size.values())) for each in self.measured)
        head = ("ms: min / median / max", *(f"{size:,} objects" for size in inputs.SIZES))
        note = (
            "One statement with so many objects in ON, in turn `TABLE t`, `TABLE t AS u`, `TABLE t PARTITION (p1, p2)` "
            "and `VIEW v`. sqlparse stops at 10,000 tokens."
        )
        return Table("One long statement", head, rows, note)

    def _growth(self) -> Table:
        rows = []
        for each in self.measured:
            base = each.by_size[inputs.SIZES[0]]
            per_object = [
                f"{times.median / size * 1e6:.1f} µs (×{times.median / size / (base.median / inputs.SIZES[0]):.2f})"
                if times.seconds
                else times.failure
                for size, times in each.by_size.items()
            ]
            rows.append((each.reader.name, *per_object))
        head = ("per object, by the median", *(f"{size:,} objects" for size in inputs.SIZES))
        note = (
            "A reader in linear time takes as long for an object among many as among few. What grows here is mostly "
            "Python's garbage collection, which is left on and walks the tree while it is built."
        )
        return Table("Growth", head, tuple(rows), note)

    def _imports(self) -> Table:
        rows = tuple((name, spread(times)) for name, times in self.imports.items())
        note = "In fresh processes, without the interpreter's own start; the compiled bytecode is on disk."
        return Table("Import", ("module", "ms: min / median / max"), rows, note)


def _fast_enough(asked: str, times: Times, milliseconds: float) -> Target:
    if not times.seconds:
        return Target(asked, times.failure, met=False)
    return Target(asked, f"{times.median * 1e3:.1f} ms", times.median * 1e3 <= milliseconds)


def machine() -> str:
    """Say what it was measured on."""
    # Others may be at work on the machine: the load says how much is to be believed.
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {_processor()}, {os.cpu_count()} CPUs, load average {load:.1f}."
    )


def spread(times: Times) -> str:
    """Write the least, the middle and the most, in milliseconds."""
    if not times.seconds:
        return f"raises {times.failure}"
    return " / ".join(_three(value * 1e3) for value in (min(times.seconds), times.median, max(times.seconds)))


def _three(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "processor unknown"
