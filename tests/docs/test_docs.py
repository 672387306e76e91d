"""The docs say what the code does: generated parts, commands, links, options, exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import catalogue
from bot.parsing import HelpWanted, Parsed, parse
from bot.words import split

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TYPED = re.compile(r"`(?:\.venv/bin/)?(/?pitchey(?: [^`\n]*)?)`")
OWN = ("run", "sandbox", "check", "manifest", "store")


def test_the_generated_parts_are_those_of_the_declarations() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "#")):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_make_target_in_the_docs_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE):
            assert name in targets, f"{page.name}: make {name}"


def test_every_make_target_is_explained_by_help() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("sandbox", "test", "check", "bench", "clean", "env"):
        assert f"make {target} " in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_in_the_docs_can_be_typed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lines = set(TYPED.findall(text)) | set(
        re.findall(r"^(?:\.venv/bin/)?(/?pitchey .+)$", text, re.MULTILINE)
    )
    for line in lines:
        words = split(line.strip())[1:]
        if words[:1] == ["sandbox"]:
            words = words[1:]
            if words[:1] and words[0].startswith("--"):
                continue  # options that start one, not a command for it
        if not words or words[0] in OWN or any(mark in line for mark in "[<…|"):
            continue
        if words == ["uptime"]:
            continue  # CONTRIBUTING's example of a command that is yet to be written
        words = [word for word in words if word != "--json"]
        assert isinstance(parse(catalogue(), words), Parsed | HelpWanted), line


def test_every_command_has_what_help_needs() -> None:
    for command in catalogue().commands:
        assert command.summary.endswith("."), command.name
        for example in command.examples:
            parsed = parse(catalogue(), split(example))
            assert parsed.command.name == command.name, example
        for argument in command.arguments:
            assert argument.help, f"{command.name} {argument.name}"
