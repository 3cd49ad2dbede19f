from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.history import Event, EventKind
from starrocks_restore_kernel.jobs import Hooks, Webhook

AT = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)


def event(kind: EventKind = EventKind.END, text: str = "it ended") -> Event:
    """Something that happened."""
    return Event(AT, kind, "fe:9030", "shop", "snap", "t", text, data={"state": "FINISHED"})


class Receiver(BaseHTTPRequestHandler):
    """Answers with what it is told to, and keeps what it was sent."""

    statuses: list[int]
    bodies: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.bodies.append(json.loads(body))
        self.send_response(self.statuses.pop(0) if self.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, type[Receiver]]]:
    """A web server on loopback: its URL, and what it has."""

    class Own(Receiver):
        statuses: list[int] = []  # noqa: RUF012 a fresh one a test
        bodies: list[dict[str, Any]] = []  # noqa: RUF012

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?token=s3cret", Own
    server.shutdown()
    server.server_close()


def test_a_function_is_called_at_the_events_it_wants() -> None:
    """In their order, until it is taken away."""
    hooks, seen = Hooks(), []
    remove = hooks.add(seen.append, {EventKind.END})
    hooks.tell(event(EventKind.STATE))
    hooks.tell(event(EventKind.END))
    hooks.close()
    remove()
    hooks.tell(event(EventKind.END))
    hooks.close()

    assert [EventKind.END] == [each.kind for each in seen]


def test_without_a_hook_nothing_is_started() -> None:
    """Off by default."""
    hooks = Hooks()
    hooks.tell(event())

    assert hooks._thread is None


def test_a_hook_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and remembered."""
    hooks, seen = Hooks(), []

    def broken(_: Event) -> None:
        raise ValueError("no such channel")

    hooks.add(broken)
    hooks.add(seen.append)
    hooks.tell(event())
    hooks.close()

    assert 1 == len(seen)
    assert ["end: ValueError: no such channel"] == hooks.failures
    assert "a hook failed at end: ValueError: no such channel" in caplog.text


def test_a_webhook_posts_json(receiver: tuple[str, type[Receiver]]) -> None:
    """All that an event holds."""
    url, server = receiver
    Webhook(url)(event(text="ende"))

    assert [("end", "shop", "snap", "ende", "2026-01-02T10:00:00+00:00", {"state": "FINISHED"})] == [
        tuple(body[key] for key in ("kind", "database", "snapshot", "text", "at", "data")) for body in server.bodies
    ]


def test_a_webhook_tries_again_more_and_more_slowly(receiver: tuple[str, type[Receiver]]) -> None:
    """While the receiver is ill, or has too much to do."""
    url, server = receiver
    server.statuses.extend([503, 429, 500])
    pauses: list[float] = []
    Webhook(url, pause=pauses.append)(event())

    assert [1.0, 2.0, 4.0] == pauses
    assert 4 == len(server.bodies)


def test_a_webhook_gives_up_and_does_not_tell_its_secret(receiver: tuple[str, type[Receiver]]) -> None:
    """At once where it is refused for good; neither the error nor the repr holds the path."""
    url, server = receiver
    server.statuses.extend([404, 500, 500])
    pauses: list[float] = []
    hook = Webhook(url, tries=2, pause=pauses.append)

    with pytest.raises(
        OSError, match=r"^Webhook\('http://127\.0\.0\.1/…'\) did not take the event: HTTP 404$"
    ) as caught:
        hook(event())
    assert [] == pauses
    with pytest.raises(OSError, match="HTTP 500"):
        hook(event())
    assert [1.0] == pauses
    assert "s3cret" not in repr(hook) + str(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "nonsense", "https://"])
def test_only_the_web_is_a_webhook(url: str) -> None:
    """No file is read, and nothing else is spoken."""
    with pytest.raises(UsageProblem, match="a webhook is an http or https URL"):
        Webhook(url)
