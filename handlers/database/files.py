"""What is too long for a message, as files: all fixes as SQL, all rows as CSV. Pure."""

from __future__ import annotations

import csv
import io

from bot.command import Upload
from handlers.database.result import Finding, Grid, Look


def uploads(
    found: Look, *, findings_shown: int, rows_shown: int, plan_shown: int
) -> tuple[Upload, ...]:
    """Only what the message had to leave out."""
    files = []
    if len(found.findings) > findings_shown:
        text = "\n\n".join(fix_text(each) for each in found.findings)
        title = f"All {len(found.findings)} findings of db {found.name}"
        files.append(Upload(f"database-{found.name}.sql", f"{text}\n".encode(), title))
    if found.grid is not None and len(found.grid.rows) > rows_shown:
        title = f"{len(found.grid.rows)} rows of db {found.name}"
        files.append(Upload(f"database-{found.name}.csv", rows_text(found.grid).encode(), title))
    if len(found.plan) > plan_shown:
        files.append(Upload("plan.txt", f"{found.plan}\n".encode(), found.summary))
    return tuple(files)


def fix_text(finding: Finding) -> str:
    """The finding as comments, then its statement."""
    said = f"-- {finding.severity.value}: {_line(finding.subject)}\n-- {_line(finding.reason)}"
    if finding.source:
        said += f"\n-- says {_line(finding.source)}"
    return f"{said}\n{finding.fix}" if finding.fix else said


def rows_text(grid: Grid) -> str:
    """CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(grid.columns)
    writer.writerows(
        [_plain(" ".join(cell.replace("\u00a0", " ").split())) for cell in row] for row in grid.rows
    )
    return text.getvalue()


def _plain(cell: str) -> str:
    # A spreadsheet runs what begins so; names of tables are foreign text.
    return f"'{cell}" if cell.startswith(("=", "+", "@")) else cell


def _line(text: str) -> str:
    return " ".join(text.split())
