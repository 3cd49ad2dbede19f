"""Session variables: what clients ask for on connecting, and what they set (SessionVariable.java)."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from difflib import get_close_matches
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..server_errors import SqlError, framed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Variables"]

_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d{2})")

_DEFAULTS: dict[str, object] = {
    "auto_increment_increment": 1,
    "autocommit": 1,
    "big_query_profile_threshold": "0s",
    "catalog": "default_catalog",
    "character_set_client": "utf8",
    "character_set_connection": "utf8",
    "character_set_database": "utf8",
    "character_set_results": "utf8",
    "character_set_server": "utf8",
    "collation_connection": "utf8_general_ci",
    "collation_database": "utf8_general_ci",
    "collation_server": "utf8_general_ci",
    "event_scheduler": "OFF",
    "foreign_key_checks": 0,
    "forward_to_leader": 0,
    "init_connect": "",
    "interactive_timeout": 3600,
    "language": "/starrocks/share/english/",
    "license": "Apache License 2.0",
    "lower_case_table_names": 0,
    "max_allowed_packet": 33554432,
    "net_buffer_length": 16384,
    "net_read_timeout": 60,
    "net_write_timeout": 60,
    "parse_tokens_limit": 3500000,
    "performance_schema": 0,
    "query_cache_size": 1048576,
    "query_cache_type": 0,
    "query_timeout": 300,
    "sql_auto_is_null": 0,
    "sql_dialect": "StarRocks",
    "sql_mode": "ONLY_FULL_GROUP_BY",
    "sql_safe_updates": 0,
    "sql_select_limit": 9223372036854775807,
    "system_time_zone": "UTC",
    "time_zone": "UTC",
    "transaction_isolation": "REPEATABLE-READ",
    "transaction_read_only": 0,
    "tx_isolation": "REPEATABLE-READ",
    "tx_read_only": 0,
    "unique_checks": 1,
    "wait_timeout": 28800,
}


class Variables:
    """The variables of one session.

    Parameters
    ----------
    version
        The handshake's version.
    version_comment
        ``<version>-<commit>``.
    """

    def __init__(self, version: str, version_comment: str) -> None:
        self._values = {**_DEFAULTS, "version": version, "version_comment": version_comment}

    def get(self, name: str) -> object:
        """Look a variable up.

        Raises
        ------
        SqlError
            With names that look like it (VariableMgr.java, findSimilarVarNames).
        """
        found = name.lower()
        if found not in self._values:
            similar = ", ".join(f"'{each}'" for each in get_close_matches(found, self._values, n=3, cutoff=0.0))
            raise framed(
                SqlError(f"Unknown system variable '{name}', the most similar variables are {{{similar}}}", 1193)
            )
        return self._values[found]

    def set(self, name: str, value: object) -> None:
        """Set a variable of this session; it has no other effect here."""
        self.get(name)
        self._values[name.lower()] = value

    def zone(self) -> tzinfo:
        """The zone that times are shown in; one that nobody knows is taken for UTC."""
        name = str(self._values["time_zone"])
        offset = _OFFSET.fullmatch(name)
        if offset:
            sign = -1 if offset[1] == "-" else 1
            return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
        try:
            return ZoneInfo(name)
        except (ValueError, ZoneInfoNotFoundError):
            return UTC

    def items(self) -> Iterator[tuple[str, object]]:
        """List them in the order of their names."""
        return iter(sorted(self._values.items()))
