"""A workspace with its page on loopback, the tiny app connected to it, and a real Chromium."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from playwright.async_api import Page, async_playwright
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.sandbox.faults import Faults
from bot.sandbox.page import add_page
from bot.sandbox.workspace import ANA, Workspace
from bot.sandbox.workspace.server import application
from tests.sandbox.page.tiny_app import MANIFEST, tiny_app

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture
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


@pytest.fixture
async def http(workspace: Workspace) -> AsyncIterator[ClientSession]:
    async with ClientSession(workspace.base_url) as session:
        yield session


@pytest.fixture
async def app(workspace: Workspace) -> AsyncIterator[None]:
    """The tiny app, connected in Socket Mode."""
    handler = AsyncSocketModeHandler(tiny_app(workspace), workspace.app_token)
    await handler.connect_async()
    yield
    await handler.close_async()


@pytest.fixture
def chromium() -> Path:
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium is not at {CHROMIUM}")
    return CHROMIUM


@pytest.fixture
async def page(workspace: Workspace, chromium: Path) -> AsyncIterator[Page]:
    """The page in a desktop window, opened; script errors fail the test."""
    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = await browser.new_context(
            viewport={"width": 1280, "height": 860}, timezone_id="Europe/Berlin", locale="en-GB"
        )
        page = await context.new_page()
        page.set_default_timeout(8_000)
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
        await browser.close()
    assert problems == []


def _is_policy(line: str) -> bool:
    return "Content Security Policy" in line
