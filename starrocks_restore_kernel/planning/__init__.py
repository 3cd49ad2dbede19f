"""What a statement would do to this cluster, object by object, and what stands in its way."""

from .comparing import Compared
from .desk import Desk
from .effects import Action, Effect
from .existing import Existing
from .facts import ClusterFacts, Facts, RepositoryFacts, TargetFacts, Unknown, UserFacts
from .gathering import gather
from .picture import Picture, Standing
from .plan import Plan, Verdict, plan, plan_without_facts
from .plan_files import load_plan, save_plan
from .side_by_side import side_by_side
from .steps import Outcome, Procedure, Step, doings
from .wish import Wish, restore

__all__ = [
    "Action",
    "ClusterFacts",
    "Compared",
    "Desk",
    "Effect",
    "Existing",
    "Facts",
    "Outcome",
    "Picture",
    "Plan",
    "Procedure",
    "RepositoryFacts",
    "Standing",
    "Step",
    "TargetFacts",
    "Unknown",
    "UserFacts",
    "Verdict",
    "Wish",
    "doings",
    "gather",
    "load_plan",
    "plan",
    "plan_without_facts",
    "restore",
    "save_plan",
    "side_by_side",
]
