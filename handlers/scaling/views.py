"""Capacity as a message: the nearest limit first, then regions, replicas, the next step. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.blocks import actions, clip, command_button, context, date, escape, section, table
from bot.command import Block, Delivery, Reply
from bot.judging.wording import duration, listed, unbroken
from bot.phrases import plural
from handlers.scaling.result import Capacity, Failover, Moved, Replica, Resource, Route, Standing
from handlers.scaling.wording import amount, share, until

_SIGNS = {
    Standing.OVER: ":red_circle:",
    Standing.NEAR: ":warning:",
    Standing.SOON: ":warning:",
    Standing.WELL: ":white_check_mark:",
    Standing.UNLIMITED: ":information_source:",
}
_TROUBLED = (Standing.OVER, Standing.NEAR, Standing.SOON)
_BUTTONS = 3


def capacity_reply(found: Capacity, *, public: bool = False) -> Reply:
    text = headline(found)
    blocks: list[Block] = [section(f"*{text}*"), context(_about(found))]
    blocks += _resources(found)
    blocks += _regions(found)
    blocks += _replicas(found)
    if found.unknown:
        lines = ["*Could not be counted*"]
        for each in found.unknown[:8]:
            hint = f" _{escape(each.hint)}_" if each.hint else ""
            lines.append(f"• {escape(each.title)}: {escape(clip(each.reason, 200))}{hint}")
        blocks.append(section("\n".join(lines)))
    blocks += _next(found)
    blocks.append(actions(*_buttons(found, public=public)))
    return Reply(text, blocks, in_channel=public, data=found, exit_code=found.exit_code)


def headline(found: Capacity) -> str:
    """The nearest limit, and the regions that do not work."""
    broken = [route.seen.name for route in found.broken]
    regions = f"{listed(broken)} not working; " if broken else ""
    worst = found.worst
    if worst is None:
        sign = ":red_circle:" if broken else ":grey_question:"
        told = "no limit could be counted" if broken else "No limit could be counted"
        return unbroken(f"{sign} {regions}{told}")
    sign = ":red_circle:" if broken else _SIGNS[worst.standing]
    told = f"{escape(worst.title)} at {share(worst)} of its limit"
    if worst.standing is Standing.SOON:
        told += f", reached {until(worst.forecast, limited=True)}"
    if worst.standing is Standing.WELL:
        start = "room" if broken else "Room"
        told = f"{start} on every limit that could be counted; the nearest is {told}"
    return unbroken(f"{sign} {regions}{told}")


def _about(found: Capacity) -> str:
    took = f"{found.took_ms / 1000:.1f}\u00a0s"
    return (
        f"{escape(found.environment)} · {date(found.at)} · {took} · forecasts by the median trend "
        "of days, with the range that holds in four of five cases"
    )


def _resources(found: Capacity) -> Iterator[Block]:
    if not found.resources:
        return
    rows = [("Resource", "Used", "Limit", "Share", "Limit reached")]
    rows += [_row(each) for each in found.resources]
    yield table([list(row) for row in rows], align=["left", "right", "right", "right", "left"])
    yield context("What is counted by the month is a month at the pace of the last 30 days.")


def _row(each: Resource) -> tuple[str, str, str, str, str]:
    limit = amount(each.limit, each.unit) if each.limit else "none"
    sign = "" if each.standing in (Standing.WELL, Standing.UNLIMITED) else f"{each.standing}: "
    return (
        f"{sign}{each.title}",
        amount(each.used, each.unit),
        limit,
        share(each),
        until(each.forecast, limited=bool(each.limit)),
    )


def _regions(found: Capacity) -> Iterator[Block]:
    if not found.routes:
        yield context("One Worker serves every country: no region is written in pitchey.toml.")
        return
    lines = ["*Regions*"]
    for route in found.routes:
        lines.append(_route(route))
    yield section(unbroken("\n".join(lines)))


def _route(route: Route) -> str:
    seen = route.seen
    sign = ":white_check_mark:" if seen.healthy else ":red_circle:"
    state = duration(seen.milliseconds or 0) if seen.healthy else f"fails: {escape(seen.trouble)}"
    rest = "every other country" if route.default else ""
    serves = listed([*route.countries[:12], *([rest] if rest else [])], 13) or "no country"
    return f"{sign} *{escape(seen.name)}* {state}; serves {escape(serves)}"


def _replicas(found: Capacity) -> Iterator[Block]:
    if found.replicas is None:
        return
    if not found.replicas:
        yield context("The database has no replica attached.")
        return
    lines = ["*Replicas*", *(_replica(each) for each in found.replicas)]
    yield section(unbroken("\n".join(lines)))


def _replica(each: Replica) -> str:
    lag = f"{each.seconds:.1f} s behind" if each.seconds is not None else "lag not told"
    size = f", {each.bytes_behind / 1e6:.1f} MB" if each.bytes_behind is not None else ""
    return f"• {escape(each.name)}: {escape(each.state)}, {lag}{size}"


def _next(found: Capacity) -> Iterator[Block]:
    troubled = [each for each in found.resources if each.standing in _TROUBLED]
    lines = [f"• {escape(each.title)}: {escape(each.words)}" for each in troubled[:5]]
    lines += [
        f"• {escape(route.seen.name)}: see who would serve its countries"
        for route in found.broken[:3]
    ]
    if lines:
        yield section("*Next*\n" + "\n".join(lines))


def _buttons(found: Capacity, *, public: bool) -> Iterator[Block]:
    for route in found.broken[:2]:
        name = route.seen.name
        yield command_button(f"Failover of {name}, dry run", f"scale failover {name}")
    shown: set[str] = set()
    for each in found.resources:
        wanted = each.standing in _TROUBLED and each.line in found.offered
        if wanted and each.line not in shown and len(shown) < _BUTTONS:
            shown.add(each.line)
            yield command_button(each.label, each.line)
    if found.replicas:
        yield command_button("Show replication", "db replication")
    line = f"scale --environment {found.environment}"
    yield command_button("Count again", line, delivery=Delivery.UPDATE)
    if not public:
        yield command_button("Share in channel", f"{line} --public", delivery=Delivery.SHARE)


def failover_reply(found: Failover) -> Reply:
    """Who would serve the countries, whether it is well, and how much farther it is."""
    text = _verdict(found)
    serves = listed(found.countries, 13)
    if found.default:
        serves = f"{serves} and every country that no region names" if serves else "all others"
    own = (
        duration(found.own.milliseconds or 0)
        if found.own.healthy
        else f"fails: {found.own.trouble}"
    )
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(f"{date(found.at)} · dry run: nothing was changed · times as seen from the bot"),
        section(unbroken(f"*{escape(found.region)}* now: {escape(own)}\nServes {escape(serves)}")),
    ]
    if found.choices:
        blocks.append(section(unbroken("\n".join(_choice(each) for each in found.choices))))
    blocks.append(section(_how(found)))
    again = command_button("Look again", f"scale failover {found.region}", delivery=Delivery.UPDATE)
    blocks.append(actions(command_button("Show capacity", "scale"), again))
    return Reply(text, blocks, data=found, exit_code=0 if found.best else 1)


def _verdict(found: Failover) -> str:
    best = found.best
    if best is None:
        return f":red_circle: Nobody could take over from {escape(found.region)}: no other is well"
    return unbroken(
        f":white_check_mark: {escape(best.to)} could take over from {escape(found.region)}"
        f"{_farther(best)}"
    )


def _farther(moved: Moved) -> str:
    if moved.extra_ms is None:
        return ""
    if moved.extra_ms <= 0:
        return f", {duration(-moved.extra_ms)} quicker"
    return f", {duration(moved.extra_ms)} slower"


def _choice(each: Moved) -> str:
    if not each.healthy:
        return f":red_circle: *{escape(each.to)}* cannot: {escape(each.trouble)}"
    return (
        f":white_check_mark: *{escape(each.to)}* answers in {duration(each.milliseconds or 0)}"
        f"{_farther(each)}"
    )


def _how(found: Failover) -> str:
    if found.best is None:
        return "Mend a region first; `/pitchey diagnose slow` says what is wrong with each."
    countries = plural(len(found.countries), "country").replace("countrys", "countries")
    return (
        f"To do it, give its {countries} to {escape(found.best.to)} in the routing Worker and in "
        "pitchey.toml, deploy, and look again."
    )
