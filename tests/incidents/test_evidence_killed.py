"""The bot as a process of its own, killed while evidence is on its way to the bucket."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from moto.server import ThreadedMotoServer

from bot.clients.storage import Bucket
from bot.sandbox.workspace import OMAR
from bot.store import Store
from bot.store.lessons_rows import EvidenceState
from tests.engines import surroundings
from tests.incidents.stage import Stage
from tests.sandbox.workspace.stage import until

BUCKET = "pitchey-backups"


@asynccontextmanager
async def _silent() -> AsyncIterator[int]:
    """The port of a service that takes connections and never answers."""
    held: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in held:
            writer.close()
        await server.wait_closed()


async def _bot(stage: Stage) -> Process:
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--mode", "socket",
        cwd=Path(__file__).parents[2],
        env={
            "PATH": os.environ["PATH"],
            "PITCHEY_CONFIG": str(stage.settings.store.path.with_name("pitchey.toml")),
            "SLACK_BOT_TOKEN": stage.workspace.bot_token,
            "SLACK_APP_TOKEN": stage.workspace.app_token,
            **surroundings(stage.settings.store.path),
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        },
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
    )  # fmt: skip
    assert bot.stderr is not None
    async with asyncio.timeout(120):
        while b"ready: " not in (line := await bot.stderr.readline()):
            assert line, "the bot ended"
    return bot


async def _kill(bot: Process) -> None:
    bot.send_signal(signal.SIGKILL)
    await bot.wait()


async def test_killed_while_it_is_stored_the_bundle_is_told_of_and_sent_later(
    stage: Stage,
) -> None:
    record, channel = await stage.declared("Tokens leaked --severity SEV3", OMAR)
    await stage.stop()
    settings = stage.settings.store.path.with_name("pitchey.toml")
    store = Store.open(stage.settings.store.path, patience=5)
    omar = stage.actor(OMAR, channel.id)
    try:
        async with _silent() as port:
            own = f'\n[storage]\nbackup_endpoint_url = "http://127.0.0.1:{port}"\n'
            settings.write_text(settings.read_text() + own)
            bot = await _bot(stage)
            try:
                await omar.types(f"/pitchey incident evidence {record.id}")
                await omar.sees("Nothing has changed yet")
                await omar.presses("Run incident evidence", confirming="Yes, change it")
                await until(lambda: any(e.sha256 for e in store.lesson_evidence.of(record.id)), 90)
            finally:
                await _kill(bot)
        (made,) = store.lesson_evidence.of(record.id)
        assert _there(made.file)
        bucket = ThreadedMotoServer("127.0.0.1", port, verbose=False)
        bucket.start()
        try:
            await _made(port)
            bot = await _bot(stage)
            try:
                await omar.sees("Interrupted")
                await omar.types(f"/pitchey incident evidence list {record.id}")
                await omar.sees("The bot stopped before it was stored")
                await omar.types(f"/pitchey incident evidence send {record.id}")
                await omar.sees("Nothing has changed yet")
                await omar.presses("Run incident evidence", confirming="Yes, change it")
                await until(lambda: _state(store, record.id) is EvidenceState.STORED, 60)
                await until(lambda: not _there(made.file), 30)
            finally:
                await _kill(bot)
        finally:
            bucket.stop()
        (entry,) = _told(store, record.id)
        assert made.sha256 in entry
        assert store.timeline.verify(record.id).intact
    finally:
        store.close()
        await stage.start()


def _there(file: str) -> bool:
    return Path(file).exists()


def _state(store: Store, incident: str) -> EvidenceState:
    return store.lesson_evidence.of(incident)[0].state


def _told(store: Store, incident: str) -> list[str]:
    return [each.text for each in store.timeline.page(incident, limit=500, kinds=("evidence",))]


async def _made(port: int) -> None:
    bucket = Bucket(BUCKET, "key", "secret", f"http://127.0.0.1:{port}")
    await bucket.run(lambda client: client.create_bucket(Bucket=BUCKET), deadline=30)
    bucket.close()
