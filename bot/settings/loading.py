"""Read pitchey.toml and the environment into Settings, or tell every problem at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.settings.environ import port_from, secrets_from, variables_from
from bot.settings.metrics import guide_metrics
from bot.settings.misplaced import misplaced_secrets
from bot.settings.model import Settings
from bot.settings.positions import Path as KeyPath
from bot.settings.positions import key_lines, line_of
from bot.settings.problems import Problem, SettingsError
from bot.settings.records import unused_password
from bot.settings.translation import place, problems_from, shown, unknown_key

DEFAULT_FILE = "pitchey.toml"
PATH_NAME = "PITCHEY_CONFIG"


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `path` (else PITCHEY_CONFIG, else ./pitchey.toml) and from `environ`.

    A `.env` file beside the toml file is read too; `environ` (the process environment unless
    given) wins. Relative paths in the file count from its folder. Raises SettingsError, which
    holds all problems.
    """
    environ = os.environ if environ is None else environ
    source = path or Path(environ.get(PATH_NAME) or DEFAULT_FILE)
    text = _read(source)
    raw = _parse(text, source)
    lines = _lines(text)
    variables, problems = variables_from(source.parent / ".env", environ)
    problems += misplaced_secrets(raw, lines)
    skipped = {problem.where for problem in problems}
    tables, unsettable = _complete(raw, source.parent)
    problems += [unknown_key(path, lines) for path in unsettable]
    secrets, more = secrets_from(variables)
    problems += more
    port, more = port_from(variables)
    problems += more
    problems += _no_default(raw, lines)
    problems += _unknown_environments(raw, lines)
    try:
        settings = Settings.model_validate(tables)
    except ValidationError as error:
        found = problems_from(error.errors(include_url=False, include_input=False), lines)
        problems += [problem for problem in found if problem.where not in skipped]
        raise SettingsError(str(source), problems) from None
    problems += unused_password(settings.store, secrets)
    if problems:
        raise SettingsError(str(source), problems)
    http = settings.http.model_copy(update={"port": port}) if port else settings.http
    return settings.model_copy(update={"secrets": secrets, "http": http})


def _read(source: Path) -> str:
    try:
        # A pipe or a device would keep us waiting, or never end.
        if source.exists() and not source.is_file() and not source.is_dir():
            problem = Problem(
                str(source), "is not a file.", f"Name the file itself, such as {DEFAULT_FILE}."
            )
            raise SettingsError(str(source), [problem])
        return source.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = "does not exist."
        remedy = (
            "Run in the folder that holds pitchey.toml, or name the file in the environment "
            f"variable {PATH_NAME}. The least such a file needs is a table "
            "[environments.production] with api_url and site_url."
        )
    except IsADirectoryError:
        message, remedy = "is a folder.", f"Name the file itself, such as {DEFAULT_FILE}."
    except UnicodeDecodeError:
        message, remedy = "is not UTF-8 text.", "Save it as UTF-8."
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is not usable"
        message, remedy = f"cannot be read: {reason}.", "Give the bot's user the right to read it."
    raise SettingsError(str(source), [Problem(str(source), message, remedy)])


