"""Which rows are loaded by which of several streams, and how far they are together. Pure.

Every stream reads the dump from its beginning and passes over what is not its own, so shares of
neighbours cost least: all but the last one end before the dump does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.backups.names import Table
from bot.backups.table_of_contents import TABLE_ROWS, Entry

_EACH = 20_000  # bytes that load in the time that a table costs whatever it holds, about
_ROW = 100  # bytes of a row where only the number of rows is known
_WORTH = 1.1  # how much later it may end where that needs fewer streams, or reads less
_ONE_LINE = {ord("\n"): " ", ord("\r"): " "}  # as pg_restore lists names


@dataclass(frozen=True, slots=True)
class Share:
    """What one stream loads: ids in the dump's order, and where they lie in it (0 to 1)."""

    ids: tuple[int, ...]
    spans: tuple[tuple[float, float], ...]

    def loaded(self, position: float) -> float:
        """How much of the whole dump is loaded by it once it has read so far."""
        return sum(max(0.0, min(position, end) - start) for start, end in self.spans)


def shares(
    rows: Sequence[Entry], sizes: Mapping[Table, int], others: int, most: int
) -> tuple[Share, ...]:
    """At least one and at most `most`; the last one holds the end of the dump.

    `sizes` are bytes of each table's rows; `others` those of large objects, which stay together,
    as the positions of sequences do.
    """
    known = {
        f"{schema} {name}".translate(_ONE_LINE): size for (schema, name), size in sizes.items()
    }
    tables = [each for each in rows if each.is_a(TABLE_ROWS)]
    parts = [[each.id] for each in tables]
    weights = [_EACH + _size(each, known) for each in tables]
    if others or not tables:
        parts.append([])
        weights.append(_EACH + others)
    parts[-1] += [each.id for each in rows if not each.is_a(TABLE_ROWS)]
    owners = divided(weights, most)
    ends = [end / sum(weights) for end in accumulate(weights)]
    spans = list(zip([0.0, *ends], ends, strict=False))
    order = {each.id: at for at, each in enumerate(rows)}
    found = []
    for owner in sorted(set(owners), key=lambda owner: (owner == owners[-1], owner)):
        own = [at for at in range(len(parts)) if owners[at] == owner]
        ids = sorted((one for at in own for one in parts[at]), key=order.__getitem__)
        found.append(Share(tuple(ids), tuple(spans[at] for at in own)))
    return tuple(found)


def by_rows(rows: Mapping[str, int]) -> dict[str, int]:
    """About how many bytes tables have, where nothing but their rows is known."""
    return {table: number * _ROW for table, number in rows.items()}


def divided(weights: Sequence[int], most: int) -> list[int]:
    """For each weight the number of its share: as few as do it about as fast as `most` would."""
    best = _heaviest(weights, _anyhow(weights, most))
    for number in range(1, most + 1):
        for owners in (_neighbours(weights, number), _anyhow(weights, number)):
            if _heaviest(weights, owners) <= _WORTH * best:
                return owners
    return _anyhow(weights, most)


def _neighbours(weights: Sequence[int], most: int) -> list[int]:
    low, high = max(weights), sum(weights)
    while low < high:
        middle = (low + high) // 2
        if _filled(weights, middle)[-1] < most:
            high = middle
        else:
            low = middle + 1
    return _filled(weights, high)


def _filled(weights: Sequence[int], limit: int) -> list[int]:
    owners, owner, held = [], 0, 0
    for weight in weights:
        if held + weight > limit:
            owner, held = owner + 1, 0
        held += weight
        owners.append(owner)
    return owners


def _anyhow(weights: Sequence[int], most: int) -> list[int]:
    """The heaviest one first, each to the share that is the lightest so far."""
    held, owners = [0] * most, [0] * len(weights)
    for at in sorted(range(len(weights)), key=weights.__getitem__, reverse=True):
        owners[at] = held.index(min(held))
        held[owners[at]] += weights[at]
    return owners


def _heaviest(weights: Sequence[int], owners: Sequence[int]) -> int:
    held = [0] * (max(owners) + 1)
    for weight, owner in zip(weights, owners, strict=True):
        held[owner] += weight
    return max(held)


def _size(entry: Entry, known: Mapping[str, int]) -> int:
    """By its schema and name; what follows them is its owner, whose name may hold spaces."""
    words = entry.told.split(" ")
    for end in range(len(words) - 1, 0, -1):
        if (size := known.get(" ".join(words[:end]))) is not None:
            return size
    return 0
