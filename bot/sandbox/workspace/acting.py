"""What a person can do in the workspace; every act ends as an Outcome, never as an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import commanding, pressing, submitting, suggesting, uploading
from bot.sandbox.workspace.composing import compose
from bot.sandbox.workspace.model import Channel, Message, Outcome, View

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

# What a person chose in an element: a value, several values, or the state object Slack sends.
Chosen = str | Sequence[str] | Mapping[str, Any] | None
# What a form holds: block id, action id, chosen.
Values = Mapping[str, Mapping[str, Chosen]]


class Acting:
    """Acts of people.

    Errors an Outcome carries beside Slack's own: no_such_person, not_a_member, no_such_message,
    no_such_view, no_such_element, no_such_option, no_such_shortcut, not_yours, invalid_input (a
    form that Slack's client does not submit), refused_by_app (response_action errors; see
    `errors`), operation_timeout, dispatch_failed, interactivity_disabled.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def slash(
        self, person_id: str, channel_id: str, text: str, thread_ts: str = ""
    ) -> Outcome:
        """Send a line that begins with a slash command, such as "/pitchey health"."""
        channel, error = self._place(person_id, channel_id)
        if channel is None:
            return Outcome(False, error)
        return await commanding.slash(self._workspace, person_id, channel, text, thread_ts)

    async def say(
        self,
        person_id: str,
        channel_id: str,
        text: str,
        thread_ts: str = "",
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Outcome:
        """Post a message; `files` are (name, content). @name and #name become mentions."""
        channel, error = self._place(person_id, channel_id)
        if channel is None:
            return Outcome(False, error)
        if not (text.strip() or files):
            return Outcome(False, "no_text")
        if thread_ts:
            parent = self._workspace.message_at(channel_id, thread_ts)
            if parent is None or parent.ephemeral_to:
                return Outcome(False, "thread_not_found")
            thread_ts = parent.thread_ts or parent.ts
        kept = [uploading.keep(self._workspace, person_id, channel, *one) for one in files]
        self._workspace.posting.post(
            channel,
            person_id,
            compose(self._workspace, text),
            thread_ts=thread_ts,
            files=kept,
        )
        return Outcome(True)

    async def edit(self, person_id: str, message_id: str, text: str) -> Outcome:
        """Change an own message."""
        message = self._message(person_id, message_id)
        if message is None:
            return Outcome(False, "no_such_message")
        if message.author_id != person_id:
            return Outcome(False, "not_yours")
        self._workspace.posting.change(message, text=compose(self._workspace, text))
        return Outcome(True)

    async def delete(self, person_id: str, message_id: str) -> Outcome:
        """Delete an own message, or dismiss an ephemeral one."""
        message = self._message(person_id, message_id)
        if message is None:
            return Outcome(False, "no_such_message")
        if person_id not in (message.author_id, message.ephemeral_to):
            return Outcome(False, "not_yours")
        self._workspace.posting.delete(message)
        return Outcome(True)

    async def react(
        self, person_id: str, message_id: str, emoji: str, remove: bool = False
    ) -> Outcome:
        """Add or remove a reaction; `emoji` without colons."""
        message = self._message(person_id, message_id)
        if message is None or message.ephemeral_to:
            return Outcome(False, "no_such_message")
        posting = self._workspace.posting
        change = posting.unreact if remove else posting.react
        done = change(message, person_id, emoji.strip(":"))
        return Outcome(done, "" if done else "no_reaction" if remove else "already_reacted")

    async def press(
        self,
        person_id: str,
        container_id: str,
        block_id: str,
        action_id: str,
        chosen: Chosen = None,
        values: Values | None = None,
    ) -> Outcome:
        """Use an interactive element of a message or view (its id is `container_id`).

        The confirm dialog, if any, has been answered with yes. `values` is what the other
        inputs of a message hold at this moment; a view remembers its own.
        """
        where = (block_id, action_id)
        view = self._view(person_id, container_id)
        if view is not None:
            return await pressing.press_in_view(self._workspace, person_id, view, where, chosen)
        message = self._message(person_id, container_id)
        if message is None:
            return Outcome(False, "no_such_message")
        return await pressing.press_in_message(
            self._workspace, person_id, message, where, chosen, values or {}
        )

    async def options(
        self, person_id: str, container_id: str, block_id: str, action_id: str, typed: str
    ) -> tuple[dict[str, Any], ...]:
        """Ask the app for the options of an external select (block_suggestion)."""
        view = self._view(person_id, container_id)
        container = view or self._message(person_id, container_id)
        if container is None:
            return ()
        where = (block_id, action_id)
        return await suggesting.suggest(self._workspace, person_id, container, where, typed)

    async def submit(self, person_id: str, view_id: str, values: Values | None = None) -> Outcome:
        """Submit the modal; `errors` of the outcome are the fields it was refused for."""
        view = self._view(person_id, view_id)
        if view is None or view.type != "modal":
            return Outcome(False, "no_such_view")
        return await submitting.submit(self._workspace, view, values or {})

    async def close(self, person_id: str, view_id: str, whole_stack: bool = False) -> Outcome:
        """Close the modal; `whole_stack` is the cross in the corner, else its Cancel button."""
        view = self._view(person_id, view_id)
        if view is None or view.type != "modal":
            return Outcome(False, "no_such_view")
        return await submitting.close(self._workspace, view, whole_stack=whole_stack)

    async def shortcut(self, person_id: str, callback_id: str, message_id: str = "") -> Outcome:
        """Start a global shortcut, or a message shortcut on `message_id`."""
        if person_id not in self._workspace.people:
            return Outcome(False, "no_such_person")
        message = self._message(person_id, message_id) if message_id else None
        if message_id and message is None:
            return Outcome(False, "no_such_message")
        return await pressing.shortcut(self._workspace, person_id, callback_id, message)

    async def open_home(self, person_id: str, tab: str = "home") -> Outcome:
        """Open the app's Home (or "messages") tab."""
        person = self._workspace.people.get(person_id)
        if person is None or not person.can_act:
            return Outcome(False, "no_such_person")
        manifest = self._workspace.manifest
        if not (manifest.home_tab if tab == "home" else manifest.messages_tab):
            return Outcome(False, "not_enabled")
        self._workspace.events.home_opened(person_id, tab)
        return Outcome(True)

    async def invite(self, person_id: str, channel_id: str, invited_id: str) -> Outcome:
        """Bring somebody (also the bot) into a channel; inviting oneself is joining."""
        channel = self._workspace.channels.get(channel_id)
        joins = person_id == invited_id and channel is not None and not channel.is_private
        if channel is None or not (joins or person_id in channel.member_ids):
            return Outcome(False, "not_a_member")
        if invited_id in channel.member_ids:
            return Outcome(False, "already_in_channel")
        if invited_id not in self._workspace.people:
            return Outcome(False, "no_such_person")
        self._workspace.posting.join(channel, invited_id, "" if joins else person_id)
        return Outcome(True)

    async def leave(self, person_id: str, channel_id: str) -> Outcome:
        """Leave a channel."""
        channel, error = self._place(person_id, channel_id)
        if channel is None:
            return Outcome(False, error)
        if channel.is_im or channel.is_general:
            return Outcome(False, "cannot_leave")
        self._workspace.posting.leave(channel, person_id)
        return Outcome(True)

    async def archive(self, person_id: str, channel_id: str) -> Outcome:
        """Archive a channel that the person is in."""
        channel, error = self._place(person_id, channel_id)
        if channel is None:
            return Outcome(False, error)
        if channel.is_im or channel.is_general:
            return Outcome(False, "cannot_archive")
        self._workspace.posting.archive(channel, person_id)
        return Outcome(True)

    def _place(self, person_id: str, channel_id: str) -> tuple[Channel | None, str]:
        """The channel, where the person may write in it; else why not."""
        person = self._workspace.people.get(person_id)
        channel = self._workspace.channels.get(channel_id)
        if person is None or not person.can_act:
            return None, "no_such_person"
        if channel is None or person_id not in channel.member_ids:
            return None, "not_a_member"
        if channel.is_archived:
            return None, "is_archived"
        manifest = self._workspace.manifest
        if channel.is_im and (not manifest.messages_tab or manifest.messages_read_only):
            return None, "messages_tab_disabled"
        return channel, ""

    def _message(self, person_id: str, message_id: str) -> Message | None:
        """A message that the person can see."""
        message = self._workspace.message(message_id)
        if message is None or message.ephemeral_to not in ("", person_id):
            return None
        visible = self._workspace.channels_for(person_id)
        return message if any(one.id == message.channel_id for one in visible) else None

    def _view(self, person_id: str, view_id: str) -> View | None:
        view = self._workspace.modals.get(view_id)
        return view if view is not None and view.person_id == person_id else None
