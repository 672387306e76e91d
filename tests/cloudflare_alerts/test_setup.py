"""`alerts setup` against the sandbox's Cloudflare: what it makes, once, and what it cannot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.app import House
from bot.clients.cloudflare_alerting import Policy, Webhook
from bot.sandbox.cloudflare.account import PERMISSIONS, WRITE_NOTIFICATIONS, Zone
from bot.sandbox.world import World
from bot.shell import TerminalDesk
from handlers.cloudflare_alerts.difference import DDOS, INCIDENT, difference
from tests.cloudflare_alerts.receiver import Door, door
from tests.logs.stage import opened, run, settings_of

URL = "https://bot.example/webhooks/cloudflare"
ALL = frozenset({"dos_attack_l7", "incident_alert", "http_alert_origin_error"})


@asynccontextmanager
async def placed(
    world: World, folder: Path, token: str = "", **cloudflare: str
) -> AsyncIterator[tuple[House, Door]]:
    """A house that Cloudflare can call, and a person at its terminal who says yes."""
    async with door() as found:
        settings = settings_of(world, folder, webhook_url=found.url, **cloudflare)
        if token:
            kind = type(settings.secrets.cloudflare_api_token)
            changed = {"cloudflare_api_token": kind(token)}  # type: ignore[misc]
            secrets = settings.secrets.model_copy(update=changed)
            settings = settings.model_copy(update={"secrets": secrets})
        async with opened(world, folder, settings) as house:
            house.dispatcher.guard.desk = TerminalDesk(yes=True)
            found.house = house
            yield house, found


async def test_made_once_and_then_left_alone(world: World, tmp_path: Path) -> None:
    alerting = world.cloudflare.alerting
    async with placed(world, tmp_path) as (house, found):
        before = await run(house, "alerts check")
        assert before.exit_code == 1
        first = await run(house, "alerts setup")
        assert first.outcome == "succeeded"
        assert "3 changes made" in first.text
        told = json.dumps(first.blocks)
        assert "Worker errors above 100 an hour" in told
        assert "no Cloudflare zone" in told
        kinds = sorted(each["alert_type"] for each in alerting.policies.values())
        assert kinds == ["dos_attack_l7", "incident_alert"]
        (webhook,) = alerting.webhooks.values()
        assert (webhook.url, found.answered) == (found.url, [200])
        assert webhook.secret == world.environment["CLOUDFLARE_WEBHOOK_SECRET"]
        assert webhook.secret not in told
        house.dispatcher.guard.desk = TerminalDesk(yes=False)  # nobody is asked to confirm nothing
        second = await run(house, "alerts setup")
        assert "nothing was changed" in second.text
        assert second.outcome == "succeeded"
        assert len(house.store.operations.newest(5)) == 1
        assert found.answered == [200]
        after = await run(house, "alerts check")
        assert after.exit_code == 0
        assert "last test notification" in json.dumps(after.blocks)


async def test_what_somebody_changed_is_put_right_and_others_are_left(
    world: World, tmp_path: Path
) -> None:
    alerting = world.cloudflare.alerting
    async with placed(world, tmp_path) as (house, _):
        await run(house, "alerts setup")
        policy = next(iter(alerting.policies.values()))
        policy["enabled"] = False
        alerting.policies["other"] = {**policy, "id": "other", "name": "Somebody's"}
        check = await run(house, "alerts check")
        assert "switched off" in json.dumps(check.blocks)
        assert "1 other policy, left alone" in json.dumps(check.blocks)
        await run(house, "alerts setup")
        assert alerting.policies[policy["id"]]["enabled"] is True
        assert alerting.policies["other"]["enabled"] is False


async def test_an_enterprise_zone_has_the_origin_alert_too(world: World, tmp_path: Path) -> None:
    zone = world.account.zone = Zone("pitchey.example", "enterprise")
    async with placed(world, tmp_path, zone_id=zone.id) as (house, _):
        reply = await run(house, "alerts setup")
    assert "4 changes made" in reply.text
    (origin,) = (
        each
        for each in world.cloudflare.alerting.policies.values()
        if each["alert_type"] == "http_alert_origin_error"
    )
    assert origin["filters"]["zones"] == [zone.id]


async def test_what_the_account_or_the_token_may_not(world: World, tmp_path: Path) -> None:
    token = world.account.issue(PERMISSIONS - {WRITE_NOTIFICATIONS} | {"Notifications Read"}).value
    async with placed(world, tmp_path, token) as (house, _):
        refused = await run(house, "alerts setup")
    assert "Notifications Edit" in json.dumps(refused.blocks)
    world.account.pays = False
    async with placed(world, tmp_path) as (house, _):
        unpaid = await run(house, "alerts setup")
    assert "no webhooks" in unpaid.text + json.dumps(unpaid.blocks)
    assert world.cloudflare.alerting.webhooks == {}


async def test_a_bot_that_cannot_be_reached_is_told_so(world: World, tmp_path: Path) -> None:
    async with placed(world, tmp_path) as (house, found):
        found.status = 500
        reply = await run(house, "alerts setup")
        assert "test notification" in json.dumps(reply.blocks)
    assert world.cloudflare.alerting.webhooks == {}
    async with opened(world, tmp_path, settings_of(world, tmp_path)) as house:
        unset = await run(house, "alerts check")
    assert "webhook_url" in json.dumps(unset.blocks)


@pytest.mark.parametrize("fault", ["cloudflare_down", "cloudflare_lies", "cloudflare_limited"])
async def test_faults_change_nothing(world: World, tmp_path: Path, fault: str) -> None:
    async with placed(world, tmp_path) as (house, _):
        world.faults.switch(fault, True)
        reply = await run(house, "alerts setup")
    assert reply.exit_code != 0
    assert "itself failed" not in reply.text
    assert world.cloudflare.alerting.policies == {}


def test_a_destination_is_known_by_its_address_too() -> None:
    found = difference(
        offered=ALL,
        webhooks=[Webhook("w", "old name", URL)],
        policies=[],
        url=URL,
        secret_known=True,
        zone=None,
    )
    assert (found.destination.act, found.destination.id) == ("change", "w")


def test_only_what_differs_is_changed() -> None:
    right = Policy("p", DDOS.name, DDOS.alert_type, True, frozenset({"w"}))
    elsewhere = Policy("q", INCIDENT.name, INCIDENT.alert_type, True, frozenset({"other"}))
    found = difference(
        offered=ALL,
        webhooks=[Webhook("w", "Pitchey Ops", URL)],
        policies=[right, elsewhere],
        url=URL,
        secret_known=True,
        zone=None,
    )
    assert [each.act for each in found.policies] == ["keep", "change"]
    assert found.destination.act == "keep"
    assert found.policies[1].why == "it does not notify the bot"
    assert [each.title for each in found.missing][1:] == ["Origin error rate"]
