"""Files of a report written into a folder, where somebody at a terminal asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.blocks import code
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.command import Upload


def saved(folder: Path, files: Sequence[Upload]) -> str:
    """Where they are, in a sentence. Blocks; raises OpsError where one cannot be written."""
    try:
        for each in files:
            (folder / each.name).write_bytes(each.content)
    except OSError as error:
        raise OpsError(
            f"The report cannot be written to {code(folder)}: {error.strerror}.",
            "Name a folder that is there and that you may write to.",
        ) from error
    return "Written: " + ", ".join(code(folder / each.name) for each in files)
