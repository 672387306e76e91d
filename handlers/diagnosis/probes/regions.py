"""The regional Workers of [[scale.regions]]: one that fails or is late hurts its countries."""

from __future__ import annotations

from bot.judging.wording import duration, listed
from bot.regions import RegionSeen, look_at
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import API_MS
from handlers.diagnosis.scene import Scene

FACTS = ("regions_away", "regions_late")


async def look(scene: Scene, book: Notebook) -> None:
    regions = scene.settings.scale.regions
    if not regions:
        book.lack(
            "Regional Workers", "No region is written in pitchey.toml.",
            "Name them under [[scale.regions]] where the platform has some.", FACTS,
        )  # fmt: skip
        return
    before = scene.busyness.lost_ms
    seen = await look_at(scene.clients, regions, deadline=scene.deadline)
    away = [each for each in seen if each.trouble and not each.late]
    late = [
        each
        for each in seen
        if each.late or scene.busyness.late(each.milliseconds or 0, API_MS, before)
    ]
    shown = listed([_words(each) for each in away]) or f"{len(seen)} of {len(seen)} answer"
    first = away[0].name if away else ""
    book.note("regions_away", "Regions that fail", first, shown, bad=bool(away))
    times = listed([_words(each) for each in late or seen])
    book.note(
        "regions_late", "Regions, time of an answer", late[0].name if late else "", times,
        f"alert above {duration(API_MS)}", bad=bool(late),
    )  # fmt: skip


def _words(seen: RegionSeen) -> str:
    if seen.trouble:
        return f"{seen.name} ({seen.trouble})"
    return f"{seen.name} {duration(seen.milliseconds or 0)}"
