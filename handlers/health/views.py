"""Health as a message: worst first, short enough for one screen of a phone at night. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.blocks import actions, clip, command_button, context, date, escape, section
from bot.command import Block, Delivery, Reply
from bot.judging.states import State
from bot.judging.wording import listed, unbroken
from handlers.health.causes import OWN_NETWORK
from handlers.health.data import health_data
from handlers.health.evidence import command_line, evidence
from handlers.health.headline import EMOJI, TITLES, headline, state_words
from handlers.health.result import Check, Health

# What a part's trouble means for the people who use the platform.
_EFFECTS = {
    "api": "Nothing that needs data works on the site.",
    "site": "Visitors cannot open Pitchey.",
    "database": "Pitches, accounts and messages cannot be read or saved.",
    "cache": "Pages are slower, and the database works harder.",
    "uploads": "Files cannot be uploaded or opened.",
    "auth": "People cannot sign in.",
    "certificate": "Browsers refuse Pitchey's certificate.",
    "cloudflare": "Cloudflare carries everything: look there before changing anything here.",
    "backup": "If the database were lost now, recent work would be lost with it.",
}
_SLIGHT_EFFECTS = {
    "api": "Some of what people do is slow or fails.",
    "site": "Visitors wait, or see something wrong.",
    "database": "What needs the database is slow or at risk.",
    "certificate": "Browsers will warn visitors when it ends.",
    "backup": "The newest backup lacks recent work.",
    "uploads": "Some uploads may fail.",
    "auth": "Some people may fail to sign in.",
}
_ALL = 9


def health_reply(
    health: Health,
    *,
    details: bool = False,
    public: bool = False,
    maintenance_until: datetime | None = None,
) -> Reply:
    """The whole answer of `/pitchey health`; `maintenance_until`: people see the other page."""
    text = headline(health)
    blocks = evidence(health, text) if details else _summary(health, text, public=public)
    if maintenance_until is not None:
        until = date(maintenance_until, "{time}")
        note = (
            f":construction: *Maintenance mode is on*, until {until}: the API answers 503 on "
            "purpose. What stands behind it is judged by the other parts."
        )
        blocks = [*blocks[:1], section(note), *blocks[1:]]
    return Reply(
        text=text,
        blocks=blocks,
        in_channel=public,
        data=health_data(health),
        exit_code=health.exit_code,
    )


def _summary(health: Health, text: str, *, public: bool) -> list[Block]:
    troubled = [check for check in health.judged if check.state is not State.HEALTHY]
    fine = health.of(State.HEALTHY)
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(f"{escape(health.environment)} · checked {date(health.started)}"),
    ]
    away = [check for check in troubled if check.follows == OWN_NETWORK]
    if away:
        blocks.append(section(_out_of_reach(away)))
    blocks += [section(_troubled(check)) for check in troubled if not check.follows]
    blocks += [section(text) for text in _followers(troubled)]
    if fine:
        blocks.append(section(_folded(fine) if troubled else "\n".join(map(_fine, fine))))
    if health.left_out:
        left_out = _left_out_folded if troubled else _left_out
        blocks.append(context(left_out(health.left_out)))
    blocks.append(section(_meaning(health, troubled)))
    blocks.append(actions(*_buttons(health, public=public)))
    return blocks


def _first(check: Check, limit: str, *, measured: bool = True) -> str:
    title = f"{EMOJI[check.state]} *{TITLES[check.component]}* {state_words(check)}"
    if not measured or not check.value:
        return unbroken(title)
    held = f" ({escape(limit)})" if limit else ""
    return unbroken(f"{title}, {escape(check.value)}{held}")


def _telling(check: Check) -> bool:
    """How long an answer took says something only where that is the trouble."""
    return check.amount is not None or check.summary == "slow"


def _fine(check: Check) -> str:
    """Name, value and limit alone; the details have the rest."""
    limit = check.threshold.replace("alert above", "limit").replace("alert below", "limit")
    return _first(check, limit)


def _troubled(check: Check) -> str:
    lines = [_first(check, check.threshold, measured=_telling(check))]
    lines.append(unbroken(escape(clip(check.meaning, 220))))
    if check.next_step:
        lines.append(f"_Next:_ {unbroken(escape(clip(check.next_step, 160)))}")
    return "\n".join(lines)


def _followers(troubled: Sequence[Check]) -> Iterator[str]:
    """The parts that only show another's trouble, together for each cause."""
    for root in dict.fromkeys(check.follows for check in troubled):
        if root in {"", OWN_NETWORK}:
            continue
        found = [check for check in troubled if check.follows == root]
        steps = sorted({check.next_step for check in found})
        step = steps[-1]  # of "Follows" and "Probably follows" the weaker word
        lines = [_first(check, "", measured=False) for check in found]
        yield "\n".join([*lines, f"_Next:_ {escape(step)}"])


