"""The workspace: what exists in it and what each person sees of it."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.faults import Faults
from bot.sandbox.scope_faults import missing_scopes
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.changes import Feed, Subscription
from bot.sandbox.workspace.clock import Clock
from bot.sandbox.workspace.delivery import Delivery
from bot.sandbox.workspace.events import Events
from bot.sandbox.workspace.manifest import AppManifest, AppShortcut, SlashCommand
from bot.sandbox.workspace.modals import Modals
from bot.sandbox.workspace.model import Channel, File, Message, Person, UserGroup, View
from bot.sandbox.workspace.posting import Posting
from bot.sandbox.workspace.rates import Rates
from bot.sandbox.workspace.record import Record
from bot.sandbox.workspace.responses import Responses
from bot.sandbox.workspace.triggers import Triggers

if TYPE_CHECKING:
    from bot.sandbox.workspace.acting import Acting


class Workspace:
    """State, pure Python; the server speaks for it and `act` changes it as a person would.

    The tokens and the signing secret are made up at construction unless given. `base_url` is
    where the server answers (no trailing slash); the server sets it from the first request
    when nobody has.
    """

    def __init__(
        self,
        manifest: AppManifest | Path,
        *,
        bot_token: str = "",
        app_token: str = "",
        signing_secret: str = "",
        clock: Clock | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.manifest = AppManifest.load(manifest) if isinstance(manifest, Path) else manifest
        self.bot_token = bot_token or f"xoxb-1-{secrets.token_hex(16)}"
        self.app_token = app_token or f"xapp-1-{seed.APP_ID}-1-{secrets.token_hex(16)}"
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.clock = clock or Clock()
        self.feed = Feed()
        self.record = Record(lambda entry: self.feed.tell("record", entry=entry.number))
        created = int(self.clock.now())
        self.people: dict[str, Person] = {
            person.id: person for person in seed.people(self.manifest.bot_name)
        }
        self.channels: dict[str, Channel] = {
            channel.id: channel for channel in seed.channels(created)
        }
        self.user_groups: dict[str, UserGroup] = {group.id: group for group in seed.user_groups()}
        self.files: dict[str, File] = {}
        self.faults = faults or Faults()
        self.base_url = ""
        self.rates = Rates(self.clock)
        self.triggers = Triggers(self.clock)
        self.modals = Modals(self)
        self.posting = Posting(self)
        self.responses = Responses(self)
        self.events = Events(self)
        self.delivery = Delivery(self)
        self._messages: dict[str, Message] = {}  # by id, oldest first
        self._last_ts = 0.0

    @cached_property
    def act(self) -> Acting:
        from bot.sandbox.workspace.acting import Acting

        return Acting(self)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the app may do: what its manifest asks for, but for what switches take away."""
        gone = missing_scopes(self.faults)
        return tuple(scope for scope in self.manifest.scopes if scope not in gone)

    @property
    def commands(self) -> tuple[SlashCommand, ...]:
        """The app's slash commands; none without the scope `commands`."""
        return self.manifest.commands if "commands" in self.scopes else ()

    @property
    def shortcuts(self) -> tuple[AppShortcut, ...]:
        """The app's shortcuts; none without the scope `commands`."""
        return self.manifest.shortcuts if "commands" in self.scopes else ()

    def changes(self) -> Subscription:
        """Every change from now on; see `Subscription` for their shapes."""
        return self.feed.subscribe()

    def channels_for(self, person_id: str) -> tuple[Channel, ...]:
        """What the person's sidebar can show: public channels (guests: their own), own others."""
        person = self.people[person_id]
        return tuple(
            channel
            for channel in self.channels.values()
            if person_id in channel.member_ids
            or not (channel.is_private or channel.is_im or person.is_guest)
        )

    def messages(self, channel_id: str, viewer_id: str, thread_ts: str = "") -> tuple[Message, ...]:
        """Oldest first: the channel as the viewer sees it, or the thread, its parent first.

        Deleted messages are left out; the viewer's own ephemeral ones are in.
        """
        return tuple(
            message
            for message in self.everything(channel_id, viewer_id)
            if _belongs(message, thread_ts)
        )

    def everything(self, channel_id: str, viewer_id: str) -> tuple[Message, ...]:
        """The channel and all its threads as the viewer sees them, oldest first."""
        return tuple(
            message
            for message in self._messages.values()
            if message.channel_id == channel_id
            and not message.deleted
            and message.ephemeral_to in ("", viewer_id)
        )

    def message(self, message_id: str) -> Message | None:
        found = self._messages.get(message_id)
        return None if found is None or found.deleted else found

    def message_at(self, channel_id: str, ts: str) -> Message | None:
        return self.message(f"{channel_id}:{ts}")

    def thread(self, channel_id: str, thread_ts: str) -> tuple[Message, ...]:
        """The parent and its replies as everybody sees them, oldest first."""
        return tuple(
            message
            for message in self.public_messages(channel_id)
            if thread_ts in (message.ts, message.thread_ts)
        )

    def public_messages(self, channel_id: str) -> tuple[Message, ...]:
        """Every message of the channel, replies too, that is not ephemeral; oldest first."""
        return tuple(
            message
            for message in self._messages.values()
            if message.channel_id == channel_id and not (message.deleted or message.ephemeral_to)
        )

    def keep(self, message: Message) -> None:
        self._messages[message.id] = message

    def after(self, ts: float) -> None:
        """Every message from now on is later than that."""
        self._last_ts = max(self._last_ts, ts)

    def direct(self, person_id: str) -> Channel:
        """The direct message between the person and the app; made when first needed."""
        channel_id = f"D{person_id[1:]}"
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(
                channel_id,
                "",
                person_id,
                int(self.clock.now()),
                is_im=True,
                member_ids=[person_id, seed.BOT],
            )
            self.feed.tell("channel", change="created", channel_id=channel_id, person_id=person_id)
        return self.channels[channel_id]

    def views_open(self, person_id: str) -> tuple[View, ...]:
        """The person's modals, the one on top last."""
        return self.modals.stack(person_id)

    def home(self, person_id: str) -> View | None:
        """The person's Home tab of the app; None while the app has published nothing."""
        return self.modals.home(person_id)

    async def close(self) -> None:
        """Stop every delivery, close every socket and subscription."""
        await self.delivery.close()
        self.feed.close()

    def next_ts(self) -> str:
        """A message time stamp that no other message has."""
        self._last_ts = max(round(self.clock.now(), 6), round(self._last_ts + 0.000_1, 6))
        return f"{self._last_ts:.6f}"


def _belongs(message: Message, thread_ts: str) -> bool:
    if thread_ts:
        return thread_ts in (message.thread_ts, message.ts)
    return message.broadcast or not message.is_reply
