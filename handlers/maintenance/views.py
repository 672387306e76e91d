"""Maintenance mode drawn. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.blocks import actions, code, command_button, context, date, escape, mention, section
from bot.command import Block, Reply
from bot.phrases import span
from handlers.maintenance.result import Ended, MaintenanceRecord, Seen, Shown, Switched
from handlers.maintenance.words import lasted

CLOCK = "{time}"


def shown_reply(shown: Shown) -> Reply:
    """Where it stands now, what comes back, and the last few times."""
    found, record = shown.found, shown.found.record
    where = escape(found.environment)
    exit_code = 0
    blocks: list[Block] = []
    if record is not None and found.overtaken:
        text = f":warning: Maintenance mode of {where} was deployed over by somebody"
        blocks, exit_code = _overtaken(shown), 1
    elif record is not None and found.on:
        late = shown.now - record.ends_at
        over = late > timedelta()
        text = f":construction: {where} is in maintenance mode, until {date(record.ends_at, CLOCK)}"
        if over:
            text = f":alarm_clock: {where} is still in maintenance mode, {span(late)} too long"
        blocks, exit_code = _on(shown), 1 if over else 0
    elif record is not None:
        text = f":information_source: {where}: what answered before maintenance mode answers again"
        blocks = [
            section("Its record is still open: alerts stay silent until somebody ends it."),
            _buttons(shown, "End it"),
        ]
    elif found.on:
        text = f":construction: {where} is in maintenance mode, and the bot did not switch it"
        back = found.split(found.before) or "not known"
        blocks = [section(f"Comes back: {escape(back)}"), _buttons(shown, "End maintenance mode")]
    else:
        text = f":white_check_mark: {where} is not in maintenance mode"
        blocks = _off(shown)
    past = [_past(each) for each in shown.past]
    if past:
        blocks.append(context("Last: " + "; ".join(past)))
    return Reply(text, [section(f"*{text}*"), *blocks], data=shown, exit_code=exit_code)


def switched_reply(done: Switched) -> Reply:
    """It is on: what people see, until when, and the way back."""
    record, found = done.record, done.found
    where = escape(found.environment)
    until = date(record.ends_at, CLOCK)
    text = f":construction: {where} is in maintenance mode until {until}"
    if not done.seen.as_wanted:
        text = f":warning: {where}: Cloudflare took the maintenance version, people may not see it"
    back = found.split(found.before)
    lines = [
        f"*People see:* {_seen(done.seen)}",
        f"*Message:* {escape(record.message)}",
        f"*Comes back:* {escape(back)}",
        f"Alerts of {where} are told to nobody until {until}. You are reminded then.",
    ]
    off = command_button(
        "End maintenance mode", f"maintenance off --environment {found.environment}"
    )
    longer = command_button(
        "30 minutes more", f"maintenance on --for 30m --environment {found.environment}"
    )
    blocks = [section(f"*{text}*"), section("\n".join(lines)), actions(off, longer)]
    took = context(f"Took {done.seconds:.1f} s.")
    return Reply(text, [*blocks, took], data=done, exit_code=0 if done.seen.as_wanted else 1)


def ended_reply(done: Ended) -> Reply:
    """It is off: what answers, and whether it is well."""
    found, record = done.found, done.record
    where = escape(found.environment)
    after = f" after {lasted(record)}" if record else ""
    text = f":white_check_mark: Maintenance mode of {where} is off{after}"
    if not done.well:
        text = f":warning: Maintenance mode of {where} is off{after}, and {where} is not well"
    live = found.live.shares if done.kept and found.live else found.before
    lines = [
        f"*Answers now:* {escape(found.split(live))}" + (" (left as it was)" if done.kept else ""),
        f"*Check:* {escape(done.summary)}",
        "Alerts are told again.",
    ]
    buttons = [command_button("Check health", "health")]
    if not done.well:
        again = f"maintenance on --environment {found.environment}"
        buttons.append(command_button("Maintenance mode again", again))
    blocks = [section(f"*{text}*"), section("\n".join(lines)), actions(*buttons)]
    took = context(f"Took {done.seconds:.1f} s.")
    return Reply(text, [*blocks, took], data=done, exit_code=0 if done.well else 1)


def reminder(shown: Shown) -> tuple[str, list[Block]]:
    """For the channel: its time is over."""
    record = shown.found.record
    where = escape(shown.found.environment)
    if record is None:
        return "", []
    late = span(shown.now - record.ends_at)
    text = f":alarm_clock: {where} is still in maintenance mode, {late} longer than planned"
    who = f"<@{record.person.id}>" if record.person.id.startswith("U") else record.person.name
    told = section(
        f"{who} switched it on {date(record.began_at)}: {escape(record.message)}\n"
        "Alerts are told again from now on."
    )
    return text, [section(f"*{text}*"), told, _buttons(shown, "End maintenance mode")]


def over_notice(environment: str) -> tuple[str, list[Block]]:
    """For the channel: what answered before answers again, and nobody had said so."""
    where = escape(environment)
    text = f":white_check_mark: Maintenance mode of {where} is over: what was live before answers"
    told = section("It was deployed again without `maintenance off`. Alerts are told again.")
    look = command_button("Check health", f"health --environment {environment}")
    return text, [section(f"*{text}*"), told, actions(look)]


def overtaken_notice(shown: Shown) -> tuple[str, list[Block]]:
    """For the channel: somebody deployed over it."""
    where = escape(shown.found.environment)
    text = f":warning: Somebody deployed over maintenance mode of {where}: it is not on any more"
    return text, [section(f"*{text}*"), *_overtaken(shown)]


def _overtaken(shown: Shown) -> list[Block]:
    found, live = shown.found, shown.found.live
    by = f" by {escape(live.author)}, {date(live.at)}" if live else ""
    now = found.split(live.shares if live else ())
    lines = [
        f"*Live now:* {escape(now)}{by}",
        f"*Would come back:* {escape(found.split(found.before))}",
        "Alerts stay silent until somebody says which of the two is meant.",
    ]
    line = f"maintenance off --environment {found.environment}"
    return [
        section("\n".join(lines)),
        actions(
            command_button("Keep what is live", f"{line} --keep", style="primary"),
            command_button("Back to what answered before", f"{line} --restore"),
        ),
    ]


def _on(shown: Shown) -> list[Block]:
    found, record = shown.found, shown.found.record
    if record is None:
        return []
    kind = "planned" if record.planned else f"for {record.incident}"
    who = mention(record.person.id, record.person.name)
    lines = [
        f"*Since:* {date(record.began_at)}, by {who}, {kind}",
        f"*Message:* {escape(record.message)}",
        f"*Comes back:* {escape(found.split(found.before))}",
    ]
    return [section("\n".join(lines)), _buttons(shown, "End maintenance mode")]


def _off(shown: Shown) -> list[Block]:
    found = shown.found
    live = found.split(found.live.shares if found.live else ()) or "nothing"
    ready = f"{code(found.called(found.version.id))} is ready to answer." if found.version else ""
    if not ready:
        tag = code(f"wrangler versions upload --tag {shown.tag}")
        return [
            section(
                f"*Live:* {escape(live)}\n:warning: No version has the tag {code(shown.tag)}: "
                f"upload one before it is needed, with {tag}"
            )
        ]
    on = command_button("Switch on", f"maintenance on --environment {found.environment}")
    return [section(f"*Live:* {escape(live)}\n{ready}"), actions(on)]


def _buttons(shown: Shown, end: str) -> Block:
    line = f"--environment {shown.found.environment}"
    return actions(
        command_button(end, f"maintenance off {line}", style="primary"),
        command_button("30 minutes more", f"maintenance on --for 30m {line}"),
    )


def _past(record: MaintenanceRecord) -> str:
    kind = "planned" if record.planned else f"for {record.incident}"
    who = mention(record.person.id, record.person.name)
    return f"{date(record.began_at)}, {lasted(record)}, {kind}, by {who}"


def _seen(seen: Seen) -> str:
    if seen.status is None:
        return escape(seen.trouble)
    after = f", try again after {escape(seen.retry_after)} s" if seen.retry_after else ""
    hint = "" if seen.as_wanted else "; a maintenance version answers 503"
    return f"HTTP {seen.status}{after}{hint}"


def home_blocks(environment: str, until: datetime, over: bool, message: str) -> list[Block]:
    """For the Home tab, while it is on."""
    mark = ":alarm_clock:" if over else ":construction:"
    words = "should have ended" if over else "until"
    told = f"{mark} *{escape(environment)} is in maintenance mode*, {words} {date(until, CLOCK)}."
    button = command_button("Look at it", f"maintenance --environment {environment}")
    return [section(f"{told} {escape(message)}", accessory=button)]
