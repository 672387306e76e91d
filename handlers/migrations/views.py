"""How a test and a run of migrations went. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, escape, section
from bot.command import Block, Reply
from handlers.migrations.result import Applied, Blocker, Failure, Mode, Run, Standing, Verified
from handlers.migrations.running import Applying, Tested
from handlers.migrations.wording import held_now, left_behind, seconds, what_now

_LOCKS = 6
_FILES = 8
_TEXT = 600  # characters of a statement


def tested_reply(done: Tested) -> Reply:
    """Passed or not, how long it took, the locks it took, and the next step."""
    run, count = done.run, len(done.situation.pending)
    if run.failure is not None:
        text = f":x: The migration failed on a copy, in {escape(run.failure.name)}"
    elif not done.verified.good:
        bad = next(each for each in done.verified.checks if not each.good)
        text = f":x: The migration ran on a copy, and is not well: {escape(clip(bad.name, 60))}"
    else:
        files = f"{count} {'file' if count == 1 else 'files'}" if count else "The command"
        text = f":white_check_mark: {files} passed on a copy in {seconds(run.seconds)}"
    blocks: list[Block] = [section(f"*{text}*")]
    if run.failure is not None:
        blocks.append(section(clip("\n".join(_failed(run.failure)), 2_900)))
    blocks += _ran(run)
    blocks += _held(run)
    blocks += _checked(done.verified)
    kept = f"backup {done.backup.id}" if done.backup else "no backup"
    made = " made for it" if done.made else ""
    blocks.append(
        context(
            f"Copy: {escape(done.how)}, in {seconds(done.copy_seconds)}; {kept}{made}. The copy is "
            "dropped; production was not touched."
        )
    )
    if done.good:
        apply = command_button("Apply to production", "migrate apply", style="primary")
        blocks.append(actions(apply, command_button("Show the plan", "migrate plan")))
    else:
        blocks.append(actions(command_button("Show the plan", "migrate plan")))
    outcome = "succeeded" if done.good else "failed"
    return Reply(text, blocks, data=done, outcome=outcome, exit_code=0 if done.good else 1)


def applied_reply(done: Applying) -> Reply:
    """What is applied now, and where it failed: what stays, what was undone, and how to go on."""
    run, standing = done.run, done.situation.files
    backup = done.backup.id if done.backup else ""
    if run.failure is not None:
        text = f":x: The migration failed in {escape(run.failure.name)}"
        blocks = [section(f"*{text}*"), *failed_blocks(run.failure, done.now, standing, backup)]
        blocks += _ran(run)
        again = command_button("Where it stands", "migrate")
        restore = command_button("Backups", "backups")
        blocks.append(actions(again, command_button("Test again", "migrate test"), restore))
        return Reply(text, blocks, data=done, outcome="failed", exit_code=1)
    count = len(run.files)
    files = f"{count} {'migration is' if count == 1 else 'migrations are'} applied"
    if done.situation.command:
        files = f"{done.situation.command[0]} has run"
    if done.good:
        text = f":white_check_mark: {escape(files)}, in {seconds(run.seconds)}"
    else:
        bad = (
            next(each for each in done.verified.checks if not each.good) if done.verified else None
        )
        name = escape(clip(bad.name, 60)) if bad else "not verified"
        text = f":warning: {escape(files)}, and the database is not well: {name}"
    blocks = [section(f"*{text}*"), *_ran(run)]
    blocks += _checked(done.verified) if done.verified else []
    kept = f"Backup of before: {backup}{' (made for it)' if done.made else ''}." if backup else ""
    blocks += [context(kept)] if kept else []
    blocks.append(actions(command_button("Check health", "health")))
    outcome = "succeeded" if done.good else "failed"
    return Reply(text, blocks, data=done, outcome=outcome, exit_code=0 if done.good else 1)


def verified_reply(checks: Verified, standing: Standing) -> Reply:
    """`migrate verify` on its own."""
    bad = [each for each in checks.checks if not each.good]
    if bad:
        text = f":x: {len(bad)} of {len(checks.checks)} checks failed: {escape(bad[0].name)}"
    else:
        text = f":white_check_mark: {len(checks.checks)} checks of the database passed"
    blocks: list[Block] = [section(f"*{text}*"), *_checked(checks)]
    if standing.pending:
        pending = len(standing.pending)
        blocks.append(context(f"{pending} {'file is' if pending == 1 else 'files are'} pending."))
    return Reply(text, blocks, data=checks, exit_code=1 if bad else 0)


def interrupted_message(
    operation: str, rows: tuple[Applied, ...] | None, standing: Standing | None, trouble: str
) -> tuple[str, list[Block]]:
    """After a restart: what the database itself says is applied."""
    text = f":warning: The migration {operation} was cut off"
    if rows is None or standing is None:
        told = f"What is applied could not be read: {escape(trouble)} Ask again: `migrate`."
    else:
        finished = [row.name for row in rows if row.finished_at and row.operation == operation]
        names = ", ".join(finished) or "none"
        told = f"*The database says:* of its files are applied: {escape(names)}."
        for row in (row for row in rows if not row.finished_at):
            told += (
                f"\n{escape(row.name)} in part: {row.done} of {row.statements} statements; it goes "
                "on with the next one."
            )
        left = [file.name for file in standing.pending if file.transactional]
        if left:
            told += f"\nNothing of these was changed: {escape(', '.join(left))}."
    resume = command_button("Resume", f"operation {operation} resume", style="primary")
    state = command_button("Where it stands", "migrate")
    return text, [section(f"*{text}*"), section(told), actions(resume, state)]


def failed_blocks(
    failure: Failure, now: tuple[Applied, ...] | None, standing: Standing, backup: str
) -> list[Block]:
    """The statement, the server's words, the state of the schema, and what to do."""
    lines = _failed(failure)
    state = [f"*State of the schema:* {escape(left_behind(failure))}"]
    if now is not None:
        state.append(escape(held_now(now, standing)))
    else:
        state.append("The database could not be asked afterwards: see `migrate`.")
    todo = "\n".join(
        f"{number}. {each}" for number, each in enumerate(what_now(failure, backup), 1)
    )
    return [
        section(clip("\n".join(lines), 2_900)),
        section("\n".join(state)),
        section(f"*What to do:*\n{todo}"),
    ]


