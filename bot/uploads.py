"""Files of a reply, for the person who asked: into the thread, or their direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import section
from bot.destination import Destination, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.command import Upload
    from bot.slack_calls import Slack


async def upload(
    slack: Slack,
    to: Destination,
    person: str,
    text: str,
    files: Sequence[Upload],
    *,
    in_channel: bool = False,
) -> None:
    """Upload below a message that says what they are; raises OpsError.

    Outside a thread that message goes to the person alone. Posting it also tells the id of
    the direct message, which Slack would otherwise only tell for the scope im:write. Only
    supplements of a reply that is `in_channel` go to the channel itself.
    """
    channel, thread = "", ""
    if to.place is Place.THREAD:
        channel, thread = to.channel, to.thread_ts
    elif in_channel and to.channel and all(file.supplement for file in files):
        channel = to.channel
    else:
        posted = await slack.call(
            slack.web.chat_postMessage, channel=person, text=text, blocks=[section(text)]
        )
        channel = str(posted["channel"])
    uploads = [
        {
            "filename": file.name,
            "content": file.content,
            "title": file.title or file.name,
            "alt_txt": file.alt_text or None,
        }
        for file in files
    ]
    await slack.call(
        slack.web.files_upload_v2, file_uploads=uploads, channel=channel, thread_ts=thread or None
    )
