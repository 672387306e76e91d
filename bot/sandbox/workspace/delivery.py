"""Getting a payload to the app and its acknowledgement back, by socket or by signed HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from bot.sandbox.workspace.acknowledgement import ANSWERED, Undelivered
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.signed import SignedHttp
from bot.sandbox.workspace.sockets import Sockets

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

# When an event that was not acknowledged is tried again: at once, after 1 and after 5 minutes.
RETRY_AFTER = (0.0, 60.0, 300.0)


class Transport(Protocol):
    async def send(self, kind: str, payload: Json, attempt: int, reason: str) -> Any:
        """The body of the acknowledgement (a JSON value, a text or None); raises Undelivered."""


class Delivery:
    """Sends payloads of a kind: slash_commands, events_api, or an interactive payload's type."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.sockets = Sockets(workspace)
        self.http = SignedHttp(workspace)
        self._running: set[asyncio.Task[None]] = set()

    @property
    def transport(self) -> Transport:
        """Signed HTTP where a request URL is set or Socket Mode is off, else the sockets."""
        if self.http.request_url or not self._workspace.manifest.socket_mode:
            return self.http
        return self.sockets

    async def interactive(self, kind: str, payload: Json, person_id: str) -> Any:
        """Deliver once; the answer within three seconds, or Undelivered. Never tried again."""
        twice = self._workspace.faults.on("slack_redelivers")
        answer = await self._send(kind, payload, person_id, copies=2 if twice else 1)
        return answer if kind in ANSWERED else None

    def event(self, payload: Json, person_id: str = "") -> None:
        """Deliver an event in the background, again and again until it is taken or given up."""
        self.background(self._event(payload, person_id))

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settled(self, within: float = 45.0) -> None:
        """Return when nothing is being delivered and no retry is to come.

        TimeoutError after so many real seconds: forward the clock to bring retries on.
        """
        async with asyncio.timeout(within):
            while self._running:
                await asyncio.wait(tuple(self._running))

    async def close(self) -> None:
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.sockets.close()
        await self.http.close()

    async def _event(self, payload: Json, person_id: str) -> None:
        reason = ""
        began = self._workspace.clock.now()
        twice = self._workspace.faults.on("slack_redelivers")
        for attempt, wait in enumerate((0.0, *RETRY_AFTER)):
            await self._workspace.clock.sleep_until(began + wait)
            try:
                await self._send(
                    "events_api",
                    payload,
                    person_id,
                    attempt=attempt,
                    reason=reason,
                    copies=2 if twice else 1,
                )
            except Undelivered as failure:
                if failure.final:
                    return
                reason = failure.reason
                # The first retry comes at once, the later ones a fixed time after that.
                if attempt == 0:
                    began = self._workspace.clock.now()
                continue
            return

    async def _send(
        self,
        kind: str,
        payload: Json,
        person_id: str,
        *,
        attempt: int = 0,
        reason: str = "",
        copies: int = 1,
    ) -> Any:
        """Send it (each copy the same to the byte); the first copy's answer counts."""
        sending = [self._recorded(kind, payload, person_id, attempt, reason) for _ in range(copies)]
        answers = await asyncio.gather(*sending, return_exceptions=True)
        if isinstance(answers[0], BaseException):
            raise answers[0]
        return answers[0]

    async def _recorded(
        self, kind: str, payload: Json, person_id: str, attempt: int, reason: str
    ) -> Any:
        began = time.perf_counter()
        error, answer = "cancelled", None
        try:
            answer = await self.transport.send(kind, payload, attempt, reason)
            error = ""
            return answer
        except Undelivered as failure:
            error = failure.reason
            raise
        finally:
            name = kind
            if kind == "events_api":
                name = f"event {payload['event']['type']}"
            self._workspace.record.add(
                at=self._workspace.clock.now(),
                kind="delivery",
                name=name,
                arguments=payload,
                answer=answer,
                ms=(time.perf_counter() - began) * 1000,
                error=error,
                attempt=attempt,
                person_id=person_id,
                response_url=str(payload.get("response_url") or ""),
            )
