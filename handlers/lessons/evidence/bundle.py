"""A bundle on the disk: a tar.gz of its parts and a manifest of their SHA-256 sums.

Files are read and written in pieces, so its size does not matter to the bot's memory. Blocks:
call it in a thread.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from bot.store.lessons_rows import Part

MANIFEST = "manifest.json"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """`problems` are empty for a bundle that is as it was made; `parts` were checked."""

    sha256: str
    size: int
    parts: int
    problems: tuple[str, ...]


def digest(file: IO[bytes]) -> tuple[str, int]:
    """The SHA-256 sum of what is left in the file, and how many bytes that is."""
    found, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE):
        found.update(piece)
        size += len(piece)
    return found.hexdigest(), size


def part_of(path: Path) -> Part:
    with path.open("rb") as file:
        sha256, size = digest(file)
    return Part(path.name, sha256, size)


def pack(target: Path, folder: Path, parts: Sequence[Part], about: Mapping[str, Any]) -> Part:
    """Write the bundle; the manifest is its last member. Answers its own name, sum and size."""
    manifest = {**about, "parts": [asdict(part) for part in parts]}
    text = json.dumps(manifest, indent=1, sort_keys=True).encode()
    with tarfile.open(target, "w:gz") as bundle:
        for part in parts:
            if part.sha256:
                bundle.add(folder / part.name, part.name, recursive=False)
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(text), 0o600
        bundle.addfile(member, io.BytesIO(text))
    target.chmod(0o600)
    return part_of(target)


def verify(stream: IO[bytes], wanted: str) -> Verified:
    """Read a bundle once, from its beginning: its own sum, and each part's by its manifest."""
    hashed = _Hashed(stream)
    sums: dict[str, tuple[str, int]] = {}
    listed: list[dict[str, Any]] = []
    problems: list[str] = []
    try:
        with tarfile.open(fileobj=hashed, mode="r|gz") as bundle:
            for member in bundle:
                content = bundle.extractfile(member)
                if content is None:
                    continue
                if member.name == MANIFEST:
                    listed = json.loads(content.read(8 * _PIECE))["parts"]
                else:
                    sums[member.name] = digest(content)
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        problems.append(f"the bundle cannot be read: {type(error).__name__}")
    while hashed.read(_PIECE):
        pass
    if hashed.sha256 != wanted:
        problems.insert(0, f"its SHA-256 sum is {hashed.sha256[:12]}…, not {wanted[:12]}…")
    if not listed and not problems:
        problems.append("it has no manifest")
    for part in listed:
        name, sha256 = str(part.get("name")), str(part.get("sha256", ""))
        if sha256 and sums.get(name, ("", 0))[0] != sha256:
            there = "was changed" if name in sums else "is missing"
            problems.append(f"{name} {there}")
    return Verified(hashed.sha256, hashed.size, len(sums), tuple(problems))


class _Hashed(io.RawIOBase):
    """A stream that sums what is read through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size if size >= 0 else _PIECE)
        self._digest.update(piece)
        self.size += len(piece)
        return piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()
