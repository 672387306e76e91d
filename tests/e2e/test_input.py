"""What people paste: too long, invisible, decorated, full of mentions. Nothing breaks or pings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.workspace import BOT
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.leaks import leaks
from tests.e2e.stage import Stage, only

# What Slack turns into a notification or a link: people, groups, broadcasts, channels.
PINGS = re.compile(r"<[@!#]|(?<![\w.])@(?:channel|here|everyone)\b")


def marked(part: Any) -> Iterator[str]:
    """The texts that Slack reads for mentions; a button's label is plain and is not read."""
    if isinstance(part, list):
        for one in part:
            yield from marked(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for one in part.values():
            yield from marked(one)


def pinging(stage: Stage, actor: Actor, after: int) -> list[str]:
    """Texts of the bot since then that would notify somebody."""
    found = [
        text
        for message in stage.messages(actor.person_id)[after:]
        if message.author_id == BOT
        for text in (message.text, *marked(message.blocks))
    ]
    assert found
    dates = re.compile(r"<!date\^\d+\^[^|>]*\|[^>]*>")
    return [text for text in found if PINGS.search(dates.sub("", text))]


@only("http")  # a form's encoding is the harder way for such characters
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("x" * 40_000, "That is 40,000 characters; a command has at most 3,000."),
        ("health " + "y" * 2_900, "component cannot be yyy"),
        ("health \u202edatabase\u202c\x07", "Healthy: 1 of 1 check passed"),
        ("\u200fhealth\u200f api", "Healthy: 1 of 1 check passed"),
        ("health\u00a0api \u2014details", "Healthy: 1 of 1 check passed"),
        ("health\n\tapi\r\n", "Healthy: 1 of 1 check passed"),
        ("health “database”", "Healthy: 1 of 1 check passed"),
        ("\x00\x1b[31mhealth", "There is no command "),
        ("🩺 health", "There is no command "),
        (":stethoscope: health", "There is no command "),
        ("health <!channel>", "component cannot be "),
        ("health @channel", "component cannot be "),
        ("<!here> <!everyone>", "There is no command "),
        ("health @oncall", "component cannot be "),
        ("health <!subteam^S0ONCALL01|@oncall>", "component cannot be "),
        ("health <@U0OMAR0001>", "component cannot be "),
        ("help @omar", "There is no command "),
        ("health #ops", "component cannot be "),
        ("health ```rm -rf``` `x` *b* _i_ ~s~", "component cannot be "),
        ("health --`x", "has no flag"),
        ('health "unclosed quote', "component cannot be "),
        ("health https://pitchey.example/?a=1&b=<2>", "component cannot be "),
        ("Ω≈ç√∫˜µ≤≥÷ صحة 健康", "There is no command "),
        ("health \U000e0041\u0301\u0301\u0301zalgo", "component cannot be "),
        ("helth " + "<!channel> " * 5, "Did you mean "),
        ("{{7*7}} %s %n ${PATH} '; DROP TABLE audit; --", "There is no command "),
    ],
    ids=lambda value: re.sub(r"\W+", "-", value[:24]),
)
async def test_odd_input_is_answered_and_pings_nobody(
    stage: Stage, ana: Actor, typed: str, told: str
) -> None:
    before = len(stage.messages(ana.person_id))
    await ana.types(f"/pitchey {typed}")
    await ana.sees(told)
    assert pinging(stage, ana, before) == []
    entry = await stage.recorded(person_id=ana.person_id)
    assert len(entry["arguments"]) <= 1_000
    assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", entry["arguments"])


async def test_what_was_meant_runs_without_pinging(stage: Stage, ana: Actor) -> None:
    """The rest of a misspelt line is kept on the button, mentions included."""
    before = len(stage.messages(ana.person_id))
    await ana.types("/pitchey helth @channel")
    await ana.sees_message("Did you mean ")
    await ana.presses("/pitchey health @channel")
    await ana.sees("component cannot be ")
    assert pinging(stage, ana, before) == []


async def test_a_pasted_secret_is_shown_to_nobody(stage: Stage, ana: Actor) -> None:
    secret = stage.variables["DATABASE_URL"]
    await ana.types(f"/pitchey health {secret}")
    await ana.sees("component cannot be ")
    await ana.types(f"/pitchey {stage.workspace.bot_token} health")
    await ana.sees("There is no command ")
    await stage.recorded(outcome="not understood")
    assert leaks(stage) == []
    assert secret not in json.dumps(stage.audit(2))
