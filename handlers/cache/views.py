"""The tiers of the cache as a message. Pure."""

from __future__ import annotations

from bot.blocks import actions, command_button, context, escape, section
from bot.command import Block, Delivery, Reply
from handlers.cache.result import ALERT_PERCENT, Overview, Tier

_TELLS = "A tier that tells nothing is neither well nor ill: its state is not known."


def overview_reply(found: Overview, *, public: bool) -> Reply:
    """What each tier holds and hits; lost and cold tiers first."""
    text = headline(found)
    ordered = sorted(found.tiers, key=lambda tier: (not tier.trouble, not tier.cold, not tier.told))
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(_tier(tier)) for tier in ordered if tier.told or tier.trouble]
    silent = [tier for tier in ordered if not tier.told and not tier.trouble]
    if silent:
        lines = [f":heavy_minus_sign: *{escape(t.name)}*: {escape(t.note)}" for t in silent]
        blocks.append(section("\n".join(["*Not reported*", *lines])))
    blocks.append(section(_trend(found)))
    blocks.append(context(_meaning(found)))
    buttons = [
        command_button("Check again", "cache", delivery=Delivery.UPDATE),
        command_button("Compare TTLs", "cache ttl"),
        command_button("Warm it", "cache warm"),
    ]
    if found.worst is not None:
        buttons.append(command_button("Check health", "health cache"))
    blocks.append(actions(*buttons))
    return Reply(text, blocks, in_channel=public, data=found, exit_code=1 if found.worst else 0)


def headline(found: Overview) -> str:
    """The result in words."""
    worst = found.worst
    if worst is not None and worst.trouble:
        return f":red_circle: Cache: {escape(worst.name)} does not answer"
    if worst is not None:
        return f":warning: The cache is cold: {escape(worst.name)} hits {worst.percent:.0f} %"
    rated = next((tier for tier in found.tiers if tier.percent is not None), None)
    if rated is not None:
        return (
            f":white_check_mark: The cache is warm: {escape(rated.name)} hits {rated.percent:.0f} %"
        )
    return ":information_source: No tier of the cache reports how it does"


def _tier(tier: Tier) -> str:
    if tier.trouble:
        return f":red_circle: *{escape(tier.name)}*: {escape(tier.trouble)}"
    known = ":white_check_mark:" if tier.percent is not None else ":information_source:"
    sign = ":warning:" if tier.cold else known
    limit = f" (alert below {ALERT_PERCENT:.0f} %)" if tier.percent is not None else ""
    lines = [f"{sign} *{escape(tier.name)}*"]
    if tier.hits:
        lines.append(f"Hits {escape(tier.hits)}{limit}")
    if tier.holds:
        lines.append(f"Holds {escape(tier.holds)}")
    if tier.note:
        lines.append(escape(tier.note[:1].upper() + tier.note[1:]))
    return "\n".join(lines)


def _trend(found: Overview) -> str:
    trend = found.trend
    if trend.hour is None and trend.day_before is None:
        return "*Trend*: no samples of the hit rate yet; they are taken every five minutes."
    parts = [
        f"{words} {value:.1f} %" if value is not None else f"{words} not sampled"
        for words, value in (
            ("last hour", trend.hour),
            ("same hour yesterday", trend.day_before),
            ("a week ago", trend.week_before),
        )
    ]
    course = f"\n`{trend.course}` 24 hours, the last one on the right" if trend.course else ""
    return f"*Hit rate over time*: {', '.join(parts)}.{course}"


def _meaning(found: Overview) -> str:
    worst = found.worst
    if worst is not None and worst.trouble:
        return "While it is lost, every lookup becomes a question to the database."
    if worst is not None:
        return "More requests reach the database. See what was purged or deployed lately."
    if any(tier.evicting for tier in found.tiers):
        return (
            "Keys are evicted: the memory is too small for what is kept. Shorten TTLs, or grow it."
        )
    return _TELLS
