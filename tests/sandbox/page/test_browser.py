"""A newcomer in a real Chromium, with a real app on the other side."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from bot.sandbox.faults import Faults
from bot.sandbox.workspace import ALERTS, ANA, BOT, OMAR, OPS, Workspace

pytestmark = pytest.mark.browser


async def send(page: Page, line: str) -> None:
    box = page.locator("#composer-text")
    await box.fill(line)
    await box.press("Enter")


async def test_a_slash_command_is_completed_and_answered(page: Page, app: None) -> None:
    box = page.locator("#composer-text")
    await box.press_sequentially("/pit")
    offer = page.get_by_role("option", name="/pitchey")
    await expect(offer).to_contain_text("health | form | restart")
    await box.press("Tab")
    await expect(box).to_have_value("/pitchey ")
    await box.press_sequentially("he")
    await expect(page.get_by_role("option", name="health")).to_be_visible()
    await box.press("Tab")
    await box.press("Enter")
    answer = page.get_by_role("article").filter(has_text="The platform is healthy")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.get_by_role("img", name="white check mark")).to_be_visible()
    await box.press("ArrowUp")
    await expect(box).to_have_value("/pitchey health")


async def test_a_button_changes_the_message_in_place(page: Page, app: None) -> None:
    await send(page, "/pitchey health")
    await page.get_by_role("button", name="Check again").click()
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(page.get_by_role("article")).to_contain_text("healthy, checked again")
    await expect(page.get_by_role("button", name="Check again")).to_be_focused()


async def test_a_confirm_dialog_is_asked_first(page: Page, app: None) -> None:
    await send(page, "/pitchey health")
    restart = page.get_by_role("button", name="Restart")
    await restart.click()
    dialog = page.get_by_role("dialog", name="Restart production?")
    await expect(dialog).to_contain_text("All sessions end.")
    await dialog.get_by_role("button", name="Keep as it is").click()
    await expect(dialog).to_be_hidden()
    await expect(restart).to_be_focused()
    await restart.click()
    await dialog.get_by_role("button", name="Restart").click()
    await expect(page.get_by_role("article")).to_contain_text("Restarted by @Ana Lima")


async def test_a_form_shows_its_error_and_then_goes_through(page: Page, app: None) -> None:
    await send(page, "/pitchey form")
    dialog = page.get_by_role("dialog", name="Declare an incident")
    title = dialog.get_by_role("textbox", name="Title")
    await expect(title).to_be_focused()
    await dialog.get_by_role("button", name="Declare").click()
    await expect(title).to_have_attribute("aria-invalid", "true")
    await title.fill("abc")
    await title.press("Enter")
    await expect(dialog.get_by_role("alert").filter(has_text="Say a little more")).to_be_visible()
    await expect(title).to_be_focused()
    await expect(title).to_have_value("abc")
    await title.fill("API is slow")
    await title.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("article")).to_contain_text("Incident: API is slow @Ana Lima")
    await expect(page.locator("#composer-text")).to_be_focused()


async def test_a_select_is_searched_and_chosen(page: Page, app: None) -> None:
    await send(page, "/pitchey health")
    chooser = page.get_by_role("button", name="Environment")
    await chooser.click()
    search = page.get_by_role("combobox", name="Search: Environment")
    await search.fill("stag")
    await expect(page.get_by_role("option")).to_have_text(["Stage"])
    await search.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("Environment: stage")


async def test_a_thread_is_answered_at_the_side(page: Page, workspace: Workspace) -> None:
    await workspace.act.say(OMAR, OPS, "Is the API slow?")
    message = page.get_by_role("article").filter(has_text="Is the API slow?")
    await message.hover()
    await message.get_by_role("button", name="Reply in thread").click()
    reply = page.get_by_role("combobox", name="Reply in this thread")
    await expect(reply).to_be_focused()
    await reply.fill("Yes, looking")
    await reply.press("Enter")
    side = page.get_by_role("complementary", name="Thread")
    await expect(side.get_by_role("article")).to_have_count(2)
    await expect(message.get_by_role("button", name="1 reply")).to_be_visible()
    await expect(page.locator("#list").get_by_text("Yes, looking")).to_have_count(0)
    address = page.url
    assert "thread=" in address
    await page.reload()
    await expect(side.get_by_role("article")).to_have_count(2)
    await page.get_by_role("button", name="Close this pane").click()
    await expect(side).to_be_hidden()


async def test_acting_as_another_person_shows_what_they_see(
    page: Page, workspace: Workspace, app: None
) -> None:
    await send(page, "/pitchey health")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.get_by_role("button", name="You act as Ana Lima").click()
    await page.get_by_role("menuitemradio", name="Rita Okafor").click()
    await expect(page.get_by_role("button", name="You act as Rita Okafor")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(0)
    await send(page, "Rita was here, see @omar")
    mine = page.get_by_role("article").filter(has_text="Rita was here")
    await expect(mine).to_contain_text("see @Omar Haddad")
    assert workspace.messages(OPS, ANA)[-1].text == f"Rita was here, see <@{OMAR}>"
    await page.reload()
    await expect(page.get_by_role("button", name="You act as Rita Okafor")).to_be_visible()
    await page.get_by_role("button", name="You act as Rita Okafor").click()
    await page.get_by_role("menuitemradio", name="Gus Moreau").click()
    await expect(page.get_by_role("heading", name="#general")).to_be_visible()


async def test_home_and_messages_of_the_app(page: Page, app: None) -> None:
    await page.get_by_role("button", name="Pitchey Ops").click()
    await expect(page.get_by_role("heading", name="Platform at a glance")).to_be_visible()
    await page.get_by_role("tab", name="Messages").click()
    box = page.get_by_role("combobox", name="Message Pitchey Ops")
    await box.fill("hello")
    await box.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("You wrote: hello")


async def test_shortcuts_of_the_bolt_menu_and_of_a_message(
    page: Page, workspace: Workspace, app: None
) -> None:
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Open a form").click()
    dialog = page.get_by_role("dialog", name="Declare an incident")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_be_hidden()
    await workspace.act.say(OMAR, OPS, "the queue is slow")
    message = page.get_by_role("article").filter(has_text="the queue is slow")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Repeat this").click()
    await expect(message.get_by_role("button", name="1 reply")).to_be_visible()


async def test_reactions_editing_deleting_dismissing(
    page: Page, workspace: Workspace, app: None
) -> None:
    await send(page, "first <words>")
    message = page.locator("#list").get_by_role("article").first
    await expect(message).to_contain_text("first <words>")
    await message.hover()
    await message.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("menuitem", name="eyes").click()
    reaction = message.get_by_role("button", name="eyes, 1")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await reaction.click()
    await expect(reaction).to_have_count(0)
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await page.get_by_role("textbox", name="Message", exact=True).fill("second words")
    await page.get_by_role("button", name="Save").click()
    await expect(message).to_contain_text(re.compile(r"second words\s+\(edited\)"))
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_role("article")).to_have_count(0)
    await send(page, "/pitchey health")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_role("article")).to_have_count(0)


async def test_unread_channels_are_marked(page: Page, workspace: Workspace) -> None:
    await workspace.act.say(OMAR, ALERTS, "look here")
    row = page.get_by_role("button", name="alerts (1 unread)")
    await expect(row).to_be_visible()
    await row.click()
    await expect(page.get_by_role("article")).to_contain_text("look here")
    await expect(page.get_by_role("button", name="alerts", exact=True)).to_be_visible()


async def test_an_app_that_is_silent_is_told_once(page: Page) -> None:
    await send(page, "/pitchey health")
    told = page.get_by_role("article").filter(has_text="dispatch_failed")
    await expect(told).to_contain_text("Slackbot")
    await expect(page.locator(".toast")).to_have_count(0)
    await expect(page.locator("#composer-text")).to_have_value("/pitchey health")


async def test_faults_are_switched_from_the_panel(page: Page, faults: Faults) -> None:
    await page.get_by_role("button", name="Faults").click()
    panel = page.get_by_role("complementary", name="Faults")
    await expect(panel).to_contain_text("Nothing is broken.")
    switch = panel.get_by_role("switch", name="Slow API")
    await switch.check()
    await expect(panel).to_contain_text("1 fault is on.")
    await expect(panel.locator("[data-fault=api_slow]")).to_contain_text("On")
    amount = panel.locator("[data-fault=api_slow]").get_by_role("spinbutton", name="Amount")
    await amount.fill("9")
    await amount.press("Tab")
    await expect(page.get_by_role("button", name="Faults 1 on")).to_be_visible()
    faults.switch("site_down", True)
    await expect(panel).to_contain_text("2 faults are on.")
    assert faults.amount("api_slow") == 9
    await panel.get_by_role("button", name="Turn all off").click()
    await expect(panel).to_contain_text("Nothing is broken.")
    assert faults.active() == {}


async def test_the_inspector_follows_what_is_said(page: Page, app: None) -> None:
    await page.get_by_role("button", name="Inspector").click()
    panel = page.get_by_role("complementary", name="Inspector")
    await send(page, "/pitchey health")
    entry = panel.locator(".entry").filter(has_text="slash_commands")
    await expect(entry).to_contain_text("Slack to app")
    await entry.locator("summary").click()
    await expect(entry).to_contain_text('"command": "/pitchey"')


async def test_times_are_the_readers_own(page: Page, workspace: Workspace) -> None:
    text = "<!date^1700000000^{date_num} {time}|then>"
    workspace.posting.post(workspace.channels[OPS], BOT, text)
    time = page.locator("time[data-epoch='1700000000']")
    await expect(time).to_have_text("2023-11-14 23:13")
    await expect(time).to_have_attribute("title", re.compile("23:13 (CET|GMT.1)"))


async def test_the_page_finds_its_way_back_after_a_cut(page: Page, workspace: Workspace) -> None:
    await page.context.set_offline(True)
    workspace.feed.close()
    await expect(page.get_by_text("Reconnecting…")).to_be_visible()
    await workspace.act.say(OMAR, OPS, "said while away")
    await page.context.set_offline(False)
    await expect(page.get_by_role("article")).to_contain_text("said while away")
    await expect(page.get_by_text("Reconnecting…")).to_be_hidden()
