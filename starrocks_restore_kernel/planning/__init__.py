"""What a statement would do to this cluster, object by object, and what stands in its way."""

from .effects import Action, Effect
from .facts import Facts, gather
from .plan import Plan, Verdict, plan, plan_without_facts

__all__ = ["Action", "Effect", "Facts", "Plan", "Verdict", "gather", "plan", "plan_without_facts"]
