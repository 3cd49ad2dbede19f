"""What the cluster's machines, its storage and its clock may do to a restore, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from ...language.diagnostics import Diagnostic
from ...language.statements import property_map
from ..codes import ObstacleCode
from ..effect import Action
from ..selection import requested_replication
from ..sizes import duration, size
from .case import Case, Obstacle, found, names

__all__ = ["MACHINES"]

_PERCENT = 95
_RESERVE = 100 * 2**30
_DAY = 86_400
_SLOW = 2**20
"""Bytes a second that any restore should come to; beyond, the timeout is worth a word."""


def shared_data(case: Case) -> Iterator[Diagnostic]:
    if case.facts.cluster.run_mode == "shared_data":
        message = (
            "This is a shared-data cluster: tables cannot be restored here, and the server says so only in the job"
        )
        yield found(ObstacleCode.SRR214, "warning", message, None, "views, functions and catalogs can be")


def dead_backends(case: Case) -> Iterator[Diagnostic]:
    dead = [each.host for each in case.facts.cluster.backends or () if not each.alive]
    if dead and case.with_data(*Action):
        message = f"Not alive: {names(dead)}. Tasks for replicas there wait until it is back, or the job times out"
        yield found(ObstacleCode.SRR242, "warning", message, None, "look at SHOW BACKENDS")


def repository_error(case: Case) -> Iterator[Diagnostic]:
    for each in case.facts.repository.repositories or ():
        if each.name == case.statement.repository and each.error:
            message = f"When last asked, the repository {each.name} answered: {each.error}"
            yield found(ObstacleCode.SRR243, "warning", message, case.statement.repository_span)


def full_disks(case: Case) -> Iterator[Diagnostic]:
    """The rule is of each disk, and only the fullest is shown.

    SystemInfoService.java, checkExceedDiskCapacityLimit.
    """
    cluster = case.facts.cluster
    percent = cluster.number("storage_usage_hard_limit_percent") or _PERCENT
    reserve = cluster.number("storage_usage_hard_limit_reserve_bytes") or _RESERVE
    if not case.with_data(Action.CREATE, Action.RENAME, Action.OVERWRITE):
        return
    for each in cluster.backends or ():
        if each.alive and each.fullest_disk_percent is not None and each.fullest_disk_percent > percent:
            little = each.available is not None and each.available < reserve
            left = f"and all its disks have {size(each.available)} left" if little else "what it has left is not shown"
            message = (
                f"The fullest disk of backend {each.backend_id} ({each.host}) is {each.fullest_disk_percent:g} % full, "
                f"{left}: over {percent} % with less than {size(reserve)} the job fails with "
                f"'disk … on backend {each.backend_id} exceed limit usage' where a replica is on it"
            )
            yield found(ObstacleCode.SRR229, "warning", message, None, "free space first")
    room = [each.available for each in cluster.backends or () if each.takes_replicas and each.available is not None]
    needed = _known_bytes(case)
    if room and len(room) == len(cluster.backends or ()) and needed > sum(room):
        message = (
            f"What is overwritten holds {size(needed)}, and the backends have {size(sum(room))} left: "
            "old and new lie side by side until the download has ended"
        )
        yield found(ObstacleCode.SRR229, "warning", message, None, "restore in parts, or free space first")


def _known_bytes(case: Case) -> int:
    """What is overwritten holds now: the only sign of how much comes back."""
    return sum(each.bytes or 0 for each in case.with_data(Action.OVERWRITE))


def timeout(case: Case) -> Iterator[Diagnostic]:
    """Every replica is downloaded by itself (RestoreJob.java, prepareDownload); how fast, only history can tell."""
    given = property_map(case.statement.properties).get("timeout")
    default = case.facts.cluster.number("backup_job_default_timeout_ms")
    seconds = int(given) if given is not None and given.isdecimal() else (default or _DAY * 1000) // 1000
    number = requested_replication(case.statement, case.facts)
    volume = _known_bytes(case) * max(number or 1, 1)
    if not volume or not seconds:
        return
    told = (
        f"What is overwritten holds {size(_known_bytes(case))}, and comes in once a replica; "
        f"the timeout is {duration(seconds)}"
    )
    hint = f'"timeout" = "{max(2 * seconds, 600)}"'
    if case.rate and volume / case.rate > seconds:
        message = f"{told}, and at the rate of earlier restores it takes {duration(volume / case.rate)}"
        yield found(ObstacleCode.SRR230, "warning", message, case.place, f"write {hint} or more")
    elif case.rate is None and volume / seconds > _SLOW:
        message = f"{told}: it must come in at {size(volume / seconds)} a second, and how fast it will is not known"
        yield found(ObstacleCode.SRR230, "info", message, None, f"if in doubt, write {hint} or more")


def unknown(case: Case) -> Iterator[Diagnostic]:
    for each in case.facts.unknown:
        message = f"Could not look at {each}"
        yield found(ObstacleCode.SRR215, "warning", message, None, "the plan may miss something there")


MACHINES: tuple[Obstacle, ...] = (
    shared_data,
    full_disks,
    timeout,
    dead_backends,
    repository_error,
    unknown,
)
