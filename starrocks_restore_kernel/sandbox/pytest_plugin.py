"""Fixtures for the tests of other projects: a cluster of their own, in the process of the tests.

Say so in a ``conftest.py``, with ``pytest_plugins = ["starrocks_restore_kernel.sandbox.pytest_plugin"]``, or on the
command line, with ``-p starrocks_restore_kernel.sandbox.pytest_plugin``.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from .clock import SteppedClock
from .releases import IMITATED
from .seeds import read_seed
from .server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SandboxFactory", "pytest_addoption", "starrocks_sandbox", "starrocks_sandbox_factory"]


class SandboxFactory(Protocol):
    """Starts sandboxes; takes what `Sandbox` takes, with the defaults of the configuration."""

    def __call__(self, **options: Any) -> Sandbox:
        """Start one, which ends with the session."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a project sets in its configuration."""
    parser.addini("starrocks_sandbox_version", "the StarRocks version to be", default=max(IMITATED))
    parser.addini("starrocks_sandbox_seed", "what is in it at the start: tutorial, zoo or none", default="none")


def _defaults(config: pytest.Config) -> dict[str, Any]:
    return {
        "version": config.getini("starrocks_sandbox_version"),
        "seed": read_seed(config.getini("starrocks_sandbox_seed")),
    }


@pytest.fixture
def starrocks_sandbox(pytestconfig: pytest.Config) -> Iterator[Sandbox]:
    """Run a cluster for one test, on a clock that stands still until ``starrocks_sandbox.frontend.run(seconds)``."""
    with Sandbox(clock=SteppedClock(), **_defaults(pytestconfig)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def starrocks_sandbox_factory(pytestconfig: pytest.Config) -> Iterator[SandboxFactory]:
    """Start clusters that last as long as the session: on a folder, of another version, on a clock that runs."""
    with contextlib.ExitStack() as started:

        def start(**options: Any) -> Sandbox:
            return started.enter_context(Sandbox(**{**_defaults(pytestconfig), **options}))

        yield start
