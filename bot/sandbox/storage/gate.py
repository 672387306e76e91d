"""WSGI in front of the store: refuses, or is late, as the fault switches say."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from bot.sandbox.storage.shelves import UPLOADS

_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{}</Code><Message>{}</Message>{}</Error>'
)
_REQUEST = "<RequestId>4442587FB7D0A2F9</RequestId>"
_DENIED = ("403 Forbidden", "AccessDenied", "Access Denied")
_NO_BUCKET = ("404 Not Found", "NoSuchBucket", "The specified bucket does not exist")
_NO_PARTS = (
    "501 Not Implemented",
    "NotImplemented",
    "A header you provided implies functionality that is not implemented",
)
_WRITES = frozenset({"PUT", "POST"})
SLOWEST = 20.0  # seconds a switch may make an answer wait


class Gate:
    """`faults` are the switches that are on; answers come `seconds` late while `storage_slow`."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.faults: frozenset[str] = frozenset()
        self.seconds = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "storage_slow" in self.faults:
            time.sleep(min(self.seconds, SLOWEST))
        refusal = self._refusal(environ)
        if refusal is None:
            answer: Iterable[bytes] = self._store(environ, start_response)
            return answer
        status, code, words = refusal
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, [("Content-Type", "application/xml")])
        body = _XML.format(code, words, _REQUEST).encode()
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _refusal(self, environ: dict[str, Any]) -> tuple[str, str, str] | None:
        """(status, code, words) of what the switches refuse; None lets it through."""
        if "storage_refuses" in self.faults:
            return _DENIED
        bucket = environ.get("PATH_INFO", "").lstrip("/").partition("/")[0]
        if bucket != UPLOADS:
            return None
        if "bucket_missing" in self.faults:
            return _NO_BUCKET
        method = environ["REQUEST_METHOD"]
        if "uploads_read_only" in self.faults and method in _WRITES:
            return _DENIED
        begins = "uploads" in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if "multipart_refused" in self.faults and method == "POST" and begins:
            return _NO_PARTS
        return None
