"""The picture: what plans share, how long it is kept, and what is made of a frontend that went."""

from __future__ import annotations

import pytest
from answers import SCRIPT, asked
from scripted import DENIED, Scripted

from starrocks_restore_kernel.errors import ConnectionFailed, RestoreError, ServerError
from starrocks_restore_kernel.planning import Picture, gather


def test_the_picture_is_kept_for_some_seconds_and_read_again() -> None:
    """Slow facts once; jobs and tables each time."""
    now = [0.0]
    frontend = Scripted(SCRIPT)
    picture = Picture(frontend, keep=10.0, clock=lambda: now[0])

    def counted() -> tuple[int, int]:
        frontend.sent.clear()
        gather(frontend, asked(), "4.1", picture=picture)
        return tuple(sum(word in text for text in frontend.sent) for word in ("SHOW BACKENDS", "SHOW RESTORE"))

    first, kept = counted(), counted()
    now[0] = 10.0
    old, again = counted(), counted()
    picture.refresh()

    assert [(1, 1), (0, 1), (1, 1), (0, 1), (1, 1)] == [first, kept, old, again, counted()]


def test_a_picture_of_a_frontend_that_went_is_not_shown() -> None:
    """What was read before is no longer so."""
    now = [0.0]
    frontend = Scripted(SCRIPT)
    picture = Picture(frontend, clock=lambda: now[0])
    before = picture.look()
    frontend.script["SELECT current_version"] = ConnectionFailed("gone")
    now[0] = 100.0

    with pytest.raises(ConnectionFailed):
        picture.look()
    now[0] = 0.0
    with pytest.raises(RestoreError):
        picture.look()
    frontend.script["SELECT current_version"] = SCRIPT["SELECT current_version"]
    assert before == picture.look()


def test_an_error_of_the_server_is_part_of_the_picture() -> None:
    """Who may not look is not asked to try each time."""
    frontend = Scripted({**SCRIPT, "SHOW BACKENDS": DENIED})
    picture = Picture(frontend)

    assert picture.look() is picture.look()
    assert isinstance(DENIED, ServerError)
    assert ["cluster.backends"] == [each.part for each in picture.look().unknown]
