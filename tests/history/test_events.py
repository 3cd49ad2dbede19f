"""What happened, written down and read again; on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from samples import START

from starrocks_restore_kernel.errors import RestoreError
from starrocks_restore_kernel.history import Event, EventKind, History

EVENT = Event(
    START, EventKind.PLAN, "a:1", "shop", "snap", "t", "a plan 🍏", "s1", "root (kim)", "desk", {"n": [1, None]}
)


def test_events_come_back_oldest_first(history: History) -> None:
    """Also where one was written late; of these by cluster, database, submission, kind and time."""
    later = replace(EVENT, at=START + timedelta(seconds=5), kind=EventKind.SUBMIT, submission="s2", data={})
    other = replace(EVENT, at=START + timedelta(seconds=2), cluster="b:1", database="", submission=None)
    for each in (later, EVENT, other):
        history.record(each)

    assert (EVENT, other, later) == history.events()
    assert (EVENT, later) == history.events("a:1")
    assert (other,) == history.events(database="")
    assert (later,) == history.events(submission="s2") == history.events(kinds={EventKind.SUBMIT})
    assert (EVENT, other) == history.events(kinds=[EventKind.PLAN])
    assert (other, later) == history.events(since=other.at) == history.events(last=2)
    assert () == history.events(kinds=())


def test_a_kind_that_a_later_release_wrote_is_said_plainly(history: History) -> None:
    """As where colleagues have upgraded, and no layout has changed."""
    history.record(EVENT)
    with history._database._engine.begin() as connection:
        connection.execute(sa.text("UPDATE event SET kind = 'party'"))

    with pytest.raises(RestoreError, match="the history speaks of 'party', which this release does not know"):
        history.events()


def test_a_secret_in_an_event_is_hidden(history: History) -> None:
    """Whether in its sentence or in its data, the rest stays."""
    text = """refused: CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES (
        "aws.s3.region" = "eu", "password" = 'hush', "aws.s3.secret_key"="hu\\"sh")"""
    data = {"statement": text, "url": "starrocks://ann:hush@fe:9030/shop", "token": "hush", "deep": [{"sas": "hush"}]}
    history.record(replace(EVENT, text=text, data=data))

    (event,) = history.events()
    assert "hu" not in str(event)
    assert '"aws.s3.region" = "eu", "password" = \'******\', "aws.s3.secret_key"="******")' in event.text
    assert "starrocks://ann:******@fe:9030/shop" == event.data["url"]
