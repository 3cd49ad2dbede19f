"""Where the history is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["history_url"]


def history_url(environ: Mapping[str, str] | None = None) -> str:
    """Where samples are kept, as a SQLAlchemy URL; a plain path is a SQLite file."""
    environ = os.environ if environ is None else environ
    named = environ.get("STARROCKS_RESTORE_HISTORY")
    if named:
        return named if "://" in named else f"sqlite:///{Path(named).expanduser()}"
    import platformdirs

    folder = Path(platformdirs.user_data_dir("starrocks-restore", ensure_exists=True))
    return f"sqlite:///{folder / 'history.sqlite'}"
