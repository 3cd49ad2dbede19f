from types import SimpleNamespace

import pytest
from starrocks_restore_magics.variables import bind

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.language import parse

SQL = 'RESTORE SNAPSHOT shop.`{{label}}` FROM vault PROPERTIES ("backup_timestamp" = "{{ b.stamp }}")'


def test_a_value_becomes_one_name_and_one_string() -> None:
    """Whatever it holds, it is quoted, and nothing else changes."""
    names = {"label": "a b", "b": SimpleNamespace(stamp='") ON (secrets)')}
    bound = bind(parse(SQL), names)

    assert 'RESTORE SNAPSHOT shop.`a b` FROM vault PROPERTIES ("backup_timestamp" = "\\") ON (secrets)")' == bound.sql(
        pretty=False
    )
    assert bound == parse(bound.sql())


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, "there is no variable label"),
        ({"label": "x", "b": None}, "NoneType has no stamp"),
        ({"label": ["x"]}, "neither text nor a whole number"),
    ],
)
def test_a_value_that_is_no_text_is_refused(names: dict[str, object], message: str) -> None:
    """No guess is made of what was meant."""
    with pytest.raises(UsageProblem, match=message):
        bind(parse(SQL), names)


def test_a_statement_without_places_is_the_same_value() -> None:
    """Places in the text are untouched."""
    statement = parse("SHOW RESTORE FROM shop WHERE State IN ('a', 'b')")

    assert statement == bind(statement, {})
