"""What Cloudflare refuses about Workers and Pages, and what its own edits do at once."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bot.sandbox.cloudflare.account import STAGING, WORKER
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.world import World

MODULE = "export default { fetch() { return new Response('x') } }"


def path(world: World, script: str = WORKER) -> str:
    return f"/accounts/{world.account.id}/workers/scripts/{script}"


def production(world: World) -> Script:
    return world.account.scripts[WORKER]


def code(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def form(metadata: dict[str, Any], module: str = MODULE) -> dict[str, Any]:
    return {
        "metadata": (None, json.dumps({"main_module": "worker.js", **metadata})),
        "worker.js": ("worker.js", module, "application/javascript+module"),
    }


async def deploy(
    world: World, cloudflare: httpx.AsyncClient, version: str, query: str = ""
) -> httpx.Response:
    body = {
        "strategy": "percentage",
        "versions": [{"version_id": version, "percentage": 100}],
        "annotations": {"workers/message": "é" * 700},
    }
    return await cloudflare.post(f"{path(world)}/deployments{query}", json=body)


@pytest.mark.parametrize(("number", "wanted"), [(0, 10021), (1, 10085)])
async def test_what_cannot_be_gone_back_to(
    world: World, cloudflare: httpx.AsyncClient, number: int, wanted: int
) -> None:
    version = production(world).versions[number].id
    assert code(await deploy(world, cloudflare, version)) == (400, wanted)
    assert code(await deploy(world, cloudflare, version, "?force=true")) == (400, wanted)


async def test_only_the_newest_hundred_can_be_deployed(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    script = production(world)
    old = script.versions[-1].id
    for number in range(100):
        world.account.upload(f"nightly-{number}")
    items = await cloudflare.get(f"{path(world)}/versions?deployable=true&per_page=5&page=3")
    assert len(items.json()["result"]["items"]) == 100  # whatever page was asked for
    assert code(await deploy(world, cloudflare, old)) == (400, 10021)
    assert (await deploy(world, cloudflare, script.versions[-100].id)).status_code == 200


async def test_a_message_is_cut_at_a_thousand_bytes(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    answer = await deploy(world, cloudflare, production(world).versions[-2].id)
    message = answer.json()["result"]["annotations"]["workers/message"]
    assert message == "é" * 500


async def test_an_upload_is_no_deployment_and_keeps_what_it_is_told_to_keep(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    script = production(world)
    live = script.live
    kept = {
        "keep_bindings": ["secret_text"],
        "bindings": [{"type": "inherit", "name": "KV_CACHE"}],
        "annotations": {"workers/tag": "v2", "workers/message": "New"},
    }
    url = f"{path(world)}/versions?bindings_inherit=strict"
    made = (await cloudflare.post(url, files=form(kept))).json()["result"]
    assert script.live is live
    names = {each["name"] for each in made["resources"]["bindings"]}
    assert names == {"KV_CACHE", "DATABASE_URL", "JWT_SECRET"}
    bare = (await cloudflare.post(url, files=form({"bindings": []}))).json()["result"]
    assert bare["resources"]["bindings"] == []
    assert bare["resources"]["script"]["etag"] == made["resources"]["script"]["etag"]
    other = form({}, MODULE.replace("x", "y"))
    assert (await cloudflare.post(url, files=other)).json()["result"]["resources"]["script"][
        "etag"
    ] != made["resources"]["script"]["etag"]


@pytest.mark.parametrize(
    ("metadata", "wanted"),
    [
        ({"migrations": {"new_tag": "v2"}}, 10211),
        ({"main_module": "other.js"}, 10021),
        ({"bindings": [{"type": "inherit", "name": "NOTHING"}]}, 10021),
        ({"bindings": [{"type": "kv_namespace", "name": "K", "namespace_id": "0"}]}, 10041),
        ({"bindings": [{"name": "K"}]}, 10021),
    ],
)
async def test_uploads_that_are_refused(
    world: World, cloudflare: httpx.AsyncClient, metadata: dict[str, Any], wanted: int
) -> None:
    url = f"{path(world)}/versions?bindings_inherit=strict"
    count = len(production(world).versions)
    assert code(await cloudflare.post(url, files=form(metadata))) == (400, wanted)
    assert code(await cloudflare.post(url, json={})) == (400, 10021)
    assert len(production(world).versions) == count
    unknown = await cloudflare.post(f"{path(world, 'nobody')}/versions", files=form({}))
    assert code(unknown) == (404, 10007)


async def test_a_whole_script_is_live_at_once_and_may_migrate(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    script, old = production(world), production(world).live.versions[0][0]
    wrong = form({"migrations": {"old_tag": "v0", "new_tag": "v2"}})
    assert code(await cloudflare.put(path(world), files=wrong)) == (412, 10079)
    right = form({"migrations": {"old_tag": "v1", "new_tag": "v2"}})
    assert (await cloudflare.put(path(world), files=right)).status_code == 200
    assert script.live.versions[0][0] != old
    assert code(await deploy(world, cloudflare, old)) == (400, 10021)


async def test_secrets_and_settings_are_edited_on_the_newest_live_version_only(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    script = production(world)
    secret = {"name": "NEW_KEY", "text": "x", "type": "secret_text"}
    assert (await cloudflare.put(f"{path(world)}/secrets", json=secret)).status_code == 200
    assert script.live.triggered_by == "secret"
    assert (await cloudflare.delete(f"{path(world)}/secrets/NEW_KEY")).status_code == 200
    assert code(await cloudflare.delete(f"{path(world)}/secrets/NEW_KEY")) == (404, 10056)
    world.account.upload("v2.0.0")
    assert code(await cloudflare.put(f"{path(world)}/secrets", json=secret)) == (400, 10215)
    assert code(await cloudflare.patch(f"{path(world)}/settings", json={})) == (400, 10214)


async def test_a_version_behaves_as_badly_as_it_was_uploaded(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    made = world.account.upload("v2.0.0", error_rate=50.0, latency_ms=80.0)
    assert set(made) == {WORKER, STAGING}
    assert (await deploy(world, cloudflare, made[WORKER].id)).status_code == 200
    answers = [await api.get("/api/health/ping") for _ in range(10)]
    failed = [answer.status_code for answer in answers].count(500)
    assert 3 <= failed <= 7  # visitors take their share of the failures too
    assert all(answer.elapsed.total_seconds() >= 0.08 for answer in answers)


async def test_a_sticky_key_always_gets_the_same_version(
    world: World, api: httpx.AsyncClient
) -> None:
    script = production(world)
    old, new = script.versions[-2].id, script.versions[-1].id
    body: dict[str, Any] = {"author_email": "x", "message": ""}
    from datetime import UTC, datetime

    script.deploy(((old, 50), (new, 50)), at=datetime.now(UTC), **body)
    seen = {}
    for visitor in range(12):
        key = {"Cloudflare-Workers-Version-Key": f"visitor-{visitor}"}
        told = {(await api.get("/api/version", headers=key)).json()["version"] for _ in range(3)}
        assert len(told) == 1
        seen[visitor] = told.pop()
    assert set(seen.values()) == {old, new}


async def test_pages_goes_back_to_good_builds_of_production_only(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    pages = world.account.pages
    url = f"/accounts/{world.account.id}/pages/projects/pitchey"
    by_status = {(each.environment, each.status): each for each in pages.builds}
    for kind in (("production", "failure"), ("preview", "success")):
        refused = await cloudflare.post(f"{url}/deployments/{by_status[kind].id}/rollback")
        assert refused.status_code == 400
    assert code(await cloudflare.post(f"{url}/deployments/nothing/rollback")) == (404, 8000009)
    good = pages.builds[0]
    assert (await cloudflare.post(f"{url}/deployments/{good.id}/rollback")).status_code == 200
    told = (await cloudflare.get(url)).json()["result"]
    assert told["canonical_deployment"]["id"] == good.id
