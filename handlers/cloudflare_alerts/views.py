"""The set-up of Cloudflare's notifications as messages. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import actions, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from handlers.cloudflare_alerts.result import Difference, Done, Missing


def done_reply(done: Done) -> Reply:
    """What was done, what failed, and what cannot be had."""
    count = len(done.done)
    if done.failed:
        text = f":warning: Cloudflare took {count} of {count + len(done.failed)} changes"
    elif count:
        text = f":white_check_mark: Cloudflare now notifies the bot: {count} changes made"
        text = text if count != 1 else text.replace("changes", "change")
    else:
        text = ":white_check_mark: Cloudflare notifies the bot already: nothing was changed"
    blocks: list[Block] = [section(f"*{text}*")]
    if done.failed:
        blocks.append(section("\n".join(f":x: {escape(each)}" for each in done.failed)))
    blocks.append(section(missing_text(done.missing)))
    blocks.append(context(f"Notifications arrive at {code(done.url)} and become alerts."))
    blocks.append(
        actions(
            command_button("Check it", "alerts check"), command_button("Show alerts", "alerts list")
        )
    )
    return Reply(text, blocks, data=done, exit_code=1 if done.failed else 0)


def check_reply(found: Difference, last_test: datetime | None) -> Reply:
    """Whether Cloudflare notifies as it should, without changing anything."""
    changes = found.changes
    if not changes:
        text = ":white_check_mark: Cloudflare notifies the bot as it should"
    else:
        many = "things differ" if len(changes) != 1 else "thing differs"
        text = f":warning: {len(changes)} {many} from what Cloudflare should notify of"
    rows = [
        f":large_yellow_circle: {escape(each.act.capitalize())} {escape(each.what)}"
        f"{': ' + escape(each.why) if each.why else ''}"
        for each in changes
    ]
    rows += [
        f":white_check_mark: {escape(each.what[:1].upper() + each.what[1:])} is right"
        for each in (found.destination, *found.policies)
        if each.act == "keep"
    ]
    tested = f"last test notification {date(last_test)}" if last_test else "no test has arrived yet"
    blocks: list[Block] = [
        section(f"*{text}*"),
        section("\n".join(rows)),
        section(missing_text(found.missing)),
        context(f"{code(found.url)} · {tested} · {others(found.others)}"),
    ]
    if changes:
        blocks.append(actions(command_button("Set up", "alerts setup", style="primary")))
    return Reply(text, blocks, data=found, exit_code=1 if changes else 0)


def missing_text(missing: tuple[Missing, ...]) -> str:
    """What cannot be had, why, and what watches it instead."""
    rows = [
        f":heavy_minus_sign: *{escape(each.title)}*: {escape(each.why)}; {each.instead}."
        for each in missing
    ]
    return "\n".join(["Not offered:", *rows])


def others(count: int) -> str:
    """Policies that are not ours."""
    if not count:
        return "no other policies"
    return f"{count} other {'policy' if count == 1 else 'policies'}, left alone"
