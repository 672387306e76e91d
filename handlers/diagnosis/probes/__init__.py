"""The looks of a diagnosis: what each is called, which symptoms want it, and what it may note."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.symptoms import Symptom
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.probes import (
    account,
    bucket,
    cache,
    clock,
    crossing,
    deployments,
    front,
    outside,
    pages,
    pool,
    regions,
    reports,
    select,
    sessions,
    site,
    statements,
    telemetry,
    uploads,
)
from handlers.diagnosis.scene import Scene

ALL = frozenset(Symptom)
SLOW, AUTH, DATABASE, UPLOADS = Symptom.SLOW, Symptom.AUTH, Symptom.DATABASE, Symptom.UPLOADS


@dataclass(frozen=True, slots=True)
class Probe:
    """One look. `facts` are those it can note; what is missing at its end is told as missing."""

    name: str
    title: str
    run: Callable[[Scene, Notebook], Awaitable[None]]
    facts: frozenset[str]
    symptoms: frozenset[Symptom] = ALL


def _probe(name: str, title: str, module: object, *symptoms: Symptom) -> Probe:
    run, facts = module.look, module.FACTS  # type: ignore[attr-defined]
    return Probe(name, title, run, frozenset(facts), frozenset(symptoms) or ALL)


PROBES: tuple[Probe, ...] = (
    _probe("front", "The API", front),
    _probe("reports", "What the API says of its parts", reports),
    _probe("site", "The site and the certificates", site),
    _probe("outside", "Cloudflare's status and open alerts", outside),
    _probe("telemetry", "The Worker's answers and CPU time", telemetry),
    _probe("deployments", "The latest deployment", deployments),
    _probe("select", "The database's own answer", select, SLOW, AUTH, DATABASE),
    _probe("pool", "The database's connections and locks", pool, SLOW, AUTH, DATABASE),
    _probe("statements", "Statements that run", statements, SLOW, DATABASE),
    _probe("pages", "A page that reads the database", pages, SLOW, DATABASE),
    _probe("cache", "The cache", cache, SLOW),
    _probe("regions", "The regional Workers", regions, SLOW),
    _probe("sessions", "Sign-in and sessions", sessions, AUTH),
    _probe("crossing", "CORS from the site's origin", crossing, AUTH),
    _probe("clock", "The clocks", clock, AUTH),
    _probe("account", "Secrets and buckets at Cloudflare", account, AUTH, UPLOADS),
    _probe("bucket", "The uploads' bucket", bucket, UPLOADS),
    _probe("uploads", "The upload address", uploads, UPLOADS),
)
