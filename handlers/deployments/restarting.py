"""Starting the Worker anew: the same split, deployed once more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.live import answering, put_live, script_of
from handlers.deployments.result import Restarted

if TYPE_CHECKING:
    from bot.clients.cloudflare_deployments import Share
    from bot.command import Context
    from bot.settings import Environment


async def restart(
    context: Context, environment: Environment, split: tuple[Share, ...]
) -> Restarted:
    """Raises what `put_live` does; a platform that does not answer is told in the result."""
    if context.operation is None:
        raise OpsError("A restart runs as an operation only.", permanent=True)
    started = time.perf_counter()
    await context.operation.step("Deploy the same split once more")
    changed = await put_live(
        context.clients.cloudflare,
        script_of(environment),
        split,
        expected=split,
        message=f"Restart by {context.invocation.person.name}",
        environment=environment.name,
    )
    await context.operation.step("Ask the platform which version answers")
    platform = context.clients.platform_for(environment)
    platform.forget()
    wanted = max(split, key=lambda share: share.percent).version
    # With two versions live, a round is rarely all one's: whoever answers is among them.
    patience = 10.0 if len(split) == 1 else 0.0
    answered = await answering(platform, wanted, deadline=patience)
    strangers = set(answered.seen) - {share.version for share in split}
    trouble = answered.trouble
    if strangers and not trouble:
        trouble = f"other versions answer: {', '.join(each[:8] for each in sorted(strangers))}"
    return Restarted(
        environment=environment.name,
        shares=split,
        answered=answered.seen,
        trouble=trouble,
        seconds=time.perf_counter() - started,
        api_seconds=changed.api_seconds,
        noticed=changed.noticed,
    )
