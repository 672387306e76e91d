"""HTTP for all clients: one connection pool, a deadline for each call, faults told by name.

Redirects are never followed unasked, bodies are capped, and no message ever carries a query
string, a header or credentials of a URL.
"""

from __future__ import annotations

import asyncio
import json as jsonlib
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bot.clients.http_faults import NoAnswer, Trouble, explain, presentable
from bot.clients.opening import Opening
from bot.errors import BadAnswer

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 4_000_000
MOST_SHOWN = 100_000
MOST_REDIRECTS = 5
USER_AGENT = "pitchey-ops-bot"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `url` is without query and credentials; `seconds` until the last byte."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    seconds: float
    truncated: bool = False  # the body was longer than asked for
    redirects: tuple[str, ...] = ()  # addresses gone through, in order
    retry_after: float | None = None
    redact: Callable[[str], str] = field(default=str, repr=False, compare=False)

    @property
    def milliseconds(self) -> float:
        return self.seconds * 1000

    @property
    def text(self) -> str:
        """The body's first 100 kB without secrets: for judging by eye, and for excerpts."""
        shown = self.body[:MOST_SHOWN].decode("utf-8", "replace")
        return self.redact(shown + ("…" if len(self.body) > MOST_SHOWN else ""))

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        start = self.body[:400].lstrip().lower()
        return "html" in self.media_type or start.startswith((b"<!doctype html", b"<html"))

    def told(self) -> Any:
        """As `json`, without secrets in any text of it: for what is shown to people."""
        return _redacted(self.json(), self.redact)

    def json(self) -> Any:
        """The body as JSON, whatever its content type says; BadAnswer when it is none."""
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError) as error:  # RecursionError: absurdly nested
            raise BadAnswer(f"{self.url} answered {self.status} without readable JSON.") from error


@dataclass
class Http:
    """The one HTTP client. Opens nothing until first used; close with `aclose`."""

    ca_file: Path | None = None
    timeout_seconds: float = 20.0
    redact: Callable[[str], str] = field(default=str, repr=False)
    _client: httpx.AsyncClient | None = field(default=None, repr=False)
    _context: ssl.SSLContext | None = field(default=None, repr=False)
    # Prepared in a thread while the event loop asks: of two clients one would never be closed.
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False)

    async def send(  # noqa: PLR0913 - every option is keyword-only
        self,
        method: str,
        url: str,
        *,
        deadline: float | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        content: bytes | None = None,
        retries: int = 2,
        repeatable: bool = False,
        probe: bool = False,
        most_bytes: int = MOST_BYTES,
        shown: str = "",
        **more: Any,
    ) -> Answer:
        """Send one request and read the answer within `deadline` seconds, retries included.

        `probe` never repeats an answer with an error status; `shown` is what messages call the
        address, where the address is a secret. Raises NoAnswer.
        """
        import httpx

        from bot.clients import retrying

        client = self.connect()
        seconds = self.timeout_seconds if deadline is None else deadline
        policy = retrying.probe_retry() if probe else retrying.retry(retries, repeatable=repeatable)
        shown = self.redact(shown or presentable(url))
        received = bytearray()
        started = time.perf_counter()
        try:
            request = client.build_request(
                method,
                url,
                headers=dict(headers or {}),
                params=dict(params) if params else None,
                json=json,
                content=content,
                timeout=seconds,
                extensions={"retry": policy, "trace": Opening().trace},
                **more,
            )
            async with asyncio.timeout(seconds):
                response = await client.send(request, stream=True)
                try:
                    truncated = await _read(response, received, most_bytes)
                finally:
                    await response.aclose()
        except retrying.WaitTooLong as wait:
            elapsed = time.perf_counter() - started
            return Answer(
                method,
                shown,
                wait.status,
                {},
                b"",
                elapsed,
                retry_after=wait.seconds,
                redact=self.redact,
            )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            elapsed = time.perf_counter() - started
            raise explain(error, shown, elapsed, len(received), seconds) from error
        plain_headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(
            method=method,
            url=shown,
            status=response.status_code,
            headers=plain_headers,
            body=bytes(received),
            seconds=time.perf_counter() - started,
            truncated=truncated,
            retry_after=retrying.parse_retry_after(plain_headers.get("retry-after")),
            redact=self.redact,
        )

    async def follow(self, url: str, *, deadline: float, probe: bool = False) -> Answer:
        """GET through at most five redirects; the addresses gone through are in the answer.

        Sends no credentials. Raises NoAnswer(REDIRECTS) for a loop or a longer chain.
        """
        ends = time.perf_counter() + deadline
        started = time.perf_counter()
        gone: list[str] = []
        here = url
        while True:
            left = max(0.001, ends - time.perf_counter())
            answer = await self.send("GET", here, deadline=left, probe=probe)
            location = answer.headers.get("location", "")
            if answer.status not in {301, 302, 303, 307, 308} or not location:
                elapsed = time.perf_counter() - started
                return replace(answer, redirects=tuple(gone), seconds=elapsed)
            following = urljoin(here, location)
            gone.append(self.redact(presentable(following)))
            if following == here or gone.count(gone[-1]) > 1 or len(gone) > MOST_REDIRECTS:
                raise NoAnswer(
                    Trouble.REDIRECTS,
                    f"{presentable(url)} redirects without end (last to {gone[-1]}).",
                    seconds=time.perf_counter() - started,
                )
            if urlsplit(following).scheme not in {"http", "https"}:
                raise NoAnswer(
                    Trouble.PROTOCOL, f"{presentable(url)} redirects to something not on the web."
                )
            here = following

    def tls_context(self) -> ssl.SSLContext:
        """Verifies against the public authorities, and `ca_file` besides."""
        if self._context is None:
            changed = 0 if self.ca_file is None else self.ca_file.stat().st_mtime_ns
            self._context = _verifying(self.ca_file, changed)
        return self._context

    def fresh(self) -> Http:
        """Another client of the same kind with no connection open yet; close it with `aclose`."""
        return Http(self.ca_file, self.timeout_seconds, self.redact, _context=self.tls_context())

    def connect(self) -> httpx.AsyncClient:
        """The client behind `send`; makes it, and loads its library, at the first call."""
        with self._making:
            if self._client is None:
                self._client = self._made()
            return self._client

    def _made(self) -> httpx.AsyncClient:
        import httpx
        from httpx_retries import RetryTransport

        context = self.tls_context()
        return httpx.AsyncClient(
            transport=RetryTransport(transport=httpx.AsyncHTTPTransport(verify=context)),
            verify=context,  # for the connections that go through a proxy of the environment
            follow_redirects=False,
            # identity: the bytes counted are the bytes that came
            headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # keeps none
            mounts={"all://127.0.0.1": None, "all://localhost": None},  # never by a proxy
        )

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


@cache
def _verifying(ca_file: Path | None, _changed: int) -> ssl.SSLContext:
    """One for the process: reading all authorities takes some 40 ms."""
    import httpx

    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


async def _read(response: httpx.Response, received: bytearray, most: int) -> bool:
    async for chunk in response.aiter_bytes():
        received += chunk
        if len(received) > most:
            del received[most:]
            return True
    return False


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(name): _redacted(inside, redact) for name, inside in value.items()}
    if isinstance(value, list):
        return [_redacted(inside, redact) for inside in value]
    return value
