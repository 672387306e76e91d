"""Cloudflare's public status page: GET /api/v2/summary.json, as Statuspage writes it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Faults

_COMPONENTS = (
    "API", "Cache", "Dashboard", "DNS Updates", "Durable Objects", "Hyperdrive", "Network",
    "Pages", "Queues", "R2", "SSL Certificate Provisioning", "Workers", "Workers KV",
)  # fmt: skip
_TROUBLED = ("Workers", "Workers KV", "R2")


class StatusPage:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def summary(self, request: web.Request) -> web.Response:
        del request
        now = datetime.now(UTC)
        incident = self._faults.on("cloudflare_incident")
        components = [_component(name, now, troubled=incident) for name in _COMPONENTS]
        indicator, description = "none", "All Systems Operational"
        if incident:
            indicator, description = "critical", "Major System Outage"
        return web.json_response(
            {
                "page": {
                    "id": "yh6f0r4529hb",
                    "name": "Cloudflare",
                    "url": "https://www.cloudflarestatus.com",
                    "time_zone": "Etc/UTC",
                    "updated_at": _stamp(now),
                },
                "components": components,
                "incidents": [_incident(components, now)] if incident else [],
                "scheduled_maintenances": [],
                "status": {"indicator": indicator, "description": description},
            }
        )


def _component(name: str, now: datetime, *, troubled: bool) -> dict[str, Any]:
    return {
        "id": hashlib.sha256(name.encode()).hexdigest()[:12],
        "name": name,
        "status": "major_outage" if troubled and name in _TROUBLED else "operational",
        "created_at": "2019-01-02T15:22:52.421Z",
        "updated_at": _stamp(now - timedelta(minutes=14)),
        "position": _COMPONENTS.index(name) + 1,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": "yh6f0r4529hb",
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(components: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    begun = now - timedelta(minutes=14)
    return {
        "id": "3wq8k2v0x7cd",
        "name": "Elevated errors with Workers, Workers KV and R2",
        "status": "investigating",
        "impact": "critical",
        "shortlink": "https://stspg.io/3wq8k2v0x7cd",
        "created_at": _stamp(begun),
        "updated_at": _stamp(begun),
        "started_at": _stamp(begun),
        "monitoring_at": None,
        "resolved_at": None,
        "page_id": "yh6f0r4529hb",
        "incident_updates": [
            {
                "id": "b1f0c7d2a9e4",
                "status": "investigating",
                "body": "We are investigating elevated error rates in several regions.",
                "incident_id": "3wq8k2v0x7cd",
                "created_at": _stamp(begun),
                "updated_at": _stamp(begun),
                "display_at": _stamp(begun),
                "affected_components": None,
            }
        ],
        "components": [part for part in components if part["status"] != "operational"],
    }


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
