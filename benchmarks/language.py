"""Our language beside sqlglot and sqlparse, on the same inputs, in one run: ``python -m benchmarks.language``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from .measure import import_times, measure
from .report import Report

_PAGE = Path(__file__).parent.parent / "docs" / "speed.md"


@click.command()
@click.option("--rounds", default=15, show_default=True, help="How often each input is read.")
@click.option("--markdown", is_flag=True, help=f"Write {_PAGE.parent.name}/{_PAGE.name} too.")
def main(rounds: int, markdown: bool) -> None:
    """Measure, show the tables, and say which targets are met."""
    report = Report(measure(rounds), import_times(rounds), datetime.now(UTC))
    click.echo(report.text())
    if markdown:
        _PAGE.parent.mkdir(exist_ok=True)
        _PAGE.write_text(report.markdown(), "utf-8")
        click.echo(f"\nwrote {_PAGE}")


if __name__ == "__main__":
    main()
