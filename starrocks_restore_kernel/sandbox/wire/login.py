"""How a client is let in: greeting, TLS, and the question for its password (MysqlProto.java, negotiate)."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from ..server_errors import SqlError, access_denied
from .authentication import clear_matches, knows_no_native, native_matches, new_salt, sha2_matches
from .channel import Gone
from .packets import NATIVE, SHA2, auth_switch, greeting, read_change_user, read_login

if TYPE_CHECKING:
    from ..frontend import Frontend
    from ..model.accounts import Account
    from .channel import Channel
    from .packets import Login

__all__ = ["Door"]

_LONGEST = 1 << 20
"""Bytes that a client may send before it is known."""


class Door:
    """Lets one client in; its challenge stays the same for a change of user.

    Parameters
    ----------
    tls
        What the server shows of itself; None where it does not encrypt.
    """

    def __init__(self, frontend: Frontend, channel: Channel, tls: ssl.SSLContext | None) -> None:
        self._frontend = frontend
        self._channel = channel
        self._tls = tls
        self._salt = new_salt()
        self._flags = 0

    async def greet(self, connection_id: int) -> Login:
        """Greet a client, and let it in.

        Raises
        ------
        SqlError
            If it may not.
        """
        version = self._frontend.handshake_version
        self._channel.put(greeting(version, connection_id, self._salt, tls=self._tls is not None))
        login = await self._read_login()
        if login.wants_tls and self._tls is not None:
            try:
                await self._channel.start_tls(self._tls)
            except ssl.SSLError as error:
                raise Gone from error
            login = await self._read_login()
        self._flags = login.capabilities
        await self._check(login)
        return login

    async def change_user(self, data: bytes) -> Login:
        """Let a client in under another name.

        Raises
        ------
        SqlError
            If it may not.
        """
        login = read_change_user(data, self._flags)
        if login is None:
            raise _not_supported()
        await self._check(login)
        return login

    async def _read_login(self) -> Login:
        login = read_login(await self._answer())
        if login is None:
            raise _not_supported()
        return login

    async def _answer(self) -> bytes:
        await self._channel.flush()
        return await self._channel.read(_LONGEST)

    async def _check(self, login: Login) -> None:
        account = self._frontend.accounts.get(login.user) if login.user else None
        if account is None:
            raise access_denied(login.user, with_password=bool(login.response))
        response = login.response
        if login.plugin is None or login.plugin.lower() == NATIVE:
            right = native_matches(account, response, self._salt)
        elif knows_no_native(login):
            response = await self._switched(SHA2)
            right = await self._sha2(account, response)
        else:
            response = await self._switched(NATIVE)
            right = native_matches(account, response, self._salt)
        if not right:
            raise access_denied(login.user, with_password=bool(response.rstrip(b"\0")))

    async def _switched(self, plugin: str) -> bytes:
        """Ask the client for the answer of another plugin, to the same challenge."""
        self._channel.put(auth_switch(plugin, self._salt))
        return await self._answer()

    async def _sha2(self, account: Account, response: bytes) -> bool:
        if account.native and not account.sha2:
            # Only the native hash is known, so the password itself is asked for, which TLS must hide.
            if not self._channel.encrypted:
                return False
            self._channel.put(b"\x01\x04")
            return clear_matches(account, (await self._answer()).rstrip(b"\0"))
        right = sha2_matches(account, response, self._salt)
        if right and account.sha2:
            self._channel.put(b"\x01\x03")
        return right


def _not_supported() -> SqlError:
    text = "Client does not support authentication protocol requested by server; consider upgrading MySQL client"
    return SqlError(text, 1251, "08004")
