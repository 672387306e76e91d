"""Is an environment well after a change: its answers, its own report, and who answered.

Used by deployments, rollbacks and whatever else changes the platform. It only reads.
"""

from bot.verification.answering import Answering, who_answers
from bot.verification.judging import Sample, Verification, judge
from bot.verification.verifying import verify

__all__ = ["Answering", "Sample", "Verification", "judge", "verify", "who_answers"]
