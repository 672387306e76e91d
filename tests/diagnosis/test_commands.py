"""`/pitchey diagnose` as people meet it: typed, mistyped, pressed, and with services away."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import House
from bot.command import Person, Reply
from bot.sandbox.workspace import RITA, VIC
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.settings import load
from tests.deploys.stage import crowd
from tests.logs.stage import in_slack, opened, run, settings_of


def words(reply: Reply) -> str:
    return json.dumps(reply.blocks, ensure_ascii=False).replace("\u00a0", " ")


async def test_the_cause_stands_first_with_its_evidence_and_steps(
    world: World, house: House
) -> None:
    world.faults.switch("jwt_secret_missing", True)
    await world.settled()
    reply = await run(house, "diagnose auth")
    assert reply.text == (
        ":red_circle: Cause: The Worker lacks the secret that signs sessions: JWT_SECRET missing"
    )
    assert "Certain, seen directly" in words(reply)
    assert "JWT_SECRET missing" in words(reply)
    assert "sign-in fails inside the Worker" in words(reply)
    assert "secrets rotate JWT_SECRET" in words(reply) or "Set the secret again" in words(reply)
    assert reply.exit_code == 1


async def test_values_stand_beside_last_week_and_the_last_deployment(
    world: World, house: House
) -> None:
    world.faults.switch("cache_cold", True)
    await world.settled()
    reply = await run(house, "diagnose slow")
    told = words(reply)
    assert "alert below 60 %" in told
    assert "92.0 % in this hour last week" in told
    assert "92.0 % before the last deployment" in told


async def test_nothing_found_says_how_much_was_looked_at(world: World, house: House) -> None:
    async with crowd(world, per_second=100):  # of few requests nothing can be told
        await asyncio.sleep(0.5)
    reply = await run(house, "diagnose uploads")
    assert reply.text.startswith(":white_check_mark: Nothing found for uploads: "), words(reply)
    assert reply.exit_code == 0
    assert "Nothing to do." in words(reply)


async def test_what_could_not_be_looked_at_is_no_all_clear(world: World, house: House) -> None:
    world.faults.switch("cloudflare_forbidden", True)
    await world.settled()
    reply = await run(house, "diagnose uploads")
    assert reply.text.startswith(":grey_question: Nothing found for uploads")
    assert "could not be looked at" in reply.text
    quiet = reply.blocks[2]
    assert quiet["type"] == "context"
    assert "The Worker's secrets" in str(quiet)
    assert "*Evidence* says why." in str(quiet)
    assert "refuses the bot's token" in words(await run(house, "diagnose uploads --details"))


async def test_details_show_every_fact(world: World, house: House) -> None:
    reply = await run(house, "diagnose uploads --details")
    assert "Write, read and delete there" in words(reply)
    assert reply.data["evidence"]["bucket_write"]["value"] == ""


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("diagnose slwo", "diagnose slow"),
        ("diagnose databse", "diagnose database"),
        ("diagnose slow --environment moon", "production"),
        ("diagnose 🔥", "slow"),
    ],
)
async def test_what_cannot_be_understood(house: House, line: str, hint: str) -> None:
    reply = await run(house, line)
    assert reply.exit_code == 64
    assert hint in words(reply)


async def test_the_same_as_data(world: World, house: House) -> None:
    world.faults.switch("bucket_missing", True)
    await world.settled()
    data = json.loads(json.dumps((await run(house, "diagnose uploads")).data))
    assert data["causes"][0]["name"] == "bucket_missing"
    assert data["causes"][0]["for"] == ["bucket_listed", "bucket"]
    assert data["evidence"]["bucket"]["value"] == "no such bucket"


async def test_another_environment_says_what_belongs_to_production(
    world: World, house: House
) -> None:
    reply = await run(house, "diagnose uploads --environment staging")
    assert "may not use this environment's uploads' bucket" in str(reply.data)


async def test_auto_follows_the_open_alert(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        now = datetime.now(UTC)
        house.store.alerts.raise_external(
            "rules", "uploads", "Uploads fail", "warning", "…", now, environment="production"
        )
        reply = await run(house, "diagnose")
        assert "Uploads fail (AL-1)" in words(reply)


async def test_an_attack_is_told_while_its_alert_is_open(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        now = datetime.now(UTC)
        alerts = house.store.alerts
        alerts.raise_external("cloudflare", "dos_attack_l7:1", "DDoS", "critical", "…", now)
        reply = await run(house, "diagnose uploads")
        assert "an attack on the platform" in reply.text


async def test_maintenance_mode_explains_its_page(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        now = datetime.now(UTC)
        house.store.maintenance.begin(
            "production", version="v", before=(("v", 100.0),), message="",
            person=Person("U1", "Ana"), incident="", began_at=now - timedelta(minutes=5),
            ends_at=now + timedelta(hours=1),
        )  # fmt: skip
        world.faults.switch("api_html", True)
        await world.settled()
        reply = await run(house, "diagnose auth")
        assert reply.text.startswith(":red_circle: Cause: Maintenance mode is on: on for 5")
        assert "maintenance off" in words(reply)


async def test_without_keys_it_says_what_to_set(world: World, tmp_path: Path) -> None:
    settings_of(world, tmp_path)
    slack = {name: value for name, value in world.environment.items() if "SLACK" in name}
    async with opened(world, tmp_path, load(tmp_path / "pitchey.toml", slack)) as house:
        reply = await run(house, "diagnose uploads")
        assert "R2_ACCESS_KEY_ID" in str(reply.data)
        assert "CLOUDFLARE_API_TOKEN" in str(reply.data)
        assert reply.outcome == "succeeded"


async def test_no_secret_is_shown(world: World, house: House) -> None:
    world.faults.switch("database_down", True)
    await world.settled()
    for line in ("diagnose database --details", "diagnose auth --details"):
        told = words(await run(house, line))
        for name, secret in world.environment.items():
            if name != "PITCHEY_CONFIG" and len(secret) > 8:
                assert secret not in told, name


async def test_in_slack_by_role_and_by_button(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house, in_slack(house):
        rita = Actor(world.workspace, RITA)
        await rita.types("/pitchey diagnose uploads")
        await rita.sees("Nothing found for uploads")
        await rita.presses("Evidence")
        await rita.sees("Write, read and delete there")
        vic = Actor(world.workspace, VIC)
        await vic.types("/pitchey diagnose uploads")
        await vic.sees("responder")
