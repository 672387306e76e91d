"""A client is prepared in a thread while the event loop asks: there is only ever one of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bot.clients.http import Http
from bot.clients.storage import Bucket

AT_ONCE = 8


async def test_of_those_who_connect_at_once_all_get_the_same_client() -> None:
    http, bucket = Http(), Bucket("here", "key", "secret")
    start = Barrier(AT_ONCE)

    def connect(_number: int) -> tuple[int, int]:
        start.wait(10)
        return id(http.connect()), id(bucket.connect())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(set(pool.map(connect, range(AT_ONCE)))) == 1
    bucket.close()
    await http.aclose()
