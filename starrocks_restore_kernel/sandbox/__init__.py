"""A stand-in for a StarRocks frontend on the MySQL wire, with real rows in it."""

from .clock import Clock, FastClock, SteppedClock
from .frontend import Frontend
from .model.backends import Pace
from .server import Sandbox, serve

__all__ = ["Clock", "FastClock", "Frontend", "Pace", "Sandbox", "SteppedClock", "serve"]
