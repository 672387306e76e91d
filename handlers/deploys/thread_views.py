"""A step's output, and the messages that people must notice. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, command_button, context, escape, section
from bot.command import Block
from handlers.deploys.card_views import incident_button, stranded_buttons
from handlers.deploys.wording import STATE_SIGNS, new_words, old_words, tenths

if TYPE_CHECKING:
    from bot.store.deploys_rows import DeployRecord
    from handlers.deploys.result import Sight
    from handlers.deploys.steps import PipelineStep

_SHOWN = 2_700  # characters of an output; the whole is behind `deploy status`


def step_message(step: PipelineStep, state: str, note: str, output: str) -> tuple[str, list[Block]]:
    """One step in the thread: how it ended, and the last of what it printed."""
    told = f": {escape(clip(note, 300))}" if note else ""
    text = f"{STATE_SIGNS[state]} {step.number} {step.title}, {state}{told}"
    blocks: list[Block] = [section(f"*{text}*")]
    if output.strip():
        blocks.append(section(f"```{preformatted(output)}```"))
    return text, blocks


def preformatted(output: str, most: int = _SHOWN) -> str:
    """The end of an output as it can stand between code fences."""
    plain = output.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = plain.replace("```", "'''").strip("\n")
    if len(plain) <= most:
        return plain
    cut = plain[-most:]
    return "…\n" + cut.partition("\n")[2]


def going_back_message(run: DeployRecord, why: str, percent: int) -> tuple[str, list[Block]]:
    """Loud: the new version is taken back without asking anybody."""
    met = f"{percent} % of the requests met it" if percent else "No visitor met it"
    text = (
        f":rewind: {escape(run.called)} does not stay in {escape(run.environment)}: going back to "
        f"{escape(run.previous_called)} now"
    )
    return text, [
        section(f"*{text}*"),
        section(f"*Evidence*\n{escape(clip(why, 2_000))}"),
        context(f"{met}. Nobody was asked: the old version is the safe one. {run.id}"),
    ]


def went_back_message(
    run: DeployRecord, why: str, percent: int, seconds: float, problems: tuple[str, ...]
) -> tuple[str, list[Block]]:
    """The old version answers again, and whether that helped."""
    text = (
        f":rewind: {escape(run.environment)} is back on {escape(run.previous_called)}, "
        f"{tenths(seconds)} after the decision"
    )
    well = "It is well again." if not problems else f"It is not well yet: {' '.join(problems)}"
    met = f"At most {percent} % of the requests met {escape(run.called)}." if percent else ""
    cannot = "Data that it wrote, KV and secrets are not taken back."
    return text, [
        section(f"*{text}*"),
        section(f"*Why*\n{escape(clip(why, 2_000))}"),
        section(f"{escape(clip(well, 600))} {met} {cannot}".strip()),
        actions(
            incident_button(run.called, run.environment),
            command_button("Show all of it", f"deploy status {run.id}"),
        ),
    ]


def stranded_message(seen: Sight, live: str, trouble: str) -> tuple[str, list[Block]]:
    """Where an interrupted deployment stands, and what is live by Cloudflare's own word."""
    run, canary = seen.run, seen.canary
    text = (
        f":warning: The deployment of {escape(run.called)} to {escape(run.environment)} was "
        "interrupted"
    )
    current = seen.current
    where = f"It was at step {current.number}, {current.title}." if current else "Between steps."
    if canary.going_back:
        where += f" It was going back: {escape(clip(canary.going_back, 500))}"
    elif canary.going_to is not None:
        where += f" Cloudflare was being asked to give it {canary.going_to} % of the requests."
    elif canary.percent is not None:
        where += f" The new version had {canary.percent} % of the requests."
    else:
        where += f" {escape(run.environment)} had not been changed."
    now = f"Live now, by Cloudflare: {escape(live)}." if live else f"{escape(trouble)}"
    return text, [
        section(f"*{text}*"),
        section(f"{where}\n{now}"),
        context(f"New: {new_words(run)}. The way back: {old_words(run)}. {run.id}"),
        actions(
            *stranded_buttons(seen),
            command_button("Show all of it", f"deploy status {run.id}"),
        ),
    ]
