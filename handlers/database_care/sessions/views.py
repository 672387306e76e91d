"""What became of a session, and of the pool, as messages. Pure."""

from __future__ import annotations

from bot.blocks import actions, code, command_button, confirm, context, escape, section
from bot.command import Block, Reply
from handlers.database_care.sessions.killing import CANCEL, Killed
from handlers.database_care.sessions.pool import SECRET, Reset
from handlers.database_care.wording import counted, lasting, percent


def killed_reply(found: Killed) -> Reply:
    session, pid = found.session, found.session.pid
    buttons = [command_button("Show locks", "db locks")]
    if found.act == CANCEL:
        text = f":white_check_mark: The query of {escape(session.who)} was cancelled."
        buttons.append(command_button(f"End session {pid}", f"db kill {pid} --terminate"))
        note = "The session itself goes on, and may send the same query again."
    else:
        text = f":white_check_mark: {escape(session.who.capitalize())} was ended."
        note = "What it had not committed is rolled back; the application connects anew."
    if found.gone:
        what = f"the query of {session.who}" if found.act == CANCEL else session.who
        text = f":information_source: Nothing to do: {escape(what)} had ended before the signal."
        note = "Nothing was sent to another session or query."
    elif not found.ended:
        text = (
            f":warning: {escape(session.who.capitalize())} was told to end and has not yet, after "
            f"{lasting(found.seconds)}."
        )
        note = "A long rollback or a network that hangs can be the reason. Look again in a minute."
        buttons.insert(0, command_button("Show connections", "db connections"))
    blocks: list[Block] = [
        section(f"*{text}*"),
        section(escape(session.did if found.ended else session.doing)),
        context(note),
    ]
    return Reply(text, [*blocks, actions(*buttons)], data=found, exit_code=0 if found.ended else 1)


def pool_reply(found: Reset) -> Reply:
    after = found.after
    share = percent(100 * after.used / max(1, after.available))
    text = (
        f":white_check_mark: {counted(found.ended, 'session')} of {escape(after.role)} ended; now "
        f"{after.used} of {after.available} connections are used ({share})."
    )
    lines = []
    if found.worker == "set":
        lines.append(
            f"The Worker's secret {code(SECRET)} was set anew, so every instance of it connects "
            "again with it."
        )
    elif found.worker == "not configured":
        lines.append(
            f"The Worker's secret was not touched: {code('WORKER_DATABASE_URL')} is not set in the "
            "bot's environment. Its instances connect again by themselves at their next query; "
            "where they do not, restart the Worker."
        )
    else:
        text = text.replace(":white_check_mark:", ":warning:", 1)
        lines.append(f":warning: The Worker's secret was not set: {escape(found.worker)}")
    busy = [counted(after.active, "query", "queries")] if after.active else []
    busy += [counted(after.open, "open transaction")] if after.open else []
    if busy:
        lines.append(f"At work and left alone: {', '.join(busy)}.")
    blocks: list[Block] = [section(f"*{text}*"), section("\n".join(lines))]
    if found.before.applications:
        told = [f"{escape(name)} {number}" for name, number in found.before.applications[:10]]
        blocks.append(context(f"Sessions there were, by application: {', '.join(told)}."))
    buttons = [
        command_button("Check the database", "health database"),
        command_button("Show connections", "db connections"),
        command_button(
            "Restart the Worker",
            "workers restart",
            asks=confirm(
                "Restart the Worker?", "The same version is deployed again.", "Ask for it"
            ),
        ),
    ]
    exit_code = 0 if found.worker in ("set", "not configured") else 1
    return Reply(text, [*blocks, actions(*buttons)], data=None, exit_code=exit_code)
