"""The pages in ``docs/`` tell of the code as it is."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml
from starrocks_restore_magics import options

from starrocks_restore_kernel.cli import main
from starrocks_restore_kernel.cli.reports import FORMS
from starrocks_restore_kernel.language.codes_of_advice import ADVICE_CODES
from starrocks_restore_kernel.language.codes_of_errors import ERROR_CODES
from starrocks_restore_kernel.planning.obstacles import ObstacleCode

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MADE = ("commands.md", "diagnostics.md", "sandbox_texts.md")


@pytest.fixture(scope="module")
def make_docs() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(name: str) -> str:
    """A page as it is committed."""
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", MADE)
def test_a_made_page_is_what_the_script_makes(make_docs: ModuleType, name: str) -> None:
    """Nobody edits it by hand, and nobody forgets to make it again."""
    assert page(name) == make_docs.pages()[name], f"docs/{name} is not what the code says: run  make docs"


def test_every_made_page_is_held() -> None:
    """The pages that say they are made are those that are compared."""
    assert set(MADE) == {path.name for path in DOCS.glob("*.md") if "Made by `make docs`" in path.read_text("utf-8")}


def test_the_script_writes_the_pages(make_docs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each to its place, whatever the width of the terminal."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(make_docs, "DOCS", tmp_path)
    make_docs.write()

    assert {name: page(name) for name in MADE} == {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}


@pytest.mark.parametrize("code", [*ERROR_CODES, *ADVICE_CODES], ids=lambda each: each.code)
def test_every_code_is_explained(code: object) -> None:
    """With an anchor, its example, what is said of it, and its repair."""
    text = page("diagnostics.md")
    anchor = f'<a id="{code.code.lower()}"></a>'  # type: ignore[attr-defined]
    assert 1 == text.count(anchor)
    section = text.partition(anchor)[2].partition("<a id=")[0]

    assert 2 == section.count("```sql\n")
    assert re.search(rf"```text\n.*\b{code.severity} {code.code}: ", section, re.DOTALL)  # type: ignore[attr-defined]
    assert code.source in section  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ObstacleCode, ids=lambda each: each.name)
def test_every_obstacle_is_explained(code: ObstacleCode) -> None:
    """In the plan's own table."""
    assert f'| <a id="{code.name.lower()}"></a>{code.name} | {code.value} |\n' in page("diagnostics.md")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_is_in_the_docs(name: str) -> None:
    """A command's section names all that it takes."""
    section = page("commands.md").partition(f"### starrocks-restore {name}\n")[2].partition("###")[0]
    taken = [word for each in main.commands[name].params if isinstance(each, click.Option) for word in each.opts]

    assert section
    assert [] == [word for word in taken if f"{word} " not in section]


@pytest.mark.parametrize("name", options._COMMANDS)
def test_every_restore_command_is_in_the_docs(name: str) -> None:
    """Each with its arguments."""
    assert re.search(rf"^%restore {name}( |$)", page("commands.md"), re.MULTILINE)


# -- written by hand


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)


def test_links_between_pages_lead_somewhere() -> None:
    """To a file that is there."""
    for path in DOCS.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links {target}"


def test_the_hooks_run_commands_that_there_are() -> None:
    """Each on SQL files and notebooks, and each is what its name says."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert ["starrocks-restore check", "starrocks-restore format"] == [hook["entry"] for hook in hooks]
    assert [hook["entry"].replace(" ", "-") for hook in hooks] == [hook["id"] for hook in hooks]
    assert all(hook["entry"].split()[1] in main.commands for hook in hooks)
    assert all(hook["types_or"] == ["sql", "jupyter"] for hook in hooks)


def test_the_configuration_in_the_runbooks_page_is_valid() -> None:
    """The hooks and the commands that it names exist, with the options that it gives them."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    configuration, workflow = (yaml.safe_load(block) for block in blocks("runbooks.md", "yaml"))
    lines = [
        [*hooks[used["id"]]["entry"].split(), *used.get("args", []), "a.sql"]
        for used in configuration["repos"][0]["hooks"]
    ]
    lines += [step["run"].split() for step in workflow["jobs"]["check"]["steps"] if "starrocks-restore " in str(step)]

    assert 4 == len(lines)
    for program, name, *words in lines:
        assert "starrocks-restore" == program
        # Refuses an option that does not exist; runs nothing.
        main.commands[name].make_context(name, words)


def test_the_runbooks_page_names_every_form_and_field() -> None:
    """What a program reads is told in full."""
    text = page("runbooks.md")
    fields = ("path", "cell", "line", "column", "start", "end", "code", "severity", "message", "hint", "fixes")

    assert [] == [name for name in fields if f"`{name}`" not in text]
    assert "json" in FORMS
    assert "`--format json`" in text
