"""`auto`: which symptoms to look for, by the open alerts and the newest measurements. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from bot.symptoms import Symptom, symptom_of

if TYPE_CHECKING:
    from bot.settings import MetricName, Settings
    from bot.store import Alert, Store

FRESH = timedelta(minutes=15)
EVERYTHING = tuple(Symptom)


@dataclass(frozen=True, slots=True)
class Choice:
    """The symptoms to look for, and why in words."""

    symptoms: tuple[Symptom, ...]
    why: str


def choose(
    alerts: Sequence[Alert], measured: Mapping[str, float], settings: Settings, environment: str
) -> Choice:
    """Alerts speak first, then metrics beyond their limit; where neither points, everything.

    `measured` are the newest fresh values by metric.
    """
    open_here = [each for each in alerts if each.problem.environment in {"", environment}]
    pointed = [
        (symptom_of(each.problem.metric, each.problem.rule), f"{each.problem.title} ({each.id})")
        for each in open_here
    ]
    if any(symptom is None for symptom, _ in pointed):
        named = "; ".join(words for symptom, words in pointed if symptom is None)
        return Choice(EVERYTHING, f"of the alert {named}, which may have any cause")
    known = [(symptom, words) for symptom, words in pointed if symptom is not None]
    if known:
        symptoms = tuple(dict.fromkeys(symptom for symptom, _ in known))
        return Choice(symptoms, f"of the alert {'; '.join(words for _, words in known)}")
    beyond = [name for name in measured if _beyond(name, measured[name], settings)]
    symptoms = tuple(
        dict.fromkeys(found for name in beyond if (found := symptom_of(name)) is not None)
    )
    if symptoms and len(symptoms) == len({symptom_of(name) for name in beyond}):
        told = ", ".join(name.replace("_", " ") for name in beyond)
        return Choice(symptoms, f"of the measurements of {told}")
    if beyond:
        told = ", ".join(name.replace("_", " ") for name in beyond)
        return Choice(EVERYTHING, f"of the measurements of {told}, which may have any cause")
    return Choice(EVERYTHING, "no alert and no measurement points at one")


def newest(store: Store, settings: Settings, environment: str, now: datetime) -> dict[str, float]:
    """The newest value of each key metric that is fresh."""
    found = {}
    for name in settings.metrics:
        sample = store.samples.latest(environment, name)
        if sample is not None and now - sample.at < FRESH:
            scale = 100.0 if name == "uptime" else 1.0
            found[str(name)] = sample.value * scale
    return found


def _beyond(name: str, value: float, settings: Settings) -> bool:
    limit = settings.metrics.get(cast("MetricName", name))
    if limit is None:
        return False
    return value < limit.alert if limit.higher_is_better else value > limit.alert
