"""System variables, of the cluster and of one session, and a user's own (VariableMgr.java, SetStmtAnalyzer.java)."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..server_errors import SqlError, analysis, framed
from .variable_table import DEPRECATED, decoded_modes, encoded_modes, similar, table, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from .variable_table import Variable

__all__ = ["GlobalVariables", "Variables", "read_zone"]

Value = str | int | float | bool

# Whole numbers that SetStmtAnalyzer.java confines, analyzeSystemVariable.
_RANGES: dict[str, tuple[int, int | None]] = {
    "adaptive_dop_max_block_rows_per_driver_seq": (1, None),
    "cbo_materialized_view_rewrite_candidate_limit": (1, None),
    "cbo_materialized_view_rewrite_related_mvs_limit": (1, None),
    "cbo_materialized_view_rewrite_rule_output_limit": (1, None),
    "chunk_size": (1, 65535),
    "insert_timeout": (1, 259200),
    "load_mem_limit": (0, None),
    "new_planner_optimize_timeout": (1, None),
    "query_mem_limit": (0, None),
    "query_timeout": (1, 259200),
    "sql_select_limit": (0, None),
}

_SIZES = {"byte": 8, "short": 16, "int": 32, "long": 64}
_LONGEST_NAME = 64

# TimeUtils.java, TIMEZONE_OFFSET_FORMAT_REG and TIME_ZONE_ALIAS_MAP.
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{2})", re.ASCII)
_ALIASES = {"CST": "Asia/Shanghai", "PRC": "Asia/Shanghai"}
# What java.time.ZoneId takes beside regions: Z, +h, UTC+h and the like.
_JAVA_ZONE = re.compile(r"(?:UTC|GMT|UT)?(?:Z|(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?)", re.ASCII)


def read_zone(text: str) -> tuple[str, tzinfo]:
    """Check a time zone and bring it into its standard form (TimeUtils.java, checkTimeZoneValidAndStandardize).

    Raises
    ------
    SqlError
        ERR_UNKNOWN_TIME_ZONE, in an analyzer's frame.

    Examples
    --------
    >>> read_zone("8:00")[0], read_zone("Europe/Berlin")[0]
    ('+08:00', 'Europe/Berlin')
    """
    standard = text
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        sign, hours, minutes = offset[1] or "+", int(offset[2]), int(offset[3])
        standard = f"{sign}{hours:02}:{minutes:02}"
        furthest = 1400 if sign == "+" else 1200
        if hours * 100 + minutes > furthest or minutes > 59:
            raise _unknown_zone(standard)
    found = _java_zone(standard)
    if found is None:
        raise _unknown_zone(standard)
    return standard, found


def _java_zone(text: str) -> tzinfo | None:
    if text in ("Z", "UTC", "GMT", "UT"):
        return UTC
    matched = _JAVA_ZONE.fullmatch(text)
    if matched is not None and matched["sign"]:
        span = timedelta(hours=int(matched["hours"]), minutes=int(matched["minutes"] or 0))
        if span > timedelta(hours=18):
            return None
        return timezone(-span if matched["sign"] == "-" else span)
    try:
        return ZoneInfo(_ALIASES.get(text, text))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _unknown_zone(text: str) -> SqlError:
    return framed(SqlError(f"Unknown or incorrect time zone: '{text}'", 1298))


def _zone_name(zone: tzinfo) -> str:
    if isinstance(zone, ZoneInfo):
        return zone.key
    offset = zone.utcoffset(None)
    if not offset:
        return "UTC"
    minutes = abs(int(offset.total_seconds())) // 60
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _parsed(variable: Variable, text: str) -> Value:
    """Read a value as the field's Java type (VariableMgr.java, parseValue)."""
    wrong_type = SqlError(f"Incorrect argument type to variable '{variable.shown}'", 1232, "42000")
    if variable.shown == "sql_mode":
        code, wrong = encoded_modes(text)
        if wrong is not None:
            raise SqlError(f"Variable 'sql_mode' can't be set to the value of '{wrong}'", 1231, "42000")
        return code
    if variable.kind == "string":
        return text
    if variable.kind == "boolean":
        known = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
        if text.lower() not in known:
            raise wrong_type
        return known[text.lower()]
    try:
        if variable.kind in ("float", "double"):
            return float(text)
        number = int(text) if re.fullmatch(r"[+-]?\d+", text, re.ASCII) else None
    except ValueError:
        number = None
    if number is None or not -(1 << _SIZES.get(variable.kind, 64) - 1) <= number < 1 << _SIZES[variable.kind] - 1:
        raise wrong_type
    return number


