"""How many replicas and buckets a table gets (PropertyAnalyzer.java; CatalogUtils.java)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..server_errors import SqlError, analysis
from .catalog import PartitionKind, Table

if TYPE_CHECKING:
    from ..frontend import Frontend
    from .catalog import Database

__all__ = ["check_colocation", "default_buckets", "replication", "require_backends"]

# PropertyAnalyzer.java, checkReplicationNum
_TOO_FEW_BACKENDS = (
    "Table replication num should be less than of equal to the number of available BE nodes. "
    "You can change this default by setting the replication_num table properties. Current alive backend is [{}]."
)


def replication(frontend: Frontend, wanted: str | None) -> int:
    """Read a ``replication_num``, or take the default.

    Raises
    ------
    SqlError
        For what is no number, or more than there are backends.
    """
    text = wanted or frontend.default_replication_num
    if not re.fullmatch(r"-?\d+", text):
        raise analysis(f'For input string: "{text}"')
    number = int(text)
    if number <= 0:
        raise analysis("Replication num should larger than 0")
    require_backends(frontend, number)
    return number


def require_backends(frontend: Frontend, number: int) -> None:
    """Refuse more replicas than backends."""
    ids = [each.id for each in frontend.backends.available()]
    if number > len(ids):
        raise analysis(_TOO_FEW_BACKENDS.format(",".join(str(each) for each in ids)))


def default_buckets(frontend: Frontend, kind: PartitionKind) -> int:
    """Choose the buckets of a new table (CatalogUtils.java, calAvgBucketNumOfRecentPartitions)."""
    # Of at most twelve backends; with more the server takes fewer for each.
    number = 2 * max(len(frontend.backends.all), 1)
    return max(number, 16) if kind is PartitionKind.UNPARTITIONED else number


def check_colocation(database: Database, table: Table) -> None:
    """Refuse a table that does not fit its colocation group (ColocateGroupSchema.java).

    The first table of a group decides. A group that spans databases is the server's, and not looked at here.
    """
    group = dict(table.schema.properties).get("colocate_with")
    if not group:
        return
    other = next((each for each in database.tables.values() if _is_in(each, group) and each is not table), None)
    if not isinstance(other, Table):
        return
    # The group's id; the server numbers groups, and here the first table does.
    id_ = f"{database.id}.{other.id}"
    schema, first = table.schema, other.schema
    named = "".join(f"{name}," for name in schema.distribution_columns)
    info = f"type: HASH; distribution columns: [{named}]; bucket num: {schema.buckets}; "
    if schema.buckets != first.buckets:
        raise _refused(
            f"Colocate tables must have same bucket num: {first.buckets}, with group {id_}, current info {info}"
        )
    if len(schema.distribution_columns) != len(first.distribution_columns):
        raise _refused(
            "Colocate tables distribution columns size must be the same : "
            f"{len(first.distribution_columns)}, with group {id_}, current info {info}"
        )
    for mine, theirs in zip(schema.distribution_columns, first.distribution_columns, strict=True):
        column, should = schema.column(mine), first.column(theirs)
        if column is not None and should is not None and column.type != should.type:
            raise _refused(
                f"Colocate tables distribution columns must have the same data type with group {id_}, "
                f"current col: {mine}, should be: {should.type.upper()}, current info {info}"
            )
    numbers = {each.replication_num for each in table.partitions.values()} or {table.replication_num}
    if numbers != {other.replication_num}:
        raise _refused(
            f"Colocate tables must have same replication num: {other.replication_num}, with group {id_}, "
            f"partition info {', '.join(str(number) for number in sorted(numbers))}"
        )


def _is_in(table: object, group: str) -> bool:
    return isinstance(table, Table) and dict(table.schema.properties).get("colocate_with") == group


def _refused(text: str) -> SqlError:
    return SqlError(text, 5063, "42000")
