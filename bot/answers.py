"""The house's own answers: refused, failed, not understood, interrupted. Pure."""

from __future__ import annotations

import re

from bot.access import Decision
from bot.arguments import UnknownWord
from bot.blocks import actions, clip, code, command_button, context, offered_button, section
from bot.command import Block, Invocation, Reply, Surface
from bot.errors import BadInput, NotNow, OpsError
from bot.limits import MESSAGE_TEXT_ADVISED

# Nobody is called and nothing is linked by an error: it quotes what others have named.
_LIVE = re.compile(r"<(?=!(?:here|channel|everyone|subteam)\b|https?:|mailto:)")
MENU = "menu"  # the command that an empty line runs


def refused(invocation: Invocation, decision: Decision) -> Reply:
    """The person lacks the role: which one, and who has it."""
    return _told(invocation, f":no_entry: Refused: {decision.message}", decision.hint, "refused", 3)


def not_understood(invocation: Invocation, error: BadInput) -> Reply:
    """What is wrong with the input, what is allowed, and the nearest command as a button."""
    suggestions = error.suggestions if isinstance(error, UnknownWord) else ()
    buttons = [command_button(f"/pitchey {line}", line) for line in suggestions[:5]]
    buttons += _offered(error)
    return _told(
        invocation, f":question: {error.message}", error.hint, "not understood", 64, buttons
    )


def failed(invocation: Invocation, error: OpsError, outcome: str = "failed") -> Reply:
    """What happened, what to try, and the reference to quote."""
    again = [] if error.permanent or not invocation.text else [_again(invocation)]
    buttons = [*_offered(error), *again]
    hint = f"{error.hint}\nReference: {code(invocation.reference)}".strip()
    return _told(invocation, f":x: {error.message}", hint, outcome, 69, buttons)


def _offered(error: OpsError) -> list[Block]:
    """What would help; a line that is too long for a button is left out."""
    buttons = (offered_button(label, line) for label, line in error.offers[:5])
    return [each for each in buttons if each is not None]


def not_now(invocation: Invocation, error: NotNow) -> Reply:
    """It may be done at another time; what would help is offered."""
    return _told(
        invocation, f":hourglass: {error.message}", error.hint, "refused", 75, _offered(error)
    )


def working(line: str) -> str:
    """What is shown while a command runs; `line` comes from a person and is shown as text."""
    return f":hourglass_flowing_sand: Working on {code(f'/pitchey {clip(line, 60)}'.strip())} …"


def not_kept(invocation: Invocation) -> Reply:
    """Said before the acknowledgement of what would be lost if the bot ended now."""
    asked = code(f"/pitchey {clip(invocation.text, 100)}".strip())
    return Reply(
        f":warning: The bot's own store takes nothing at the moment, so {asked} is worked on "
        "without being kept. If no answer follows, ask again.",
        private=True,
    )


def too_late(invocation: Invocation) -> Reply:
    """Slack had told the person that it failed before the bot could begin with it."""
    asked = code(f"/pitchey {clip(invocation.text, 100)}".strip())
    return _told(
        invocation,
        f":warning: Nothing was done: {asked} reached the bot after Slack had given up on it.",
        "The bot had stood still for a while. Look whether it has been done again meanwhile.",
        "too late",
        75,
        [_again(invocation)],
    )


def interrupted(invocation: Invocation) -> Reply:
    """The bot was stopped while it worked; nothing is known of the result."""
    asked = code(f"/pitchey {clip(invocation.text, 100)}".strip())
    how = "the bot was restarted"
    if invocation.at_terminal:
        how = "it was stopped here (Ctrl-C)"
    return _told(
        invocation,
        f":warning: Interrupted: {how} while it worked on {asked}.",
        "Its result is not known. Ask again.",
        "interrupted",
        75,
        [_again(invocation)],
    )


def _again(invocation: Invocation) -> Block:
    return command_button("Try again", clip(invocation.text, 500) or "help")


def _told(
    invocation: Invocation,
    first_line: str,
    hint: str,
    outcome: str,
    exit_code: int,
    buttons: list[Block] | None = None,
) -> Reply:
    first_line = _LIVE.sub("&lt;", first_line)
    blocks = [section(first_line)]
    if hint:
        blocks.append(context(_LIVE.sub("&lt;", hint)))
    if buttons and invocation.surface is not Surface.SCHEDULE:
        blocks.append(actions(*buttons))
    return Reply(
        text=clip(first_line, MESSAGE_TEXT_ADVISED),
        blocks=blocks,
        outcome=outcome,
        exit_code=exit_code,
        data={"outcome": outcome, "message": first_line, "hint": hint},
    )
