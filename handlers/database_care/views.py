"""What care did as a message: the result, what was not done and why, then each table. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, escape, section, table
from bot.command import Block, Reply
from handlers.database_care.result import Report, Treated
from handlers.database_care.wording import bare, counted, gain, lasting, short, size, word

SHOWN = 15
_WORDS = {
    "vacuum": "Vacuumed",
    "analyze": "Analyzed",
    "reindex": "Reindexed",
    "vacuum-full": "Rewrote",
}
_LOOK = {
    "vacuum": ("Show tables", "db tables"),
    "analyze": ("Show slow queries", "db slow"),
    "reindex": ("Show indexes", "db indexes"),
    "vacuum-full": ("Show size", "db size"),
}


def report_reply(found: Report) -> Reply:
    """The report of one treatment."""
    text = headline(found)
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(_problem(each)) for each in found.bad[:5]]
    if len(found.bad) > 5:
        blocks.append(context(f"And {len(found.bad) - 5:,} more that were not done."))
    if found.good:
        blocks.append(_table(found))
    if len(found.done) > SHOWN:
        blocks.append(context(f"The {SHOWN} with the greatest gain of {len(found.done):,}."))
    if found.left:
        blocks.append(context(f"Not reached: {escape(_names(found.left))}."))
    if found.cleaned:
        blocks.append(
            context(f"Invalid leftovers dropped: {', '.join(map(code, found.cleaned[:10]))}.")
        )
    if found.stuck:
        names = ", ".join(map(code, found.stuck[:10]))
        blocks.append(
            section(
                f":warning: Invalid leftovers stay, because somebody holds a lock: {names}. They "
                "slow writes and are never read; the next reindex or daily maintenance drops them."
            )
        )
    if found.notes and not found.bad:
        blocks.append(context(f"The server warned: {escape(clip('; '.join(found.notes), 500))}"))
    blocks.append(actions(*_buttons(found)))
    outcome = "succeeded"
    if found.ended == "cancelled":
        outcome = "cancelled"
    elif found.bad or found.left:
        outcome = "failed" if not found.good else "succeeded"
    return Reply(
        text, blocks, data=found, outcome=outcome, exit_code=0 if outcome == "succeeded" else 1
    )


def headline(found: Report) -> str:
    """The result in words."""
    one, more = ("index", "indexes") if found.of_indexes else ("table", "tables")
    many = counted(len(found.good), one, more)
    did = f"{_WORDS[found.kind]} {many} in {lasting(found.seconds)}"
    told = []
    if found.kind in ("vacuum", "vacuum-full") and found.good:
        removed = f"{counted(found.removed, 'dead row')} removed"
        told.append(removed if found.removed else "no dead rows")
    if found.kind != "analyze" and found.good:
        told.append(gain(found.gained))
    if found.bad:
        told.append(f"{counted(len(found.bad), 'was', 'were')} not done")
    if found.left:
        told.append(f"{len(found.left):,} not reached")
    tail = f": {', '.join(told)}" if told else ""
    sign = ":white_check_mark:"
    if found.ended == "cancelled":
        return f":no_entry_sign: Cancelled. {did}{tail}."
    if found.ended == "window":
        return f":warning: The maintenance window ended. {did}{tail}."
    if found.ended:
        return f":x: Stopped: {escape(clip(found.ended.rstrip('.'), 200))}. {did}{tail}."
    if found.bad:
        sign = ":warning:" if found.good else ":x:"
    return f"{sign} {did}{tail}."


def _problem(each: Treated) -> str:
    hint = f" {escape(bare(each.hint))}" if each.hint else ""
    problem = escape(clip(bare(each.problem), 600))
    return f":warning: *{escape(each.name)}* was not done. {problem}{hint}"


def _table(found: Report) -> Block:
    rows = sorted(found.good, key=lambda each: (-each.gained, -each.removed, -each.seconds))[:SHOWN]
    if found.kind == "analyze":
        cells = [["Table", "Size", "Took"]]
        cells += [
            [short(each.name), size(each.bytes_after), lasting(each.seconds)] for each in rows
        ]
        return table(cells, align=("left", "right", "right"))
    with_dead = found.kind != "reindex"
    cells = [["Name", *(["Removed"] if with_dead else []), "Before", "After", "Took"]]
    cells += [
        [
            short(each.name),
            *([f"{each.removed:,}"] if with_dead else []),
            size(each.bytes_before),
            size(each.bytes_after),
            lasting(each.seconds),
        ]
        for each in rows
    ]
    return table(cells, align=("left", *["right"] * (len(cells[0]) - 1)))


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 8:,} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more


def _buttons(found: Report) -> list[Block]:
    blockers = dict.fromkeys(each.blocker for each in found.bad if each.blocker)
    buttons = [command_button(f"End session {pid}", f"db kill {pid}") for pid in list(blockers)[:2]]
    buttons += [
        command_button(clip(f"Try {each.name} again", 70), f"db {found.kind} {word(each.name)}")
        for each in found.bad[:2]
        if "dropped" not in each.problem
    ]
    label, line = _LOOK[found.kind]
    return [*buttons, command_button(label, line)]
