"""The shape of the store, as steps that only ever go forward.

A step that has been released is never changed: add a new one below it, or a module of its own
for another kind of record.
"""

from __future__ import annotations

from bot.store.migrations import alerts as alerts
from bot.store.migrations import cloudflare as cloudflare
from bot.store.migrations import containment as containment
from bot.store.migrations import copies as copies
from bot.store.migrations import dashboards as dashboards
from bot.store.migrations import deploys as deploys
from bot.store.migrations import foundation as foundation
from bot.store.migrations import handed_over as handed_over
from bot.store.migrations import incidents as incidents
from bot.store.migrations import lessons as lessons
from bot.store.migrations import maintenance as maintenance
from bot.store.migrations import maintenance_records as maintenance_records
from bot.store.migrations import oncall as oncall
from bot.store.migrations import playbooks as playbooks
from bot.store.migrations import reports as reports
from bot.store.migrations import samples as samples
from bot.store.migrations import schedules as schedules
from bot.store.migrations import secret_rotations as secret_rotations
from bot.store.migrations import security as security
from bot.store.migrations.foundation import GUARD_COUNT
from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations

__all__ = ["GUARD_COUNT", "migrations", "step_names"]


def step_names() -> set[str]:
    """Every step this version knows: those still to do on an empty database."""
    empty = Database(memory=True)
    try:
        return {step.name for step in migrations.pending(empty)}
    finally:
        empty.close()
