"""What a request of the page carries, checked; everything wrong is a 4xx answer with words."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.workspace import Channel, Workspace


def refuse(words: str, status: type[web.HTTPException] = web.HTTPBadRequest) -> web.HTTPException:
    return status(text=json.dumps({"error": words}), content_type="application/json")


_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def here(host: str, port: int) -> bool:
    """Whether a Host header names this machine and this port.

    A site elsewhere can let its own name point to 127.0.0.1 ("DNS rebinding"); the browser then
    takes us for that site, and only the Host header tells.
    """
    try:
        parts = urlsplit(f"//{host}")
        local = parts.netloc == host and parts.hostname in _NAMES and "@" not in host
        return local and (parts.port or 80) == port
    except ValueError:
        return False


def only_here(workspace: Workspace) -> Middleware:
    """Answers 403 to whoever reached the page by another name than this machine's."""

    @web.middleware
    async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
        page = request.path == "/" or request.path.startswith("/page/")
        port = urlsplit(workspace.base_url).port or 80
        if page and not here(request.headers.get("Host", ""), port):
            raise refuse(f"open this page as {workspace.base_url}", web.HTTPForbidden)
        return await handler(request)

    return checked


def viewer_of(request: web.Request, workspace: Workspace) -> str:
    """The person whose eyes the page shows; raises 404 for nobody who can act."""
    person_id = request.query.get("person", "")
    person = workspace.people.get(person_id)
    if person is None or not person.can_act:
        raise refuse(f"nobody to act as has the id {person_id!r}", web.HTTPNotFound)
    return person_id


def channel_of(request: web.Request, workspace: Workspace, viewer_id: str) -> Channel:
    """A channel that the viewer may read; raises 404 for any other."""
    wanted = request.query.get("channel", "")
    for channel in workspace.channels_for(viewer_id):
        if channel.id == wanted:
            return channel
    raise refuse(f"this person sees no channel {wanted!r}", web.HTTPNotFound)


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a POST from this very page; another site's form or script gets a 403."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise refuse("only this page may act here", web.HTTPForbidden)
    if request.content_type != "application/json":
        raise refuse("a JSON body is needed", web.HTTPUnsupportedMediaType)
    try:
        body = await request.json()
    except ValueError:
        raise refuse("the body is not JSON") from None
    if not isinstance(body, dict):
        raise refuse("the body is not a JSON object")
    return body


def words(body: dict[str, Any], name: str) -> str:
    """A text of the body, "" where it is missing; 400 for anything else."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise refuse(f"{name} must be text")
    return value
