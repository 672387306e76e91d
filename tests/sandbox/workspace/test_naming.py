"""Names after @: handles and display names, as Slack's client completes them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from bot.sandbox.workspace import ANA, BOT, OMAR, ONCALL, Person, Workspace
from bot.sandbox.workspace.composing import compose
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import MANIFEST, Connect, until


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("@Pitchey Ops health", f"<@{BOT}> health"),
        ("@pitchey ops", f"<@{BOT}>"),
        ("@PITCHEY_OPS: health", f"<@{BOT}>: health"),
        ("hi @Omar Haddad, look", f"hi <@{OMAR}>, look"),
        ("ask @omar.", f"ask <@{OMAR}>."),
        ("@oncall and @Here", f"<!subteam^{ONCALL}> and <!here>"),
        ("@Pitchey alone, @omaro, @omar-x, a@omar, @omar.x", None),
        (f"<@{OMAR}> & <@U404>", f"<@{OMAR}> &amp; <@U404>"),
    ],
)
def test_names_become_mentions(typed: str, stored: str | None) -> None:
    assert compose(Workspace(MANIFEST), typed) == (typed if stored is None else stored)


def test_the_longest_name_counts() -> None:
    workspace = Workspace(MANIFEST)
    workspace.people["U9"] = Person("U9", "pitchey", "Pitchey")
    assert compose(workspace, "@Pitchey Ops x @Pitchey Other") == f"<@{BOT}> x <@U9> Other"


async def test_the_app_hears_its_display_name(app: AsyncApp, connect: Connect, ana: Actor) -> None:
    heard: list[str] = []

    @app.event("app_mention")
    async def mentioned(event: Any) -> None:
        heard.append(event["text"])

    await connect()
    await ana.types("@Pitchey Ops health")
    await until(lambda: heard)
    assert heard == [f"<@{BOT}> health"]


async def test_the_app_hears_display_names_in_a_command(
    app: AsyncApp, connect: Connect, ana: Actor
) -> None:
    heard: list[str] = []

    @app.command("/pitchey")
    async def command(ack: Any, body: Any) -> None:
        await ack()
        heard.append(body["text"])

    await connect()
    await ana.types("/pitchey page @Omar Haddad")
    assert heard == [f"page <@{OMAR}|omar>"]
    assert ANA not in heard[0]
