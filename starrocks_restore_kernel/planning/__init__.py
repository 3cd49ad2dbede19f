"""What a statement would do to this cluster, object by object, and what stands in its way."""

from .effects import Action, Effect
from .facts import ClusterFacts, Facts, RepositoryFacts, TargetFacts, Unknown, UserFacts
from .gathering import gather
from .picture import Picture, Standing
from .plan import Plan, Verdict, plan, plan_without_facts

__all__ = [
    "Action",
    "ClusterFacts",
    "Effect",
    "Facts",
    "Picture",
    "Plan",
    "RepositoryFacts",
    "Standing",
    "TargetFacts",
    "Unknown",
    "UserFacts",
    "Verdict",
    "gather",
    "plan",
    "plan_without_facts",
]