def _failed(failure: Failure) -> list[str]:
    lines = [f"*The server said:* {escape(clip(failure.said, 600))}"]
    if failure.state:
        lines[0] += f" ({failure.state})"
    if failure.statement is not None:
        each = failure.statement
        lines.append(
            f"*Statement {failure.number}, line {each.line}:* {escape(clip(each.does, 200))}"
        )
        lines.append(code(clip(" ".join(each.text.split()), _TEXT)))
    if failure.attempts > 1:
        lines.append(f"Tried {failure.attempts} times.")
    lines += [f":lock: It waited for {_who(each)}" for each in failure.blockers[:3]]
    return lines


def _who(each: Blocker) -> str:
    named = f"{escape(each.application)}, " if each.application else ""
    state = f"{each.state or 'at work'} for {seconds(each.seconds)}"
    query = f": {code(clip(each.query, 120))}" if each.query else ""
    return f"session {each.pid} ({named}{state}){query}"


def _ran(run: Run) -> list[Block]:
    blocks: list[Block] = []
    if run.files:
        lines = [
            f":heavy_check_mark: {escape(each.name)}: {seconds(each.seconds)}"
            + (f", at the {each.attempts}. try" if each.attempts > 1 else "")
            for each in run.files[:_FILES]
        ]
        more = len(run.files) - _FILES
        lines += [f"… and {more} more"] if more > 0 else []
        blocks.append(section("\n".join(lines)))
    if run.output:
        blocks.append(
            section("*Last lines:*\n" + "\n".join(code(clip(x, 180)) for x in run.output))
        )
    return blocks


def _held(run: Run) -> list[Block]:
    strong = [each for each in run.locks if each.mode > Mode.ROW_EXCLUSIVE][:_LOCKS]
    if not strong:
        return []
    lines = [
        f":lock: {each.mode.word} on {escape(each.relation)}, {_about(each.seconds)}: "
        f"{each.mode.blocks}"
        for each in strong
    ]
    return [section("*Locks it held:*\n" + "\n".join(lines))]


def _about(length: float) -> str:
    """Looks are a tenth of a second apart."""
    return f"about {length:.1f} s" if length >= 0.15 else "under 0.2 s"


def _checked(found: Verified) -> list[Block]:
    if not found.checks:
        return []
    ordered = sorted(found.checks, key=lambda each: each.good)
    lines = [
        f"{':white_check_mark:' if each.good else ':x:'} {escape(each.name)}: {escape(each.words)}"
        for each in ordered
    ]
    return [section(clip("\n".join(lines), 2_900))]