def _folded(fine: Sequence[Check]) -> str:
    if len(fine) == 1:
        return _fine(fine[0])
    names = ", ".join(TITLES[check.component] for check in fine)
    return f"{EMOJI[State.HEALTHY]} {len(fine)} healthy: {names}"


def _out_of_reach(away: Sequence[Check]) -> str:
    names = listed([TITLES[check.component] for check in away], _ALL)
    return (
        f"{EMOJI[State.UNKNOWN]} Out of reach from here: {names}\n"
        "_Next:_ Check the bot's own network first."
    )


def _left_out(checks: Sequence[Check]) -> str:
    lines = ["Not checked:"]
    for check in checks:
        step = f" {check.next_step}" if check.next_step else ""
        reason = escape(clip(f"{check.meaning}{step}", 220))
        lines.append(f"• {TITLES[check.component]} ({check.state.value}): {reason}")
    return "\n".join(lines)


def _left_out_folded(checks: Sequence[Check]) -> str:
    names = [f"{TITLES[check.component]} ({check.state.value})" for check in checks]
    return f"Not checked: {', '.join(names)}"


def _meaning(health: Health, troubled: Sequence[Check]) -> str:
    if not health.judged:
        return "Nothing could be checked, so nothing is known."
    if not troubled:
        return "Nothing to do."
    if health.network_fault:
        return (
            "*For users:* nothing is known. Pitchey and Cloudflare's status page are out of reach "
            "at once, so users may notice nothing."
        )
    told = [check for check in troubled if check.state is not State.UNKNOWN]
    # What the API's trouble means is said with its cause.
    effects = dict.fromkeys(
        _effect(check) for check in told if not (check.follows and check.component == "api")
    )
    lines = [f"*For users:* {' '.join([*effects][:3])}"] if effects else []
    unknown = [check for check in troubled if check.state is State.UNKNOWN and not check.follows]
    own = [check for check in unknown if check.effect]  # the bot's own access, not the platform
    if own and len(own) == len(troubled):
        effect = escape(own[0].effect)
        return f"*For users:* The platform itself is fine as far as is known. {effect}"
    if unknown:
        names = listed([TITLES[check.component] for check in unknown], _ALL)
        lines.append(f"Not known, and not counted as healthy: {names}.")
    return "\n".join(lines)


def _effect(check: Check) -> str:
    if check.effect:
        return check.effect
    if check.state is State.DEGRADED:
        return _SLIGHT_EFFECTS.get(check.component, _EFFECTS[check.component])
    return _EFFECTS[check.component]


def _buttons(health: Health, *, public: bool) -> Iterator[Block]:
    line = command_line(health)
    again = f"{line} --public" if public else line
    yield command_button("Check again", again, delivery=Delivery.UPDATE)
    yield command_button("Details", f"{line} --details", delivery=Delivery.THREAD)
    chosen = f" --environment {health.environment}"
    yield command_button("Metrics", f"metrics{chosen}")
    if not public:
        yield command_button("Share in channel", f"{line} --public", delivery=Delivery.SHARE)
