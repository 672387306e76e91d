"""Cloudflare, the platform, this machine, the database and the buckets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check import CheckReport, State
from tests.check.world import TOKENS, checked, item, running

WORKER = "/cf/accounts/a1/workers/scripts/pitchey-production/deployments"
VERIFY = "/cf/user/tokens/verify"


LIVE, NOTIFICATIONS = "Cloudflare live logs (production)", "Cloudflare notifications"
POLICIES = "/cf/accounts/a1/alerting/v3/policies"
HOOK = "https://bot.example/webhooks/cloudflare"


def refusal(code: int) -> dict[str, object]:
    return {"success": False, "errors": [{"code": code, "message": "no"}], "result": None}


async def test_cloudflare_is_good(tmp_path: Path) -> None:
    async with running() as world:
        report = await checked(tmp_path, world)
    for title in ("Cloudflare token", "Cloudflare account", "Cloudflare Worker (production)"):
        assert item(report, title).state is State.GOOD


async def test_a_token_owned_by_the_account(tmp_path: Path) -> None:
    async with running() as world:
        good = world.answers[VERIFY]
        world.answers[VERIFY] = (401, refusal(1000))
        world.answers["/cf/accounts/a1/tokens/verify"] = good
        report = await checked(tmp_path, world)
    assert item(report, "Cloudflare token").state is State.GOOD


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, refusal(1000), "refuses"),
        (200, {"success": True, "result": {"status": "expired"}}, "expired"),
        (200, {"success": True, "result": None}, "unknown state"),
        (503, "<html>no</html>", "503"),
        (429, "busy", "too many"),
    ],
)
async def test_a_cloudflare_token_that_does_not_work(
    tmp_path: Path, status: int, body: object, words: str
) -> None:
    async with running() as world:
        world.answers[VERIFY] = (status, body)
        world.answers["/cf/accounts/a1/tokens/verify"] = (status, body)
        report = await checked(tmp_path, world)
    token = item(report, "Cloudflare token")
    assert token.state is State.FAILED
    assert words in token.line
    assert token.remedy


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, 10007, "no Worker called pitchey-production"),
        (403, 10000, "may not read"),
        (404, 7003, "does not know this address"),
        (500, 1, "failing"),
    ],
)
async def test_a_worker_that_cannot_be_read(
    tmp_path: Path, status: int, code: int, words: str
) -> None:
    async with running() as world:
        world.answers[WORKER] = (status, refusal(code))
        report = await checked(tmp_path, world)
    worker = item(report, "Cloudflare Worker (production)")
    assert worker.state is State.FAILED
    assert words in worker.line
    assert worker.remedy


async def test_what_live_logs_and_notifications_need(tmp_path: Path) -> None:
    tails = WORKER.replace("/deployments", "/tails")
    environ = {**TOKENS, "CLOUDFLARE_WEBHOOK_SECRET": "planted-0123456789abcdef"}
    told = f'webhook_url = "{HOOK}"'
    async with running() as world:
        without = await checked(tmp_path, world)
        good = await checked(tmp_path, world, environ, cloudflare=told)
        world.answers[tails] = world.answers[POLICIES] = (403, refusal(10000))
        refused = await checked(tmp_path, world, environ, cloudflare=told)
    assert item(without, NOTIFICATIONS).state is State.SKIPPED
    assert item(without, LIVE).state is State.GOOD
    assert item(good, LIVE).state is item(good, NOTIFICATIONS).state is State.GOOD
    assert "Workers Tail Read" in item(refused, LIVE).remedy
    assert "Notifications Read" in item(refused, NOTIFICATIONS).remedy


async def test_what_deploying_and_the_site_need(tmp_path: Path) -> None:
    deploying, pages = "Cloudflare deployments (production)", "Cloudflare Pages (production)"
    async with running() as world:
        good = await checked(tmp_path, world)
        world.answers[f"POST {WORKER}"] = (403, refusal(10000))
        world.answers["/cf/accounts/a1/pages/projects/pitchey"] = (403, refusal(10000))
        refused = await checked(tmp_path, world)
        world.answers[f"POST {WORKER}"] = (200, {"success": True, "result": {}})
        odd = await checked(tmp_path, world)
    assert item(good, deploying).state is item(good, pages).state is State.GOOD
    assert "Workers Scripts Write" in item(refused, deploying).remedy
    assert "Pages Read" in item(refused, pages).remedy
    assert item(odd, deploying).state is State.FAILED


async def test_the_platform(tmp_path: Path) -> None:
    async with running() as world:
        api, site = "/platform/api/health/ping", "/site/"
        world.answers[api], world.answers[site] = (404, {"error": "no"}), (404, "no page")
        older = await checked(tmp_path, world)
        world.answers[api] = (502, "<html>bad gateway</html>")
        wrong = await checked(tmp_path, world)
        world.stuck |= {api, site}
        stuck = await checked(tmp_path, world)
    # A release without the ping address answers 404, and is reachable.
    assert item(older, "Platform API (production)").state is State.GOOD
    assert item(older, "Platform site (production)").state is State.WARNING
    assert item(wrong, "Platform API (production)").state is State.WARNING
    for title in ("Platform API (production)", "Platform site (production)"):
        assert item(stuck, title).state is State.FAILED


async def test_nothing_listens(tmp_path: Path) -> None:
    async with running() as world:
        pass
    report = await checked(tmp_path, world)
    assert item(report, "Slack bot token").state is State.FAILED
    assert "refuses connections" in item(report, "Platform API (production)").line
    everything_has_a_remedy(report)


def everything_has_a_remedy(report: CheckReport) -> None:
    for entry in report.items:
        if entry.state in {State.FAILED, State.WARNING}:
            assert entry.remedy, entry
        assert "\n" not in entry.line
        assert "planted" not in entry.line + entry.remedy


async def test_the_data_folder(tmp_path: Path) -> None:
    async with running() as world:
        good = await checked(tmp_path, world)
        (tmp_path / "file").write_text("")
        under_a_file = await checked(tmp_path, world, extra='[store]\npath = "file/x.sqlite3"\n')
        a_folder = await checked(tmp_path, world, extra='[store]\npath = "."\n')
        no_such_disk = await checked(tmp_path, world, extra='[store]\npath = "/proc/x/y"\n')
    assert item(good, "Data folder").state is State.GOOD
    assert not (tmp_path / "var").exists()  # looking changes nothing
    for report in (under_a_file, a_folder, no_such_disk):
        assert item(report, "Data folder").state is State.FAILED
        everything_has_a_remedy(report)


async def test_a_database_that_refuses(tmp_path: Path) -> None:
    environ = {**TOKENS, "DATABASE_URL": "postgresql://bot:planted@127.0.0.1:1/pitchey"}
    async with running() as world:
        report = await checked(tmp_path, world, environ=environ)
    assert item(report, "Database").state is State.FAILED
    assert "refuses connections" in item(report, "Database").line
    assert item(report, "Database permissions").state is State.SKIPPED
    everything_has_a_remedy(report)


async def test_buckets_without_keys_are_skipped_by_name(tmp_path: Path) -> None:
    async with running() as world:
        report = await checked(tmp_path, world)
    backups = item(report, "Backups bucket")
    assert backups.state is State.SKIPPED
    assert "AWS_ACCESS_KEY_ID" in backups.remedy


async def test_a_token_that_may_not_read_figures(tmp_path: Path) -> None:
    async with running() as world:
        world.answers["/cf/graphql"] = (403, refusal(10000))
        report = await checked(tmp_path, world)
    found = item(report, "Cloudflare analytics (production)")
    assert found.state is State.FAILED
    assert "Account Analytics Read" in found.remedy


async def test_records_in_postgresql_are_tried(tmp_path: Path) -> None:
    address = '[store]\nurl = "postgresql://bot@127.0.0.1:9/records"'
    async with running() as world:
        report = await checked(
            tmp_path, world, TOKENS | {"STORE_PASSWORD": "planted"}, extra=address
        )
    found = item(report, "Records")
    assert found.state is State.FAILED
    assert found.line == "The store 127.0.0.1/records does not answer."
    assert "[store] url" in found.remedy
