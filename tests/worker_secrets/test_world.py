"""Secrets through the real bot's house: names and ages, new values, and where no value may be."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import House
from bot.sandbox.cloudflare.account import STAGING, WORKER
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.world import World
from tests.logs.stage import agreeing, run

VALUE = "Nobody-may-read-this-8841-anywhere"
GLASS = '--break-glass --reason "tried in a test"'


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    async with agreeing(world, tmp_path) as made:
        yield made


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody pipes the value in: standard input is a stream of the operating system's."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{VALUE}\n"))


def newest_value(script: Script, name: str) -> str:
    assert script.newest is not None
    return script.value(script.newest, name)


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_names_with_honest_ages(world: World, house: House) -> None:
    reply = await run(house, "secrets list")
    assert "2 secrets in production" in reply.text
    listed = {each["name"]: each for each in reply.data["listed"]}
    assert listed["JWT_SECRET"]["since"] is None
    assert listed["JWT_SECRET"]["at_least_since"]
    world.account.change_secret()
    changed = await run(house, "secrets list")
    # Cloudflare says that somebody set one, and not which.
    assert all(each["maybe_later"] for each in changed.data["listed"])
    assert all(each["at_least_since"] is None for each in changed.data["listed"])


async def test_a_value_made_up_by_the_bot_is_live_and_seen_by_nobody(
    world: World, house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = world.account.scripts[WORKER]
    before = script.live.versions
    reply = await run(house, f"secrets rotate JWT_SECRET --generate {GLASS}")
    assert reply.text.startswith(":white_check_mark: JWT_SECRET of production has a new value")
    value = newest_value(script, "JWT_SECRET")
    assert len(value) == 64
    assert script.live.versions != before
    assert script.live.triggered_by == "secret"
    assert value.encode() not in written(tmp_path)
    assert value not in caplog.text
    assert value not in str(reply)
    listed = await run(house, "secrets list")
    mine = next(each for each in listed.data["listed"] if each["name"] == "JWT_SECRET")
    assert mine["since"]
    assert "made up" in str(listed.blocks)


async def test_a_value_from_standard_input_reaches_cloudflare_alone(
    world: World,
    house: House,
    tmp_path: Path,
    typed: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    reply = await run(house, "secrets rotate JWT_SECRET --environment staging")
    assert reply.exit_code == 0, reply.text
    assert newest_value(world.account.scripts[STAGING], "JWT_SECRET") == VALUE
    assert VALUE.encode() not in written(tmp_path)
    assert VALUE not in caplog.text
    assert VALUE not in str(reply)
    assert "0 values" in repr(house.dispatcher.runtime.handover)


async def test_a_typed_value_does_not_wait_for_an_approval_elsewhere(
    world: World, house: House, typed: None
) -> None:
    reply = await run(house, 'secrets rotate JWT_SECRET --reason "tried in a test"')
    assert "stays in this process" in reply.text
    assert world.account.scripts[WORKER].live.triggered_by == "deployment"


async def test_a_wrong_value_is_noticed_and_the_way_back_offered(
    world: World, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "postgresql://nobody:wrong@127.0.0.1:1/nowhere"
    monkeypatch.setattr(sys, "stdin", io.StringIO(wrong))
    reply = await run(house, f"secrets rotate DATABASE_URL {GLASS}")
    assert reply.text.startswith(":red_circle: DATABASE_URL of production is set, and")
    assert reply.exit_code == 2
    assert "nobody:wrong" not in str(reply)
    assert "--accept-secrets" in str(reply.blocks)
    script = world.account.scripts[WORKER]
    back = script.deployments[-2].versions[0][0]
    reply = await run(house, f"rollback {back[:8]} --accept-secrets {GLASS}")
    assert reply.exit_code == 0, reply.text
    blocked = await run(house, f"secrets rotate JWT_SECRET --generate {GLASS}")
    assert "No secret can be set now" in blocked.text


async def test_stupid_inputs(world: World, house: House) -> None:
    for line, words in (
        ("secrets rotate JWT_SECRT --generate", "has no secret JWT_SECRT"),
        ("secrets rotate 9-9 --generate", "cannot be the name"),
        ("secrets rotate JWT_SECRET --generate --handed HO-1", "Choose one"),
        ("secrets rotate JWT_SECRET --handed HO-NOTHERE", "not here any more"),
        ("secrets list --environment nowhere", "no environment called"),
        ("secrets rotate", "name"),
    ):
        reply = await run(house, f"{line} {GLASS}" if "rotate" in line else line)
        assert words in f"{reply.text} {reply.blocks}", line
        assert reply.exit_code != 0
    assert world.account.scripts[WORKER].live.triggered_by == "deployment"


async def test_somebody_deployed_since_the_approval(world: World, house: House) -> None:
    script = world.account.scripts[WORKER]
    runtime = house.dispatcher.runtime
    from bot.clients.cloudflare_deployments import Share
    from bot.live import LiveChanged, set_secret

    approved = tuple(Share(version, percent) for version, percent in script.live.versions)
    script.deploy(
        ((script.versions[-2].id, 100),), author_email="dana@pitchey.example", message="Hotfix",
        at=datetime.now(UTC),
    )  # fmt: skip
    with pytest.raises(LiveChanged):
        await set_secret(runtime, "production", "JWT_SECRET", VALUE, expected=approved)
    assert script.live.message == "Hotfix"


async def test_in_maintenance_mode_it_says_what_to_do(world: World, house: House) -> None:
    on = await run(house, f"maintenance on --for 1h {GLASS}")
    assert on.outcome == "succeeded", on.text
    refused = await run(house, f"secrets rotate JWT_SECRET --generate {GLASS}")
    assert "while maintenance mode of production is on" in refused.text
    buttons = str(refused.blocks)
    assert "End maintenance mode" in buttons
    assert "maintenance off --environment production" in buttons
    listed = await run(house, "secrets list")
    assert "None can be set now: maintenance mode is on." in str(listed.blocks)
    off = await run(house, "maintenance off")
    assert off.outcome == "succeeded", off.text
    again = await run(house, f"secrets rotate JWT_SECRET --generate {GLASS}")
    assert again.outcome == "succeeded", again.text
