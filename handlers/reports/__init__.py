"""Reports: the weekly one and the monthly review, as a manager wants to read them."""

from bot.command import Feature
from handlers.reports.commands import (
    REPORT_EXPLAIN,
    REPORT_MONTHLY,
    REPORT_PREVIEW,
    REPORT_WEEKLY,
)
from handlers.reports.draft_commands import (
    EDIT,
    REPORT_APPROVE,
    REPORT_EDIT,
    REPORT_NOTE,
    REPORT_SEND,
)
from handlers.reports.drafts import DRAFT, MONTHLY_JOB, WEEKLY_JOB
from handlers.reports.listening import LISTENERS
from handlers.reports.posting import BRING

FEATURE = Feature(
    name="reports",
    title="Reports",
    commands=(
        REPORT_WEEKLY, REPORT_MONTHLY, REPORT_PREVIEW, REPORT_EXPLAIN, REPORT_NOTE, REPORT_EDIT,
        REPORT_APPROVE, REPORT_SEND,
    ),
    forms=(EDIT,),
    jobs=(DRAFT, WEEKLY_JOB, MONTHLY_JOB, BRING),
    listeners=LISTENERS,
)  # fmt: skip

__all__ = ["FEATURE"]
