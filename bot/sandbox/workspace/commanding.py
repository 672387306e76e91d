"""Slash commands: what the app gets, and what the person sees of its acknowledgement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.acknowledgement import Undelivered
from bot.sandbox.workspace.composing import find_channel, find_person
from bot.sandbox.workspace.model import Channel, Json, Outcome
from bot.sandbox.workspace.refusal import Refusal

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

_PERSON = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#(\w+)(?:\|[^>]*)?>")
TIMED_OUT = ("timeout", "http_timeout")


def failure_code(failure: Undelivered) -> str:
    """What Slack's client calls it: an app that is late, or one that cannot be reached."""
    return "operation_timeout" if failure.reason in TIMED_OUT else "dispatch_failed"


async def slash(
    workspace: Workspace, person_id: str, channel: Channel, line: str, thread_ts: str
) -> Outcome:
    """Deliver the command, show what the acknowledgement carries, or why it failed."""
    name, _, text = line.strip().partition(" ")
    declared = next((one for one in workspace.commands if one.command == name), None)
    problem = ""
    if declared is None:
        code, problem = "unknown_command", f"`{name}` is not a valid command."
    elif thread_ts:
        code, problem = "not_in_threads", f"`{name}` is not supported in threads. Sorry!"
    if problem or declared is None:
        workspace.posting.slackbot(channel, person_id, problem, thread_ts)
        return Outcome(False, code, message=problem, told=True)
    text = text.strip()
    text = _escaped(workspace, text) if declared.should_escape else _plain(workspace, text)
    payload = _payload(workspace, person_id, channel, name, text)
    try:
        answer = await workspace.delivery.interactive("slash_commands", payload, person_id)
    except Undelivered as failure:
        code = failure_code(failure)
        told = f'`{name}` failed with the error "{code}"'
        workspace.posting.slackbot(channel, person_id, told)
        return Outcome(False, code, message=told, told=True)
    return _show(workspace, person_id, channel, answer)


def _show(workspace: Workspace, person_id: str, channel: Channel, answer: Any) -> Outcome:
    """A text or a message in the acknowledgement becomes a message; ephemeral by default."""
    body: Json = answer if isinstance(answer, dict) else {"text": str(answer or "")}
    if not (body.get("text") or body.get("blocks") or body.get("attachments")):
        return Outcome(True)
    try:
        workspace.responses.show(person_id, channel.id, body)
    except Refusal as refusal:
        return Outcome(False, refusal.error)
    return Outcome(True)


def _payload(
    workspace: Workspace, person_id: str, channel: Channel, command: str, text: str
) -> Json:
    name = channel.name
    if channel.is_im:
        name = "directmessage"
    elif channel.is_private:
        name = "privategroup"
    return {
        "token": "sandbox",
        "team_id": seed.TEAM_ID,
        "team_domain": seed.TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": name,
        "user_id": person_id,
        "user_name": workspace.people[person_id].name,
        "command": command,
        "text": text,
        "api_app_id": seed.APP_ID,
        "is_enterprise_install": "false",
        "response_url": workspace.responses.issue(person_id, channel.id),
        "trigger_id": workspace.triggers.issue(person_id),
    }


def _escaped(workspace: Workspace, text: str) -> str:
    """With should_escape, mentions arrive as <@U…|name> and <#C…|name>."""

    def named_person(found: re.Match[str]) -> str:
        person = workspace.people.get(found[1])
        return f"<@{found[1]}|{person.name}>" if person else found[0]

    def named_channel(found: re.Match[str]) -> str:
        channel = workspace.channels.get(found[1])
        return f"<#{found[1]}|{channel.name}>" if channel else found[0]

    text = _PERSON.sub(named_person, find_person(workspace, text))
    return _CHANNEL.sub(named_channel, find_channel(workspace, text))


def _plain(workspace: Workspace, text: str) -> str:
    """Without should_escape, mentions arrive as they look: @name and #name."""

    def person_name(found: re.Match[str]) -> str:
        person = workspace.people.get(found[1])
        return f"@{person.name}" if person else found[0]

    def channel_name(found: re.Match[str]) -> str:
        channel = workspace.channels.get(found[1])
        return f"#{channel.name}" if channel else found[0]

    return _CHANNEL.sub(channel_name, _PERSON.sub(person_name, text))
