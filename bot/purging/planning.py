"""A dry run: which tiers a purge hits, with how many requests and keys, before anybody is asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bot.clients.cloudflare_purge import LIMITS, PurgeLimits
from bot.clients.cloudflare_purge import Kind as EdgeKind
from bot.clients.cloudflare_zone import Zone, zone_of
from bot.errors import BadInput, NotConfigured, OpsError
from bot.purging.addresses import absolute, place_of
from bot.purging.known import Known, known
from bot.purging.wanted import Kind, Places, Wanted, wanted

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.clients.upstash import Upstash
    from bot.settings import Settings

_KEYS_SECONDS = 15.0
_EDGE: dict[Kind, EdgeKind] = {
    Kind.URL: "files", Kind.PREFIX: "prefixes", Kind.TAG: "tags", Kind.HOST: "hosts",
    Kind.EVERYTHING: "everything",
}  # fmt: skip
NO_ZONE = (
    "This platform has no Cloudflare zone: on workers.dev and pages.dev there is no cache that "
    "can be purged."
)
INSTEAD = (
    "What works: Redis keys with `cache purge keys pitches:*`; a new Pages deployment replaces "
    "the site's files; what a Worker keeps in caches.default ends with its time to live."
)


@dataclass(frozen=True, slots=True)
class EdgeWork:
    """What Cloudflare is asked for; `values` are empty for everything."""

    kind: EdgeKind
    values: tuple[str, ...]
    limits: PurgeLimits

    @property
    def batches(self) -> tuple[tuple[str, ...], ...]:
        """The values of each request, all of them, each once."""
        most = self.limits.most(self.kind)
        starts = range(0, len(self.values), most)
        return tuple(self.values[at : at + most] for at in starts) or ((),)

    @property
    def seconds(self) -> float:
        """How long the plan's limits make it take at least."""
        return self.limits.seconds(self.kind, len(self.values))

    @property
    def digest(self) -> str:
        text = "\n".join((self.kind, *self.values))
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class KeysWork:
    """`matched` of `total` keys go; `kept` ones fit, but hold no cache."""

    patterns: tuple[str, ...]
    matched: tuple[str, ...]
    kept: int
    total: int


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """`edge` or `keys` is None where that tier is not hit, and `left` says why."""

    wanted: Wanted
    zone: Zone | None
    edge: tuple[EdgeWork, ...]
    keys: KeysWork | None
    left: tuple[str, ...]
    samples: tuple[str, ...]  # addresses that are asked for again afterwards
    known: Known | None = None

    @property
    def state(self) -> str:
        """Changes with what would be purged, but not with how many keys Redis holds just now."""
        parts = [each.digest for each in self.edge]
        parts.append(",".join(self.keys.patterns) if self.keys else "no keys")
        return "|".join((self.wanted.kind, self.zone.plan if self.zone else "no zone", *parts))


async def plan(clients: Clients, settings: Settings, kind: Kind, text: str) -> PurgePlan:
    """Raises BadInput, NotConfigured and whatever a tier that is needed answers."""
    environment = settings.environment()
    zone = await zone_of(clients.cloudflare) if clients.cloudflare.zone_id else None
    places = Places(environment.site_url, environment.api_url, zone)
    asked = wanted(kind, text, places)
    if asked.kind is Kind.KEYS:
        work = await find_keys(clients.upstash, asked.values, settings.cache.keep_keys)
        return PurgePlan(asked, zone, (), work, ("the edge: Redis keys were named",), ())
    if zone is None and asked.kind is not Kind.EVERYTHING:
        raise NotConfigured(NO_ZONE, INSTEAD)
    found = await known(clients, settings)
    edge = _edge(asked, zone, found, places)
    left = [] if zone else [f"the edge: {NO_ZONE}"]
    keys = None
    if asked.kind is Kind.EVERYTHING:
        keys = await _all_keys(clients, settings, left)
        if zone is None and keys is None:
            raise NotConfigured(f"{NO_ZONE} Redis is not configured either.", INSTEAD)
    else:
        left.append(
            "Redis, whose keys are purged by cache purge keys and a pattern such as pitches:*"
        )
    samples = _samples(edge, found, zone)
    return PurgePlan(asked, zone, edge, keys, tuple(left), samples, found)


async def find_keys(upstash: Upstash, patterns: tuple[str, ...], keep: tuple[str, ...]) -> KeysWork:
    """Look, delete nothing. Raises as Upstash.use does."""
    matched: dict[str, None] = {}
    for pattern in patterns:
        async for keys in upstash.scan(pattern, deadline=_KEYS_SECONDS):
            matched |= dict.fromkeys(keys)
    total = int(await upstash.command("DBSIZE", deadline=_KEYS_SECONDS))
    going = tuple(key for key in matched if not any(fnmatchcase(key, each) for each in keep))
    return KeysWork(patterns, going, len(matched) - len(going), total)


async def _all_keys(clients: Clients, settings: Settings, left: list[str]) -> KeysWork | None:
    cache = settings.cache
    if not clients.upstash.configured:
        left.append("Redis: UPSTASH_REDIS_REST_URL and its token are not set")
        return None
    try:
        return await find_keys(clients.upstash, cache.keys, cache.keep_keys)
    except OpsError as error:
        if not clients.cloudflare.zone_id:
            raise
        left.append(f"Redis: {error.message}")
        return None


def _edge(asked: Wanted, zone: Zone | None, found: Known, places: Places) -> tuple[EdgeWork, ...]:
    """Pure."""
    if zone is None:
        return ()
    limits = LIMITS[zone.plan]
    if asked.kind is not Kind.PATTERN:
        return (EdgeWork(_EDGE[asked.kind], asked.values, limits),)
    prefixes, urls, lost = [], [], []
    for pattern in asked.values:
        literal = pattern.removesuffix("*")
        if "*" not in literal and "?" not in literal and not pattern.startswith("*"):
            # By prefix it is complete, whether or not somebody knows the addresses.
            prefixes.append(place_of(absolute(literal, places.site_url, places.api_url)))
            continue
        fitting = [url for url in found.fitting(pattern) if zone.covers(_host(url))]
        urls += fitting
        lost += [] if fitting else [pattern]
    if lost:
        raise BadInput(
            f"No known address fits {', '.join(lost)[:200]}.",
            f"{len(found.urls):,} addresses are known; name further ones in [cache] routes.",
        )
    work = []
    if prefixes:
        work.append(EdgeWork("prefixes", tuple(dict.fromkeys(prefixes)), limits))
    if urls:
        work.append(EdgeWork("files", tuple(dict.fromkeys(urls)), limits))
    return tuple(work)


def _samples(edge: tuple[EdgeWork, ...], found: Known, zone: Zone | None) -> tuple[str, ...]:
    """At most three addresses that show the effect; files first, for they are what is kept."""
    if zone is None:
        return ()
    fitting: list[str] = []
    for work in edge:
        match work.kind:
            case "files":
                fitting += work.values
            case "prefixes":
                fitting += [u for u in found.urls if place_of(u).startswith(work.values)]
            case "hosts":
                fitting += [u for u in found.urls if _host(u) in {_bare(v) for v in work.values}]
            case _:
                fitting += [u for u in found.urls if zone.covers(_host(u))]
    ordered = sorted(dict.fromkeys(fitting), key=lambda url: "." not in url.rpartition("/")[2])
    return tuple(ordered[:3])


def _host(url: str) -> str:
    return _bare(place_of(url).partition("/")[0])


def _bare(place: str) -> str:
    return place.partition(":")[0]
