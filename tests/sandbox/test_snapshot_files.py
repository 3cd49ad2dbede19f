"""The files of a snapshot: ``__info`` in the server's layout, and ``__meta``."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from starrocks_restore_kernel.sandbox.backup.java_json import quoted
from starrocks_restore_kernel.sandbox.backup.java_order import hash_map_order
from starrocks_restore_kernel.sandbox.backup.snapshot_info import (
    BackupMeta,
    SavedPartition,
    SavedPhysical,
    SavedTable,
    SavedTableMeta,
    SnapshotInfo,
)
from starrocks_restore_kernel.sandbox.model.catalog import (
    BaseTable,
    Column,
    Edge,
    ExternalCatalog,
    Function,
    MaterializedView,
    Partition,
    PartitionKind,
    Range,
    Rollup,
    Schema,
    View,
)

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

SCHEMA = Schema((Column("a", "int"),), partition_kind=PartitionKind.RANGE, partition_columns=("a",))


@pytest.fixture
def info() -> SnapshotInfo:
    """A table of two tablets, one whose partition has grown, and a view."""
    partition = SavedPartition("p", 3, 2, 4, 5, (6, 7))
    grown = SavedPartition("g", 31, 2, 32, 33, (34,), (SavedPhysical(41, 5, 33, (42, 43)),))
    tables = [
        SavedTable("t", 1, {"p": partition}, auto_increment_id=9),
        SavedTable("v", 2),
        SavedTable("g", 30, {"g": grown}),
    ]
    return SnapshotInfo("s", "db", 10, 1735812000000, {each.name: each for each in tables})


def test_info_file_reads_back(info: SnapshotInfo) -> None:
    """Bytes to value and back, tablets in bucket order."""
    assert info == SnapshotInfo.read(info.write())


def test_info_file_is_as_the_server_writes_it(info: SnapshotInfo) -> None:
    """To the byte: the order of a Java HashMap, no blanks, tablets under the physical partition alone."""
    only = replace(info, tables={"t": info.tables["t"]})
    assert (
        '{"database":"db","meta_version":92,"backup_time":1735812000000,"name":"s","starrocks_meta_version":4,'
        '"backup_result":"succeed","id":10,"backup_objects":{"t":{"partitions":{"p":{"indexes":{},"id":3,'
        '"version_hash":0,"version":2,"subPartitions":{"4":{"indexes":{"t":{"schema_hash":0,'
        '"tablets_order":["6","7"],"id":5,"tablets":{"6":[],"7":[]}}},"id":4,"version":2}}}},'
        '"autoIncrementId":9,"id":1}}}'
    ) == only.write().decode()


def test_layout_of_3_3_is_written_and_read(info: SnapshotInfo) -> None:
    """Tablets under the partition itself, whose id is then in their path; several physical ones as everywhere."""
    older = {
        name: replace(
            table,
            partitions={key: replace(each, under_subpartitions=False) for key, each in table.partitions.items()},
        )
        for name, table in info.tables.items()
    }
    written = json.loads(replace(info, tables=older).write())["backup_objects"]
    partition = written["t"]["partitions"]["p"]
    assert (["6", "7"], {}) == (partition["indexes"]["t"]["tablets_order"], partition["subPartitions"])
    grown = written["g"]["partitions"]["g"]
    assert ({}, {"32", "41"}) == (grown["indexes"], set(grown["subPartitions"]))
    read = SnapshotInfo.read(msgspec.json.encode({**json.loads(info.write()), "backup_objects": written}))
    found = read.tables["t"].partitions["p"]
    assert (False, 3, (6, 7)) == (found.under_subpartitions, found.stored_under, found.tablets)
    assert info.tables["g"] == read.tables["g"]


def test_tablets_without_an_order_are_sorted_by_their_ids(info: SnapshotInfo) -> None:
    """What was written before the order was kept; Apache Doris wrote numbers."""
    root = json.loads(info.write())
    index = root["backup_objects"]["t"]["partitions"]["p"]["subPartitions"]["4"]["indexes"]["t"]
    del index["tablets_order"]
    index["tablets"] = {"100": [], "20": []}
    assert (20, 100) == SnapshotInfo.read(json.dumps(root).encode()).tables["t"].partitions["p"].tablets
    index["tablets_order"] = [100, 20]
    assert (100, 20) == SnapshotInfo.read(json.dumps(root).encode()).tables["t"].partitions["p"].tablets


def test_tables_are_in_the_order_of_the_server() -> None:
    """RestoreObjs and the checks go through a HashMap; the expected order is Java's own."""
    names = [f"orders_{number}" for number in range(1, 31)] + "t u w p1 p2 p3 Größe 漢字 😀".split()
    expected = (
        "orders_30 p1 p2 p3 orders_1 orders_4 orders_15 orders_5 orders_16 orders_2 orders_13 orders_3 orders_14 "
        "orders_8 orders_11 orders_9 orders_12 orders_6 orders_7 orders_10 Größe orders_28 orders_29 orders_26 "
        "orders_27 orders_24 orders_25 orders_22 orders_23 orders_20 orders_21 orders_19 t u orders_17 orders_18 w "
        "漢字 😀"
    ).split()
    assert expected == hash_map_order(names)
    info = SnapshotInfo("s", "db", 1, 2, {name: SavedTable(name, 1) for name in names})
    assert ", ".join(expected) == SnapshotInfo.read(info.write()).objects()


