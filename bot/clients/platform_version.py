"""Which uploaded version of the Worker answers: the platform's own word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.http_faults import NoAnswer
from bot.clients.platform import not_offered
from bot.errors import BadAnswer

if TYPE_CHECKING:
    from bot.clients.platform import Platform

VERSION = "/api/version"  # since the release of 2026-07
NOT_TOLD = "this release does not tell which version it is"


@dataclass(frozen=True, slots=True)
class Told:
    """`version` is the id of who answered; empty where `trouble` came instead."""

    version: str = ""
    trouble: str = ""


async def told_version(
    platform: Platform, *, deadline: float, headers: Mapping[str, str] | None = None
) -> Told:
    """Ask once, within `deadline` seconds. Raises nothing of the platform's."""
    try:
        answer = await platform.get(VERSION, deadline=deadline, headers=headers)
    except NoAnswer as error:
        return Told(trouble=error.message)
    # A release that asks everybody to sign in says 401 to addresses it does not have, too.
    refusal = await platform.refusal(deadline=deadline) if answer.status >= 400 else None
    if not_offered(answer, refusal):
        return Told(trouble=NOT_TOLD)
    if answer.status >= 400:
        return Told(trouble=f"{VERSION} answered {answer.status}")
    try:
        body = answer.told()
    except BadAnswer:
        return Told(trouble=f"{VERSION} answered no JSON")
    version = body.get("version") if isinstance(body, Mapping) else None
    # A number that people gave the release is no id of an upload: only that comes with its tag.
    if isinstance(version, str) and version and "tag" in body:
        return Told(version)
    return Told(trouble=NOT_TOLD)
