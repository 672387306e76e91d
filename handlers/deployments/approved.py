"""What was approved: the fingerprint of a plan, which the run reads back instead of looking again.

The guard computes the plan once more right before the run, so it is as fresh as a second look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Share
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.command import Context
    from bot.store.operation_rows import OperationRecord


@dataclass(frozen=True, slots=True)
class Approved:
    """`version` is where it goes (empty where nothing changes), `expected` what is live before.

    `waited` is how many seconds ago it was approved; `name` is the version's, for people.
    """

    version: str
    expected: tuple[Share, ...]
    waited: float
    name: str = ""


def target_of(script: str) -> str:
    """The lock: the Worker, whatever changes it."""
    return f"Worker {script}"


def fingerprint(version: str, split: Iterable[Share], name: str = "") -> str:
    """A plan's `state`. Pure."""
    shares = [[each.version, each.percent] for each in split]
    held = {"version": version, "name": name, "expected": shares}
    return json.dumps(held, separators=(",", ":"), ensure_ascii=False)


def read_fingerprint(text: str) -> Approved:
    """What stands in a fingerprint; raises ValueError, KeyError, TypeError. Pure."""
    held = json.loads(text)
    shares = tuple(Share(str(version), float(percent)) for version, percent in held["expected"])
    return Approved(str(held["version"]), shares, 0.0, str(held["name"]))


def approved_in(context: Context) -> Approved:
    """What the operation that runs now was approved for; raises OpsError."""
    record = record_of(context)
    try:
        found = read_fingerprint(record.request.fingerprint)
    except (ValueError, KeyError, TypeError) as error:
        raise OpsError(
            "The journal does not say what was approved.", "Ask for it again."
        ) from error
    began = record.started_at or record.requested_at
    waited = max(0.0, (context.guard.now() - began).total_seconds())
    return replace(found, waited=waited)


def record_of(context: Context) -> OperationRecord:
    """The journal's row of the operation that runs; raises OpsError."""
    found = context.store.operations.get(context.operation.id) if context.operation else None
    if found is None:
        raise OpsError("This runs as an operation only.", permanent=True)
    return found
