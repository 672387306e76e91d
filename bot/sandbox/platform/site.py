"""The platform's website: a few pages and their assets, with the headers of Pages."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.faults import Faults
from bot.sandbox.zone.edge import ZoneEdge

_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
_DOCUMENT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | Pitchey</title>
<script type="module" src="/assets/index.js"></script></head>
<body><div id="root"><h1>{title}</h1></div></body></html>
"""
_TITLES = {"/": "Where stories meet investors", "/login": "Sign in", "/browse": "Browse pitches"}


def application(faults: Faults, zone_edge: ZoneEdge) -> web.Application:
    """The site. Every unknown path gets the front page, as single-page sites do."""

    @web.middleware
    async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
        if faults.on("site_slow"):
            await asyncio.sleep(faults.amount("site_slow"))
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    async def page(request: web.Request) -> web.Response:
        title = _TITLES.get(request.path, _TITLES["/"])
        response = web.Response(text=_DOCUMENT.format(title=title), content_type="text/html")
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        return response

    async def asset(request: web.Request) -> web.Response:
        del request
        response = web.Response(
            text="document.documentElement.dataset.ready = 'true';\n",
            content_type="application/javascript",
        )
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Cache-Tag"] = "assets"
        return response

    site = web.Application(middlewares=[zone_edge.site, edge])
    site.router.add_get("/assets/{name}", asset)
    site.router.add_get("/{tail:.*}", page)
    return site
