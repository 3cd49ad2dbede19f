"""The clock: each reader in a process of its own, all of them in turn, round after round.

In turn, because a machine has slow minutes: they then fall on everyone. Garbage collection stays on, as it is for who
uses the library.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

from . import inputs
from .readers import READERS, Read, Reader, load, refuses

__all__ = ["Judged", "Measured", "Times", "import_times", "measure"]

_ROOT = Path(__file__).parent.parent
CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, one value a round; or why there are none."""

    seconds: tuple[float, ...] = ()
    failure: str = ""

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.seconds)


@dataclass(frozen=True, slots=True)
class Judged:
    """How many of the wrong statements a reader catches, and how many of the right ones it refuses."""

    caught: int
    refused: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What one reader did; ``by_size`` maps a number of objects to the times of one statement."""

    reader: Reader
    corpus: Times
    by_size: dict[int, Times]
    judged: Judged


def measure(rounds: int) -> list[Measured]:
    """Every installed reader over every input; the longest inputs are read in fewer rounds, five at least."""
    names = [name for name, reader in READERS.items() if reader.installed]
    workers = {name: ProcessPoolExecutor(1, mp_context=get_context("spawn")) for name in names}
    try:
        corpus = _in_turn(workers, CORPUS, rounds)
        by_size = {size: _in_turn(workers, str(size), max(5, rounds * 1_000 // size)) for size in inputs.SIZES}
        judged = {name: workers[name].submit(_judge, name).result() for name in names}
    finally:
        for worker in workers.values():
            worker.shutdown()
    return [
        Measured(READERS[name], corpus[name], {size: by_size[size][name] for size in by_size}, judged[name])
        for name in names
    ]


def _in_turn(workers: dict[str, ProcessPoolExecutor], key: str, rounds: int) -> dict[str, Times]:
    """One warm-up, then the rounds; who fails at the warm-up is left out of them."""
    failures = {name: worker.submit(_failure, name, key).result() for name, worker in workers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            if not failures[name]:
                seconds[name].append(worker.submit(_seconds, name, key).result())
    return {name: Times(tuple(seconds[name]), failures[name]) for name in workers}


# -- in the worker

_load = cache(load)


@cache
def _texts(key: str) -> tuple[str, ...]:
    return tuple(inputs.accepted_restores()) if key == CORPUS else (inputs.objects(int(key)),)


def _failure(name: str, key: str) -> str:
    """What a reader raises on a long statement, or nothing; over the corpus a raise is one answer among others."""
    read = _load(name)
    try:
        if key == CORPUS:
            _read_all(read, _texts(key))
        else:
            read(_texts(key)[0])
    except Exception as error:  # noqa: BLE001 the table shows whatever it is
        return type(error).__name__
    return ""


def _seconds(name: str, key: str) -> float:
    read, texts = _load(name), _texts(key)
    gc.collect()
    start = perf_counter()
    _read_all(read, texts)
    return perf_counter() - start


def _read_all(read: Read, texts: Sequence[str]) -> None:
    for text in texts:
        # sqlglot raises on some statements that StarRocks takes.
        with suppress(Exception):
            read(text)


def _judge(name: str) -> Judged:
    read = _load(name)
    return Judged(
        sum(refuses(name, read, text) for text in inputs.wrong()),
        sum(refuses(name, read, text) for text in inputs.right()),
    )


# -- what a fresh process does

_MODULES = {
    "starrocks_restore_kernel": ("starrocks-restore-kernel", ""),
    "starrocks_restore_kernel.language": ("starrocks-restore-kernel", ""),
    "sqlglot": ("sqlglot", "import benchmarks.plain"),
    "sqlglot, compiled": ("sqlglotc", ""),
    "sqlparse": ("sqlparse", ""),
}
_TIMED = "{before}\nimport time\nstart = time.perf_counter()\nimport {module}\nprint(time.perf_counter() - start)"


def import_times(rounds: int) -> dict[str, Times]:
    """How long an import takes in a fresh process, without the interpreter's own start."""
    installed = {reader.package for reader in READERS.values() if reader.installed}
    names = [name for name, (package, _) in _MODULES.items() if package in installed]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names:
            code = _TIMED.format(before=_MODULES[name][1], module=name.partition(",")[0])
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)  # noqa: S603 our code
            if number:  # the first round fills the caches of compiled bytecode
                seconds[name].append(float(done.stdout))
    return {name: Times(tuple(values)) for name, values in seconds.items()}
