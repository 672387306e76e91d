"""The folder of migrations: which files, in which order, and what is wrong with them."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.errors import NotConfigured, OpsError
from handlers.migrations.result import Applied, MigrationFile, Standing, Statement
from handlers.migrations.statements import Unreadable, statements

_MARK = re.compile(r"^[ \t]*--[ \t]*no-transaction[ \t]*$", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(r"\d+")
LARGEST = 5_000_000  # bytes of a file; more is data, not a migration
_ENVELOPE = ("begins a transaction", "ends a transaction")


def read_folder(folder: Path) -> tuple[MigrationFile, ...]:
    """Every `*.sql` file, in the order in which they are applied; raises OpsError."""
    if not folder.is_dir():
        raise NotConfigured(
            "The folder of migrations is not there.",
            f"`folder` under [migrations] in pitchey.toml names {folder}.",
        )
    try:
        paths = sorted(folder.glob("*.sql"), key=lambda path: order(path.name))
        found = [read_file(path) for path in paths]
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise OpsError(f"The folder of migrations cannot be read: {reason}.") from error
    return with_doubles(found)


def order(name: str) -> tuple[int, int, str]:
    """Sorts 9_x before 10_y; files without a number come last, by name."""
    found = _NUMBER.match(name)
    return (0, int(found.group()), name) if found else (1, 0, name)


def read_file(path: Path) -> MigrationFile:
    if path.stat().st_size > LARGEST:
        return MigrationFile(path.name, "", True, (), (f"larger than {LARGEST:,} bytes",))
    return parse_file(path.name, path.read_bytes())


def parse_file(name: str, raw: bytes) -> MigrationFile:
    """A file's content, read and judged. The checksum counts line ends as one kind. Pure."""
    checksum = hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return MigrationFile(name, checksum, True, (), ("not UTF-8",))
    transactional = _MARK.search(text) is None
    try:
        found = statements(text)
    except Unreadable as error:
        return MigrationFile(name, checksum, transactional, (), (str(error),))
    if transactional:
        found = _unwrapped(found)
    mistakes = tuple(_mistakes(found, transactional=transactional))
    if not _NUMBER.match(name):
        mistakes = ("its name does not begin with a number, which gives the order", *mistakes)
    return MigrationFile(name, checksum, transactional, found, mistakes)


def with_doubles(files: Sequence[MigrationFile]) -> tuple[MigrationFile, ...]:
    """Two files of one number have no order: both say so. Pure."""
    numbers: dict[int, list[str]] = defaultdict(list)
    for file in files:
        if (found := _NUMBER.match(file.name)) is not None:
            numbers[int(found.group())].append(file.name)
    told = []
    for file in files:
        found = _NUMBER.match(file.name)
        others = (
            [each for each in numbers[int(found.group())] if each != file.name] if found else []
        )
        doubled = (f"has the same number as {others[0]}",) if others else ()
        told.append(replace(file, mistakes=(*file.mistakes, *doubled)))
    return tuple(told)


def stand(
    files: Sequence[MigrationFile], ledger: Sequence[Applied], baseline: str = ""
) -> Standing:
    """Hold the folder against the ledger. Pure."""
    rows = {row.name: row for row in ledger}
    finished = {row.name for row in ledger if row.finished_at is not None}
    before = tuple(
        file.name
        for file in files
        if baseline and file.name not in rows and order(file.name)[:2] <= order(baseline)[:2]
    )
    names = {file.name for file in files}
    pending = tuple(file for file in files if file.name not in finished and file.name not in before)
    newest = max((order(name) for name in finished & names), default=None)
    return Standing(
        pending=pending,
        applied=tuple(ledger),
        before=before,
        changed=tuple(
            file.name
            for file in files
            if file.name in finished and rows[file.name].checksum != file.checksum
        ),
        lost=tuple(row.name for row in ledger if row.name not in names),
        late=tuple(
            file.name for file in pending if newest is not None and order(file.name) < newest
        ),
        unfinished=tuple(row for row in ledger if row.finished_at is None),
    )


def fingerprint(files: Iterable[MigrationFile]) -> str:
    """Changes whenever a file, its content or the order does; what a test has proven. Pure."""
    told = "\n".join(f"{file.name} {file.checksum}" for file in files)
    return hashlib.sha256(told.encode()).hexdigest()


def _unwrapped(found: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Without BEGIN and COMMIT around the whole: the bot makes the transaction itself."""
    if len(found) >= 2 and (found[0].does, found[-1].does) == _ENVELOPE:
        return found[1:-1]
    return found


def _mistakes(found: tuple[Statement, ...], *, transactional: bool) -> Iterable[str]:
    if not found:
        yield "has no statement"
    for each in found:
        if each.does in _ENVELOPE:
            yield (
                f"line {each.line}: {each.does}; the bot makes one transaction for each file, "
                "or none with `-- no-transaction`"
            )
        elif each.does == "reads rows from psql":
            yield f"line {each.line}: COPY FROM STDIN works in psql alone; use INSERT"
        elif each.bare and transactional:
            yield (
                f"line {each.line}: cannot run inside a transaction; put it into a file of its "
                "own with the line `-- no-transaction`"
            )
