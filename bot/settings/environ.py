"""The environment and the `.env` file: secrets and the port; the environment wins."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic import ValidationError

from bot.settings.problems import Problem
from bot.settings.secrets import PAIRS, Secrets

PORT_NAME = "PORT"
SECRET_NAMES = tuple(name.upper() for name in Secrets.model_fields)


def variables_from(file: Path, environ: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The variables of `file` (if there is one) under those of `environ`, and what is wrong."""
    try:
        text = file.read_bytes().decode("utf-8-sig") if file.is_file() else ""
    except UnicodeDecodeError:
        return dict(environ), [Problem(str(file), "is not UTF-8 text.", "Save it as UTF-8.")]
    except OSError:
        remedy = "Give the bot's user the right to read it, or remove it."
        return dict(environ), [Problem(str(file), "cannot be read.", remedy)]
    held: dict[str, str] = {}
    problems: list[Problem] = []
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            remedy = "Write NAME=value; quotes must be closed."
            line = binding.original.line
            problems.append(Problem(str(file), "cannot be understood.", remedy, line))
        elif binding.key is not None and binding.value is not None:
            held[binding.key] = binding.value
    return {**held, **environ}, problems


def secrets_from(variables: Mapping[str, str]) -> tuple[Secrets, list[Problem]]:
    """The secrets among the variables; an empty one counts as not set."""
    given = {
        name.lower(): variables[name].strip()
        for name in SECRET_NAMES
        if variables.get(name, "").strip()
    }
    problems = _halves(given)
    try:
        return Secrets.model_validate(given), problems
    except ValidationError as error:
        return Secrets(), problems + [
            Problem(
                str(details["loc"][0]).upper(),
                details["msg"].removeprefix("Value error, ") + ".",
                "Correct it in the environment or in .env.",
            )
            for details in error.errors(include_url=False, include_input=False)
        ]


def _halves(given: Mapping[str, str]) -> list[Problem]:
    """Credentials of two parts, of which one is missing."""
    return [
        Problem(
            missing.upper(),
            f"is not set, but {there.upper()} is.",
            "Set both, or neither.",
        )
        for pair in PAIRS
        for there, missing in (pair, pair[::-1])
        if there in given and missing not in given
    ]


def port_from(variables: Mapping[str, str]) -> tuple[int | None, list[Problem]]:
    """The port of the PORT variable, which hosting services set for a web process."""
    text = variables.get(PORT_NAME, "").strip()
    if not text:
        return None, []
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65_535:
        return int(text), []
    remedy = f"Set {PORT_NAME} to the port to listen on, or unset it."
    return None, [Problem(PORT_NAME, "is not a number from 1 to 65535.", remedy)]
