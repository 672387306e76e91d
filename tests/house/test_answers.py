"""The house's own answers quote what others have named, and call nobody with it."""

from __future__ import annotations

import json

from bot import answers
from bot.command import Invocation, Person, Surface
from bot.errors import BadInput, OpsError

ASKED = Invocation("R-1", Person("U0OMAR0001", "Omar"), Surface.SLASH, "rollback v9")
TAGS = "v1 <!here>, <!channel>, <!subteam^S1>, <https://evil.test|docs>, <mailto:x@y.z|me>"


def test_names_in_an_error_call_nobody_and_link_nowhere() -> None:
    for reply in (
        answers.not_understood(ASKED, BadInput(f"No version is called {TAGS}.", TAGS)),
        answers.failed(ASKED, OpsError(f"It failed: {TAGS}.", TAGS)),
    ):
        whole = reply.text + json.dumps(reply.blocks)
        assert "&lt;!here>" in whole
        for live in ("<!here", "<!channel", "<!subteam", "<https:", "<mailto:"):
            assert live not in whole


def test_people_and_times_that_the_bot_names_itself_stay() -> None:
    told = "Only <@U0ANA00001> can, until <!date^1795710096^{time}|12:00 UTC>."
    assert told in answers.not_understood(ASKED, BadInput(told)).text


def test_what_would_help_is_a_button_unless_it_is_too_long_for_one() -> None:
    helps = (("Create the publication", "db publication create"), ("Too long", "x" * 3_000))
    for reply in (
        answers.failed(ASKED, OpsError("Not yet.", permanent=True, offers=helps)),
        answers.not_understood(ASKED, BadInput("Which one?", offers=helps)),
    ):
        (row,) = [block for block in reply.blocks if block["type"] == "actions"]
        (button,) = row["elements"]
        assert button["text"]["text"] == "Create the publication"
        assert json.loads(button["value"])["run"] == "db publication create"
