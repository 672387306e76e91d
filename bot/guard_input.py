"""What a guarded command may be asked with: short enough for a button, and free of secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.ask_buttons import SHORTEST_REASON
from bot.blocks import code
from bot.command import Arguments, Command, Context, Plan
from bot.errors import BadInput
from bot.frozen import command_line, freeze
from bot.store.operation_rows import OperationRequest

if TYPE_CHECKING:
    from bot.redaction import Redactor

LONGEST_LINE = 1_000  # characters as JSON: a button and a modal carry it beside other things
REASON = "reason"


def admitted(command: Command, arguments: Arguments, redactor: Redactor) -> dict[str, Any]:
    """The arguments as the journal keeps them; raises BadInput.

    A secret in the reason is hidden, as a reason is only read. Elsewhere hiding it would run
    something else, and keeping it would store it: that is refused. What an address has behind
    its question mark belongs to the address, and is hidden where it is shown.
    """
    kept = dict(arguments)
    if isinstance(kept.get(REASON), str):
        kept[REASON] = redactor.text(kept[REASON])
    for name, value in kept.items():
        if isinstance(value, str) and name != REASON and _holds_secret(value, redactor):
            raise BadInput(
                f"`{name}` of `{command.name}` holds a secret; nothing was asked for.",
                "Leave it out, and change it: it was typed where others may read it.",
            )
    length = len(json.dumps(command_line(command, kept), ensure_ascii=False))
    if length > LONGEST_LINE:
        raise BadInput(
            f"That is too long for `{command.name}`: {length:,} characters, "
            f"at most {LONGEST_LINE:,}.",
            "Shorten the arguments, or ask in several parts.",
        )
    return kept


def request_of(
    context: Context, command: Command, arguments: Arguments, plan: Plan, redactor: Redactor
) -> OperationRequest:
    """The request as the journal keeps it, and as it will run."""
    asked, redact = context.invocation, redactor.text
    return OperationRequest(
        command=command.name,
        line=redact(command_line(command, arguments, tickets=False)),
        arguments=freeze(arguments),
        risk=(plan.risk or command.risk).value,
        target=plan.target,
        effect=redact(plan.effect),
        lines=tuple(map(redact, plan.lines)),
        fingerprint=plan.state,
        reason=reason_of(arguments),
        person_id=asked.person.id,
        person_name=asked.person.name,
        role=context.role.word,
        surface=asked.surface.value,
        channel=asked.channel,
        thread_ts=asked.thread_ts,
        ticket=command.ticket(arguments),
    )


def _holds_secret(value: str, redactor: Redactor) -> bool:
    told = value.partition("?")[0] if "://" in value else value
    return redactor.text(told) != told


def reason_of(arguments: Arguments) -> str:
    """The reason that was given; empty where it is too short to be one."""
    text = str(arguments.get("reason") or "").strip()
    return text if len(text) >= SHORTEST_REASON else ""


def no_reason(command: Command, arguments: Arguments) -> str:
    """What is wrong with the reason, as a sentence; empty where there is a good one."""
    if reason_of(arguments):
        return ""
    if not (text := str(arguments.get("reason") or "").strip()):
        return f"`{command.name}` needs a reason."
    least = f"at least {SHORTEST_REASON} characters"
    return f"the reason {code(text)} of `{command.name}` is too short: {least}."
