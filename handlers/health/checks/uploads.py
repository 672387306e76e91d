"""Uploads: the R2 bucket itself, by S3 keys or Cloudflare's API, else the platform's word."""

from __future__ import annotations

import time

from bot.clients.http_faults import NoAnswer
from bot.clients.storage_trouble import StorageFailure, StorageTrouble
from bot.errors import OpsError, Refused
from bot.judging.reading import no_answer
from bot.judging.states import State
from bot.judging.wording import duration
from handlers.health.checks.told import by_platform
from handlers.health.result import Check
from handlers.health.scene import Scene

ADDRESS = "/api/health/storage"
_EFFECTS = {
    "uploads": "Uploads fail too if the platform's own access was taken away as well.",
    "backup": "Nobody sees from here whether there is a recent backup.",
}
ONLY_THE_BOT = "Only the bot's own access to Cloudflare fails."
_ENABLE = "Set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY to look at the bucket itself."


async def check(scene: Scene) -> Check:
    if scene.own and scene.clients.uploads.configured:
        return await _by_bucket(scene)
    if scene.own and scene.clients.cloudflare.configured:
        return await _by_account(scene)
    return await by_platform(
        scene, "uploads", ADDRESS, ("storage", "r2", "upload"), "the upload storage", _ENABLE
    )


async def _by_bucket(scene: Scene) -> Check:
    bucket = scene.clients.uploads
    started = time.perf_counter()
    try:
        await bucket.reach(deadline=scene.settings.checks.uploads)
    except StorageFailure as failure:
        return storage_failed("uploads", failure)
    return _reached(bucket.name, (time.perf_counter() - started) * 1000, "by its S3 keys")


async def _by_account(scene: Scene) -> Check:
    cloudflare, wanted = scene.clients.cloudflare, scene.settings.storage.uploads_bucket
    started = time.perf_counter()
    try:
        result = await cloudflare.get(
            f"{cloudflare.account}/r2/buckets",
            permission="R2 Read",
            params={"name_contains": wanted, "per_page": 1000},
            deadline=scene.settings.checks.uploads,
        )
    except OpsError as error:
        return account_failed(error)
    buckets = result.get("buckets") if isinstance(result, dict) else None
    listed = buckets if isinstance(buckets, list) else []
    names = {bucket.get("name") for bucket in listed if isinstance(bucket, dict)}
    if wanted not in names:
        return storage_failed("uploads", StorageFailure(StorageTrouble.NO_BUCKET, wanted))
    return _reached(wanted, (time.perf_counter() - started) * 1000, "by Cloudflare's list")


def storage_failed(component: str, failure: StorageFailure) -> Check:
    """What a bucket's failure means. Pure."""
    said = f" The store's word: {failure.code}." if failure.code else ""
    match failure.trouble:
        case StorageTrouble.SLOW_DOWN:
            state = State.UNKNOWN
        case StorageTrouble.DENIED | StorageTrouble.KEYS:
            state = State.DEGRADED  # the bot's own keys; the platform may have better ones
        case _:
            state = State.DOWN
    return Check(
        component=component,
        state=state,
        effect=_EFFECTS.get(component, "") if state is State.DEGRADED else "",
        summary=str(failure.trouble),
        meaning=failure.message,
        next_step=failure.hint,
        lost=str(failure.trouble),
        evidence=(f"S3: {failure.trouble}.{said}",),
    )


def account_failed(error: OpsError) -> Check:
    """Cloudflare's API cannot be asked, which says nothing of the bucket. Pure."""
    if isinstance(error, NoAnswer):
        summary = no_answer(error).summary
    else:
        summary = "bot's token refused" if isinstance(error, Refused) else "not readable"
    return Check(
        component="uploads",
        state=State.UNKNOWN,
        summary=summary,
        meaning=f"The bucket could not be looked for: {error.message}",
        next_step=error.hint or _ENABLE,
        effect=ONLY_THE_BOT,
        lost=str(error.trouble) if isinstance(error, NoAnswer) else "",
        evidence=(f"Cloudflare API, R2 buckets: {error.message}",),
    )


def _reached(name: str, latency: float, how: str) -> Check:
    return Check(
        component="uploads",
        state=State.HEALTHY,
        summary="healthy",
        meaning=f"The bucket {name} is there and may be listed.",
        value=duration(latency),
        latency_ms=latency,
        evidence=(f"Bucket {name}: found {how} in {duration(latency)}",),
    )
