"""Secrets in texts that may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.secrets import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("""("password" = 'hush', "region" = "eu")""", """("password" = '******', "region" = "eu")"""),
        ("""('aws.s3.secret_key'="hu\\"sh")""", """('aws.s3.secret_key'="******")"""),
        ("""('fs.oss.accessKeySecret' = 'it\\\\'s)""", """('fs.oss.accessKeySecret' = '******'s)"""),
        ("""("sas" = "cut sho""", """("sas" = "******\""""),
        ("""("sas" = "cut sho\\""", """("sas" = "******\""""),
        ("""{"token": "hush", "n": 1}""", """{"token": "******", "n": 1}"""),
        ("""CREATE USER kim IDENTIFIED BY 'hush'""", """CREATE USER kim IDENTIFIED BY '******'"""),
        ("""identified with plain as "hush";""", """identified with plain as "******";"""),
        ("""SET PASSWORD = PASSWORD('hush')""", """SET PASSWORD = PASSWORD('******')"""),
        ("""starrocks://ann:hush@fe:9030/shop""", """starrocks://ann:******@fe:9030/shop"""),
        ("""s3://b?region=eu&access_key=hush""", """s3://b?region=eu&access_key=******"""),
    ],
)
def test_what_is_secret_is_hidden_and_the_rest_stays(text: str, expected: str) -> None:
    """In a statement, in JSON, in a URL; a text that is cut short gives nothing away."""
    assert expected == masked(text)
    assert expected == masked(expected)


@pytest.mark.parametrize(
    "text",
    [
        'RESTORE SNAPSHOT d.s FROM r ON (TABLE t PARTITION (token = 5)) PROPERTIES ("backup_timestamp" = "x")',
        'the password was identified as "weak"',
        "starrocks://ann@fe:9030/shop",
        "",
    ],
)
def test_what_is_not_secret_stays(text: str) -> None:
    """Though it speaks of secrets."""
    assert text == masked(text)


def test_what_has_parts_is_hidden_part_by_part() -> None:
    """By the names of a mapping too, however deep; what is no text stays."""
    value = {"password": "hush", "token": 5, "list": [{"sas": "hush"}, ("s3://a:hush@b", None)]}

    assert {"password": "******", "token": 5, "list": [{"sas": "******"}, ("s3://a:******@b", None)]} == masked(value)


@given(st.text(st.characters(exclude_characters="*", codec="utf-8"), min_size=1))
def test_a_password_of_any_characters_is_hidden(password: str) -> None:
    """As the printer writes it, which escapes what must be."""
    sql = 'CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("secret_key" = "x")'
    statement = parse(sql)
    written = statement.sql(pretty=False).replace('"x"', '"' + password.replace("\\", "\\\\").replace('"', '\\"') + '"')

    assert sql.replace('"x"', '"******"') == masked(written)


def test_a_long_text_is_read_in_a_moment() -> None:
    """Backslashes and quotes that end nowhere do not make it try all ways to read them."""
    text = "password" + "\\" * 20_001 + "'" + "\\'" * 20_000

    assert text == masked(text)
