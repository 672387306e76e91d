"""External selects: the app offers the options while a person types (block_suggestion)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.workspace import elements, shapes
from bot.sandbox.workspace.acknowledgement import Undelivered
from bot.sandbox.workspace.model import Json, Message, View
from bot.sandbox.workspace.pressing import interaction

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace


async def suggest(
    workspace: Workspace,
    person_id: str,
    container: Message | View,
    where: tuple[str, str],
    typed: str,
) -> tuple[Json, ...]:
    """The options the app offers for what was typed; none where it does not answer in time."""
    found = elements.find(container.blocks, *where)
    if found is None:
        return ()
    block, element = found
    payload = interaction(workspace, person_id, "block_suggestion") | {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
    }
    if isinstance(container, View):
        payload["container"] = {"type": "view", "view_id": container.id}
        payload["view"] = shapes.view(container)
    else:
        channel = workspace.channels[container.channel_id]
        payload["container"] = {
            "type": "message",
            "message_ts": container.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(container.ephemeral_to),
        }
        payload["channel"] = {"id": channel.id, "name": channel.name}
    try:
        answer = await workspace.delivery.interactive("block_suggestion", payload, person_id)
    except Undelivered:
        return ()
    offered = elements.options(answer) if isinstance(answer, dict) else []
    element["options"] = offered  # what may be chosen from now on
    return tuple(offered)
