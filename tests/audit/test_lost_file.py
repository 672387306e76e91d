"""An export whose file Slack does not take is no success, and the audit log says so."""

from __future__ import annotations

from pathlib import Path

from bot.app import House
from bot.command import Invocation, Person, Surface
from bot.destination import Destination, Place
from bot.replies import SlackResponder
from bot.sandbox.workspace import ANA
from bot.slack_calls import Slack
from tests.access.stage import settings, slack


async def test_it_is_recorded_as_failed(tmp_path: Path) -> None:
    async with slack(without="files:write") as (workspace, _):
        house = House.open(settings(tmp_path, workspace, ""))
        client = Slack(workspace.bot_token, f"{workspace.base_url}/api/")
        responder = SlackResponder(client, Destination(Place.DIRECT, ANA))
        asked = Invocation("P-EXPORT", Person(ANA, "ana"), Surface.TERMINAL, "audit --export csv")
        try:
            await house.dispatcher.run(asked, responder)
            (entry,) = house.store.audit.entries()
        finally:
            await client.aclose()
            await house.aclose()
        (told,) = [
            one
            for one in workspace.everything(workspace.direct(ANA).id, ANA)
            if "could not" in one.text
        ]
    assert "The file could not be sent" in told.text
    assert entry.outcome == "failed"
    assert "The file could not be sent" in entry.detail
