"""`/pitchey status` and `/pitchey status retry`."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.command import Arguments, Command, Context, Plan, Reply, Risk, Role
from handlers.status.operations import read_status, retry_failed
from handlers.status.views import retry_effect, retry_reply, status_reply


async def status(context: Context, _arguments: Arguments) -> Reply:
    """Say how the bot itself is."""
    return status_reply(read_status(context.store, datetime.now(UTC)))


async def plan_retry(context: Context, _arguments: Arguments) -> Plan:
    """How many messages it would send; where none waits it changes nothing."""
    counts = context.store.outbox.counts()
    return Plan(
        target="outbox",
        effect=retry_effect(counts),
        lines=("nothing that has arrived is sent again",),
        risk=None if counts.undelivered else Risk.READS,
    )


async def retry(context: Context, _arguments: Arguments) -> Reply:
    """Try undelivered messages again."""
    return retry_reply(retry_failed(context.store, datetime.now(UTC)))


STATUS = Command(
    name="status",
    summary="How the bot itself is: connection, undelivered messages, running operations.",
    run=status,
    examples=("status",),
    details=(
        "Shows the version, since when it runs, how Slack reaches it and when Slack was last "
        "heard of, whether its store can be written, which messages have not arrived yet, which "
        "operations run, and the head of the audit log. Works in a terminal while Slack does "
        "not. Ends with exit code 1 where something is wrong."
    ),
)

RETRY = Command(
    name="status retry",
    summary="Send the messages again that Slack refused.",
    run=retry,
    plan=plan_retry,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    cancellable=False,
    examples=("status retry",),
    details=(
        "Failed messages go to where they were meant to go first, for example after the bot was "
        "invited there. Messages that wait for their next try are tried at once. Nothing that "
        "has arrived is sent again."
    ),
)
