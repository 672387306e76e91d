"""Lessons of incidents: report, feedback, action items, statistics, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import section
from bot.command import Feature
from bot.events import IncidentChanged, Listener
from handlers.lessons.actions.commands import ACTION, ACTIONS
from handlers.lessons.actions.commands import FORM as ACTION_FORM
from handlers.lessons.actions.views import counted, line
from handlers.lessons.actions.weekly import WEEKLY
from handlers.lessons.evidence.commands import EVIDENCE, SETTLE
from handlers.lessons.feedback.asking import LOOK, on_change
from handlers.lessons.feedback.commands import FEEDBACK
from handlers.lessons.feedback.commands import FORM as FEEDBACK_FORM
from handlers.lessons.report.commands import REPORT
from handlers.lessons.report.sharing import SHARE
from handlers.lessons.stats.commands import STATS

if TYPE_CHECKING:
    from bot.command import Block, Person, Role
    from bot.runtime import Runtime


def home(runtime: Runtime, person: Person, _role: Role) -> list[Block]:
    """The person's own action items, worst first."""
    mine, now = runtime.store.lesson_actions.owned_by(person.id), runtime.now()
    if not mine:
        return []
    shown = [section(line(each, now)) for each in mine[:3]]
    return [section(f"*Your lessons of incidents*: {counted(mine, now)}"), *shown]


FEATURE = Feature(
    name="lessons",
    title="Lessons of incidents",
    commands=(REPORT, FEEDBACK, ACTIONS, ACTION, STATS, EVIDENCE),
    forms=(FEEDBACK_FORM, ACTION_FORM),
    jobs=(SHARE, LOOK, WEEKLY, SETTLE),
    listeners=(Listener(IncidentChanged, on_change),),
    home=home,
)

__all__ = ["FEATURE"]
