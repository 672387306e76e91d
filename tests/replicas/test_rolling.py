"""A rolling restart is noticed by nobody: not by who types, not by who waits for a message.

In Socket Mode too, but for what crosses with the goodbye: `python -m tests.bench replicas`.
"""

from __future__ import annotations

from bot.sandbox.world import World
from tests.replicas.notes import Notes
from tests.replicas.rolling import restart_in_turn

RATE = 8.0  # interactions a second
LEASE = 10.0  # seconds: without a handing over, nobody delivers for so long


async def test_over_http_every_interaction_is_taken_and_done_once(
    several: World, notes: Notes
) -> None:
    found = await restart_in_turn(notes, RATE, "http", several.environment, "http")
    account = await notes.account()
    mine = [name for name in notes.acknowledged if name.startswith("http-")]
    refused = [name for name in account.refused if name.startswith("http-")]
    assert refused == [], [notes.story(name) for name in refused]
    assert len(mine) > 10 * RATE
    assert set(mine) <= set(account.done), [notes.story(name) for name in account.lost]
    assert (account.doubled, account.contradicted) == ([], [])
    assert found.codes == (0, 0, 0)
    assert found.latest < LEASE
