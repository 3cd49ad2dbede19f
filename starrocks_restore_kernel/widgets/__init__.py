"""The restore builder: a `Restore` statement, written by clicking. Nothing is imported until it is used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .builder_model import BuilderModel
    from .builder_view import Builder, builder
    from .choices import Choice, Finding, Scope
    from .reading import SnapshotSource

__all__ = ["Builder", "BuilderModel", "Choice", "Finding", "Scope", "SnapshotSource", "builder"]

_MODULES = {
    "Builder": "builder_view",
    "BuilderModel": "builder_model",
    "Choice": "choices",
    "Finding": "choices",
    "Scope": "choices",
    "SnapshotSource": "reading",
    "builder": "builder_view",
}


def __getattr__(name: str) -> Any:
    # No module here is called like a public name: importing such a module would put itself in the name's place.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
