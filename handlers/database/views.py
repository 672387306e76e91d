"""A look as a message: the worst first, then the facts, the table and the next step. Pure."""

from __future__ import annotations

import re

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    escape,
    fields,
    section,
    table,
)
from bot.command import Block, Delivery, Reply, Upload
from handlers.database.files import uploads
from handlers.database.result import Finding, Grid, Look, Severity, Unread

SHOWN_FINDINGS = 6
SHOWN_ROWS = 12
_CELL = 100
_PLAN = 2_400
_EMOJI = {
    Severity.CRITICAL: ":red_circle:",
    Severity.WARNING: ":warning:",
    Severity.NOTE: ":information_source:",
}
_NEXT = {
    "overview": ("locks", "indexes", "slow", "tables", "connections"),
    "size": ("tables", "indexes"),
    "connections": ("locks", "slow"),
    "slow": ("locks", "indexes"),
    "locks": ("connections", "slow"),
    "indexes": ("tables", "slow"),
    "tables": ("indexes", "size"),
    "settings": (),
    "sequences": (),
    "replication": ("settings",),
    "explain": ("slow", "indexes"),
}
_LABELS = {
    "locks": "Show locks",
    "indexes": "Show indexes",
    "slow": "Show slow queries",
    "tables": "Show tables",
    "connections": "Show connections",
    "size": "Show size",
    "settings": "Show settings",
}
_TICKS = re.compile(r"(`[^`]*`)")


def reply(found: Look, line: str, *, public: bool) -> Reply:
    """`line` are the command words that ask the same again."""
    text = headline(found)
    blocks: list[Block] = [section(f"*{text}*")]
    if found.about:
        blocks.append(context(f"{escape(found.about)} · read in {found.took_ms:.0f}\u00a0ms"))
    blocks += _findings(found)
    if len(found.findings) > SHOWN_FINDINGS:
        rest = len(found.findings) - SHOWN_FINDINGS
        blocks.append(context(f"And {rest:,} more, all with their statements in the file below."))
    blocks += _facts(found)
    if found.plan:
        blocks.append(section(f"```{_fenced(clip(found.plan, _PLAN))}```"))
    if found.grid is not None:
        blocks += _table(found.grid)
    if found.unread:
        blocks.append(section("\n".join(_unread(each) for each in found.unread[:10])))
    if found.notes:
        blocks.append(context(*(_with_code(clip(note, 600)) for note in found.notes[:10])))
    blocks.append(actions(*_buttons(found, line, public=public)))
    files: tuple[Upload, ...] = uploads(
        found, findings_shown=SHOWN_FINDINGS, rows_shown=SHOWN_ROWS, plan_shown=_PLAN
    )
    exit_code = 1 if found.worst is Severity.CRITICAL else 0
    return Reply(text, blocks, in_channel=public, data=found, files=files, exit_code=exit_code)


def _findings(found: Look) -> list[Block]:
    """Each with a button that mends it, where a command does; two must not be the same."""
    blocks: list[Block] = []
    lines: set[str] = set()
    for each in found.findings[:SHOWN_FINDINGS]:
        button = None
        if each.act is not None and each.act[1] not in lines and len(each.act[1]) < 500:
            lines.add(each.act[1])
            button = command_button(clip(each.act[0], 70), each.act[1])
        blocks.append(section(finding_text(each), accessory=button))
    return blocks


def headline(found: Look) -> str:
    """The result in words, with its state."""
    critical, warnings = found.count(Severity.CRITICAL), found.count(Severity.WARNING)
    notes = found.count(Severity.NOTE)
    counts = [
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (critical, "critical finding", "critical findings"),
            (warnings, "warning", "warnings"),
            (notes, "note", "notes"),
        )
        if number
    ]
    sign = ":white_check_mark:"
    if critical:
        sign = ":red_circle:"
    elif warnings or found.unread:
        sign = ":warning:"
    elif notes:
        sign = ":information_source:"
    told = ", ".join(counts)
    if told and found.name in ("overview", "replication"):
        told += f"; first {escape(clip(found.findings[0].subject, 80))}"
    if not told:
        told = "nothing wrong" if not found.unread else "nothing wrong in what answered"
    if found.unread:
        told += f"; {len(found.unread)} part{'' if len(found.unread) == 1 else 's'} not read"
    if found.name == "explain":
        return f":mag: {escape(found.summary)}"
    return f"{sign} {escape(clip(found.summary, 200))}: {told}"


def finding_text(finding: Finding) -> str:
    """Severity, what, why, the statement to copy, and who says so."""
    word = finding.severity.value.capitalize()
    lines = [
        f"{_EMOJI[finding.severity]} *{word}* · *{escape(clip(finding.subject, 200))}*",
        escape(clip(finding.reason, 400)),
    ]
    if finding.fix:
        lines.append(f"```{_fenced(clip(finding.fix, 600))}```")
    if finding.source:
        lines.append(f"_Says {escape(finding.source)}_")
    return "\n".join(lines)


def _facts(found: Look) -> list[Block]:
    told = [f"*{escape(label)}*\n{escape(clip(value, 1_500))}" for label, value in found.facts]
    if found.name == "explain":
        return [section(text) for text in told]
    return [fields(*told[start : start + 10]) for start in range(0, len(told), 10)]


def _table(grid: Grid) -> list[Block]:
    if not grid.rows:
        return []
    rows = [grid.columns, *grid.rows[:SHOWN_ROWS]]
    sides = ["right" if number in grid.right else "left" for number in range(len(grid.columns))]
    cells = [[clip(" ".join(cell.split()), _CELL) for cell in row] for row in rows]
    blocks = [table(cells, align=sides)]
    total = max(grid.total or 0, len(grid.rows))
    if total > SHOWN_ROWS:
        held = "the file below has them"
        if total > len(grid.rows):
            held = f"the file below has the first {len(grid.rows):,}"
        blocks.append(context(f"And {total - SHOWN_ROWS:,} more; {held}."))
    return blocks


def _unread(each: Unread) -> str:
    hint = f" {_with_code(each.hint)}" if each.hint else ""
    return f":grey_question: *{escape(each.part)}* not read: {escape(clip(each.reason, 300))}{hint}"


def _buttons(found: Look, line: str, *, public: bool) -> list[Block]:
    commands = list(dict.fromkeys(each.command for each in found.findings if each.command))
    explains = [each for each in commands if each.startswith("db explain ")][:3]
    buttons = [command_button(label, each) for label, each in found.offers]
    buttons += [command_button(f"Explain {each.rpartition(' ')[2]}", each) for each in explains]
    buttons += [
        command_button(_LABELS[name], f"db {name}") for name in _NEXT[found.name] if name in _LABELS
    ]
    buttons.append(command_button("Look again", line, delivery=Delivery.UPDATE))
    if not public:
        buttons.append(command_button("Share", f"{line} --public", delivery=Delivery.SHARE))
    return buttons


def _with_code(text: str) -> str:
    """Our own sentence, in which what stands between backticks is code."""
    parts = _TICKS.split(text)
    return "".join(
        code(part[1:-1]) if part.startswith("`") else escape(part) for part in parts if part
    )


def _fenced(text: str) -> str:
    """Foreign text inside a code fence, which it cannot end."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("```", "'''").strip("\n") or " "
