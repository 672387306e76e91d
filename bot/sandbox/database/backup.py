"""A real dump of the database, made once per template: what lies in the backup bucket."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bot.sandbox.processes import Processes


async def dump(
    program: Path, url: str, folder: Path, recipe: str, processes: Processes
) -> tuple[Path, dict[str, Any]]:
    """The dump file and its facts (server version, rows per table); kept while `recipe` lasts."""
    target, note = folder / "backup.dump", folder / "backup.json"
    if target.exists() and note.exists():
        kept: dict[str, Any] = json.loads(note.read_text("utf-8"))
        if kept.pop("recipe", "") == recipe:
            return target, kept
    process = await processes.start(
        [program, "--format=custom", "--compress=1", f"--file={target}", f"--dbname={url}"],
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
    )  # fmt: skip
    facts, (_, words) = await asyncio.gather(_facts(url), process.communicate())
    await processes.stop(process)
    if process.returncode:
        raise RuntimeError(f"pg_dump failed: {words.decode(errors='replace').strip()}")
    note.write_text(json.dumps(facts | {"recipe": recipe}), "utf-8")
    return target, facts


async def _facts(url: str) -> dict[str, Any]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "SELECT relname FROM pg_stat_user_tables ORDER BY relname"
        )
        names = [name for (name,) in await cursor.fetchall()]
        rows = {}
        for name in names:
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            found = await (await connection.execute(count)).fetchone()
            rows[name] = found[0] if found else 0
        version = connection.info.parameter_status("server_version")
    return {"database": "pitchey", "server_version": version, "tables": rows}
