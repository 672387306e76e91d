"""Schedules drawn. Pure."""

from __future__ import annotations

from bot.blocks import actions, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from handlers.schedules.result import Ran, Schedule, Schedules, Standing

_MOST = 40  # of them in one message
_MARKS = {
    Standing.FAILED: ":x: *failed*",
    Standing.RUNNING: ":hourglass_flowing_sand: *runs now*",
    Standing.PAUSED: ":double_vertical_bar: *paused*",
    Standing.WAITING: ":white_circle: *has not run yet*",
    Standing.SUCCEEDED: ":white_check_mark: *succeeded*",
    Standing.OFF: ":no_entry_sign: *off*",
}


def schedules_reply(found: Schedules) -> Reply:
    """The result in words, then each schedule, the worst first."""
    failed = [one for one in found.shown if one.standing is Standing.FAILED]
    paused = [one for one in found.shown if one.standing is Standing.PAUSED]
    count = _plural(len(found.shown), "schedule")
    if failed:
        last = "its last run" if len(failed) == 1 else "their last runs"
        text = f":x: {len(failed)} of {count} failed in {last}"
    elif paused:
        text = f":double_vertical_bar: {len(paused)} of {count} paused"
    else:
        text = f":white_check_mark: {count}: none failed, none is paused"
    if failed and paused:
        text += f", {len(paused)} paused"
    blocks = [section(f"*{text}*")]
    blocks += [_line(one) for one in found.shown[:_MOST]]
    if len(found.shown) > _MOST:
        blocks.append(context(f"{len(found.shown) - _MOST} more are in the terminal."))
    notes = [f"Crontab times are in {escape(found.zone)}. All times here are yours."]
    if found.hidden:
        notes.append(f"{_plural(found.hidden, 'schedule')} of the bot's own upkeep left out.")
        blocks.append(actions(command_button("Show all", "schedule list --all")))
    blocks.append(context(*notes))
    return Reply(text, blocks, data=found)


def ran_reply(ran: Ran) -> Reply:
    """What came of a run that somebody asked for."""
    took = f"{ran.seconds:.1f} s"
    if ran.succeeded:
        text = f":white_check_mark: {escape(ran.title)} ran in {took}"
    else:
        text = f":x: {escape(ran.title)} failed after {took}"
    blocks = [section(f"*{text}*")]
    if ran.detail:
        blocks.append(section(escape(ran.detail)))
    blocks.append(actions(command_button("Show schedules", "schedule list")))
    outcome = "succeeded" if ran.succeeded else "failed"
    return Reply(text, blocks, data=ran, outcome=outcome, exit_code=0 if ran.succeeded else 1)


def paused_reply(schedule: Schedule) -> Reply:
    """It is left out now, and the way back."""
    text, blocks = paused_notice(schedule)
    return Reply(text, blocks, data=schedule)


def paused_notice(schedule: Schedule) -> tuple[str, list[Block]]:
    """What the channel reads of a pause: who, until when, and how to end it."""
    until = "until somebody resumes it"
    if schedule.paused_until is not None:
        until = f"until {date(schedule.paused_until)}"
    text = (
        f":double_vertical_bar: {escape(schedule.title)} is paused by "
        f"{escape(schedule.paused_by)}, {until}"
    )
    resume = command_button("Resume it", f"schedule resume {schedule.name}")
    show = command_button("Show schedules", "schedule list")
    return text, [section(f"*{text}*"), actions(resume, show)]


def resumed_reply(schedule: Schedule) -> Reply:
    """It keeps its times again."""
    text = f":arrow_forward: {escape(schedule.title)} runs again"
    if schedule.next_at is not None:
        text += f", next {date(schedule.next_at)}"
    show = command_button("Show schedules", "schedule list")
    return Reply(text, [section(f"*{text}*"), actions(show)], data=schedule)


def _line(one: Schedule) -> Block:
    said = _MARKS[one.standing]
    if one.standing is Standing.PAUSED:
        said += f" by {escape(one.paused_by)}"
        if one.paused_until is not None:
            said += f" until {date(one.paused_until)}"
    elif one.last_at is not None:
        said += f" {date(one.last_at)}"
    detail = f": {escape(one.detail[:200])}" if one.detail else ""
    next_run = f"next {date(one.next_at)}" if one.next_at else "no next run"
    text = f"*{escape(one.title)}*  {code(one.name)}\n{said}{detail}\n{one.when}, {next_run}"
    button = None
    if one.standing is Standing.FAILED:
        button = command_button("Run it again", f"schedule run {one.name}")
    elif one.standing is Standing.PAUSED:
        button = command_button("Resume", f"schedule resume {one.name}")
    return section(text, accessory=button)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
