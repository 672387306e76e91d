"""Slack: tokens, granted scopes, channels, and how far this machine's clock is off."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from bot import manifest
from bot.check.report import Item, failed, good, skipped, warning
from bot.clients import Clients
from bot.clients.http import Answer, Http
from bot.errors import BadAnswer, OpsError, Refused, Unreachable
from bot.limits import SIGNATURE_AGE_SECONDS
from bot.settings import Settings

BOT_TOKEN, SCOPES, CLOCK = "Slack bot token", "Slack permissions", "Clock"
APP_TOKEN, SIGNING_SECRET, CHANNEL = "Slack app token", "Slack signing secret", "Channel"
_CLOCK_WARNING_SECONDS = 5.0
_MOST_PAGES = 20  # of 200 channels the bot is in
_COPY_IT = "Copy it from the app's page, OAuth & Permissions, and set SLACK_BOT_TOKEN."
_NETWORK = "Check the way out to the internet, and [slack] api_url."
_REMEDIES = {
    "invalid_auth": "The token is wrong or was revoked. " + _COPY_IT,
    "not_authed": _COPY_IT,
    "token_revoked": "Install the app again, then copy the new token. " + _COPY_IT,
    "token_expired": "Turn token rotation off in the app's page, then set the new token.",
    "account_inactive": "The app was removed from the workspace: install it again.",
    "not_allowed_token_type": "This is another kind of token. Check which variable holds which.",
    "missing_scope": "Update the app from manifest.yml (pitchey manifest) and install it again.",
    "ratelimited": "Wait a minute and run the check again.",
}


class SlackSays(Refused):
    """Slack answered `ok: false`; `code` is its error."""

    def __init__(self, code: str, needed: str = "") -> None:
        wants = f" (needs {needed})" if needed else ""
        hint = _REMEDIES.get(code, "See https://docs.slack.dev for this error.")
        super().__init__(f"Slack answers {code}{wants}.", hint)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """One good Slack answer and the HTTP answer it came in."""

    data: Mapping[str, Any]
    answer: Answer


async def bot_token(settings: Settings, clients: Clients) -> Sequence[Item]:
    """auth.test: the token, its scopes against the manifest, and the clock."""
    token = settings.secrets.slack_bot_token
    if token is None:
        return [
            failed(BOT_TOKEN, "SLACK_BOT_TOKEN is not set.", _COPY_IT),
            skipped(SCOPES, "Cannot be read without the bot token."),
        ]
    try:
        reply = await call(clients.http, settings, "auth.test", token)
    except OpsError as error:
        return [
            failed(BOT_TOKEN, error.message, error.hint or _NETWORK),
            skipped(SCOPES, "Cannot be read without a working bot token."),
        ]
    name, team = reply.data.get("user", "?"), reply.data.get("team", "?")
    items = [good(BOT_TOKEN, f"Works: {name} in {team}.")]
    return [*items, _scopes(reply.answer), *_clock(reply.answer)]


async def app_token(settings: Settings, clients: Clients) -> Sequence[Item]:
    """apps.connections.open: only Socket Mode needs this token."""
    token = settings.secrets.slack_app_token
    if token is None:
        if settings.transport == "http":
            return [skipped(APP_TOKEN, "Not needed: HTTP is used.")]
        remedy = (
            "App page, Basic Information, App-Level Tokens: generate one with connections:write "
            "and set SLACK_APP_TOKEN (or set SLACK_SIGNING_SECRET for HTTP)."
        )
        return [failed(APP_TOKEN, "Neither Socket Mode nor HTTP is set up.", remedy)]
    try:
        await call(clients.http, settings, "apps.connections.open", token)
    except SlackSays as error:
        remedy = (
            "App page, Basic Information, App-Level Tokens: generate one with connections:write "
            "and set SLACK_APP_TOKEN; Socket Mode must be on."
        )
        return [failed(APP_TOKEN, error.message, remedy)]
    except OpsError as error:
        return [failed(APP_TOKEN, error.message, error.hint or _NETWORK)]
    return [good(APP_TOKEN, "Works: Socket Mode can connect.")]


async def signing_secret(settings: Settings, _clients: Clients) -> Sequence[Item]:
    """Its shape only: nothing but a signed delivery can prove it."""
    secret = settings.secrets.slack_signing_secret
    if secret is None:
        return [skipped(SIGNING_SECRET, "Not needed: Socket Mode is used.")] * (
            settings.transport == "socket"
        )
    if not re.fullmatch(r"[0-9a-f]{32}", secret.get_secret_value()):
        remedy = "Copy the Signing Secret from the app's page, Basic Information."
        line = "SLACK_SIGNING_SECRET is not 32 characters of 0-9 and a-f."
        return [failed(SIGNING_SECRET, line, remedy)]
    return [good(SIGNING_SECRET, "Has the right shape (a delivery will prove it).")]


async def channels(settings: Settings, clients: Clients) -> Sequence[Item]:
    """Whether the bot is a member of every channel it posts to."""
    wanted = dict.fromkeys((settings.slack.ops_channel, settings.slack.alerts_channel))
    token = settings.secrets.slack_bot_token
    if token is None:
        line = "Cannot be looked up without the bot token."
        return [skipped(f"{CHANNEL} {name}", line) for name in wanted]
    try:
        joined = await _joined(settings, clients.http, token)
    except OpsError as error:
        return [
            failed(
                f"{CHANNEL} {name}",
                f"Cannot be looked up. {error.message}",
                error.hint or _NETWORK,
            )
            for name in wanted
        ]
    return [
        good(f"{CHANNEL} {name}", "The bot is a member.")
        if name in joined
        else failed(
            f"{CHANNEL} {name}",
            "The bot is not a member, or the channel does not exist or is archived.",
            f"Create it if needed and write there: /invite @{_bot_name()}",
        )
        for name in wanted
    ]


async def _joined(settings: Settings, http: Http, token: SecretStr) -> set[str]:
    names: set[str] = set()
    cursor = ""
    for _ in range(_MOST_PAGES):
        arguments = {
            "types": "public_channel,private_channel",
            "exclude_archived": "true",
            "limit": "200",
            **({"cursor": cursor} if cursor else {}),
        }
        reply = await call(http, settings, "users.conversations", token, arguments)
        for channel in reply.data.get("channels") or ():
            names |= {str(channel.get("id")), f"#{channel.get('name')}"}
        cursor = str((reply.data.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return names


async def call(
    http: Http,
    settings: Settings,
    method: str,
    token: SecretStr,
    arguments: Mapping[str, str] | None = None,
) -> Reply:
    """One Web API call without retries; raises SlackSays, Unreachable or BadAnswer."""
    answer = await http.send(
        "POST",
        settings.slack.api_url + method,
        headers={
            "authorization": f"Bearer {token.get_secret_value()}",
            "content-type": "application/x-www-form-urlencoded",
        },
        content=urlencode(arguments or {}).encode(),
        retries=0,
    )
    if answer.status == 429:
        raise SlackSays("ratelimited")
    if answer.status >= 500:
        raise Unreachable(
            f"Slack answers HTTP {answer.status} to {method}.",
            "See https://slack-status.com and run the check again.",
        )
    data = answer.json()
    if not isinstance(data, dict):
        raise BadAnswer(
            f"{method} answered something that is not Slack's.", "Check [slack] api_url."
        )
    if data.get("ok") is not True:
        raise SlackSays(str(data.get("error", "no reason"))[:80], str(data.get("needed", ""))[:80])
    return Reply(data, answer)


def _scopes(answer: Answer) -> Item:
    header = answer.headers.get("x-oauth-scopes")
    if header is None:
        line = "Slack did not say which permissions the token has."
        return warning(SCOPES, line, "Check [slack] api_url; a proxy may remove headers.")
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    asked = set(manifest.scopes(manifest.load()))
    if missing := sorted(asked - granted):
        return failed(SCOPES, f"Missing: {', '.join(missing)}.", _REMEDIES["missing_scope"])
    if extra := sorted(granted - asked):
        line = f"More than the bot uses: {', '.join(extra)}."
        return warning(SCOPES, line, "Remove them from the app and install it again.")
    return good(SCOPES, f"All {len(asked)} granted, none too many.")


def _clock(answer: Answer) -> Sequence[Item]:
    try:
        slack_time = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return [skipped(CLOCK, "Slack sent no time to compare with.")]
    if slack_time.tzinfo is None:
        slack_time = slack_time.replace(tzinfo=UTC)
    # Slack wrote the header, in whole seconds, at some moment while we waited for the answer.
    late = (datetime.now(UTC) - slack_time).total_seconds()
    skew = max(0.0, -late, late - answer.seconds - 1)
    shown = f"This machine's clock is {skew:.0f} s off Slack's"
    remedy = "Turn time synchronisation (NTP) on."
    if skew > SIGNATURE_AGE_SECONDS:
        return [
            failed(CLOCK, f"{shown}; over {SIGNATURE_AGE_SECONDS} s breaks signatures.", remedy)
        ]
    if skew > _CLOCK_WARNING_SECONDS:
        return [warning(CLOCK, f"{shown}; over {_CLOCK_WARNING_SECONDS:.0f} s is odd.", remedy)]
    return [good(CLOCK, f"Within {_CLOCK_WARNING_SECONDS:.0f} s of Slack's.")]


def _bot_name() -> str:
    return str(manifest.load()["features"]["bot_user"]["display_name"])
