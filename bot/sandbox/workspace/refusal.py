"""The way every part of the workspace says no: one of Slack's error codes."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer `{"ok": false, "error": error, **more}`, with an HTTP status and headers."""

    def __init__(
        self,
        error: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.more = more

    def answer(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.more}


def missing(field: str) -> Refusal:
    """The refusal for an argument that is not there."""
    return Refusal(
        "invalid_arguments",
        response_metadata={"messages": [f"[ERROR] missing required field: {field}"]},
    )
