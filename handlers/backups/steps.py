"""The guide's five steps of a recovery, with what the backup says about each; and its files."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.backups.beside import CONFIGURATION, PLATFORM
from bot.backups.beside_checking import as_stored
from bot.backups.encryption import decrypt
from bot.backups.manifest import BUNDLE
from bot.backups.marking import text_of
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.backups import KeptBackup
    from bot.backups.manifest import Beside
    from bot.command import Context
    from handlers.backups.result import Shown


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its command line, where the bot does it, and what it is called on the button."""

    title: str
    told: str
    label: str = ""
    line: str = ""


def recovery(found: Shown) -> tuple[Step, ...]:
    """Stop, database, code, configuration, deploy: in the order of the guide. Pure."""
    backup = found.backup
    code = backup.manifest.code if backup.manifest else None
    version = code.version if code else ""
    known = f"version {version[:8]}" + (f" ({code.tag})" if code and code.tag else "")
    commit = f" Its commit is {code.commit}." if code and code.commit else ""
    kept = bool(backup.manifest and backup.manifest.bundle)
    deploy = (
        f"The backup was made with {known} live.{commit} {_code_kept(backup, kept=kept)}"
        if version
        else "The backup does not say which version was live: choose one by its date."
    )
    return (
        Step(
            "Stop what writes", "Nothing may write while the database is replaced.",
            "Maintenance on", "maintenance on",
        ),
        Step(
            "Restore the database",
            "Into a new database beside the live one; its rows are compared. Then switch.",
            "Restore it beside", f"restore {backup.id}",
        ),
        Step(
            "Restore the code", deploy, f"Roll back to {version[:8]}" if version else "Deployments",
            f"rollback {version}" if version else "deployments",
        ),
        Step(
            "Restore the configuration",
            "Bindings come back with the version. Compare settings and names of secrets with the "
            "backup's; values of secrets are in your vault alone, and are set with "
            "secrets rotate.",
            "Download the configuration", f"backup files {backup.id}",
        ),
        Step("See that all is well", "Then end maintenance mode: maintenance off.",
             "Check health", "health"),
    )  # fmt: skip


def _code_kept(backup: KeptBackup, *, kept: bool) -> str:
    if not kept:
        return "Its code does not go with the backup: it comes from Cloudflare, or from git."
    return (
        "Where Cloudflare offers that version no longer, its code is in the backup: "
        f"backup files {backup.id} --code, then wrangler versions upload --no-bundle with it."
    )


async def files_of(context: Context, backup: KeptBackup, *, code: bool) -> dict[str, bytes]:
    """Configuration and platform, and the code where it is wanted, as they were stored.

    Raises OpsError where the backup has none of them.
    """
    manifest = backup.manifest
    found: dict[str, bytes] = {}
    for part in manifest.beside if manifest else ():
        name = part.object.removesuffix(".age")
        if name not in (CONFIGURATION, PLATFORM) and not (code and name.startswith(BUNDLE)):
            continue
        content = await _content(context, backup, part)
        if not name.startswith(BUNDLE):
            told: Any = json.loads(content)
            text = context.runtime.redactor.json(told)
            content = json.dumps(text, indent=1, ensure_ascii=False).encode()
        found[name] = content
    if not found or (code and not any(name.startswith(BUNDLE) for name in found)):
        raise OpsError(
            f"No {'code' if code else 'configuration'} goes with the backup {backup.id}.",
            "`/pitchey backup show` says why.",
        )
    return found


async def _content(context: Context, backup: KeptBackup, part: Beside) -> bytes:
    stored = await text_of(context.clients, backup, part.object)
    as_stored(part, stored)
    if not part.encrypted or backup.manifest is None:
        return stored
    clear = io.BytesIO()
    decrypt(io.BytesIO(stored), clear, context.settings, backup)
    return clear.getvalue()
