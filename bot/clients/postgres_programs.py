"""pg_dump and pg_restore: which of those installed fits a server, and how they sign in.

A pg_dump older than the server refuses it; a newer one writes settings that an older server does
not know. So the same major version comes first, then the lowest one above.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import NotConfigured, OpsError

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/homebrew/opt/libpq/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\)\s+(\d+)(\S*)")
_SECRET = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key"})
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Program:
    """One installed program; `version` such as "18.4"."""

    path: Path
    major: int
    version: str


def find(name: str, server_major: int, folder: Path | None = None) -> Program:
    """The program that fits the server. Blocks for a moment; raises NotConfigured."""
    found = list(_installed(name, folder))
    if not found:
        where = f"in {folder}" if folder else "on the bot's machine"
        raise NotConfigured(
            f"There is no {name} {where}.",
            f"Install postgresql-client-{server_major}, or name its folder in pitchey.toml: "
            '[backups] programs = "…".',
        )
    fitting = [each for each in found if each.major >= server_major]
    if not fitting:
        newest = max(found, key=lambda each: each.major)
        raise NotConfigured(
            f"{name} {newest.version} is older than the server, which is PostgreSQL "
            f"{server_major}: it refuses to work with it.",
            f"Install postgresql-client-{server_major}, or name its folder in pitchey.toml: "
            '[backups] programs = "…".',
        )
    return min(fitting, key=lambda each: each.major)


def _installed(name: str, folder: Path | None) -> Iterable[Program]:
    paths = [folder / name] if folder else list(_candidates(name))
    for path in dict.fromkeys(paths):
        if (program := _asked(path)) is not None:
            yield program


def _candidates(name: str) -> Iterable[Path]:
    if (first := shutil.which(name)) is not None:
        yield Path(first)
    for pattern in _PLACES:
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            if (folder / name).exists():
                yield folder / name


def _asked(path: Path) -> Program | None:
    try:
        told = subprocess.run(  # noqa: S603 - a program of the machine's own
            [path, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True,
            env=surroundings({}),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.search(told.stdout)
    return Program(path, int(found[1]), found[1] + found[2]) if found else None


def direct(dsn: str) -> str:
    """Neon's direct host in place of its pooled one, as dumps want it; others stay as they are."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(dsn)
    host = str(parts.get("host") or "")
    first, dot, rest = host.partition(".")
    if first.endswith("-pooler") and dot:
        parts["host"] = f"{first.removesuffix('-pooler')}.{rest}"
        parts.pop("hostaddr", None)
        return make_conninfo("", **parts)
    return dsn


def sign_in(dsn: str, database: str = "") -> tuple[dict[str, str], str]:
    """(environment, connection string without secrets) for a program of PostgreSQL.

    What has a variable of libpq's own goes there, so that no password stands among the arguments
    of a process, which everybody on the machine can read. Raises OpsError.
    """
    from psycopg.pq import Conninfo

    variables: dict[str, str] = {}
    others: list[str] = []
    for option in Conninfo.parse(dsn.encode()):
        keyword, value = option.keyword.decode(), option.val
        if value is None or keyword == "dbname":
            continue
        if option.envvar is not None:
            variables[option.envvar.decode()] = value.decode()
        elif keyword in _SECRET:
            raise OpsError(
                f"DATABASE_URL holds {keyword}, which cannot be handed over safely.",
                "Leave it out of DATABASE_URL for the bot.",
                permanent=True,
            )
        else:
            others.append(f"{keyword}={_quoted(value.decode())}")
    others.append(f"dbname={_quoted(database or _name(dsn))}")
    return surroundings(variables), " ".join(others)


def surroundings(variables: dict[str, str]) -> dict[str, str]:
    """A child's environment: none of the bot's own secrets, messages in English."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", **variables}


def _name(dsn: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(dsn)
    return str(parts.get("dbname") or parts.get("user") or "postgres")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
