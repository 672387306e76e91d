"""Our backup beside the guide's `pg_dump | gzip` and upload, and our restore beside its psql.

`PITCHEY_BENCH_MB` is how large the dump is, about (200 unless given; 1000 for the real figure).
The bucket of both lies in memory where that can be, since its disk is another machine's.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.sandbox.configuration import surroundings
from bot.sandbox.world import World

SMALL = 100  # megabytes; memory must be the same there
TIMES = 3  # each of it but the guide's backup, which takes longest
_LOOK = 0.5  # seconds between two looks at memory
_ROW = 780  # bytes of one row in the dump
_WORDS = 4_000
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of this process alone is made in it
_FILL = """
create table pitches (id bigint primary key, owner bigint, title text, synopsis text,
  created_at timestamptz, budget numeric(12, 2));
insert into pitches select n, n % 50021, left(p.text, (30 + n % 40)::int),
  substr(p.text, 1 + (n * 7919 % 3000)::int, 560), '2026-01-01'::timestamptz + n * interval '7 s',
  (n * 7919 % 100000000) / 100.0
from generate_series(1::bigint, {half}) n join paragraphs p on p.id = n % 5000;
create table events (id bigint primary key, kind text, told jsonb, at timestamptz);
insert into events select n, (array['view', 'like', 'open', 'send'])[(1 + n % 4)::int],
  jsonb_build_object('user', n % 50021, 'session', md5(n::text), 'note',
    substr(p.text, 1 + (n * 104729 % 3000)::int, 520)),
  '2026-01-01'::timestamptz + n * interval '3 s'
from generate_series(1::bigint, {half}) n join paragraphs p on p.id = (n * 31) % 5000;
drop table paragraphs;
create index on pitches (owner); create index on pitches (created_at);
create index on events (kind, at); analyze;
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Wall and CPU seconds of the processes, and the most memory they had together (bytes)."""

    wall: float
    cpu: float
    memory: int
    told: str


async def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    megabytes = int(os.environ.get("PITCHEY_BENCH_MB", "200"))
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name, _in_memory():
        folder = Path(name)
        async with World.start(folder, with_bot=False) as world:
            small = await _database(world, "bench_small", SMALL)
            large = await _database(world, "bench", megabytes)
            ours_small = await _ours(world, small, "take")
            guide = await _guide(world, large, folder)
            ours = await _median(lambda: _ours(world, large, "take"))
            told = json.loads(ours.told)
            size = (folder / "database.sql.gz").stat().st_size
            say(f"  dump of {told['raw'] / 1e6:,.0f} MB, {told['rows']:,} rows")
            _line(say, "guide: pg_dump | gzip, upload", guide, size)
            _line(say, "ours: streamed, rows counted", ours, told["bytes"])
            goal("time beside the guide's", ours.wall / guide.wall, 0.25)
            goal("size beside the guide's", told["bytes"] / size, 1.1)
            goal("memory, MB", ours.memory / 1e6, 150)
            goal(f"memory beside {SMALL} MB's", ours.memory / ours_small.memory, 1.15)
            server = await _server(world)
            before = _spent(server)
            their_restore = await _median(lambda: _their_restore(world, folder))
            work = (_spent(server) - before) / TIMES
            our_restore = await _median(lambda: _our_restore(world, large, told["id"]))
            _line(say, "guide: gunzip | psql", their_restore, size)
            _line(say, "ours: streamed, rows compared", our_restore, told["bytes"])
            least = await _least_restore(world, large, folder)
            _line(say, "pg_restore --jobs=2, local file", least, told["raw"])
            ratio = least.wall / their_restore.wall
            say(f"    {ratio:.2f} of the guide's: what loads by it is hardly quicker here")
            cores = os.cpu_count() or 1
            bound = work / cores / their_restore.wall
            say(
                f"    the server itself spent {work:.1f} s CPU on the guide's: with all {cores} "
                f"cores to itself and no client at all that is {bound:.2f} of the guide's time"
            )
            goal("restore beside the guide's", our_restore.wall / their_restore.wall, 0.5)


async def _median(once: Callable[[], Awaitable[Took]]) -> Took:
    """The one in the middle of several: what the disk still does for those before it varies."""
    took = [await once() for _ in range(TIMES)]
    return sorted(took, key=lambda each: each.wall)[TIMES // 2]


async def _server(world: World) -> psutil.Process:
    """The server's first process: those of sessions that ended are counted with it."""
    async with await AsyncConnection.connect(world.database.direct_url) as connection:
        return psutil.Process(connection.info.backend_pid).parent() or psutil.Process()


def _spent(server: psutil.Process) -> float:
    """Seconds of the processor, with those of its children."""
    own = server.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for each in server.children():
        with suppress(psutil.Error):  # it ended just now, and is counted above the next time
            times = each.cpu_times()
            total += times.user + times.system
    return total


def _line(say: Callable[[str], None], name: str, took: Took, size: int) -> None:
    say(
        f"  {name:<32} {took.wall:6.1f} s wall, {took.cpu:6.1f} s CPU, "
        f"{took.memory / 1e6:5.0f} MB memory, {size / 1e6:6.1f} MB stored"
    )


@contextmanager
def _in_memory() -> Iterator[None]:
    """Where the store of the buckets writes: it asks TMPDIR; the databases do not."""
    if not _MEMORY.is_dir():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-", dir=_MEMORY) as folder:
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before


