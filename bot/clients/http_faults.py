"""Why an HTTP request got no answer, told by name and without any secret."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from bot.errors import Unreachable


class Trouble(StrEnum):
    """Why no answer came."""

    NAME = "name not resolved"
    REFUSED = "connection refused"
    TIMED_OUT = "timed out"
    CERTIFICATE = "certificate not accepted"
    CUT = "connection cut"
    REDIRECTS = "redirect loop"
    UNREACHABLE = "network unreachable"
    PROTOCOL = "not an HTTP answer"


class NoAnswer(Unreachable):
    """A request that got no whole answer: `trouble` says why, `received` how many bytes came.

    `certificate_code` is OpenSSL's verify code where the certificate was the reason
    (9 not yet valid, 10 expired, 18 to 21 unknown issuer, 62 wrong host).
    """

    def __init__(
        self,
        trouble: Trouble,
        message: str,
        *,
        seconds: float = 0.0,
        received: int = 0,
        certificate_code: int = 0,
    ) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.seconds = seconds
        self.received = received
        self.certificate_code = certificate_code


def presentable(url: str) -> str:
    """A URL that may be shown: no credentials, no query, no fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the configured address"
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))


def host_of(url: str) -> str:
    """Host and port alone, of an address whose other parts are a secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the configured address"
    return f"{parts.hostname}{port}" if parts.hostname else "the configured address"


def explain(
    error: BaseException, shown: str, elapsed: float, received: int, deadline: float
) -> NoAnswer:
    """What an exception of a connection means for a reader."""
    import httpx

    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        came = f"{received} bytes came" if received else "nothing came"
        message = f"{shown} did not finish its answer within {deadline:.3g} s ({came})."
        return NoAnswer(Trouble.TIMED_OUT, message, seconds=elapsed, received=received)
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return NoAnswer(Trouble.PROTOCOL, f"{shown} is not a web address.", seconds=elapsed)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NoAnswer(
                Trouble.CERTIFICATE,
                f"The certificate of {shown} is not accepted: {cause.verify_message.rstrip('.')}.",
                seconds=elapsed,
                certificate_code=cause.verify_code,
            )
        if isinstance(cause, socket.gaierror):
            message = f"The name of {shown} cannot be resolved."
            return NoAnswer(Trouble.NAME, message, seconds=elapsed)
        if isinstance(cause, ConnectionRefusedError):
            message = f"{shown} refuses connections."
            return NoAnswer(Trouble.REFUSED, message, seconds=elapsed)
        if isinstance(cause, OSError) and cause.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
            return NoAnswer(Trouble.UNREACHABLE, f"No route leads to {shown}.", seconds=elapsed)
    foreign = isinstance(error, (httpx.ProtocolError, httpx.DecodingError))
    if foreign and not any(word in str(error) for word in ("disconnected", "closed")):
        message = f"{shown} does not answer in readable HTTP."
        return NoAnswer(Trouble.PROTOCOL, message, seconds=elapsed, received=received)
    message = f"{shown} cut the connection after {received} bytes."
    return NoAnswer(Trouble.CUT, message, seconds=elapsed, received=received)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend(linked for linked in (current.__cause__, current.__context__) if linked)
