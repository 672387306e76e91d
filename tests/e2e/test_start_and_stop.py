"""A start that cannot succeed says why and how to mend it; a stop finishes or tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.workspace import BOT
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage, only

BROKEN = """
[environments.production]
api_url = "pitchey.example"
site_url = "https://pitchey.example"

[slack]
comand = "/pitchey"

[checks]
api = "soon"
"""


@only("socket")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set."),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is not set."),
        ({"SLACK_BOT_TOKEN": "xoxb-1-wrong"}, "Slack does not know this SLACK_BOT_TOKEN."),
        ({"SLACK_APP_TOKEN": "xapp-1-wrong"}, "Slack refused SLACK_APP_TOKEN: invalid_auth."),
        ({"SLACK_BOT_TOKEN": "hunter2-planted"}, "SLACK_BOT_TOKEN"),
        ({"PITCHEY_CONFIG": "/nowhere/pitchey.toml"}, "/nowhere/pitchey.toml"),
    ],
)
async def test_a_start_with_a_wrong_setting_ends_with_one_message(
    stage: Stage, changed: dict[str, str], told: str
) -> None:
    code, bot = await stage.run("run", "--mode", "socket", PITCHEY_LOG="WARNING", **changed)
    assert code == 78
    first, *rest = bot.errors.splitlines()
    assert first.startswith("pitchey: ")
    assert told in bot.errors
    assert all(line.startswith("  ") for line in rest), bot.errors
    assert "hunter2" not in bot.said
    assert bot.output == ""


@only("socket")
async def test_a_revoked_token_at_start(stage: Stage) -> None:
    await stage.switch("slack_invalid_auth")
    code, bot = await stage.run("run", "--mode", "socket", PITCHEY_LOG="WARNING")
    assert code == 78
    assert bot.errors.splitlines()[0].startswith(
        "pitchey: Slack does not know this SLACK_BOT_TOKEN"
    )
    assert len(bot.errors.splitlines()) <= 2


@only("http")
async def test_http_without_a_signing_secret(stage: Stage) -> None:
    code, bot = await stage.run("run", "--mode", "http", SLACK_SIGNING_SECRET="")
    assert code == 78
    assert bot.errors.startswith("pitchey: SLACK_SIGNING_SECRET is not set.")


@only("socket")
async def test_every_mistake_of_the_settings_is_told_at_once(stage: Stage, tmp_path: Path) -> None:
    wrong = tmp_path / "pitchey.toml"
    wrong.write_text(BROKEN, "utf-8")
    for words in (("run",), ("health",)):
        code, bot = await stage.run(*words, PITCHEY_CONFIG=str(wrong))
        assert code == 78
        for mistake in ("api_url", "Did you mean command?", "[checks] api"):
            assert mistake in bot.errors
        assert bot.output == ""


@only("socket")
async def test_a_start_while_slack_fails_goes_on_when_it_is_back(stage: Stage, ana: Actor) -> None:
    await stage.bot.stop()
    await stage.switch("slack_errors")
    starting = stage.program("run", "--mode", "socket")
    await starting.start(stage.variables)
    try:
        await starting.logs("Next try in", within=120)
        await stage.switch("slack_errors", on=False)
        await starting.logs("ready: socket mode", within=120)
        await ana.types("/pitchey health api")
        await ana.sees("Healthy: 1 of 1")
    finally:
        code, _ = await starting.stop()
    assert code == 0


@pytest.mark.parametrize(
    ("kept_stage", "way"), [("socket", "command"), ("http", "mention")], indirect=["kept_stage"]
)
async def test_a_stop_waits_for_the_answer(stage: Stage, ana: Actor, way: str) -> None:
    await stage.switch("api_slow", 1.2)
    await ana.types("/pitchey health api" if way == "command" else f"<@{BOT}> health api")
    await stage.idle(0.1)
    code, seconds = await stage.bot.stop()
    assert code == 0
    assert seconds < 10
    await ana.sees("Healthy: 1 of 1")
    await stage.recorded(command="health", outcome="succeeded")


@only("socket")
async def test_a_stop_tells_whoever_cannot_be_answered(
    stage: Stage, ana: Actor, tmp_path: Path
) -> None:
    """Work that lasts longer than a stop may: the person is told, and so is the audit log."""
    await stage.bot.stop()
    patient = stage.world.folder / "patient.toml"
    text = stage.world.config_path.read_text("utf-8").replace("api = 3", "api = 20")
    patient.write_text(text, "utf-8")
    await stage.start_bot(PITCHEY_CONFIG=str(patient))
    await stage.switch("api_slow", 15)
    await ana.types("/pitchey health api")
    await stage.idle(0.1)
    code, seconds = await stage.bot.stop()
    assert code == 0
    assert seconds < 10
    await ana.sees("Interrupted: the bot was restarted while it worked on /pitchey health api.")
    await stage.recorded(arguments="health api", outcome="interrupted")
    await stage.switch("api_slow", on=False)
    await stage.start_bot()
    await ana.presses("Try again")
    await ana.sees("Healthy: 1 of 1")


async def test_an_idle_bot_stops_at_once(stage: Stage) -> None:
    code, seconds = await stage.bot.stop()
    assert code == 0
    assert seconds < 8  # ten would be those of a stop that waits in vain
    assert "Traceback" not in stage.bot.errors
