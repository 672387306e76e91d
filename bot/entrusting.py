"""Which process runs an operation: most often the one that was asked, sometimes another copy.

The journal carries the order. Its row names the owner, who finds it there within a second and
runs it. So a value that a person handed over stays in the memory of the process that has it,
and a process that is being stopped begins nothing any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import copies
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.command import Context
    from bot.guard import Guard
    from bot.runtime import Runtime
    from bot.store.operation_rows import OperationRecord

log = logging.getLogger(__name__)
MakeContext = Callable[["OperationRecord"], "Context"]


def owner_of(runtime: Runtime, record: OperationRecord, own: str) -> str:
    """The process that shall run it; `own` is this one's name. Raises OpsError."""
    if record.request.ticket:
        return holder_of(runtime, record) or own
    return _staying(runtime, own) if runtime.leaving else own


def holder_of(runtime: Runtime, record: OperationRecord) -> str:
    """The process that has the value handed over for it; empty where none has it any more."""
    request = record.request
    return runtime.handover.holder(request.ticket, request.person_id, runtime.store)


def take_up(guard: Guard, runtime: Runtime, context_of: MakeContext) -> None:
    """Run what another process entrusted to this one; hand it on while this one is stopped."""
    operations, own = guard.store.operations, guard.store.presence.name
    for record in operations.running():
        if record.owner != own or record.id in guard.runner.begun:
            continue
        other = own if record.request.ticket else owner_of(runtime, record, own)
        if other == own:
            log.info("%s was entrusted to this process", record.id)
            guard.runner.start(context_of(record), record)
        elif operations.entrust(record.id, own, other):
            log.info("%s is handed on to %s", record.id, other)


def _staying(runtime: Runtime, own: str) -> str:
    """The newest copy that goes on: in a rolling restart it is the last to be stopped."""
    try:
        others = copies.staying(runtime.store, runtime.now())
    except OpsError as error:
        log.warning("whether others go on is not known: %s", error.message)
        return own
    return others[0].process if others else own
