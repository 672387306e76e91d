"""A folder of migrations to try, copied once into the sandbox's own folder and edited there."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def migrations_in(folder: Path) -> Path:
    """The folder; files of an earlier run stay as somebody left them."""
    place = folder / "migrations"
    if not place.exists():
        place.mkdir(parents=True)
        for each in files(__package__).joinpath("migrations").iterdir():
            if each.name.endswith(".sql"):
                (place / each.name).write_bytes(each.read_bytes())
    return place
