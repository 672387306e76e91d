"""The manifest of an archive: written last, and read back before any row is deleted. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.errors import BadAnswer
from handlers.database_care.archiving.aims import VERSION

FORMAT = 1
_MOST_FIELD = 1_100_000_000  # characters; PostgreSQL's own limit for one value is a gigabyte


@dataclass(frozen=True, slots=True)
class ManifestPart:
    """`least` and `most` are the range of the rule's column in that part."""

    key: str
    rows: int
    bytes: int
    sha256: str
    least: str
    most: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`table` as SQL writes it; `columns` are (name, type) in the order of the copies."""

    id: str
    database: str
    server: str
    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    column: str
    cutoff: str
    made_at: str
    made_by: str
    operation: str
    parts: tuple[ManifestPart, ...]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.parts)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.parts)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The rows of a part as they lie in the bucket. `keys` are (primary key…, version)."""

    text: str
    columns: tuple[str, ...]
    rows: int
    keys: tuple[tuple[str, ...], ...]
    least: str
    most: str


def write(manifest: Manifest) -> bytes:
    told = asdict(manifest) | {"format": FORMAT, "rows": manifest.rows, "bytes": manifest.bytes}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()


def read(content: bytes) -> Manifest:
    """Raises BadAnswer where it is not a manifest, or not whole."""
    try:
        told = json.loads(content)
        if told.pop("format") != FORMAT:
            raise BadAnswer("The manifest is of a newer version of this bot.")
        rows, size = told.pop("rows"), told.pop("bytes")
        told["parts"] = tuple(ManifestPart(**each) for each in told["parts"])
        told["columns"] = tuple((name, kind) for name, kind in told["columns"])
        told["key"] = tuple(told["key"])
        found = Manifest(**told)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadAnswer("The manifest in the bucket is damaged.") from error
    if (found.rows, found.bytes) != (rows, size):
        raise BadAnswer("The manifest's sums do not agree with its parts.")
    return found


def compress(content: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(content)


def decode(content: bytes, sha256: str, key: Sequence[str], column: str) -> Decoded:
    """A part, checked against its sum and read to its end. Raises BadAnswer."""
    import zstandard

    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadAnswer("A part in the bucket is not what was stored there: its sum differs.")
    try:
        text = zstandard.ZstdDecompressor().decompressobj().decompress(content).decode()
        csv.field_size_limit(_MOST_FIELD)
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns = tuple(next(lines))
        places = [columns.index(name) for name in (*key, VERSION)]
        time, width = columns.index(column), len(columns)
        keys: list[tuple[str, ...]] = []
        least = most = ""
        for line in lines:
            keys.append(tuple(line[place] for place in places) if len(line) == width else ())
            if not keys[-1]:
                break
            least = min(least or line[time], line[time])
            most = max(most, line[time])
    except (zstandard.ZstdError, UnicodeDecodeError, csv.Error, StopIteration, ValueError) as error:
        raise BadAnswer("A part in the bucket cannot be read to its end.") from error
    if keys and not keys[-1]:
        raise BadAnswer("A part in the bucket has a line that is cut off.")
    return Decoded(text, columns, len(keys), tuple(keys), least, most)
