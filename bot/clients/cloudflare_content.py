"""The code of a Worker's version, as it was uploaded: GET …/content/v2?version=.

Modules come as a form, with the first one's name in `cf-entrypoint`; a Worker without modules as
plain text. Source: Cloudflare's SDKs, and wrangler 3, which copied versions by `version`; that
parameter is in no reference, so what comes is compared with the newest code: see `live_code`.
"""

from __future__ import annotations

import email
from dataclasses import dataclass, field
from email.message import Message

from bot.clients.cloudflare import Cloudflare
from bot.clients.http import Answer
from bot.errors import BadAnswer

PERMISSION = "Workers Scripts Read"
_MOST = 80_000_000  # bytes; a Worker has 64 MB at most, before compression
_SCRIPT = "application/javascript"


@dataclass(frozen=True, slots=True)
class Module:
    """One file of a Worker."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The modules of a version; `entrypoint` names the one that is called."""

    entrypoint: str
    modules: tuple[Module, ...]

    @property
    def size(self) -> int:
        return sum(len(each.content) for each in self.modules)


async def bundle(
    cloudflare: Cloudflare, script: str, version: str, *, deadline: float = 60.0
) -> Bundle:
    """Raises BadAnswer, and what Cloudflare.call does."""
    answer = await cloudflare.file(
        f"{cloudflare.script(script)}/content/v2", permission=PERMISSION,
        params={"version": version}, deadline=deadline, most_bytes=_MOST,
    )  # fmt: skip
    return read_bundle(answer)


def read_bundle(answer: Answer) -> Bundle:
    """The modules of an answer; raises BadAnswer for one that is not whole. Pure."""
    if answer.truncated or not answer.body:
        raise BadAnswer("Cloudflare did not give the whole code of the Worker.")
    if answer.media_type != "multipart/form-data":
        if "javascript" not in answer.media_type and answer.media_type != "text/plain":
            raise BadAnswer(
                f"Cloudflare gave the Worker's code as {answer.media_type or 'nothing known'}."
            )
        return Bundle("index.js", (Module("index.js", _SCRIPT, answer.body),))
    entrypoint = answer.headers.get("cf-entrypoint", "")
    modules = tuple(_modules(answer.headers["content-type"], answer.body))
    names = [each.name for each in modules]
    if entrypoint not in names or len(set(names)) != len(names):
        raise BadAnswer("Cloudflare's form of the Worker's code does not name its first module.")
    return Bundle(entrypoint, modules)


def _modules(content_type: str, body: bytes) -> list[Module]:
    kind = Message()
    kind["content-type"] = content_type
    boundary = str(kind.get_param("boundary") or "").encode()
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    # The last boundary has two hyphens behind it: without them the end is missing.
    if not boundary or len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise BadAnswer("Cloudflare did not give the whole code of the Worker.")
    found = []
    for part in parts[:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        told = email.message_from_bytes(head + b"\r\n\r\n")
        name = str(told.get_param("name", "", header="content-disposition") or "")
        found.append(Module(name, told.get_content_type(), content))
    return found
