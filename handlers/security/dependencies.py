"""Known vulnerabilities in what the platform is built from, and in what the bot is."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError
from bot.program import run_program
from bot.store.security_findings import Finding
from handlers.security.result import Part
from handlers.security.secrets import folder_of

if TYPE_CHECKING:
    from bot.runtime import Runtime

SECONDS = 120.0
_GRAVE = {"critical": "critical", "high": "critical", "moderate": "warning", "low": "info"}


async def look(runtime: Runtime) -> Part:
    """`npm audit` and `deno lint` over the checkout, `pip-audit` over the bot itself."""
    told = await asyncio.gather(_npm(runtime), _deno(runtime), _ours(runtime))
    return Part(
        "dependencies",
        tuple(finding for found, _, _ in told for finding in found),
        "; ".join(looked for _, looked, _ in told if looked),
        "; ".join(missing for _, _, missing in told if missing),
    )


Told = tuple[list[Finding], str, str]


async def _npm(runtime: Runtime) -> Told:
    folder = folder_of(runtime)
    if folder is None or not await asyncio.to_thread((folder / "package-lock.json").is_file):
        return [], "", "no checkout with a package-lock.json"
    if shutil.which("npm") is None:
        return [], "", "npm is not installed on the bot's machine"
    try:
        told = await _output(runtime, ["npm", "audit", "--json", "--ignore-scripts"], folder)
        return read_npm(json.loads(told), runtime.settings.security.owner), "npm audit", ""
    except OpsError as error:
        return [], "", f"npm audit: {error.message.rstrip('.')}"
    except (ValueError, TypeError) as error:
        return [], "", f"npm audit did not answer as expected ({type(error).__name__})"


def read_npm(told: Any, owner: str = "") -> list[Finding]:
    """The `vulnerabilities` of `npm audit --json`, version 2. Raises ValueError. Pure."""
    listed = told.get("vulnerabilities") if isinstance(told, Mapping) else None
    if not isinstance(listed, Mapping):
        error = told.get("error") if isinstance(told, Mapping) else None
        raise ValueError(str(error or "no vulnerabilities listed"))  # noqa: TRY004 - its content
    return [
        Finding(
            "dependencies", "package-lock.json", f"npm:{name}",
            f"{name} {each.get('range', '')} has a known vulnerability".replace("  ", " "),
            _GRAVE.get(str(each.get("severity")), "info"),
            "; ".join(_advisories(each.get("via"))) or str(each.get("severity", "")),
            "Update it: `npm audit fix`, then test and deploy."
            if each.get("fixAvailable")
            else "No fixed version yet: see the advisory for a way around.",
            owner,
        )
        for name, each in listed.items()
        if isinstance(each, Mapping)
    ]  # fmt: skip


def _advisories(via: Any) -> Sequence[str]:
    listed = via if isinstance(via, list) else []
    return [
        f"{each.get('title', '')} ({each.get('url', '')})" if isinstance(each, Mapping)
        else f"by {each}"
        for each in listed[:3]
    ]  # fmt: skip


async def _deno(runtime: Runtime) -> Told:
    folder = folder_of(runtime)
    if folder is None:
        return [], "", ""
    if not await asyncio.to_thread(_has_deno_settings, folder):
        return [], "", ""
    if shutil.which("deno") is None:
        return [], "", "deno is not installed on the bot's machine"
    try:
        told = await _output(
            runtime, ["deno", "lint", "--json", "--rules-tags=recommended"], folder
        )
        found = json.loads(told).get("diagnostics", [])
    except (OpsError, ValueError, AttributeError) as error:
        return [], "", f"deno lint: {error}"
    owner = runtime.settings.security.owner
    if not found:
        return [], "deno lint", ""
    return [
        Finding(
            "dependencies", "deno lint", "deno", f"deno lint has {len(found):,} complaints", "info",
            ", ".join(sorted({str(each.get("code")) for each in found})[:5]),
            "Run `deno lint --rules-tags=recommended` and mend them.", owner,
        )
    ], "deno lint", ""  # fmt: skip


def _has_deno_settings(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("deno.json", "deno.jsonc"))


async def _ours(runtime: Runtime) -> Told:
    if find_spec("pip_audit") is None:
        return [], "", "the bot's own packages: pip-audit is not installed beside it"
    try:
        line = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
        told = await _output(runtime, line, Path.cwd())
        start = told.index("{")
        listed = json.loads(told[start:]).get("dependencies", [])
    except (OpsError, ValueError, AttributeError):
        return [], "", "the bot's own packages: pip-audit did not answer"
    owner = runtime.settings.security.owner
    found = [
        Finding(
            "dependencies", "the bot", f"pip:{each.get('name')}:{one.get('id')}",
            f"{each.get('name')} {each.get('version')} of the bot: {one.get('id')}", "warning",
            str(one.get("description") or "")[:200],
            f"Update it to {', '.join(one.get('fix_versions') or ['a fixed version'])}.", owner,
        )
        for each in listed
        for one in each.get("vulns", [])
    ]  # fmt: skip
    return found, f"{len(listed)} packages of the bot", ""


async def _output(runtime: Runtime, line: list[str], folder: Path) -> str:
    """All it printed. An exit code above 0 is how auditors say that they found something."""
    lines: list[str] = []

    async def keep(text: str) -> None:
        lines.append(text)

    ended = await run_program(
        line, folder=folder, limit=SECONDS, redact=runtime.redactor.text, on_line=keep
    )
    if ended.stopped or ended.code > 2:
        raise OpsError(f"`{' '.join(line[:2])}` {ended.told}.")
    return "\n".join(lines)
