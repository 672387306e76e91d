"""`/pitchey whoami` from every surface, with the real bot on the sandbox's Slack, and refusals."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from bot.sandbox.workspace import ANA, GENERAL, GUS, OPS, RANDOM, RITA, VIC
from bot.sandbox.workspace.expectations import Actor
from bot.store import AuditEntry, Store
from tests.access.stage import ROOT, bot

TABLES = """
[roles]
admin = ["U0ANA00001"]
operator = ["U0OMAR0001"]
responder = ["@oncall"]
[[limits]]
commands = ["audit*"]
channels = ["#ops"]
incident_channels = true
"""


async def refused(store: Store) -> AuditEntry:
    """The one refusal; it is recorded just after the person was told."""
    for _ in range(200):
        if found := store.audit.entries(outcome="refused"):
            break
        await asyncio.sleep(0.01)
    (entry,) = found
    return entry


async def test_a_slash_command_tells_role_reason_and_limits(tmp_path: Path) -> None:
    async with bot(tmp_path, TABLES) as (workspace, _):
        rita = Actor(workspace, RITA, OPS)
        await rita.types("/pitchey whoami")
        seen = "You have the role responder. [roles] responder names @oncall, and you are in it."
        message = await rita.sees_message(seen)
        for text in (
            "viewer: menu, help, health, ",
            "audit verify: needs operator. These have it: Omar Haddad, Ana Lima.",
            "Limits (this is #ops)",
            "audit*: only from #ops and incident channels (names that begin with inc-).",
            "Allowed here.",
        ):
            await rita.sees(text)
        assert message.ephemeral_to == RITA
        elsewhere = rita.at(RANDOM)
        await elsewhere.types("/pitchey whoami")
        await elsewhere.sees("Not allowed here.")


async def test_mention_button_home_and_shortcut_tell_it_too(tmp_path: Path) -> None:
    async with bot(tmp_path, TABLES) as (workspace, _):
        rita = Actor(workspace, RITA, OPS)
        await rita.types("<@U0PITCHEY1> whoami")
        told = await rita.sees_message("You have the role responder.")
        thread = rita.at(OPS, told.thread_ts or told.ts)
        await thread.starts("run_command", told)
        await thread.sees_modal("Run an ops command")
        thread.fills("Command", "whoami")
        await thread.submits()
        await thread.sees_message("You have the role responder.")
        await rita.opens_home()
        await rita.sees("Your role is responder.")
        await rita.types("/pitchey help whoami")
        await rita.presses("Run whoami")
        await rita.sees_message("You have the role responder.")


async def test_a_guest_is_refused_everything_and_told_why(tmp_path: Path) -> None:
    tables = '[roles]\nadmin = ["U0GUS00001"]\n'
    async with bot(tmp_path, tables) as (workspace, house):
        gus = Actor(workspace, GUS, GENERAL)
        await gus.types("/pitchey whoami")
        await gus.sees("whoami needs the role viewer; you have none.")
        await gus.sees("Guests of the workspace have no role, whatever the settings say.")
        entry = await refused(house.store)
        assert (entry.role, entry.person_id) == ("none", GUS)
        assert "Guests of the workspace" in entry.detail
        await gus.opens_home()
        await gus.sees("Your role is none. Guests of the workspace have no role")


async def test_a_refusal_names_role_people_and_groups_without_a_mention(tmp_path: Path) -> None:
    tables = '[roles]\noperator = ["@oncall"]\nadmin = ["U0ANA00001"]\n'
    async with bot(tmp_path, tables) as (workspace, house):
        vic = Actor(workspace, VIC, OPS)
        await vic.types("<@U0PITCHEY1> audit")
        message = await vic.sees_message("audit needs the role operator; you have the role viewer.")
        await vic.sees("These have it: @oncall (Omar Haddad, Rita Okafor), Ana Lima.")
        assert "<" not in json.dumps(message.blocks)
        assert "needs the role *operator*" in (await refused(house.store)).detail


async def test_a_command_in_the_wrong_channel_says_where_it_may_run(tmp_path: Path) -> None:
    async with bot(tmp_path, TABLES) as (workspace, house):
        ana = Actor(workspace, ANA, RANDOM)
        await ana.types("/pitchey audit")
        await ana.sees("audit may run only from #ops and incident channels")
        await ana.sees("this is #random")
        assert "this is #random" in (await refused(house.store)).detail
        there = ana.at(OPS)
        await there.types("/pitchey audit")
        await there.sees_message("1 audit entry, 1 not successful")


async def test_a_second_command_of_a_person_asks_slack_nothing(tmp_path: Path) -> None:
    async with bot(tmp_path, TABLES) as (workspace, _):
        rita = Actor(workspace, RITA, OPS)
        await rita.types("/pitchey help")
        await rita.sees_message("explains one")
        before = len(workspace.record.calls())
        await rita.types("/pitchey help")
        await rita.sees_message("explains one")
        assert len(workspace.record.calls()) == before


def test_the_terminal_tells_it_too(tmp_path: Path) -> None:
    config = tmp_path / "pitchey.toml"
    addresses = 'api_url = "http://127.0.0.1:1"\nsite_url = "http://127.0.0.1:1"\n'
    terminal = TABLES.replace("[roles]", '[roles]\nterminal = "responder"')
    config.write_text(f"[environments.production]\n{addresses}{terminal}")
    line = [sys.executable, "-m", "bot", "whoami"]
    environ = {"PATH": os.environ["PATH"], "PITCHEY_CONFIG": str(config), "COLUMNS": "200"}
    ran = subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert "You have the role responder. [roles] terminal gives responder." in ran.stdout
    told = " ".join(ran.stdout.split())
    barred = told[told.index("You may not run") :]
    assert "audit, audit verify: needs operator. These have it: U0OMAR0001, U0ANA00001." in barred
    assert "limits on channels do not hold in a terminal" in ran.stdout
    as_json = subprocess.run(
        [*line, "--json"], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    data = json.loads(as_json.stdout)["data"]
    assert data["role"] == "responder"
    assert data["missing"][0]["role"] == "operator"
