"""A real Chromium, as Debian and others package it; tests ask for the fixture `browser`."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright, expect

# The shell draws the same pages without the windows of a desktop: half of the processor's time.
KNOWN = ("chromium-headless-shell", "chromium")
PATIENCE_MS = 60_000  # with a busy machine: what is waited for must come
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Started, without windows; skips the test by name where there is none."""
    wanted = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else KNOWN
    found = next(filter(None, map(shutil.which, wanted)), None)
    if found is None:
        pytest.skip(f"no Chromium: none of {', '.join(wanted)}")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()
