"""Blocks as messages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, mention, section
from bot.command import Block as SlackBlock
from bot.command import Reply

if TYPE_CHECKING:
    from bot.store.containment import AttackMode, Block
    from handlers.containment.result import Blocked, BlockPlan, Listed, Unblocked

_SHOWN = 15


def effect(plan: BlockPlan) -> str:
    """The plan in one sentence, with numbers."""
    if plan.nothing and plan.covering is not None:
        return f"nothing: {plan.covering.id} blocks it until then and longer."
    if plan.covering is not None:
        return (
            f"lets {plan.covering.id} ({plan.covering.value}) block it until {date(plan.ends_at)}."
        )
    size = f", {plan.origin.size:,} addresses," if plan.origin.size > 1 else ""
    rules = f"{len(plan.rules)} rule{'' if len(plan.rules) == 1 else 's'}"
    return (
        f"keeps {plan.origin.words}{size} out of {plan.zone} by {rules} until {date(plan.ends_at)}."
    )


def lines(plan: BlockPlan) -> tuple[str, ...]:
    told = ["it ends by itself, and can be ended before", "visitors from there see error 1006"]
    if plan.origin.kind in {"system", "country"}:
        told.append("everybody there is kept out, also those who did nothing")
    if plan.joined:
        names = ", ".join(f"{each.id} ({each.value})" for each in plan.joined)
        told.append(f"takes in {names}")
    return (*told, *plan.notes)


def blocked_reply(found: Blocked) -> Reply:
    made = found.block
    text = f":no_entry: {code(made.value)} is blocked until {date(made.ends_at)} ({made.id})"
    if found.extended:
        text = f":no_entry: {made.id} ({code(made.value)}) now blocks until {date(made.ends_at)}"
    blocks: list[SlackBlock] = [section(f"*{text}*"), section(f"Because: {escape(made.reason)}")]
    notes = ["It ends by itself, also when the bot was stopped meanwhile."]
    if found.joined:
        notes.append(f"{', '.join(each.id for each in found.joined)} went into it.")
    if found.foreign:
        shown = ", ".join(found.foreign[:5])
        notes.append(
            f"{shown}: blocked by a rule of somebody else's already, which stays after it."
        )
    blocks.append(context(*map(escape, notes)))
    blocks.append(
        actions(
            command_button("Show all blocks", "security blocks"),
            command_button(f"Unblock {clip(made.value, 40)}", f"security unblock {made.id}"),
        )
    )
    return Reply(text, blocks, in_channel=True, data=found)


def already_reply(plan: BlockPlan) -> Reply:
    covering = plan.covering
    if covering is None:
        raise ValueError("nothing covers it")
    text = (
        f":information_source: {escape(plan.origin.words)} is blocked already: {covering.id} "
        f"({code(covering.value)}) until {date(covering.ends_at)}"
    )
    button = command_button("Show all blocks", "security blocks")
    return Reply(text, [section(f"*{text}*"), actions(button)], data=plan)


def unblocked_reply(found: Unblocked) -> Reply:
    text = f":unlock: {code(found.block.value)} may come in again ({found.block.id} is over)"
    rules = f"{found.gone} rule{'' if found.gone == 1 else 's'} taken away"
    if found.missing:
        rules += f"; {found.missing} had been taken away by somebody else"
    return Reply(
        text,
        [
            section(f"*{text}*"),
            context(f"{rules}. It had been blocked because: {escape(found.block.reason)}"),
            actions(command_button("Show all blocks", "security blocks")),
        ],
        in_channel=True,
        data=found,
    )


def listed_reply(found: Listed, *, public: bool) -> Reply:
    """Who is kept out, until when, by whom and why; what Cloudflare lost first."""
    text, count = _headline(found), len(found.blocks)
    blocks: list[SlackBlock] = [section(f"*{text}*")]
    if found.trouble:
        blocks.append(section(escape(clip(found.trouble, 600))))
    ordered = sorted(found.blocks, key=lambda each: not _lost(each, found))
    blocks += [section(_block(each, found)) for each in ordered[:_SHOWN]]
    if count > _SHOWN:
        blocks.append(context(f"And {count - _SHOWN} more that end later."))
    if found.attack is not None:
        mode = found.attack
        who = mention(mode.person.id, mode.person.name)
        blocks.append(
            section(
                f":shield: *Under attack mode* until {date(mode.ends_at)}, by {who}: "
                f"{escape(mode.reason)}. Then the level is {code(mode.before)} again."
            )
        )
    if found.ended:
        past = ", ".join(f"{each.id} {each.value} ({each.ended_by})" for each in found.ended)
        blocks.append(context(f"Ended last: {escape(past)}"))
    facts = []
    if found.others is not None:
        facts.append(f"{found.others} access rules of others, left alone")
    if found.level:
        facts.append(f"security level {found.level}")
    if facts:
        blocks.append(context(escape("; ".join(facts))))
    buttons = [
        command_button(f"Unblock {clip(each.value, 40)}", f"security unblock {each.id}")
        for each in ordered[:4]
    ]
    if found.attack is not None:
        buttons.append(command_button("End under attack mode", "security under-attack off"))
    if buttons:
        blocks.append(actions(*buttons))
    exit_code = 1 if found.lost or found.trouble else 0
    return Reply(text, blocks, in_channel=public, data=found, exit_code=exit_code)


def _headline(found: Listed) -> str:
    count = len(found.blocks)
    text = f":no_entry: {count} {'block holds' if count == 1 else 'blocks hold'}"
    if not count:
        text = ":white_check_mark: The bot blocks nobody"
    if found.attack is not None:
        text += "; under attack mode is on"
    if found.lost:
        text = text.replace(":no_entry:", ":warning:") + f"; {len(found.lost)} lost at Cloudflare"
    if found.trouble:
        text = f":warning: {text.partition(' ')[2]}, but Cloudflare cannot be asked"
    return text


def _lost(block: Block, found: Listed) -> bool:
    return any(rule.value in found.lost for rule in block.rules)


def _block(block: Block, found: Listed) -> str:
    sign = ":warning:" if _lost(block, found) or block.trouble or not block.whole else ":no_entry:"
    who = mention(block.person.id, block.person.name)
    rows = [
        f"{sign} *{block.id}* {code(block.value)} until {date(block.ends_at)}",
        f"By {who} {date(block.began_at)}: {escape(block.reason)}",
    ]
    if _lost(block, found):
        rows.append(
            "Somebody took its rule away at Cloudflare: it does *not* hold. Block it again."
        )
    elif not block.whole:
        rows.append("Not every rule of it is there: it was interrupted, or others have one.")
    if block.trouble:
        rows.append(f"Could not be ended: {escape(clip(block.trouble, 200))}. It is tried again.")
    return "\n".join(rows)


def ended_message(block: Block) -> tuple[str, list[SlackBlock]]:
    """Told in the ops channel when a block ended by itself."""
    text = f":unlock: {code(block.value)} may come in again: {block.id} was for that long"
    about = f"Blocked by {mention(block.person.id, block.person.name)}: {escape(block.reason)}"
    button = command_button("Show all blocks", "security blocks")
    return text, [section(f"*{text}*"), context(about), actions(button)]


def ended_attack_message(mode: AttackMode, level: str) -> tuple[str, list[SlackBlock]]:
    text = f":shield: Under attack mode ended by itself; the security level is {code(level)}"
    about = f"Switched on by {mention(mode.person.id, mode.person.name)}: {escape(mode.reason)}"
    button = command_button("Check health", "health")
    return text, [section(f"*{text}*"), context(about), actions(button)]


def stuck_message(name: str, what: str, problem: str, hint: str) -> tuple[str, list[SlackBlock]]:
    """Told once: what should be over still holds."""
    text = f":warning: {escape(name)} ({escape(what)}) should be over, but could not be ended"
    told = f"{escape(problem)} {escape(hint)} It is tried again every 15 seconds."
    button = command_button("Show all blocks", "security blocks")
    return text, [section(f"*{text}*"), section(told), actions(button)]
