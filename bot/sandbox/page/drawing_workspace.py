"""Messages, modals, Home tabs and the people of a workspace as HTML and small JSON objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.sandbox.page.canvas import Canvas
from bot.sandbox.page.directory import Directory
from bot.sandbox.page.drawing import environment, render
from bot.sandbox.workspace import BOT, Channel, Message, Person, View, Workspace


def message_html(
    message: Message, directory: Directory, *, place: str = "channel", pinned: bool = False
) -> Markup:
    """One message as its viewer sees it; `place` is channel or thread."""
    return render(
        "message.html",
        message=message,
        author=directory.people.get(message.author_id) or {},
        canvas=Canvas(directory, message.id, prefix=f"{place}-"),
        viewer_id=directory.viewer_id,
        place=place,
        pinned=pinned,
    )


def view_html(view: View, directory: Directory, *, depth: int, app_name: str) -> Markup:
    """A modal's form; `depth` is its place in the stack, the first being 1."""
    canvas = Canvas(directory, view.id, values=view.values, errors=view.errors, in_view=True)
    return render("view.html", view=view, canvas=canvas, depth=depth, app_name=app_name)


def home_html(view: View | None, directory: Directory) -> Markup:
    """The app's Home tab, or a sentence where there is none yet."""
    if view is None:
        return render("home.html", view=None)
    canvas = Canvas(directory, view.id, values=view.values)
    return render("home.html", view=view, canvas=canvas)


def avatar_html(person: Person, *, small: bool = False) -> str:
    macro = environment().get_template("parts.html").module.avatar  # type: ignore[attr-defined]
    return str(macro(person, person.id, small))


def workspace_json(
    workspace: Workspace, viewer_id: str, roles: Mapping[str, str]
) -> dict[str, Any]:
    """What the frame around the messages shows: places, people, commands, shortcuts."""
    manifest = workspace.manifest
    channels = workspace.channels_for(viewer_id)
    return {
        "viewer": viewer_id,
        "app": {
            "id": BOT,
            "name": manifest.bot_name,
            "avatar": avatar_html(workspace.people[BOT], small=True),
            "home": manifest.home_tab,
            "messages": manifest.messages_tab,
            "read_only": manifest.messages_read_only,
            "channel": next((one.id for one in channels if _is_with_app(one)), ""),
        },
        "channels": [
            _channel_json(channel, viewer_id) for channel in channels if not channel.is_im
        ],
        "people": [_person_json(person, roles) for person in workspace.people.values()],
        "commands": [
            {
                "command": command.command,
                "description": command.description,
                "hint": command.usage_hint,
                "escapes": command.should_escape,
            }
            for command in workspace.commands
        ],
        "shortcuts": [
            {
                "id": shortcut.callback_id,
                "name": shortcut.name,
                "description": shortcut.description,
                "kind": shortcut.kind,
            }
            for shortcut in workspace.shortcuts
        ],
        "latest": {
            channel.id: latest for channel in channels if (latest := _latest(workspace, channel))
        },
    }


def _is_with_app(channel: Channel) -> bool:
    return channel.is_im and BOT in channel.member_ids


def _latest(workspace: Workspace, channel: Channel) -> str:
    """The time stamp of the newest message that everybody sees, for the unread mark."""
    messages = workspace.messages(channel.id, "")
    return messages[-1].ts if messages else ""


def _channel_json(channel: Channel, viewer_id: str) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.is_private,
        "archived": channel.is_archived,
        "member": viewer_id in channel.member_ids,
        "topic": channel.topic or channel.purpose,
        "people": len(channel.member_ids),
        "has_app": BOT in channel.member_ids,
        "pins": len(channel.pinned),
        "bookmarks": [
            {"title": bookmark.title, "link": bookmark.link} for bookmark in channel.bookmarks
        ],
    }


def _person_json(person: Person, roles: Mapping[str, str]) -> dict[str, Any]:
    standing = "Guest" if person.is_guest else "Workspace admin" if person.is_admin else "Member"
    role = roles.get(person.id, "")
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "role": f"Bot {role}" if role else standing,
        "acts": person.can_act,
        "bot": person.is_bot,
        "gone": person.deleted,
        "avatar": avatar_html(person, small=True),
    }
