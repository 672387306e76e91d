"""The pipeline in one message that is edited in place; each step's output in its thread."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.store.deploys_rows import DeployRecord, StepState
from handlers.deploys.card_views import card
from handlers.deploys.result import sight
from handlers.deploys.steps import PipelineStep
from handlers.deploys.thread_views import step_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.command import Block
    from bot.runtime import Runtime

log = logging.getLogger(__name__)


def card_key(run: str) -> str:
    """The key of the pipeline's message in the outbox."""
    return f"deploy:{run}"


def refresh(runtime: Runtime, run: str) -> None:
    """What cannot be stored now, the next change does; a deployment never fails of its message."""
    try:
        _refresh(runtime, run)
    except OpsError as error:
        log.error("the message of %s is not up to date: %s", run, error)


def show_output(
    runtime: Runtime,
    run: DeployRecord,
    step: PipelineStep,
    state: StepState,
    note: str,
    output: str,
) -> None:
    """What came of a step, under the pipeline; a running one's message is replaced by it."""
    text, blocks = step_message(step, state.value, note, output)
    first = f"{card_key(run.id)}:{step.name}"
    try:
        if runtime.store.outbox.find(runtime.messages.open_key(first)) is None:
            _in_thread(runtime, run, first, text, blocks)
        else:
            told = json.dumps([text, blocks], sort_keys=True)
            digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]
            runtime.messages.post(
                run.channel, text, blocks, key=f"{first}:{digest}", update_of=first, latest=True
            )
    except OpsError as error:
        log.error("the output of %s could not be told: %s", step.name, error)


def say_aloud(
    runtime: Runtime,
    run: DeployRecord,
    name: str,
    text: str,
    blocks: Sequence[Block],
    *,
    update_of: str = "",
) -> None:
    """A message of its own, which people are notified of; or an earlier one brought up to date."""
    earlier = f"{card_key(run.id)}:{update_of}" if update_of else ""
    runtime.messages.post(
        run.channel,
        text,
        blocks,
        key=f"{card_key(run.id)}:{name}",
        thread_ts=run.thread_ts,
        update_of=earlier,
    )


def _refresh(runtime: Runtime, run: str) -> None:
    seen = sight(runtime, run)
    text, blocks = card(seen, runtime.settings.slack.command)
    written = json.dumps([text, blocks], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    revision, before = runtime.store.deploys.card(run)
    if digest == before:
        return
    first = card_key(run)
    channel = seen.run.channel
    if revision == 0:
        runtime.messages.post(channel, text, blocks, key=first, thread_ts=seen.run.thread_ts)
    else:
        key = f"{first}:card:{revision}:{digest}"
        runtime.messages.post(channel, text, blocks, key=key, update_of=first, latest=True)
    runtime.store.deploys.posted(run, revision + 1, digest)


def _in_thread(
    runtime: Runtime, run: DeployRecord, key: str, text: str, blocks: Sequence[Block]
) -> None:
    # A pipeline that stands in a thread has no thread of its own.
    if run.thread_ts:
        runtime.messages.post(run.channel, text, blocks, key=key, thread_ts=run.thread_ts)
    else:
        runtime.messages.post(run.channel, text, blocks, key=key, thread_of=card_key(run.id))
