"""``%restore`` and ``%%restore``; loaded with ``%load_ext starrocks_restore_kernel``."""

from __future__ import annotations

from typing import Any

from .magic import RestoreMagics

__all__ = ["RestoreMagics", "load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics; nothing else is touched and nothing heavy is loaded."""
    shell.register_magics(RestoreMagics(shell))


def unload_ipython_extension(shell: Any) -> None:
    """Hang up and take the magics away."""
    magics = shell.magics_manager.registry.pop("RestoreMagics", None)
    if magics is not None:
        magics.close()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("restore", None)
