"""Interactive elements and shortcuts: the payloads they send and how they fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import elements, seed, shapes
from bot.sandbox.workspace.acknowledgement import Undelivered
from bot.sandbox.workspace.commanding import failure_code
from bot.sandbox.workspace.model import Json, Message, Outcome, View

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

NO_ANSWER = "The app did not respond in time. Please try again."


def interaction(workspace: Workspace, person_id: str, kind: str) -> Json:
    """What every interactive payload carries."""
    return {
        "type": kind,
        "token": "sandbox",
        "api_app_id": seed.APP_ID,
        "team": shapes.team(),
        "user": shapes.acting_user(workspace.people[person_id]),
        "is_enterprise_install": False,
        "enterprise": None,
    }


async def deliver(workspace: Workspace, person_id: str, kind: str, payload: Json) -> Outcome:
    """Send it; the outcome carries the failure in Slack's words."""
    if not workspace.manifest.interactive:
        return Outcome(False, "interactivity_disabled", message="This app takes no interactions.")
    try:
        await workspace.delivery.interactive(kind, payload, person_id)
    except Undelivered as failure:
        return Outcome(False, failure_code(failure), message=NO_ANSWER)
    return Outcome(True)


async def press_in_message(
    workspace: Workspace,
    person_id: str,
    message: Message,
    where: tuple[str, str],
    chosen: Any,
    values: Mapping[str, Mapping[str, Any]],
) -> Outcome:
    """block_actions of a message; `where` is block id and action id."""
    found = elements.find(message.blocks, *where)
    if found is None:
        return Outcome(False, "no_such_element")
    block, element = found
    state: dict[str, dict[str, Json]] = {}
    for one_block, one in elements.of_blocks(message.blocks):
        held = _entered(one_block, one, values) or elements.initial(one)
        if held is not None:
            state.setdefault(one_block["block_id"], {})[one["action_id"]] = held
    try:
        action = elements.action(element, block["block_id"], chosen, workspace.next_ts())
        if elements.initial(element) is not None:
            state[block["block_id"]][element["action_id"]] = elements.state(element, chosen)
    except KeyError:
        return Outcome(False, "no_such_option")
    if not elements.acts_at_once(block):
        return Outcome(True)
    channel = workspace.channels[message.channel_id]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.ephemeral_to),
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = interaction(workspace, person_id, "block_actions") | {
        "container": container,
        "trigger_id": workspace.triggers.issue(person_id),
        "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
        "state": {"values": state},
        "response_url": workspace.responses.issue(person_id, channel.id, message.id),
        "actions": [action],
    }
    if not message.ephemeral_to:  # Slack keeps no copy of an ephemeral message
        payload["message"] = shapes.message(workspace, message, with_metadata=True)
    outcome = await deliver(workspace, person_id, "block_actions", payload)
    if not outcome.ok:
        thread_ts = message.thread_ts if message.is_reply else ""
        workspace.posting.slackbot(channel, person_id, outcome.message, thread_ts)
        return replace(outcome, told=True)
    return outcome


async def press_in_view(
    workspace: Workspace, person_id: str, view: View, where: tuple[str, str], chosen: Any
) -> Outcome:
    """block_actions of a modal or the Home tab."""
    found = elements.find(view.blocks, *where)
    if found is None:
        return Outcome(False, "no_such_element")
    block, element = found
    try:
        action = elements.action(element, block["block_id"], chosen, workspace.next_ts())
        if elements.initial(element) is not None:
            held = elements.state(element, chosen)
            workspace.modals.hold(view, block["block_id"], element["action_id"], held)
    except KeyError:
        return Outcome(False, "no_such_option")
    if not elements.acts_at_once(block):
        return Outcome(True)
    in_modal = view.id if view.type == "modal" else ""
    payload = interaction(workspace, person_id, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.triggers.issue(person_id, in_modal),
        "view": shapes.view(view),
        "actions": [action],
    }
    return await deliver(workspace, person_id, "block_actions", payload)


async def shortcut(
    workspace: Workspace, person_id: str, callback_id: str, message: Message | None
) -> Outcome:
    """A global shortcut, or with a message a message shortcut (message_action)."""
    kind = "message" if message is not None else "global"
    declared = next(
        (one for one in workspace.shortcuts if (one.callback_id, one.kind) == (callback_id, kind)),
        None,
    )
    if declared is None:
        return Outcome(False, "no_such_shortcut")
    if message is None:
        payload = interaction(workspace, person_id, "shortcut")
    else:
        if message.ephemeral_to:
            return Outcome(False, "not_on_ephemeral_messages")
        channel = workspace.channels[message.channel_id]
        payload = interaction(workspace, person_id, "message_action") | {
            "message_ts": message.ts,
            "message": shapes.message(workspace, message, with_metadata=True),
            "channel": {
                "id": channel.id,
                "name": "directmessage" if channel.is_im else channel.name,
            },
            "response_url": workspace.responses.issue(person_id, channel.id, message.id),
        }
    payload |= {
        "callback_id": callback_id,
        "action_ts": workspace.next_ts(),
        "trigger_id": workspace.triggers.issue(person_id),
    }
    outcome = await deliver(workspace, person_id, payload["type"], payload)
    if not outcome.ok and message is not None:
        workspace.posting.slackbot(
            workspace.channels[message.channel_id], person_id, outcome.message
        )
        return replace(outcome, told=True)
    return outcome


def _entered(block: Json, element: Json, values: Mapping[str, Mapping[str, Any]]) -> Json | None:
    chosen = values.get(block["block_id"], {}).get(element["action_id"])
    return None if chosen is None else elements.state(element, chosen)
