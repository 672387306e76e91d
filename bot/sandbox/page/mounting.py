"""Puts the page into the sandbox's web application, with the headers that keep it harmless."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.page.acts import Acts
from bot.sandbox.page.live import Live
from bot.sandbox.page.panels import Panels, Settled
from bot.sandbox.page.reading import Reading
from bot.sandbox.page.requests import only_here
from bot.sandbox.workspace import Workspace

_STATIC = Path(__file__).parent / "static"
# No inline script or style, nothing from elsewhere but pictures that an app's message names.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_page(
    app: web.Application,
    workspace: Workspace,
    faults: Faults,
    roles: Mapping[str, str] | None = None,
    settled: Settled | None = None,
) -> None:
    """Mount `/` and `/page/…`. `roles` are the bot's own roles by person id, shown beside names.

    `settled` waits until every fault switched so far is in force; OSError or RuntimeError of it
    are told to whoever switched.
    """
    app.middlewares.append(only_here(workspace))
    live = Live(workspace)
    app.add_routes(Reading(workspace, roles or {}).routes())
    app.add_routes(Acts(workspace).routes())
    app.add_routes(Panels(workspace, faults, settled).routes())
    app.add_routes(live.routes())
    app.router.add_static("/page/static", _STATIC)
    app.on_response_prepare.append(_protect)
    app.on_shutdown.append(live.close)


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    if request.path != "/" and not request.path.startswith("/page/"):
        return
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("Cache-Control", "no-cache")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
