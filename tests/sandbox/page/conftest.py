"""A workspace with its page on loopback, the tiny app connected to it, and a real Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import Browser, Page
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.sandbox.faults import Faults
from bot.sandbox.page import add_page
from bot.sandbox.workspace import ANA, Workspace
from bot.sandbox.workspace.server import application
from tests.chromium import PATIENCE_MS
from tests.sandbox.page.tiny_app import MANIFEST, tiny_app

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on the session's loop, where the browser is."""
    for item in items:
        if item.path.is_relative_to(_HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Gate:
    """What a switched fault waits for; open unless a test closes it or lets it fail."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.problem: OSError | None = None

    async def passed(self) -> None:
        await self.open.wait()
        if self.problem:
            raise self.problem


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest_asyncio.fixture(loop_scope="session")
async def workspace(faults: Faults, gate: Gate) -> AsyncIterator[Workspace]:
    """Served with its page at `workspace.base_url`."""
    workspace = Workspace(MANIFEST)
    app = application(workspace, faults)
    add_page(app, workspace, faults, roles={ANA: "admin"}, settled=gate.passed)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    workspace.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield workspace
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def http(workspace: Workspace) -> AsyncIterator[ClientSession]:
    async with ClientSession(workspace.base_url) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def app(workspace: Workspace) -> AsyncIterator[None]:
    """The tiny app, connected in Socket Mode."""
    handler = AsyncSocketModeHandler(tiny_app(workspace), workspace.app_token)
    await handler.connect_async()
    yield
    await handler.close_async()


@pytest_asyncio.fixture(loop_scope="session")
async def page(workspace: Workspace, browser: Browser) -> AsyncIterator[Page]:
    """The page in a desktop window, opened; script errors fail the test."""
    problems: list[str] = []
    context = await browser.new_context(
        viewport={"width": 1280, "height": 860}, timezone_id="Europe/Berlin", locale="en-GB"
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if _is_policy(line.text) else 0)
    await page.goto(workspace.base_url)
    await (
        page.get_by_role("textbox", name="Message #ops")
        .or_(page.get_by_role("combobox", name="Message #ops"))
        .wait_for()
    )
    yield page
    await context.close()
    assert problems == []


def _is_policy(line: str) -> bool:
    return "Content Security Policy" in line
