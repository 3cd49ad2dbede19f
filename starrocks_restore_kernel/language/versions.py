"""What differs between the servers we speak to, as one table.

The grammar changed once that matters much: 3.4 brought the catalog and DATABASE clauses and the kind words in ON
(StarRocks PR #52729). The bare list of several partitions came later on main (PR #60213), so 3.4 and 3.5
are taken to read it as 3.3 does; that last point is inferred from the dates, not from those branches.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageProblem

__all__ = ["NEWEST", "RELEASES", "Release", "release"]


@dataclass(frozen=True, slots=True)
class Release:
    """One line of servers, and what its grammar takes."""

    name: str
    catalog_clauses: bool
    """``EXTERNAL CATALOGS (…)`` and ``FOR EXTERNAL CATALOG``."""
    database_clause: bool
    object_kinds: bool
    """``TABLE t``, ``ALL VIEWS`` and their like in ON."""
    backup_alias: bool
    """An alias in BACKUP's ON parses (the AST builder refuses it)."""
    bare_partition_list: bool
    """``t PARTITION p1, p2`` names two partitions, and not a partition and a table."""
    deep_object_names: bool
    """A name in ON may have more than three parts."""
    on_needs_database: bool
    """The AST builder refuses ON where no database is named."""
    older_words: bool
    """Reserved words are those of 3.3."""
    dollar_blocks: bool
    """``$$ … $$`` is one token, and ``$$`` alone is no name."""
    drop_snapshot: bool = False
    """``DROP SNAPSHOT``, and BACKUP's ``ttl`` (StarRocks PR #78092)."""
    freed_words: frozenset[str] = frozenset()
    """Words reserved before that may be names."""


_3_3 = Release(
    "3.3",
    catalog_clauses=False,
    database_clause=False,
    object_kinds=False,
    backup_alias=False,
    bare_partition_list=False,
    deep_object_names=False,
    on_needs_database=False,
    older_words=True,
    dollar_blocks=False,
)


def _since_3_4(
    name: str,
    *,
    bare_partition_list: bool,
    deep_object_names: bool,
    drop_snapshot: bool = False,
    freed_words: frozenset[str] = frozenset(),
) -> Release:
    return Release(
        name,
        catalog_clauses=True,
        database_clause=True,
        object_kinds=True,
        backup_alias=True,
        bare_partition_list=bare_partition_list,
        deep_object_names=deep_object_names,
        on_needs_database=True,
        older_words=False,
        dollar_blocks=True,
        drop_snapshot=drop_snapshot,
        freed_words=freed_words,
    )


RELEASES: dict[str, Release] = {
    each.name: each
    for each in (
        _3_3,
        _since_3_4("3.4", bare_partition_list=False, deep_object_names=False),
        _since_3_4("3.5", bare_partition_list=False, deep_object_names=False),
        _since_3_4("4.0", bare_partition_list=True, deep_object_names=True),
        _since_3_4("4.1", bare_partition_list=True, deep_object_names=True),
        # In development: what single files of the main line show. Its filters on SHOW are not known well enough.
        _since_3_4(
            "4.2",
            bare_partition_list=True,
            deep_object_names=True,
            drop_snapshot=True,
            freed_words=frozenset({"BOTH", "VARIANT"}),
        ),
    )
}
"""Every release we know, oldest first."""

NEWEST = "4.1"
"""The newest release that is out, and what is meant where no version is named."""


def release(version: str) -> Release:
    """Look a release up by ``"3.4"`` or by a full version such as ``"3.4.2-abc1234"``.

    A version newer than all we know is read as the newest, one older than 3.3 as 3.3.

    Raises
    ------
    UsageProblem
        If the text does not begin with ``<number>.<number>``.
    """
    if version in RELEASES:
        return RELEASES[version]
    major, _, rest = version.strip().partition(".")
    minor = ""
    for char in rest:
        if not char.isdecimal():
            break
        minor += char
    if not (major.isdecimal() and minor):
        known = ", ".join(RELEASES)
        raise UsageProblem(f"{version!r} is no StarRocks version", hint=f"write one of {known}")
    wanted = (int(major), int(minor))
    best = next(iter(RELEASES.values()))
    for each in RELEASES.values():
        if tuple(int(part) for part in each.name.split(".")) <= wanted:
            best = each
    return best
