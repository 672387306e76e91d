"""What changes slowly: cache, certificates, backups, and the disk of the bot's machine."""

from __future__ import annotations

import asyncio
import shutil
from urllib.parse import urlsplit

from bot.backup_listing import backup_objects
from bot.clients.backup_listing import corrupt_backups, newest_backup
from bot.clients.cache_stats import read_hit_percent
from bot.clients.certificates import Certificate, Validity
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import CACHE_STATS, not_offered
from bot.errors import BadAnswer
from handlers.metrics.sampling.scene import Findings, Scene

DEADLINE = 20.0
LOOKUPS = "cache_lookups_since_start"


async def cache(scene: Scene) -> Findings:
    """Hit rate since the last look, and memory, of Redis; else the platform's own rate.

    Raises OpsError where Redis cannot be asked.
    """
    if not scene.own:
        return Findings(note="the cache belongs to the default environment")
    if not scene.clients.upstash.configured:
        return await _told(scene)
    use = await scene.clients.upstash.use(deadline=DEADLINE)
    before = scene.store.samples.latest(scene.environment.name, LOOKUPS)
    lookups = use.hits + use.misses
    samples = [scene.sample(LOOKUPS, lookups, use.hits)]
    known = (int(before.value), before.good or 0) if before else (0, 0)
    rate = rate_since(known, (lookups, use.hits))
    if rate is not None:
        samples.append(scene.sample("cache_hit_rate", rate))
    if use.memory_percent is not None:
        samples.append(scene.sample("memory", use.memory_percent))
    return Findings(tuple(samples), "" if rate is not None else "no lookups since the last look")


def rate_since(before: tuple[int, int], now: tuple[int, int]) -> float | None:
    """Percent of the lookups in between that hit; counters begin again with a restart. Pure."""
    lookups, hits = now[0] - before[0], now[1] - before[1]
    if lookups < 0 or hits < 0 or hits > lookups:
        lookups, hits = now
    return 100.0 * hits / lookups if lookups > 0 else None


async def _told(scene: Scene) -> Findings:
    platform = scene.clients.platform_for(scene.environment)
    refusal = await platform.refusal(deadline=DEADLINE)
    answer = await platform.get(CACHE_STATS, deadline=DEADLINE)
    if answer.status != 200 or not_offered(answer, refusal):
        return Findings(note="this release does not tell its cache's hit rate")
    try:
        percent = read_hit_percent(answer.json())
    except BadAnswer:
        percent = None
    if percent is None:
        return Findings(note="the platform's cache statistics hold no hit rate")
    return Findings((scene.sample("cache_hit_rate", percent),))


async def certificate(scene: Scene) -> Findings:
    """Days until the first certificate of API and site ends; 0 for one nobody accepts."""
    parts = [urlsplit(url) for url in (scene.environment.api_url, scene.environment.site_url)]
    hosts = {(part.hostname, part.port or 443) for part in parts if part.scheme == "https"}
    found = await asyncio.gather(
        *(_inspect(scene, host, port) for host, port in sorted(hosts) if host)
    )
    days = [
        max(0.0, each.days_left(scene.now)) if each.validity is Validity.VALID else 0.0
        for each in found
        if each is not None
    ]
    if not days:
        return Findings(note="no certificate could be looked at")
    return Findings((scene.sample("certificate_days", min(days)),))


async def _inspect(scene: Scene, host: str, port: int) -> Certificate | None:
    try:
        return await scene.clients.certificates.inspect(host, port, deadline=DEADLINE)
    except NoAnswer:
        return None


async def backup(scene: Scene) -> Findings:
    """The newest whole backup: its age in hours, how its size changed, and how many newer ones
    are corrupt. Raises StorageFailure."""
    bucket = scene.clients.backups
    if not scene.own or not bucket.configured:
        return Findings(note="the backups' bucket is not configured for this environment")
    objects = await backup_objects(bucket, scene.settings, deadline=DEADLINE, now=scene.now)
    newest = newest_backup(objects)
    if newest is None:
        bad = float(corrupt_backups(objects))
        samples = [scene.sample("backups_corrupt", bad)] if bad else []
        return Findings(tuple(samples), note="there is no whole backup")
    hours = max(0.0, (scene.now - newest.finished).total_seconds() / 3600)
    samples = [
        scene.sample("backup_age_hours", hours),
        scene.sample("backups_corrupt", float(newest.corrupt)),
    ]
    if newest.change_percent is not None:
        samples.append(scene.sample("backup_size_change", abs(newest.change_percent)))
    return Findings(tuple(samples))


async def disk(scene: Scene) -> Findings:
    """Percent used of the disk that holds the bot's store."""
    if not scene.own:
        return Findings(note="the disk is told once, with the default environment")
    folder = scene.settings.store.path.absolute().parent
    try:
        use = await asyncio.to_thread(shutil.disk_usage, folder)
    except OSError as error:
        return Findings(note=f"the disk cannot be read: {error.strerror}")
    # As df counts: what only root may use is not free for the bot.
    return Findings((scene.sample("disk", 100.0 * use.used / max(1, use.used + use.free)),))
