"""The buckets for backups and uploads: a real S3 server that refuses wrong keys."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.door import HOST, Door
from bot.sandbox.faults import Faults
from bot.sandbox.processes import Processes
from bot.sandbox.storage.shelves import BACKUPS, UPLOADS

__all__ = ["BACKUPS", "UPLOADS", "Keys", "Storage"]

REGION = "us-east-1"
_GATED = (
    "storage_refuses", "storage_slow", "uploads_read_only", "multipart_refused", "bucket_missing",
)  # fmt: skip
_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs requests for one bucket."""

    access_key_id: str
    secret_access_key: str


class Storage:
    """`url` is the endpoint of both buckets; `keys` opens each, and only that one."""

    def __init__(self, processes: Processes, faults: Faults) -> None:
        self._processes = processes
        self._faults = faults
        self._process: Process | None = None
        self._order = asyncio.Lock()
        self._ready = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="uploads-check")
        self._uploads: Any = None
        self.keys = {bucket: _new_keys() for bucket in (BACKUPS, UPLOADS)}
        self.door = Door((HOST, 0))

    @property
    def url(self) -> str:
        return f"http://{self.door.address}"

    @property
    def direct_url(self) -> str:
        """Past the door: no fault switch reaches it."""
        host, port = self.door.target
        return f"http://{host}:{port}"

    async def open(self) -> None:
        """Take a port, so that `url` is known before the server runs."""
        await self.door.open()

    async def start(self) -> None:
        """Start the server with empty hands; `seed` fills it."""
        self._process = await self._processes.start(
            [sys.executable, "-m", "bot.sandbox.storage.server"],
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LINE,
        )
        keys = {
            bucket: {"id": pair.access_key_id, "secret": pair.secret_access_key}
            for bucket, pair in self.keys.items()
        }
        told = await self._tell(keys)
        self.door.target = (HOST, int(told["port"]))
        self._ready.set()

    async def seed(self, dump: Path, facts: Mapping[str, Any]) -> None:
        """Put believable backups and uploads; `facts` go into each manifest."""
        await self._tell({"do": "seed", "dump": str(dump), "facts": dict(facts)})

    async def tidy(self) -> None:
        """Take away what was put since the start."""
        await self._tell({"do": "tidy"})

    async def apply(self) -> None:
        """Bring the network edge in line with the fault switches."""
        await self._ready.wait()
        if self._faults.on("storage_down"):
            await self.door.shut()
        else:
            await self.door.open()
        gated = [name for name in _GATED if self._faults.on(name)]
        seconds = self._faults.amount("storage_slow")
        await self._tell({"do": "refuse", "on": gated, "seconds": seconds})
        cuts = self._faults.amount("storage_cuts") if self._faults.on("storage_cuts") else 0.0
        on = {name: self._faults.on(f"storage_{name}") for name in ("shortens", "lies", "stale")}
        await self._tell({"do": "break", "cuts": cuts} | on)
        await self._tell({"do": "damage", "on": self._faults.on("backup_damaged")})
        hours = self._faults.amount("backup_old") if self._faults.on("backup_old") else None
        await self._tell({"do": "age", "hours": hours})
        days = self._faults.amount("backup_ahead") if self._faults.on("backup_ahead") else None
        await self._tell({"do": "ahead", "days": days})

    async def check_uploads(self) -> None:
        """One real request to the uploads bucket; OSError in the service's words."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._head_bucket)

    async def stop(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._uploads is not None:
            self._uploads.close()
        await self.door.close()
        if self._process is not None:
            process, self._process = self._process, None
            if process.stdin is not None:
                process.stdin.close()
            await self._processes.stop(process)

    def _head_bucket(self) -> None:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        if self._uploads is None:
            keys = self.keys[UPLOADS]
            self._uploads = boto3.session.Session().client(
                "s3",
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id=keys.access_key_id,
                aws_secret_access_key=keys.secret_access_key,
                config=Config(retries={"total_max_attempts": 1}, connect_timeout=4, read_timeout=4),
            )
        try:
            self._uploads.head_bucket(Bucket=UPLOADS)
        except (BotoCoreError, ClientError) as error:
            raise OSError(str(error)) from error

    async def _tell(self, order: Mapping[str, Any]) -> dict[str, Any]:
        async with self._order:
            if self._process is None or self._process.stdin is None:
                raise RuntimeError("the storage server is not running")
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._listen()

    async def _listen(self) -> dict[str, Any]:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError("the storage server is not running")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the storage server ended; does moto fit its dependencies?")
        told: dict[str, Any] = json.loads(line)
        return told


def _new_keys() -> Keys:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    name = "".join(secrets.choice(letters) for _ in range(16))
    return Keys(f"AKIA{name}", secrets.token_urlsafe(30))
