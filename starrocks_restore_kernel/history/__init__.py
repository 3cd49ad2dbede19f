"""Every sample of every job ever followed, in a database outside the cluster."""

from .store import History, history_url

__all__ = ["History", "history_url"]
