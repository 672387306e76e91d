"""What a workspace keeps over a restart, as Slack does: conversations, messages, files.

What Slack forgets is forgotten here: ephemeral messages, open windows, triggers, sockets.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace.model import Bookmark, Channel, File, Json, Message, Reaction

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

NAME = "workspace.json"
_FORM = 1  # of the file; another one is not read
_PAUSE_SECONDS = 1.0  # between a change and its writing: many come together


class Keeper:
    """Reads the workspace of before from `path`, then writes every change there."""

    def __init__(self, workspace: Workspace, path: Path, tell: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._path = path
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Where the file cannot be read, the workspace begins anew and that is told."""
        try:
            text = await asyncio.to_thread(self._path.read_text, "utf-8")
            restore(self._workspace, json.loads(text))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            aside = self._path.with_suffix(".damaged")
            with contextlib.suppress(OSError):
                self._path.replace(aside)
            self._tell(f"The workspace of before cannot be read ({error!r}) and begins anew.")
            self._tell(f"What there was is kept as {aside.name}.")
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._write()

    async def _follow(self) -> None:
        with self._workspace.changes() as changes:
            async for change in changes:
                if change["kind"] in ("message", "reaction", "channel"):
                    await asyncio.sleep(_PAUSE_SECONDS)
                    await self._write()

    async def _write(self) -> None:
        text = json.dumps(snapshot(self._workspace), ensure_ascii=False)
        try:
            await asyncio.to_thread(_replace, self._path, text)
        except OSError as error:
            self._tell(f"The workspace cannot be kept: {error}")


def snapshot(workspace: Workspace) -> Json:
    """Everything that lasts, as JSON."""
    messages = [
        message for channel in workspace.channels for message in workspace.public_messages(channel)
    ]
    return {
        "form": _FORM,
        "channels": [_plain(channel) for channel in workspace.channels.values()],
        "messages": [_plain(message) for message in sorted(messages, key=lambda one: one.ts)],
        "files": [
            _plain(file) | {"content": base64.b64encode(file.content).decode("ascii")}
            for file in workspace.files.values()
            if file.complete
        ],
    }


def restore(workspace: Workspace, kept: Mapping[str, Any]) -> None:
    """Put it back; raises ValueError, KeyError, TypeError where it is no such snapshot."""
    if kept["form"] != _FORM:
        raise ValueError(f"form {kept['form']}")
    channels = [
        Channel(**one | {"bookmarks": [Bookmark(**each) for each in one["bookmarks"]]})
        for one in kept["channels"]
    ]
    messages = [
        Message(**one | {"reactions": [Reaction(**each) for each in one["reactions"]]})
        for one in kept["messages"]
    ]
    files = [File(**one | {"content": base64.b64decode(one["content"])}) for one in kept["files"]]
    workspace.channels.update((one.id, one) for one in channels)
    workspace.files.update((one.id, one) for one in files)
    for message in messages:
        workspace.keep(message)
    workspace.after(max((float(one.ts) for one in messages), default=0.0))


def _plain(record: Any) -> Json:
    """A dataclass's fields; what is in its lists as well. Bytes are left to the caller."""
    return {one.name: _value(getattr(record, one.name)) for one in fields(record)}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) if isinstance(one, Bookmark | Reaction) else one for one in value]
    return None if isinstance(value, bytes) else value


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)
