"""Who is on call, and support contacts, as messages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, code, command_button, context, date, escape, mention, section
from bot.command import Block, Reply

if TYPE_CHECKING:
    from bot.oncall import Duty
    from bot.store import Override
    from handlers.oncall.result import ContactList, LevelDuty, OncallNow


def oncall_reply(found: OncallNow) -> Reply:
    """Who answers now on each level, until when, and who follows."""
    first = found.levels[0] if found.levels else None
    if first is None:
        text = ":warning: The escalation has no level."
    elif first.names:
        who = escape(", ".join(first.names))
        text = f":pager: {escape(first.level.level)} is {who}{_until(first.duty)}."
    else:
        level = escape(first.level.level)
        where = "`[oncall]` of `pitchey.toml`"
        text = f":warning: Nobody is on call for {level}: name somebody in {where}."
    blocks: list[Block] = [section(f"*{text}*")]
    if found.levels:
        blocks.append(section("\n".join(_line(each) for each in found.levels)))
    if found.coming:
        blocks.append(section("Planned\n" + "\n".join(_planned(each) for each in found.coming)))
    blocks.append(
        context(
            f"Handovers are in {escape(found.zone)} time. Stand in for somebody: "
            "`oncall override @person for 8h level L1`."
        )
    )
    blocks.append(actions(command_button("Show contacts", "contacts")))
    return Reply(text, blocks, data=found)


def _line(each: LevelDuty) -> str:
    who = escape(", ".join(each.names)) or "_nobody_"
    line = f"• *{escape(each.level.level)} {escape(each.level.contact)}*: {who}{_until(each.duty)}"
    if each.duty.by is not None:
        line += f" (override by {mention(each.duty.by.id, each.duty.by.name)})"
    if each.next is not None:
        line += f"; next {escape(', '.join(each.next_names)) or 'nobody'}"
    return line


def _until(held: Duty) -> str:
    return f" until {date(held.until)}" if held.until is not None else ""


def _planned(each: Override) -> str:
    who, by = mention(each.person.id, each.person.name), mention(each.by.id, each.by.name)
    begins, ends = date(each.starts_at), date(each.ends_at)
    return f"• {escape(each.level)}: {who}, {begins} to {ends}, by {by}"


def override_reply(each: Override) -> Reply:
    text = (
        f":pager: {mention(each.person.id, each.person.name)} is on call for {escape(each.level)} "
        f"from {date(each.starts_at)} until {date(each.ends_at)}."
    )
    return Reply(
        text,
        [section(f"*{text}*"), actions(command_button("Show on call", "oncall"))],
        data=each,
        in_channel=True,
    )


def ended_reply(level: str, count: int) -> Reply:
    text = f":pager: {code(level)} goes by the settings again: {count} overrides were ended."
    if count == 1:
        text = f":pager: {code(level)} goes by the settings again: the override was ended."
    if not count:
        text = f":pager: {code(level)} has no override: nothing was changed."
    return Reply(text, [section(f"*{text}*")], data={"level": level, "ended": count})


def contacts_reply(found: ContactList) -> Reply:
    """Whom to call, how soon they answer, and the providers' support."""
    text = f":telephone_receiver: {len(found.levels)} levels of escalation and "
    text += f"{len(found.providers)} providers."
    blocks: list[Block] = [section(f"*{text}*")]
    lines = [
        f"• *{escape(each.level.level)} {escape(each.level.contact)}*: answers within "
        f"{_minutes(each.level.response_minutes)}; now "
        f"{escape(', '.join(each.names)) or '_nobody_'}"
        for each in found.levels
    ]
    if lines:
        blocks.append(section("\n".join(lines)))
    lines = [
        f"• *{escape(provider.name)}*: support {escape(provider.support)}, "
        f"<{provider.url}|{escape(provider.url.partition('://')[2])}>"
        for provider in found.providers
    ]
    if lines:
        blocks.append(section("\n".join(lines)))
    blocks.append(actions(command_button("Show on call", "oncall")))
    return Reply(text, blocks, data=found)


def _minutes(count: int) -> str:
    return f"{count // 60} h" if count % 60 == 0 else f"{count} min"
