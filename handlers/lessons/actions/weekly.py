"""Follows action items up every week until they are done."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.jobs import Job
from bot.store.lessons_rows import ActionItem
from handlers.lessons.actions.views import weekly
from handlers.lessons.finding import in_slack

if TYPE_CHECKING:
    from bot.runtime import Runtime


async def follow_up(runtime: Runtime, due: datetime) -> str:
    """The list in the operations channel, and each owner theirs; those of private incidents are
    told to their owners alone. `due` is the identity: a second run tells nothing again."""
    now, store = runtime.now(), runtime.store
    waiting = store.lesson_actions.open()
    records = {
        number: store.incidents.find(f"INC-{number}") for number in {a.incident for a in waiting}
    }
    public = [each for each in waiting if (record := records[each.incident]) and not record.private]
    key = f"lessons:weekly:{int(due.timestamp())}"
    if public:
        text, blocks = weekly(public, now)
        runtime.messages.post(runtime.settings.slack.ops_channel, text, blocks, key=key)
    owned: dict[str, list[ActionItem]] = defaultdict(list)
    for each in waiting:
        if in_slack(each.owner_id):
            owned[each.owner_id].append(each)
    for person, mine in owned.items():
        text, blocks = weekly(mine, now)
        runtime.messages.post(person, text, blocks, key=f"{key}:{person}", private=True)
    late = sum(each.overdue(now) for each in waiting)
    return f"{len(waiting)} open, {late} overdue, {len(owned)} owners told"


WEEKLY = Job(
    name="lessons-weekly",
    title="Following up the action items of incidents",
    when=lambda settings: settings.lessons.weekly or None,
    run=follow_up,
    deadline=60.0,
    catch_up=timedelta(days=3),
)
