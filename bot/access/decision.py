"""May a person run a command, here: a pure decision, and a refusal in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.access import restrictions
from bot.access.standing import Standing
from bot.channels import Place
from bot.command import Command, Risk, Role

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the person may run the command; `message` and `hint` say why not.

    `missing` is the role that the person lacks, where that is the reason.
    """

    allowed: bool
    message: str = ""
    hint: str = ""
    missing: Role | None = None


def decide(
    command: Command,
    standing: Standing,
    place: Place | None,
    settings: Settings,
    arguments: Mapping[str, Any] | None = None,
) -> Decision:
    """May a person of that standing run the command from that place?

    `place` None is the terminal: no limit on channels holds there.
    """
    refusal = _lacks_role(command, standing)
    if refusal is None and place is not None:
        refusal = _out_of_place(command, place, settings, arguments or {})
    return refusal or Decision(True)


def _lacks_role(command: Command, standing: Standing) -> Decision | None:
    needs = f"`{command.name}` needs the role *{command.role.word}*"
    if standing.excluded:
        hint = "Ask a full member of this workspace to run it."
        return Decision(False, f"{needs}; you have none. {standing.why}", hint)
    harmless = command.risk is Risk.READS and command.role <= Role.VIEWER
    if standing.unread and not harmless:
        unsure = f"Who you are {standing.unread}: your role could not be confirmed."
        hint = "Commands that only read still work. Try again in a minute."
        return Decision(False, f"{needs}. {unsure}", hint)
    if standing.role is not None and standing.role >= command.role:
        return None
    have = f"you have the role *{standing.role.word}*" if standing.role else "you have no role here"
    troubles = [one.trouble for one in standing.unconfirmed if one.role >= command.role]
    told = "".join(
        f" {trouble[:1].upper()}{trouble[1:]}: your role could not be confirmed."
        for trouble in dict.fromkeys(troubles)
    )
    return Decision(False, f"{needs}; {have}.{told}", missing=command.role)


def _out_of_place(
    command: Command, place: Place, settings: Settings, arguments: Mapping[str, Any]
) -> Decision | None:
    for limit in restrictions.matching(command, settings, arguments):
        if not restrictions.allows(limit, place):
            environments = f" in {' and '.join(limit.environments)}" if limit.environments else ""
            return Decision(
                False,
                f"`{command.name}`{environments} may run only from {restrictions.where(limit)}; "
                f"{restrictions.here(place)}.",
                "Type the command there. `whoami` lists the limits.",
            )
    return None
