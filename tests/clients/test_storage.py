"""Buckets over real HTTP, and finding the newest whole backup among their objects."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.backup_listing import newest_backup
from bot.clients.storage import Bucket, StoredObject
from bot.clients.storage_trouble import StorageFailure, StorageTrouble
from bot.errors import NotConfigured
from tests.health.loopback import Handler, always, drip, serving

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def stored(key: str, hours: float, size: int = 50_000) -> StoredObject:
    return StoredObject(key, size, NOW - timedelta(hours=hours))


def test_a_manifest_makes_a_backup() -> None:
    found = newest_backup(
        [
            stored("2026/22/pitchey.dump.zst", 30.1),
            stored("2026/22/manifest.json", 30, 900),
            stored("2026/23/pitchey.dump.zst", 5),
        ]
    )
    assert found is not None
    assert (found.key, found.proven, found.backups) == ("2026/22/manifest.json", True, 1)
    assert found.size == 50_000
    assert found.unfinished == ("2026/23/pitchey.dump.zst",)


def test_without_manifests_the_newest_real_dump_counts_unproven() -> None:
    found = newest_backup(
        [stored("1/database.sql.gz", 40), stored("2/database.sql.gz", 3, 20), stored("code.tar", 1)]
    )
    assert found is not None
    assert (found.key, found.proven) == ("1/database.sql.gz", False)
    assert found.unfinished == ("2/database.sql.gz",)


def test_no_dump_is_no_backup() -> None:
    assert newest_backup([]) is None
    assert newest_backup([stored("readme.txt", 1), stored("x.sql.gz", 1, 20)]) is None


@given(
    st.lists(
        st.builds(
            stored,
            st.text(max_size=20) | st.sampled_from(["a.dump", "a/manifest.json", "manifest.json"]),
            st.floats(0, 1000),
            st.integers(0, 10**12),
        )
    )
)
def test_any_listing_is_survived(objects: list[StoredObject]) -> None:
    found = newest_backup(objects)
    assert found is None or found.key in {each.key for each in objects}


def bucket(url: str) -> Bucket:
    return Bucket("backups", "key", "secret", url, timeout_seconds=2)


def error(code: str) -> str:
    return f"<Error><Code>{code}</Code><Message>m</Message></Error>"


@pytest.mark.parametrize(
    ("handler", "trouble"),
    [
        (always(error("AccessDenied"), 403, "application/xml"), StorageTrouble.DENIED),
        (always(error("NoSuchBucket"), 404, "application/xml"), StorageTrouble.NO_BUCKET),
        (always(error("InvalidAccessKeyId"), 403, "application/xml"), StorageTrouble.KEYS),
        (always(error("InternalError"), 500, "application/xml"), StorageTrouble.FAILING),
    ],
)
async def test_refusals_are_told_apart(handler: Handler, trouble: StorageTrouble) -> None:
    async with serving(handler) as url:
        store = bucket(url)
        with pytest.raises(StorageFailure) as caught:
            await store.objects(deadline=8)
        store.close()
    assert caught.value.trouble is trouble
    assert "secret" not in repr(store)


async def test_a_connection_that_is_cut_is_told_as_that() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with serving(cut) as url:
        store = bucket(url)
        with pytest.raises(StorageFailure) as caught:
            await store.objects(deadline=8)
        store.close()
    assert caught.value.trouble is StorageTrouble.CUT
    assert "cut the connection" in caught.value.message


async def test_a_head_without_a_body_still_tells_denied_from_missing() -> None:
    for status, trouble in ((403, StorageTrouble.DENIED), (404, StorageTrouble.NO_BUCKET)):
        async with serving(always(b"", status)) as url:
            store = bucket(url)
            with pytest.raises(StorageFailure) as caught:
                await store.reach(deadline=5)
            store.close()
        assert caught.value.trouble is trouble


async def test_a_refused_or_hanging_store_is_left_in_time() -> None:
    store = bucket("http://127.0.0.1:1")
    with pytest.raises(StorageFailure) as caught:
        await store.reach(deadline=5)
    store.close()
    assert caught.value.trouble is StorageTrouble.REFUSED
    async with serving(drip) as url:
        store = bucket(url)
        started = time.monotonic()
        with pytest.raises(StorageFailure) as caught:
            await store.objects(deadline=0.5)
        assert time.monotonic() - started < 30
        hanging = [each for each in threading.enumerate() if each.name.startswith("bucket-")]
        assert hanging
        assert all(each.daemon for each in hanging)  # the bot may exit while they hang
        store.close()
    assert caught.value.trouble is StorageTrouble.TIMED_OUT


async def test_pages_are_read_to_the_end(tmp_path: Path) -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        store = bucket(f"http://{host}:{port}")
        client = store.connect()
        client.create_bucket(Bucket="backups")
        for number in range(5):
            client.put_object(Bucket="backups", Key=f"{number}.dump", Body=b"x" * 10)
        found = await store.run(
            lambda s3: [
                page["KeyCount"]
                for page in s3.get_paginator("list_objects_v2").paginate(
                    Bucket="backups", PaginationConfig={"PageSize": 2}
                )
            ],
            deadline=10,
        )
        assert found == [2, 2, 1]
        assert len(await store.objects(deadline=10)) == 5
        await store.reach(deadline=10)
        store.close()
    finally:
        server.stop()


async def test_without_keys_it_says_what_to_set() -> None:
    store = Bucket("backups", missing=("AWS_ACCESS_KEY_ID",))
    with pytest.raises(NotConfigured, match="AWS_ACCESS_KEY_ID"):
        await store.reach(deadline=1)
