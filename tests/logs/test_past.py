"""`/pitchey logs` over the sandbox's own traffic: errors found, secrets not, faults told."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from bot.sandbox.cloudflare.account import PERMISSIONS, READ_OBSERVABILITY
from bot.sandbox.world import World
from bot.shell import as_json
from tests.logs.stage import opened, run, settings_of


async def ask(world: World, path: str, times: int = 1) -> None:
    trust = world.certificates.trust()
    async with httpx.AsyncClient(base_url=world.platform.api_url, verify=trust) as visitor:
        for _ in range(times):
            await visitor.get(path)


async def test_errors_are_grouped_by_message_and_route(world: World, tmp_path: Path) -> None:
    world.faults.switch("api_errors", True, 100)
    await ask(world, "/api/pitches/11?secret=x", 3)
    await ask(world, "/api/pitches/12", 2)
    async with opened(world, tmp_path) as house:
        reply = await run(house, "logs --last 200 --since 5m --match /api/pitches/1")
    assert reply.data.groups[0].count >= 1
    assert {group.route for group in reply.data.groups} >= {"GET /api/pitches/:id"}
    assert sum(group.count for group in reply.data.groups) == len(reply.data.entries) >= 5
    assert reply.text.startswith(":warning: The last ")
    assert "secret" not in json.dumps(reply.blocks)


async def test_secrets_in_logs_are_not_shown(world: World, tmp_path: Path) -> None:
    world.faults.switch("database_down", True)
    await world.settled()
    await ask(world, "/api/search?q=secrecy", 2)
    async with opened(world, tmp_path) as house:
        reply = await run(house, "logs --since 5m --match fetch --samples")
        shown = json.dumps(reply.blocks) + as_json(reply, house.dispatcher.redactor)
    assert reply.data.entries
    password = world.database.url.split("@")[0].rpartition(":")[2]
    assert world.database.url not in shown
    assert len(password) < 4 or password not in shown
    assert "Failed to fetch" in shown


async def test_everything_and_what_was_before_the_start(world: World, tmp_path: Path) -> None:
    await ask(world, "/api/health/ping")
    async with opened(world, tmp_path) as house:
        everything = await run(house, "logs all --since 5m --match health/ping")
        past = await run(house, "logs --since 3d --last 200 --match NeonDbError")
    assert everything.data.entries[0].message == "Answered HTTP 200"
    assert past.data.groups
    assert past.data.entries[0].route.count("/api/")


async def test_nothing_kept_is_no_proof_that_all_is_well(world: World, tmp_path: Path) -> None:
    world.faults.switch("logs_off", True)
    async with opened(world, tmp_path) as house:
        reply = await run(house, "logs all")
        errors = await run(house, "logs")
    assert reply.text == ":mag: No log entries in the logs of pitchey-production"
    assert "observability is off" in json.dumps(reply.blocks)
    assert errors.text.startswith(":warning: No logs of pitchey-production were kept")
    assert "threw nothing" not in json.dumps(errors.blocks)


async def test_no_match_is_no_proof_that_nothing_failed(world: World, tmp_path: Path) -> None:
    world.faults.switch("api_errors", True, 100)
    await ask(world, "/api/pitches/13", 2)
    async with opened(world, tmp_path) as house:
        reply = await run(house, "logs --since 5m --match (a+)+$<!channel>")
    assert not reply.data.entries
    assert reply.data.unmatched >= 2
    assert "look without" in json.dumps(reply.blocks)
    assert "threw nothing" not in json.dumps(reply.blocks)


@pytest.mark.parametrize(
    ("fault", "amount", "words"),
    [
        ("cloudflare_down", None, "Cloudflare's API is failing (HTTP 503"),
        ("cloudflare_forbidden", None, "Workers Observability Read"),
        ("cloudflare_limited", None, "too many requests"),
        ("cloudflare_lies", None, "Service temporarily unavailable"),
    ],
)
async def test_what_cloudflare_refuses_is_said(
    world: World, tmp_path: Path, fault: str, amount: float | None, words: str
) -> None:
    world.faults.switch(fault, True, amount)
    async with opened(world, tmp_path) as house:
        reply = await run(house, "logs")
    assert words in json.dumps(reply.blocks) + reply.text
    assert reply.exit_code != 0


async def test_a_limit_that_passes_is_waited_for(world: World, tmp_path: Path) -> None:
    world.faults.switch("cloudflare_flaky", True, 0.0)
    async with opened(world, tmp_path) as house:
        reply = await run(house, "logs --since 1m")
    assert reply.outcome == "succeeded"


async def test_a_token_without_the_permission(world: World, tmp_path: Path) -> None:
    token = world.account.issue(PERMISSIONS - {READ_OBSERVABILITY})
    settings = settings_of(world, tmp_path)
    secrets = settings.secrets.model_copy(
        update={"cloudflare_api_token": type(settings.secrets.cloudflare_api_token)(token.value)}  # type: ignore[misc]
    )
    async with opened(world, tmp_path, settings.model_copy(update={"secrets": secrets})) as house:
        reply = await run(house, "logs")
    assert "Workers Observability Read" in json.dumps(reply.blocks)


@pytest.mark.parametrize(
    "line",
    [
        "logs --last 0", "logs --last 201", "logs --since 8d", "logs --since 0s", "logs --for 1s",
        "logs --for 2h", "logs everything", "logs --for soon", "logs --environment nowhere",
        "logs stop 99", "logs stop",
    ],
)  # fmt: skip
async def test_what_cannot_be_asked(world: World, tmp_path: Path, line: str) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, line)
    assert reply.exit_code != 0
    assert "itself failed" not in reply.text
    assert world.cloudflare.tails.sessions == {}
