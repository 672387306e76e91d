"""How long a scan for secrets takes over five thousand files, with some planted ones to find."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from handlers.security.secret_rules import hits, rules

FILES, PLANTED = 5_000, 25
WORDS = ("pitch", "investor", "session", "render", "amount", "token", "router", "response")


def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    """Print the time, and whether every planted secret was found and nothing else."""
    dice = random.Random(7)
    with tempfile.TemporaryDirectory(prefix="pitchey-secrets-") as name:
        paths = [_written(Path(name), number, dice) for number in range(FILES)]
        began = time.perf_counter()
        with rules():
            found = sum(len(hits(path.read_text("utf-8"))) for path in paths)
        took = time.perf_counter() - began
    say(f"  {FILES:,} files of 40 lines: {took:.1f} s, {found} found of {PLANTED} planted")
    goal("seconds for 5,000 files", took, 5)
    goal("secrets missed or invented", abs(found - PLANTED), 0)


def _written(folder: Path, number: int, dice: random.Random) -> Path:
    lines = [
        f"export const {dice.choice(WORDS)}{line} = {dice.choice(WORDS)}({dice.random():.6f});"
        for line in range(40)
    ]
    if number % (FILES // PLANTED) == 0:
        key = "".join(
            dice.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=24)
        )
        lines[dice.randrange(40)] = f"const key = 'sk_live_{key}';"
    path = folder / f"{number}.ts"
    path.write_text("\n".join(lines), "utf-8")
    return path
