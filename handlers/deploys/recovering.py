"""After a crash: where each deployment was, what is live, and Resume or Roll back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import deployments
from bot.errors import OpsError
from bot.jobs import Job
from handlers.deploys.result import Sight, sight
from handlers.deploys.telling import refresh, say_aloud
from handlers.deploys.thread_views import stranded_message

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=10)
_LOOK = 10.0  # seconds


async def tell_stranded(runtime: Runtime, _due: datetime) -> str:
    """Say of each deployment that lost its process where it stands, once."""
    told = 0
    for run in runtime.store.deploys.unfinished():
        seen = sight(runtime, run.id)
        if seen.alive or run.told == run.operation or seen.operation_state == "requested":
            continue
        live, trouble = await _live(runtime, seen)
        text, blocks = stranded_message(seen, live, trouble)
        say_aloud(runtime, run, f"stranded:{run.operation}", text, blocks)
        runtime.store.deploys.change(run.id, told=run.operation)
        refresh(runtime, run.id)
        told += 1
    return f"{told} told" if told else "none was interrupted"


async def _live(runtime: Runtime, seen: Sight) -> tuple[str, str]:
    """The live split in words, read now; or why it cannot be read."""
    run = seen.run
    names = {run.version: run.called, run.previous: run.previous_called}
    try:
        found = await deployments(runtime.clients.cloudflare, run.script, deadline=_LOOK)
    except OpsError as error:
        return "", f"What is live cannot be read: {error.message}"
    if not found:
        return "", "Cloudflare lists no deployment."
    shares = (
        f"{names.get(share.version) or share.version[:8]} {share.percent:g} %"
        for share in found[0].shares
    )
    return ", ".join(shares), ""


STRANDED = Job(
    name="deploys-stranded",
    title="Telling of deployments that lost their process",
    when=lambda _settings: EVERY,
    run=tell_stranded,
    deadline=60.0,
    quiet=True,
)
