from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from samples import row
from scripted import DENIED, Scripted, rows, unknown_database

from starrocks_restore_kernel.cluster import Address, Frontend, Leader
from starrocks_restore_kernel.errors import ConnectionFailed, RestoreError, ServerError

COLUMNS = "Name IP QueryPort Role Alive Version"
HOME = Address("starrocks", "10.0.0.2", 9030, "ann", "s3cret", "shop")
NODES = rows(
    COLUMNS,
    ("a", "10.0.0.1", "9030", "LEADER", "true", "4.1"),
    ("b", "10.0.0.2", "9030", "FOLLOWER", "true", "4.1"),
)
SELF = rows(COLUMNS, ("b", "10.0.0.2", "9030", "LEADER", "true", "4.1"))


class Wires:
    """Frontends by their place; what was opened, how, and what was closed."""

    def __init__(self, scripts: Mapping[str, Mapping[str, Any] | RestoreError]) -> None:
        self.scripts = dict(scripts)
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.addresses: list[Address] = []
        self.now = 0.0

    def open(self, address: Address, *, connect_timeout: int = 0, read_timeout: int = 0, utc: bool = False) -> Frontend:
        """Connect as a session in UTC, and not for long."""
        assert utc
        assert 3 >= connect_timeout
        assert read_timeout
        script = self.scripts[address.place]
        self.opened.append(address.place)
        self.addresses.append(address)
        if isinstance(script, RestoreError):
            raise script
        made = Scripted(script)
        made.address = address
        made.close = lambda: self.closed.append(address.place)  # type: ignore[method-assign]
        return made

    def leader(self) -> Leader:
        """What is tested."""
        return Leader(HOME, open_=self.open, clock=lambda: self.now)


def jobs(*databases: str) -> list[dict[str, Any]]:
    """Rows of SHOW RESTORE."""
    return [row("DOWNLOADING", DbName=each) for each in databases]


def test_the_leader_is_found_and_read() -> None:
    """With the same login, and without the database, which may be dropped meanwhile."""
    wires = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": NODES}, "10.0.0.1:9030": {"SHOW RESTORE": jobs("shop", "b")}})
    leader = wires.leader()

    assert ["shop", "b"] == [each.database for each in leader.restore_jobs()]
    assert (True, "10.0.0.1:9030") == (leader.leads, leader.place)
    assert ["10.0.0.2:9030"] == wires.closed
    assert {("ann", "s3cret", None)} == {(each.user, each.password, each.database) for each in wires.addresses}


def test_a_leader_that_is_asked_itself_is_kept() -> None:
    """No second connection."""
    wires = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": SELF, "SHOW RESTORE": jobs("shop")}})
    leader = wires.leader()

    assert 1 == len(leader.restore_jobs())
    assert (True, ["10.0.0.2:9030"]) == (leader.leads, wires.opened)


def test_who_may_not_see_the_frontends_reads_what_answers() -> None:
    """And does not know whether it leads."""
    wires = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": DENIED, "SHOW RESTORE": jobs("shop")}})
    leader = wires.leader()

    assert 1 == len(leader.restore_jobs())
    assert leader.leads is None


def test_a_leader_that_cannot_be_reached_is_done_without() -> None:
    """Its address is one inside the cluster."""
    wires = Wires(
        {
            "10.0.0.2:9030": {"SHOW FRONTENDS": NODES, "SHOW RESTORE": jobs("shop")},
            "10.0.0.1:9030": ConnectionFailed("no route"),
        }
    )
    leader = wires.leader()

    assert 1 == len(leader.restore_jobs())
    assert (False, "10.0.0.2:9030") == (leader.leads, leader.place)


def test_a_new_leader_is_found_when_the_old_one_goes() -> None:
    """The look that meets the loss fails, and the next one finds out who leads now."""
    gone = ConnectionFailed("gone")
    wires = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": NODES}, "10.0.0.1:9030": {"SHOW RESTORE": gone}})
    leader = wires.leader()
    with pytest.raises(ConnectionFailed):
        leader.restore_jobs()
    wires.scripts["10.0.0.2:9030"] = {"SHOW FRONTENDS": SELF, "SHOW RESTORE": jobs("shop")}

    assert 1 == len(leader.restore_jobs())
    assert "10.0.0.2:9030" == leader.place


def test_a_leader_that_steps_down_is_left_in_time() -> None:
    """It answers on, and knows nothing new: so it is asked every half minute who leads."""
    wires = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": SELF, "SHOW RESTORE": jobs("shop")}})
    leader = wires.leader()
    leader.restore_jobs()
    first = leader._frontend
    assert isinstance(first, Scripted)
    wires.now = 29.0
    leader.restore_jobs()
    assert 1 == sum("FRONTENDS" in each for each in first.sent)
    first.script["SHOW FRONTENDS"] = NODES
    wires.scripts = {"10.0.0.2:9030": {"SHOW FRONTENDS": NODES}, "10.0.0.1:9030": {"SHOW RESTORE": jobs("shop", "b")}}
    wires.now = 31.0

    assert 2 == len(leader.restore_jobs())
    assert "10.0.0.1:9030" == leader.place


def test_a_few_databases_are_asked_for_by_name_in_one_round_trip() -> None:
    """With a thousand databases that have jobs, SHOW RESTORE is long; one that was dropped has none."""
    script = {
        "SHOW FRONTENDS": SELF,
        "SHOW RESTORE FROM a": jobs("a", ""),
        "SHOW RESTORE FROM gone": unknown_database("gone"),
        "SHOW RESTORE FROM shop": jobs("shop", ""),
    }
    leader = Wires({"10.0.0.2:9030": script}).leader()

    assert ["a", "shop"] == [each.database for each in leader.restore_jobs({"shop", "gone", "a"})]
    with pytest.raises(ServerError, match="OPERATE"):
        Wires({"10.0.0.2:9030": script | {"SHOW RESTORE FROM a": DENIED}}).leader().restore_jobs({"a"})


@pytest.mark.parametrize("databases", [None, {""}, {"", "shop"}, set("abcde")])
def test_all_are_asked_for_at_once_where_that_is_less(databases: set[str] | None) -> None:
    """Many, or the job of external catalogs, which has no database."""
    leader = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": SELF, "SHOW RESTORE": jobs("shop", "")}}).leader()

    assert ["shop", ""] == [each.database for each in leader.restore_jobs(databases)]


def test_it_connects_when_it_is_asked_and_hangs_up_when_told() -> None:
    """And connects again for a later question."""
    wires = Wires({"10.0.0.2:9030": {"SHOW FRONTENDS": SELF, "SHOW RESTORE": []}})
    leader = wires.leader()
    assert [] == wires.opened
    leader.restore_jobs()
    leader.close()
    leader.restore_jobs()

    assert 2 == len(wires.opened)
    assert 1 == len(wires.closed)
