"""The database's network edge: slow answers, and refusal for an exhausted quota."""

from __future__ import annotations

import asyncio
import struct
from asyncio import StreamReader, StreamWriter

from bot.sandbox.door import Door, Talk
from bot.sandbox.faults import Faults

QUOTA_MESSAGE = (
    "Your account or project has exceeded the compute time quota. "
    "Upgrade your plan to increase limits."
)
WAKING_MESSAGE = "the database system is starting up"
_ENCRYPTION_REQUESTS = (80_877_103, 80_877_104)  # SSLRequest, GSSENCRequest
_READY = b"Z\x00\x00\x00\x05"  # ReadyForQuery: ends each answer, and the sign-in


class DatabaseDoor(Door):
    """Speaks just enough of PostgreSQL's protocol to break it as its host would."""

    def __init__(self, target: tuple[str, int], faults: Faults) -> None:
        super().__init__(target)
        self._faults = faults

    async def greet(self, reader: StreamReader, writer: StreamWriter) -> bool:
        refusal = self._refusal()
        if refusal is None:
            return True
        length, code = struct.unpack("!II", await reader.readexactly(8))
        if code in _ENCRYPTION_REQUESTS:
            writer.write(b"N")
            length = struct.unpack("!I", await reader.readexactly(4))[0]
            await reader.readexactly(length - 4)
        writer.write(_fatal(*refusal))
        await writer.drain()
        return False

    def _refusal(self) -> tuple[str, str] | None:
        """(SQLSTATE, words) that every connection is turned away with; None lets it in."""
        if self._faults.on("database_quota"):
            return "XX000", QUOTA_MESSAGE
        if self._faults.on("database_waking"):
            return "57P03", WAKING_MESSAGE
        return None

    async def before_answer(self, chunk: bytes, talk: Talk) -> None:
        """Late are the answers to statements; signing in is not, as with a pooler in front."""
        if talk.signed_in and self._faults.on("database_slow"):
            await asyncio.sleep(self._faults.amount("database_slow"))
        talk.signed_in = talk.signed_in or _READY in chunk


def _fatal(state: str, message: str) -> bytes:
    fields = b"".join(
        kind + value.encode() + b"\x00"
        for kind, value in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", state), (b"M", message))
    )
    return b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\x00"
