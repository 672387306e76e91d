"""The Cloudflare stand-in: envelopes, permissions, lists, versions and deployments."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox.cloudflare.account import PERMISSIONS, READ_R2, WORKER
from bot.sandbox.world import World


def account(world: World) -> str:
    return f"/accounts/{world.account.id}"


def script(world: World) -> str:
    return f"{account(world)}/workers/scripts/{WORKER}"


async def test_good_envelope_and_token(world: World, cloudflare: httpx.AsyncClient) -> None:
    body = (await cloudflare.get("/user/tokens/verify")).json()
    assert (body["success"], body["errors"], body["result"]["status"]) == (True, [], "active")


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [("", 400, 9106), ("Bearer short", 400, 6003), (f"Bearer {'a' * 40}", 401, 1000)],
)
async def test_bad_tokens(world: World, header: str, status: int, code: int) -> None:
    headers = {"Authorization": header} if header else {}
    async with httpx.AsyncClient(base_url=world.cloudflare.api_url, headers=headers) as client:
        answer = await client.get("/user/tokens/verify")
    body = answer.json()
    assert (answer.status_code, body["success"], body["result"]) == (status, False, None)
    assert body["errors"][0]["code"] == code


async def test_a_missing_permission_is_403_code_10000(world: World) -> None:
    token = world.account.issue(PERMISSIONS - {READ_R2})
    headers = {"Authorization": f"Bearer {token.value}"}
    async with httpx.AsyncClient(base_url=world.cloudflare.api_url, headers=headers) as client:
        refused = await client.get(f"{account(world)}/r2/buckets")
        allowed = await client.get(f"{script(world)}/deployments")
    assert refused.status_code == 403
    assert refused.json()["errors"] == [{"code": 10000, "message": "Authentication error"}]
    assert allowed.status_code == 200


async def test_unknown_things(world: World, cloudflare: httpx.AsyncClient) -> None:
    other = f"{account(world)}/workers/scripts/nothing/deployments"
    worker = await cloudflare.get(other)
    assert (worker.status_code, worker.json()["errors"][0]["code"]) == (404, 10007)
    stranger = await cloudflare.get(f"/accounts/{'0' * 32}/workers/scripts/{WORKER}/deployments")
    assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (404, 7003)
    nowhere = await cloudflare.get("/no/such/route")
    assert nowhere.json()["errors"][0]["code"] == 7003


async def test_lists(world: World, cloudflare: httpx.AsyncClient) -> None:
    buckets = (await cloudflare.get(f"{account(world)}/r2/buckets")).json()["result"]["buckets"]
    assert "pitchey-uploads" in {bucket["name"] for bucket in buckets}
    pages = await cloudflare.get(f"{account(world)}/pages/projects/pitchey/deployments")
    assert pages.json()["result"][0]["latest_stage"]["status"] == "success"
    alerts = (await cloudflare.get(f"{account(world)}/alerting/v3/available_alerts")).json()
    assert alerts["result"]["DoS Protection"][0]["type"] == "dos_attack_l7"
    secrets = (await cloudflare.get(f"{script(world)}/secrets")).json()["result"]
    assert secrets[0] == {"name": "DATABASE_URL", "type": "secret_text"}


async def test_versions_and_deployments(world: World, cloudflare: httpx.AsyncClient) -> None:
    listed = (await cloudflare.get(f"{script(world)}/versions?deployable=true")).json()
    items = listed["result"]["items"]
    assert "result_info" not in listed  # deployable=true ignores paging
    assert [item["number"] for item in items] == sorted(
        (item["number"] for item in items), reverse=True
    )
    deployments = (await cloudflare.get(f"{script(world)}/deployments")).json()["result"]
    live = deployments["deployments"][0]["versions"]
    assert live == [{"version_id": items[0]["id"], "percentage": 100}]
    one = (await cloudflare.get(f"{script(world)}/versions/{items[0]['id']}")).json()["result"]
    assert {binding["name"] for binding in one["resources"]["bindings"]} >= {"KV_CACHE"}


@pytest.mark.parametrize("shares", [(60, 30), (100, 0, 0), (), (120, -20)])
async def test_impossible_deployments_are_refused(
    world: World, cloudflare: httpx.AsyncClient, shares: tuple[int, ...]
) -> None:
    versions = world.account.scripts[WORKER].versions
    split = [
        {"version_id": version.id, "percentage": share}
        for version, share in zip(versions, shares, strict=False)
    ]
    body = {"strategy": "percentage", "versions": split}
    answer = await cloudflare.post(f"{script(world)}/deployments", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 10021)


async def test_a_split_really_splits_and_an_override_overrides(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    old, new = (version.id for version in world.account.scripts[WORKER].versions[-2:])
    split = [{"version_id": old, "percentage": 75}, {"version_id": new, "percentage": 25}]
    body = {"strategy": "percentage", "versions": split}
    assert (await cloudflare.post(f"{script(world)}/deployments", json=body)).status_code == 200
    answered = [(await api.get("/api/version")).json()["version"] for _ in range(40)]
    assert 4 <= answered.count(new) <= 16
    assert answered.count(old) == 40 - answered.count(new)
    override = {"Cloudflare-Workers-Version-Overrides": f'{WORKER}="{new}"'}
    told = {(await api.get("/api/version", headers=override)).json()["version"] for _ in range(8)}
    assert told == {new}
    elsewhere = {"Cloudflare-Workers-Version-Overrides": f'other="{new}"'}
    told = {(await api.get("/api/version", headers=elsewhere)).json()["version"] for _ in range(12)}
    assert old in told  # an override that does not apply falls through silently
