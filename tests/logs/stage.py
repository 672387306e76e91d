"""The bot's house in this process, beside the sandbox; with Slack where a test wants it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.command import Invocation, Person, Reply, Surface
from bot.desk import TerminalDesk
from bot.patience import Nobody
from bot.sandbox.world import World
from bot.settings import Settings, load


class Reader(Nobody):
    """Reads along at a terminal."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


def settings_of(world: World, folder: Path, **cloudflare: str) -> Settings:
    """The sandbox's settings with a store of its own; `cloudflare` are more keys of that table."""
    text = world.config_path.read_text("utf-8")
    more = "".join(f'{name} = "{value}"\n' for name, value in cloudflare.items())
    path = folder / "pitchey.toml"
    path.write_text(text.replace("[cloudflare]\n", f"[cloudflare]\n{more}"), "utf-8")
    return load(path, world.environment)


@asynccontextmanager
async def opened(
    world: World, folder: Path, settings: Settings | None = None
) -> AsyncIterator[House]:
    house = House.open(settings or settings_of(world, folder))
    try:
        yield house
    finally:
        await house.aclose()


@asynccontextmanager
async def agreeing(world: World, folder: Path) -> AsyncIterator[House]:
    """A house whose terminal says yes to every question."""
    async with opened(world, folder) as house:
        house.dispatcher.guard.desk = TerminalDesk(yes=True)
        house.dispatcher.guard.open()
        yield house
        await house.dispatcher.guard.aclose()


async def run(house: House, line: str, reader: Reader | None = None) -> Reply:
    """One line typed at the bot's own terminal by an admin."""
    person = Person("terminal:test", "test")
    invocation = Invocation("P-TEST", person, Surface.TERMINAL, line)
    return await house.dispatcher.run(invocation, reader or Reader())


@asynccontextmanager
async def in_slack(house: House) -> AsyncIterator[Connected]:
    """The same house, connected to the sandbox's workspace."""
    connected = Connected.connect(house)
    secret = house.settings.secrets.slack_app_token
    assert secret is not None
    handler = AsyncSocketModeHandler(connected.bolt, secret.get_secret_value())
    connected.outbox.start()
    await handler.connect_async()
    connected.listeners.open()
    try:
        yield connected
    finally:
        await handler.close_async()
        await connected.aclose(2)
