"""What a newcomer stumbles over: names, long answers, windows, threads, the fault panel."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from bot import blocks
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import BOT, OMAR, OPS, Workspace
from tests.sandbox.page.conftest import Gate

pytestmark = pytest.mark.browser


async def send(page: Page, line: str) -> None:
    box = page.locator("#composer-text")
    await box.fill(line)
    await box.press("Enter")


async def fill_channel(page: Page, workspace: Workspace, lines: int = 60) -> None:
    for number in range(lines):
        workspace.posting.post(workspace.channels[OPS], OMAR, f"line {number}")
    await expect(page.get_by_text(f"line {lines - 1}", exact=True)).to_be_visible()


async def open_thread(page: Page, workspace: Workspace) -> Locator:
    await workspace.act.say(OMAR, OPS, "Is the API slow?")
    message = page.get_by_role("article").filter(has_text="Is the API slow?")
    await message.hover()
    await message.get_by_role("button", name="Reply in thread").click()
    side = page.get_by_role("complementary", name="Thread")
    await expect(side.get_by_role("combobox")).to_be_focused()
    return side


async def box_of(one: Locator) -> dict[str, float]:
    await expect(one).to_be_visible()
    box = await one.bounding_box()
    assert box is not None
    return dict(box)  # type: ignore[arg-type]


# How far below the top of the list the element begins.
TOP = "one => one.getBoundingClientRect().top - scroller.getBoundingClientRect().top"
TOAST = """import('/page/static/toasts.js').then(
    (it) => it.toast('`/x` is unknown. ' + 'A word '.repeat(40)))"""


async def test_the_app_is_mentioned_by_its_display_name(
    page: Page, workspace: Workspace, app: None
) -> None:
    box = page.locator("#composer-text")
    await box.press_sequentially("@pitchey o")
    await expect(page.get_by_role("option", name="Pitchey Ops")).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("@Pitchey Ops ")
    await box.press_sequentially("health")
    await expect(page.get_by_role("option")).to_have_count(0)
    await box.press("Enter")
    message = page.locator("#list").get_by_role("article").first
    await expect(message.locator(".mention")).to_have_text("@Pitchey Ops")
    await expect(message.get_by_role("button", name="1 reply")).to_be_visible()
    await send(page, "@PITCHEY OPS health")  # pasted: nothing was completed
    await expect(page.locator(".mention")).to_have_count(2)
    await box.press_sequentially("ask @omar")  # a whole handle needs no completion
    await box.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("ask @Omar Haddad")


async def test_words_of_a_command_are_offered_with_its_usage(page: Page) -> None:
    box = page.locator("#composer-text")
    await expect(page.get_by_text("Nothing has been said here yet. Try")).to_contain_text(
        "/pitchey health"
    )
    await expect(box).to_have_attribute("placeholder", "Try /pitchey health")
    await box.press_sequentially("/pi")
    await box.press("Tab")
    await expect(page.get_by_role("option")).to_have_text(["health", "form", "restart"])
    usage = page.locator(".offers code")
    await expect(usage).to_have_text("/pitchey health | form | restart")
    await box.press("ArrowDown")
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("/pitchey form ")


async def test_sending_leads_to_the_end_and_a_long_answer_to_its_first_line(
    page: Page, workspace: Workspace, app: None
) -> None:
    await fill_channel(page, workspace)
    scroller = page.locator("#scroller")
    await scroller.evaluate("one => one.scrollTop = 0")
    await send(page, "hello from Ana")
    await expect(page.get_by_text("hello from Ana")).to_be_in_viewport()
    await scroller.evaluate("one => one.scrollTop = 0")
    await send(page, "/pitchey long")
    answer = page.get_by_role("article").filter(has_text="result line 0")
    await expect(answer).to_be_visible()
    await expect(answer.get_by_text("Only visible to you")).to_be_in_viewport()
    assert abs(await answer.evaluate(TOP)) < 4
    await workspace.act.say(OMAR, OPS, "and now?")
    newer = page.get_by_role("button", name="New messages below")
    await expect(newer).to_be_visible()
    assert abs(await answer.evaluate(TOP)) < 4
    await newer.click()
    await expect(page.get_by_text("and now?")).to_be_in_viewport()
    await expect(newer).to_be_hidden()
    await send(page, "/pitchey health")  # a short one: the end
    await expect(page.get_by_role("button", name="Check again")).to_be_in_viewport()


async def test_a_long_message_of_others_does_not_move_the_start_into_view(
    page: Page, workspace: Workspace
) -> None:
    await fill_channel(page, workspace)
    long = "\n".join(f"log {number}" for number in range(80))
    workspace.posting.post(workspace.channels[OPS], OMAR, long)
    await expect(page.get_by_text("log 79")).to_be_in_viewport()


async def test_a_modal_stays_in_its_window(page: Page, workspace: Workspace, app: None) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.locator("#composer-text")).to_be_visible()
    await send(page, "/pitchey form")
    dialog = page.get_by_role("dialog", name="Declare an incident")
    await expect(dialog).to_be_visible()
    await other.reload()
    await expect(other.get_by_role("heading", name="#ops")).to_be_visible()
    await send(other, "written meanwhile")
    await expect(other.get_by_role("article")).to_contain_text("written meanwhile")
    await expect(other.get_by_role("dialog")).to_have_count(0)
    await page.reload()
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_be_hidden()
    assert workspace.views_open(workspace.messages(OPS, OMAR)[0].author_id) == ()
    await other.close()


async def test_a_command_in_a_thread_names_the_mention_instead(
    page: Page, workspace: Workspace, app: None
) -> None:
    side = await open_thread(page, workspace)
    reply = side.get_by_role("combobox")
    await reply.fill("/pitchey health")
    await reply.press("Enter")
    said = side.get_by_role("article").last
    await expect(said).to_contain_text("/pitchey is not supported in threads. Sorry!")
    hint = side.get_by_role("status")
    await expect(hint).to_contain_text("Sandbox: Slash commands work in channels only.")
    await expect(hint.locator("code")).to_have_text("@Pitchey Ops health")
    await expect(page.locator(".toast")).to_have_count(0)
    await reply.fill("@Pitchey Ops health")
    await reply.press("Enter")
    await expect(side.get_by_role("article").last).to_contain_text("Hello @Ana Lima")
    await expect(hint).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_notice_is_away_from_the_reply_box(
    page: Page, workspace: Workspace, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    thread = workspace.posting.post(workspace.channels[OPS], OMAR, "parent")
    await page.goto(f"{workspace.base_url}/#channel={OPS}&thread={thread.ts}")
    reply = page.get_by_role("combobox", name="Reply in this thread")
    await expect(reply).to_be_visible()
    await page.evaluate(TOAST)
    notice = page.locator(".toast")
    await expect(notice.locator("code")).to_have_text("/x")
    box, field = await box_of(notice), await box_of(reply)
    head = await box_of(page.locator(".side-head"))
    assert box["y"] + box["height"] < field["y"]
    assert box["y"] >= head["y"] + head["height"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


async def test_faults_are_found_and_a_refused_amount_is_put_back(
    page: Page, faults: Faults, gate: Gate
) -> None:
    await page.get_by_role("button", name="Faults").click()
    panel = page.get_by_role("complementary", name="Faults")
    search = panel.get_by_role("searchbox", name="Find a fault")
    await search.fill("database slow")
    await expect(panel.get_by_role("switch")).to_have_count(1)
    await search.fill("nothing like it")
    await expect(panel.get_by_text("No fault is called so.")).to_be_visible()
    await search.fill("slow")
    slow = panel.locator("[data-fault=api_slow]")
    amount = slow.get_by_role("spinbutton", name="Amount for Slow API")
    for typed in ("-3", ""):
        await amount.fill(typed)
        await amount.press("Tab")
        await expect(amount).to_have_value("6")
    await expect(page.locator(".toast").first).to_contain_text("a number of at least 0")
    await amount.fill("2.5")
    gate.open.clear()
    await slow.get_by_role("switch").click()
    await expect(slow.locator(".fault-state")).to_have_text("Switching…")
    gate.open.set()
    await expect(slow.locator(".fault-state")).to_have_text("On")
    await expect(search).to_have_value("slow")
    assert faults.amount("api_slow") == 2.5
    words = await box_of(slow.locator(".fault-effect"))
    field = await box_of(amount)
    assert words["y"] <= field["y"] + field["height"] / 2 <= words["y"] + words["height"]
    gate.problem = OSError("it does not start")
    await slow.get_by_role("switch").click()
    await expect(page.locator(".toast").last).to_contain_text("it does not start")
    gate.problem = None


async def test_buttons_in_cards_and_containers_reach_the_app(
    page: Page, workspace: Workspace, app: None
) -> None:
    again = blocks.actions(blocks.button("Look again", "again"))
    container = {
        "type": "container",
        "title": {"type": "plain_text", "text": "Around"},
        "child_blocks": [again],
    }
    workspace.posting.post(workspace.channels[OPS], BOT, "nested", blocks=[container])
    await page.get_by_role("button", name="Look again").click()
    await expect(page.get_by_role("article")).to_contain_text("healthy, checked again")
