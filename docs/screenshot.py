"""Takes the README's picture: a sandbox, a real browser, `/pitchey health` typed and answered."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from bot.sandbox.world import World
from tests.chromium import ARGUMENTS

PICTURE = Path(__file__).parent / "images" / "sandbox.png"


async def take(picture: Path) -> None:
    """Break the cache, ask, and keep what is seen."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not installed; set CHROMIUM to its path.")
    with tempfile.TemporaryDirectory(prefix="pitchey-picture-") as folder:
        async with World.start(Path(folder)) as world, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            world.faults.switch("cache_cold", True)
            await page.goto(world.url)
            composer = page.get_by_role("combobox").first
            await composer.fill("/pitchey health --public")
            await composer.press("Enter")
            await page.get_by_text("checks passed").first.wait_for(timeout=30_000)
            await page.wait_for_timeout(500)
            picture.parent.mkdir(exist_ok=True)
            await page.screenshot(path=picture)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE))
