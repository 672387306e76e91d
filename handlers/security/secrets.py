"""Secrets in the platform's checkout, and in the scripts that the site serves to everybody."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.errors import OpsError
from bot.store.security_findings import Finding
from handlers.security.result import Part
from handlers.security.secret_rules import Hit, hits, rules

if TYPE_CHECKING:
    from bot.runtime import Runtime

MOST_FILES = 50_000
MOST_BYTES = 2_000_000  # of a file or script; more is data or a bundle of others' code
MOST_SCRIPTS = 40
_SKIPPED = frozenset(
    {".git", "node_modules", "dist", "build", "coverage", ".wrangler", ".next", "vendor", ".venv"}
)
_NO_TEXT = frozenset(
    {
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".woff", ".woff2", ".ttf",
        ".otf", ".eot", ".mp4", ".mov", ".webm", ".mp3", ".pdf", ".zip", ".gz", ".zst", ".br",
        ".tar", ".wasm", ".lock", ".map", ".sqlite", ".db",
    }
)  # fmt: skip
_LOCKS = frozenset({"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "deno.lock"})
_SCRIPT = re.compile(r"""<script[^>]+src=["']([^"']+)["']|["'](/assets/[\w./-]+\.js)["']""")
_REMEDY = (
    "Take it out, put it into the Worker's secrets, and rotate it: who saw the file has it still."
)


async def look(runtime: Runtime) -> Part:
    """Both places; each says by itself where it could not be looked at."""
    (found, looked, missing), (served, scripts, failed) = await asyncio.gather(
        _checkout(runtime), _served(runtime)
    )
    return Part(
        "secrets",
        (*found, *served),
        looked="; ".join(each for each in (looked, scripts) if each),
        unchecked="; ".join(each for each in (missing, failed) if each),
    )


def folder_of(runtime: Runtime) -> Path | None:
    """The platform's checkout, where there is one."""
    settings = runtime.settings
    return settings.security.checkout or settings.deploys.checkout.folder


async def _checkout(runtime: Runtime) -> tuple[list[Finding], str, str]:
    folder = folder_of(runtime)
    if folder is None:
        return [], "", "no checkout of the platform: set `checkout` under [security]"
    if not await asyncio.to_thread(folder.is_dir):
        return [], "", f"the checkout {folder} is not there"
    count, found = await asyncio.to_thread(_scan, runtime, folder)
    return found, f"{count:,} files of the checkout", ""


def _scan(runtime: Runtime, folder: Path) -> tuple[int, list[Finding]]:
    count, found = 0, []
    with rules():
        for path in _files(folder):
            try:
                text = path.read_text("utf-8", errors="replace")
            except OSError:
                continue
            count += 1
            place = path.relative_to(folder).as_posix()
            for hit in hits(text):
                if not _allowed(runtime, place, hit):
                    found.append(_finding(runtime, place, hit, _since(folder, place, hit.line)))
            if count >= MOST_FILES:
                break
    return count, found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if _SKIPPED & set(inside[:-1]) or path.name in _LOCKS or path.suffix in _NO_TEXT:
            continue
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
                continue
        except OSError:
            continue
        yield path


def _since(folder: Path, place: str, line: int) -> str:
    """`in 3f2a1b9 since 12 days`, by git; empty where git does not know."""
    try:
        told = subprocess.run(  # noqa: S603 - git, with arguments of our own
            ["git", "blame", "--porcelain", "-L", f"{line},{line}", "--", place],  # noqa: S607
            cwd=folder, capture_output=True, text=True, timeout=5, check=True,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    commit = told[:7]
    if set(commit) == {"0"}:
        return "not committed yet"
    at = re.search(r"^author-time (\d+)$", told, re.MULTILINE)
    if at is None:
        return ""
    days = (datetime.now(UTC) - datetime.fromtimestamp(int(at[1]), UTC)).days
    return f"in commit {commit}, {days:,} days ago"


async def _served(runtime: Runtime) -> tuple[list[Finding], str, str]:
    """Every script that the front page names; what is in them is public already."""
    found: list[Finding] = []
    count, problems = 0, []
    for environment in runtime.settings.environments.values():
        try:
            scripts = await _scripts(runtime, environment.site_url)
        except OpsError as error:
            problems.append(f"{environment.name}: {error.message}")
            continue
        count += len(scripts)
        found += await asyncio.to_thread(_in_scripts, runtime, scripts)
    looked = f"{count} scripts that the site serves" if count else ""
    return found, looked, "; ".join(problems)


async def _scripts(runtime: Runtime, site: str) -> dict[str, str]:
    http = runtime.clients.http
    page = await http.send("GET", site, deadline=10)
    host = urlsplit(site).netloc
    named = {
        urljoin(site, one or two)
        for one, two in _SCRIPT.findall(page.body.decode("utf-8", "replace"))
    }
    texts = {site: page.body.decode("utf-8", "replace")}
    for address in sorted(named)[:MOST_SCRIPTS]:
        if urlsplit(address).netloc != host:
            continue
        answer = await http.send("GET", address, deadline=10, most_bytes=MOST_BYTES)
        if answer.status == 200:
            texts[address] = answer.body.decode("utf-8", "replace")
    return texts


def _in_scripts(runtime: Runtime, scripts: dict[str, str]) -> list[Finding]:
    with rules():
        return [
            _finding(runtime, address, hit, "served to everybody")
            for address, text in scripts.items()
            for hit in hits(text)
            if not _allowed(runtime, address, hit)
        ]


def _allowed(runtime: Runtime, place: str, hit: Hit) -> bool:
    return any(
        fnmatch(place, each.path) and fnmatch(hit.rule, each.rule)
        for each in runtime.settings.security.allowed
    )


def _finding(runtime: Runtime, place: str, hit: Hit, since: str) -> Finding:
    named = hit.rule not in ("Secret Keyword",) and "Entropy" not in hit.rule
    served = "://" in place
    return Finding(
        part="secrets",
        place=place,
        key=f"{hit.rule}:{hit.digest}",
        title=f"{hit.rule} in {place}, line {hit.line}",
        severity="critical" if named or served else "warning",
        evidence=", ".join(each for each in (hit.shown, since) if each),
        remedy=_REMEDY,
        owner=runtime.settings.security.owner,
    )
