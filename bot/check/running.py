"""Look at everything at once, each under a deadline of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.check import (
    backups,
    buckets,
    cloudflare,
    cloudflare_permissions,
    cloudflare_zone,
    database,
    machine,
    platform,
    records,
    roles,
    slack,
)
from bot.check.report import CheckReport, Item, failed
from bot.clients import Clients
from bot.redaction import Redactor
from bot.settings import Settings

Look = Callable[[Settings, Clients], Awaitable[Sequence[Item]]]
_GRACE_SECONDS = 1.0  # a look ends by its own time-outs, which say more than ours


@dataclass(frozen=True, slots=True)
class Probe:
    """One look: `title` stands for all its items where it does not finish in `seconds`."""

    title: str
    seconds: float
    look: Look


def probes(settings: Settings) -> tuple[Probe, ...]:
    """What is looked at, in the order it is shown."""
    checks, calm = settings.checks, settings.network.timeout_seconds
    named = settings.environments
    return (
        Probe(machine.SETTINGS, calm, machine.settings_file),
        Probe(machine.DATA, calm, machine.data_folder),
        Probe(records.RECORDS, calm, records.records),
        Probe(machine.CERTIFICATES, calm, machine.certificates),
        Probe(slack.BOT_TOKEN, calm, slack.bot_token),
        Probe(slack.APP_TOKEN, calm, slack.app_token),
        Probe(slack.SIGNING_SECRET, calm, slack.signing_secret),
        Probe(f"{slack.CHANNEL}s", calm * 2, slack.channels),
        Probe(roles.PEOPLE, calm * 2, roles.people),
        Probe(roles.GROUPS, calm * 2, roles.groups),
        Probe(roles.LIMITS, calm, roles.limits),
        *(
            Probe(f"Platform ({name})", checks.api + checks.site, _for(platform.addresses, name))
            for name in named
        ),
        Probe(cloudflare.TOKEN, calm * 2, cloudflare.token),
        Probe(cloudflare.ACCOUNT, calm, cloudflare.account),
        *(
            Probe(f"{cloudflare.WORKER} ({name})", calm, _for(cloudflare.worker, name))
            for name in named
        ),
        *(
            Probe(
                f"{cloudflare_permissions.LIVE_LOGS} ({name})",
                calm,
                _for(cloudflare_permissions.live_logs, name),
            )
            for name in named
        ),
        *(
            Probe(f"{title} ({name})", calm * 2, _for(look, name))
            for name in named
            for title, look in (
                (cloudflare_permissions.DEPLOYING, cloudflare_permissions.deploying),
                (cloudflare_permissions.PAGES, cloudflare_permissions.pages),
                (cloudflare_permissions.ANALYTICS, cloudflare_permissions.analytics),
            )
        ),
        Probe(cloudflare_permissions.NOTIFICATIONS, calm, cloudflare_permissions.notifications),
        Probe(cloudflare_zone.ZONE, calm * 2, cloudflare_zone.zone),
        Probe(database.DATABASE, checks.database, database.database),
        Probe(buckets.BACKUPS, checks.backup, buckets.backups),
        Probe(buckets.UPLOADS, checks.uploads, buckets.uploads),
        Probe(backups.PROGRAMS, checks.database + checks.backup, backups.backups),
    )


async def check(settings: Settings) -> CheckReport:
    """Look at everything concurrently. Raises nothing a service can cause: all becomes an item."""
    redact = Redactor(settings.secrets.values()).text
    clients = Clients.connect(settings, redact)
    looks = [_bounded(probe, settings, clients) for probe in probes(settings)]
    try:
        found = await asyncio.gather(*looks)
    finally:
        await clients.aclose()
    return CheckReport(
        tuple(
            replace(item, line=redact(item.line), remedy=redact(item.remedy))
            for items in found
            for item in items
        )
    )


async def _bounded(probe: Probe, settings: Settings, clients: Clients) -> Sequence[Item]:
    try:
        async with asyncio.timeout(probe.seconds + _GRACE_SECONDS):
            return await probe.look(settings, clients)
    except TimeoutError:
        line = f"Did not finish within {probe.seconds:g} s."
        return [failed(probe.title, line, "Check the network, then run the check again.")]


def _for(look: Callable[[Settings, Clients, str], Awaitable[Sequence[Item]]], name: str) -> Look:
    return partial(_named, look, name)


async def _named(
    look: Callable[[Settings, Clients, str], Awaitable[Sequence[Item]]],
    name: str,
    settings: Settings,
    clients: Clients,
) -> Sequence[Item]:
    return await look(settings, clients, name)
