"""The real bot's outbox under faults: many messages, many channels, counted at the other end."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from bot.outbox.pace import BURST, PER_SECOND
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import AppManifest, Workspace, seed
from bot.sandbox.workspace.model import Channel
from bot.sandbox.workspace.rates import Rates
from bot.sandbox.workspace.server import application
from bot.settings import load
from bot.store import Store

MESSAGES, CHANNELS = 1_000, 20
LIMITED, BROKEN, CUT_SECONDS = 30.0, 30.0, 10.0  # percent of all calls, each; seconds
LONGEST = 900.0  # seconds
MANIFEST = Path(__file__).parents[2] / "manifest.yml"


class ChannelRates(Rates):
    """One message a second a channel, as Slack does; without the limits of a whole workspace.

    Those (some hundred posts, fifty questions a minute) would be all that is measured.
    """

    def call(self, method: str, tier: int) -> None: ...


async def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    """Print what arrived, what was lost or doubled, and the time beside the channels' limit."""
    faults = Faults()
    workspace = Workspace(AppManifest.load(MANIFEST), faults=faults)
    workspace.rates = ChannelRates(workspace.clock)
    channels = [f"C0BENCH{number:03}" for number in range(CHANNELS)]
    for number, each in enumerate(channels):
        members = [seed.ANA, seed.BOT]
        workspace.channels[each] = Channel(each, f"b{number}", seed.ANA, 1, member_ids=members)
    runner = web.AppRunner(application(workspace, faults), access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        with tempfile.TemporaryDirectory(prefix="pitchey-outbox-") as folder:
            config = _settings(Path(folder), url)
            settings = load(config, {})
            store = Store.open(settings.store.path)
            bot = await _bot(config, workspace)
            faults.switch("slack_rate_limited", True, LIMITED)
            faults.switch("slack_errors", True, BROKEN)
            faults.switch("slack_cut", True, CUT_SECONDS)
            began = time.perf_counter()
            for number in range(MESSAGES):
                store.outbox.add(channels[number % CHANNELS], f"m{number}", [], f"bench:{number}")
            stored = time.perf_counter() - began
            say(f"  stored {MESSAGES:,} messages, {stored / MESSAGES * 1000:.2f} ms each")
            try:
                async with asyncio.timeout(LONGEST):
                    while store.outbox.counts().waiting:  # noqa: ASYNC110 (rows, no event)
                        await asyncio.sleep(0.1)
            except TimeoutError:
                say(f"  gave up after {LONGEST:.0f} s")
            took = time.perf_counter() - began
            bot.terminate()
            await bot.wait()
            store.close()
    finally:
        await runner.cleanup()
    _report(say, goal, workspace, channels, took)


async def _bot(config: Path, workspace: Workspace) -> asyncio.subprocess.Process:
    """The real bot in Socket Mode, connected."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--mode", "socket",
        env={
            **os.environ,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "PITCHEY_CONFIG": str(config),
            "PITCHEY_LOG": "CRITICAL",
        },
    )  # fmt: skip
    async with asyncio.timeout(30):
        while not workspace.delivery.sockets.connections:  # noqa: ASYNC110 (another program)
            await asyncio.sleep(0.05)
    return process


def _report(
    say: Callable[[str], None],
    goal: Callable[[str, float, float], None],
    workspace: Workspace,
    channels: list[str],
    took: float,
) -> None:
    arrived: Counter[str] = Counter()
    disordered = 0
    for index, channel in enumerate(channels):
        texts = [each.text for each in workspace.public_messages(channel)]
        arrived.update(texts)
        numbers = [int(text.removeprefix("m")) for text in texts]
        disordered += numbers != sorted(numbers) or {each % CHANNELS for each in numbers} > {index}
    lost = MESSAGES - len(arrived)
    doubled = sum(count - 1 for count in arrived.values())
    calls = Counter(
        "429" if entry.error == "ratelimited" else "500" if entry.error else "taken"
        for entry in workspace.record.calls("chat.postMessage")
    )
    least = max(0.0, MESSAGES / CHANNELS - BURST) / PER_SECOND
    say(
        f"  {MESSAGES:,} messages over {CHANNELS} channels, {LIMITED:.0f} % answered 429 and "
        f"{BROKEN:.0f} % 500, sockets cut each {CUT_SECONDS:.0f} s"
    )
    say(
        f"  delivered {len(arrived):,}, lost {lost}, doubled {doubled}, "
        f"channels out of order {disordered}; posts {dict(calls)}"
    )
    opened = len(workspace.record.calls("apps.connections.open"))
    say(f"  the bot asked for a socket {opened} times")
    say(f"  took {took:.0f} s; one message a second a channel allows {least:.0f} s at best")
    goal("messages lost", lost, 0)
    goal("messages doubled", doubled, 0)
    goal("channels out of order", disordered, 0)


def _settings(folder: Path, url: str) -> Path:
    config = folder / "pitchey.toml"
    config.write_text(
        f"""
[slack]
api_url = "{url}/api/"
[store]
path = "{folder}/store.sqlite3"
[environments.production]
api_url = "{url}"
site_url = "{url}"
""",
        encoding="utf-8",
    )
    return config


if __name__ == "__main__":
    asyncio.run(measure(print, lambda name, value, most: print(name, value, "≤", most)))  # noqa: T201
