"""Answers about deployments: how one ended, where one stands, what a step printed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, command_button, context, date, escape, mention, section, table
from bot.command import Reply, Upload
from handlers.deploys.card_views import afterwards, card, headline
from handlers.deploys.thread_views import preformatted, step_message
from handlers.deploys.wording import OUTCOME_SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.deploys_rows import DeployRecord, DeployStep, DeployWish
    from handlers.deploys.result import Sight
    from handlers.deploys.steps import PipelineStep

_ROOM = 2_500


def ended_reply(seen: Sight, *, good: bool | None = None) -> Reply:
    """The end as the operation's result; the pipeline itself is in its own message."""
    run = seen.run
    well = run.outcome == "succeeded" if good is None else good
    text = headline(seen)
    blocks = [section(f"*{text}*")]
    if run.detail:
        blocks.append(section(escape(clip(run.detail, 1_500))))
    if not well and (buttons := afterwards(seen)):
        blocks.append(actions(*buttons))
    return Reply(
        text,
        blocks,
        data=_data(seen),
        exit_code=0 if well else 1,
        outcome="succeeded" if well else "failed",
        in_channel=True,
    )


def status_reply(seen: Sight, word: str) -> Reply:
    """The pipeline, for one reader."""
    text, blocks = card(seen, word)
    return Reply(text, blocks, data=_data(seen))


def output_reply(seen: Sight, step: PipelineStep, kept: DeployStep | None) -> Reply:
    """What one step printed; a long output as a file as well."""
    if kept is None:
        text = f":white_small_square: {step.number} {step.title} of {seen.run.id} has not begun"
        return Reply(text, [section(f"*{text}*")])
    text, blocks = step_message(step, kept.state.value, kept.note, kept.output)
    if not kept.output.strip():
        blocks.append(context("It printed nothing."))
    files: tuple[Upload, ...] = ()
    if len(preformatted(kept.output, 10**9)) > _ROOM:
        name = f"{seen.run.id.lower()}-{step.name}.txt"
        files = (Upload(name, kept.output.encode(), f"{seen.run.id}, {step.title}"),)
    return Reply(text, blocks, files=files, data={"state": kept.state, "output": kept.output})


def list_reply(runs: Sequence[DeployRecord], word: str) -> Reply:
    """The newest deployments, newest first."""
    if not runs:
        text = ":information_source: The bot has deployed nothing yet"
        hint = f"`{word} deploy latest to staging` begins; `{word} deployments` shows what is live."
        return Reply(text, [section(f"*{text}*"), section(hint)], data=[])
    open_ones = [run for run in runs if run.outcome is None]
    told = f"{len(open_ones)} under way" if open_ones else f"the newest: {runs[0].called}"
    text = f":rocket: {len(runs)} newest deployments, {told}"
    rows = [["", "Version", "To", "Outcome", "When", "By"]]
    rows += [
        [
            run.id,
            run.called,
            run.environment,
            run.outcome.value if run.outcome is not None else "under way",
            date(run.started_at),
            run.person_name,
        ]
        for run in runs
    ]
    buttons = [command_button(f"Show {run.id}", f"deploy status {run.id}") for run in runs[:3]]
    data = [
        {"id": run.id, "version": run.version, "tag": run.tag, "environment": run.environment,
         "outcome": run.outcome, "detail": run.detail}
        for run in runs
    ]  # fmt: skip
    return Reply(text, [section(f"*{text}*"), table(rows), actions(*buttons)], data=data)


def steered_reply(
    seen: Sight, wish: str, *, done: bool = False, first: DeployWish | None = None
) -> Reply:
    """What a press did; or that somebody was quicker."""
    run = seen.run
    if first is not None:
        who = mention(first.person_id, first.person_name)
        text = (
            f":information_source: {who} was quicker: {first.wish} of {run.id} at "
            f"{date(first.at, '{time_secs}')}"
        )
        return Reply(text, [section(f"*{text}*")], outcome="refused", exit_code=3)
    if not done:
        text = f":hourglass_flowing_sand: Asked for {wish} of {run.id}; it takes effect soon"
        return Reply(text, [section(f"*{text}*")])
    text = headline(seen)
    if run.outcome is not None:
        text = f"{OUTCOME_SIGNS[run.outcome.value]} {headline(seen).partition(' ')[2]}"
    blocks = [section(f"*{text}*")]
    if seen.canary.reasons and run.outcome is None:
        blocks.append(context(escape(clip(" ".join(seen.canary.reasons), 600))))
    return Reply(text, blocks, data=_data(seen))


def _data(seen: Sight) -> dict[str, object]:
    run = seen.run
    return {
        "id": run.id,
        "environment": run.environment,
        "version": run.version,
        "tag": run.tag,
        "previous": run.previous,
        "outcome": run.outcome.value if run.outcome is not None else None,
        "detail": run.detail,
        "percent": seen.canary.percent,
        "steps": {
            step.name: kept.state.value if kept is not None else "waiting"
            for step, kept in seen.steps
        },
    }
