"""How far the language agrees with the server's own verdicts: ``python -m benchmarks.conformance``.

Counts every row of ``tests/language/conformance/`` and names each one that disagrees. The tests hold the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from starrocks_restore_kernel.errors import RestoreSyntaxError
from starrocks_restore_kernel.language import check, parse

# What the rows' contexts assume of the server.
TABLES = {database: {"t1": (), "t2": (), "t3": (), "orders": ("p1", "p2")} for database in ("db1", "db2")}
FOLDER = Path(__file__).parents[1] / "tests" / "language" / "conformance"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def grammar(row: dict[str, Any], version: str) -> str | None:
    """What is wrong with our verdict on a row, or nothing."""
    try:
        parse(row["sql"], version)
    except RestoreSyntaxError as error:
        place = error.diagnostics[0].span
        if row["accept"]:
            return "refused, and the server takes it"
        if row["why"] == "syntax" and (place is None or (place.line, place.column) != (row["line"], row["column"])):
            return f"refused at {place}, the server at {row['line']}, {row['column']}"
        return None
    return None if row["accept"] else "taken, and the server refuses it"


def analyzer(row: dict[str, Any]) -> str | None:
    """The same for a row that the grammar takes."""
    version = "4.1" if row["version"] == "3.4+" else row["version"]
    context = row["context"]
    database = "" if "no current db" in context else "db1" if "current db" in context else None
    errors = [each.message for each in check(row["sql"], version, database, tables=TABLES) if each.severity == "error"]
    if row["verdict"] == "ok":
        return f"refused: {errors[0]}" if errors else None
    if not errors:
        return f"taken; the server says: {row['message_contains']} (it knows: {context})"
    return None if row["message_contains"] in errors[0] else f"we say: {errors[0]}"


def main() -> None:
    """Print a line a file, and one for each row that disagrees."""
    verdicts = {
        "syntax_4_1": [(row["id"], grammar(row, "4.1")) for row in rows("syntax_4_1")],
        "syntax_3_3": [(row["id"], grammar(row, "3.3")) for row in rows("syntax_3_3")],
        "semantic": [(row["id"], analyzer(row)) for row in rows("semantic")],
    }
    lines = [f"{'file':<12}{'rows':>6}{'agreed':>8}{'disagreed':>11}"]
    for name, judged in verdicts.items():
        wrong = [(row, why) for row, why in judged if why is not None]
        lines.append(f"{name:<12}{len(judged):>6}{len(judged) - len(wrong):>8}{len(wrong):>11}")
        lines += [f"  {row}: {why}" for row, why in wrong]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
