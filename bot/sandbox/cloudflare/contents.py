"""The code of a version, as whoever uploaded it sent it: GET …/content/v2."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.cloudflare.envelope import ApiError
from bot.sandbox.cloudflare.workers import Workers

_MODULE = "application/javascript+module"


@dataclass(frozen=True, slots=True)
class Module:
    """One part of an upload."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


class Contents:
    """The handler below /accounts/{account}/workers/scripts."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def content(self, request: web.Request) -> web.Response:
        """A form of the modules, of the newest version unless one is named."""
        script = self._workers.script(request)
        wanted = request.query.get("version", "")
        version = script.version(wanted) if wanted else script.newest
        if version is None:
            raise ApiError(404, 10222, "The requested Worker version could not be found.")
        modules = version.modules or (
            Module("index.js", _MODULE, _made_up(script.name, version.tag, version.code)),
        )
        entrypoint = version.main_module or modules[0].name
        boundary = uuid.uuid4().hex
        parts = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{each.name}"; '
            f'filename="{each.name}"\r\nContent-Type: {each.media_type}\r\n\r\n'.encode()
            + each.content + b"\r\n"
            for each in modules
        )  # fmt: skip
        return web.Response(
            body=parts + f"--{boundary}--\r\n".encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "cf-entrypoint": entrypoint,
                "etag": version.code,
            },
        )


def _made_up(script: str, tag: str, code: str) -> bytes:
    """What a version that nobody uploaded here might hold."""
    return (
        f"// {script} {tag} {code[:12]}\n"
        "export default {\n  async fetch() {\n    return new Response('ok');\n  },\n};\n"
    ).encode()
