"""Bundles: sums, tampering, locks, and what a crash leaves."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import House
from bot.clients.storage import Bucket
from bot.store import Store
from bot.store.lessons_rows import EvidenceState, Part
from handlers.lessons.evidence import keeping, storing
from handlers.lessons.evidence.bundle import MANIFEST, digest, pack, part_of, verify
from handlers.lessons.evidence.collecting import SOURCES, plain, write
from handlers.lessons.evidence.preserving import home, scene_of, settle_lost
from tests.lessons import past
from tests.lessons.past import ANA, BEGAN


def bundle(folder: Path) -> tuple[Path, str]:
    (folder / "a.jsonl").write_text('{"a": 1}\n' * 1_000)
    (folder / "b.jsonl").write_text("")
    parts = [part_of(folder / "a.jsonl"), part_of(folder / "b.jsonl"), Part("c", problem="no zone")]
    whole = pack(folder / "whole.tar.gz", folder, parts, {"incident": "INC-1"})
    return folder / "whole.tar.gz", whole.sha256


def test_a_bundle_as_it_was_made_is_verified(tmp_path: Path) -> None:
    path, sha256 = bundle(tmp_path)
    with path.open("rb") as file:
        found = verify(file, sha256)
    assert (found.problems, found.parts, found.sha256) == ((), 2, sha256)
    with tarfile.open(path) as opened:
        manifest = json.load(opened.extractfile(MANIFEST) or io.BytesIO())
    assert manifest["parts"][2] == {"name": "c", "problem": "no zone", "sha256": "", "size": 0}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("where", [0, 40, -10])
def test_a_changed_byte_is_found(tmp_path: Path, where: int) -> None:
    path, sha256 = bundle(tmp_path)
    content = bytearray(path.read_bytes())
    content[where] ^= 0xFF
    assert verify(io.BytesIO(content), sha256).problems


def test_a_part_that_was_exchanged_is_named_even_with_a_new_sum(tmp_path: Path) -> None:
    path, _ = bundle(tmp_path)
    raw = gzip.decompress(path.read_bytes()).replace(
        b'{"a": 1}\n{"a": 1}', b'{"a": 2}\n{"a": 1}', 1
    )
    forged = gzip.compress(raw)
    sha256, _ = digest(io.BytesIO(forged))
    assert verify(io.BytesIO(forged), sha256).problems == ("a.jsonl was changed",)


NO_BUNDLE = {"empty": b"", "text": b"not a bundle", "gzip": gzip.compress(b"x" * 600)}


@pytest.mark.parametrize("content", NO_BUNDLE.values(), ids=NO_BUNDLE)
def test_what_is_no_bundle_is_told(content: bytes) -> None:
    assert verify(io.BytesIO(content), "0" * 64).problems


async def test_parts_are_written_without_secrets_and_the_timeline_as_it_is_stored(
    house: House, store: Store, tmp_path: Path
) -> None:
    record = past.resolved(store)
    scene = scene_of(house.dispatcher.runtime, record)
    beats = []

    async def beat() -> None:
        beats.append(1)

    (timeline,) = (each for each in SOURCES if each.name == "timeline.jsonl")
    for number in range(600):
        store.timeline.append(record.id, past.entry(f"n{number}", BEGAN, "note"))
    count = await write(timeline, scene, tmp_path / "t", beat)
    rows = [json.loads(line) for line in (tmp_path / "t").read_text().splitlines()]
    assert count == len(rows) == 607
    assert rows[-1]["hash"] == store.timeline.head(record.id)[1]
    assert beats == [1]


def test_any_value_becomes_json() -> None:
    value = {"at": BEGAN, 1: (EvidenceState.STORED, {"x"}), "b": b"raw", "p": Part("n")}
    assert json.dumps(plain(value))
    assert plain(value)["at"] == "2026-11-02T02:00:00+00:00"


def test_what_a_crash_left_is_interrupted_and_a_whole_bundle_is_kept(
    house: House, store: Store
) -> None:
    runtime, record = house.dispatcher.runtime, past.resolved(store)
    lost = store.lesson_evidence.begin(record.id, "OP-GONE", ANA, BEGAN)
    whole = store.lesson_evidence.begin(record.id, "OP-GONE", ANA, BEGAN)
    left = home(runtime) / f".{lost.id.lower()}"
    left.mkdir(parents=True)
    file = home(runtime) / "whole.tar.gz"
    file.write_bytes(b"x")
    store.lesson_evidence.bundled(whole.number, str(file), "ab", 1, ())
    assert settle_lost(runtime) == 2
    assert settle_lost(runtime) == 0
    first, second = store.lesson_evidence.of(record.id)
    assert (first.state, second.state) == (EvidenceState.INTERRUPTED, EvidenceState.KEPT_HERE)
    assert not left.exists()
    assert second.file == str(file)


@pytest.fixture(scope="module")
def locking() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


async def test_a_bucket_with_object_lock_keeps_it_from_being_deleted(
    locking: str, tmp_path: Path
) -> None:
    bucket = Bucket("locked", "key", "secret", locking)
    path, sha256 = bundle(tmp_path)
    now = datetime.now(UTC).replace(microsecond=0)
    await bucket.run(
        lambda client: client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True),
        deadline=10,
    )
    await bucket.run(lambda client: client.create_bucket(Bucket="plain"), deadline=10)
    await keeping.store(bucket, "evidence/x.tar.gz", path, sha256)
    locked = await keeping.lock(bucket, "evidence/x.tar.gz", 30, now)
    assert locked.until is not None
    kept = await bucket.run(
        lambda client: client.head_object(Bucket="locked", Key="evidence/x.tar.gz"),
        deadline=10,
    )
    assert kept["ObjectLockRetainUntilDate"] == locked.until
    assert not (await keeping.check_stored(bucket, "evidence/x.tar.gz", sha256)).problems
    without = await keeping.lock(Bucket("plain", "key", "secret", locking), "x", 30, now)
    assert (without.until, without.why) == (None, "the bucket has no object lock")
    assert (await keeping.lock(bucket, "x", 0, now)).why == "evidence_lock_days is 0"
    bucket.close()


class _Steps:
    """The journal's entry of an operation that nobody watches."""

    id, resumes, cancel_requested = "OP-TEST", "", False
    finished_steps: tuple[str, ...] = ()

    async def step(self, name: str) -> None:
        self.finished_steps += (name,)


async def test_a_file_that_was_changed_meanwhile_is_not_sent(
    house: House, store: Store, tmp_path: Path
) -> None:
    runtime, record = house.dispatcher.runtime, past.resolved(store)
    for content in (b"another", None):
        made = store.lesson_evidence.begin(record.id, "OP-1", ANA, BEGAN)
        path = tmp_path / made.id
        if content is not None:
            path.write_bytes(content)
        store.lesson_evidence.bundled(made.number, str(path), "ab" * 32, 7, ())
        store.lesson_evidence.end(made.number, EvidenceState.KEPT_HERE, None, BEGAN, file=str(path))
    changed, gone = await storing.send(runtime, record, ANA, _Steps())
    assert changed.state is gone.state is EvidenceState.KEPT_HERE
    assert "was changed since" in changed.detail
    assert "cannot be read" in gone.detail
