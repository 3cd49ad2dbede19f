"""The kernel itself: everything that IPython's does, and bare statements."""

from __future__ import annotations

from typing import Any

from ipykernel.ipkernel import IPythonKernel

from .. import __version__
from ..errors import RestoreSyntaxError
from ..language import begins_statement, parse_script
from .bare_cells import as_magic

__all__ = ["RestoreKernel"]


class RestoreKernel(IPythonKernel):
    """IPython with the extension loaded; a cell that begins with RESTORE, BACKUP, … is planned, not run."""

    implementation = "starrocks_restore"
    implementation_version = __version__
    banner = "StarRocks RESTORE: statements need no magic here; %restore lists the commands. The rest is Python."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        assert self.shell is not None  # noqa: S101 IPythonKernel has made it
        self.shell.extension_manager.load_extension("starrocks_restore_kernel")
        self.shell.input_transformer_manager.cleanup_transforms.insert(0, as_magic)

    def do_is_complete(self, code: str) -> dict[str, Any]:  # type: ignore[override]
        """For consoles: whether Enter sends the text, or begins another line."""
        if not begins_statement(code):
            return super().do_is_complete(code)  # type: ignore[no-any-return, no-untyped-call]
        try:
            parse_script(code)
        except RestoreSyntaxError as error:
            place = error.diagnostics[0].span
            unfinished = place is not None and place.start >= len(code.rstrip())
            return {"status": "incomplete", "indent": "    "} if unfinished else {"status": "invalid"}
        return {"status": "complete"}
