from pathlib import Path

import pytest

from starrocks_restore_kernel.cluster import Address, resolve
from starrocks_restore_kernel.errors import UsageProblem


def test_a_url_is_read_with_starrocks_defaults() -> None:
    """Port 9030, user root."""
    assert Address("starrocks", "fe", 9030, "root") == resolve("starrocks://fe", environ={})
    expected = Address("mysql", "fe", 9031, "ann", database="shop", options=(("ssl_ca", "/ca.pem"),))
    assert expected == resolve("mysql://ann@fe:9031/shop?ssl_ca=/ca.pem", environ={})


def test_the_password_is_in_no_text_of_the_address() -> None:
    """Neither str nor repr."""
    address = resolve("starrocks://ann:s3cret@fe", environ={})

    assert "s3cret" == address.password
    assert "s3cret" not in f"{address} {address!r}"


def test_the_password_comes_from_the_first_place_that_has_one(tmp_path: Path) -> None:
    """Argument, URL, profile, environment."""
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('[prod]\nurl = "starrocks://ann@fe"\npassword_env = "PROD"\n', "utf-8")
    environ = {"PROD": "p", "STARROCKS_PASSWORD": "e"}

    assert "a" == resolve("starrocks://ann:u@fe", password="a", environ=environ).password
    assert "u" == resolve("starrocks://ann:u@fe", environ=environ).password
    assert "p" == resolve("prod", environ=environ, profiles=profiles).password
    assert "e" == resolve("starrocks://ann@fe", environ=environ).password


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("prod", "there is no profile 'prod'"),
        ("postgres://fe", "no scheme of StarRocks"),
        ("starrocks://", "names no host"),
        ("starrocks://ann:s3cret@fe:port", "the URL cannot be read"),
    ],
)
def test_a_wrong_target_says_what_to_write(tmp_path: Path, target: str, message: str) -> None:
    """And repeats no password."""
    with pytest.raises(UsageProblem, match=message) as caught:
        resolve(target, environ={}, profiles=tmp_path / "none.toml")
    assert "starrocks://user@host:9030" in str(caught.value)
    assert "s3cret" not in str(caught.value)
