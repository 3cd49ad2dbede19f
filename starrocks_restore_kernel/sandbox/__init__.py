"""A stand-in for a StarRocks frontend on the MySQL wire, with real rows in it."""

from .clock import Clock, FastClock, SteppedClock
from .faults import Fault, FaultKind
from .frontend import Frontend
from .model.backends import Pace
from .process import serve
from .seeds import Scale
from .server import PortTaken, Sandbox

__all__ = [
    "Clock",
    "FastClock",
    "Fault",
    "FaultKind",
    "Frontend",
    "Pace",
    "PortTaken",
    "Sandbox",
    "Scale",
    "SteppedClock",
    "serve",
]
