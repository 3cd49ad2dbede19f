"""What differs between the releases that the sandbox imitates, beside the grammar, as one table.

The grammar's differences stand in the language's own table. Each field names the change that brought it; where a branch
was not read, the date of that change on the main line decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import UsageProblem
from ..language.versions import Release, release

__all__ = ["IMITATED", "Behaviour", "behaviour"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the servers of one line behave."""

    grammar: Release
    handshake_version: str
    """In the handshake and in ``@@version`` (StarRocks PR #52512)."""
    creates_database: bool
    """RESTORE makes a target database that is missing, after it has read the snapshot (PR #52729)."""
    functions: bool
    """User-defined functions are backed up and restored (PR #52410)."""
    external_catalogs: bool
    """External catalogs are backed up and restored (PR #52895)."""
    backs_up_materialized_views: bool
    """The default of ``enable_backup_materialized_view`` (PR #57483)."""
    refuses_subpartitions: bool
    """An existing partition of any sub-partitioned table is refused, not only of one with several (3.3)."""
    tablets_under_subpartitions: bool
    """Where ``__info`` lists the tablets of a partition (BackupJobInfo.java)."""
    suggests_variables: bool
    """An unknown system variable is answered with similar names."""
    newest_columns: bool
    """SHOW PARTITIONS and information_schema.partitions_meta have the columns that the main line added."""


_3_3 = Behaviour(
    release("3.3"),
    handshake_version="5.1.0",
    creates_database=False,
    functions=False,
    external_catalogs=False,
    backs_up_materialized_views=True,
    refuses_subpartitions=True,
    tablets_under_subpartitions=False,
    suggests_variables=False,
    newest_columns=False,
)

_3_5 = replace(
    _3_3,
    grammar=release("3.5"),
    handshake_version="8.0.33",
    creates_database=True,
    functions=True,
    external_catalogs=True,
    backs_up_materialized_views=False,
    refuses_subpartitions=False,
    tablets_under_subpartitions=True,
    suggests_variables=True,
)

IMITATED: dict[str, Behaviour] = {
    "3.3": _3_3,
    # 3.4 was cut before enable_backup_materialized_view became false.
    "3.4": replace(_3_5, grammar=release("3.4"), backs_up_materialized_views=True),
    "3.5": _3_5,
    "4.0": replace(_3_5, grammar=release("4.0"), newest_columns=True),
    "4.1": replace(_3_5, grammar=release("4.1"), newest_columns=True),
}
"""Every release that a sandbox can be, oldest first."""


def behaviour(version: str) -> Behaviour:
    """Look a release up by ``"3.5"`` or ``"3.5.2"``.

    Raises
    ------
    UsageProblem
        If the sandbox does not imitate it.

    Examples
    --------
    >>> behaviour("3.3.9").creates_database
    False
    """
    line = ".".join(version.split(".")[:2])
    if line not in IMITATED:
        raise UsageProblem(f"the sandbox cannot be StarRocks {version}", hint=f"write one of {', '.join(IMITATED)}")
    return IMITATED[line]
