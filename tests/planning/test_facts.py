"""What the facts say of themselves."""

from __future__ import annotations

import pytest
from samples import sample

from starrocks_restore_kernel.cluster import Backend, BackupSample, FrontendNode
from starrocks_restore_kernel.planning import ClusterFacts, Facts, TargetFacts, Unknown


def test_hosts_are_counted_once_and_only_where_replicas_may_go() -> None:
    """Two backends on a host are one host; what is dead or leaving takes none; not knowing is not none."""
    backends = (
        Backend("1", "a", True, False),
        Backend("2", "a", True, False),
        Backend("3", "b", False, False),
        Backend("4", "c", True, True),
    )

    assert {"a"} == ClusterFacts(backends=backends).hosts
    assert ClusterFacts().hosts is None


def test_settings_that_are_not_known_are_none() -> None:
    """Nobody takes a default of ours for the cluster's."""
    cluster = ClusterFacts(configuration={"default_replication_num": "3", "run_mode": "shared_data", "x": "many"})

    assert (3, "shared_data", None, None) == (
        cluster.default_replication,
        cluster.run_mode,
        cluster.number("x"),
        cluster.setting("y"),
    )
    assert (None, None) == (ClusterFacts().default_replication, ClusterFacts().run_mode)


def test_who_leads() -> None:
    """There is one, or it is not known."""
    nodes = tuple(
        FrontendNode(name, name, 9030, role, True, "4.1") for name, role in (("a", "FOLLOWER"), ("b", "LEADER"))
    )

    assert nodes[1] == ClusterFacts(frontends=nodes).leader
    assert ClusterFacts().leader is None


@pytest.mark.parametrize(("state", "running"), [("DOWNLOADING", True), ("FINISHED", False), ("CANCELLED", False)])
def test_only_a_job_that_has_not_ended_runs(state: str, running: bool) -> None:
    """The slot remembers the last one for days."""
    restoring = TargetFacts("shop", restore=sample(state))
    saving = TargetFacts("shop", backup=BackupSample(1, "s", "shop", "UPLOADING" if running else state))

    assert running is (restoring.running_restore is not None)
    assert running is (saving.running_backup is not None)
    assert TargetFacts().running_restore is TargetFacts().running_backup is None


def test_what_is_not_known_has_a_place() -> None:
    """A rule can ask for a part, or for all of it."""
    facts = Facts("4.1", unknown=(Unknown("target.tables", "the target's tables", "denied"),))

    assert (False, False, True, True) == tuple(
        facts.knows(part) for part in ("target.tables", "target", "target.states", "cluster")
    )
    assert "the target's tables: denied" == str(facts.unknown[0])
