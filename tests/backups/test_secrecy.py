"""What everybody on the machine can read of the bot's children: no password, no address."""

from __future__ import annotations

import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from bot.backups.drilling import drill
from bot.sandbox.world import World
from tests.backups.stage import ANA, database, owner, shop

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
_PROGRAMS = ("pg_dump", "pg_restore", "psql")


@dataclass
class Watch:
    """Looks at every process of the machine, again and again, as any of its users can."""

    secret: bytes
    own: tuple[bytes, ...]  # of the bot, which no child needs
    seen: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator[None]:
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.05):
                self.look()

        thread = threading.Thread(target=look, name="watch")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def look(self) -> None:
        for process in Path("/proc").iterdir():
            if not process.name.isdigit() or int(process.name) == os.getpid():
                continue
            try:
                words = (process / "cmdline").read_bytes()
                program = Path(words.split(b"\0")[0].decode(errors="replace")).name
                ours = f"PPid:\t{os.getpid()}\n" in (process / "status").read_text()
                if self.secret in words:
                    self.told.append(f"{program}: its arguments")
                if ours and program in _PROGRAMS and b"--version" not in words:
                    self._look_closely(process, program)
            except OSError:
                continue  # it has ended, or is not ours to read

    def _look_closely(self, process: Path, program: str) -> None:
        environment = process / "environ"
        # To others than its owner the kernel shows an environment to nobody.
        if stat.S_IMODE(environment.stat().st_mode) & 0o077:
            self.told.append(f"{program}: its environment is open to others")
        held = environment.read_bytes()
        self.told += [f"{program}: a secret of the bot" for each in self.own if each in held]
        needed = b"PGHOST=" in held
        if not needed and self.secret in held:
            self.told.append(f"{program}: a password that it does not need")
        self.seen.add(f"{program}{' signed in' if needed else ''}")


async def test_no_process_shows_the_password_while_a_dump_and_a_drill_run(
    world: World, tmp_path: Path
) -> None:
    secret = f"Qz7-{secrets.token_hex(12)}"
    rows = (
        "create table seen as select n as id, sha512(n::text::bytea) as one "
        "from generate_series(1, 150000) n"
    )
    async with database(world, "watched", rows) as dsn, await owner(world) as own:
        await own.execute("drop role if exists watched_role")
        made_role = "create role watched_role login createdb in role pitchey password "
        await own.execute(f"{made_role} '{secret}'".encode())
        try:
            address = make_conninfo(dsn, user="watched_role", password=secret)
            async with shop(world, tmp_path, address) as made:
                others = [
                    each.encode()
                    for each in made.settings.secrets.values()
                    if secret not in each and len(each) > 8
                ]
                watch = Watch(secret.encode(), tuple(others))
                with watch.watching():
                    backup = await made.take()
                    clients = made.house.clients
                    found = await drill(made.settings, clients, backup, person=ANA, say=made.say)
                assert found.problems == ()
            assert watch.told == []
            assert watch.seen == {"pg_dump signed in", "pg_restore", "pg_restore signed in"}
        finally:
            await own.execute("drop owned by watched_role; drop role watched_role")
