"""The stages of the plans are those of the jobs."""

from planning.conftest import make, stage

__all__ = ["make", "stage"]
