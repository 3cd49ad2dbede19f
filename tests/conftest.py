"""Fixtures that several rooms' tests share."""

from road import cluster, running_sandbox, sandbox

__all__ = ["cluster", "running_sandbox", "sandbox"]
