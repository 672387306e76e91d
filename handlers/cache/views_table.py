"""The TTL table against the responses, and a warming, as messages. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, escape, section
from bot.command import Block, Delivery, Reply
from handlers.cache.result import Row, Table, Verdict, Warmed, Warming
from handlers.cache.words import lasting

_SIGNS = {
    Verdict.EXPOSED: ":red_circle:",
    Verdict.DIFFERS: ":warning:",
    Verdict.UNTOLD: ":warning:",
    Verdict.FAILED: ":grey_question:",
    Verdict.UNKNOWN: ":grey_question:",
    Verdict.NOT_OFFERED: ":heavy_minus_sign:",
    Verdict.SIGNED_IN: ":lock:",
    Verdict.RIGHT: ":white_check_mark:",
}
_WRONG = (Verdict.EXPOSED, Verdict.DIFFERS, Verdict.UNTOLD)
_SHOWN = 20


def table_reply(found: Table, *, public: bool) -> Reply:
    """Each route: what is wanted, what is said, and the next step; worst first."""
    text = _headline(found)
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(_row(row)) for row in found.rows[:_SHOWN]]
    if len(found.rows) > _SHOWN:
        blocks.append(context(f"And {len(found.rows) - _SHOWN} more, which are better than these."))
    if found.missing:
        told = "; ".join(escape(clip(each, 200)) for each in found.missing)
        blocks.append(context(f"Addresses could be missing: {told}."))
    blocks.append(context(_where(found)))
    buttons = [command_button("Check again", "cache ttl", delivery=Delivery.UPDATE)]
    exposed = [row.url for row in found.rows if row.verdict is Verdict.EXPOSED and row.url]
    if exposed and found.zone:
        line = f"cache purge url {' '.join(exposed)}"
        if len(line) < 900:
            buttons.append(command_button("Purge what is exposed", line, style="danger"))
    buttons.append(command_button("Show edge rules", "cdn rules"))
    blocks.append(actions(*buttons))
    wrong = found.count(*_WRONG)
    return Reply(text, blocks, in_channel=public, data=found, exit_code=1 if wrong else 0)


def _headline(found: Table) -> str:
    exposed = found.count(Verdict.EXPOSED)
    wrong, judged = found.count(*_WRONG), found.count(*_WRONG, Verdict.RIGHT)
    silent = len(found.rows) - judged
    rest = f"; {silent} could not be judged" if silent else ""
    if exposed:
        many = "routes" if exposed != 1 else "route"
        return (
            f":red_circle: {exposed} {many} with private answers may be kept by shared caches{rest}"
        )
    if wrong:
        return f":warning: {wrong} of {judged} routes are not kept as the guide wants{rest}"
    if not judged:
        return ":grey_question: No route could be judged"
    return f":white_check_mark: All {judged} routes are kept as the guide wants{rest}"


def _row(row: Row) -> str:
    want = "never" if row.wanted == 0 else f"for {lasting(row.wanted)}"
    path = row.url.partition("://")[2]
    shown = f"{code(row.pattern)} (asked {code('/' + path.partition('/')[2])})"
    if not row.url or "*" not in row.pattern:
        shown = code(row.pattern)
    lines = [f"{_SIGNS[row.verdict]} *{shown}*: {row.verdict.value}"]
    facts = [f"Wanted {want}"]
    if row.url and row.verdict not in (Verdict.FAILED, Verdict.NOT_OFFERED):
        facts.append(f"says {code(row.says)}" if row.says else "says nothing about caching")
    if row.age is not None:
        facts.append(f"Age {row.age} s")
    if row.cached:
        facts.append(f"edge {code(row.cached)}")
    lines.append(" · ".join(facts))
    if row.why:
        step = f". Next: {escape(row.step)}" if row.step else ""
        why = escape(clip(row.why, 200)) + step
        lines.append(f"{why[:1].upper()}{why[1:]}.")
    return "\n".join(lines)


def _where(found: Table) -> str:
    edge = "" if found.zone else " Without a Cloudflare zone no edge rule can override a header."
    return f"The table is [cache.ttl] in pitchey.toml; headers are sent by the platform.{edge}"


def warmed_reply(found: Warming) -> Reply:
    """Each page before and after; what failed and what was slow first."""
    failed = [page for page in found.pages if not page.good]
    count = len(found.pages)
    if not count:
        text = ":warning: Nothing to warm: [cache] warm names no address"
    elif failed:
        text = f":warning: Warmed {count - len(failed)} of {count} pages; {len(failed)} failed"
    else:
        text = f":white_check_mark: Warmed {count} pages{_gain(found)}"
    blocks: list[Block] = [section(f"*{text}*")]
    if found.pages:
        blocks.append(section("\n".join(_page(page) for page in found.pages[:15])))
    if count > 15:
        blocks.append(context(f"And {count - 15} more, which were quicker."))
    blocks.append(context(_redis(found)))
    blocks.append(actions(command_button("Show the cache", "cache")))
    return Reply(text, blocks, data=found, exit_code=1 if failed else 0)


def _gain(found: Warming) -> str:
    first = sum(page.first_ms for page in found.pages) / len(found.pages)
    second = sum(page.second_ms for page in found.pages) / len(found.pages)
    return f": {first:.0f} ms on average at first, {second:.0f} ms then"


def _page(page: Warmed) -> str:
    place = code(clip(page.url.partition("://")[2], 80))
    if page.trouble:
        return f":x: {place}: {escape(clip(page.trouble, 150))}"
    if not page.good:
        return f":x: {place}: HTTP {page.status}"
    edge = f", edge {page.first} then {page.second}" if page.first else ""
    return f":white_check_mark: {place}: {page.first_ms:.0f} ms, then {page.second_ms:.0f} ms{edge}"


def _redis(found: Warming) -> str:
    if found.hit_before is None and found.hit_after is None and found.keys_after is None:
        return "Redis tells nothing of what it holds and hits."
    rates = [
        f"{words} {rate:.0f} %"
        for words, rate in (("first round", found.hit_before), ("second", found.hit_after))
        if rate is not None
    ]
    hits = f"Redis' lookups that hit: {', '.join(rates)} (visitors' among them). " if rates else ""
    keys = ""
    if found.keys_before is not None and found.keys_after is not None:
        keys = f"Keys: {found.keys_before:,} before, {found.keys_after:,} after."
    return f"{hits}{keys}".strip() or "Redis had no lookups meanwhile."
