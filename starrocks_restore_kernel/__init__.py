"""StarRocks' RESTORE: see what it would do, run it once, watch it, prove it.

The names below load the room they live in when they are first used, so that importing this package, and loading
the extension into IPython, cost next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dashboards import watch
    from .errors import RestoreError
    from .facade import Cluster, builder, connect, dashboard
    from .jobs import explain
    from .language import Diagnostic, apply_fixes, check, complete, format_script, parse, parse_script
    from .planning import load_plan, restore, save_plan

__all__ = [
    "Cluster",
    "Diagnostic",
    "RestoreError",
    "__version__",
    "apply_fixes",
    "builder",
    "check",
    "complete",
    "connect",
    "dashboard",
    "explain",
    "format_script",
    "load_ipython_extension",
    "load_plan",
    "parse",
    "parse_script",
    "restore",
    "save_plan",
    "unload_ipython_extension",
    "watch",
]

__version__ = "0.1.0"

_ROOMS = {
    "Cluster": "facade",
    "Diagnostic": "language",
    "RestoreError": "errors",
    "apply_fixes": "language",
    "builder": "facade",
    "check": "language",
    "complete": "language",
    "connect": "facade",
    "dashboard": "facade",
    "explain": "jobs",
    "format_script": "language",
    "load_plan": "planning",
    "parse": "language",
    "parse_script": "language",
    "restore": "planning",
    "save_plan": "planning",
    "watch": "dashboards",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_ROOMS[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext starrocks_restore_kernel``: hand over to the magics, the one arrow that points up."""
    import_module("starrocks_restore_magics").load_ipython_extension(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext starrocks_restore_kernel``: take away what loading brought."""
    import_module("starrocks_restore_magics").unload_ipython_extension(shell)
