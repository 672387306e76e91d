"""A live log as one message that is brought up to date, and as lines of a terminal. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from bot.moments import team_time
from handlers.logs.result import Entry, Group, Watch
from handlers.logs.views import group_text, sample_blocks

SHOWN = 6


def live_message(watch: Watch, number: int, again: str) -> tuple[str, list[Block]]:
    """The message as it stands; `again` are the command words that start another one."""
    text = live_headline(watch)
    blocks: list[Block] = [section(f"*{text}*"), context(_about(watch))]
    blocks += [section(group_text(group)) for group in watch.groups[:SHOWN]]
    hidden = sum(group.count for group in watch.groups[SHOWN:]) + watch.left_out
    if hidden:
        blocks.append(context(f"And {hidden:,} more in other groups."))
    if told := _troubles(watch):
        blocks.append(context(*told))
    if watch.end:
        buttons = [command_button("Watch again", again), command_button("Past errors", "logs")]
    else:
        buttons = [command_button("Stop", f"logs stop {number}", style="danger")]
    return text, [*blocks, actions(*buttons)]


def lost_message(script: str, person: str, started: datetime) -> tuple[str, list[Block]]:
    """The end of one whose process was killed: what it had counted is gone with it."""
    text = f":x: Live logs of {escape(script)} ended early: the bot was stopped in the middle"
    by = f" by {escape(person)}" if person else ""
    about = f"Started {date(started, '{time_secs}')}{by} · what it had counted is lost"
    kept = "Cloudflare keeps logs for 7 days: what happened meanwhile is among them."
    buttons = [command_button("Past logs", "logs all"), command_button("Watch", "logs --for 60s")]
    return text, [section(f"*{text}*"), context(about), section(kept), actions(*buttons)]


def live_headline(watch: Watch) -> str:
    """What was seen so far, in words."""
    script = escape(watch.script)
    what = "error" if watch.errors_only else "entry"
    many = "errors" if watch.errors_only else "entries"
    count = f"{watch.entries:,} {what if watch.entries == 1 else many}"
    in_groups = f" in {len(watch.groups):,} groups" if len(watch.groups) > 1 else ""
    if not watch.end:
        seen = f"{count}{in_groups}" if watch.entries else f"no {many} yet"
        return f":satellite_antenna: Live logs of {script}: {seen}"
    if watch.end == "failed":
        return f":x: Live logs of {script} ended early: {escape(watch.problem)}"
    wrong = any(group.level == "error" for group in watch.groups)
    sign = ":warning:" if wrong else ":white_check_mark:"
    seen = f"{count}{in_groups}" if watch.entries else f"no {many}"
    return f"{sign} Live logs of {script} have ended: {seen} in {_seconds(watch)}"


def started_reply(watch: Watch, number: int) -> Reply:
    """What the person who asked is told."""
    text = (
        f":satellite_antenna: Watching the logs of {escape(watch.script)} until "
        f"{date(watch.ends, '{time_secs}')}, in a message of its own."
    )
    stop = command_button("Stop", f"logs stop {number}")
    data = {"live_log": number, "until": watch.ends}
    return Reply(text, [section(text), actions(stop)], data=data)


def busy_reply(number: int, person: str, ends: str) -> Reply:
    """A live log runs there already."""
    text = f":satellite_antenna: A live log runs here already, started by {escape(person)}."
    blocks = [section(text), context(f"It ends by itself at {ends}.")]
    blocks.append(actions(command_button("Stop it", f"logs stop {number}")))
    return Reply(text, blocks, outcome="refused", exit_code=1)


def stopped_reply(number: int, *, running: bool) -> Reply:
    text = f":no_entry_sign: Live log {number} is being stopped."
    if not running:
        text = f":white_check_mark: Live log {number} has ended already."
    return Reply(text, [section(text)], data={"live_log": number, "stopping": running})


def sample_message(group: Group) -> tuple[str, list[Block]]:
    """A group's first entry, for the thread."""
    text = f":mag: First of its kind: {escape(clip(group.sample.message, 200))}"
    return text, [section(":mag: *First of its kind*"), *sample_blocks(group)]


def entry_line(entry: Entry) -> str:
    """One line of a terminal, in the team's zone."""
    told = entry.status is None or f"HTTP {entry.status}" in entry.message
    status = "" if told else f" HTTP {entry.status}"
    at = f"{team_time(entry.at):%H:%M:%S}"
    return f"{at} {entry.level.upper():<5} {entry.route}{status}  {entry.message}"


def ended_reply(watch: Watch, again: str) -> Reply:
    """The end in a terminal, below the lines."""
    text, blocks = live_message(watch, 0, again)
    failed = watch.end == "failed"
    return Reply(
        text, blocks, data=watch, exit_code=1 if failed else 0,
        outcome="failed" if failed else "succeeded",
    )  # fmt: skip


def _about(watch: Watch) -> str:
    kind = "errors only" if watch.errors_only else "everything"
    match = f" with {code(clip(watch.match, 60))}" if watch.match else ""
    by = f" · started by {escape(watch.person)}" if watch.person else ""
    seen = f"{watch.seen:,} request{'' if watch.seen == 1 else 's'} seen"
    if watch.ended is not None:
        ended = f"ended {date(watch.ended, '{time_secs}')}{_why(watch)}"
    else:
        ended = f"ends {date(watch.ends, '{time_secs}')}"
    return f"{escape(watch.environment)} · {kind}{match} · {seen}{by} · {ended}"


def _why(watch: Watch) -> str:
    if watch.end == "stopped":
        return f", stopped by {escape(watch.stopper)}" if watch.stopper else ", stopped"
    return {"shutdown": ", because the bot was stopped"}.get(watch.end, "")


def _troubles(watch: Watch) -> list[str]:
    told = []
    if watch.interruptions:
        times = "once" if watch.interruptions == 1 else f"{watch.interruptions} times"
        seconds = max(1, round(watch.missed.total_seconds()))
        told.append(f":warning: The stream was cut {times}; about {seconds} s were not seen.")
    if watch.sampled:
        told.append(":warning: More happens than Cloudflare streams: this is a sample.")
    if watch.end == "failed" and watch.hint:
        told.append(escape(watch.hint))
    return told


def _seconds(watch: Watch) -> str:
    until = watch.ended or watch.ends
    return f"{max(0, round((until - watch.started).total_seconds())):,} s"
