"""What the page asks for: the frame, messages, modals, the Home tab, files."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.page.directory import directory_of, facts_of, may_see
from bot.sandbox.page.drawing import render
from bot.sandbox.page.drawing_workspace import (
    home_html,
    message_html,
    view_html,
    workspace_json,
)
from bot.sandbox.page.requests import channel_of, refuse, viewer_of
from bot.sandbox.workspace import Workspace

AT_ONCE = 100  # messages of one answer
_MOST = 1_000


class Reading:
    """GET handlers."""

    def __init__(self, workspace: Workspace, roles: Mapping[str, str]) -> None:
        self._workspace = workspace
        self._roles = roles

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/page/state", self.state),
            web.get("/page/messages", self.messages),
            web.get("/page/message", self.message),
            web.get("/page/views", self.views),
            web.get("/page/home", self.home),
            web.get("/page/files/{id}", self.file),
        ]

    async def page(self, _: web.Request) -> web.Response:
        html = render("page.html", app_name=self._workspace.manifest.bot_name)
        return web.Response(text=str(html), content_type="text/html")

    async def state(self, request: web.Request) -> web.Response:
        """Without `person`, as the first person one can act as."""
        if "person" in request.query:
            viewer_id = viewer_of(request, self._workspace)
        else:
            viewer_id = next(one.id for one in self._workspace.people.values() if one.can_act)
        return web.json_response(workspace_json(self._workspace, viewer_id, self._roles))

    async def messages(self, request: web.Request) -> web.Response:
        """The newest messages of a channel or thread, older than `before` where given."""
        viewer_id = viewer_of(request, self._workspace)
        channel = channel_of(request, self._workspace, viewer_id)
        thread_ts = request.query.get("thread", "")
        before = request.query.get("before", "")
        limit = request.query.get("limit", str(AT_ONCE))
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= _MOST:
            raise refuse(f"limit must be a whole number from 1 to {_MOST}")
        found = self._workspace.messages(channel.id, viewer_id, thread_ts)
        if before:
            found = tuple(message for message in found if message.ts < before)
        shown = found if thread_ts else found[-int(limit) :]
        directory = directory_of(self._workspace, viewer_id)
        place = "thread" if thread_ts else "channel"
        return web.json_response(
            {
                "messages": [
                    {
                        "id": message.id,
                        "ts": message.ts,
                        "html": message_html(
                            message, directory, place=place, pinned=message.id in channel.pinned
                        ),
                    }
                    for message in shown
                ],
                "more": len(shown) < len(found),
            }
        )

    async def message(self, request: web.Request) -> web.Response:
        """One message as it is now; `shown_in` says which lists it belongs to. 404 once gone."""
        viewer_id = viewer_of(request, self._workspace)
        channel = channel_of(request, self._workspace, viewer_id)
        message = self._workspace.message(request.query.get("id", ""))
        if (
            message is None
            or message.channel_id != channel.id
            or message.ephemeral_to not in ("", viewer_id)
        ):
            raise refuse("this message is gone", web.HTTPNotFound)
        directory = directory_of(self._workspace, viewer_id)
        pinned = message.id in channel.pinned
        return web.json_response(
            {
                "id": message.id,
                "ts": message.ts,
                "thread": message.thread_ts or message.ts,
                "in_channel": message.broadcast or not message.is_reply,
                "channel_html": message_html(message, directory, pinned=pinned),
                "thread_html": message_html(message, directory, place="thread", pinned=pinned),
                "text": message.text,
            }
        )

    async def views(self, request: web.Request) -> web.Response:
        """The modal on top of the person's stack, and how deep the stack is.

        With `window`, only where the stack was opened in that browser window or in none.
        """
        viewer_id = viewer_of(request, self._workspace)
        stack = self._workspace.views_open(viewer_id)
        window = request.query.get("window", "")
        if not stack or (window and stack[0].window not in ("", window)):
            return web.json_response({"depth": 0})
        directory = directory_of(self._workspace, viewer_id)
        name = self._workspace.manifest.bot_name
        html = view_html(stack[-1], directory, depth=len(stack), app_name=name)
        return web.json_response(
            {"depth": len(stack), "id": stack[-1].id, "hash": stack[-1].hash, "html": html}
        )

    async def home(self, request: web.Request) -> web.Response:
        viewer_id = viewer_of(request, self._workspace)
        directory = directory_of(self._workspace, viewer_id)
        return web.json_response({"html": home_html(self._workspace.home(viewer_id), directory)})

    async def file(self, request: web.Request) -> web.Response:
        """A shared file; pictures may show in the page, everything else is a download."""
        file = self._workspace.files.get(request.match_info["id"])
        viewers = [person.id for person in self._workspace.people.values() if person.can_act]
        seen = file is not None and any(may_see(self._workspace, one, file) for one in viewers)
        if file is None or not file.complete or not seen:
            raise refuse("this file is gone", web.HTTPNotFound)
        shows = facts_of(file).is_picture and "download" not in request.query
        disposition = "inline" if shows else "attachment"
        return web.Response(
            body=file.content,
            headers={
                "Content-Type": file.mimetype if shows else "application/octet-stream",
                "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name)}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )
