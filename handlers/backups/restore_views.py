"""Restores, switches and drills as messages. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import actions, code, command_button, context, date, escape, fields, section, table
from bot.command import Block, Reply, Upload
from bot.phrases import plural
from handlers.backups.words import lost_since, sessions, size, span, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.backups import KeptBackup
    from bot.backups.beside_databases import BesideDatabase
    from handlers.backups.result import Databases, Drilled, Recovered, Shown
    from handlers.backups.steps import Step

_SWITCHABLE = ("restored", "replaced")


def restored_reply(found: Recovered) -> Reply:
    """A copy beside the live database: compared, or what differs."""
    restored, name = found.restored, found.restored.database
    seconds = span(timedelta(seconds=restored.seconds))
    if restored.problems:
        text = f":x: {name} is not like the backup {restored.backup.id}: do not use it"
        wrong = "\n".join(f"• {escape(problem)}" for problem in restored.problems)
        blocks: list[Block] = [
            section(f"*{text}*"),
            section(f"{wrong}\n{escape(found.live)} was not touched."),
            actions(
                command_button("Drop the copy", f"restore drop {name}"),
                command_button("Verify the backup", f"backup verify {restored.backup.id}"),
            ),
        ]
        return Reply(text, blocks, data=_data(found), exit_code=1, outcome="failed")
    text = (
        f":white_check_mark: {restored.backup.id} is restored into {name}: {restored.total:,} rows "
        f"in {plural(len(restored.rows), 'table')}, as in the backup, in {seconds}"
    )
    compared = ""
    if restored.backup.manifest is None:
        compared = " The backup has no manifest, so the rows could not be compared."
    blocks = [
        section(f"*{text}*"),
        section(
            f"{escape(found.live)} was not touched. {_sentence(found.lost)} is not in the copy."
            f"{compared}"
        ),
        *_skipped(restored.skipped),
        *_one_stream(restored.why_one),
        actions(
            command_button("Make it the live one", f"restore switch {name}", style="primary"),
            command_button("Other steps", f"restore steps {restored.backup.id}"),
            command_button("Drop the copy", f"restore drop {name}"),
        ),
    ]
    return Reply(text, blocks, data=_data(found))


def replaced_reply(found: Recovered) -> Reply:
    """The live database is another one now."""
    switched = found.switched
    if switched is None:
        return restored_reply(found)
    backup = found.restored.backup.id
    now = f"the copy of backup {backup}" if backup else switched.source
    text = f":white_check_mark: Switched: the live database {switched.live} is now {now}"
    ended = f"{sessions(switched.sessions_ended)} ended; applications"
    if switched.seen_later:
        ended = (
            "The connection was lost at the end, so the server was asked again: both names are "
            "changed. Applications"
        )
    lines = [
        f"It was {code(switched.source)}; the one of before is kept as {code(switched.before)}. "
        f"{ended} connect again by themselves."
    ]
    if found.safety is not None:
        lines.append(f"The safety backup of before is {code(found.safety.id)}.")
    after = [command_button("Check health", "health", style="primary")]
    if found.writers is not None:
        lines.append(escape(found.writers.told))
        if found.writers.on:
            after.append(command_button("End maintenance mode", "maintenance off"))
    blocks = [
        section(f"*{text}*"),
        section("\n".join(lines)),
        *_skipped(found.restored.skipped),
        *_one_stream(found.restored.why_one),
        actions(
            *after,
            command_button("Go back to before", f"restore switch {switched.before}"),
            command_button("All databases", "restore list"),
        ),
    ]
    return Reply(text, blocks, in_channel=True, data=_data(found))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _skipped(skipped: Sequence[str]) -> list[Block]:
    if not skipped:
        return []
    listed = "\n".join(f"• {escape(each)}" for each in skipped[:5])
    return [section(f"*Not set, and the rows do not depend on it*\n{listed}")]


def _one_stream(why: str) -> list[Block]:
    return [context(f"Loaded by one stream, not by several: {escape(why)}.")] if why else []


def databases_reply(found: Databases) -> Reply:
    """What stands beside the live database, unfinished ones first."""
    if not found.beside:
        text = f":white_check_mark: Nothing is beside {escape(found.live)}"
        told = "A restore makes a database beside the live one; there is none now."
        blocks: list[Block] = [
            section(f"*{text}*"),
            section(told),
            actions(command_button("Show backups", "backups")),
        ]
        return Reply(text, blocks, data=[])
    unfinished = [each for each in found.beside if each.standing.value == "restoring"]
    sign = ":warning:" if unfinished else ":information_source:"
    extra = f", {len(unfinished)} unfinished" if unfinished else ""
    text = f"{sign} {plural(len(found.beside), 'database')} beside {escape(found.live)}{extra}"
    ordered = sorted(found.beside, key=lambda each: each not in unfinished)
    rows = [("Database", "What it is", "Size", "Since")]
    rows += [(each.name, standing(each), size(each.bytes), _since(each, found)) for each in ordered]
    buttons = []
    for each in ordered[:4]:
        if each.standing.value in _SWITCHABLE:
            buttons.append(command_button(f"Switch to {each.name}", f"restore switch {each.name}"))
        buttons.append(command_button(f"Drop {each.name}", f"restore drop {each.name}"))
    blocks = [
        section(f"*{text}*"),
        table(rows, align=("left", "left", "right", "right")),
    ]
    if unfinished:
        blocks.append(context("A restoring one is being filled now, or its restore was cut off."))
    blocks.append(actions(*buttons))
    told_data = [
        {"name": each.name, "standing": each.standing.value, "backup": each.backup,
         "bytes": each.bytes, "rows": each.rows} for each in ordered
    ]  # fmt: skip
    return Reply(text, blocks, data=told_data)


def _since(each: BesideDatabase, found: Databases) -> str:
    return span(found.now - each.at) if each.at else "not told"


def dropped_reply(found: BesideDatabase) -> Reply:
    text = f":white_check_mark: The database {found.name} is dropped: {size(found.bytes)} are free"
    blocks = [section(f"*{text}*"), actions(command_button("What is left", "restore list"))]
    return Reply(text, blocks, data={"name": found.name})


def drilled_reply(found: Drilled) -> Reply:
    """Recovery time and recovery point beside their targets, and what differed."""
    drill, backup = found.drill, found.backup
    rto = _beside_target(drill.rto_seconds, drill.rto_target_seconds)
    rpo = _beside_target(drill.rpo_seconds, drill.rpo_target_seconds)
    measured = f"RTO {rto}, RPO {rpo}"
    if drill.problems:
        text = f":x: Restore drill failed: the copy of {backup.id} is not like it"
    elif not drill.good:
        late = "restoring is too slow" if not drill.in_time else "its data is too old"
        text = f":warning: Restore drill: {backup.id} is whole, but {late}: {measured}"
    else:
        tables = plural(drill.tables, "table")
        text = f":white_check_mark: Restore drill of {backup.id} passed: {tables}, {measured}"
    blocks: list[Block] = [section(f"*{text}*")]
    if drill.problems:
        blocks.append(section("\n".join(f"• {escape(problem)}" for problem in drill.problems)))
    blocks.append(
        fields(
            f"*Recovery time (RTO)*\n{rto}{'' if drill.in_time else ' : missed'}",
            f"*Recovery point (RPO)*\n{rpo}{'' if drill.fresh else ' : missed'}",
            f"*Compared*\n{drill.rows:,} rows and {plural(drill.tables, 'checksum')}",
            f"*Of that*\nloading {span(timedelta(seconds=drill.loading_seconds))}, comparing "
            f"{span(timedelta(seconds=drill.compared_seconds))}",
        )
    )
    blocks += _skipped(drill.skipped)
    blocks.append(context("The scratch database is dropped again; the live one was not touched."))
    buttons = [
        command_button("Show the backup", f"backup show {backup.id}"),
        command_button("All backups", "backups"),
    ]
    if drill.problems or not drill.fresh:
        buttons.insert(0, command_button("Make a backup now", "backup now", style="primary"))
    blocks.append(actions(*buttons))
    return Reply(
        text, blocks, data=drill.model_dump(mode="json") | {"backup": backup.id},
        exit_code=0 if drill.good else 1, outcome="failed" if drill.problems else "succeeded",
    )  # fmt: skip


def _beside_target(seconds: float, target: float) -> str:
    """`41 s (target 4 h)`."""
    return f"{span(timedelta(seconds=seconds))} (target {span(timedelta(seconds=target))})"


def steps_reply(steps: Sequence[Step], found: Shown) -> Reply:
    """The guide's recovery, step by step, each with its act."""
    backup = found.backup
    text = f":memo: Recovery from {backup.id}, in {len(steps)} steps"
    blocks: list[Block] = [section(f"*{text}*")]
    for number, step in enumerate(steps, 1):
        button = command_button(step.label, step.line) if step.line else None
        blocks.append(
            section(f"*{number}. {escape(step.title)}*\n{escape(step.told)}", accessory=button)
        )
    lost = _sentence(lost_since(backup, found.now))
    blocks.append(context(f"{lost} is not in this backup."))
    blocks.append(
        actions(command_button("As a checklist here", "playbook start disaster-recovery"))
    )
    told = [{"title": step.title, "command": step.line} for step in steps]
    return Reply(text, blocks, data=told)


def files_reply(backup: KeptBackup, files: tuple[Upload, ...], *, with_code: bool) -> Reply:
    text = f":page_facing_up: {plural(len(files), 'file')} of {backup.id}, without secrets"
    told = "Values of secrets are in none of them."
    if with_code:
        told = "Values of secrets are in none of them, unless somebody wrote one into the code."
    names = ", ".join(code(each.name) for each in files)
    blocks = [
        section(f"*{text}*"),
        section(f"{names}\nMade {date(backup.finished)}. {told}"),
    ]
    return Reply(text, blocks, files=files, private=True, data=[each.name for each in files])


def _data(found: Recovered) -> dict[str, object]:
    switched = found.switched
    return {
        "database": found.restored.database,
        "backup": found.restored.backup.id,
        "rows": found.restored.total,
        "streams": found.restored.streams,
        "problems": list(found.restored.problems),
        "live": found.live,
        "before": switched.before if switched else None,
        "safety": found.safety.id if found.safety else None,
    }
