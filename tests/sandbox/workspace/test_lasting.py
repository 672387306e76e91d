"""A workspace outlives its server, as Slack does; what Slack forgets is forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.workspace import ANA, BOT, OMAR, OPS, Workspace
from bot.sandbox.workspace.lasting import NAME, Keeper
from bot.sandbox.workspace.model import Bookmark, Channel, File
from bot.sandbox.world import MANIFEST
from tests.sandbox.workspace.stage import until


def filled() -> Workspace:
    workspace = Workspace(MANIFEST)
    room = Channel(
        "C0ROOM0001", "inc-20261128-shop", BOT, 1_795_000_000, is_private=True, topic="SEV2",
        member_ids=[BOT, ANA], bookmarks=[Bookmark("Bk1", "Runbook", "https://example.com")],
    )  # fmt: skip
    workspace.channels[room.id] = room
    post = workspace.posting.post
    card = post(room, BOT, "The card", blocks=[{"type": "divider"}])
    post(room, ANA, "On it", thread_ts=card.ts)
    workspace.posting.react(card, OMAR, "eyes")
    room.pinned.append(card.id)
    post(room, BOT, "For Ana alone", ephemeral_to=ANA)
    workspace.posting.delete(post(room, ANA, "Deleted"))
    workspace.files["F1"] = File(
        "F1", "plot.png", "Plot", BOT, 1, "image/png", b"\x89PNG\x00", complete=True
    )
    workspace.files["F2"] = File("F2", "half.png", "Half", BOT, 1, "image/png")
    workspace.channels[OPS].topic = "Renamed"
    return workspace


async def reopened(folder: Path, told: list[str]) -> Workspace:
    workspace = Workspace(MANIFEST)
    keeper = Keeper(workspace, folder / NAME, told.append)
    await keeper.start()
    await keeper.stop()
    return workspace


async def test_rooms_messages_and_files_are_there_after_a_restart(tmp_path: Path) -> None:
    before, told = filled(), []
    await Keeper(before, tmp_path / NAME, told.append).stop()
    after = await reopened(tmp_path, told)
    after = await reopened(tmp_path, told)  # and once more
    assert told == []
    assert after.channels == before.channels
    room = "C0ROOM0001"
    assert after.public_messages(room) == before.public_messages(room)
    assert [one.text for one in after.messages(room, ANA)] == ["The card"]
    assert after.files == {"F1": before.files["F1"]}
    last = after.public_messages(room)[-1]
    assert float(after.posting.post(after.channels[room], ANA, "Later").ts) > float(last.ts)


async def test_a_change_is_written_without_a_stop(tmp_path: Path) -> None:
    """Whoever kills the sandbox loses the last second at most."""
    workspace, told = filled(), []
    keeper = Keeper(workspace, tmp_path / NAME, told.append)
    await keeper.start()
    await asyncio.sleep(0)
    workspace.posting.post(workspace.channels[OPS], ANA, "Said last")
    await until((tmp_path / NAME).exists, 5)
    found = await reopened(tmp_path, told)
    assert [one.text for one in found.public_messages(OPS)] == ["Said last"]
    await keeper.stop()
    assert told == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"form": 0}', '{"form": 1, "channels": [{"id": "C1"}]}', '{"form": 1}'],
)
async def test_what_cannot_be_read_is_told_and_nothing_of_it_is_there(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / NAME).write_text(text, "utf-8")
    told: list[str] = []
    workspace = await reopened(tmp_path, told)
    assert workspace.channels.keys() == Workspace(MANIFEST).channels.keys()
    assert "begins anew" in told[0]
    assert (tmp_path / "workspace.damaged").read_text("utf-8") == text
