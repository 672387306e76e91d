"""When a request is tried again: a bounded number of times, and never before the server allows."""

from __future__ import annotations

import httpx
from httpx_retries import Retry

_STATUSES = (429, 500, 502, 503, 504)
_READS = ("GET", "HEAD", "OPTIONS")
_LONGEST_WAIT = 8.0  # seconds; a longer Retry-After is told to the person instead of slept through


class WaitTooLong(Exception):
    """The server asks for a longer pause than is worth waiting; `seconds` is what it asked."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(f"HTTP {status}, retry after {seconds:g} s")
        self.status = status
        self.seconds = seconds


class PatientRetry(Retry):
    """Honours Retry-After in full: waits that long, or not at all, but never shorter."""

    async def asleep(self, response: httpx.Response | Exception) -> None:
        if isinstance(response, httpx.Response):
            asked = parse_retry_after(response.headers.get("retry-after"))
            if asked is not None and asked > self.max_backoff_wait:
                raise WaitTooLong(response.status_code, asked)
        await super().asleep(response)


def parse_retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header (number or HTTP date); None without a readable one."""
    if not header:
        return None
    try:
        return Retry().parse_retry_after(header)
    except ValueError:
        return None


def retry(times: int, *, repeatable: bool) -> Retry:
    """The usual policy: `times` more attempts on lost connections, 429 and 5xx.

    Only reads are repeated, unless the caller says that this request may be (`repeatable`).
    """
    methods = (*_READS, "POST", "PUT", "DELETE", "PATCH") if repeatable else _READS
    return PatientRetry(
        total=times,
        allowed_methods=methods,
        status_forcelist=_STATUSES,
        retry_on_exceptions=(httpx.NetworkError, httpx.RemoteProtocolError),
        backoff_factor=0.2,
        max_backoff_wait=_LONGEST_WAIT,
    )


def probe_retry() -> Retry:
    """For health probes: once more where a kept connection had gone stale, nothing else.

    A probe must tell what it saw, so an error status or a refused connection stands.
    """
    return PatientRetry(
        total=1,
        allowed_methods=_READS,
        status_forcelist=(599,),  # the library takes its own list for an empty one
        retry_on_exceptions=(httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError),
    )
