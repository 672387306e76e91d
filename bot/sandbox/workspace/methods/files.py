"""files.*: ask for an upload URL, upload, share."""

from __future__ import annotations

import mimetypes
import secrets

from bot.sandbox.workspace import checks, seed, shapes
from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.methods.chat import destination
from bot.sandbox.workspace.model import Channel, File, Json
from bot.sandbox.workspace.refusal import Refusal, missing

# Slack goes on reading a file after it has answered; until then blocks may not show it.
READING_SECONDS = 1.0


def get_upload_url(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    name = call.required("filename")
    try:
        length = int(call.text("length"))
    except ValueError:
        raise missing("length") from None
    if length < 1:
        text = "[ERROR] must be greater than 0 [json-pointer:/length]"
        raise Refusal("invalid_arguments", response_metadata={"messages": [text]})
    file = File(
        id=f"F{secrets.token_hex(5).upper()}",
        name=name,
        title=name,
        owner_id=seed.BOT,
        created=int(call.workspace.clock.now()),
        mimetype=mimetypes.guess_type(name)[0] or "text/plain",
        alt_text=call.text("alt_txt"),
        expected_length=length,
    )
    call.workspace.files[file.id] = file
    address = f"{call.workspace.base_url}/files/upload/{file.id}"
    return {"upload_url": address, "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    wanted = call.json("files", "invalid_arguments")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise Refusal("invalid_arguments")
    if not wanted:
        raise missing("files")
    channels = [_destination(call, one) for one in call.list("channels") or call.list("channel_id")]
    blocks = call.json("blocks", "invalid_blocks_format") or []
    checks.message({"text": call.text("initial_comment"), "blocks": blocks})
    files = []
    for entry in wanted:
        file = call.workspace.files.get(str(entry.get("id", "")))
        if file is None or not file.uploaded or file.complete:
            raise Refusal("file_not_found")
        files.append(file)
        file.title = str(entry.get("title") or file.name)
    for file in files:
        file.complete = True
        file.readable_at = call.workspace.clock.now() + READING_SECONDS
        file.channel_ids = [channel.id for channel in channels]
    for channel in channels:
        call.workspace.rates.message(channel.id)
        call.workspace.posting.post(
            channel,
            seed.BOT,
            call.text("initial_comment"),
            blocks=blocks,
            thread_ts=call.text("thread_ts"),
            files=[file.id for file in files],
        )
    return {"files": [shapes.file(call.workspace, file) for file in files]}


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.info"""
    file = call.workspace.files.get(call.required("file"))
    if file is None or not file.complete:
        raise Refusal("file_not_found")
    return {"file": shapes.file(call.workspace, file), "comments": []}


def _destination(call: Call, channel_id: str) -> Channel:
    """A channel id only: a name or a person is refused here, unlike in chat.postMessage."""
    if channel_id not in call.workspace.channels:
        raise Refusal("channel_not_found")
    asked = Call(call.workspace, call.method, {"channel": channel_id})
    return destination(asked)


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, 4, ("files:write",)),
    Method("files.completeUploadExternal", complete_upload, 4, ("files:write",)),
    Method("files.info", info, 4, ("files:read",)),
)
