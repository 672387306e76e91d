"""`/pitchey operations` and `/pitchey operation <id>`."""

from __future__ import annotations

from bot import acts
from bot.command import Argument, Arguments, Command, Context, Kind, Reply
from bot.store.operation_rows import State
from handlers.operations.allowed import allowed_acts, waits_for
from handlers.operations.operations import MOST, read_operations
from handlers.operations.result import OperationDetail
from handlers.operations.views import detail_reply, list_reply

STATES = (
    "requested", "running", "succeeded", "failed", "cancelled", "rejected", "expired", "changed",
    "interrupted",
)  # fmt: skip


async def operations(context: Context, arguments: Arguments) -> Reply:
    """What waits and runs, then the newest."""
    found = read_operations(
        context.store,
        arguments.get("state"),
        arguments["limit"],
        context.invocation.person.id,
        context.role,
    )
    return list_reply(found)


async def operation(context: Context, arguments: Arguments) -> Reply:
    """Show one operation, or do something to it."""
    what = arguments["act"]
    if what != "show":
        return await acts.act(context, arguments["id"], what, arguments.get("reason") or "")
    record = acts.find(context.guard, arguments["id"])
    command = context.catalogue.find(record.request.command)
    who = ""
    if command is not None and record.state is State.REQUESTED:
        who = waits_for(context.access, record, command)
    return detail_reply(
        OperationDetail(
            record,
            context.store.operations.steps(record.id),
            context.guard.now(),
            await allowed_acts(context, record, command),
            who,
            context.guard.steps_before(record),
            command.cancelling if command else "",
        )
    )


OPERATIONS = Command(
    name="operations",
    summary="What was asked that changes something: what waits, runs and ran.",
    run=operations,
    arguments=(
        Argument("state", "only those", Kind.CHOICE, STATES, flag=True, example="running"),
        Argument(
            "limit", f"how many, at most {MOST}", Kind.INTEGER, default=10, flag=True, example="20"
        ),
    ),
    examples=("operations", "operations --state interrupted"),
)

OPERATION = Command(
    name="operation",
    summary="One operation with its steps, and the buttons to go on with it.",
    run=operation,
    arguments=(
        Argument("id", "which operation", required=True, example="OP-7KQ2MX4P"),
        Argument("act", "what to do with it", Kind.CHOICE, acts.ACTS, default="show"),
        Argument("reason", "why it is rejected", flag=True, example="not during the launch"),
    ),
    examples=("operation OP-7KQ2MX4P", "operation OP-7KQ2MX4P cancel"),
    details=(
        "Looking changes nothing; the other acts do. Everybody may look. A change is confirmed "
        "by the person who asked for it. What is dangerous is approved or rejected by another "
        "person with the role that its command needs. Who asked may cancel. The commander of a "
        "SEV1, and an admin at the terminal after a question, may break the glass."
    ),
    deadline=3_600.0,  # a terminal waits for the approval and the end of what it resumes
)
