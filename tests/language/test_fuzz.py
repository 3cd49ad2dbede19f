"""Statements that were damaged: whatever comes of it, it is a statement or findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from starrocks_restore_kernel.errors import RestoreCheckError, RestoreSyntaxError
from starrocks_restore_kernel.language import RELEASES, apply_fixes, check, complete, format_script, parse_script

CONFORMANCE = Path(__file__).parent / "conformance" / "syntax_4_1.jsonl"
SEEDS = [json.loads(line)["sql"] for line in CONFORMANCE.read_text("utf-8").splitlines()]
WORDS = "ON AS ALL TABLE VIEW PARTITION PROPERTIES EXTERNAL CATALOG DATABASE $$ 1e5 7 😀"
SIGNS = "( ) , ; . = ' \" ` -- /* */ /*+ # \\"
BITS = st.sampled_from([*WORDS.split(), *SIGNS.split(), "\n", "\0", "\u00a0", "\ud800", " "])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A statement with a few cuts, doublings and insertions."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        what = draw(st.sampled_from(["cut", "double", "insert", "swap"]))
        middle = {"cut": "", "double": text[start:end] * 2, "insert": draw(BITS), "swap": text[start:end][::-1]}[what]
        text = text[:start] + middle + text[end:]
    return text


@pytest.mark.parametrize("version", RELEASES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=damaged(), place=st.integers(0, 400))
def test_a_damaged_statement_ends_in_a_statement_or_in_findings(version: str, text: str, place: int) -> None:
    """Parsing, checking, mending, laying out and completing agree with each other, and raise nothing of their own."""
    found = check(text, version)
    syntax = [each for each in found if each.code == "SRR001"]
    try:
        statements = parse_script(text, version)
    except RestoreSyntaxError as error:
        statements = None
        assert syntax
        assert error.diagnostics[0] == syntax[0]
        assert len(str(error)) < 5_000
    else:
        assert [] == syntax
    assert all(each.span is None or 0 <= each.span.start <= each.span.end <= len(text) + 1 for each in found)
    check(apply_fixes(text, found), version)
    complete(text, min(place, len(text)), None, version)
    if statements:
        try:
            formatted = format_script(text, version)
        except RestoreCheckError:
            return  # a part would be lost, and is told
        assert statements == parse_script(formatted, version)
