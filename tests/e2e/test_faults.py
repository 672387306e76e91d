"""Every fault that health asks about, asked for in Slack: the cause is in the first line."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage, only
from tests.health.test_world import EXPECTED

SIGNS = {1: (":warning:", ":grey_question:"), 2: (":red_circle:",)}


@only("socket")
@pytest.mark.parametrize("name", EXPECTED)
async def test_the_cause_is_in_the_first_line_and_gone_when_mended(
    stage: Stage, ana: Actor, name: str
) -> None:
    amount, exit_code, component, words = EXPECTED[name]
    await stage.switch(name, amount)
    await ana.types("/pitchey health")
    told = await ana.sees_message("checks passed in ", within=10)
    assert told.text.startswith(SIGNS[exit_code])
    assert words in told.text, told.text
    assert "Healthy" not in told.text
    await stage.switch(name, on=False)
    await ana.types(f"/pitchey health {component}")
    await ana.sees_message("Healthy: 1 of 1 check passed in ", within=10)
