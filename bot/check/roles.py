"""Slack: do the people and user groups of `[roles]` exist, and the commands of `[[limits]]`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from pydantic import SecretStr

from bot.check.report import Item, failed, good, skipped, warning
from bot.check.slack import SlackSays, call
from bot.clients import Clients
from bot.command import Role
from bot.errors import OpsError
from bot.groups import groups_by_name
from bot.people import member
from bot.settings import Settings, is_group
from bot.together import together

PEOPLE, GROUPS = "People in [roles]", "User groups in [roles]"
LIMITS = "Commands in [[limits]]"
_LINE = "Correct that line of [roles] in pitchey.toml."
_AT_ONCE = 5  # calls; users.info allows about a hundred a minute


async def people(settings: Settings, clients: Clients) -> Sequence[Item]:
    """users.info of every member id: there, and not barred from every role."""
    token = settings.secrets.slack_bot_token
    named = _named(settings, groups=False)
    if not named:
        line = "No person is named." if settings.roles.groups else "Nobody is named."
        return [skipped(PEOPLE, line)]
    if token is None:
        return [skipped(PEOPLE, "Cannot be looked up without the bot token.")]
    try:
        identity = await call(clients.http, settings, "auth.test", token)
        team = str(identity.data.get("team_id", ""))
        turns = asyncio.Semaphore(_AT_ONCE)
        found = await together(
            *(_person(settings, clients, token, turns, one, role, team) for one, role in named)
        )
    except OpsError as error:
        return [failed(PEOPLE, f"Cannot be looked up. {error.message}", error.hint)]
    return [item for item in found if item] or [
        good(PEOPLE, f"{len(named)} named, all are members of the workspace.")
    ]


async def groups(settings: Settings, clients: Clients) -> Sequence[Item]:
    """usergroups.list and usergroups.users.list of every group: there, alive, not empty."""
    token = settings.secrets.slack_bot_token
    named = _named(settings, groups=True)
    if not named:
        return []
    if token is None:
        return [skipped(GROUPS, "Cannot be looked up without the bot token.")]
    try:
        answer = await call(
            clients.http, settings, "usergroups.list", token, {"include_disabled": "true"}
        )
        known = groups_by_name(answer.data)
        return [await _group(settings, clients, token, one, role, known) for one, role in named]
    except OpsError as error:
        return [failed(GROUPS, f"Cannot be read. {error.message}", error.hint)]


async def limits(settings: Settings, _clients: Clients) -> Sequence[Item]:
    """Every pattern names a command: a mistyped one would protect nothing, and silently."""
    from bot.app import catalogue

    names = [command.name for command in catalogue().commands]
    patterns = dict.fromkeys(one for limit in settings.limits for one in limit.commands)
    idle = [one for one in patterns if not any(fnmatchcase(name, one) for name in names)]
    if idle:
        line = f"No command is called so: {', '.join(idle)}."
        return [failed(LIMITS, line, "Correct [[limits]]; pitchey help lists the commands.")]
    return [good(LIMITS, "Every entry names a command.")] if patterns else []


async def _person(
    settings: Settings,
    clients: Clients,
    token: SecretStr,
    turns: asyncio.Semaphore,
    person: str,
    role: Role,
    team: str,
) -> Item | None:
    title = f"{role.word.capitalize()} {person}"
    try:
        async with turns:
            answer = await call(clients.http, settings, "users.info", token, {"user": person})
    except SlackSays as refused:
        if not refused.code.startswith("user_not"):
            raise
        return failed(title, "Slack knows no such member of this workspace.", _LINE)
    found = member(person, answer.data.get("user") or {}, team)
    if not found.barred:
        return None
    return failed(title, f"{found.name} gets no role: {found.barred}.", _LINE)


async def _group(
    settings: Settings,
    clients: Clients,
    token: SecretStr,
    written: str,
    role: Role,
    known: Mapping[str, Any],
) -> Item:
    title = f"{role.word.capitalize()} {written}"
    group = known.get(written.lower())
    if group is None:
        return failed(title, "There is no such user group in this workspace.", _LINE)
    if group.gone:
        return failed(title, f"The user group @{group.handle} {group.gone}.", _LINE)
    arguments = {"usergroup": group.id}
    answer = await call(clients.http, settings, "usergroups.users.list", token, arguments)
    count = len(answer.data.get("users") or ())
    if not count:
        return warning(title, f"@{group.handle} has nobody in it.", "Add people to it in Slack.")
    return good(title, f"@{group.handle} has {count} member{'' if count == 1 else 's'}.")


def _named(settings: Settings, *, groups: bool) -> list[tuple[str, Role]]:
    """Every entry once, with the highest role it is given."""
    found: dict[str, Role] = {}
    for role in sorted(Role):
        for entry in settings.roles.named(role):
            if is_group(entry) == groups:
                found[entry] = role
    return list(found.items())
