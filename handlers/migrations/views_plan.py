"""State and plan of migrations drawn. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from handlers.migrations.result import MigrationFile, Mode, Statement
from handlers.migrations.standing import Situation
from handlers.migrations.wording import seconds, sized, warnings

_FILES = 8  # shown at once
_STATEMENTS = 6  # of a file
_APPLIED = 5


def state_reply(found: Situation, *, tested: bool) -> Reply:
    """What is applied and what is pending."""
    standing = found.files
    text, exit_code = _headline(found)
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(_wrong(found))] if _wrong(found) else []
    if standing.pending:
        names = [code(file.name) for file in standing.pending[:_FILES]]
        more = len(standing.pending) - len(names)
        blocks.append(
            section("*Pending:* " + ", ".join(names) + (f" and {more} more" if more > 0 else ""))
        )
    finished = [row for row in standing.applied if row.finished_at]
    if finished:
        lines = [
            f"{code(row.name)} {date(row.finished_at)}, {seconds(row.seconds)}, "
            f"by {escape(row.person)}"
            for row in finished[-_APPLIED:][::-1]
            if row.finished_at
        ]
        blocks.append(section("*Applied last:*\n" + "\n".join(lines)))
    if standing.before:
        blocks.append(context(f"{len(standing.before)} files up to the baseline are left alone."))
    if standing.pending or found.command:
        blocks.append(_buttons(tested))
    return Reply(text, blocks, data=found, exit_code=exit_code)


def plan_reply(found: Situation, *, tested: bool) -> Reply:
    """Each pending file: what it does, what it locks, what to watch out for, the safer way."""
    text, exit_code = _headline(found)
    grave, mild = warnings(found.pending)
    if grave or mild:
        counts = [_count(grave, "danger")] if grave else []
        counts += [_count(mild, "note")] if mild else []
        text += f": {', '.join(counts)}"
        exit_code = max(exit_code, 1 if grave else 0)
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(_wrong(found))] if _wrong(found) else []
    for file in found.pending[:_FILES]:
        blocks += _file(file, found)
    if len(found.pending) > _FILES:
        blocks.append(context(f"{len(found.pending) - _FILES} more files; `--json` has all."))
    if found.command:
        line = " ".join(found.command)
        blocks.append(section(f"Runs {code(line)}, which decides itself what is pending."))
    if found.pending or found.command:
        blocks += [_tested(found, tested), _buttons(tested, plan=False)]
    return Reply(text, blocks, data=found, exit_code=exit_code)


def _headline(found: Situation) -> tuple[str, int]:
    standing, where = found.files, escape(found.database)
    if standing.mistakes:
        count = _count(len(standing.mistakes), "mistake")
        return f":x: {where}: the migrations have {count}", 1
    if standing.unfinished:
        row = standing.unfinished[0]
        done = f"{row.done} of {row.statements} statements"
        return f":warning: {where}: {escape(row.name)} is applied in part, {done}", 1
    if found.command and not standing.pending:
        return f":information_source: {where}: migrations are run by {escape(found.command[0])}", 0
    if not standing.pending:
        return f":white_check_mark: {where}: every migration is applied", 0
    return f":hourglass: {where}: {_count(len(standing.pending), 'migration')} pending", 0


def _wrong(found: Situation) -> str:
    standing = found.files
    lines = [f":x: {escape(each)}" for each in standing.mistakes]
    lines += [
        f":warning: {escape(name)} is pending, though a later one is applied"
        for name in standing.late
    ]
    lines += [
        f":warning: {escape(name)} was applied, and is not in the folder" for name in standing.lost
    ]
    return clip("\n".join(lines), 2_900)


def _file(file: MigrationFile, found: Situation) -> list[Block]:
    kind = "one transaction" if file.transactional else "no transaction"
    lines = [f"*{escape(file.name)}* · {_count(len(file.statements), 'statement')}, {kind}"]
    for each in file.statements[:_STATEMENTS]:
        lines += _statement(each, found)
    if len(file.statements) > _STATEMENTS:
        lines.append(f"… and {len(file.statements) - _STATEMENTS} more statements")
    return [section(clip("\n".join(lines), 2_900))]


def _statement(each: Statement, found: Situation) -> list[str]:
    lines = [f"• line {each.line}: {escape(clip(each.does, 200))}"]
    locks = sorted(each.locks, key=lambda lock: -lock.mode)
    for lock in locks[:3]:
        if lock.mode >= Mode.SHARE:
            named = escape(sized(lock.relation, found.sizes))
            lines.append(f"   :lock: {lock.mode.word} on {named}: {lock.mode.blocks}")
    for advice in each.advice[:3]:
        mark = ":warning: *Danger:*" if advice.grave else ":bulb: Note:"
        lines.append(f"   {mark} {escape(advice.words)}. Safer: {escape(advice.safer)}.")
    return lines


def _tested(found: Situation, tested: bool) -> Block:
    test = found.test
    if test is None:
        return context("Not tested yet: `migrate apply` wants a test of exactly these files.")
    outcome = "passed" if test.passed else "did not pass"
    old = "" if tested or not test.passed else " That is too long ago."
    return context(
        f"Tested {date(test.at)} by {escape(test.person_name)}: {outcome}, "
        f"{escape(clip(test.summary, 200))}.{old}"
    )


def _buttons(tested: bool, *, plan: bool = True) -> Block:
    buttons = [command_button("Apply", "migrate apply", style="primary")] if tested else []
    style = "" if tested else "primary"
    buttons.append(command_button("Test on a copy", "migrate test", style=style))
    buttons += [command_button("Show the plan", "migrate plan")] if plan else []
    return actions(*buttons)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
