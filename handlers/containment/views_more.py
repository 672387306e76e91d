"""Under attack mode and ended sessions as messages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, code, command_button, context, date, escape, mention, section
from bot.command import Block, Reply

if TYPE_CHECKING:
    from handlers.containment.result import AttackState, Revoked, SessionsPlan

UNDER_ATTACK = "under_attack"
CHALLENGED = (
    "every visitor waits for a check of the browser; what is no browser is refused: apps, calls of "
    "partners, monitoring, and the bot's own health checks"
)


def attack_reply(state: AttackState) -> Reply:
    """How it is; where somebody else switched it on, that is said."""
    on = state.level == UNDER_ATTACK
    mode = state.mode
    if on and mode is not None:
        text = f":shield: Under attack mode is on until {date(mode.ends_at)}"
        who = mention(mode.person.id, mode.person.name)
        about = f"By {who}: {escape(mode.reason)}. Then {code(mode.before)}."
    elif on:
        text = ":shield: Under attack mode is on, and the bot did not switch it on"
        about = "It does not end by itself."
    else:
        level = code(state.level)
        text = f":white_check_mark: Under attack mode is off; the security level is {level}"
        about = "On, it ends by itself: `security under-attack on for 2h`."
    if not on and mode is not None:
        about = "Somebody changed the level at Cloudflare before its time was over."
    blocks: list[Block] = [section(f"*{text}*"), section(about)]
    if on:
        blocks.append(context(f"While it is on, {CHALLENGED}."))
        button = command_button("End it", "security under-attack off")
        blocks.append(actions(button, command_button("Show blocks", "security blocks")))
    else:
        blocks.append(actions(command_button("Show blocks", "security blocks")))
    return Reply(text, blocks, data=state)


def switched_reply(state: AttackState) -> Reply:
    """After on or off: in the channel, for everybody feels it."""
    shown = attack_reply(state)
    return Reply(shown.text, shown.blocks, in_channel=True, data=state)


def sessions_effect(plan: SessionsPlan) -> str:
    who = plan.user or f"all {plan.people:,} people who are signed in"
    many = "sessions" if plan.live != 1 else "session"
    keys = f" and {plan.keys:,} keys in Redis" if plan.keys else ""
    return f"ends {plan.live:,} live {many} of {who}{keys}."


def sessions_lines(plan: SessionsPlan) -> tuple[str, ...]:
    told = [
        "the rows stay as evidence, with addresses and browsers; only their time ends",
        "whoever is hit signs in again; tell support before",
    ]
    if not plan.user:
        told.append("tokens that were signed with the JWT secret end only when it is rotated")
    return (*told, *plan.notes)


def revoked_reply(found: Revoked) -> Reply:
    plan = found.plan
    whose = plan.user or "everybody"
    many = "sessions" if found.ended != 1 else "session"
    left = f"; {found.left:,} live now" if found.left else "; none is live now"
    sign = ":warning:" if found.proved is False else ":white_check_mark:"
    text = f"{sign} Ended {found.ended:,} {many} of {escape(whose)}{left}"
    notes = []
    if found.keys is not None:
        notes.append(f"Redis: {found.keys:,} keys of sessions deleted.")
    if found.left:
        notes.append("Live ones are of people who signed in again meanwhile.")
    if found.proved is not None:
        taken = (
            "is refused now" if found.proved else "is *still taken*: sessions live elsewhere too"
        )
        notes.append(f"Proof: the bot's own session {taken}.")
    elif not plan.user:
        notes.append("Not proved from outside: the bot has no session of its own.")
    notes += list(plan.notes)
    blocks: list[Block] = [section(f"*{text}*")]
    before = f"Before: {plan.live:,} live sessions of {plan.people:,} people."
    blocks.append(section(f"{before} After: {found.left:,}."))
    if notes:
        blocks.append(context(*map(_plain, notes[:8])))
    blocks.append(actions(command_button("Check sign-in", "health auth")))
    exit_code = 1 if found.proved is False else 0
    return Reply(text, blocks, in_channel=True, data=found, exit_code=exit_code)


def _plain(note: str) -> str:
    return note if note.startswith("Proof") else escape(note)
