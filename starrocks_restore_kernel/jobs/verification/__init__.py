"""The verdict on a restore: what must be there is said before it is sent, and looked for when the job has ended."""

from .codes import VerdictCode
from .expectations import Expectations, Expected, expect, expect_from_sample
from .judging import judge
from .observing import Observed, Reading, observe
from .verdict import Row, Status, Verdict
from .verifying import verify

__all__ = [
    "Expectations",
    "Expected",
    "Observed",
    "Reading",
    "Row",
    "Status",
    "Verdict",
    "VerdictCode",
    "expect",
    "expect_from_sample",
    "judge",
    "observe",
    "verify",
]