def _parse(text: str, source: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        problem = _syntax_problem(error, source)
    raise SettingsError(str(source), [problem])


def _syntax_problem(error: Exception, source: Path) -> Problem:
    """tomllib says where, sometimes; its words may quote the text, so only known ones are kept."""
    at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    where = f"{source} column {at[2]}" if at else str(source)
    reasons = {
        "end of document": "the file ends inside a value; a quote or bracket is not closed",
        "Cannot overwrite a value": "the same key is written twice",
        "Cannot declare": "the same table is written twice",
        "Invalid value": "this is not a value; text needs quotes",
        "Expected '='": "an equals sign is missing after the key",
        "Expected newline": "there is something after the value; one key a line",
        "Invalid statement": "this is neither a key, a [table] nor a # comment",
    }
    found = (reason for words, reason in reasons.items() if words in str(error))
    reason = next(found, "this is not valid TOML (https://toml.io)")
    return Problem(
        where,
        f"cannot be understood: {reason}.",
        "Correct the line.",
        int(at[1]) if at else None,
    )


def _lines(text: str) -> dict[KeyPath, int]:
    try:
        return key_lines(text.replace("\r\n", "\n"))
    except RecursionError:  # deeper nesting than this file can need: messages without lines
        return {}


def _complete(raw: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[KeyPath]]:
    """The file's tables with what only the program knows; also the keys no file may set."""
    tables = dict(raw)
    refused: list[KeyPath] = []
    if "secrets" in tables:
        refused.append(("secrets",))
        del tables["secrets"]
    environments = tables.get("environments")
    if isinstance(environments, dict):
        refused += _derived("environments", environments, {"name"})
        tables["environments"] = {
            name: {**table, "name": name} if isinstance(table, dict) else table
            for name, table in environments.items()
        }
    metrics = tables.get("metrics", {})
    if isinstance(metrics, dict):
        refused += _derived("metrics", metrics, {"unit", "higher_is_better"})
        guide: dict[str, dict[str, Any]] = {
            name: metric.model_dump() for name, metric in guide_metrics().items()
        }
        tables["metrics"] = guide | {
            name: {**guide.get(name, {}), **table} if isinstance(table, dict) else table
            for name, table in metrics.items()
        }
    for table, key, default in (
        ("store", "path", "var/pitchey.sqlite3"),
        ("network", "ca_file", ""),
        ("migrations", "folder", ""),
        ("migrations", "command_folder", ""),
    ):
        held = tables.get(table, {})
        if isinstance(held, dict) and isinstance(value := held.get(key, default), str) and value:
            tables[table] = {**held, key: _beside(folder, value)}
    held = tables.get("playbooks", {})
    if isinstance(held, dict) and isinstance(found := held.get("folders"), list):
        beside = [_beside(folder, each) if isinstance(each, str) else each for each in found]
        tables["playbooks"] = {**held, "folders": beside}
    held = tables.get("deploys", {})
    checkout = held.get("checkout") if isinstance(held, dict) else None
    if isinstance(checkout, dict) and isinstance(value := checkout.get("folder"), str) and value:
        own = {**checkout, "folder": _beside(folder, value)}
        tables["deploys"] = {**held, "checkout": own}
    return tables, refused


def _derived(table: str, entries: dict[str, Any], keys: set[str]) -> list[KeyPath]:
    return [
        (table, name, key)
        for name, entry in entries.items()
        if isinstance(entry, dict)
        for key in keys & entry.keys()
    ]


def _beside(folder: Path, value: str) -> str:
    return value if value.startswith("~/") or not value.strip() else str(folder / value)


def _no_default(raw: dict[str, Any], lines: dict[KeyPath, int]) -> list[Problem]:
    environments, name = raw.get("environments"), raw.get("default_environment", "production")
    if not isinstance(environments, dict) or not environments or not isinstance(name, str):
        return []
    if name in environments:
        return []
    path: KeyPath = ("default_environment",)
    names = ", ".join(shown(known) for known in environments)
    remedy = f"Write one of: {names}; or add a table [environments.<name>]."
    return [Problem(place(path), "names no environment here.", remedy, line_of(lines, path))]


def _unknown_environments(raw: dict[str, Any], lines: dict[KeyPath, int]) -> list[Problem]:
    """A limit on an environment that is not there would protect nothing, and silently."""
    environments, limits = raw.get("environments"), raw.get("limits")
    if not isinstance(environments, dict) or not isinstance(limits, list):
        return []
    remedy = f"Write one of: {', '.join(shown(known) for known in environments)}."
    paths: list[tuple[KeyPath, Any]] = [
        (("limits", at, "environments", number), name)
        for at, limit in enumerate(limits)
        if isinstance(limit, dict) and isinstance(limit.get("environments"), list)
        for number, name in enumerate(limit["environments"])
    ]
    return [
        Problem(place(path), "names no environment here.", remedy, line_of(lines, path))
        for path, name in paths
        if isinstance(name, str) and name not in environments
    ]
