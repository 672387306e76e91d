"""Our backup beside the guide's `pg_dump | gzip` and upload, and our restore beside its psql.

`PITCHEY_BENCH_MB` is how large the dump is, about (200 unless given; 1000 for the real figure).
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
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.sandbox.configuration import surroundings
from bot.sandbox.world import World

SMALL = 100  # megabytes; memory must be the same there
_ROW = 780  # bytes of one row in the dump
_WORDS = 4_000
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
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name:
        folder = Path(name)
        async with World.start(folder, with_bot=False) as world:
            small = await _database(world, "bench_small", SMALL)
            large = await _database(world, "bench", megabytes)
            ours_small = await _ours(world, small, "take")
            guide = await _guide(world, large, folder)
            ours = await _ours(world, large, "take")
            told = json.loads(ours.told)
            size = (folder / "database.sql.gz").stat().st_size
            say(f"  dump of {told['raw'] / 1e6:,.0f} MB, {told['rows']:,} rows")
            _line(say, "guide: pg_dump | gzip, upload", guide, size)
            _line(say, "ours: streamed, rows counted", ours, told["bytes"])
            goal("time beside the guide's", ours.wall / guide.wall, 0.25)
            goal("size beside the guide's", told["bytes"] / size, 1.1)
            goal("memory, MB", ours.memory / 1e6, 150)
            goal(f"memory beside {SMALL} MB's", ours.memory / ours_small.memory, 1.15)
            their_restore = await _their_restore(world, folder)
            our_restore = await _ours(world, large, "restore", told["id"])
            _line(say, "guide: gunzip | psql", their_restore, size)
            _line(say, "ours: streamed, rows compared", our_restore, told["bytes"])
            goal("restore beside the guide's", our_restore.wall / their_restore.wall, 0.5)


def _line(say: Callable[[str], None], name: str, took: Took, size: int) -> None:
    say(
        f"  {name:<32} {took.wall:6.1f} s wall, {took.cpu:6.1f} s CPU, "
        f"{took.memory / 1e6:5.0f} MB memory, {size / 1e6:6.1f} MB stored"
    )


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
         world.storage.url],
        os.environ | {"AWS_ACCESS_KEY_ID": keys.access_key_id,
                      "AWS_SECRET_ACCESS_KEY": keys.secret_access_key},
    )  # fmt: skip


async def _their_restore(world: World, folder: Path) -> Took:
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


async def _ours(world: World, dsn: str, act: str, backup: str = "") -> Took:
    """Its time is that of the work: the bot runs already when a backup is due."""
    variables = surroundings(world.environment | {"DATABASE_URL": dsn})
    took = await _timed([sys.executable, "-m", "tests.bench.backups_child", act, backup], variables)
    return replace(took, wall=json.loads(took.told)["seconds"])


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
    """The memory of a process and its children together, each tenth of a second."""
    root = psutil.Process(pid)
    while True:
        total = 0
        for each in (root, *root.children(recursive=True)):
            try:
                total += each.memory_full_info().pss  # what is shared counts once
            except psutil.Error:
                continue
        seen.append(total)
        await asyncio.sleep(0.1)
