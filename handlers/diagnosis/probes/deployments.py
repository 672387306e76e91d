"""The newest deployment and the last change of a secret, from Cloudflare, else from the marks."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clients.cloudflare_deployments import Deployment, deployments
from bot.clients.health_words import tidy
from bot.errors import OpsError
from bot.judging.wording import age
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import DEPLOYED_HOURS
from handlers.diagnosis.scene import Scene

FACTS = ("deployed_hours", "deployed_version")
_BACK = timedelta(days=90)


async def look(scene: Scene, book: Notebook) -> None:
    script = scene.environment.worker_script
    if not scene.clients.cloudflare.configured or not script:
        _by_marks(scene, book)
        return
    try:
        found = await deployments(scene.clients.cloudflare, script, deadline=scene.deadline)
    except OpsError as error:
        book.lack("Deployments at Cloudflare", error.message, error.hint)
        _by_marks(scene, book)
        return
    if not found:
        book.lack("Deployments", "Cloudflare lists none.", "", FACTS)
        return
    newest = found[0]
    note_deployment(scene.now, newest.at, _words(newest), book)
    book.note("deployed_version", "The version that is live", newest.version, newest.version[:8])
    secret = next((each for each in found if each.triggered_by == "secret"), None)
    if secret is not None:
        hours = _hours(scene.now, secret.at)
        book.note(
            "secret_changed_hours", "Last change of a secret", hours, f"{age(hours)} ago",
            bad=hours < DEPLOYED_HOURS,
        )  # fmt: skip


def note_deployment(now: datetime, at: datetime, words: str, book: Notebook) -> None:
    """How long ago it was; a fresh one is a suspect."""
    hours = _hours(now, at)
    book.note(
        "deployed_hours", "Last deployment", hours, f"{age(hours)} ago{words}",
        f"a suspect within {DEPLOYED_HOURS:g} hours", bad=hours < DEPLOYED_HOURS,
    )  # fmt: skip


def _by_marks(scene: Scene, book: Notebook) -> None:
    marks = [
        each
        for each in scene.store.marks.between(scene.now - _BACK, scene.now)
        if each.kind == "deployment"
    ]
    if marks:
        note_deployment(scene.now, marks[-1].at, f", {tidy(marks[-1].label, 60)}", book)
    else:
        book.lack("The last deployment", "The bot knows of none.", "", ("deployed_hours",))


def _words(found: Deployment) -> str:
    message = f": {tidy(found.message, 80)}" if found.message else ""
    return f", version {found.version[:8]} by {tidy(found.author or 'somebody', 60)}{message}"


def _hours(now: datetime, at: datetime) -> float:
    return max(0.0, (now - at).total_seconds() / 3600)
