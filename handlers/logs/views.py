"""Kept logs as a message: worst first, a line a group. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Delivery, Reply
from handlers.logs.grouping import common_routes
from handlers.logs.result import ERROR, Entry, Group, Past

SHOWN = 8  # groups in one message
SAMPLES = 10  # in a thread
_EMOJI = {ERROR: ":red_circle:", "warn": ":large_yellow_circle:"}
_WORDS = {ERROR: "Error", "warn": "Warning"}


def past_reply(found: Past, line: str, live: str, *, public: bool) -> Reply:
    """`line` are the command words that ask the same again, `live` those that watch."""
    text = headline(found)
    blocks: list[Block] = [section(f"*{text}*"), context(_about(found))]
    blocks += [section(group_text(group)) for group in found.groups[:SHOWN]]
    if len(found.groups) > SHOWN:
        rest = sum(group.count for group in found.groups[SHOWN:])
        blocks.append(context(f"And {rest:,} more in {len(found.groups) - SHOWN} other groups."))
    blocks.append(section(_meaning(found)))
    blocks.append(actions(*_buttons(found, line, live, public=public)))
    return Reply(text, blocks, in_channel=public, data=found, exit_code=0)


def samples_reply(found: Past, *, public: bool) -> Reply:
    """The newest entry of each group, whole."""
    kept = found.groups[:SAMPLES]
    if not kept:
        text = headline(found)
        return Reply(text, [section(f"*{text}*")], in_channel=public, data=found)
    plural = "a sample" if len(kept) == 1 else f"samples of {len(kept)} groups"
    text = f":mag: The newest entries of {escape(found.script)}: {plural}"
    blocks = [section(f"*{text}*")]
    blocks += [block for group in kept for block in sample_blocks(group)]
    return Reply(text, blocks, in_channel=public, data=found)


def headline(found: Past) -> str:
    """The result in words."""
    what = "error" if found.errors_only else "log entry"
    many = "errors" if found.errors_only else "log entries"
    told = f" with {code(clip(found.match, 60))}" if found.match else ""
    script = escape(found.script)
    count = len(found.entries)
    if not count and found.errors_only and not found.kept:
        return f":warning: No logs of {script} were kept: whether there were errors is not known"
    if not count:
        sign = ":white_check_mark:" if found.errors_only and not found.match else ":mag:"
        return f"{sign} No {many}{told} in the logs of {script}"
    wrong = sum(entry.wrong for entry in found.entries)
    sign = ":warning:" if wrong else ":mag:"
    groups = f" in {_counted(len(found.groups), 'group', 'groups')}" if count > 1 else ""
    last = "last " if count > 1 else ""
    return f"{sign} The {last}{_counted(count, what, many)}{told} of {script}{groups}"


def group_text(group: Group) -> str:
    """One group: what, where, how often, when."""
    sign = _EMOJI.get(group.level, ":white_circle:")
    word = _WORDS.get(group.level, group.level.capitalize())
    times = "once" if group.count == 1 else f"{group.count:,} times"
    when = date(group.last, "{time_secs}")
    if group.count > 1:
        when = f"{date(group.first, '{date_short_pretty} {time_secs}')} to {when}"
    else:
        when = date(group.last, "{date_short_pretty} {time_secs}")
    return (
        f"{sign} *{word}, {times}* · {code(clip(group.route, 120))}\n"
        f"{escape(clip(' '.join(group.sample.message.split()), 300))}\n{when}"
    )


def sample_blocks(group: Group) -> list[Block]:
    """The newest entry of a group as it was said, with its stack."""
    entry = group.sample
    said = entry.message if not entry.detail else f"{entry.message}\n{entry.detail}"
    status = f" · HTTP {entry.status}" if entry.status is not None else ""
    version = f" · version {code(entry.version[:8])}" if entry.version else ""
    about = f"{code(clip(entry.route, 120))}{status}{version} · {_at(entry)}"
    return [section(f"```{fenced(clip(said, 1_500))}```"), context(about)]


def fenced(text: str) -> str:
    """Foreign text inside a code fence, which it cannot end; nothing in it acts."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("```", "'''").strip() or " "


def _about(found: Past) -> str:
    kind = "errors only" if found.errors_only else "everything"
    since = date(found.since, "{date_short_pretty} {time}")
    cut = ""
    if found.found > len(found.entries):
        more = f"{found.found:,}{' or more' if found.full else ''}"
        cut = f" · the newest {len(found.entries)} of {more}"
    return f"{escape(found.environment)} · {kind} since {since}{cut} · Cloudflare keeps 7 days"


def _meaning(found: Past) -> str:
    if found.groups:
        worst = found.groups[0]
        if worst.level == ERROR and worst.count * 2 > len(found.entries):
            return "Most of them say the same: start with the first group."
        if worst.level == ERROR and (routes := common_routes(found.groups)) > 1:
            return f"Most of them say the same, on {routes} routes: start with the first group."
        if worst.level == ERROR:
            return "They have several causes: start with the most frequent."
        return "None of them is an error."
    if found.match and found.kept:
        kind = "errors" if found.errors_only else "entries"
        most = "the newest events" if found.full else "what was kept"
        return (
            f"Searched {most}, for this text in messages and routes; without it there are "
            f"{found.unmatched:,} {kind}: look without `--match`."
        )
    if found.errors_only and found.kept:
        return "The Worker threw nothing, logged no error and answered no 5xx in that time."
    return (
        "Nothing was kept in that time. Where the platform had visitors, observability is off in "
        "the Worker's configuration: turn it on, or watch live."
    )


def _buttons(found: Past, line: str, live: str, *, public: bool) -> Sequence[Block]:
    # A message that only one person sees has no thread.
    below = Delivery.THREAD if public else Delivery.NEW
    buttons = [command_button("Watch live for 60 s", live)]
    if found.groups:
        buttons.insert(0, command_button("Show samples", f"{line} --samples", delivery=below))
    buttons.append(command_button("Look again", line, delivery=Delivery.UPDATE))
    if not public:
        shared = command_button("Share", f"{line} --public", delivery=Delivery.SHARE)
        buttons.append(shared)
    return buttons


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _at(entry: Entry) -> str:
    return date(entry.at, "{date_short_pretty} {time_secs}")
