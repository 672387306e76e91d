"""The cache's client: its address and token are secrets, its host may be read."""

from __future__ import annotations

import socket

import pytest

from bot.clients.http import Http
from bot.clients.http_faults import NoAnswer, host_of
from bot.clients.upstash import Upstash
from bot.redaction import Redactor


async def test_a_lost_cache_names_its_host_and_no_secret() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{held.getsockname()[1]}"
    url, token = f"http://{host}", "AXtokenOfTheCache123"
    http = Http()
    try:
        with pytest.raises(NoAnswer) as caught:
            await Upstash(http, url, token).use(deadline=2)
    finally:
        await http.aclose()
    assert Redactor((url, token)).text(caught.value.message) == f"{host} refuses connections."


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://eu1-a.upstash.io", "eu1-a.upstash.io"),
        ("https://me:word@eu1-a.upstash.io:8443/x?y=z", "eu1-a.upstash.io:8443"),
        ("eu1-a.upstash.io", "the configured address"),
        ("http://[", "the configured address"),
        ("http://a:b:c", "the configured address"),
    ],
)
def test_only_the_host_is_shown(url: str, shown: str) -> None:
    assert host_of(url) == shown
