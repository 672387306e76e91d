"""Reads what Cloudflare notifies of now, and changes it to what it should."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bot.clients import cloudflare_alerting as alerting
from bot.clients.cloudflare_alerting import Policy
from bot.command import Operation
from bot.errors import NotConfigured, OpsError
from handlers.cloudflare_alerts.difference import difference, filters_of
from handlers.cloudflare_alerts.result import NAME, Change, Difference, Done

if TYPE_CHECKING:
    from bot.runtime import Runtime

CONSEQUENCE = "Until then the bot's own rules watch alone."


def configured(runtime: Runtime) -> tuple[str, str]:
    """The address Cloudflare is told, and the secret; NotConfigured says what is missing."""
    settings = runtime.settings
    secret, url = settings.secrets.cloudflare_webhook_secret, settings.cloudflare.webhook_url
    if url is None:
        raise NotConfigured(
            "Cloudflare cannot be told where to notify the bot.",
            "Let the bot serve its web addresses at a public https address (table [http]), and "
            f"set webhook_url under [cloudflare] in pitchey.toml. {CONSEQUENCE}",
        )
    if secret is None:
        raise NotConfigured(
            "CLOUDFLARE_WEBHOOK_SECRET is not set.",
            f"Choose at least 16 random characters and set it in the environment. {CONSEQUENCE}",
        )
    return url, secret.get_secret_value()


async def compare(runtime: Runtime) -> Difference:
    """What has to change; raises NotConfigured and what the API does."""
    url, secret = configured(runtime)
    cloudflare = runtime.clients.cloudflare
    if not await alerting.webhooks_offered(cloudflare):
        raise OpsError(
            "This Cloudflare account has no webhooks for notifications.",
            f"They come with every paid plan, that of Workers too. {CONSEQUENCE}",
            permanent=True,
        )
    offered = await alerting.available(cloudflare)
    webhooks, policies = await alerting.webhooks(cloudflare), await alerting.policies(cloudflare)
    return difference(
        offered=offered,
        webhooks=webhooks,
        policies=policies,
        url=url,
        secret_known=runtime.store.webhooks.fingerprint(NAME) == fingerprint(secret),
        zone=cloudflare.zone_id,
    )


async def set_up(runtime: Runtime, operation: Operation) -> Done:
    """Make it so, the destination first; what is so already is left alone.

    A policy that Cloudflare refuses does not keep the others from being made.
    """
    url, secret = configured(runtime)
    cloudflare, found = runtime.clients.cloudflare, await compare(runtime)
    done: list[str] = []
    failed: list[str] = []
    destination = found.destination.id
    if found.destination.act != "keep":
        await operation.step(words(found.destination))
        destination = await alerting.put_webhook(cloudflare, NAME, url, secret, destination)
        runtime.store.webhooks.told(NAME, fingerprint(secret))
        done.append(words(found.destination))
    for change in found.policies:
        wanted = change.wanted
        if change.act == "keep" or wanted is None:
            continue
        await operation.step(words(change))
        policy = Policy(
            change.id,
            wanted.name,
            wanted.alert_type,
            True,
            frozenset({destination}),
            filters_of(wanted, cloudflare.zone_id),
        )
        try:
            await alerting.put_policy(cloudflare, policy)
        except OpsError as error:
            failed.append(f"{change.what}: {error.message}")
        else:
            done.append(words(change))
    return Done(tuple(done), found.missing, url, tuple(failed))


def words(change: Change) -> str:
    """Create policy …, as a step's name."""
    return f"{change.act.capitalize()} {change.what}"


def fingerprint(secret: str) -> str:
    """Tells whether a secret is the same one without telling anything of it."""
    return hashlib.scrypt(secret.encode(), salt=NAME.encode(), n=1024, r=8, p=1).hex()[:32]