async def _database(world: World, name: str, megabytes: int) -> str:
    owner = make_conninfo(world.database.direct_url, dbname="postgres")
    dsn = _direct(world, name)
    made = sql.SQL("create database {} owner pitchey").format(sql.Identifier(name))
    async with await AsyncConnection.connect(owner, autocommit=True) as connection:
        await connection.execute(made)
    dice = random.Random(1)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(_WORDS)]
    weights = [1 / (rank + 1) for rank in range(_WORDS)]  # as words of a language are
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("create table paragraphs (id bigint primary key, text text)")
        async with connection.cursor().copy("copy paragraphs from stdin") as rows:
            for number in range(5_000):
                await rows.write_row((number, " ".join(dice.choices(words, weights, k=700))))
        half = megabytes * 1_000_000 // (_ROW * 2)
        await connection.execute(_FILL.format(half=half).encode())
    return dsn


def _direct(world: World, name: str) -> str:
    """Past the sandbox's door, which would be the bottleneck of all of them."""
    own, server = conninfo_to_dict(world.database.url), world.database.direct_url
    return make_conninfo(server, user=own["user"], password=own["password"], dbname=name)


async def _guide(world: World, dsn: str, folder: Path) -> Took:
    """The guide's backup script, with the pipe and the upload it has."""
    target, dump = folder / "database.sql.gz", world.database.programs / "pg_dump"
    keys = world.storage.keys["pitchey-backups"]
    upload = (
        "import boto3, sys; boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1')"
        ".upload_file(sys.argv[2], 'pitchey-backups', 'guide/database.sql.gz')"
    )
    script = '"$1" "$2" | gzip > "$3" && "$4" -c "$5" "$6" "$3"'
    return await _timed(
        ["bash", "-c", script, "guide", str(dump), dsn, str(target), sys.executable, upload,
         world.storage.direct_url],
        os.environ | {"AWS_ACCESS_KEY_ID": keys.access_key_id,
                      "AWS_SECRET_ACCESS_KEY": keys.secret_access_key},
    )  # fmt: skip


async def _their_restore(world: World, folder: Path) -> Took:
    await _drop(world, "bench_guide")
    target = _direct(world, "bench_guide")
    programs = world.database.programs
    script = '"$1" "$2" && gunzip < "$3" | "$4" --quiet --no-psqlrc "$5" > /dev/null'
    maintenance = _direct(world, "postgres")
    create = [str(programs / "createdb"), f"--maintenance-db={maintenance}"]
    return await _timed(
        ["bash", "-c", script.replace('"$1" "$2"', '"$1" "$2" bench_guide'), "guide", *create,
         str(folder / "database.sql.gz"), str(programs / "psql"), target],
        dict(os.environ),
    )  # fmt: skip


async def _least_restore(world: World, dsn: str, folder: Path) -> Took:
    """PostgreSQL's own program, with its file at hand and nothing compared: what is possible."""
    programs, dump = world.database.programs, folder / "database.dump"
    make = [str(programs / "pg_dump"), "--format=custom", "--compress=0", f"--file={dump}", dsn]
    await _timed(make, dict(os.environ))
    script = '"$1" "$2" bench_least && exec "$3" --jobs=2 --no-owner --dbname="$4" "$5"'
    create = [str(programs / "createdb"), f"--maintenance-db={_direct(world, 'postgres')}"]
    options = {"PGOPTIONS": "-c synchronous_commit=off -c maintenance_work_mem=256MB"}
    try:
        return await _timed(
            ["bash", "-c", script, "least", *create, str(programs / "pg_restore"),
             _direct(world, "bench_least"), str(dump)],
            os.environ | options,
        )  # fmt: skip
    finally:
        dump.unlink()


async def _ours(world: World, dsn: str, act: str, backup: str = "") -> Took:
    """Its time is that of the work: the bot runs already when a backup is due."""
    variables = surroundings(
        world.environment | {"DATABASE_URL": dsn, "BENCH_BUCKETS": world.storage.direct_url}
    )
    took = await _timed([sys.executable, "-m", "tests.bench.backups_child", act, backup], variables)
    return replace(took, wall=json.loads(took.told)["seconds"])


async def _our_restore(world: World, dsn: str, backup: str) -> Took:
    await _drop(world, "bench_ours")
    return await _ours(world, dsn, "restore", backup)


async def _drop(world: World, name: str) -> None:
    drop = sql.SQL("drop database if exists {}").format(sql.Identifier(name))
    owner = _direct(world, "postgres")
    async with await AsyncConnection.connect(owner, autocommit=True) as connection:
        await connection.execute(drop)


async def _timed(command: list[str], variables: dict[str, str]) -> Took:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command, env=variables, stdout=PIPE)
    seen: list[int] = []
    watching = asyncio.create_task(_watched(process.pid, seen))
    told, _ = await process.communicate()
    wall = time.perf_counter() - began
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with code {process.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, cpu, max(seen, default=0), told.decode())


async def _watched(pid: int, seen: list[int]) -> None:
    """The memory of a process and its children together, now and then: looking takes a core's time,
    which whoever needs all cores would pay for.
    """
    root = psutil.Process(pid)
    while True:
        total = 0
        for each in (root, *root.children(recursive=True)):
            try:
                total += each.memory_full_info().pss  # what is shared counts once
            except psutil.Error:
                continue
        seen.append(total)
        await asyncio.sleep(_LOOK)
