"""Secrets as messages: names and ages. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    form_button,
    section,
    table,
)
from bot.command import Block, Reply
from handlers.worker_secrets.form_views import NAME
from handlers.worker_secrets.result import Known, Rotated, Secrets

ADVISED = timedelta(days=90)
_BUTTONS = 5


def listed_reply(found: Secrets, *, default: bool, public: bool = False) -> Reply:
    """The oldest first; what nobody knows is not called young."""
    count = len(found.listed)
    old = [each for each in found.listed if _old(each, found)]
    unknown = [each for each in found.listed if each.since is None]
    noun = "secret" if count == 1 else "secrets"
    if old:
        text = (
            f":warning: {len(old)} of {count} {noun} of {found.environment} "
            f"{'is' if len(old) == 1 else 'are'} older than {ADVISED.days} days."
        )
    elif unknown:
        text = (
            f":grey_question: {count} {noun} in {found.environment}; the age of {len(unknown)} "
            "is not known."
        )
    else:
        text = (
            f":white_check_mark: {count} {noun} in {found.environment}, none older than "
            f"{ADVISED.days} days."
        )
    rows = [("Secret", "Age", "How that is known")]
    rows += [(clip(each.name, 80), _age(each, found), _how(each)) for each in found.listed]
    blocks: list[Block] = [section(f"*{text}*")]
    if found.listed:
        blocks.append(table(rows))
    if found.blocked:
        why = "maintenance mode is on" if found.maintenance else escape(found.blocked)
        blocks.append(section(f":no_entry: None can be set now: {why}."))
    blocks.append(
        context(
            "Cloudflare tells names only; nobody can read a value. Advised: a new value every "
            f"{ADVISED.days} days, and at once where one was seen."
        )
    )
    place = "" if default else f" --environment {found.environment}"
    buttons = [
        command_button(f"Rotate {clip(each.name, 60)}", f"secrets rotate {each.name}{place}")
        for each in found.listed[:_BUTTONS]
        if not found.blocked
    ]
    if found.maintenance:
        end = f"maintenance off --environment {found.environment}"
        buttons.append(command_button("End maintenance mode", end))
    if buttons:
        blocks.append(actions(*buttons))
    data = {
        "environment": found.environment,
        "blocked": found.blocked,
        "listed": [
            {
                "name": each.name,
                "since": each.since.isoformat() if each.since else None,
                "at_least_since": each.at_least.isoformat() if each.at_least else None,
                "maybe_later": each.maybe_later.isoformat() if each.maybe_later else None,
            }
            for each in found.listed
        ],
    }
    return Reply(text, blocks, in_channel=public, data=data)


def asked_reply(name: str, environment: str, *, default: bool, gone: bool = False) -> Reply:
    """Where the new value comes from: a window, or the bot. `gone`: one was entered before."""
    text = f":key: Which new value for {name} of {environment}?"
    if gone:
        text = f":key: The value entered for {name} of {environment} is gone. Enter it again?"
    place = "" if default else f" --environment {environment}"
    return Reply(
        text,
        [
            section(
                f"*{text}*\nIt deploys at once to every request. Let the bot make one up where "
                "nobody but the Worker has to know it, such as a signing secret; enter one where "
                "something else must know it too, such as a database's password."
            ),
            actions(
                form_button(
                    "Enter a value", NAME, name=name, environment=environment, style="primary"
                ),
                command_button("Let the bot make one", f"secrets rotate {name} --generate{place}"),
            ),
            context(
                f"At a terminal: {code(f'/pitchey secrets rotate {name}{place}')} asks without "
                "showing it."
            ),
        ],
        private=True,
        data={"asks_for": name},
        # A playbook must not take the question for the deed.
        exit_code=1,
        outcome="asked",
    )


def rotated_reply(found: Rotated, *, default: bool) -> Reply:
    """Set and deployed, who answers, and whether the platform is well with it."""
    put = found.put
    where, place = put.environment, "" if default else f" --environment {put.environment}"
    back = f"rollback {put.before.version[:8]} --accept-secrets{place}"
    made = "made up by the bot" if found.generated else "as entered"
    if found.bad:
        text = f":red_circle: {put.name} of {where} is set, and the platform is worse with it."
    elif put.answered.agreed is None and put.answered.offered:
        text = f":warning: {put.name} of {where} is set, but the new version does not answer yet."
    else:
        text = f":white_check_mark: {put.name} of {where} has a new value, {made}, and is live."
    lines = [f"After it: {escape(found.well)}"]
    if put.noticed:
        lines.append(
            "Cloudflare's answer was lost; a look showed the deployment that setting it made."
        )
    if put.answered.trouble:
        lines.append(f"Asked which version answers: {escape(put.answered.trouble)}.")
    if put.answered.agreed is not None:
        lines.append(f"Version {put.deployment.version[:8]} answers every request.")
    lines.append(
        f"Deployed {date(put.deployment.at)}; before it {put.before.version[:8]} was live, which "
        "keeps the old value."
    )
    buttons = [command_button("Check health", f"health{place}")]
    if found.bad:
        label = f"Roll back to {put.before.version[:8]}, with the old value"
        buttons.insert(0, command_button(label, back, style="danger"))
    buttons.append(command_button("Secrets", f"secrets list{place}"))
    bad = not text.startswith(":white_check_mark:")
    return Reply(
        text,
        [section(f"*{text}*\n" + "\n".join(lines)), actions(*buttons)],
        in_channel=True,
        data={"name": put.name, "deployment": put.deployment.id, "well": not found.bad},
        exit_code=2 if bad else 0,
        outcome="failed" if bad else "succeeded",
    )


def _old(each: Known, found: Secrets) -> bool:
    oldest = each.oldest
    certain = each.maybe_later is None
    return certain and oldest is not None and found.now - oldest > ADVISED


def changed(each: Known, found: Secrets) -> str:
    """How old its value is, and how that is known."""
    return f"{_age(each, found)} old: {_how(each)}" if each.oldest else _how(each).capitalize()


def _age(each: Known, found: Secrets) -> str:
    oldest = each.oldest
    if oldest is None:
        return "unknown"
    days = max(0, (found.now - oldest).days)
    words = f"{days} day" if days == 1 else f"{days} days"
    return words if each.since else f"at least {words}"


def _how(each: Known) -> str:
    if each.since is not None:
        made = ", made up" if each.generated else ""
        known = f"set here {date(each.since)} by {clip(each.by, 40)}{made}"
        if each.maybe_later is not None:
            known += f"; somebody set one {date(each.maybe_later)}, perhaps this one"
        return known
    if each.maybe_later is not None:
        return f"somebody set one {date(each.maybe_later)}, perhaps this one"
    if each.at_least is not None:
        return f"no secret was set since {each.at_least:%Y-%m-%d}, as far as versions go back"
    return "nothing tells"
