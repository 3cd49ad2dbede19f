"""The fixtures, as another project has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

PLUGIN = "starrocks_restore_kernel.sandbox.pytest_plugin"

USES = """
import pymysql

def ask(sandbox, sql):
    with pymysql.connect(host="127.0.0.1", port=sandbox.port, user="root", ssl_disabled=True) as connection:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

def test_first(starrocks_sandbox):
    assert ask(starrocks_sandbox, "SHOW DATABASES LIKE 'shop'") == (("shop",),)
    assert ask(starrocks_sandbox, "SELECT current_version()") == (("3.5.0-sandbox",),)
    ask(starrocks_sandbox, "DROP DATABASE shop FORCE")

def test_each_test_has_its_own(starrocks_sandbox):
    assert ask(starrocks_sandbox, "SHOW DATABASES LIKE 'shop'") == (("shop",),)

def test_time_passes_when_told(starrocks_sandbox):
    ask(starrocks_sandbox, "CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://b/x'")
    ask(starrocks_sandbox, "BACKUP SNAPSHOT shop.s1 TO r")
    assert ask(starrocks_sandbox, "SHOW BACKUP FROM shop")[0][3] == "PENDING"
    starrocks_sandbox.frontend.run(120)
    assert ask(starrocks_sandbox, "SHOW BACKUP FROM shop")[0][3] == "FINISHED"

def test_factory(starrocks_sandbox_factory):
    old = starrocks_sandbox_factory(version="3.3", seed=None)
    assert ask(old, "SHOW DATABASES LIKE 'shop'") == ()
    assert ask(old, "SELECT current_version()") == (("3.3.0-sandbox",),)
"""


def test_another_project_has_clusters(pytester: pytest.Pytester) -> None:
    """By a line in its conftest, set up by its own configuration; in a process of its own."""
    pytester.makeconftest(f'pytest_plugins = ["{PLUGIN}"]')
    pytester.makeini("[pytest]\nstarrocks_sandbox_version = 3.5\nstarrocks_sandbox_seed = tutorial\n")
    pytester.makepyfile(USES)
    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=4)


def test_the_plugin_is_opt_in(pytester: pytest.Pytester) -> None:
    """Installed is not switched on; -p does."""
    pytester.makepyfile("def test_one(starrocks_sandbox):\n    assert starrocks_sandbox.running\n")
    pytester.runpytest_subprocess().assert_outcomes(errors=1)
    pytester.runpytest_subprocess("-p", PLUGIN).assert_outcomes(passed=1)


def test_a_wrong_setting_is_said(pytester: pytest.Pytester) -> None:
    """With what there is."""
    pytester.makeini("[pytest]\nstarrocks_sandbox_seed = zebra\n")
    pytester.makepyfile("def test_one(starrocks_sandbox):\n    pass\n")
    outcome = pytester.runpytest_subprocess("-p", PLUGIN)
    outcome.assert_outcomes(errors=1)
    outcome.stdout.fnmatch_lines(["*there is no seed 'zebra'*", "*write one of tutorial, zoo, none*"])


def test_the_page_names_what_there_is() -> None:
    """Every fixture and setting is documented."""
    from pathlib import Path

    page: Path = Path(__file__).parents[2] / "docs" / "testing.md"
    text = page.read_text("utf-8")
    words = ("starrocks_sandbox", "starrocks_sandbox_factory", "starrocks_sandbox_version", "starrocks_sandbox_seed")
    assert [] == [each for each in (*words, PLUGIN) if f"`{each}`" not in text]
