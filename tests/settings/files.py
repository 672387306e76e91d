"""Settings files as people write them, on a real disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.settings import Problem, Settings, SettingsError, load

LEAST = """\
[environments.production]
api_url = "https://api.example.com"
site_url = "https://www.example.com"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "pitchey.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(
    folder: Path, text: str, environ: Mapping[str, str] | None = None
) -> Settings | SettingsError:
    """What loading the text gives; anything else raised is a fault of the program."""
    try:
        return load(written(folder, text), environ or {})
    except SettingsError as error:
        return error


def problems(
    folder: Path, text: str, environ: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """What loading the text complains about; nothing when it is accepted."""
    found = loaded(folder, text, environ)
    return found.problems if isinstance(found, SettingsError) else ()


def told(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Message and remedy by place."""
    return {
        problem.where: f"{problem.message} {problem.remedy}"
        for problem in problems(folder, text, environ)
    }
