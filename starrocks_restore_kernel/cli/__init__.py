"""``starrocks-restore``: check and format statements, run the sandbox, start a JupyterLab beside it."""

from .root import main

__all__ = ["main"]
