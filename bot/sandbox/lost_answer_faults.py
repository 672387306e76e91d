"""The switches that lose Cloudflare's answers to changes, and not the answers to reads."""

from __future__ import annotations

from bot.sandbox.fault import Fault

LOST_ANSWER_FAULTS: tuple[Fault, ...] = (
    Fault(
        "cloudflare_swallows",
        "cloudflare",
        "Cloudflare swallows answers",
        "Changes are done, then the connection is cut; all else fails afterwards for",
        0.0,
        "s",
    ),
    Fault(
        "cloudflare_loses",
        "cloudflare",
        "Cloudflare loses changes",
        "Changes are answered 504 and not done",
    ),
    Fault(
        "cloudflare_late",
        "cloudflare",
        "Cloudflare does changes late",
        "Changes are answered 504, and done later by",
        1.0,
        "s",
    ),
)
