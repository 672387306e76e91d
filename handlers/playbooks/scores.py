"""The score of a drill, told where it was played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playbooks.scoring import score
from handlers.playbooks.drill_views import score_message
from handlers.playbooks.places import place_of
from handlers.playbooks.result import DrillResult
from handlers.playbooks.standing import look

if TYPE_CHECKING:
    from bot.runtime import Runtime


def tell_score(runtime: Runtime, run: str) -> None:
    """The score, in the channel of the drill; once."""
    seen = look(runtime, run)
    where = place_of(runtime, seen.run)
    if where is None:
        return
    text, blocks = score_message(DrillResult(seen, score(seen)))
    key = f"playbook:{run}:score"
    runtime.messages.post(where.channel, text, blocks, key=key, thread_ts=where.thread_ts)
