"""What the Web API answers when nothing is wrong."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import ANA, BOT, DEPLOYER, GENERAL, OMAR, ONCALL, OPS, RITA, Workspace


async def test_posting_updating_threads_and_history(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "*hi* <@U0ANA00001>"}}
    posted = await client.chat_postMessage(channel="#ops", text="*hi*", blocks=[block])
    assert posted["message"]["blocks"][0]["block_id"]
    assert posted["message"]["text"] == "*hi*"
    reply = await client.chat_postMessage(channel=OPS, text="more", thread_ts=posted["ts"])
    await client.chat_postMessage(
        channel=OPS, text="all", thread_ts=reply["ts"], reply_broadcast=True
    )
    history = (await client.conversations_history(channel=OPS))["messages"]
    assert [one["text"] for one in history] == ["all", "*hi*"]
    assert history[1]["reply_count"] == 2
    replies = (await client.conversations_replies(channel=OPS, ts=posted["ts"]))["messages"]
    assert [one["text"] for one in replies] == ["*hi*", "more", "all"]
    assert {one["thread_ts"] for one in replies} == {posted["ts"]}
    await client.chat_update(channel=OPS, ts=posted["ts"], text="bye")
    message = workspace.message_at(OPS, posted["ts"])
    assert message is not None
    assert (message.text, message.blocks) == ("bye", [])
    assert message.edited_ts
    await client.chat_delete(channel=OPS, ts=reply["ts"])
    assert message.reply_count == 1
    link = await client.chat_getPermalink(channel=OPS, message_ts=posted["ts"])
    assert link["permalink"].endswith(posted["ts"].replace(".", ""))


async def test_pages_of_messages_and_channels(client: AsyncWebClient) -> None:
    for number in range(5):
        await client.chat_postMessage(channel=OPS, text=f"m{number}")
    seen: list[str] = []
    async for page in await client.conversations_history(channel=OPS, limit=2):
        seen += [one["text"] for one in page["messages"]]
    assert seen == ["m4", "m3", "m2", "m1", "m0"]
    names: list[str] = []
    async for page in await client.conversations_list(limit=3):
        assert len(page["channels"]) <= 3
        names += [one["name"] for one in page["channels"]]
    assert names == ["ops", "alerts", "general", "random"]


async def test_window_of_history(client: AsyncWebClient) -> None:
    stamps = [
        (await client.chat_postMessage(channel=OPS, text=f"m{number}"))["ts"] for number in range(3)
    ]
    between = await client.conversations_history(channel=OPS, oldest=stamps[0], latest=stamps[2])
    assert [one["text"] for one in between["messages"]] == ["m1"]
    whole = await client.conversations_history(
        channel=OPS, oldest=stamps[0], latest=stamps[2], inclusive=True
    )
    assert len(whole["messages"]) == 3


async def test_channels_made_and_filled(workspace: Workspace, client: AsyncWebClient) -> None:
    made = (await client.conversations_create(name="incident-1"))["channel"]
    await client.conversations_invite(channel=made["id"], users=f"{ANA},{OMAR}")
    await client.conversations_setTopic(channel=made["id"], topic="Site down")
    await client.conversations_setPurpose(channel=made["id"], purpose="Fix it")
    await client.conversations_rename(channel=made["id"], name="incident-2")
    found = (await client.conversations_info(channel=made["id"]))["channel"]
    assert (found["name"], found["topic"]["value"]) == ("incident-2", "Site down")
    members = (await client.conversations_members(channel=made["id"]))["members"]
    assert members == [BOT, ANA, OMAR]
    assert made["id"] in {one.id for one in workspace.channels_for(ANA)}
    joined = await client.conversations_join(channel=GENERAL)
    assert joined["channel"]["is_member"]
    again = await client.conversations_join(channel=GENERAL)
    assert again["warning"] == "already_in_channel"
    mine = (await client.users_conversations())["channels"]
    assert {one["name"] for one in mine} == {"ops", "alerts", "general", "incident-2"}


async def test_who_is_there(client: AsyncWebClient) -> None:
    me = await client.auth_test()
    assert (me["user_id"], me["team_id"]) == (BOT, "T0PITCHEY1")
    members = (await client.users_list())["members"]
    flags = {one["name"]: (one["deleted"], one["is_bot"]) for one in members}
    assert flags["dora"] == (True, False)
    assert flags["deploybot"] == (False, True)
    assert (await client.users_lookupByEmail(email="ana@pitchey.example"))["user"]["id"] == ANA
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert groups[0]["handle"] == "oncall"
    assert (await client.usergroups_users_list(usergroup=ONCALL))["users"] == [OMAR, RITA]
    assert (await client.team_info())["team"]["domain"] == "pitchey"
    assert (await client.bots_info(bot=me["bot_id"]))["bot"]["user_id"] == BOT
    assert (await client.users_info(user=DEPLOYER))["user"]["is_bot"]
    opened = await client.conversations_open(users=ANA)
    assert opened["channel"]["id"].startswith("D")


async def test_files_uploaded_and_shared(workspace: Workspace, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(
        channel=OPS,
        filename="chart.png",
        content=b"\x89PNG",
        title="Chart",
        alt_txt="A chart",
        initial_comment="Here",
    )
    file = answer["files"][0]
    message = workspace.messages(OPS, ANA)[-1]
    assert (message.text, message.files) == ("Here", [file["id"]])
    kept = workspace.files[file["id"]]
    assert (kept.content, kept.alt_text, kept.mimetype) == (b"\x89PNG", "A chart", "image/png")
    assert (await client.files_info(file=file["id"]))["file"]["size"] == 4


async def test_bookmarks_pins_and_metadata(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.bookmarks_add(
        channel_id=OPS, title="Status", type="link", link="https://status.example"
    )
    assert (await client.bookmarks_list(channel_id=OPS))["bookmarks"][0]["title"] == "Status"
    posted = await client.chat_postMessage(
        channel=OPS, text="x", metadata={"event_type": "check", "event_payload": {"a": 1}}
    )
    await client.pins_add(channel=OPS, timestamp=posted["ts"])
    pinned = (await client.pins_list(channel=OPS))["items"]
    assert pinned[0]["message"]["ts"] == posted["ts"]
    plain = (await client.conversations_history(channel=OPS))["messages"][0]
    full = (await client.conversations_history(channel=OPS, include_all_metadata=True))["messages"]
    assert "metadata" not in plain
    assert full[0]["metadata"]["event_payload"] == {"a": 1}


async def test_record_keeps_every_call(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=OPS, text="x")
    (entry,) = workspace.record.calls("chat.postMessage")
    assert entry.arguments["text"] == "x"
    assert entry.answer["ok"]
    assert entry.ms > 0