def test_details_are_printed_as_the_server_prints_them(info: SnapshotInfo) -> None:
    """One-entry objects on their line, an indent of one, no ids."""
    expected = """{
 "database": "db",
 "meta_version": 92,
 "backup_time": 1735812000000,
 "name": "s",
 "starrocks_meta_version": 4,
 "backup_result": "succeed",
 "backup_objects": {
  "t": {
   "partitions": {"p": {}},
   "autoIncrementId": 9
  },
  "v": {"partitions": {}},
  "g": {"partitions": {"g": {}}}
 }
}"""
    assert expected == info.details()
    assert ("db", expected) == SnapshotInfo.read_details(info.write())


def test_strings_are_escaped_as_the_server_does() -> None:
    """A slash behind a less-than sign alone, and control characters of two blocks."""
    assert ('"\\u2028<\\/a/\\u0085"', '"\\"\\\\\\n\\u0001漢"') == (quoted("\u2028</a/\x85"), quoted('"\\\n\x01漢'))


def test_snapshot_of_catalogs_has_no_database() -> None:
    """Nor objects: what it holds is in ``__meta``."""
    info = SnapshotInfo("s", "", -1, 2, {})
    assert info == SnapshotInfo.read(info.write())
    assert ("", '"backup_objects": {}') == (
        SnapshotInfo.read_details(info.write())[0],
        info.details().splitlines()[-2].strip(),
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", r"A JSONObject text must begin with '\{' at 1 \[character 2 line 1\]"),
        (b"[]", r"A JSONObject text must begin with '\{' at 1 \[character 2 line 1\]"),
        (b'{"name": "s"}', r'JSONObject\["database"\] not found\.'),
        (b'{"name": 1}', "Expected `str`, got `int`"),
        (b'{"name": "s", "database"', "Input data was truncated"),
        (b'{"name": "\xff"}', "codec can't decode"),
    ],
)
def test_damaged_info_file_is_a_value_error(content: bytes, text: str) -> None:
    """In the words of the server's JSON library where they are known."""
    for read in (SnapshotInfo.read, SnapshotInfo.read_details):
        with pytest.raises(ValueError, match=text):
            read(content)


# -- meta ------------------------------------------------------------------------------------------------------------


def test_meta_file_reads_back() -> None:
    """Every kind of object, with every kind of bound."""
    table = SavedTableMeta(
        1,
        "t",
        SCHEMA,
        {"p": Range((Edge.MIN,), ("5",)), "q": Range(("5",), (Edge.MAX,))},
        {"p": None, "q": None},
        {"r": Rollup(7, "r", ("a",), 1, "SELECT a FROM t")},
        {"p": 3, "q": 1},
        {"q": 4},
    )
    listed = SavedTableMeta(2, "l", SCHEMA, {"p": None}, {"p": (("x", "y"),)})
    view = MaterializedView(
        1,
        "t",
        SCHEMA,
        0.0,
        definition="SELECT 1",
        refresh="MANUAL",
        base_tables=(BaseTable("db", "t", 1),),
        comment="text",
    )
    meta = BackupMeta(
        {
            "t": table,
            "l": listed,
            "v": View(3, "v", "SELECT 1", 4.0, ("x",)),
            "m": replace(table, materialized_view=view),
        },
        (Function(8, "f", ("INT",), "INT", properties=(("symbol", "F"),)),),
        (ExternalCatalog(9, "hive", "hive", "", (("type", "hive"),)),),
    )
    assert meta == BackupMeta.read(meta.write())


def test_meta_file_is_framed_as_the_server_frames_it() -> None:
    """A big-endian length, the JSON, and whatever follows."""
    content = BackupMeta({"v": View(3, "v", "SELECT 1", 4.0)}).write()
    root = json.loads(content[4:])
    assert len(content) - 4 == struct.unpack(">i", content[:4])[0]
    assert (["tblNameMap", "functions", "catalogs"], "View") == (list(root), root["tblNameMap"]["v"]["clazz"])
    assert BackupMeta.read(content) == BackupMeta.read(content + b"more")


def test_meta_file_of_3_3_has_tables_alone() -> None:
    """What it does not know is empty."""
    content = b'{"tblNameMap":{}}'
    assert BackupMeta({}) == BackupMeta.read(struct.pack(">i", len(content)) + content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0",
        b"\0\0\0\5{}",
        b"\xff\xff\xff\xff{}",
        b"\0\0\0\2{}",
        b"\0\0\0\2\xff\xff",
        b'\0\0\0\x12{"tblNameMap":[1]}',
    ],
)
def test_damaged_meta_file_is_a_value_error(content: bytes) -> None:
    """Too short, too long, or no such JSON."""
    with pytest.raises(ValueError, match=r"."):
        BackupMeta.read(content)


def test_table_describes_itself(cluster: Cluster) -> None:
    """A table and a materialized view, whole or some of its partitions."""
    table = cluster.frontend.databases["db1"].tables["t"]
    chosen = [table.partitions["p2"]]
    meta = SavedTableMeta.of(table, chosen)
    assert (["p2"], {"p2": 1}, None) == (list(meta.ranges), meta.replication_nums, meta.materialized_view)
    view = MaterializedView(1, "m", SCHEMA, 0.0, definition="SELECT 1", refresh="MANUAL")
    partition = Partition(2, "m", 3, 4, 1, (), physical_count=2)
    found = BackupMeta.read(BackupMeta({"m": SavedTableMeta.of(view, [partition])}).write()).tables["m"]
    assert replace(view, id=9) == found.table(9, SCHEMA, create_time=0.0, rollups={})
    assert ({"m": 2}, "MaterializedView") == (found.physical_counts, found.kind)
