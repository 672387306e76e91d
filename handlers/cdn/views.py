"""The edge's cache rules as messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, escape, section
from bot.command import Block, Reply

if TYPE_CHECKING:
    from bot.settings.cache import CdnRule
    from handlers.cdn.difference import Change
    from handlers.cdn.operations import Applied, Compared

_SIGNS = {"keep": ":white_check_mark:", "create": ":large_yellow_circle:"}
_MINIFY = (
    "Auto Minify of the guide's third rule is no longer offered by Cloudflare since August 2024; "
    "the build minifies."
)
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def rules_reply(compared: Compared, *, planned: bool) -> Reply:
    """What the zone has against what is wanted; nothing is changed."""
    found, needed = compared.found, compared.found.needed
    if not needed:
        text = f":white_check_mark: All {len(found.changes)} cache rules are as wanted"
    else:
        many = "rules differ" if len(needed) != 1 else "rule differs"
        text = f":warning: {len(needed)} of {len(found.changes)} cache {many} from what is wanted"
    blocks: list[Block] = [section(f"*{text}*")]
    # The most important first, as in the settings.
    blocks.append(section("\n".join(_line(each) for each in reversed(found.changes))))
    if found.others:
        shown = "\n".join(
            f"• {escape(clip(rule.description or rule.expression, 120))}"
            for rule in found.others[:8]
        )
        blocks.append(section(f"*Rules of others, never touched ({len(found.others)})*\n{shown}"))
    if found.left:
        names = ", ".join(code(rule.description) for rule in found.left)
        blocks.append(context(f"Ours, but no longer in [cdn.rules]: {names}. Remove them by hand."))
    zone = f"zone {escape(compared.zone.name)}, plan {compared.zone.plan}"
    blocks.append(context(f"{zone} · wanted: [cdn.rules] in pitchey.toml", _MINIFY))
    if needed:
        blocks.append(actions(command_button("Apply them", "cdn rules apply", style="primary")))
    elif planned:
        blocks.append(actions(command_button("Show the cache", "cache")))
    return Reply(text, blocks, data=compared, exit_code=1 if needed else 0)


def _line(change: Change) -> str:
    sign = _SIGNS.get(change.act, ":warning:")
    act = (
        "is there" if change.act == "keep" else f"to {change.act}: {escape(clip(change.why, 300))}"
    )
    return f"{sign} *{escape(change.wanted.name)}* {code(change.wanted.match)}: " + (
        f"{_does(change.wanted)}; {act}"
    )


def effect(compared: Compared) -> str:
    count = len(compared.found.needed)
    if not count:
        return "nothing: the zone has the rules already."
    return f"makes {count} change{'' if count == 1 else 's'} to the cache rules of the zone."


def lines(compared: Compared) -> tuple[str, ...]:
    """Of the plan: each change, and what is left alone."""
    told = [
        f"{each.act} {each.wanted.name} ({each.wanted.match}): {_does(each.wanted)}; {each.why}"
        for each in reversed(compared.found.needed)
    ]
    others = len(compared.found.others)
    told.append(f"{others} rule{'' if others == 1 else 's'} of others left as they are")
    return tuple(told)


def applied_reply(found: Applied) -> Reply:
    count = len(found.done)
    many = "changes" if count != 1 else "change"
    text = f":white_check_mark: The cache rules are as wanted: {count} {many} made"
    if not count:
        text = ":white_check_mark: The cache rules were as wanted already: nothing was changed"
    blocks: list[Block] = [section(f"*{text}*")]
    blocks.append(section("\n".join(_line(each) for each in reversed(found.after.found.changes))))
    seen = found.seen
    if seen is not None and not seen.trouble:
        place = code(clip(seen.url.partition("://")[2], 80))
        blocks.append(context(f"{place} answers with edge {seen.cached or 'nothing said'}."))
    others = len(found.after.found.others)
    blocks.append(context(f"{others} rule{'' if others == 1 else 's'} of others left as they are."))
    blocks.append(actions(command_button("Show the cache", "cache")))
    return Reply(text, blocks, data=found)


def no_zone_reply(rules: Sequence[CdnRule], headers: str) -> Reply:
    """Without a zone there are no rules; Pages' own file does the same."""
    text = ":information_source: This platform has no Cloudflare zone, so it has no cache rules"
    blocks: list[Block] = [
        section(f"*{text}*"),
        section(
            "The guide's page rules are for pages.dev, where nobody can set any. What works "
            f"instead is the file `_headers` of the Pages project:\n```{escape(headers)}```"
        ),
        context(f"{len(rules)} rules from [cdn.rules] in pitchey.toml.", _MINIFY),
        actions(command_button("Compare TTLs", "cache ttl")),
    ]
    return Reply(text, blocks, data={"headers": headers})


def _does(rule: CdnRule) -> str:
    if not rule.cache:
        return "never kept"
    parts = ["kept"]
    if rule.edge_ttl is not None:
        parts.append(f"{_lasting(rule.edge_ttl)} at the edge")
    if rule.browser_ttl is not None:
        parts.append(f"{_lasting(rule.browser_ttl)} in browsers")
    return f"{parts[0]} {' and '.join(parts[1:])}".strip()


def _lasting(seconds: int) -> str:
    unit, noun = next(each for each in _UNITS if seconds % each[0] == 0)
    count = seconds // unit
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
