"""A house beside the sandbox whose platform has a zone, and a person who says yes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.app import House
from bot.command import Reply
from bot.sandbox.cloudflare.account import ZONE_NAME, Zone
from bot.sandbox.world import World
from bot.shell import TerminalDesk
from tests.logs.stage import opened, run, settings_of


@dataclass
class Noted:
    """An operation that only notes its steps; `fail_at` breaks off before that one."""

    finished_steps: tuple[str, ...] = ()
    steps: list[str] = field(default_factory=list)
    fail_at: int = 0
    id: str = "OP-TEST"
    resumes: str = ""
    cancel_requested: bool = False

    async def step(self, name: str) -> None:
        if self.fail_at and len(self.steps) + 1 == self.fail_at:
            raise KeyboardInterrupt
        self.steps.append(name)


@asynccontextmanager
async def zoned(
    world: World, folder: Path, plan: str = "free", **cloudflare: str
) -> AsyncIterator[House]:
    """Its zone is that of the sandbox's platform; without a `plan` it has none."""
    keys = dict(cloudflare)
    if plan:
        zone = world.account.zone = Zone(ZONE_NAME, plan)
        keys = {"zone_id": zone.id} | keys
    async with opened(world, folder, settings_of(world, folder, **keys)) as house:
        house.dispatcher.guard.desk = TerminalDesk(yes=True)
        yield house


def whole(reply: Reply) -> str:
    """Everything the reply says, as one text."""
    return f"{reply.text}\n{json.dumps(reply.blocks, ensure_ascii=False)}"


def asset(world: World) -> str:
    return f"{world.platform.site_url}/assets/index.js"


async def visit(world: World, path: str, **headers: str) -> httpx.Response:
    """As a visitor of the site would."""
    async with httpx.AsyncClient(verify=world.platform.trust(), trust_env=False) as client:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get(f"{world.platform.site_url}{path}", headers=given)


__all__ = ["Noted", "asset", "run", "visit", "whole", "zoned"]
