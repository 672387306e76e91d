"""TLS, security headers, cookies and CORS of every host, by asking it once or twice."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.clients.certificates import Validity
from bot.errors import OpsError
from bot.store.security_findings import Finding
from handlers.security.headers import Graded, Test, grade
from handlers.security.result import Part

if TYPE_CHECKING:
    from bot.runtime import Runtime

SECONDS = 10.0
STRANGER = "https://stranger.example"  # a site that must not be let in by CORS
_OLD = ("SSLv3", "TLSv1", "TLSv1.1")
_COOKIE_TESTS = ("Cookies", "CORS")


def addresses(runtime: Runtime) -> tuple[str, ...]:
    """API and site of every environment, and the hosts of the settings; each once."""
    settings = runtime.settings
    named = [
        url
        for environment in settings.environments.values()
        for url in (environment.api_url, environment.site_url)
    ]
    return tuple(dict.fromkeys([*named, *(f"https://{each}" for each in settings.security.hosts)]))


def roles(runtime: Runtime) -> dict[str, str]:
    """What each host with its port is: `production API`, `staging site`."""
    found: dict[str, list[str]] = {}
    for name, environment in runtime.settings.environments.items():
        for url, what in ((environment.api_url, "API"), (environment.site_url, "site")):
            found.setdefault(urlsplit(url).netloc, []).append(f"{name} {what}")
    return {place: " and ".join(each) for place, each in found.items()}


async def look_at_tls(runtime: Runtime) -> Part:
    found: list[Finding] = []
    missing, looked = [], 0
    called = roles(runtime)
    places = {(_host(url), urlsplit(url).port or 443): url for url in addresses(runtime)}
    for (host, port), url in sorted(places.items()):
        try:
            shown = await runtime.clients.certificates.inspect(host, port, deadline=SECONDS)
        except OpsError as error:
            missing.append(error.message.rstrip("."))
            continue
        looked += 1
        days = shown.days_left(runtime.now())
        place = f"{host}:{port}"
        role = called.get(urlsplit(url).netloc, "")
        flaw = partial(_flaw, runtime, place, f"{place} ({role})" if role else place)
        checks = runtime.settings.checks
        if shown.validity is not Validity.VALID:
            found.append(flaw(f"is {shown.validity}", "critical", shown.reason))
        elif days < checks.certificate_warning_days:
            grave = "critical" if days < checks.certificate_critical_days else "warning"
            until = f"until {shown.not_after:%Y-%m-%d}, by {shown.issuer}"
            found.append(flaw(f"ends in {days:,.0f} days", grave, until))
        if shown.protocol in _OLD:
            found.append(flaw(f"still speaks {shown.protocol}", "warning", shown.protocol))
    return Part("tls", tuple(found), f"{looked} hosts", "; ".join(missing))


def _flaw(
    runtime: Runtime, place: str, named: str, what: str, severity: str, evidence: str
) -> Finding:
    key = what.split(" in ", maxsplit=1)[0]
    return Finding(
        "tls", place, key, f"The certificate of {named} {what}", severity, evidence,
        "Renew it, or let Cloudflare manage it; then run the audit again.",
        runtime.settings.security.owner,
    )  # fmt: skip


async def look_at_headers(runtime: Runtime) -> tuple[Part, Part]:
    """Headers, and cookies with CORS, from the same answers."""
    urls, called = addresses(runtime), roles(runtime)
    told = await asyncio.gather(
        *(_grade(runtime, url, called.get(urlsplit(url).netloc, "")) for url in urls)
    )
    grades = tuple(each for each in told if isinstance(each, Graded))
    missing = "; ".join(each for each in told if isinstance(each, str))
    looked = f"{len(grades)} hosts"
    headers = [
        _header(runtime, graded, test, "headers")
        for graded in grades
        for test in graded.failed
        if test.name not in _COOKIE_TESTS
    ]
    cookies = [
        _header(runtime, graded, test, "cookies")
        for graded in grades
        for test in graded.failed
        if test.name in _COOKIE_TESTS
    ]
    return (
        Part("headers", tuple(headers), looked, missing, grades),
        Part("cookies", tuple(cookies), looked, missing),
    )


async def _grade(runtime: Runtime, url: str, role: str) -> Graded | str:
    """The answer to a stranger's page, as a browser would ask for it; or why there was none."""
    try:
        answer = await runtime.clients.http.send(
            "GET", url, headers={"origin": STRANGER}, deadline=SECONDS, probe=True
        )
    except OpsError as error:
        return error.message.rstrip(".")
    headers = dict(answer.headers)
    if headers.get("access-control-allow-origin") == STRANGER:
        headers["access-control-allow-origin"] = "*"  # whoever asks is let in: the same as all
    cookies = [line for line in headers.get("set-cookie", "").split("\n") if line.strip()]
    return grade(urlsplit(url).netloc, headers, cookies, role)


def _header(runtime: Runtime, graded: Graded, test: Test, part: str) -> Finding:
    grave = "critical" if test.score <= -40 else "warning" if test.score <= -20 else "info"
    return Finding(
        part, graded.host, test.name, f"{test.name} of {graded.called}: {test.seen}", grave,
        f"{test.score} points of the HTTP Observatory", test.remedy,
        runtime.settings.security.owner,
    )  # fmt: skip


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
