"""sqlite-utils, loaded without numpy: it takes that along where it finds it, to know its numbers.

None of those are ever given to it, and every start would load numpy for nothing.
"""

from __future__ import annotations

import sys


def _without_numpy() -> None:
    if "numpy" in sys.modules or "sqlite_utils" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # "cannot be imported", for this moment
    try:
        import sqlite_utils  # noqa: F401
    finally:
        del sys.modules["numpy"]


_without_numpy()

from sqlite_utils import Database, Migrations  # noqa: E402 - after that

__all__ = ["Database", "Migrations"]
