"""The distribution of many values in few bytes: a DDSketch that packs itself for a row.

Its percentiles are within 0.5 % of the value at that rank, however many sketches were merged
and in whatever order, since merging adds whole counts.
"""

from __future__ import annotations

import struct
from itertools import accumulate, chain, pairwise
from typing import Self

from ddsketch.ddsketch import BaseDDSketch
from ddsketch.mapping import LogarithmicMapping
from ddsketch.store import Store

ACCURACY = 0.005
_MAPPING = LogarithmicMapping(ACCURACY)
_VERSION = 1
_HEADER = struct.Struct("<BccIiI")  # version, widths, zeros, first key, bins
_WIDTHS = (("B", 0xFF), ("H", 0xFFFF), ("I", 0xFFFFFFFF))


class SparseStore(Store):
    """Only the bins that hold something: one absurd value must not cost a million empty ones."""

    def __init__(self, bins: dict[int, int] | None = None) -> None:
        super().__init__()
        self.bins = bins if bins is not None else {}
        self.count = sum(self.bins.values())

    def copy(self, store: Store) -> None:
        self.bins, self.count = dict(store.bins), store.count

    def length(self) -> int:
        return len(self.bins)

    def add(self, key: int, weight: float = 1.0) -> None:
        whole = int(weight)
        self.bins[key] = self.bins.get(key, 0) + whole
        self.count += whole

    def key_at_rank(self, rank: float, lower: bool = True) -> int:
        """The bin of the value at that rank; `lower` as the library defines it."""
        seen, key = 0, 0
        for key in sorted(self.bins):
            seen += self.bins[key]
            if (lower and seen > rank) or (not lower and seen >= rank + 1):
                return key
        return key

    def merge(self, store: Store) -> None:
        bins, held = self.bins, self.bins.get
        for key, count in store.bins.items():
            bins[key] = held(key, 0) + count
        self.count += store.count


class Sketch(BaseDDSketch):
    """Values from zero up to `LARGEST`; a negative or infinite one has no place here."""

    LARGEST = 1e18  # keys stay small, and sums of years stay finite

    def __init__(self, bins: dict[int, int] | None = None, zeros: int = 0) -> None:
        super().__init__(_MAPPING, SparseStore(bins), SparseStore(), zeros)

    def quantile(self, share: float) -> float | None:
        """The value below which that share (0 to 1) lies; None where nothing was added."""
        found = self.get_quantile_value(share)
        return None if found is None else float(found)

    def packed(self) -> bytes:
        """Keys as steps from one to the next, counts as they are, each as narrow as they fit."""
        bins: dict[int, int] = self._store.bins
        keys = sorted(bins)
        steps = [after - before for before, after in pairwise(keys)]
        counts = [bins[key] for key in keys]
        step, count = _width(steps), _width(counts)
        head = _HEADER.pack(
            _VERSION, step.encode(), count.encode(), int(self._zero_count),
            keys[0] if keys else 0, len(keys),
        )  # fmt: skip
        body = struct.pack(f"<{len(steps)}{step}{len(counts)}{count}", *chain(steps, counts))
        return head + body

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """Raises ValueError for bytes that `packed` did not make."""
        made = cls()
        made.absorb(data)
        return made

    def absorb(self, data: bytes) -> None:
        """Merge a packed sketch without making one of it; raises ValueError as `unpacked`."""
        try:
            version, step, count, zeros, first, bins = _HEADER.unpack_from(data)
            if version != _VERSION:
                raise ValueError(f"sketch of version {version}")
            self._zero_count += zeros
            self._count += zeros
            if not bins:
                return
            layout = f"<{bins - 1}{step.decode()}{bins}{count.decode()}"
            numbers = struct.unpack_from(layout, data, _HEADER.size)
        except (struct.error, UnicodeDecodeError) as error:
            raise ValueError("not a packed sketch") from error
        counts = numbers[bins - 1 :]
        store: SparseStore = self._store
        into, held = store.bins, store.bins.get
        # A month is a thousand sketches: this loop is most of what its report costs.
        for key, count in zip(accumulate(numbers[: bins - 1], initial=first), counts, strict=True):
            into[key] = held(key, 0) + count
        added = sum(counts)
        store.count += added
        self._count += added


def _width(numbers: list[int]) -> str:
    most = max(numbers, default=0)
    return next(code for code, limit in _WIDTHS if most <= limit)
