"""Rules in pitchey.toml: the guide's are there, mistakes are told with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, load
from bot.settings.alerts import guide_rules
from tests.alerts.stage import ENVIRONMENTS

ROOT = Path(__file__).parents[2]
RULE = '[[alerts.rules]]\nname = "SLOW"\nmetric = "response_time"\n'


def test_the_files_rules_say_what_the_guides_say() -> None:
    settings = load(ROOT / "pitchey.toml", {})
    guide = {rule.name: rule for rule in guide_rules()}
    assert settings.alerts.rules
    assert all(guide[rule.name] == rule for rule in settings.alerts.rules)
    assert settings.alerts.every_rule == guide_rules()


def test_the_guides_thresholds() -> None:
    expected = {
        "HIGH_ERROR_RATE": ("error_rate", 1, None),
        "SLOW_RESPONSE": ("response_time", 1_000, None),
        "LOW_AVAILABILITY": ("uptime", None, 99.5),
        "HIGH_CPU": ("cpu", 85, None),
        "HIGH_MEMORY": ("memory", 90, None),
        "DATABASE_CONNECTIONS": ("database_connections", 90, None),
        "WORKER_ERRORS": ("worker_errors", 100, None),
        "ORIGIN_ERROR_RATE": ("origin_error_rate", 1, None),
        "CERTIFICATE_EXPIRES": ("certificate_days", None, 14),
        "BACKUP_TOO_OLD": ("backup_age_hours", 26, None),
        "BACKUP_CORRUPT": ("backups_corrupt", 0, None),
        "BACKUP_SIZE_ODD": ("backup_size_change", 50, None),
    }
    limits = {rule.name: (rule.metric, rule.above, rule.below) for rule in guide_rules()}
    assert {name: limits[name] for name in expected} == expected


def test_every_playbook_a_rule_names_is_delivered() -> None:
    for rule in guide_rules():
        if rule.playbook:
            assert (ROOT / "playbooks" / f"{rule.playbook}.yml").exists(), rule.name


def test_a_rule_of_the_file_replaces_the_guides_and_others_are_added(tmp_path: Path) -> None:
    config = tmp_path / "pitchey.toml"
    own = RULE.replace("SLOW", "HIGH_CPU") + "above = 50.0\n" + RULE + "above = 5.0\n"
    config.write_text(ENVIRONMENTS + own)
    rules = {rule.name: rule for rule in load(config, {}).alerts.every_rule}
    assert (rules["HIGH_CPU"].above, rules["SLOW"].above) == (50, 5)
    assert len(rules) == len(guide_rules()) + 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULE, "exactly one of above, below and burn_rate"),
        (RULE + "above = 1.0\nbelow = 2.0\n", "exactly one of"),
        (RULE + "above = 1.0\nclear = 2.0\n", "clear must be at most above"),
        (RULE + "below = 2.0\nclear = 1.0\n", "clear must be at least below"),
        (RULE + "burn_rate = 2.0\nwindow_minutes = 5\n", "short_window_minutes below"),
        (RULE + "above = nan\n", "finite number"),
        (RULE + "above = 1.0\nfor_minutes = -1\n", "out of range"),
        (RULE + 'above = 1.0\nseverity = "loud"\n', "not usable"),
        (RULE + 'above = 1.0\nenvironments = ["moon"]\n', "not in [environments]"),
        (RULE + "above = 1.0\nthreshold = 1\n", "is not a setting"),
        (RULE.replace("SLOW", "slow") + "above = 1.0\n", "is not a rule's name"),
        (RULE + "above = 1.0\n" + RULE + "above = 1.0\n", "names a rule twice"),
        ("[alerts]\nevery_seconds = 0\n", "out of range"),
        ("[alerts]\nslo_target = 100.0\n", "out of range"),
        ('[[oncall.levels]]\nlevel = "L1"\npeople = ["ana"]\n', "neither a Slack member id"),
        ('[[oncall.levels]]\nlevel = "L1"\nhandover_hour = 24\n', "out of range"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, told: str) -> None:
    config = tmp_path / "pitchey.toml"
    config.write_text(ENVIRONMENTS + text)
    with pytest.raises(SettingsError) as refused:
        load(config, {})
    assert told in str(refused.value)
