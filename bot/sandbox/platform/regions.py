"""The regional Workers of the guide: the same small answers from three addresses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.certificates import Certificates
from bot.sandbox.faults import Faults
from bot.sandbox.platform.answers import answer, not_found, stamp
from bot.sandbox.platform.health import VERSION
from bot.sandbox.serving import Serving

_PATHS = ("/api/health/ping", "/api/health")


@dataclass(frozen=True, slots=True)
class Place:
    """A region: the countries it serves, how far it is in ms, and the switch that breaks it."""

    name: str
    countries: tuple[str, ...]
    away_ms: float
    fault: str = ""
    default: bool = False


PLACES = (
    Place("us", ("US", "CA", "MX"), 8.0, default=True),
    Place("eu", ("GB", "DE", "FR", "ES", "IT", "NL"), 22.0, "region_slow"),
    Place("asia", ("IN", "JP", "SG", "KR"), 45.0, "region_down"),
)


class Regions:
    """`url(name)` is https; each answers with its name in the header `x-pitchey-region`."""

    def __init__(self, faults: Faults, certificates: Certificates) -> None:
        self._faults = faults
        self._serving = {
            place.name: Serving(self._application(place), certificates.context) for place in PLACES
        }

    def url(self, name: str) -> str:
        return self._serving[name].url

    async def start(self) -> None:
        for serving in self._serving.values():
            await serving.start()

    async def stop(self) -> None:
        for serving in self._serving.values():
            await serving.stop()

    async def apply(self, changed: str) -> None:
        """Bring the doors in line with the switches; lateness acts by itself."""
        del changed
        asia = self._serving["asia"].door
        if self._faults.on("region_down"):
            await asia.shut()
        else:
            await asia.open()

    def _application(self, place: Place) -> web.Application:
        async def handle(request: web.Request) -> web.Response:
            late = self._faults.amount("region_slow") if self._late(place) else 0.0
            await asyncio.sleep(place.away_ms / 1000 + late)
            known = request.method == "GET" and request.path in _PATHS
            body = {"status": "ok", "timestamp": stamp(), "version": VERSION}
            response = answer(body) if known else not_found()
            response.headers["x-pitchey-region"] = place.name
            return response

        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", handle)
        return application

    def _late(self, place: Place) -> bool:
        return place.fault == "region_slow" and self._faults.on("region_slow")
