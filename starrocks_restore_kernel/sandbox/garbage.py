"""When Python's garbage collector rests: it is slow where a hundred thousand tables are made that all stay."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collector_rests"]


@contextmanager
def collector_rests() -> Iterator[None]:
    """Let the collector rest; in several threads, until the first of them has ended."""
    worked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if worked:
            gc.enable()
