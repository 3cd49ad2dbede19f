"""The names a user meets."""

import starrocks_restore_kernel as srk

NAMES = [
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


def test_the_public_names_are_these_and_each_is_there() -> None:
    """A name that goes or comes is a decision, and not an accident."""
    assert NAMES == srk.__all__ == dir(srk)
    assert [] == [name for name in NAMES if getattr(srk, name) is None]
