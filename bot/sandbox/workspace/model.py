"""What a workspace consists of: people, channels, messages, views, files, user groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Person:
    """A member of the workspace; bots and deactivated accounts are people too, as in Slack."""

    id: str
    name: str  # the handle, without @
    real_name: str
    email: str = ""
    title: str = ""
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False
    bot_id: str = ""  # B…, of bots only
    app_id: str = ""  # A…, of bots only
    deleted: bool = False
    zone: str = "Europe/London"
    zone_offset: int = 0  # seconds east of UTC
    color: str = "4bbe2e"  # six hex digits
    status_text: str = ""
    status_emoji: str = ""

    @property
    def can_act(self) -> bool:
        """Whether a visitor of the sandbox may act as this person."""
        return not (self.is_bot or self.deleted)


@dataclass(slots=True)
class Bookmark:
    id: str
    title: str
    link: str
    emoji: str = ""


@dataclass(slots=True)
class Channel:
    """A conversation: public, private or, with `is_im`, between one person and the app."""

    id: str
    name: str  # without #; empty for a direct message
    creator_id: str
    created: int  # seconds since 1970
    is_private: bool = False
    is_im: bool = False
    is_general: bool = False
    is_archived: bool = False
    topic: str = ""
    purpose: str = ""
    member_ids: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)  # message ids, newest last
    bookmarks: list[Bookmark] = field(default_factory=list)

    @property
    def title(self) -> str:
        return "Direct message" if self.is_im else f"#{self.name}"


@dataclass(slots=True)
class Reaction:
    name: str  # without colons
    person_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """One message. `ephemeral_to` names the only person who sees it; empty: everybody.

    `text` is mrkdwn exactly as sent. `ts` is Slack's time stamp, unique in the workspace.
    `id` is "<channel id>:<ts>". `source` says how an ephemeral or app message came about.
    """

    id: str
    channel_id: str
    ts: str
    author_id: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str = ""  # empty for a message that is in no thread; equals ts for a parent
    ephemeral_to: str = ""
    subtype: str = ""  # "bot_message", "channel_join", "channel_topic" …
    edited_ts: str = ""
    deleted: bool = False
    reactions: list[Reaction] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # file ids
    metadata: Json = field(default_factory=dict)
    reply_count: int = 0
    reply_person_ids: list[str] = field(default_factory=list)
    latest_reply: str = ""
    broadcast: bool = False  # a reply that is also shown in the channel
    username: str = ""  # chat:write.customize
    icon: str = ""

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True)
class View:
    """A modal in somebody's stack, or somebody's Home tab, as the app sent it."""

    id: str
    person_id: str
    payload: Json  # type, title, blocks, submit, close, callback_id, private_metadata …
    hash: str
    root_view_id: str = ""
    previous_view_id: str = ""
    window: str = ""  # the client window it was opened in; empty: all of the person's
    # What is chosen or written now: block id, action id, Slack's state object of the element.
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)  # block id, text; of the last submit

    @property
    def type(self) -> str:
        return str(self.payload.get("type", "modal"))

    @property
    def blocks(self) -> list[Json]:
        return list(self.payload.get("blocks", ()))


@dataclass(slots=True)
class File:
    id: str
    name: str
    title: str
    owner_id: str
    created: int
    mimetype: str
    content: bytes = b""
    alt_text: str = ""
    channel_ids: list[str] = field(default_factory=list)
    uploaded: bool = False  # the bytes have arrived
    complete: bool = False  # shared; only then do people see it
    readable_at: float = 0.0  # blocks may show it from then on, in seconds since 1970
    expected_length: int = 0


@dataclass(slots=True)
class UserGroup:
    id: str
    handle: str  # without @
    name: str
    description: str = ""
    person_ids: list[str] = field(default_factory=list)
    disabled: int = 0  # when, in seconds since 1970; 0 while it lives


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an act of a person went. `errors` are the fields a form was refused for."""

    ok: bool
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""  # what Slack shows to the person when it went wrong
    told: bool = False  # Slackbot has said the message in the conversation
