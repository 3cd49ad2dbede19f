import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from starrocks_restore_kernel.cluster.values import SnapshotObject
from starrocks_restore_kernel.widgets import Choice
from starrocks_restore_kernel.widgets.selection import Rows

ROWS = Rows((SnapshotObject("a", ("p", "q")), SnapshotObject("view", ()), SnapshotObject("b", ("p", "q", "r"))))
# a 0, view 1, b 2, a(p) 3, a(q) 4, b(p) 5, b(q) 6, b(r) 7


def ranges(*pairs: tuple[int, int]) -> bytes:
    """Pack ranges as the page does."""
    return struct.pack(f"<{2 * len(pairs)}I", *(number for pair in pairs for number in pair))


def test_all_tables_are_one_range() -> None:
    """A hundred thousand ticks travel as eight bytes."""
    assert ranges((0, 3)) == ROWS.ticks([Choice("b"), Choice("a"), Choice("view")])


def test_partitions_are_numbered_after_all_tables() -> None:
    """Partitions of the same name in two tables have their own rows."""
    chosen = [Choice("a", ("q",)), Choice("b", ("p", "r"))]
    assert ranges((4, 6), (7, 8)) == ROWS.ticks(chosen)
    assert chosen == ROWS.choices(ranges((4, 6), (7, 8)), {}, {})


def test_what_is_not_in_the_snapshot_has_no_row_and_stays_chosen() -> None:
    """A click elsewhere does not lose it in silence."""
    stranger = Choice("gone", alias="x")
    assert ranges((0, 1)) == ROWS.ticks([stranger, Choice("a")])
    assert [stranger, Choice("view")] == ROWS.choices(ranges((1, 2)), {}, {"gone": stranger, "a": Choice("a")})


def test_the_order_of_before_is_kept_and_new_ticks_follow() -> None:
    """A loaded statement keeps its order, its partition order and its kind words through a click."""
    before = {"b": Choice("b", ("r", "p")), "a": Choice("a")}
    found = ROWS.choices(ranges((0, 2), (5, 6), (7, 8)), {}, before)
    assert [Choice("b", ("r", "p")), Choice("a"), Choice("view")] == found


def test_aliases_are_trimmed_and_empty_ones_are_none() -> None:
    """A blank in the field is no name."""
    found = ROWS.choices(ranges((0, 2)), {"0": "  other ", "1": " "}, {})
    assert [Choice("a", alias="other"), Choice("view")] == found
    assert ROWS.aliases(found) == {"0": "other"}


def test_a_row_beyond_the_list_is_nothing() -> None:
    """A page that is wrong about the list does no harm."""
    assert [Choice("b", ("r",))] == ROWS.choices(ranges((7, 4_000_000)), {}, {})


def test_names_travel_as_json_whatever_they_hold() -> None:
    """Line breaks and quotes in a name do not shift the rows."""
    strange = SnapshotObject('a"\n<b>', ("订",))
    assert [['a"\n<b>', "订"]] == json.loads(Rows((strange,)).names())


@given(st.data())
def test_ticks_and_choices_are_inverse(data: st.DataObject) -> None:
    """Every set of choices comes back from its ranges."""
    counts = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=6))
    objects = [SnapshotObject(f"t{n}", tuple(f"p{k}" for k in range(count))) for n, count in enumerate(counts)]
    chosen = []
    for each in objects:
        parts = data.draw(st.sets(st.sampled_from(each.partitions)) if each.partitions else st.just(set()))
        if parts:
            chosen.append(Choice(each.name, tuple(name for name in each.partitions if name in parts)))
        elif data.draw(st.booleans()):
            chosen.append(Choice(each.name))
    rows = Rows(objects)
    assert chosen == rows.choices(rows.ticks(chosen), {}, {})
