"""Starts the bot or the bare app as a process of its own, and reads what it costs."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.bench.slack import SECRET, TOKEN, signed


@dataclass
class Running:
    """One server process: its port, and the seconds from its start to its first acknowledgement."""

    process: asyncio.subprocess.Process
    port: int
    ready_seconds: float

    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    async def stop(self) -> None:
        self.process.terminate()
        await self.process.wait()


async def start(
    module: str, slack_port: int, folder: Path, *, hold: bool = False, services: bool = False
) -> Running:
    """Start `python -m module` and wait until it acknowledges a signed command."""
    port = _free_port()
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        env=environment(port, slack_port, folder, services=services)
        | {"BENCH_HOLD": "1" if hold else ""},
    )
    async with aiohttp.ClientSession() as session:
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"{module} ended with {process.returncode}")
            body, headers = signed("menu", f"http://127.0.0.1:{slack_port}/response")
            try:
                url = f"http://127.0.0.1:{port}/slack/events"
                async with session.post(url, data=body, headers=headers) as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientError:
                await asyncio.sleep(0.005)
    return Running(process, port, time.perf_counter() - began)


def environment(
    port: int, slack_port: int, folder: Path, *, services: bool = False
) -> dict[str, str]:
    """The environment of both apps: the same Slack, the same secrets, a store of its own.

    `services` configures the database and the buckets too, so that their libraries are loaded.
    """
    config = folder / f"pitchey-{port}.toml"
    config.write_text(
        f"""
[slack]
api_url = "http://127.0.0.1:{slack_port}/api/"
[http]
host = "127.0.0.1"
port = {port}
[store]
path = "{folder}/store-{port}.sqlite3"
[environments.production]
api_url = "http://127.0.0.1:{slack_port}"
site_url = "http://127.0.0.1:{slack_port}"
""",
        encoding="utf-8",
    )
    more = {}
    if services:
        more = {
            "DATABASE_URL": "postgresql://bench:bench@127.0.0.1:9/bench",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "R2_ACCESS_KEY_ID": "bench",
            "R2_SECRET_ACCESS_KEY": "bench",
        }
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return (
        kept
        | more
        | {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "BENCH_SLACK_URL": f"http://127.0.0.1:{slack_port}/api/",
            "PITCHEY_CONFIG": str(config),
            "PITCHEY_LOG": "ERROR",
            "PORT": str(port),
        }
    )


def import_seconds(module: str) -> float:
    """The time a fresh interpreter takes to import `module`, less an empty interpreter's."""

    def took(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    return took(f"import {module}") - took("pass")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
