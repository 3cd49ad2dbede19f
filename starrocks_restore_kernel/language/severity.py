"""How grave a finding is."""

from typing import Literal

__all__ = ["Severity"]

Severity = Literal["error", "warning", "info"]