def _printed(variable: Variable, value: Value) -> str:
    if variable.shown == "sql_mode":
        return decoded_modes(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


class GlobalVariables:
    """What all sessions share, and what a new one begins with.

    Parameters
    ----------
    handshake_version, version_comment
        As ``@@version`` and ``@@version_comment`` show them.
    zone
        The time zone of the frontend's machine.
    suggests
        Whether an unknown variable is answered with names that look like it.
    catalogs
        The names of the external catalogs that there are now.
    saved
        What SET GLOBAL set before a restart, by name.
    save
        Writes one of them down.
    """

    def __init__(
        self,
        *,
        handshake_version: str,
        version_comment: str,
        zone: tzinfo,
        suggests: bool,
        catalogs: Callable[[], Mapping[str, object]],
        saved: Mapping[str, str],
        save: Callable[[str, str], None],
    ) -> None:
        self.zone = zone
        self.catalogs = catalogs
        self._suggests = suggests
        self._save = save
        self.defaults: dict[str, Value] = {each.name: _parsed(each, each.default) for each in table().values()}
        self.defaults |= {
            "system_time_zone": _zone_name(zone),
            "time_zone": _zone_name(zone),
            "version": handshake_version,
            "version_comment": version_comment,
        }
        self.values = dict(self.defaults)
        for name, text in saved.items():
            if name in self.values:
                self.values[name] = _parsed(table()[name.lower()], text)

    def set(self, variable: Variable, value: Value) -> None:
        """Set one for all sessions to come, and write it down."""
        self.values[variable.name] = value
        self._save(variable.name, _printed(variable, value))

    def unknown(self, name: str) -> SqlError:
        """Build ERR_UNKNOWN_SYSTEM_VARIABLE, bare."""
        more = f", the most similar variables are {similar(name)}" if self._suggests else ""
        return SqlError(f"Unknown system variable '{name}'{more}", 1193)


class Variables:
    """The variables of one session.

    Parameters
    ----------
    shared
        The cluster's; a session begins with a copy of their values.
    """

    def __init__(self, shared: GlobalVariables) -> None:
        self.shared = shared
        self._values = dict(shared.values)
        self._own: dict[str, object] = {}

    def reset(self) -> None:
        """Go back to what a new session begins with; a user's own variables stay (ConnectContext.java)."""
        self._values = dict(self.shared.values)

    def get(self, name: str) -> object:
        """Look a variable up as an expression does: ``x``, ``global.x`` or, for a user's own, ``@x``.

        Raises
        ------
        SqlError
            If there is none (VariableMgr.java, fillValue).
        """
        if name.startswith("@"):
            return self._own.get(name[1:].lower())
        scope, dot, rest = name.rpartition(".")
        variable = table().get(rest.lower())
        if variable is None:
            raise framed(self.shared.unknown(rest))
        of_all = variable.is_global or (dot and scope.lower() == "global")
        value = (self.shared.values if of_all else self._values)[variable.name]
        # ExpressionAnalyzer.java, visitVariableExpr.
        if variable.shown == "sql_mode":
            return _printed(variable, value)
        return int(value) if variable.name == "autocommit" else value

    def set_own(self, name: str, value: object) -> None:
        """Set ``@name``.

        Raises
        ------
        SqlError
            If the name is too long (SetStmtAnalyzer.java, analyzeUserVariable).
        """
        if len(name) > _LONGEST_NAME:
            raise analysis(f"User variable name '{name}' is illegal")
        self._own[name.lower()] = value

    def set(self, name: str, value: object, *, globally: bool = False) -> None:
        """Set a variable of this session, or with ``globally`` of this and of all to come; None is its default.

        Most of them have no other effect here.

        Raises
        ------
        SqlError
            As SetStmtAnalyzer.java and VariableMgr.java (setSystemVariable) refuse.
        """
        lowered = name.lower()
        text = None if value is None else str(value).upper() if isinstance(value, bool) else str(value)
        variable = table().get(lowered)
        if text is None and variable is None:
            raise framed(self.shared.unknown(name))
        if text is not None:
            text = self._analyzed(lowered, text)
        if lowered in DEPRECATED:
            return
        if variable is None:
            raise self.shared.unknown(name)
        self._check_scope(variable, name, globally=globally)
        found = self.shared.defaults[variable.name] if text is None else _parsed(variable, text)
        if globally:
            self.shared.set(variable, found)
        self._values[variable.name] = found

    def _analyzed(self, name: str, text: str) -> str:
        if name in _RANGES:
            least, most = _RANGES[name]
            if not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
                raise analysis(f"{name} is not a number")
            if int(text) < least:
                raise analysis(f"{name} must be equal or greater than {least}")
            if most is not None and int(text) > most:
                raise analysis(f"{name} must be equal or smaller than {most}")
        if name == "time_zone":
            return read_zone(text)[0]
        if name == "catalog" and text != "default_catalog" and text not in self.shared.catalogs():
            raise analysis(f"Unknown catalog {text}")
        return text

    @staticmethod
    def _check_scope(variable: Variable, name: str, *, globally: bool) -> None:
        if variable.read_only:
            raise SqlError(f"Variable '{name}' is a read only variable", 1621)
        if globally and variable.session_only:
            raise SqlError(f"Variable '{name}' is a SESSION variable and can't be used with SET GLOBAL", 1228)
        if not globally and variable.is_global:
            raise SqlError(f"Variable '{name}' is a GLOBAL variable and should be set with SET GLOBAL", 1229)

    def zone(self) -> tzinfo:
        """Find the session's time zone, in which times are shown; the frontend's own until it is set."""
        text = str(self._values["time_zone"])
        return self.shared.zone if text == self.shared.defaults["time_zone"] else read_zone(text)[1]

    def rows(self, scope: str = "SESSION") -> list[tuple[str, ...]]:
        """List them as SHOW VARIABLES does (VariableMgr.java, dump).

        Parameters
        ----------
        scope
            ``SESSION``, ``GLOBAL``, or ``VERBOSE`` for the default and whether it was changed as well.
        """
        found: list[tuple[str, ...]] = []
        for each in visible():
            own = scope != "GLOBAL" and not each.is_global
            value = _printed(each, (self._values if own else self.shared.values)[each.name])
            if scope == "VERBOSE":
                default = _printed(each, self.shared.defaults[each.name])
                found.append((each.shown, value, default, str(int(value != default))))
            else:
                found.append((each.shown, value))
        return found
