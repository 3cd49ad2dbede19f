"""Restore jobs as plotly figures, and the live view. Nothing is imported until it is used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .job_chart import job_figure
    from .live import JobView, watch
    from .overview import Dashboard, dashboard, overview_figure
    from .queue_view import QueueView, watch_queue

__all__ = ["Dashboard", "JobView", "QueueView", "dashboard", "job_figure", "overview_figure", "watch", "watch_queue"]

_MODULES = {
    "Dashboard": "overview",
    "JobView": "live",
    "QueueView": "queue_view",
    "dashboard": "overview",
    "job_figure": "job_chart",
    "overview_figure": "overview",
    "watch": "live",
    "watch_queue": "queue_view",
}


def __getattr__(name: str) -> Any:
    # No module here is called like a public name: importing such a module would put itself in the name's place.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
