"""Fill a cluster with a seed, once and whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import UsageProblem
from ..model.alter import finish_alter_jobs
from ..model.journal import Entry
from ..statements.session import Session
from .scale import Scale, plant_scale
from .tutorial import TUTORIAL
from .zoo import ZOO

if TYPE_CHECKING:
    from ..frontend import Frontend

__all__ = ["SEEDS", "Seed", "plant", "plant_again", "read_seed"]

Seed = str | Scale | None
"""The name of a seed, a size, or nothing."""

SEEDS = {"tutorial": TUTORIAL, "zoo": ZOO}
"""The seeds by name."""

_PLANTING = "planting"


def read_seed(name: str) -> Seed:
    """Look a seed up as a command line names it; ``none`` is an empty cluster.

    Raises
    ------
    UsageProblem
        If there is no such seed.
    """
    if name == "none":
        return None
    if name not in SEEDS:
        raise UsageProblem(f"there is no seed {name!r}", hint=f"write one of {', '.join(SEEDS)}, none")
    return name


def plant(frontend: Frontend, seed: Seed) -> None:
    """Fill an empty cluster; None leaves it empty.

    A process that is killed meanwhile has half a seed in its folder. So it is written down that one is being planted,
    and the next one begins anew, see :func:`plant_again`.

    Raises
    ------
    UsageProblem
        If there is no such seed.
    """
    if seed is None:
        return
    if isinstance(seed, str) and seed not in SEEDS:
        raise UsageProblem(f"there is no seed {seed!r}", hint=f"write one of {', '.join(SEEDS)}, or None")
    frontend.journal.save(Entry.SERVER, _PLANTING, 1)
    session = Session(frontend)
    try:
        if isinstance(seed, Scale):
            plant_scale(frontend, session, seed)
        else:
            session.run(SEEDS[seed])
            with frontend.lock:
                finish_alter_jobs(frontend)
    finally:
        session.close()
    frontend.journal.forget(Entry.SERVER, _PLANTING)


def plant_again(frontend: Frontend, *, storage: bool = True) -> None:
    """Forget everything, and plant the frontend's own seed.

    Parameters
    ----------
    storage
        Whether repositories under the sandbox's folder are emptied too.
    """
    with frontend.lock:
        frontend.reset(storage=storage)
        plant(frontend, frontend.seed)


def half_planted(frontend: Frontend) -> bool:
    """Whether the last one to plant a seed here did not come to its end."""
    return _PLANTING in frontend.journal.load(Entry.SERVER, int)
