"""At Cloudflare: the Worker's secrets by name, and whether the uploads' bucket is there."""

from __future__ import annotations

import asyncio

from bot.clients.cloudflare_secrets import secrets
from bot.errors import NotConfigured, OpsError
from bot.judging.wording import age, listed
from bot.store.operation_rows import State
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.scene import Scene

FACTS = ("auth_secret", "bucket_listed")
_LOOKED_THROUGH = 500  # operations


async def look(scene: Scene, book: Notebook) -> None:
    if not scene.clients.cloudflare.configured or not scene.environment.worker_script:
        raise NotConfigured(
            "Cloudflare is not configured for this environment.",
            "Set CLOUDFLARE_API_TOKEN, and account_id and worker_script in pitchey.toml.",
        )
    await asyncio.gather(
        _secrets(scene, scene.environment.worker_script, book), _bucket(scene, book)
    )


async def _secrets(scene: Scene, script: str, book: Notebook) -> None:
    wanted = scene.settings.diagnosis.auth_secrets
    try:
        held = {
            each.name
            for each in await secrets(scene.clients.cloudflare, script, deadline=scene.deadline)
        }
    except OpsError as error:
        book.lack("The Worker's secrets", error.message, error.hint, ("auth_secret",))
        return
    absent = [name for name in wanted if name not in held]
    shown = f"{listed(absent)} missing" if absent else f"{listed(wanted)} set{_age(scene, wanted)}"
    book.note(
        "auth_secret", "Secret that signs sessions", ", ".join(absent), shown,
        f"{listed(wanted)} must be there", bad=bool(absent),
    )  # fmt: skip


def _age(scene: Scene, wanted: tuple[str, ...]) -> str:
    """When the bot last rotated one of them, the only date there is: Cloudflare tells none."""
    done = [
        each.ended_at
        for each in scene.store.operations.newest(_LOOKED_THROUGH, (State.SUCCEEDED,))
        if each.request.command == "secrets rotate"
        and each.request.arguments.get("name") in wanted
        and each.ended_at is not None
    ]
    if not done:
        return ", its age is not told by Cloudflare"
    return f", rotated {age((scene.now - max(done)).total_seconds() / 3600)} ago"


async def _bucket(scene: Scene, book: Notebook) -> None:
    cloudflare, wanted = scene.clients.cloudflare, scene.settings.storage.uploads_bucket
    try:
        result = await cloudflare.get(
            f"{cloudflare.account}/r2/buckets",
            permission="R2 Read",
            params={"name_contains": wanted, "per_page": 1000},
            deadline=scene.deadline,
        )
    except OpsError as error:
        book.lack("The list of R2 buckets", error.message, error.hint, ("bucket_listed",))
        return
    buckets = result.get("buckets") if isinstance(result, dict) else None
    names = [str(each.get("name")) for each in buckets or () if isinstance(each, dict)]
    there = wanted in names
    shown = f"{wanted} is {'there' if there else 'not among the buckets'}"
    book.note("bucket_listed", "R2 bucket at Cloudflare", there, shown, bad=not there)
