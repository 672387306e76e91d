"""pitchey.toml, docs/reference/settings.md and the model name the same keys and defaults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from bot.command import Role
from bot.settings import Metric, Secrets, Settings, load
from bot.settings.alerts import Rule
from bot.settings.database import ArchiveRule
from bot.settings.deploys import Checkout, CheckoutStep
from bot.settings.oncall import OncallLevel
from bot.settings.reports import Document
from bot.settings.scale import Region
from bot.settings.security import Allowed
from bot.settings.tables import Environment, EscalationLevel, Limit, Provider

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
FILE = (ROOT / "pitchey.toml").read_text(encoding="utf-8")
REPEATED = {
    "environments.<name>": Environment,
    "metrics.<name>": Metric,
    "limits": Limit,
    "contacts.escalation": EscalationLevel,
    "contacts.providers": Provider,
    "alerts.rules": Rule,
    "oncall.levels": OncallLevel,
    "database.archive": ArchiveRule,
    "reports.documents": Document,
    "deploys.checkout": Checkout,
    "deploys.checkout.steps.<name>": CheckoutStep,
    "scale.regions": Region,
    "security.allowed": Allowed,
}
NOT_IN_FILE = {
    "environments.<name>": {"name"},
    "metrics.<name>": {"unit", "higher_is_better"},
    "deploys.checkout": {"steps"},
}


def model_keys() -> dict[str, Any]:
    """Every key a file may set, `table.key`, with its default (None where it has none)."""
    found: dict[str, Any] = {"default_environment": "production"}
    for table, field in Settings.model_fields.items():
        if table in {"default_environment", "secrets"} or any(
            name in {table, f"{table}.<name>"} for name in REPEATED
        ):
            continue
        for key, inner in type(field.default).model_fields.items():
            if f"{table}.{key}" not in REPEATED:
                found[f"{table}.{key}"] = inner.default
    for table, model in REPEATED.items():
        for key, inner in model.model_fields.items():
            if key not in NOT_IN_FILE.get(table, set()):
                found[f"{table}.{key}"] = None if inner.is_required() else inner.default
    return found


def page_keys() -> dict[str, str]:
    """Every key of the page with the default it states."""
    found: dict[str, str] = {}
    for section in PAGE.split("\n### ")[1:]:
        title = section.splitlines()[0].strip("`[] ")
        table = section.split("| key | default | meaning |")[1]
        for key, default in re.findall(r"^\| `(\w+)` \| (.+?) \|", table, re.MULTILINE):
            found[key if title == "Top" else f"{title}.{key}"] = default.strip("`")
    return found


def file_keys() -> set[str]:
    """Every key of pitchey.toml, those commented out as examples included."""
    text = re.sub(
        r"^# (\w+ = \"|\[\[(?:limits|scale.regions|security.allowed)\]\]|\w+ = \[|\w+ = true)",
        r"\1",
        FILE,
        flags=re.MULTILINE,
    )
    found: set[str] = set()
    for table, value in tomllib.loads(text).items():
        if isinstance(value, list):
            found |= {f"{table}.{key}" for row in value for key in row}
        elif not isinstance(value, dict):
            found.add(table)
        elif table == "contacts":
            found |= {f"{table}.{k}.{key}" for k, rows in value.items() for r in rows for key in r}
        elif table == "deploys":
            checkout = value.pop("checkout")
            steps = checkout.pop("steps").values()
            found |= {f"deploys.{key}" for key in value}
            found |= {f"deploys.checkout.{key}" for key in checkout}
            found |= {f"deploys.checkout.steps.<name>.{key}" for step in steps for key in step}
        elif table in {"environments", "metrics"}:
            found |= {f"{table}.<name>.{key}" for inner in value.values() for key in inner}
        else:
            for key, inner in value.items():
                repeated = f"{table}.{key}" in REPEATED
                found |= (
                    {f"{table}.{key}.{name}" for row in inner for name in row}
                    if repeated
                    else {f"{table}.{key}"}
                )
    return found


def test_the_page_and_the_model_name_the_same_keys() -> None:
    assert set(page_keys()) == set(model_keys())


def test_the_file_and_the_model_name_the_same_keys() -> None:
    assert file_keys() == set(model_keys())


def test_the_page_states_the_models_defaults() -> None:
    stated, wrong = page_keys(), []
    for key, default in model_keys().items():
        if stated[key] in {"required", "none", "above"}:
            assert default is None, key
            continue
        expected = default.word if isinstance(default, Role) else default
        expected = str(expected) if isinstance(expected, Path) else expected
        expected = list(expected) if isinstance(expected, tuple) else expected
        if tomllib.loads(f"x = {stated[key]}")["x"] != expected:
            wrong.append(f"{key}: {stated[key]}, not {expected!r}")
    assert wrong == []


def test_the_page_names_every_variable() -> None:
    section = PAGE.split("## The environment")[1].split("\n## ")[0]
    named = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE))
    assert named == {name.upper() for name in Secrets.model_fields}


def test_the_page_states_the_metrics_limits() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    metrics = load(ROOT / "pitchey.toml", {}).metrics
    assert {name: (float(target), float(alert)) for name, target, alert in rows} == {
        name: (metric.target, metric.alert) for name, metric in metrics.items()
    }
