"""The dashboard's part of the Home tab: the state now, and what waits for the person. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, mention, section
from bot.command import Block
from bot.moments import undated
from bot.phrases import plural
from handlers.dashboard.result import TITLES, Snapshot, State
from handlers.dashboard.views import EMOJI, amount, headline
from handlers.dashboard.words import ago, listed

if TYPE_CHECKING:
    from handlers.dashboard.waiting import Waiting

_MOST = 6  # things that wait; with the rest ten blocks


def home_blocks(found: Snapshot, waiting: Waiting) -> list[Block]:
    """At most ten blocks."""
    dated = date(found.now, "{date_short_pretty} {time_secs}")
    blocks: list[Block] = [
        section(f"*{escape(headline(found))}*\n{_metrics(found)}"),
        context(f"{escape(found.environment)} · as of {dated}{_oldest(found)}"),
        section(_waiting_title(waiting)),
    ]
    things = list(_things(waiting))
    blocks += things[:_MOST]
    if len(things) > _MOST:
        blocks[2] = section(f"{_waiting_title(waiting)} The first {_MOST}:")
    return [*blocks, actions(command_button("Dashboard for me", "dashboard"))]


def _metrics(found: Snapshot) -> str:
    lines = sorted(found.lines, key=lambda line: line.state.rank)
    told = [
        f"{EMOJI[line.state]} {TITLES[line.name]} {amount(line.value, line.limits.unit)}"
        for line in lines
        if line.value is not None
    ]
    silent = sum(line.value is None for line in lines)
    if silent:
        told.append(f"{EMOJI[State.UNKNOWN]} {plural(silent, 'metric')} without data")
    return " · ".join(told)


def _oldest(found: Snapshot) -> str:
    times = [part.at for part in found.parts if part.vital and part.at]
    oldest = found.now - min(times) if times else timedelta()
    return f" · API and database read {ago(oldest)}" if times else ""


def _waiting_title(waiting: Waiting) -> str:
    duty = f" You are on call: {listed(waiting.levels)}." if waiting.levels else ""
    if not waiting.count:
        return f":white_check_mark: *Nothing waits for you.*{duty}"
    verb = "thing waits" if waiting.count == 1 else "things wait"
    return f":hand: *{waiting.count:,} {verb} for you.*{duty}"


def _things(waiting: Waiting) -> Iterator[Block]:
    """The most urgent first: what expires, what rings, what is assigned."""
    for record in waiting.approvals:
        request = record.request
        until = date(record.expires_at, "{time}")
        who = mention(request.person_id, request.person_name)
        told = (
            f":lock: {who} asks for `{escape(clip(request.line, 80))}`: "
            f"{escape(clip(undated(request.effect), 120))} Expires {until}."
        )
        button = command_button("Look at it", f"operation {record.id}")
        yield section(told, accessory=button)
    for record in waiting.confirmations:
        until = date(record.expires_at, "{time}")
        told = f":hourglass: Your `{escape(clip(record.request.line, 80))}` waits for your yes"
        button = command_button("Look at it", f"operation {record.id}")
        yield section(f"{told}, until {until}.", accessory=button)
    for alert in waiting.alerts:
        since = ago(waiting.now - alert.fired_at)
        told = f":bell: {code(alert.id)} {escape(clip(alert.problem.title, 80))}, {since}"
        button = command_button("Acknowledge", f"alerts acknowledge {alert.id}")
        yield section(f"{told}, nobody took it", accessory=button)
    for run, step in waiting.steps:
        state = " failed, and" if step.state == "failed" else ""
        told = (
            f":ballot_box_with_check: Step {code(step.step)} of {escape(clip(run.title, 60))} "
            f"({code(run.id)}){state} is yours"
        )
        yield section(told, accessory=command_button("Show it", f"playbook status {run.id}"))
