"""The code that was live, as one archive that needs no bot: its modules and what they are. Pure."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.errors import BadAnswer

if TYPE_CHECKING:
    from datetime import datetime

    from bot.backups.manifest import Code
    from bot.clients.cloudflare_content import Bundle

_ABOUT = "worker.json"


def archive(bundle: Bundle, code: Code, at: datetime) -> bytes:
    """A tar of `worker.json` and `modules/…`; raises BadAnswer for names that lead out of it."""
    about = {
        "script": code.script, "version": code.version, "tag": code.tag, "message": code.message,
        "commit": code.commit, "main_module": bundle.entrypoint,
        "modules": {each.name: each.media_type for each in bundle.modules},
    }  # fmt: skip
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        _add(tar, _ABOUT, json.dumps(about, indent=1).encode(), at)
        for each in bundle.modules:
            path = PurePosixPath(each.name)
            if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in each.name:
                raise BadAnswer("A module of the Worker has a name that no file can have.")
            _add(tar, f"modules/{path}", each.content, at)
    return packed.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, at: datetime) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mtime, told.mode = len(content), int(at.timestamp()), 0o644
    tar.addfile(told, io.BytesIO(content))
