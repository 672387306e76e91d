"""Maintenance mode on the Home tab: from the store alone, without asking Cloudflare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.maintenance.views import home_blocks

if TYPE_CHECKING:
    from bot.command import Block, Person, Role
    from bot.runtime import Runtime


def home(runtime: Runtime, _person: Person, _role: Role) -> list[Block]:
    now = runtime.now()
    return [
        block
        for record in runtime.store.maintenance.open()
        for block in home_blocks(
            record.environment, record.ends_at, now > record.ends_at, record.message
        )
    ]
