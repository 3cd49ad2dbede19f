"""Telling someone: functions and webhooks that are called at each event. Off until one is added."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from ..errors import UsageProblem
from ..history import Event, EventKind

__all__ = ["Hook", "Hooks", "Webhook"]

_LOG = logging.getLogger(__name__)
_TIMEOUT = 10.0
_FIRST_PAUSE = 1.0
_DRAIN = 15.0
_RETRIED = {408, 425, 429}

Hook = Callable[[Event], object]


def _post(request: Request) -> None:
    with urlopen(request, timeout=_TIMEOUT):  # noqa: S310 the scheme was looked at when the hook was made
        pass


class Webhook:
    """Posts each event as JSON.

    Parameters
    ----------
    url
        ``http`` or ``https``. It often holds a secret, so only its host is ever shown.
    tries
        How often in all; between tries it waits for one second, then two, then four. What the receiver refuses for good
        (4xx) is not tried again.
    pause, post
        `time.sleep`, and what sends a request, unless a test passes others.

    Raises
    ------
    UsageProblem
        If the URL is none of these.

    Examples
    --------
    >>> Webhook("https://hooks.example.org/secret-path")
    Webhook('https://hooks.example.org/…')
    """

    def __init__(
        self,
        url: str,
        *,
        tries: int = 5,
        pause: Callable[[float], object] = time.sleep,
        post: Callable[[Request], object] = _post,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageProblem("a webhook is an http or https URL", hint='write Webhook("https://…")')
        self._shown = f"{parts.scheme}://{parts.hostname}/…"
        self._url = url
        self._tries = tries
        self._pause = pause
        self._post = post

    def __repr__(self) -> str:
        return f"Webhook({self._shown!r})"

    def __call__(self, event: Event) -> None:
        """Post one event; raises the last failure, without the URL."""
        body = json.dumps(as_json(event), ensure_ascii=False).encode()
        for tried in range(1, self._tries + 1):
            request = Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310 see above
            try:
                self._post(request)
            except (OSError, URLError) as error:
                if isinstance(error, HTTPError):
                    error.close()
                final = isinstance(error, HTTPError) and error.code < 500 and error.code not in _RETRIED
                if final or tried == self._tries:
                    reason = f"HTTP {error.code}" if isinstance(error, HTTPError) else str(error)
                    raise OSError(f"{self!r} did not take the event: {reason}") from None
                self._pause(_FIRST_PAUSE * 2 ** (tried - 1))
            else:
                return


def as_json(event: Event) -> dict[str, Any]:
    """An event as plain values."""
    return {
        "at": event.at.isoformat(),
        "kind": event.kind.value,
        "cluster": event.cluster,
        "database": event.database,
        "snapshot": event.label,
        "timestamp": event.timestamp,
        "text": event.text,
        "submission": event.submission,
        "who": event.who,
        "where": event.where,
        "data": dict(event.data),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Added:
    hook: Hook
    kinds: frozenset[EventKind] | None


class Hooks:
    """Calls the hooks on a thread of their own, so that neither a poll nor a submit waits for one.

    A hook that fails is logged, remembered in ``failures``, and stops nothing.
    """

    def __init__(self) -> None:
        self._added: list[_Added] = []
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.failures: list[str] = []

    def add(self, hook: Hook, kinds: Collection[EventKind] | None = None) -> Callable[[], None]:
        """Call a hook at each event, or at those of some kinds.

        Returns
        -------
        callable
            Takes it away again.
        """
        added = _Added(hook, None if kinds is None else frozenset(kinds))
        with self._lock:
            self._added.append(added)

        def remove() -> None:
            with self._lock:
                if added in self._added:
                    self._added.remove(added)

        return remove

    def tell(self, event: Event) -> None:
        """Hand an event over; returns at once."""
        with self._lock:
            if not self._added:
                return
            self._events.put(event)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="starrocks-restore-hooks", daemon=True)
                self._thread.start()

    def close(self, timeout: float = _DRAIN) -> None:
        """Wait until what was handed over is told, but not for ever."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._events.put(None)
            thread.join(timeout)

    def _run(self) -> None:
        while (event := self._events.get()) is not None:
            with self._lock:
                hooks = [each.hook for each in self._added if each.kinds is None or event.kind in each.kinds]
            for hook in hooks:
                try:
                    hook(event)
                except Exception as error:  # noqa: BLE001 whatever somebody's function raises
                    told = f"{event.kind.value}: {type(error).__name__}: {error}"
                    self.failures.append(told)
                    _LOG.warning("a hook failed at %s", told)
