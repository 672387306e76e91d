"""The real bot, killed and started again, over the workspace server."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import sys
from pathlib import Path

from bot.sandbox.workspace import ANA, OPS, VIC
from bot.sandbox.workspace.expectations import Actor
from bot.settings import Settings
from bot.store import Store
from tests.engines import surroundings
from tests.outbox.conftest import Stage
from tests.sandbox.workspace.stage import until

ROOT = Path(__file__).parents[2]


async def start(stage: Stage, folder: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--mode", "socket",
        cwd=ROOT,
        env={
            **os.environ,
            "SLACK_BOT_TOKEN": stage.workspace.bot_token,
            "SLACK_APP_TOKEN": stage.workspace.app_token,
            "PITCHEY_CONFIG": str(folder / "pitchey.toml"),
            "PITCHEY_LOG": "ERROR",
            **surroundings(folder / "store.sqlite3"),
        },
    )  # fmt: skip
    await until(lambda: stage.workspace.delivery.sockets.connections)
    return process


async def ends(process: asyncio.subprocess.Process) -> int:
    if process.returncode is None:
        process.terminate()
    async with asyncio.timeout(120):
        return await process.wait()


async def test_status_restart_notice_retry_and_export(
    stage: Stage, settings: Settings, tmp_path: Path
) -> None:
    with (tmp_path / "pitchey.toml").open("a") as config:
        config.write(f'[roles]\nadmin = ["{ANA}"]\n')
    ana, vic = Actor(stage.workspace, ANA), Actor(stage.workspace, VIC)
    process = await start(stage, tmp_path)
    try:
        await vic.types("/pitchey status")
        await vic.sees("The bot is well")
        await vic.types("/pitchey status retry")
        await vic.sees("Refused")
        process.kill()
        await process.wait()
        store = Store.open(settings.store.path)
        store.outbox.add("C0NOWHERE1", "Approve the deployment?", [], "op:1", "", "#ops")
        store.close()
        stage.workspace.channels[OPS].is_archived = True
        process = await start(stage, tmp_path)
        elsewhere = ana.at(stage.workspace.direct(ANA).id)
        for _ in range(10):
            await elsewhere.types("/pitchey status")
            try:
                await elsewhere.sees("2 messages could not be delivered", within=1)
                break
            except AssertionError:
                continue
        await elsewhere.sees("Approve the deployment?")
        stage.workspace.channels[OPS].is_archived = False
        await elsewhere.presses("Try again now")
        await elsewhere.sees("sends 2 failed messages again")
        await elsewhere.presses("Run status retry", confirming="Yes, change it")
        await elsewhere.sees("Started: status retry on outbox")
        await ana.sees("2 failed messages will be tried again", anytime=True)
        await ana.sees("The bot was down from", anytime=True)
        await ana.sees("Approve the deployment?", anytime=True)

        await ana.types("/pitchey audit --export csv")
        await ana.sees("Exported")
        (file,) = [each for each in stage.workspace.files.values() if each.complete]
        assert file.channel_ids == [stage.workspace.direct(ANA).id]
        rows = list(csv.DictReader(io.StringIO(file.content.decode())))
        assert (rows[0]["arguments"], rows[0]["person_name"]) == ("status", "vic")
        assert ("status retry", "succeeded") in [(row["command"], row["outcome"]) for row in rows]
    finally:
        code = await ends(process)
    assert code == 0
    store = Store.open(settings.store.path)
    latest = store.runs.latest()
    store.close()
    assert latest is not None
    assert latest.ended_at is not None
    assert latest.contact_at is None or latest.contact_at >= latest.started_at
