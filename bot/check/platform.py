"""The platform: whether its API and its site answer at the configured addresses."""

from __future__ import annotations

from collections.abc import Sequence

from bot.check.report import Item, failed, good, warning
from bot.clients import Clients
from bot.clients.http import Http
from bot.errors import OpsError
from bot.settings import Environment, Settings


async def addresses(settings: Settings, clients: Clients, name: str) -> Sequence[Item]:
    """One item for the API and one for the site of an environment."""
    environment = settings.environment(name)
    return [
        await _api(settings, clients.http, environment),
        await _site(settings, clients.http, environment),
    ]


async def _api(settings: Settings, http: Http, environment: Environment) -> Item:
    """Any answer below 500 proves the address: which routes exist differs between releases."""
    title = f"Platform API ({environment.name})"
    address = f"[environments.{environment.name}] api_url"
    try:
        answer = await http.send(
            "GET",
            environment.api_url + "/api/health/ping",
            deadline=settings.checks.api,
            retries=0,
            probe=True,
        )
    except OpsError as error:
        return failed(title, error.message, error.hint or f"Check {address}.")
    if answer.is_html:
        line = f"A web page answers with HTTP {answer.status}, not an API."
        return warning(title, line, f"Check {address}: it may be the site's address.")
    if answer.status >= 500:
        line = f"Answers HTTP {answer.status} in {answer.milliseconds:.0f} ms."
        return warning(title, line, "The platform has a problem now: pitchey health")
    return good(title, f"Reachable: HTTP {answer.status} in {answer.milliseconds:.0f} ms.")


async def _site(settings: Settings, http: Http, environment: Environment) -> Item:
    title = f"Platform site ({environment.name})"
    address = f"[environments.{environment.name}] site_url"
    try:
        answer = await http.follow(
            environment.site_url + "/", deadline=settings.checks.site, probe=True
        )
    except OpsError as error:
        return failed(title, error.message, error.hint or f"Check {address}.")
    shown = f"HTTP {answer.status} in {answer.milliseconds:.0f} ms"
    if answer.status >= 400:
        return warning(title, f"Answers {shown}.", f"Check {address}, or ask: pitchey health")
    return good(title, f"Reachable: {shown}.")
