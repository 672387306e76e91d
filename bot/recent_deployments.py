"""Whether something was deployed shortly before trouble began, by the marks of the charts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.runtime import Runtime

SHORTLY = timedelta(minutes=60)
_AFTER = timedelta(minutes=5)  # trouble is dated by its first sample, a deployment by its end
_BACK = "rolled back"


def rollback_line(runtime: Runtime, environment: str, began: datetime) -> str:
    """The command line that goes back, where a deployment came shortly before; empty otherwise.

    One that was itself a rollback, or the site's, is no reason to take the Worker back.
    """
    if runtime.catalogue.find("rollback") is None:
        return ""
    default = runtime.settings.default_environment
    name = environment or default
    marks = runtime.store.marks.between(began - SHORTLY, began + _AFTER)
    deployed = [
        each
        for each in marks
        if each.kind == "deployment" and each.reference.startswith(f"{name} ")
    ]
    if not deployed or _BACK in deployed[-1].label or deployed[-1].label.startswith("site"):
        return ""
    return "rollback" if name == default else f"rollback --environment {name}"
