"""WSGI in front of the store: cuts long transfers, loses bytes; and checks what S3 checks."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

_LONG = 1_000_000  # bytes of what counts as a long transfer
_LOST = 100  # bytes that are missing where the store lies
_UPLOAD = re.compile(rb"<UploadId>([^<]+)</UploadId>")
_LISTED = re.compile(
    rb"(<UploadId>([^<]+)</UploadId>(.*?)<Initiated>)([^<]+)(</Initiated>)", re.DOTALL
)
_BAD_DIGEST = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>BadDigest</Code><Message>'
    b"The Content-MD5 you specified did not match what we received.</Message>"
    b"<RequestId>4442587FB7D0A2F9</RequestId></Error>"
)


class Carrier:
    """`cuts` (percent of long transfers), `shortens`, `lies` and `stale` are faults.

    The store behind takes a wrong Content-MD5; S3 does not, so it is checked here.
    """

    def __init__(
        self,
        store: Any,
        shorten: Callable[[str], None],
        older: Callable[[str], bytes | None],
    ) -> None:
        self._store = store
        self._shorten = shorten
        self._older = older
        self.lies = self.stale = False
        self._lock = threading.Lock()
        self._share = 0.0
        self._begun: dict[bytes, bytes] = {}  # when each upload began, by its id
        self.shortens = False
        self.cuts = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            return self._put(environ, start_response)
        if (self.lies or self.stale) and environ["REQUEST_METHOD"] == "GET":
            return self._other_content(environ, start_response)
        answer: Iterable[bytes] = self._store(environ, start_response)
        asked = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if "uploads" in asked:
            return [self._dated(environ["REQUEST_METHOD"], b"".join(answer))]
        if environ["REQUEST_METHOD"] == "GET":
            return self._maybe_cut(environ, answer)
        if self.shortens and "uploadId=" in environ.get("QUERY_STRING", ""):
            answer = [b"".join(answer)]
            with contextlib.suppress(Exception):  # an upload of something small, or refused
                self._shorten(unquote(environ["PATH_INFO"]))
        return answer

    def _put(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if size >= _LONG and self._cut_now():
            environ["wsgi.input"].read(size // 2)
            self._hang_up(environ)
            return []
        wanted = environ.get("HTTP_CONTENT_MD5")
        if wanted:
            body = self._read(environ)
            digest = hashlib.md5(body, usedforsecurity=False).digest()
            if base64.b64encode(digest).decode() != wanted:
                start_response("400 Bad Request", [("Content-Type", "application/xml")])
                return [_BAD_DIGEST]
            environ["wsgi.input"] = io.BytesIO(body)
        answer: Iterable[bytes] = self._store(environ, start_response)
        return answer

    def _other_content(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Fewer bytes than a HEAD tells, or those of an older object; with a length that fits."""
        told: list[Any] = []
        body = b"".join(self._store(environ, lambda *answer: told.extend(answer)))
        status, headers = told[0], told[1]
        if status.startswith("200") and not environ.get("QUERY_STRING"):
            if self.stale:
                body = self._older(unquote(environ["PATH_INFO"])) or body
            body = body[:-_LOST] if self.lies else body
            headers = [each for each in headers if each[0].lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    def _dated(self, method: str, answer: bytes) -> bytes:
        """The store tells one and the same time for the beginning of every upload."""
        if method == "POST":
            for begun in _UPLOAD.findall(answer):
                now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                self._begun[begun] = now.encode()
            return answer
        return _LISTED.sub(
            lambda found: found[1] + self._begun.get(found[2], found[4]) + found[5], answer
        )

    def _maybe_cut(self, environ: dict[str, Any], answer: Iterable[bytes]) -> Iterable[bytes]:
        if not self.cuts:
            return answer
        whole = b"".join(answer)
        if len(whole) < _LONG or not self._cut_now():
            return [whole]

        def half() -> Iterator[bytes]:
            yield whole[: len(whole) // 2]
            self._hang_up(environ)

        return half()

    def _cut_now(self) -> bool:
        """Of so many in a hundred, evenly."""
        with self._lock:
            self._share += self.cuts
            if self._share < 100:
                return False
            self._share -= 100
            return True

    def _hang_up(self, environ: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

    def _read(self, environ: dict[str, Any]) -> bytes:
        body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return body
