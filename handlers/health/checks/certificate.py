"""Certificates of the site and the API: valid, for the right host, and for how long."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime
from urllib.parse import urlsplit

from bot.clients.certificates import Certificate, Validity
from bot.clients.health_words import tidy
from bot.clients.http_faults import NoAnswer
from bot.judging.reading import Finding, no_answer
from bot.judging.states import State
from bot.judging.wording import listed
from bot.settings import Checks
from handlers.health.result import Check
from handlers.health.scene import Scene

_RENEW = "Renew or correct it in Cloudflare, SSL/TLS, Edge Certificates."


async def check(scene: Scene) -> Check:
    hosts = hosts_of(scene.environment.site_url, scene.environment.api_url)
    if not hosts:
        return Check(
            "certificate",
            State.NOT_CONFIGURED,
            "not configured",
            "Site and API are configured with http addresses, which have no certificate.",
            "Use https addresses in pitchey.toml.",
        )
    found = await asyncio.gather(*(_inspect(scene, host, port) for host, port in hosts))
    return decide(tuple(found), scene.now, scene.settings.checks)


def hosts_of(*urls: str) -> tuple[tuple[str, int], ...]:
    """Host and port of each https address, each once."""
    parts = [urlsplit(url) for url in urls]
    return tuple(
        dict.fromkeys(
            (part.hostname, part.port or 443)
            for part in parts
            if part.scheme == "https" and part.hostname
        )
    )


def decide(found: tuple[Certificate | NoAnswer, ...], now: datetime, limits: Checks) -> Check:
    """The worst of the certificates decides. Pure."""
    judged = [(_judge(each, now, limits), each) for each in found]
    worst, host = min(judged, key=lambda pair: pair[0].state.rank)
    days = [whole_days(each.days_left(now)) for each in found if isinstance(each, Certificate)]
    left = min(days, default=None)
    urgent = left is not None and left < limits.certificate_critical_days
    limit = (
        f"critical below {limits.certificate_critical_days} days"
        if urgent
        else f"alert below {limits.certificate_warning_days} days"
    )
    return Check(
        component="certificate",
        state=worst.state,
        summary=worst.summary,
        meaning=worst.meaning,
        next_step=worst.next_step,
        value=f"{_days(left)} left" if left is not None and left >= 0 else "",
        threshold=limit if left is not None and left >= 0 else "",
        amount=left,
        unit="days" if left is not None else "",
        lost=str(host.trouble) if isinstance(host, NoAnswer) else "",
        evidence=tuple(_evidence(each, now) for each in found),
    )


async def _inspect(scene: Scene, host: str, port: int) -> Certificate | NoAnswer:
    try:
        return await scene.clients.certificates.inspect(
            host, port, deadline=scene.settings.checks.certificate
        )
    except NoAnswer as fault:
        return fault


def _judge(each: Certificate | NoAnswer, now: datetime, limits: Checks) -> Finding:
    if isinstance(each, NoAnswer):
        return Finding(State.UNKNOWN, str(each.trouble), no_answer(each).meaning)
    days = whole_days(each.days_left(now))
    match each.validity:
        case Validity.VALID:
            if days >= limits.certificate_warning_days:
                return Finding(State.HEALTHY, "healthy", "Valid for the right hosts.")
            urgent = days < limits.certificate_critical_days
            return Finding(
                State.DEGRADED,
                "ends very soon" if urgent else "ends soon",
                f"The certificate of {each.host} ends in {_days(days)}; then browsers refuse it.",
                _RENEW,
            )
        case Validity.EXPIRED:
            ago = whole_days(-each.days_left(now))
            meaning = f"The certificate of {each.host} ended {_days(ago)} ago."
        case Validity.NOT_YET_VALID:
            until = whole_days((each.not_before - now).total_seconds() / 86_400)
            meaning = f"The certificate of {each.host} begins only in {_days(until)}."
        case Validity.WRONG_HOST:
            names = listed([tidy(name, 60) for name in each.names], 3) or "nobody"
            meaning = f"The certificate of {each.host} is for {names} instead."
        case Validity.UNKNOWN_ISSUER:
            issuer = tidy(each.issuer, 60)
            meaning = f"The certificate of {each.host} comes from {issuer}, whom nobody trusts."
        case Validity.OTHER:
            reason = tidy(each.reason, 120)
            meaning = f"The certificate of {each.host} is not accepted: {reason}."
    return Finding(State.DOWN, str(each.validity), f"{meaning} Browsers refuse it.", _RENEW)


def whole_days(days: float) -> int:
    """Whole days, with a quarter of an hour's grace: one made for 6 days has 6 days left."""
    return math.floor(days + 0.01)


def _days(whole: int) -> str:
    return "less than a day" if whole < 1 else f"{whole} day" if whole == 1 else f"{whole} days"


def _evidence(each: Certificate | NoAnswer, now: datetime) -> str:
    if isinstance(each, NoAnswer):
        return f"{each.trouble}: {tidy(each.message, 200)}"
    names = listed([tidy(name, 60) for name in each.names], 5)
    return (
        f"{each.host}:{each.port}: {each.validity}, {each.not_before:%Y-%m-%d} to "
        f"{each.not_after:%Y-%m-%d} ({whole_days(each.days_left(now))} days left), for {names}, "
        f"issued by {tidy(each.issuer, 80)}"
    )
