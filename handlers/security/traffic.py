"""Whether the refused requests of a day look like an attack: tried passwords, scans, surges."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_requests import RefusedRequest, refused_requests
from bot.errors import OpsError
from bot.moments import written
from bot.store.security_findings import Finding
from handlers.security.result import Part

if TYPE_CHECKING:
    from bot.runtime import Runtime

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SECONDS = 20.0
TRIED_PASSWORDS = 30  # refused sign-ins of five minutes; people mistype, programs try
FIVE_MINUTES = 300
SCANNED_PATHS = 3  # different paths that only scanners ask for
SURGE = 3.0  # times as many as a week before
SURGE_LEAST = 50  # refused requests of a path, or it is noise
_SIGN_IN = re.compile(r"/(?:auth|login|sign-?in|session)(?:/|$)")
# What no page of the platform links to (the lists of common scanners).
_SCANNERS = re.compile(
    r"(?i)/(?:\.env|\.git|\.aws|\.ssh|\.svn|wp-|wordpress|xmlrpc|phpmyadmin|phpinfo|vendor/phpunit|"
    r"cgi-bin|actuator|server-status|solr|boaform|owa/|autodiscover|\.well-known/acme-[^/]*/\.\.)|"
    r"\.(?:php|asp|aspx|jsp|cgi|bak|sql|old)$"
)


async def look(runtime: Runtime) -> Part:
    """The last day against the same day a week before, for each environment with a Worker."""
    found: list[Finding] = []
    missing, looked = [], 0
    for environment in runtime.settings.environments.values():
        script = environment.worker_script
        if not script:
            continue
        now = runtime.now()
        try:
            today = await _asked(runtime, script, now - DAY, now)
            before = await _asked(runtime, script, now - WEEK, now - WEEK + DAY)
        except OpsError as error:
            missing.append(f"{environment.name}: {error.message.rstrip('.')}")
            continue
        looked += len(today)
        found += anomalies(environment.name, today, before, runtime.settings.security.owner)
        if today and not any(each.address for each in today):
            missing.append(f"{environment.name}: Cloudflare keeps no addresses of visitors")
    return Part("traffic", tuple(found), f"{looked:,} refused requests of 24 h", "; ".join(missing))


async def _asked(
    runtime: Runtime, script: str, since: datetime, until: datetime
) -> tuple[RefusedRequest, ...]:
    cloudflare = runtime.clients.cloudflare
    return await refused_requests(cloudflare, script, since, until, deadline=SECONDS)


def anomalies(
    environment: str,
    today: Sequence[RefusedRequest],
    before: Sequence[RefusedRequest],
    owner: str = "",
) -> list[Finding]:
    """What is beyond the usual. Pure."""
    return [
        *_tried_passwords(environment, today, owner),
        *_scans(environment, today, owner),
        *_surges(environment, today, before, owner),
    ]


def _tried_passwords(
    environment: str, today: Sequence[RefusedRequest], owner: str
) -> Iterable[Finding]:
    windows: defaultdict[int, list[RefusedRequest]] = defaultdict(list)
    for each in today:
        if each.status in (400, 401, 403, 429) and _SIGN_IN.search(each.path):
            if each.method == "GET":
                continue  # asking whether one is signed in is no attempt
            windows[int(each.at.timestamp()) // FIVE_MINUTES].append(each)
    busiest = max(windows.values(), key=len, default=[])
    if len(busiest) < TRIED_PASSWORDS:
        return
    start = min(each.at for each in busiest)
    yield Finding(
        "traffic", environment, "tried passwords",
        f"Passwords are tried at {busiest[0].path}: {len(busiest)} refused within 5 minutes",
        "critical",
        f"{written(start)}{_from(busiest)}; {TRIED_PASSWORDS} count as an attack",
        "Block where it comes from (`security block`), and end the sessions of accounts that "
        "were signed in to meanwhile (`sessions revoke`).",
        owner,
    )  # fmt: skip


def _scans(environment: str, today: Sequence[RefusedRequest], owner: str) -> Iterable[Finding]:
    asked = [each for each in today if _SCANNERS.search(each.path)]
    paths = sorted({each.path for each in asked})
    if len(paths) < SCANNED_PATHS:
        return
    yield Finding(
        "traffic", environment, "scan",
        f"Somebody scans the API for holes: {len(paths)} paths that it never had",
        "warning",
        f"{', '.join(paths[:4])}{' …' if len(paths) > 4 else ''}{_from(asked)}",
        "Block where it comes from (`security block`); nothing of it was found.",
        owner,
    )  # fmt: skip


def _surges(
    environment: str,
    today: Sequence[RefusedRequest],
    before: Sequence[RefusedRequest],
    owner: str,
) -> Iterable[Finding]:
    usual = Counter((each.path, each.status) for each in before)
    for (path, status), count in Counter((each.path, each.status) for each in today).most_common():
        if count < SURGE_LEAST or count < SURGE * max(1, usual[path, status]):
            continue
        if _SCANNERS.search(path):
            continue
        yield Finding(
            "traffic", environment, f"surge {path} {status}",
            f"{path} was answered with {status} {count:,} times in a day",
            "warning" if status < 500 else "critical",
            f"{usual[path, status]:,} times on the same day a week before",
            "See `logs errors` for what it says, and `deployments` for what changed.",
            owner,
        )  # fmt: skip


def _from(asked: Sequence[RefusedRequest]) -> str:
    """Where most of them came from, as far as that is kept."""
    for name, places in (
        ("address", Counter(each.address for each in asked if each.address)),
        ("country", Counter(each.country for each in asked if each.country)),
    ):
        if places:
            place, count = places.most_common(1)[0]
            return f", {count} of them from {name} {place}"
    return ""
