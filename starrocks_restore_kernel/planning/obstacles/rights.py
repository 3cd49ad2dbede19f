"""What the user must be allowed to do (AuthorizerStmtVisitor.java, visitRestoreStatement)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...cluster import Grants, Session, TableKind
from ...language.diagnostics import Diagnostic
from ..codes import ObstacleCode
from ..selection import named_objects
from .case import Case, found, names, quoted

__all__ = ["rights"]

_INTERNAL = "default_catalog"
_REPOSITORY = "the REPOSITORY privilege(s) on SYSTEM"


@dataclass(frozen=True, slots=True)
class Right:
    """A privilege that the server asks for, on one object."""

    privilege: str
    kind: str
    name: str | None = None
    database: str | None = None
    catalog: str = _INTERNAL

    def held(self, grants: Grants) -> bool:
        """Whether it was granted."""
        return grants.holds(self.privilege, self.kind, database=self.database, name=self.name, catalog=self.catalog)

    def denied(self, session: Session | None, grants: Grants) -> str:
        """What the server says (AccessDeniedException.java, reportAccessDenied)."""
        what = self.kind if self.name is None else f"{self.kind} {self.name}"
        active = session.roles if session is not None else grants.active
        return (
            f"Access denied; you need (at least one of) the {self.privilege} privilege(s) on {what} for this operation."
            " Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. "
            f"Current role(s): {_roles(active)}. Inactivated role(s): {_roles(grants.inactive)}."
        )

    def grant(self, user: str) -> str:
        """The statement that mends it."""
        where = [] if self.name is None else [quoted(self.name)]
        if self.database is not None:
            where.insert(0, quoted(self.database))
        return " ".join(
            ["GRANT", self.privilege, "ON", self.kind, *([".".join(where)] if where else []), "TO USER", user]
        )


def rights(case: Case) -> Iterator[Diagnostic]:
    """One finding for each privilege that is missing; of tables, one for all of them."""
    grants, session = case.facts.user.grants, case.facts.user.session
    proof = next((each.reason for each in case.facts.unknown if _REPOSITORY in each.reason), None)
    if grants is None:
        if proof is not None:
            hint = "GRANT REPOSITORY ON SYSTEM TO the user, or SET ROLE ALL if one of its roles has it"
            yield found(ObstacleCode.SRR220, "error", proof, case.place, hint)
        return
    missing = [right for right in _asked(case) if not right.held(grants)]
    on_tables = [right for right in missing if right.kind == "TABLE"]
    for right in [each for each in missing if each.kind != "TABLE"] + on_tables[:1]:
        text = right.denied(session, grants)
        mending = right.grant(grants.user)
        if right.kind == "TABLE" and len(on_tables) > 1:
            text += f" So for {names([each.name or '' for each in on_tables[1:]])}."
            mending = f"GRANT INSERT ON ALL TABLES IN DATABASE {quoted(right.database or '')} TO USER {grants.user}"
        hint = mending
        if grants.inactive:
            hint += (
                f"; or SET ROLE ALL, as {names(grants.inactive)} may hold it and {_is(len(grants.inactive))} not active"
            )
        if grants.unread and not (proof is not None and right.privilege == "REPOSITORY"):
            # It may have come through a role whose grants are not shown.
            text += f" (unless {names(grants.unread)} has it, which is not shown)"
            yield found(ObstacleCode.SRR220, "warning", text, case.place, hint)
        else:
            yield found(ObstacleCode.SRR220, "error", text, case.place, hint)


def _asked(case: Case) -> Iterator[Right]:
    """What is asked for; of a table in ON by its name in the snapshot, whatever its alias."""
    statement, target, session = case.statement, case.facts.target, case.facts.user.session
    yield Right("REPOSITORY", "SYSTEM")
    if statement.catalogs is not None:
        yield Right("CREATE EXTERNAL CATALOG", "SYSTEM")
        return
    catalog = session.catalog if session is not None else _INTERNAL
    if statement.objects is None:
        yield Right("CREATE DATABASE", "CATALOG", catalog, catalog=catalog)
        return
    if target.database is None or not target.exists:
        return
    yield Right("CREATE TABLE", "DATABASE", target.database, catalog=catalog)
    for each in named_objects(statement):
        table = (target.tables or {}).get(each.name.last)
        if table is not None and table.kind in {TableKind.TABLE, TableKind.OTHER}:
            yield Right("INSERT", "TABLE", table.name, target.database)


def _roles(roles: tuple[str, ...]) -> str:
    return f"[{', '.join(roles)}]" if roles else "NONE"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
