"""Where a frontend is and who we are there, without ever showing the password."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import UsageProblem

__all__ = ["Address", "profiles_file", "resolve"]

_SCHEMES = {"starrocks", "mysql", "mysql+pymysql"}
_APP = "starrocks-restore"


@dataclass(frozen=True, slots=True)
class Address:
    """A frontend's address and a login.

    The password takes no part in ``repr`` or ``str``.
    """

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(default="", repr=False)
    database: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    """What the URL asks of the driver: ``ssl_ca``, ``read_timeout`` and their like."""

    def __str__(self) -> str:
        database = f"/{self.database}" if self.database else ""
        return f"{self.scheme}://{self.user}@{self.host}:{self.port}{database}"

    @property
    def place(self) -> str:
        """``host:port``, whoever logs in there: what a cluster is called in the history."""
        return f"{self.host}:{self.port}"

    def with_password(self, password: str) -> Address:
        """The same address with another password."""
        return replace(self, password=password)

    def at(self, host: str, port: int) -> Address:
        """The same login at another frontend."""
        return replace(self, host=host, port=port)


def profiles_file() -> Path:
    """Where named profiles are kept: a TOML file, a table a profile, with ``url`` and maybe ``password_env``."""
    import platformdirs

    return Path(platformdirs.user_config_dir(_APP)) / "profiles.toml"


def resolve(
    target: str, *, password: str | None = None, environ: Mapping[str, str] | None = None, profiles: Path | None = None
) -> Address:
    """Make an address of a URL or of a profile's name.

    The password is the first there is of: the argument, the URL's, the profile's ``password_env``,
    ``STARROCKS_PASSWORD``, the keyring (where the ``keyring`` package is installed), none.

    Raises
    ------
    UsageProblem
        If the target is neither, or the URL cannot be read.
    """
    environ = os.environ if environ is None else environ
    if "://" in target:
        address = _from_url(target)
    else:
        profile = _profile(target, profiles or profiles_file())
        address = _from_url(profile["url"])
        variable = profile.get("password_env")
        if variable and variable in environ:
            address = address.with_password(environ[variable])
    if password is not None:
        return address.with_password(password)
    if not address.password and "STARROCKS_PASSWORD" in environ:
        return address.with_password(environ["STARROCKS_PASSWORD"])
    return address if address.password else address.with_password(_keyring(address))


def _from_url(text: str) -> Address:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    form = "starrocks://user@host:9030"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text is not repeated: it may hold a password.
        raise UsageProblem("the URL cannot be read", hint=f"write {form}") from None
    if url.drivername not in _SCHEMES:
        raise UsageProblem(f"{url.drivername!r} is no scheme of StarRocks", hint=f"write {form}")
    if not url.host:
        raise UsageProblem("the URL names no host", hint=f"write {form}")
    options = tuple((key, value if isinstance(value, str) else value[-1]) for key, value in url.query.items())
    return Address(
        url.drivername, url.host, url.port or 9030, url.username or "root", url.password or "", url.database, options
    )


def _profile(name: str, path: Path) -> dict[str, str]:
    try:
        profiles = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        profiles = {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"the profiles cannot be read: {error}", hint=f"see {path}") from error
    profile = profiles.get(name)
    if not isinstance(profile, dict) or not isinstance(profile.get("url"), str):
        known = ", ".join(sorted(profiles)) or "none yet"
        raise UsageProblem(
            f"there is no profile {name!r} (known: {known})",
            hint=f'write starrocks://user@host:9030, or sandbox, or add [{name}] with url = "…" to {path}',
        )
    return profile


def _keyring(address: Address) -> str:
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return ""
    return keyring.get_password(_APP, f"{address.user}@{address.host}:{address.port}") or ""
