"""Time zones as the variable ``time_zone`` names them (TimeUtils.java, checkTimeZoneValidAndStandardize)."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["time_zone"]

_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d{2})")
# The server reads CST as China's and PRC too.
_SHORT = {"CST": "Asia/Shanghai", "PRC": "Asia/Shanghai"}


def time_zone(name: str, default: tzinfo) -> tzinfo:
    """Find a zone by name or offset, or take the default for one that is not known.

    Examples
    --------
    >>> from datetime import UTC
    >>> str(time_zone("+08:00", UTC)), str(time_zone("Asia/Shanghai", UTC)), str(time_zone("SYSTEM", UTC))
    ('UTC+08:00', 'Asia/Shanghai', 'UTC')
    """
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    try:
        return ZoneInfo(_SHORT.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return default
