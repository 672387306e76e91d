"""Files that people put into a channel."""

from __future__ import annotations

import mimetypes
import secrets
from typing import TYPE_CHECKING

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.model import Channel, File

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace


def keep(workspace: Workspace, person_id: str, channel: Channel, name: str, content: bytes) -> str:
    """Keep the file and tell the app (file_shared); the file's id."""
    file = File(
        id=f"F{secrets.token_hex(5).upper()}",
        name=name,
        title=name,
        owner_id=person_id,
        created=int(workspace.clock.now()),
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        content=content,
        channel_ids=[channel.id],
        uploaded=True,
        complete=True,
    )
    workspace.files[file.id] = file
    event = {
        "type": "file_shared",
        "file_id": file.id,
        "user_id": person_id,
        "file": {"id": file.id},
        "channel_id": channel.id,
    }
    if seed.BOT in channel.member_ids:
        workspace.events.send("file_shared", event, person_id)
    return file.id
