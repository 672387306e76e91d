"""How the bot is, as a message. Pure."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Delivery, Reply
from bot.phrases import plural
from handlers.status.copies_views import copies_lines, lost_words
from handlers.status.result import Status
from handlers.status.wording import length

if TYPE_CHECKING:
    from bot.store import OutboxCounts, OutboxMessage, Run

_TRANSPORTS = {"socket": "Socket Mode", "http": "HTTP"}
# The bot gives a sign of life each 15 s; Slack answers a ping each 10 s.
SILENT_SECONDS = 60
_HEAD_SHOWN = 12


def status_reply(status: Status) -> Reply:
    """The answer of `/pitchey status`; exit code 1 where something is wrong."""
    sign, verdict = _verdict(status)
    text = f"{sign} {verdict}"
    blocks: list[Block] = [section(f"*{text}*")]
    if not status.problem:
        lines = [_running(status), *_connection(status), *copies_lines(status)]
        lines += [_store(status), _outbox(status)]
        lines += _operations(status)
        lines.append(_audit(status))
        blocks.append(section("\n".join(lines)))
    if status.failed:
        blocks.append(section(_failures(status)))
    buttons = [command_button("Look again", "status", delivery=Delivery.UPDATE)]
    if status.outbox.failed:
        buttons.insert(0, command_button("Try again now", "status retry", style="primary"))
    blocks.append(actions(*buttons))
    return Reply(text, blocks, data=status, exit_code=0 if sign.endswith("mark:") else 1)


def retry_reply(failed: int) -> Reply:
    """The answer of `/pitchey status retry`."""
    if failed:
        text = f":arrows_counterclockwise: {plural(failed, 'failed message')} will be tried again"
        meaning = "They are sent within seconds, to where they were meant to go first."
    else:
        text = ":information_source: No message had failed"
        meaning = "What was waiting for its next try is tried at once."
    blocks = [
        section(f"*{text}*"),
        context(meaning),
        actions(command_button("Show the status", "status")),
    ]
    return Reply(text, blocks, data={"failed": failed})


def retry_effect(counts: OutboxCounts) -> str:
    """What trying again would do, for the plan."""
    failed, waiting = plural(counts.failed, "failed message"), plural(counts.waiting, "waiting one")
    return f"sends {failed} again, and tries {waiting} at once."


def _verdict(status: Status) -> tuple[str, str]:
    run, outbox = status.run, status.outbox
    if status.store_problem:
        return ":red_circle:", f"The bot cannot record anything: {status.store_problem}"
    if run is None:
        return ":grey_question:", "The bot has never served Slack with this store"
    if run.ended_at is not None:
        return ":red_circle:", f"The bot is not running: it was stopped {date(run.ended_at)}"
    silent = (status.now - run.heartbeat_at).total_seconds()
    if not status.copies and run in status.lost:
        told = f"the last one ended without a clean stop, last sign of life {length(silent)} ago"
        return ":red_circle:", f"No bot runs on this store: {told}"
    if silent > SILENT_SECONDS:
        return ":red_circle:", f"The bot gives no sign of life for {length(silent)}"
    if outbox.failed:
        told = f"{plural(outbox.failed, 'message')} could not be delivered"
        return ":warning:", f"{told}: Slack refused {'it' if outbox.failed == 1 else 'them'}"
    if outbox.waiting and status.waiting_for:
        return ":warning:", f"{_retrying(status)}"
    if _deaf(run):
        return ":warning:", "The bot runs, but Slack has not been heard of for too long"
    if gone := lost_words(status):
        return ":warning:", f"The bot serves, but {gone}"
    return ":white_check_mark:", f"The bot is well, up for {_up(status, run)}"


def _retrying(status: Status) -> str:
    outbox = status.outbox
    told = f"{plural(outbox.waiting, 'message')} not delivered, retrying"
    if outbox.next_at is None:
        return told
    seconds = (outbox.next_at - status.now).total_seconds()
    return f"{told}: next try {'now' if seconds < 1 else f'in {length(seconds)}'}"


def _deaf(run: Run) -> bool:
    """A socket can be open and deaf. Over HTTP silence only means that nobody asks."""
    if run.transport != "socket":
        return False
    heard = run.contact_at or run.started_at
    return (run.heartbeat_at - heard).total_seconds() > SILENT_SECONDS


def _up(status: Status, run: Run) -> str:
    return length((status.now - run.started_at).total_seconds())


def _running(status: Status) -> str:
    run = status.run
    if run is None:
        return f"*Version* {escape(status.version)}"
    return (
        f"*Version* {escape(run.version)}, started {date(run.started_at)}, "
        f"last sign of life {length((status.now - run.heartbeat_at).total_seconds())} ago"
    )


def _connection(status: Status) -> list[str]:
    run = status.run
    if run is None:
        return []
    name = _TRANSPORTS.get(run.transport, run.transport)
    # One copy that is new has heard nothing yet, and the bot has.
    heard = [each.contact_at for each in (run, *status.copies) if each.contact_at is not None]
    if not heard:
        return [f"*Slack* by {name}, not heard of yet"]
    age = length((status.now - max(heard)).total_seconds())
    limit = f", warning above {SILENT_SECONDS} s" if run.transport == "socket" else ""
    return [f"*Slack* by {name}, last contact {age} ago{limit}"]


def _store(status: Status) -> str:
    return f"*Store* {escape(status.store_problem) if status.store_problem else 'can be written'}"


def _outbox(status: Status) -> str:
    outbox = status.outbox
    if not outbox.undelivered or outbox.oldest is None:
        return "*Outbox* empty: every message has arrived"
    parts = []
    if outbox.waiting:
        why = f" ({escape(status.waiting_for)})" if status.waiting_for else ""
        parts.append(f"{_retrying(status)}{why}")
    if outbox.failed:
        parts.append(f"{plural(outbox.failed, 'message')} failed")
    age = length((status.now - outbox.oldest).total_seconds())
    return f"*Outbox* {'; '.join(parts)}; the oldest is {age} old"


def _operations(status: Status) -> list[str]:
    if not status.operations:
        return ["*Operations* none running"]
    lines = [f"*Operations* {len(status.operations)} running"]
    for each in status.operations[:10]:
        step = f", {escape(each.step)}" if each.step else ""
        who = each.who or escape(each.person)
        took = length((status.now - each.started_at).total_seconds())
        lines.append(f"• {code(clip(html.unescape(each.line), 80))} by {who} for {took}{step}")
    return lines


def _audit(status: Status) -> str:
    head = status.audit_head[:_HEAD_SHOWN]
    return f"*Audit log* {plural(status.audit_entries, 'entry', 'entries')}, head {code(head)}"


def _failures(status: Status) -> str:
    shown = [_failure(each) for each in status.failed]
    more = status.outbox.failed - len(shown)
    if more > 0:
        shown.append(f"and {more:,} more")
    return "*Not delivered*\n" + "\n".join(shown)


def _failure(message: OutboxMessage) -> str:
    first_line = message.text.strip().split("\n")[0]
    meant_for = _place(message.meant_for or message.channel)
    return (
        f"• {date(message.created_at)} to {meant_for}: {escape(clip(message.problem, 160))}\n"
        f"   {escape(clip(first_line, 120))}"
    )


def _place(channel: str) -> str:
    if channel.startswith(("C", "G")):
        return f"<#{channel}>"
    return f"<@{channel}>" if channel.startswith(("U", "W")) else escape(channel)
