"""What a rollback or a restart did, as messages. Pure."""

from __future__ import annotations

from bot.blocks import actions, command_button, context, date, escape, section
from bot.command import Block, Reply
from handlers.deployments.result import Restarted, SiteWentBack, WentBack
from handlers.deployments.words import LOST, build_called, seconds


def went_back_reply(found: WentBack, *, default: bool) -> Reply:
    """Proven or not, and how long it took from the approval on."""
    back, answered = found.back, found.back.answered
    where, short = back.environment, escape(found.target)
    lines: list[str] = []
    if answered.agreed is not None:
        text = (
            f":white_check_mark: Rolled back: {short} answers every request of {where}, "
            f"{seconds(found.waited + back.seconds)} after the approval."
        )
        outcome = "succeeded"
    elif not answered.offered:
        text = f":white_check_mark: Rolled back: {short} is live in {where}, says Cloudflare."
        lines.append("The platform's release does not tell its version, so it could not be asked.")
        outcome = "succeeded"
    else:
        text = (
            f":warning: {short} is live in {where}, says Cloudflare, but the platform does not "
            "answer with it yet."
        )
        lines.append(_seen(found))
        outcome = "failed"
    lines.append(f"Before: {escape(found.left)}.")
    if back.noticed:
        lines.append(LOST)
    if back.overtaken is not None:
        who = escape(back.overtaken.author or "somebody")
        lines.append(
            f":warning: A deployment by {who} of {date(back.overtaken.at)} came in between and "
            "was replaced."
        )
    took = (
        f"{seconds(found.waited + back.seconds)} since the approval, of these "
        f"{seconds(back.api_seconds)} Cloudflare's own answers and "
        f"{seconds(max(0.0, back.seconds - back.api_seconds))} asking the platform"
    )
    blocks: list[Block] = [
        section(f"*{text}*\n" + "\n".join(lines)),
        context(took, "Database, KV, R2 and queues are as they were: only code went back."),
        _buttons(where, default=default),
    ]
    return Reply(
        text,
        blocks,
        in_channel=True,
        data=back,
        exit_code=0 if outcome == "succeeded" else 2,
        outcome=outcome,
    )


def site_back_reply(found: SiteWentBack) -> Reply:
    back = found.back
    build = escape(build_called(back.build))
    good = not back.trouble
    text = (
        f":white_check_mark: Rolled the site back to build {build}."
        if good
        else f":warning: Build {build} of the site is live, but {escape(back.trouble)}."
    )
    lines = [f"Before: {escape(build_called(back.before))}."]
    if back.noticed:
        lines.append(LOST)
    if good:
        lines.append(f"The front page answers {back.status}.")
    took = (
        f"{seconds(found.waited + back.seconds)} since the approval, of these "
        f"{seconds(back.api_seconds)} Cloudflare's own answers"
    )
    blocks: list[Block] = [
        section(f"*{text}*\n" + "\n".join(lines)),
        context(took, "The Worker stays as it was; browsers keep what they have cached."),
        actions(command_button("What is live", f"deployments {found.environment}")),
    ]
    outcome = "succeeded" if good else "failed"
    return Reply(
        text, blocks, in_channel=True, data=back, exit_code=0 if good else 2, outcome=outcome
    )


def restarted_reply(found: Restarted) -> Reply:
    where = found.environment
    versions = " and ".join(f"{each.version[:8]} {each.percent:g} %" for each in found.shares)
    if found.trouble:
        text = f":warning: Deployed {versions} to {where} once more, but {escape(found.trouble)}."
    else:
        text = f":white_check_mark: Restarted: {versions} answers {where} from fresh instances."
    blocks: list[Block] = [
        section(f"*{text}*" + (f"\n{LOST}" if found.noticed else "")),
        context(
            f"{seconds(found.seconds)}, of these {seconds(found.api_seconds)} Cloudflare's own "
            "answers",
            "Code, settings and secrets are the same.",
        ),
        actions(
            command_button("Check health", f"health --environment {where}"),
            command_button("What is live", f"deployments {where}"),
        ),
    ]
    return Reply(
        text,
        blocks,
        in_channel=True,
        data=found,
        exit_code=2 if found.trouble else 0,
        outcome="failed" if found.trouble else "succeeded",
    )


def _seen(found: WentBack) -> str:
    answered = found.back.answered
    if answered.seen:
        counted = ", ".join(f"{each[:8]} ×{count}" for each, count in answered.seen.items())
        return f"The last answers came from {counted}."
    return f"Instead: {escape(answered.trouble or 'no answer')}."


def _buttons(where: str, *, default: bool) -> Block:
    place = "" if default else f" --environment {where}"
    return actions(
        command_button("Check health", f"health{place}"),
        command_button("What is live", f"deployments {where}"),
    )
