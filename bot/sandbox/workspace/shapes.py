"""People, channels, messages, views and files as Slack writes them in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.model import Channel, File, Json, Message, Person, UserGroup, View

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace


def team() -> Json:
    return {"id": seed.TEAM_ID, "domain": seed.TEAM_DOMAIN}


def acting_user(person: Person) -> Json:
    """The `user` of interactive payloads."""
    return {
        "id": person.id,
        "username": person.name,
        "name": person.name,
        "team_id": seed.TEAM_ID,
    }


def user(person: Person, *, with_email: bool) -> Json:
    """A user object; the e-mail address is only there with the scope users:read.email."""
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "title": person.title,
        "status_text": person.status_text,
        "status_emoji": person.status_emoji,
        "team": seed.TEAM_ID,
    }
    if with_email and person.email:
        profile["email"] = person.email
    if person.is_bot:
        profile |= {"bot_id": person.bot_id, "api_app_id": person.app_id}
    answer: Json = {
        "id": person.id,
        "team_id": seed.TEAM_ID,
        "name": person.name,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.is_bot and person.id != seed.SLACKBOT,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if not person.deleted:
        answer |= {
            "color": person.color,
            "real_name": person.real_name,
            "tz": person.zone,
            "tz_label": person.zone,
            "tz_offset": person.zone_offset,
            "is_admin": person.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": person.is_guest,
            "is_ultra_restricted": False,
        }
    return answer


def channel(found: Channel, *, bot_is_member: bool, person_id: str = "") -> Json:
    """A conversation object; `person_id` is the other side of a direct message."""
    if found.is_im:
        return {
            "id": found.id,
            "created": found.created,
            "is_im": True,
            "is_archived": False,
            "user": person_id,
            "is_user_deleted": False,
            "context_team_id": seed.TEAM_ID,
        }
    return {
        "id": found.id,
        "name": found.name,
        "name_normalized": found.name,
        "created": found.created,
        "creator": found.creator_id,
        "is_channel": not found.is_private,
        "is_group": found.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": found.is_private,
        "is_archived": found.is_archived,
        "is_general": found.is_general,
        "is_member": bot_is_member,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "context_team_id": seed.TEAM_ID,
        "topic": {"value": found.topic, "creator": found.creator_id, "last_set": found.created},
        "purpose": {
            "value": found.purpose,
            "creator": found.creator_id,
            "last_set": found.created,
        },
        "previous_names": [],
        "num_members": len(found.member_ids),
    }


def message(workspace: Workspace, found: Message, *, with_metadata: bool = False) -> Json:
    """A message object as history, events and interactive payloads carry it."""
    author = workspace.people[found.author_id]
    answer: Json = {
        "type": "message",
        "user": found.author_id,
        "ts": found.ts,
        "text": found.text,
        "team": seed.TEAM_ID,
    }
    if found.subtype:
        answer["subtype"] = found.subtype
    if author.is_bot:
        answer |= {"bot_id": author.bot_id, "app_id": author.app_id}
        answer["bot_profile"] = bot(author) | {"team_id": seed.TEAM_ID}
    if found.username:
        answer["username"] = found.username
    if found.blocks:
        answer["blocks"] = found.blocks
    if found.attachments:
        answer["attachments"] = found.attachments
    if found.edited_ts:
        answer["edited"] = {"user": found.author_id, "ts": found.edited_ts}
    if found.thread_ts:
        answer["thread_ts"] = found.thread_ts
    if found.is_reply:
        parent = workspace.message_at(found.channel_id, found.thread_ts)
        answer["parent_user_id"] = parent.author_id if parent else ""
    if found.reply_count:
        answer |= {
            "reply_count": found.reply_count,
            "reply_users": found.reply_person_ids,
            "reply_users_count": len(found.reply_person_ids),
            "latest_reply": found.latest_reply,
            "is_locked": False,
            "subscribed": False,
        }
    if found.reactions:
        answer["reactions"] = [
            {"name": one.name, "users": list(one.person_ids), "count": len(one.person_ids)}
            for one in found.reactions
        ]
    if found.files:
        answer["files"] = [file(workspace, workspace.files[one]) for one in found.files]
    if found.metadata and with_metadata:
        answer["metadata"] = found.metadata
    return answer


def bot(person: Person) -> Json:
    return {
        "id": person.bot_id,
        "app_id": person.app_id,
        "user_id": person.id,
        "name": person.real_name,
        "deleted": person.deleted,
        "updated": 1_700_000_000,
        "icons": {},
    }


def view(found: View) -> Json:
    """A view object: what the app sent, with ids, hash and the state of its inputs."""
    defaults: Json = {
        "callback_id": "",
        "external_id": "",
        "private_metadata": "",
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "submit_disabled": False,
        "blocks": [],
    }
    return {
        **defaults,
        **found.payload,
        "id": found.id,
        "team_id": seed.TEAM_ID,
        "app_id": seed.APP_ID,
        "app_installed_team_id": seed.TEAM_ID,
        "bot_id": seed.BOT_ID,
        "hash": found.hash,
        "root_view_id": found.root_view_id or found.id,
        "previous_view_id": found.previous_view_id or None,
        "state": {"values": found.values},
    }


def file(workspace: Workspace, found: File) -> Json:
    address = f"{workspace.base_url}/files/{found.id}/{found.name}"
    return {
        "id": found.id,
        "created": found.created,
        "timestamp": found.created,
        "name": found.name,
        "title": found.title,
        "mimetype": found.mimetype,
        "filetype": found.name.rpartition(".")[2] if "." in found.name else "text",
        "user": found.owner_id,
        "size": len(found.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(found.channel_ids),
        "alt_txt": found.alt_text,
        "url_private": address,
        "url_private_download": f"{address}?download=1",
        "permalink": f"{workspace.base_url}/files/{found.owner_id}/{found.id}",
        "channels": [one for one in found.channel_ids if one.startswith("C")],
        "ims": [one for one in found.channel_ids if one.startswith("D")],
        "groups": [],
    }


def user_group(found: UserGroup, *, with_users: bool) -> Json:
    answer: Json = {
        "id": found.id,
        "team_id": seed.TEAM_ID,
        "is_usergroup": True,
        "name": found.name,
        "handle": found.handle,
        "description": found.description,
        "is_external": False,
        "date_delete": found.disabled,
        "user_count": len(found.person_ids),
    }
    if with_users:
        answer["users"] = list(found.person_ids)
    return answer
