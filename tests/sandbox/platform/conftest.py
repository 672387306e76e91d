"""Clients of the platform stand-in, as a stranger outside would hold them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from bot.sandbox.world import World


@pytest_asyncio.fixture(loop_scope="session")
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The platform's API, trusting the sandbox's authority."""
    trust = world.certificates.trust()
    async with httpx.AsyncClient(base_url=world.platform.api_url, verify=trust) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def cloudflare(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Cloudflare's API, with the token that opens everything."""
    headers = {"Authorization": f"Bearer {world.account.token.value}"}
    async with httpx.AsyncClient(base_url=world.cloudflare.api_url, headers=headers) as client:
        yield client
