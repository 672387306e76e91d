"""Statistics as a message: how many, how long, better or worse than before. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, command_button, context, date, escape, mention, section
from bot.command import Block, Reply
from bot.phrases import plural, span
from handlers.lessons.stats.counting import Figure, Period, Repeated, Stats, trend

_MOST = 5


def stats_reply(stats: Stats) -> Reply:
    period, before = stats.period, stats.before
    resolve = period.resolve.mean
    length = f"resolved in {span(resolve)} on average" if resolve else "none resolved yet"
    count = plural(period.total, "incident")
    late = f", {plural(len(stats.overdue), 'action item')} overdue" if stats.overdue else ""
    if not period.total:
        text = f":white_check_mark: No incident in {stats.window.name}{late}"
    else:
        text = f":bar_chart: {count} in {stats.window.name}, {length}{late}"
    blocks: list[Block] = [section(f"*{text}*"), section(_counts(period, before))]
    blocks.append(
        section(
            "\n".join(
                [
                    "*How long it took* (mean, and median)",
                    _time("MTTD, to detect", period.detect, before.detect),
                    _time("MTTA, to acknowledge", period.acknowledge, before.acknowledge),
                    _time("MTTR, to resolve", period.resolve, before.resolve),
                ]
            )
        )
    )
    blocks.append(section(_repeated("Repeated causes", stats.causes, "from feedback")))
    if stats.parts:
        blocks.append(section(_repeated("Hit again", stats.parts, "affected parts")))
    blocks.append(section(_overdue(stats)))
    drills = f"{plural(stats.drills, 'drill')} left out. " if stats.drills else "No drills. "
    since, until = stats.window.before_since, stats.window.before_until
    blocks.append(
        context(
            f"{drills}Compared with {date(since, '{date_short}')} to "
            f"{date(until, '{date_short}')}. "
            "Times come from status events: detection and resolution count from when the trouble "
            "began, acknowledgement from the declaration."
        )
    )
    blocks.append(
        actions(
            command_button("30 days", "incident stats 30d"),
            command_button("90 days", "incident stats 90d"),
            command_button("Quarter", "incident stats quarter"),
            command_button("Action items", "incident actions"),
        )
    )
    return Reply(text, blocks, data=data(stats))


def _counts(period: Period, before: Period) -> str:
    change = period.total - before.total
    than = f"{before.total} before" if change == 0 else f"{abs(change)} " + (
        f"more than the {before.total} before" if change > 0
        else f"fewer than the {before.total} before"
    )  # fmt: skip
    known = dict(before.severities)
    severities = ", ".join(f"{name} {count} ({known[name]})" for name, count in period.severities)
    kinds = ", ".join(f"{name} {count}" for name, count in period.kinds) or "none"
    more = [f"{period.open} still open"] if period.open else []
    if period.reopened:
        more.append(f"{period.reopened} opened again after a resolution")
    tail = f"\n{', '.join(more)}" if more else ""
    return (
        f"*How many*: {period.total}, {than}\nBy severity (before): {severities}\n"
        f"By kind: {kinds}{tail}"
    )


def _time(name: str, figure: Figure, before: Figure) -> str:
    if figure.mean is None or figure.median is None:
        return f"{name}: no data"
    change = trend(figure.mean, before.mean)
    if change is None:
        told = "nothing to compare with"
    elif abs(change) < 1:
        told = "as before"
    else:
        word = "longer, worse" if change > 0 else "shorter, better"
        sign = ":small_red_triangle:" if change > 0 else ":small_red_triangle_down:"
        told = (
            f"{sign} {abs(change):.0f} % {word}; {span(before.mean) if before.mean else ''} before"
        )
    return f"{name}: *{span(figure.mean)}*, {span(figure.median)} (of {figure.count}); {told}"


def _repeated(title: str, found: tuple[Repeated, ...], source: str) -> str:
    if not found:
        return f"*{title}* ({source})\nNone came up twice."
    lines = []
    for each in found[:_MOST]:
        hidden = each.count - len(each.incidents)
        names = ", ".join([*each.incidents[:6], *(["private"] if hidden else [])])
        lines.append(f"• {escape(clip(each.name, 80))}: {each.count} times ({names})")
    return f"*{title}* ({source})\n" + "\n".join(lines)


def _overdue(stats: Stats) -> str:
    if not stats.overdue:
        return f"*Action items*\n{plural(stats.open_actions, 'action item')} open, none overdue."
    lines = [
        f":red_circle: {each.id} {escape(clip(each.text, 100))}: "
        f"{span(stats.now - each.due_at) if each.due_at else ''} overdue, "
        f"{mention(each.owner_id, each.owner_name)}"
        for each in stats.overdue[:_MOST]
    ]
    more = len(stats.overdue) - len(lines)
    rest = f"\n{more} more." if more else ""
    return f"*Overdue action items* ({len(stats.overdue)})\n" + "\n".join(lines) + rest


def data(stats: Stats) -> dict[str, object]:
    """What `--json` prints; seconds."""

    def told(period: Period) -> dict[str, object]:
        def seconds(figure: Figure) -> float | None:
            return figure.mean.total_seconds() if figure.mean is not None else None

        return {
            "incidents": period.total,
            "open": period.open,
            "severities": dict(period.severities),
            "kinds": dict(period.kinds),
            "mttd": seconds(period.detect),
            "mtta": seconds(period.acknowledge),
            "mttr": seconds(period.resolve),
        }

    return {
        "since": stats.window.since.isoformat(),
        "until": stats.window.until.isoformat(),
        "now": told(stats.period),
        "before": told(stats.before),
        "drills_left_out": stats.drills,
        "overdue_action_items": [each.id for each in stats.overdue],
    }
