"""Every refusal of the Web API, as the real slack_sdk client sees it."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import (
    ALERTS,
    ANA,
    BOT,
    DORA,
    GENERAL,
    GUS,
    LEADERSHIP,
    OPS,
    RANDOM,
    RITA,
    Workspace,
)
from bot.sandbox.workspace.model import Channel
from tests.sandbox.workspace.stage import without

NOWHERE = "C0NOWHERE"
NEVER = "1.000001"


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, data=arguments)
    return dict(refused.value.response.data)


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMessage", {"channel": NOWHERE, "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": LEADERSHIP, "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": RANDOM, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": OPS}, "no_text"),
    ("chat.postMessage", {"channel": OPS, "text": " "}, "no_text"),
    ("chat.postMessage", {"channel": OPS, "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": OPS, "text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": OPS, "text": "x", "thread_ts": NEVER}, "thread_not_found"),
    (
        "chat.postMessage",
        {"channel": OPS, "text": "x", "metadata": "[]1"},
        "invalid_metadata_format",
    ),
    (
        "chat.postMessage",
        {"channel": OPS, "text": "x", "metadata": '{"event_type": 1}'},
        "invalid_metadata_schema",
    ),
    ("chat.postMessage", {"channel": OPS, "text": "x", "username": "Y"}, "missing_scope"),
    ("chat.postEphemeral", {"channel": OPS, "user": "U0", "text": "x"}, "user_not_found"),
    ("chat.postEphemeral", {"channel": OPS, "user": GUS, "text": "x"}, "user_not_in_channel"),
    ("chat.postEphemeral", {"channel": RANDOM, "user": ANA, "text": "x"}, "not_in_channel"),
    ("chat.update", {"channel": OPS, "ts": NEVER, "text": "x"}, "message_not_found"),
    ("chat.delete", {"channel": OPS, "ts": NEVER}, "message_not_found"),
    ("chat.getPermalink", {"channel": OPS, "message_ts": NEVER}, "message_not_found"),
    ("conversations.info", {"channel": NOWHERE}, "channel_not_found"),
    ("conversations.list", {"types": "planets"}, "invalid_types"),
    ("conversations.list", {"limit": "0"}, "invalid_limit"),
    ("conversations.list", {"cursor": "zzz"}, "invalid_cursor"),
    ("conversations.history", {"channel": RANDOM}, "not_in_channel"),
    ("conversations.replies", {"channel": OPS, "ts": NEVER}, "thread_not_found"),
    ("conversations.create", {"name": "ops"}, "name_taken"),
    ("conversations.create", {"name": "Big News!"}, "invalid_name_specials"),
    ("conversations.create", {"name": "---"}, "invalid_name_punctuation"),
    ("conversations.create", {"name": ""}, "invalid_name_required"),
    ("conversations.create", {"name": "x" * 81}, "invalid_name_maxlength"),
    ("conversations.join", {"channel": LEADERSHIP}, "channel_not_found"),
    ("conversations.invite", {"channel": OPS, "users": ANA}, "already_in_channel"),
    ("conversations.invite", {"channel": OPS, "users": BOT}, "cant_invite_self"),
    ("conversations.invite", {"channel": OPS, "users": DORA}, "user_not_found"),
    ("conversations.invite", {"channel": OPS, "users": GUS}, "user_is_restricted"),
    ("conversations.invite", {"channel": OPS}, "no_user"),
    ("conversations.setTopic", {"channel": OPS, "topic": "x" * 251}, "too_long"),
    ("conversations.rename", {"channel": OPS, "name": "new"}, "not_authorized"),
    ("conversations.archive", {"channel": GENERAL}, "cant_archive_general"),
    ("conversations.open", {"users": ""}, "users_list_not_supplied"),
    ("conversations.open", {"users": DORA}, "user_disabled"),
    ("users.info", {"user": "U0"}, "user_not_found"),
    ("users.info", {}, "invalid_arguments"),
    ("users.lookupByEmail", {"email": "no@body.example"}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "S0"}, "no_such_subteam"),
    ("bots.info", {"bot": "B0"}, "bot_not_found"),
    ("reactions.add", {"channel": OPS, "name": "eyes"}, "no_item_specified"),
    ("reactions.add", {"channel": OPS, "name": "eyes", "timestamp": NEVER}, "message_not_found"),
    ("reactions.get", {"channel": OPS, "timestamp": NEVER}, "message_not_found"),
    ("pins.add", {"channel": OPS, "timestamp": NEVER}, "message_not_found"),
    ("bookmarks.add", {"channel_id": OPS, "title": "x", "type": "folder"}, "invalid_bookmark_type"),
    (
        "bookmarks.add",
        {"channel_id": OPS, "title": "x", "type": "link", "link": "ftp:"},
        "invalid_link",
    ),
    ("files.info", {"file": "F0"}, "file_not_found"),
    ("files.getUploadURLExternal", {"filename": "x", "length": "0"}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": '[{"id": "F0"}]'}, "file_not_found"),
    ("views.open", {"trigger_id": "x"}, "invalid_arguments"),
    ("views.update", {"view": "{}"}, "invalid_arguments"),
    ("api.test", {"error": "my_error"}, "my_error"),
    ("chat.postLetter", {}, "unknown_method"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), CASES)
async def test_refusal(
    client: AsyncWebClient, method: str, arguments: dict[str, Any], error: str
) -> None:
    assert (await refusal(client, method, **arguments))["error"] == error


async def test_tokens(workspace: Workspace, client: AsyncWebClient) -> None:
    client.token = "xoxb-wrong"
    assert (await refusal(client, "auth.test"))["error"] == "invalid_auth"
    client.token = None
    assert (await refusal(client, "auth.test"))["error"] == "not_authed"
    client.token = workspace.app_token
    assert (await refusal(client, "auth.test"))["error"] == "not_allowed_token_type"


async def test_token_as_a_form_field(workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"{workspace.base_url}/api/auth.test"
        async with session.post(url, data={"token": workspace.bot_token}) as answer:
            assert (await answer.json())["user_id"] == BOT
            assert "chat:write" in answer.headers["x-oauth-scopes"]
        # A JSON body carries no token: it belongs in the header.
        async with session.post(url, json={"token": workspace.bot_token}) as answer:
            assert (await answer.json())["error"] == "not_authed"
    assert workspace.bot_token not in json.dumps([one.arguments for one in workspace.record])


async def test_missing_scope_names_what_is_needed(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    without(workspace, "reactions:write", "channels:history")
    answer = await refusal(client, "reactions.add", channel=OPS, name="eyes", timestamp="1.0")
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "reactions:write"
    assert "chat:write" in answer["provided"].split(",")
    answer = await refusal(client, "conversations.history", channel=OPS)
    assert answer["needed"] == "channels:history"
    answer = await refusal(client, "conversations.list", types="public_channel,mpim")
    assert answer["needed"] == "mpim:read"


async def test_email_only_with_its_scope(workspace: Workspace, client: AsyncWebClient) -> None:
    assert (await client.users_info(user=ANA))["user"]["profile"]["email"] == "ana@pitchey.example"
    without(workspace, "users:read.email")
    assert "email" not in (await client.users_info(user=ANA))["user"]["profile"]


async def test_invalid_blocks_say_where(client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]
    answer = await refusal(
        client, "chat.postMessage", channel=OPS, text="x", blocks=json.dumps(blocks)
    )
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["errors"][0]
    assert answer["response_metadata"]["messages"][0].startswith("[ERROR] ")
    many = json.dumps([{"type": "divider"}] * 51)
    answer = await refusal(client, "chat.postMessage", channel=OPS, text="x", blocks=many)
    assert answer["error"] == "invalid_blocks"


async def test_blocks_too_long_together(client: AsyncWebClient) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5
    answer = await refusal(
        client, "chat.postMessage", channel=OPS, text="x", blocks=json.dumps(long)
    )
    assert answer["error"] == "msg_blocks_too_long"


async def test_blocks_validate(client: AsyncWebClient) -> None:
    bad = [{"type": "section", "text": {"type": "wrong", "text": "x"}}]
    answer = await refusal(client, "blocks.validate", blocks=json.dumps(bad))
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"][0]["code"] == "failed_constraint"
    assert answer["errors"][0]["pointer"].startswith("/0/text")
    good = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    assert (await client.api_call("blocks.validate", params={"blocks": json.dumps(good)}))["ok"]
    assert (await refusal(client, "blocks.validate"))["error"] == "invalid_arguments"


async def test_messages_of_others_stay_as_they_are(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await workspace.act.say(ANA, OPS, "mine")
    mine = workspace.messages(OPS, ANA)[-1]
    for method, error in (
        ("chat.update", "cant_update_message"),
        ("chat.delete", "cant_delete_message"),
    ):
        answer = await refusal(client, method, channel=OPS, ts=mine.ts, text="x")
        assert answer["error"] == error


async def test_ephemeral_messages_cannot_be_updated_nor_have_threads(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postEphemeral(channel=OPS, user=ANA, text="only you")
    ts = posted["message_ts"]
    answer = await refusal(client, "chat.update", channel=OPS, ts=ts, text="x")
    assert answer["error"] == "message_not_found"
    answer = await refusal(client, "chat.postMessage", channel=OPS, thread_ts=ts, text="x")
    assert answer["error"] == "thread_not_found"
    assert [one.text for one in workspace.messages(OPS, ANA)] == ["only you"]
    assert workspace.messages(OPS, RITA) == ()


async def test_update_refuses_long_texts_that_posting_takes(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=OPS, text="x" * 5_000)
    answer = await refusal(client, "chat.update", channel=OPS, ts=posted["ts"], text="x" * 4_001)
    assert answer["error"] == "msg_too_long"


async def test_archived_channels_take_nothing(workspace: Workspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ALERTS, text="last")
    await client.conversations_archive(channel=ALERTS)
    for method, more in (
        ("chat.postMessage", {"text": "x"}),
        ("chat.postEphemeral", {"text": "x", "user": ANA}),
        ("chat.update", {"text": "x", "ts": posted["ts"]}),
        ("reactions.add", {"name": "eyes", "timestamp": posted["ts"]}),
        ("conversations.join", {}),
        ("conversations.setTopic", {"topic": "x"}),
    ):
        assert (await refusal(client, method, channel=ALERTS, **more))["error"] == "is_archived"
    answer = await refusal(client, "conversations.archive", channel=ALERTS)
    assert answer["error"] == "already_archived"
    assert (await workspace.act.say(ANA, ALERTS, "hello?")).error == "is_archived"


async def test_marks_only_once(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=OPS, text="x"))["ts"]
    await client.reactions_add(channel=OPS, name="eyes", timestamp=ts)
    await client.pins_add(channel=OPS, timestamp=ts)
    place = {"channel": OPS, "timestamp": ts}
    assert (await refusal(client, "reactions.add", name="eyes", **place))["error"] == (
        "already_reacted"
    )
    assert (await refusal(client, "reactions.add", name="no-such", **place))["error"] == (
        "invalid_name"
    )
    assert (await refusal(client, "reactions.remove", name="tada", **place))["error"] == (
        "no_reaction"
    )
    assert (await refusal(client, "pins.add", **place))["error"] == "already_pinned"
    await client.pins_remove(channel=OPS, timestamp=ts)
    assert (await refusal(client, "pins.remove", **place))["error"] == "no_pin"
    reactions = (await client.reactions_get(channel=OPS, timestamp=ts))["message"]["reactions"]
    assert reactions == [{"name": "eyes", "users": [BOT], "count": 1}]


async def test_posting_to_a_person_needs_the_messages_tab(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=ANA, text="hello")
    assert posted["channel"].startswith("D")
    assert isinstance(workspace.channels[posted["channel"]], Channel)
    assert (await refusal(client, "chat.postMessage", channel=DORA, text="x"))["error"] == (
        "channel_not_found"
    )
