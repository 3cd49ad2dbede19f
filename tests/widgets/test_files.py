import subprocess
import sys
from pathlib import Path

import playwright
import pytest

import starrocks_restore_kernel.widgets as room

FOLDER = Path(room.__file__).parent
# Playwright brings one of its own, so that none need be installed.
NODE = Path(playwright.__file__).parent / "driver" / "node"
SCRIPTS = sorted(FOLDER.glob("*.js"))


def test_scripts_are_found() -> None:
    """The tests below have something to test."""
    assert ["picker.js", "statement_pane.js"] == [path.name for path in SCRIPTS]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_valid_modules(path: Path) -> None:
    """Node reads each one as an ES module."""
    done = subprocess.run(  # noqa: S603 our own files
        [NODE, "--check", "--input-type=module"], input=path.read_bytes(), capture_output=True, check=False
    )
    assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_never_write_html(path: Path) -> None:
    """What comes from a cluster becomes text nodes; and each widget's state stays small."""
    text = path.read_text("utf-8")
    assert len(text.splitlines()) < 300
    assert len(text) < 20_000
    assert not [
        word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(") if word in text
    ]


def test_importing_the_room_is_light() -> None:
    """Nothing heavy is loaded before something is used, and then the public names are what they say."""
    code = (
        "import sys, starrocks_restore_kernel.widgets as room\n"
        "heavy = {'anywidget', 'ipywidgets', 'plotly', 'pandas', 'sqlalchemy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "from starrocks_restore_kernel.widgets import builder, Builder\n"
        "assert callable(builder) and isinstance(Builder, type)\n"
        "assert all(getattr(room, name).__name__ == name for name in room.__all__)\n"
    )
    done = subprocess.run(  # noqa: S603 a program of our own
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="nonsense"):
        _ = room.nonsense
