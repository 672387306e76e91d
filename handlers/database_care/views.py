"""What care did as a message: the result, what was not done and why, then each table. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks import actions, clip, code, command_button, context, escape, section, table
from bot.command import Block, Reply
from handlers.database_care.leftovers import Cleaned, drop_statement, harm, how_dropped
from handlers.database_care.result import Report, Treated
from handlers.database_care.wording import bare, counted, gain, lasting, short, size, word

SHOWN = 15


@dataclass(frozen=True, slots=True)
class _Kind:
    """Words for one treatment; `stays` is how a table is left that was cut off."""

    did: str
    done_to: str
    again: str
    stays: str
    look: tuple[str, str]


_KINDS = {
    "vacuum": _Kind(
        "Vacuumed", "vacuumed", "Vacuum",
        "What it had removed stays removed; the next vacuum does the rest.",
        ("Show tables", "db tables"),
    ),
    "analyze": _Kind(
        "Analyzed", "analyzed", "Analyze", "Its statistics are those from before.",
        ("Show slow queries", "db slow"),
    ),
    "reindex": _Kind(
        "Reindexed", "reindexed", "Reindex", "Its old indexes stay in use.",
        ("Show indexes", "db indexes"),
    ),
    "vacuum-full": _Kind(
        "Rewrote", "rewritten", "Rewrite",
        "It is as it was before, and nobody waits for it any more.",
        ("Show size", "db size"),
    ),
}  # fmt: skip


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
    if found.cut:
        blocks.append(section(f"*{escape(found.cut)}*: {_KINDS[found.kind].stays}"))
    if found.left:
        blocks.append(context(f"Not begun: {escape(_names(found.left))}."))
    blocks += _leftovers(found.cleaned)
    if found.notes and not found.bad:
        blocks.append(context(f"The server warned: {escape(clip('; '.join(found.notes), 500))}"))
    blocks.append(actions(*_buttons(found)))
    outcome = "succeeded"
    if found.ended == "cancelled":
        outcome = "cancelled"
    elif found.bad or found.left or found.cut:
        outcome = "failed" if not found.good else "succeeded"
    return Reply(
        text, blocks, data=found, outcome=outcome, exit_code=0 if outcome == "succeeded" else 1
    )


def _leftovers(found: Cleaned) -> list[Block]:
    blocks: list[Block] = []
    if found.dropped:
        names = ", ".join(map(code, found.dropped[:10]))
        blocks.append(context(f"Invalid leftovers dropped: {names}."))
    if found.locked:
        names = ", ".join(map(code, found.locked[:10]))
        blocks.append(
            section(
                f":warning: Invalid leftovers stay, because somebody holds a lock: {names}. No "
                "query uses them; the next reindex or daily maintenance drops them."
            )
        )
    if found.unknown:
        blocks.append(
            section(
                ":warning: An invalid leftover may have stayed: `db indexes` shows it, and the "
                "next reindex or daily maintenance drops it."
            )
        )
    for each in found.refused[:3]:
        blocks.append(
            section(
                f":warning: An invalid leftover of {escape(each.on_table)} is not the bot's to "
                f"drop: {escape(harm(each))}. {escape(how_dropped(each))}:\n"
                f"```{escape(drop_statement(each))}```"
            )
        )
    if len(found.refused) > 3:
        blocks.append(
            context(f"And {len(found.refused) - 3:,} more such leftovers: see `db indexes`.")
        )
    return blocks


def headline(found: Report) -> str:
    """The result in words."""
    kind = _KINDS[found.kind]
    one, more = ("index", "indexes") if found.of_indexes else ("table", "tables")
    many = counted(len(found.good), one, more)
    told = _told(found)
    did = f"{kind.did} {many} in {lasting(found.seconds)}{told}."
    if found.cut:
        sign, how = ":x:", "Stopped"
        if found.ended == "cancelled":
            sign, how = ":no_entry_sign:", "Cancelled"
        how += f" while {escape(short(found.cut))} was {kind.done_to}"
        if found.ended != "cancelled":
            how += f": {escape(clip(found.ended.rstrip('.'), 200))}"
        if found.done:
            return f"{sign} {how}. {did}"
        return f"{sign} {how}, after {lasting(found.seconds)}{told.replace(':', ',')}."
    if found.ended == "cancelled":
        return f":no_entry_sign: Cancelled. {did}"
    if found.ended == "window":
        return f":warning: The maintenance window ended. {did}"
    if found.ended:
        return f":x: Stopped: {escape(clip(found.ended.rstrip('.'), 200))}. {did}"
    sign = ":white_check_mark:"
    if found.bad:
        sign = ":warning:" if found.good else ":x:"
    return f"{sign} {did}"


def _told(found: Report) -> str:
    """What was gained and what was left out, behind a colon; "" where there is nothing to tell."""
    told = []
    if found.kind in ("vacuum", "vacuum-full") and found.good:
        removed = f"{counted(found.removed, 'dead row')} removed"
        told.append(removed if found.removed else "no dead rows")
    if found.kind != "analyze" and found.good:
        told.append(gain(found.gained))
    if found.bad:
        told.append(f"{counted(len(found.bad), 'was', 'were')} not done")
    if found.left:
        told.append(f"{len(found.left):,} not begun")
    return f": {', '.join(told)}" if told else ""


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
    if found.cut:
        label = clip(f"{_KINDS[found.kind].again} {short(found.cut)}", 70)
        buttons.append(command_button(label, f"db {found.kind} {word(found.cut)}"))
    return [*buttons, command_button(*_KINDS[found.kind].look)]
