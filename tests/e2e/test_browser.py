"""A person at the sandbox's page, with the real bot answering: what they do, and what they see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.chromium import PATIENCE_MS
from tests.e2e.stage import Stage, only

pytestmark = [pytest.mark.browser, only("socket")]
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)


@pytest_asyncio.fixture(loop_scope="session")
async def page(
    stage: Stage, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Page]:
    """The page as its first visitor sees it; a picture of its end; script errors fail the test."""
    problems: list[str] = []
    size = PHONE if "phone" in request.node.name else DESKTOP
    context = await browser.new_context(viewport=size, has_touch=size is PHONE)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(stage.world.url)
    await page.locator("#composer-text").wait_for()
    yield page
    await page.screenshot(path=tmp_path / f"{request.node.originalname}.png")
    await context.close()
    assert problems == []


async def send(page: Page, line: str) -> None:
    box = page.locator("#composer-text")
    await box.fill(line)
    await box.press("Enter")


def answer(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text).last


async def test_ask_break_check_again(page: Page, stage: Stage) -> None:
    await send(page, "/pitchey health")
    told = answer(page, "Healthy: 9 of 9 checks passed")
    await expect(told).to_contain_text("Only visible to you")
    shown = await page.get_by_role("article").count()  # on a slow machine its progress, too
    await page.get_by_role("button", name="Faults").first.click()
    panel = page.get_by_role("complementary", name="Faults")
    await panel.get_by_role("switch", name="Site down").check()
    await stage.until(lambda: stage.faults.on("site_down"))
    await stage.world.settled()
    await page.get_by_role("button", name="Check again").click()
    await expect(answer(page, "Down: Site")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(shown)
    await expect(page.get_by_text("Healthy: 9 of 9")).to_have_count(0)
    await panel.get_by_role("button", name="Turn all off").click()
    await stage.until(lambda: not stage.faults.active())
    await stage.world.settled()
    await page.get_by_role("button", name="Check again").click()
    await expect(answer(page, "Healthy: 9 of 9 checks passed")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(shown)


async def test_details_of_a_shared_answer_open_in_the_thread(page: Page, stage: Stage) -> None:
    await send(page, "/pitchey health cache --public")
    told = answer(page, "Healthy: 1 of 1 check passed")
    await told.get_by_role("button", name="Details").click()
    await told.get_by_role("button", name="1 reply").click()
    side = page.get_by_role("complementary", name="Thread")
    await expect(side.get_by_role("article").last).to_contain_text("evidence of")


async def test_the_shortcut_opens_a_form_that_answers(page: Page, stage: Stage) -> None:
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Check health").click()
    dialog = page.get_by_role("dialog", name="Check health")
    await dialog.get_by_role("button", name="Check", exact=True).click()
    result = page.get_by_role("dialog", name="Pitchey Ops")
    await expect(result).to_contain_text("Healthy: 9 of 9 checks passed")
    await result.get_by_role("button", name="Close").last.click()
    await expect(result).to_be_hidden()


async def test_a_viewer_is_refused(page: Page, stage: Stage) -> None:
    await page.get_by_role("button", name="You act as Ana Lima").click()
    await page.get_by_role("menuitemradio", name="Vic Svensson").click()
    await expect(page.get_by_role("button", name="You act as Vic Svensson")).to_be_visible()
    await send(page, "/pitchey audit")
    told = answer(page, "Refused: ")
    await expect(told).to_contain_text("needs the role operator; you have the role viewer")
    await expect(told).to_contain_text("have it: ")


async def test_a_misspelling_is_mended_by_a_press(page: Page, stage: Stage) -> None:
    await send(page, "/pitchey helth")
    await answer(page, "Did you mean").get_by_role("button", name="/pitchey health").click()
    await expect(answer(page, "Healthy: 9 of 9 checks passed")).to_be_visible()


async def test_the_home_tab(page: Page, stage: Stage) -> None:
    await page.get_by_role("button", name="Pitchey Ops").first.click()
    await page.get_by_role("button", name="Check health").first.click()
    result = page.get_by_role("dialog", name="Pitchey Ops")
    await expect(result).to_contain_text("Healthy: 9 of 9 checks passed")


async def test_a_phone_shows_the_whole_answer(page: Page, stage: Stage) -> None:
    await stage.switch("cache_down")
    await send(page, "/pitchey health")
    told = answer(page, "Degraded: Cache")
    await expect(told).to_be_visible()
    await told.get_by_role("button", name="Details").click()
    await expect(answer(page, "evidence of")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    for button in await told.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"])
