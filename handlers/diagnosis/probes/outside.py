"""What is not ours: Cloudflare's own trouble, attacks, and whether the bot has a way out at all."""

from __future__ import annotations

from bot.clients.cloudflare_status import read_status
from bot.clients.health_words import tidy
from bot.clients.http_faults import NoAnswer
from bot.errors import BadAnswer
from bot.judging.states import NO_WAY_OUT
from bot.judging.wording import age, listed
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.scene import Scene

FACTS = ("attack", "maintenance", "cloudflare_incident", "way_out")
_STATUS = "Cloudflare's status page"


async def look(scene: Scene, book: Notebook) -> None:
    _alerts(scene, book)
    _maintenance(scene, book)
    try:
        page = await scene.clients.cloudflare.status(deadline=scene.deadline)
    except NoAnswer as fault:
        lost = str(fault.trouble) in NO_WAY_OUT
        book.note("way_out", "The bot's own network", not lost, tidy(fault.message, 120), bad=lost)
        book.lack(_STATUS, tidy(fault.message, 160), "", ("cloudflare_incident",))
        return
    book.note("way_out", "The bot's own network", True, "reaches Cloudflare's status page")
    try:
        status = read_status(page.told()) if page.status == 200 else None
    except BadAnswer:
        status = None
    if status is None:
        book.lack(_STATUS, f"It answers HTTP {page.status} in a form this bot does not know.")
        return
    names = [f"{tidy(part.name, 40)} ({part.condition})" for part in status.affected]
    names += [tidy(incident.name, 80) for incident in status.our_incidents if not names]
    words = listed(names) or "Workers, Pages, R2 and the other parts in use are operational"
    book.note("cloudflare_incident", "Cloudflare says", bool(names), words, bad=bool(names))


def _maintenance(scene: Scene, book: Notebook) -> None:
    """Whether the bot itself has switched maintenance mode on."""
    record = scene.store.maintenance.current(scene.environment.name)
    shown = "off"
    if record is not None:
        hours = (scene.now - record.began_at).total_seconds() / 3600
        shown = f"on for {age(max(0.0, hours))}, by {tidy(record.person.name, 60)}"
    on = record is not None
    book.note("maintenance", "Maintenance mode", on, shown, bad=on)


def _alerts(scene: Scene, book: Notebook) -> None:
    """Attacks that Cloudflare has notified of, while their alerts are open."""
    attacks = [
        each.problem.title
        for each in scene.store.alerts.open()
        if any(word in each.problem.key.lower() for word in ("ddos", "dos_attack"))
    ]
    words = tidy(attacks[0], 120) if attacks else "no open alert of one"
    book.note("attack", "Attacks that Cloudflare told of", bool(attacks), words, bad=bool(attacks))
