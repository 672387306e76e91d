"""A diagnosis: choose the symptoms, look at everything they ask for, judge, and find what to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.judging.asking import Answers
from bot.symptoms import AUTO, Symptom
from handlers.diagnosis.baselines import past
from handlers.diagnosis.busyness import Busyness
from handlers.diagnosis.choosing import Choice, choose, newest
from handlers.diagnosis.evidence import Evidence
from handlers.diagnosis.gathering import Tell, gather
from handlers.diagnosis.judging import judge, screened
from handlers.diagnosis.limits import DEADLINE, WATCHED
from handlers.diagnosis.probes import PROBES
from handlers.diagnosis.result import Diagnosis
from handlers.diagnosis.rules import RULES
from handlers.diagnosis.scene import Scene
from handlers.diagnosis.signing_in import SigningIn
from handlers.diagnosis.solutions import rest, steps

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Settings
    from bot.store import Store

Offered = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Manner:
    """`offered` says whether a command line can be run here; `tell` hears what is awaited.

    Running statements are `watched` so many seconds.
    """

    offered: Offered = lambda _: False
    tell: Tell | None = None
    watched: float = WATCHED


async def diagnose(
    clients: Clients,
    settings: Settings,
    store: Store,
    asked: str,
    now: datetime,
    *,
    environment: str | None = None,
    manner: Manner = Manner(),
) -> Diagnosis:
    """`asked` is a symptom or `auto`. Raises BadInput for an unknown environment only."""
    chosen = settings.environment(environment)
    choice = _choice(store, settings, chosen.name, asked, now)
    await clients.prepare()  # loading libraries in the middle would be measured as latency
    clock = time.perf_counter()
    platform = clients.platform_for(chosen)
    scene = Scene(
        clients=clients,
        settings=settings,
        store=store,
        environment=chosen,
        answers=Answers(platform, DEADLINE),
        account=SigningIn.of(settings, clients.http, chosen.api_url, DEADLINE),
        now=now,
        own=chosen.name == settings.default_environment,
        busyness=Busyness(),
        deadline=DEADLINE,
        watched=manner.watched,
    )
    wanted = frozenset(choice.symptoms)
    probes = [probe for probe in PROBES if probe.symptoms & wanted]
    scene.busyness.start()
    try:
        seen = await gather(scene, probes, manner.tell)
    finally:
        await scene.busyness.stop()
        await scene.answers.close()
        await scene.account.close()
    took = (time.perf_counter() - clock) * 1000
    evidence = screened(seen).compared(past(store, chosen.name, now, _deployed(seen, now)))
    causes, possible = judge(evidence, RULES)
    todo = steps(causes or possible, evidence, manner.offered)
    return Diagnosis(
        asked=asked,
        symptoms=tuple(choice.symptoms),
        why=choice.why,
        environment=chosen.name,
        at=now,
        took_ms=took,
        causes=causes,
        possible=possible,
        evidence=evidence,
        steps=todo,
        others=rest(choice.symptoms, todo, evidence, manner.offered),
    )


def _choice(
    store: Store, settings: Settings, environment: str, asked: str, now: datetime
) -> Choice:
    if asked != AUTO:
        return Choice((Symptom(asked),), "it was asked for")
    open_alerts = tuple(each for each in store.alerts.open() if not each.is_test)
    return choose(open_alerts, newest(store, settings, environment, now), settings, environment)


def _deployed(evidence: Evidence, now: datetime) -> datetime | None:
    fact = evidence.fact("deployed_hours")
    return None if fact is None else now - timedelta(hours=fact.number)
