"""The four complaints that the operations guide diagnoses, and which alert tells of which. Pure."""

from __future__ import annotations

from enum import StrEnum


class Symptom(StrEnum):
    """What people notice (guide, "Common Issues & Solutions", issues 1 to 4)."""

    SLOW = "slow"
    AUTH = "auth"
    DATABASE = "database"
    UPLOADS = "uploads"


AUTO = "auto"  # the word for "find out which"
# What a metric beyond its limit is usually about; the others tell of no one symptom.
_METRICS = {
    "response_time": Symptom.SLOW,
    "cpu": Symptom.SLOW,
    "memory": Symptom.SLOW,
    "cache_hit_rate": Symptom.SLOW,
    "database_connections": Symptom.DATABASE,
    "connections_idle_in_transaction": Symptom.DATABASE,
    "database_up": Symptom.DATABASE,
    "database_size": Symptom.DATABASE,
}
# What no diagnosis of the site explains is looked at elsewhere, and mended so.
_LOOKS = dict.fromkeys(
    ("backup_age_hours", "backups_corrupt", "backup_size_change"), ("Show backups", "backups")
)
_MENDED = {
    "backup_age_hours": ("Make a backup now", "backup now"),
    "backups_corrupt": ("Make a backup now", "backup now"),
    "backup_size_change": ("Rehearse a restore", "restore drill"),
}
_WORDS = (
    (("slow", "response"), Symptom.SLOW),
    (("login", "sign_in", "auth", "session"), Symptom.AUTH),
    (("database", "neon", "postgres", "connections"), Symptom.DATABASE),
    (("upload", "storage", "r2"), Symptom.UPLOADS),
)


def symptom_of(metric: str, rule: str = "") -> Symptom | None:
    """The symptom that a metric or an alert rule points at; None where it may be any."""
    found = _METRICS.get(metric)
    if found is not None:
        return found
    named = rule.lower()
    return next((each for words, each in _WORDS if any(word in named for word in words)), None)


def diagnosis_of(metric: str, rule: str = "") -> tuple[str, str]:
    """What looks for the cause: how its button is called, and its command line."""
    return _LOOKS.get(metric) or ("Diagnose", f"diagnose {symptom_of(metric, rule) or AUTO}")


def mending_of(metric: str) -> tuple[str, str] | None:
    """What mends it whatever the cause, as a button; None where the cause must be known first."""
    return _MENDED.get(metric)
