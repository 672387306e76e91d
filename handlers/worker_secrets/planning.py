"""What has to be known before a secret is set, and where its value comes from."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.arguments import UnknownWord
from bot.clients.cloudflare_deployments import Share
from bot.command import Risk
from bot.errors import BadInput, OpsError
from bot.secret_input import read_secret
from handlers.worker_secrets.operations import listed

if TYPE_CHECKING:
    from bot.command import Arguments, Context
    from bot.settings import Environment
    from handlers.worker_secrets.result import Secrets


@dataclass(frozen=True, slots=True)
class Looked:
    """The parts of a plan that do not depend on the value."""

    target: str
    lines: tuple[str, ...]
    state: str
    risk: Risk


async def looked(context: Context, environment: Environment, name: str, *, new: bool) -> Looked:
    """Raises OpsError where it cannot be set now, UnknownWord where there is no such secret."""
    from bot.clients.cloudflare_deployments import deployments

    found = await listed(context, environment)
    names = [each.name for each in found.listed]
    if name not in names and not new:
        close = difflib.get_close_matches(name.upper(), names, n=1)
        raise UnknownWord(
            f"The Worker of {environment.name} has no secret {name}.",
            f"It has: {', '.join(names) or 'none'}. A first value needs `--new`.",
            tuple(f"secrets rotate {each}" for each in close),
        )
    if found.blocked:
        raise _blocked(environment, found)
    history = await deployments(context.clients.cloudflare, found.script, deadline=10)
    split = history[0].shares if history else ()
    production = environment.name == context.settings.default_environment
    return Looked(
        target=f"Worker {found.script}",
        lines=_lines(name),
        state=json.dumps([[each.version, each.percent] for each in split]),
        risk=Risk.DANGEROUS if production else Risk.CHANGES,
    )


def _blocked(environment: Environment, found: Secrets) -> OpsError:
    """Why not now, and the way to go on."""
    where = f" --environment {environment.name}"
    if found.maintenance:
        return OpsError(
            f"No secret can be set while maintenance mode of {environment.name} is on: Cloudflare "
            "sets secrets only while the newest version answers, and the maintenance page does.",
            "End maintenance mode, set the secret, then switch it on again where it is needed "
            "still.",
            permanent=True,
            offers=[("End maintenance mode", f"maintenance off{where}")],
        )
    return OpsError(
        f"No secret can be set now: {found.blocked}.",
        "Deploy the newest version, or let CI upload one again, first.",
        permanent=True,
        offers=[("What is deployed", f"deployments {environment.name}")],
    )


def approved_split(context: Context) -> tuple[Share, ...]:
    """What was live when it was approved; raises OpsError."""
    record = context.store.operations.get(context.operation.id) if context.operation else None
    try:
        held = json.loads(record.request.fingerprint if record else "")
        return tuple(Share(str(version), float(percent)) for version, percent in held)
    except (ValueError, TypeError) as error:
        raise OpsError("The journal does not say what was approved.", "Ask again.") from error


def needs_value(context: Context, arguments: Arguments) -> bool:
    """No value came with the request, or it is no more: the person enters it, again.

    Raises BadInput at a terminal, which has no window and holds no ticket of the bot's.
    """
    if arguments.get("generate"):
        return False
    ticket, handover = arguments.get("handed"), context.runtime.handover
    if context.operation is not None or not ticket:
        return not ticket
    if context.invocation.at_terminal:
        raise BadInput(
            "The value behind that ticket is not here any more.",
            "Leave `--handed` out: the value is then asked for here.",
        )
    return not handover.holder(ticket, context.invocation.person.id, context.store)


def ticket_of(context: Context, environment: Environment, arguments: Arguments) -> str:
    """Under which name the value waits in this process."""
    return arguments.get("handed") or _terminal_ticket(context, environment, arguments)


async def given_at_terminal(
    context: Context, environment: Environment, arguments: Arguments, risk: Risk
) -> None:
    """Ask for the value, once; raises BadInput where it could not be used."""
    if risk is Risk.DANGEROUS and not arguments.get("break-glass"):
        raise BadInput(
            "A value typed here stays in this process, and what is approved in Slack runs in the "
            "bot's.",
            'Use the form in Slack, or `--generate`, or here `--break-glass --reason "…"`.',
        )
    ticket = _terminal_ticket(context, environment, arguments)
    if context.runtime.handover.has(ticket):
        return  # planned before
    value = await read_secret(f"New value of {arguments['name']} (not shown): ")
    context.runtime.handover.keep(value, ticket)


def _terminal_ticket(context: Context, environment: Environment, arguments: Arguments) -> str:
    if not context.invocation.at_terminal:
        raise BadInput("No value was entered.", "Ask again without `--handed`.")
    return f"{environment.name} {arguments['name']}"


def _lines(name: str) -> tuple[str, ...]:
    lines = [
        "Cloudflare makes a new version of the same code for it",
        "versions of before keep the old value: going back to one brings it back",
    ]
    if name == "JWT_SECRET" or "SESSION" in name:
        lines.append("whoever is signed in may have to sign in again")
    if "DATABASE" in name or name.endswith("_URL"):
        lines.append("a wrong value cuts the platform off from what stands there, at once")
    return tuple(lines)
