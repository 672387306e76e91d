"""A connection that is cut off while it is being opened is closed, not left to the collector.

httpcore closes a connection whose TLS handshake fails, but not one whose handshake is cancelled:
by a deadline, or beside another question that failed. On a slow machine that is often.
"""

from __future__ import annotations

from typing import Any

_CONNECTED = "connection.connect_tcp.complete"
_SECURED = "connection.start_tls.complete"
_NOT_SECURED = "connection.start_tls.failed"


class Opening:
    """What one request opens; `trace` is what httpcore's extension of that name is given."""

    def __init__(self) -> None:
        self._stream: Any = None  # between its connection and the end of its handshake

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        if event == _CONNECTED:
            self._stream = info["return_value"]
        elif event == _SECURED:
            self._stream = None
        elif event == _NOT_SECURED and self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.aclose()
