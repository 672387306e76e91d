"""The import laws of the house, held by reading every import in the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")])
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module a file imports at run time; imports for type checking alone do not count."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    typing_only = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in nodes:
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def breaches(allowed: bool, path: Path, names: set[str]) -> list[str]:
    return [] if allowed else [f"{path.relative_to(ROOT)} imports {name}" for name in sorted(names)]


def test_only_the_app_imports_features() -> None:
    found = []
    for path in SOURCES:
        module = module_of(path)
        if within(module, "bot") and module != "bot.app":
            found += breaches(
                False, path, {name for name in imports_of(path) if within(name, "handlers")}
            )
    assert found == []


def test_features_never_import_each_other() -> None:
    found = []
    for path in SOURCES:
        module = module_of(path)
        if not module.startswith("handlers."):
            continue
        own = ".".join(module.split(".")[:2])
        others = {
            name for name in imports_of(path) if within(name, "handlers") and not within(name, own)
        }
        found += breaches(False, path, others)
    assert found == []


@pytest.mark.parametrize("package", ["slack_bolt", "slack_sdk"])
def test_operations_and_views_know_no_slack_sdk(package: str) -> None:
    found = []
    for path in SOURCES:
        if within(module_of(path), "handlers"):
            found += breaches(
                False, path, {name for name in imports_of(path) if within(name, package)}
            )
    assert found == []


def test_views_import_only_builders_declarations_and_their_own_feature() -> None:
    allowed = (
        "bot.blocks", "bot.command", "bot.home", "bot.judging.states", "bot.judging.wording",
        "bot.limits", "bot.moments", "bot.phrases", "bot.settings", "handlers",
    )  # fmt: skip
    found = []
    for path in SOURCES:
        if within(module_of(path), "handlers") and "views" in path.stem:
            names = {name for name in imports_of(path) if within(name, "bot")}
            found += breaches(False, path, {name for name in names if not within(name, *allowed)})
    assert found == []


def test_clients_import_only_settings_and_errors() -> None:
    found = []
    for path in SOURCES:
        if within(module_of(path), "bot.clients"):
            names = {name for name in imports_of(path) if within(name, "bot", "handlers")}
            allowed = ("bot.clients", "bot.settings", "bot.errors")
            found += breaches(False, path, {name for name in names if not within(name, *allowed)})
    assert found == []


def test_nothing_but_the_cli_imports_the_sandbox() -> None:
    found = []
    for path in SOURCES:
        module = module_of(path)
        if not within(module, "bot.sandbox", "bot.cli"):
            found += breaches(
                False, path, {name for name in imports_of(path) if within(name, "bot.sandbox")}
            )
    assert found == []


def test_only_the_store_speaks_sql_of_ours() -> None:
    found = []
    for path in SOURCES:
        if not within(module_of(path), "bot.store", "bot.sandbox"):
            names = {name for name in imports_of(path) if within(name, "sqlite3", "sqlite_utils")}
            found += breaches(False, path, names)
    assert found == []


def test_no_file_is_called_by_a_name_that_says_nothing() -> None:
    named = [path for path in SOURCES if {path.stem, path.parent.name} & BANNED_NAMES]
    assert named == []


def test_no_file_holds_two_ideas() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_the_laws_are_held_over_the_whole_source() -> None:
    assert len(SOURCES) > 20
    assert any(within(name, "bot.command") for name in imports_of(ROOT / "bot/dispatch.py"))


def test_a_terminal_loads_no_library_that_it_does_not_need() -> None:
    """Each costs every command and every test that starts one a tenth of a second."""
    spared = "aiohttp slack_bolt slack_sdk numpy matplotlib jinja2 httpx boto3 psycopg reportlab"
    code = f"import sys, bot.shell; print([one for one in {spared.split()} if one in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
