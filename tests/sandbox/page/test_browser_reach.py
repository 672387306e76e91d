"""For everybody: keyboard only, phone, dark, names for screen readers, many messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot import blocks
from bot.sandbox.workspace import BOT, OMAR, OPS, Workspace
from tests.sandbox.page.kit import BLOCKS, ELEMENTS, RICH

pytestmark = pytest.mark.browser

# Each probe answers a list of what is wrong; see its comment there.
PROBES = Path(__file__).parent / "probes"
UNNAMED = (PROBES / "unnamed.js").read_text("utf-8")
SMALL = (PROBES / "small.js").read_text("utf-8")
PALE = (PROBES / "pale.js").read_text("utf-8")
SIDEWAYS = (PROBES / "sideways.js").read_text("utf-8")


async def post_everything(workspace: Workspace) -> None:
    """One message for each block, straight into the state: modals' blocks too."""
    channel = workspace.channels[OPS]
    for name, (block, _) in BLOCKS.items():
        workspace.posting.post(channel, BOT, name, blocks=[{"block_id": "b", **block}])
    elements = [
        {**one, "action_id": f"a{number}"} for number, (one, _) in enumerate(ELEMENTS.values())
    ]
    actions: dict[str, Any] = {"type": "actions", "block_id": "e", "elements": elements}
    wide = [[f"column {column}" for column in range(20)], ["unbreakable" * 4] * 20]
    workspace.posting.post(channel, BOT, "elements", blocks=[actions, blocks.table(wide)])
    workspace.posting.post(channel, OMAR, f"{'long' * 200} `{'code' * 100}` ```{'pre' * 200}```")
    await workspace.act.react(OMAR, workspace.messages(OPS, OMAR)[-1].id, "eyes")


async def test_everything_has_a_name(page: Page, workspace: Workspace) -> None:
    await post_everything(workspace)
    await expect(page.get_by_role("article")).to_have_count(len(BLOCKS) + 2)
    assert await page.evaluate(UNNAMED) == []
    await page.get_by_role("button", name="Faults").click()
    await expect(page.get_by_role("switch").first).to_be_visible()
    assert await page.evaluate(UNNAMED) == []


async def test_landmarks_and_headings(page: Page) -> None:
    for role, name in [
        ("banner", None),
        ("navigation", "Channels and people"),
        ("main", "#ops"),
        ("log", "Messages, oldest first"),
    ]:
        await expect(page.get_by_role(role, name=name)).to_be_visible()  # type: ignore[arg-type]
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Sandbox")
    await expect(page.get_by_role("heading", level=2, name="Channels")).to_be_visible()
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out(page: Page, workspace: Workspace, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    await post_everything(workspace)
    await expect(page.get_by_role("article")).to_have_count(len(BLOCKS) + 2)
    ground = await page.evaluate(
        "getComputedStyle(document.querySelector('.main')).backgroundColor"
    )
    assert (int(ground.split("(")[1].split(",")[0]) > 128) is (scheme == "light")
    assert await page.evaluate(PALE) == []
    await page.get_by_role("button", name="Faults").click()
    await page.get_by_role("switch", name="Slow API").check()
    await expect(page.get_by_text("1 fault is on.")).to_be_visible()
    assert await page.evaluate(PALE) == []


async def test_a_phone_has_no_sideways_scroll_and_room_for_fingers(
    page: Page, workspace: Workspace, app: None
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await post_everything(workspace)
    await expect(page.get_by_role("article")).to_have_count(len(BLOCKS) + 2)
    assert await page.evaluate(SIDEWAYS) == []
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(UNNAMED) == []
    await page.get_by_role("button", name="Channels and people").click()
    await expect(page.get_by_role("button", name="You act as Ana Lima")).to_be_focused()
    assert await page.evaluate(SMALL) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Channels and people")).to_be_focused()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="Faults").click()
    await expect(page.get_by_role("switch").first).to_be_visible()
    assert await page.evaluate(SIDEWAYS) == []
    assert await page.evaluate(SMALL) == []
    await page.get_by_role("button", name="Close this pane").click()
    await page.locator("#composer-text").fill("/pitchey form")
    await page.locator("#composer-text").press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate(SIDEWAYS) == []
    assert await page.evaluate(SMALL) == []


async def test_the_keyboard_alone_is_enough(page: Page, app: None) -> None:
    keys = page.keyboard
    await expect(page.locator("#composer-text")).to_be_focused()
    await keys.type("/pitchey health")
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Check again")).to_be_visible()
    await page.locator("#scroller").focus()
    for _ in range(20):
        await keys.press("Tab")
        if await page.evaluate("document.activeElement.textContent.trim()") == "Restart":
            break
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Restart production?")
    for _ in range(5):  # the focus stays inside the dialog
        await keys.press("Tab")
        inside = (
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert await page.evaluate(inside)
    await keys.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Restart")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("Environment: stage")


async def test_a_table_is_sorted_and_paged(page: Page, workspace: Workspace) -> None:
    block = BLOCKS["data_table"][0]
    workspace.posting.post(workspace.channels[OPS], BOT, "table", blocks=[block])
    table = page.get_by_role("table", name="Slowest pages")
    await expect(table.get_by_role("row").nth(1)).to_contain_text("12 ms")
    await page.get_by_role("button", name="Next").click()
    await expect(table.get_by_role("row").nth(1)).to_contain_text("99 ms")
    await table.get_by_role("button", name="Time").click()
    await table.get_by_role("button", name="Time").click()
    await expect(table.get_by_role("columnheader", name="Time")).to_have_attribute(
        "aria-sort", "descending"
    )
    await expect(table.get_by_role("row").nth(1)).to_contain_text("99 ms")


async def test_five_hundred_messages_stay_smooth(page: Page, workspace: Workspace) -> None:
    channel = workspace.channels[OPS]
    for number in range(500):
        workspace.posting.post(channel, BOT, f"line {number}", blocks=[RICH] if number % 5 else [])
    await page.reload()
    earlier = page.get_by_role("button", name="Show earlier messages")
    for shown in (200, 300, 400, 500):
        await earlier.click()
        await expect(page.get_by_role("article")).to_have_count(shown)
    await expect(earlier).to_be_hidden()
    # One more message, timed in the page from its change to its drawing.
    await page.evaluate("""() => { window.slowest = 0; new PerformanceObserver((list) => {
        const all = list.getEntries().map((one) => one.duration);
        window.slowest = Math.max(window.slowest, ...all);
    }).observe({ entryTypes: ['longtask'] }); }""")
    for number in range(5):
        await workspace.act.say(OMAR, OPS, f"and one more {number}")
        await expect(page.get_by_text(f"and one more {number}")).to_have_count(1)
    assert await page.evaluate("window.slowest") < 400  # milliseconds without an answer to a key


async def test_a_change_in_place_moves_nothing_above_it(page: Page, workspace: Workspace) -> None:
    channel = workspace.channels[OPS]
    for number in range(40):
        workspace.posting.post(channel, BOT, f"line {number}")
    await expect(page.get_by_role("article")).to_have_count(40)
    await page.locator("#scroller").evaluate("one => one.scrollTop = 300")
    watched = page.get_by_text("line 12", exact=True)
    before = await watched.bounding_box()
    last = workspace.messages(OPS, OMAR)[-1]
    workspace.posting.change(last, text="changed", blocks=[], attachments=[], mark_edited=True)
    await expect(page.get_by_text("changed")).to_have_count(1)
    workspace.posting.post(channel, BOT, "a new one")
    await expect(page.get_by_role("button", name="New messages below")).to_be_visible()
    assert await watched.bounding_box() == before
