"""Sizes, files and states of a migration in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.phrases import plural
from handlers.migrations.result import Applied, Failure, MigrationFile, Size, Standing


def sized(name: str, sizes: dict[str, Size]) -> str:
    """`pitches (48,000 rows, 61 MB)`."""
    found = sizes.get(name)
    if found is None:
        return name
    rows = "rows not counted yet" if found.rows is None else plural(found.rows, "row")
    return f"{name} ({rows}, {megabytes(found.bytes)})"


def megabytes(count: int) -> str:
    if count >= 1_000_000_000:
        return f"{count / 1_000_000_000:,.1f} GB"
    if count >= 1_000_000:
        return f"{count / 1_000_000:,.0f} MB"
    return f"{count / 1_000:,.0f} kB"


def seconds(length: float) -> str:
    if length < 1:
        return f"{length * 1000:,.0f} ms"
    if length < 120:
        return f"{length:.1f} s"
    return f"{length / 60:.1f} min"


def warnings(files: Sequence[MigrationFile]) -> tuple[int, int]:
    """(grave, mild) over all files."""
    found = [each.grave for file in files for s in file.statements for each in s.advice]
    return found.count(True), found.count(False)


def left_behind(failure: Failure) -> str:
    """In what state the file is that failed."""
    if failure.statement is None and not failure.number:
        if failure.undone:
            return f"Nothing of {failure.name} was changed."
        return f"What {failure.name} changed before it failed is not known to the bot."
    if failure.undone:
        return f"{failure.name} was rolled back whole: nothing of it was changed."
    many = "statement stays" if failure.done == 1 else "statements stay"
    if not failure.done:
        told = f"No statement of {failure.name} took effect."
    else:
        told = f"{failure.name} runs without a transaction: its first {failure.done} {many}."
    if failure.invalid_index:
        told += f" It left the invalid index {failure.invalid_index}, dropped at the next try."
    return told


def held_now(rows: Sequence[Applied], standing: Standing) -> str:
    """What the database says is applied, of the files that were to be run."""
    wanted = [file.name for file in standing.pending]
    done = [row.name for row in rows if row.finished_at and row.name in wanted]
    part = [row for row in rows if not row.finished_at]
    told = f"{len(done)} of {len(wanted)} files are applied"
    if done:
        told += f": {', '.join(done)}"
    for row in part:
        told += f"; {row.name} in part, {row.done} of {row.statements} statements"
    return f"{told}."


def what_now(failure: Failure, backup: str) -> tuple[str, ...]:
    """What to do after a failure, most likely first."""
    told = []
    if failure.state == "55P03":
        told.append("Wait until that session is done, or end it, and apply again.")
    elif failure.state == "57014":
        told.append(
            "The statement took longer than `statement_seconds` allows: split it, or raise it."
        )
    elif failure.state in ("42501",):
        told.append("Give the bot's database user that right, and apply again.")
    elif failure.state in ("", "57P01", "08006", "08003") and failure.statement is not None:
        told.append("The connection was lost: see `migrate`, and apply again.")
    else:
        told.append("Correct the file, test it again, and apply it again.")
    if not failure.undone and failure.done:
        told.append("Leave the statements that ran as they are: it goes on after them.")
    if backup:
        told.append(f"To go back to before: restore beside from {backup}, and switch.")
    return tuple(told)
