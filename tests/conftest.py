"""Fixtures that several rooms' tests share, and how much chance is let in."""

import os

from hypothesis import settings
from road import cluster, running_sandbox, sandbox

# CI runs the same examples each time, so that it is red for what was changed; on a desk each run tries others.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

__all__ = ["cluster", "running_sandbox", "sandbox"]
