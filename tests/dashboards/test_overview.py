from typing import Any

import pytest
from samples import sample

from starrocks_restore_kernel.dashboards import dashboard, overview_figure

SHOP = (sample("DOWNLOADING", 4), sample("DOWNLOADING", 2, after=4))
CRM = sample("CANCELLED", after=2, DbName="crm", Label="weekly", Status="[COMMON_ERROR, msg: no <file>]")


def test_one_bar_a_database_the_last_seen_first() -> None:
    """The whole history of a job counts for its percentage."""
    (bar,) = overview_figure((SHOP[0], CRM, SHOP[1])).data
    assert ("shop ← snap", "crm ← weekly") == bar.y
    assert (50, 0) == tuple(bar.x)
    assert ("DOWNLOADING 50%", "CANCELLED 0%") == bar.text


def test_another_job_of_a_database_begins_anew() -> None:
    """SHOW RESTORE keeps one job a database; what the one before had reached says nothing."""
    later = sample("PENDING", after=9, CreateTime="2026-01-02 11:00:00")
    (bar,) = overview_figure((*SHOP, later)).data
    assert ("PENDING 0%",) == bar.text


def test_a_cancelled_job_differs_by_more_than_colour() -> None:
    """A pattern, and the word."""
    (bar,) = overview_figure((*SHOP, CRM)).data
    assert ("x", "") == tuple(bar.marker.pattern.shape)


def test_nothing_seen_says_so() -> None:
    """An empty figure has a title."""
    assert overview_figure(()).layout.title.text == "<b>no restore job was seen</b>"
    assert dashboard([]).text() == "no restore job was seen"


def test_more_than_fifty_are_counted() -> None:
    """Rows that are not drawn are not hidden in silence."""
    many = [sample("PENDING", after=number, DbName=f"db{number}") for number in range(60)]
    figure = overview_figure(many)
    assert figure.layout.title.text == "<b>60 restore jobs, 50 shown</b>"
    assert len(figure.data[0].y) == 50


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_dashboard_says_the_same_in_words(job: Any, form: str) -> None:
    """Text and HTML hold every job, its state, its percentage and a reason, escaped in HTML."""
    job.add(*SHOP, CRM)
    drawn = getattr(dashboard([job]), form)()
    for words in ("shop", "DOWNLOADING", "50%", "crm", "weekly", "CANCELLED"):
        assert words in drawn
    assert ("<file>" in drawn) is (form == "text")
