"""Cloudflare's own program works against the sandbox, and the bot sees what it did."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_deployments import Share
from bot.clients.http import Http
from bot.live import Picture, Verdict, last_good, look
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from bot.settings import load
from tests.sandbox.wrangler.conftest import Wrangler


@pytest_asyncio.fixture(loop_scope="session")
async def cloudflare(world: World) -> AsyncIterator[Cloudflare]:
    http = Http()
    yield Cloudflare(http, world.cloudflare.api_url, world.account.token.value, world.account.id)
    await http.aclose()


async def seen(world: World, cloudflare: Cloudflare) -> Picture:
    """What the bot sees."""
    return await look(cloudflare, load(world.config_path, world.environment).environment())


async def test_what_it_lists_is_what_the_bot_sees(
    world: World, wrangler: Wrangler, cloudflare: Cloudflare
) -> None:
    deployments, versions, secrets, buckets = await asyncio.gather(
        wrangler.run("deployments", "list", "--json"),
        wrangler.run("versions", "list", "--json"),
        wrangler.run("secret", "list"),
        wrangler.run("r2", "bucket", "list"),
    )
    picture = await seen(world, cloudflare)
    listed = json.loads(deployments.text)
    assert {each["id"] for each in listed} == {each.id for each in picture.deployments}
    assert {each["id"] for each in json.loads(versions.text)} == {
        each.id for each in picture.versions
    }
    assert [each["name"] for each in json.loads(secrets.text)] == ["DATABASE_URL", "JWT_SECRET"]
    assert "pitchey-uploads" in buckets.text


async def test_an_upload_a_split_and_a_rollback(
    world: World, wrangler: Wrangler, cloudflare: Cloudflare
) -> None:
    old = (await seen(world, cloudflare)).split[0].version
    uploaded = await wrangler.run(
        "versions", "upload", "--tag", "v1.11.0", "--message", "Canary",
        "--var", "SANDBOX_ERROR_RATE:20",
    )  # fmt: skip
    assert uploaded.status == 0, uploaded.text
    picture = await seen(world, cloudflare)
    newest = picture.versions[0]
    assert (newest.tag, newest.message) == ("v1.11.0", "Canary")
    assert newest.id in uploaded.text
    assert picture.split == (Share(old, 100),)  # an upload alone changes nothing
    stored = world.account.scripts[WORKER].version(newest.id)
    assert stored is not None
    assert stored.error_rate == 20
    split = await wrangler.run("versions", "deploy", f"{old}@90%", f"{newest.id}@10%", "--yes")
    assert split.status == 0, split.text
    assert set((await seen(world, cloudflare)).split) == {Share(old, 90), Share(newest.id, 10)}
    back = await wrangler.run("rollback", old, "--message", "Errors", "--yes")
    assert back.status == 0, back.text
    picture = await seen(world, cloudflare)
    assert picture.split == (Share(old, 100),)
    assert picture.live is not None
    assert picture.live.message == "Errors"


async def test_a_whole_deployment_and_one_of_a_new_worker(
    world: World, wrangler: Wrangler, cloudflare: Cloudflare
) -> None:
    deployed = await wrangler.run("deploy", "--message", "Straight to production")
    assert deployed.status == 0, deployed.text
    picture = await seen(world, cloudflare)
    assert picture.live is not None
    assert picture.live.version in deployed.text
    assert picture.live.whole
    # Its configuration names neither the database nor the secrets: those are kept, this is not.
    assert {"DATABASE_URL", "JWT_SECRET"} <= picture.details[picture.live.version].secrets
    created = await wrangler.run("deploy", "--name", "pitchey-maintenance")
    assert created.status == 0, created.text
    assert world.account.scripts["pitchey-maintenance"].live.triggered_by == "upload"


async def test_a_secret_is_live_at_once_and_stands_in_the_way_back(
    world: World, wrangler: Wrangler, cloudflare: Cloudflare
) -> None:
    put = await wrangler.run("secret", "put", "JWT_SECRET", stdin="of-today-only")
    assert put.status == 0, put.text
    picture = await seen(world, cloudflare)
    assert picture.live is not None
    assert picture.live.triggered_by == "secret"
    good = last_good(picture)
    assert good is not None
    assert (good.verdict, good.same_code) == (Verdict.ASKS, False)
    # Without a person, wrangler goes to the same code as before, and past the changed secret.
    back = await wrangler.run("rollback", "--message", "Back", "--yes")
    assert "JWT_SECRET" in back.text
    assert (await seen(world, cloudflare)).split[0].version != good.version.id
    refused = await wrangler.run("secret", "put", "JWT_SECRET", stdin="too-late")
    assert refused.status != 0
    assert "latest version of your Worker isn't currently deployed" in refused.text


async def test_it_reads_along_live(
    world: World, wrangler: Wrangler, api: httpx.AsyncClient
) -> None:
    async with wrangler.started("tail", WORKER, "--format", "json") as process:
        while not any(session.viewers for session in world.cloudflare.tails.sessions.values()):
            assert process.returncode is None
            await asyncio.sleep(0.1)
        await api.get("/api/health/ping?from=wrangler")
        assert process.stdout is not None
        text = ""
        async with asyncio.timeout(120):
            while "from=wrangler" not in text:
                text += (await process.stdout.read(4096)).decode()
    assert '"outcome": "ok"' in text


@pytest_asyncio.fixture(loop_scope="session")
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=world.platform.api_url, verify=world.certificates.trust()
    ) as client:
        yield client


@pytest.mark.parametrize("name", ["no-such-worker"])
async def test_what_is_not_there_is_told_as_by_cloudflare(
    world: World, wrangler: Wrangler, name: str
) -> None:
    del world
    told = await wrangler.run("deployments", "list", "--name", name)
    assert told.status != 0
    assert "10007" in told.text
