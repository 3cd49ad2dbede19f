"""What is in the target of a wish already: names, and the replica numbers that its partitions have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..language.versions import NEWEST
from .facts import Facts, TargetFacts

__all__ = ["Existing", "existing"]


@dataclass(frozen=True, slots=True)
class Existing:
    """What a wish must know of the target.

    Attributes
    ----------
    replicas
        By table and partition, the replica number of what exists; a view has no partitions.
    replication_num
        What new tables get; None leaves it to the server's default.
    """

    replicas: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    replication_num: int | None = None
    version: str = NEWEST


def existing(facts: Facts) -> Existing:
    """What the facts say of it.

    New tables get the cluster's default number, or as many replicas as it has hosts: with more the server finds no
    place for them (RestoreJob.java, checkAndPrepareMeta). Without either it is left to the server.
    """
    default, hosts = facts.cluster.default_replication, facts.cluster.hosts
    number = default if default is None or not hosts else min(default, len(hosts))
    return Existing(_Replicas(facts.target), number, facts.version)


class _Replicas(Mapping[str, Mapping[str, int]]):
    """The numbers of each table when they are asked for: of a hundred thousand, a wish may take a few."""

    def __init__(self, target: TargetFacts) -> None:
        self._target = target

    def __getitem__(self, name: str) -> Mapping[str, int]:
        if self._target.free(name) is not False:
            raise KeyError(name)
        return {} if self._target.partitions is None else self._target.partitions.replicas(name)

    def __iter__(self) -> Iterator[str]:
        yield from self._target.tables or ()
        yield from self._target.hidden

    def __len__(self) -> int:
        return len(self._target.tables or ()) + len(self._target.hidden)
