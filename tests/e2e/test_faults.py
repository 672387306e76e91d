"""Every fault that health asks about, asked for in Slack: the cause is in the first line."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage, only
from tests.health.test_world import EXPECTED

SIGNS = {1: (":warning:", ":grey_question:"), 2: (":red_circle:",)}


@only("socket")
@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "api_slow"])
async def test_the_cause_is_in_the_first_line_and_gone_when_mended(
    stage: Stage, ana: Actor, name: str
) -> None:
    amount, exit_code, component, words = EXPECTED[name]
    await stage.switch(name, amount)
    await ana.types("/pitchey health")
    told = await ana.sees_message("checks passed in ")
    assert told.text.startswith(SIGNS[exit_code])
    assert words in told.text, told.text
    assert "Healthy" not in told.text
    await stage.switch(name, on=False)
    await ana.types(f"/pitchey health {component}")
    await ana.sees_message("Healthy: 1 of 1 check passed in ")


@only("socket")
async def test_an_api_slower_than_its_limit_is_told(stage: Stage, ana: Actor) -> None:
    """Beside the guide's own limit, which the other tests' bot has not."""
    amount, exit_code, _, words = EXPECTED["api_slow"]
    strict = stage.world.folder / "strict.toml"
    text = stage.world.config_path.read_text("utf-8").replace("alert = 20000", "alert = 1000")
    strict.write_text(text, "utf-8")
    await stage.bot.stop()
    await stage.start_bot(PITCHEY_CONFIG=str(strict))
    await stage.switch("api_slow", amount)
    await ana.types("/pitchey health")
    told = await ana.sees_message("checks passed in ")
    assert told.text.startswith(SIGNS[exit_code])
    assert words in told.text, told.text
    await stage.bot.stop()  # the next test has the usual one
