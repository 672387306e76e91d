"""The dashboard as a message: verdict first, then what is wrong, short lines for a phone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.dashboard.result import TITLES, Deployed, Line, Part, Snapshot, State, Verdict
from handlers.dashboard.sparkline import sparkline
from handlers.dashboard.words import ago, listed

EMOJI = {
    State.BAD: ":red_circle:",
    State.POOR: ":warning:",
    State.UNKNOWN: ":grey_question:",
    State.GOOD: ":white_check_mark:",
}
_VERDICTS = {
    Verdict.HEALTHY: ":white_check_mark: Healthy",
    Verdict.DEGRADED: ":warning: Degraded",
    Verdict.DOWN: ":red_circle: Down",
    Verdict.UNCERTAIN: ":grey_question: Not certain",
}
_WORDS = {State.BAD: "past the alert threshold", State.POOR: "off target", State.GOOD: "on target"}
_SHOWN = 4


def headline(found: Snapshot) -> str:
    """The result in words: what is wrong by name, else how much is well."""
    start = _VERDICTS[found.verdict]
    broken = [part for part in found.parts if part.state in (State.BAD, State.POOR)]
    told = [f"{part.title}: {part.words}" for part in broken[:2]]
    past = [TITLES[line.name] for line in found.lines if line.state is State.BAD]
    if past:
        told.append(f"{listed(past)} past the alert threshold")
    if found.alerts:
        told.append(_counted_alerts(found))
    if found.incidents:
        told.append(f"{plural(len(found.incidents), 'incident')} open")
    if not told:
        known = [part for part in found.parts if part.state is State.GOOD]
        unknown = [part for part in found.parts if part.state is State.UNKNOWN]
        told.append(f"{len(known)} of {plural(len(found.parts), 'part')} well")
        good = sum(line.state is State.GOOD for line in found.lines)
        told.append(f"{good} of {len(found.lines)} metrics on target")
        if unknown:
            unknown.sort(key=lambda part: not part.vital)
            names = [part.title for part in unknown]
            if len(names) > 3:
                names = [*names[:2], f"{len(names) - 2} more"]
            told.append(f"not known: {listed(names)}")
    return clip(f"{start}: {'; '.join(told)}", 280)


def dashboard_blocks(found: Snapshot, *, places: bool = True) -> list[Block]:
    """Everything but the buttons; `places` tells when it was drawn."""
    blocks: list[Block] = [section(f"*{escape(headline(found))}*")]
    if places:
        drawn = date(found.now, "{date_short_pretty} {time_secs}")
        blocks.append(context(f"{escape(found.environment)} · as of {drawn}"))
    if found.maintenance_until is not None:
        until = date(found.maintenance_until, "{time}")
        over = found.now > found.maintenance_until
        told = f"should have ended at {until}" if over else f"until {until}"
        blocks.append(section(f":construction: *Maintenance mode is on*, {told}."))
    opened = section("\n".join(_open(found)))
    urgent = bool(found.alerts or found.incidents)
    if urgent:
        blocks.append(opened)
    parts = sorted(found.parts, key=lambda part: part.state.rank)
    if parts:
        blocks.append(section("\n".join(_part(part, found.now) for part in parts)))
    lines = sorted(found.lines, key=lambda line: line.state.rank)
    blocks += [
        section("\n".join(map(_metric, lines[at : at + 3]))) for at in range(0, len(lines), 3)
    ]
    blocks.append(section(_budget(found)))
    if not urgent:
        blocks.append(opened)
    blocks.append(context(_deployed(found.deployed, found.now)))
    return blocks


def dashboard_reply(found: Snapshot) -> Reply:
    """The whole of it once, as in a terminal."""
    blocks = [*dashboard_blocks(found), actions(*_steps(found))]
    return Reply(headline(found), blocks, data=found, exit_code=found.exit_code)


def living_message(
    found: Snapshot, number: int, ends_at: datetime | None, every: timedelta
) -> tuple[str, list[Block]]:
    """The message while it is kept current: text and blocks."""
    until = f"until {date(ends_at)}" if ends_at else "until somebody stops it"
    note = f"Dashboard {number} · updated every {every.total_seconds():.0f} s {until}"
    keep = [] if ends_at is None else [command_button("Keep for good", "dashboard pin")]
    stop = command_button("Stop", f"dashboard stop {number}")
    return headline(found), [
        *dashboard_blocks(found),
        context(note),
        actions(*_steps(found), *keep, stop),
    ]


def ended_message(found: Snapshot | None, why: str, at: datetime) -> tuple[str, list[Block]]:
    """What is left where a dashboard stood: that it stands still, and how it was at the end."""
    text = f":black_square_for_stop: This dashboard has stopped: {escape(why)}"
    blocks: list[Block] = [
        section(f"*{text}*\nWhat follows is how it was at {date(at, '{time_secs}')}.")
    ]
    if found is not None:
        blocks += dashboard_blocks(found, places=False)
    blocks.append(actions(command_button("Start a new one", "dashboard")))
    return text, blocks


def started_reply(number: int, until: datetime | None, replaced: str, where: str) -> Reply:
    """The answer to whoever asked for it; the dashboard itself is a message of its own."""
    lasts = f"until {date(until)}" if until else "until somebody stops it"
    text = f":bar_chart: Dashboard {number} is in {where}, kept current {lasts}."
    if replaced:
        text += f" {escape(replaced)}"
    return Reply(
        text,
        [section(text), actions(command_button("Stop it", f"dashboard stop {number}"))],
        data={"dashboard": number, "ends_at": until.isoformat() if until else None},
    )


def said_reply(text: str, *, exit_code: int = 0) -> Reply:
    """One sentence, and a way to a new dashboard."""
    again = actions(command_button("Start a new one", "dashboard"))
    return Reply(text, [section(text), again], data={"said": text}, exit_code=exit_code)


def _part(part: Part, now: datetime) -> str:
    read = f", {ago(now - part.at)}" if part.at else ""
    trouble = f"\n{escape(part.trouble)}" if part.trouble else ""
    return f"{EMOJI[part.state]} *{part.title}* {escape(part.words)}{read}{trouble}"


def _metric(line: Line) -> str:
    limits, unit = line.limits, line.limits.unit
    good, bad = ("≥", "<") if limits.higher_is_better else ("≤", ">")
    told = f"goal\u00a0{good}{limits.target:g}, alert\u00a0{bad}{limits.alert:g}\u00a0{unit}"
    if line.value is None:
        return f"{EMOJI[line.state]} *{TITLES[line.name]}* no data · {told}"
    course = sparkline(line.points, *_bounds(line))
    mark = "" if line.state is State.GOOD else f", {_WORDS[line.state]}"
    return (
        f"{EMOJI[line.state]} *{TITLES[line.name]}* {amount(line.value, unit)}{mark}\n"
        f"{code(course)} {told}"
    )


def amount(value: float, unit: str) -> str:
    """38 ms, 0.42 %, 99.95 %."""
    if unit == "ms":
        return f"{value:,.0f}\u00a0ms"
    digits = 1 if value == 0 or 10 <= value < 99 else 2
    return f"{value:.{digits}f}\u00a0{unit}"


def _bounds(line: Line) -> tuple[float, float]:
    """From zero to the target, or to what went beyond it; for uptime from below its threshold."""
    limits = line.limits
    if limits.higher_is_better:
        return limits.alert - (100.0 - limits.alert), 100.0
    return 0.0, max(limits.target, *(point or 0.0 for point in line.points), 0.0)


def _budget(found: Snapshot) -> str:
    if found.budget is None:
        return ":grey_question: *Error budget* not known: no check is stored yet"
    left = found.budget.left
    state = State.BAD if left <= 0 else (State.POOR if left < 25 else State.GOOD)
    burn = "" if found.burn is None else f", burning at {found.burn:.1f}× in the last hour"
    spent = "used up" if left <= 0 else f"{left:.0f} % left"
    target = f"{found.budget.target:g} % of 30 days"
    return f"{EMOJI[state]} *Error budget* {spent}{burn} ({target})"


def _open(found: Snapshot) -> Iterator[str]:
    for record in found.incidents[:_SHOWN]:
        where = f" <#{record.channel}>" if record.channel else ""
        since = ago(found.now - record.declared_at)
        told = f"{record.severity} {code(record.id)} {escape(clip(record.title, 60))}"
        yield f":rotating_light: *{told}*{where}, {record.status.value}, declared {since}"
    for alert in sorted(found.alerts, key=lambda each: each.state != "firing")[:_SHOWN]:
        taken = alert.state != "firing"
        who = f"taken by {escape(alert.acknowledger.name)}" if taken else "nobody took it"
        since = ago(found.now - alert.fired_at)
        sign = ":eyes:" if taken else ":bell:"
        yield f"{sign} {code(alert.id)} {escape(clip(alert.problem.title, 60))}, {since}, {who}"
    hidden = max(0, len(found.alerts) - _SHOWN) + max(0, len(found.incidents) - _SHOWN)
    if hidden:
        yield f"and {hidden:,} more"
    if not found.alerts and not found.incidents:
        yield ":white_check_mark: No alert and no incident is open"
    quiet = [plural(found.drills, "drill")] if found.drills else []
    quiet += [f"{found.private} private"] if found.private else []
    if quiet:
        yield f"Besides: {' and '.join(quiet)}"


def _deployed(found: Deployed, now: datetime) -> str:
    if found.at is None:
        return f"Last deployment not known: {escape(clip(found.trouble or 'not read', 120))}"
    share = "" if found.percent >= 100 else f" ({found.percent:g} % of requests)"
    by = f" by {escape(found.author)}" if found.author else ""
    when = ago(now - found.at) if found.timed else "(time unknown)"
    words = f": {escape(clip(found.message, 60))}" if found.message else ""
    told = f"Last deployment {code(found.version[:8])}{share} {when}{by}{words}"
    if found.trouble and found.read_at:
        told += f" (as of {ago(now - found.read_at)}: {escape(clip(found.trouble, 80))})"
    return told


def _counted_alerts(found: Snapshot) -> str:
    firing, taken = len(found.firing), len(found.alerts) - len(found.firing)
    if not firing:
        return f"{plural(taken, 'alert')} acknowledged"
    return f"{plural(firing, 'alert')} firing" + (f", {taken} acknowledged" if taken else "")


def _steps(found: Snapshot) -> Sequence[Block]:
    where = f" --environment {found.environment}"
    steps = [command_button("Check health", f"health{where}")]
    if found.alerts:
        steps.append(command_button("Show alerts", "alerts"))
    steps.append(command_button("Metrics", f"metrics{where}"))
    return steps
