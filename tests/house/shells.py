"""`pitchey` as a process, with standard output as a shell would give it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.store import AuditEntry, Store
from tests.engines import surroundings

ROOT = Path(__file__).parents[2]


def configured(folder: Path, **replaced: str) -> Path:
    """The folder with a pitchey.toml in it; `replaced` are lines `key = "value"` of it."""
    written = (ROOT / "pitchey.toml").read_text("utf-8")
    for name, value in replaced.items():
        lines = written.splitlines()
        found = [number for number, line in enumerate(lines) if line.startswith(f"{name} =")]
        assert found, f"pitchey.toml has no {name}"
        lines[found[0]] = f'{name} = "{value}"'
        written = "\n".join(lines) + "\n"
    (folder / "pitchey.toml").write_text(written, "utf-8")
    return folder


def pitchey(words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the bot in the folder, with nothing that only a shell does."""
    return _run([sys.executable, "-m", "bot", *words.split()], folder, environment)


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash in the folder; in it, `pitchey` is the bot."""
    known = f'pitchey() {{ "{sys.executable}" -m bot "$@"; }}\n'
    return _run(["bash", "-c", known + line], folder, {"PYTHONPATH": str(ROOT)} | environment)


def _run(
    command: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | surroundings(_store(folder)) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


def recorded(folder: Path) -> tuple[AuditEntry, ...]:
    store = Store.open(_store(folder))
    try:
        return tuple(store.audit.entries())
    finally:
        store.close()


def _store(folder: Path) -> Path:
    return folder / "var" / "pitchey.sqlite3"
