"""The Workers that the account has at the start: a believable past."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.sandbox.cloudflare.script import MAINTENANCE, Script
from bot.sandbox.cloudflare.versions import BINDINGS, MIGRATION

_CHANGES = (
    "Faster search", "Fix NDA reminders", "New investor dashboard", "Cache trending pitches",
    "Session clean-up", "Clearer upload errors",
)  # fmt: skip
_DELETED = {"type": "r2_bucket", "name": "R2_DRAFTS", "bucket_name": "pitchey-drafts"}
_PEOPLE = ("dana@pitchey.example", "omar@pitchey.example")


def past_script(name: str, now: datetime, kinds: int = 6, ahead: timedelta = timedelta()) -> Script:
    """Weekly uploads, the newest deployed two days ago, or `ahead` of that on staging.

    The first version knows no Durable Objects yet, and the second one binds a bucket that was
    deleted since: nobody can go back to either.
    """
    script = Script(name)
    for number in range(kinds):
        at = now - timedelta(days=2 + 7 * (kinds - 1 - number), hours=3) - ahead
        author = _PEOPLE[number % 2]
        tag, change = f"v1.{number + 4}.0", _CHANGES[number % 6]
        if number == kinds - 2:
            # Not after the newest: while that is not deployed, Cloudflare refuses secrets.
            script.upload(
                author_email=author,
                tag=MAINTENANCE,
                message="Maintenance page",
                at=at - timedelta(days=1),
                migration_tag=MIGRATION,
                bindings=BINDINGS,
            )
        version = script.upload(
            author_email=author,
            tag=tag,
            message=change,
            at=at,
            migration_tag=MIGRATION if number else "",
            bindings=(*BINDINGS, _DELETED) if number == 1 else BINDINGS,
        )
        script.deploy(
            ((version.id, 100),),
            author_email=author,
            message=version.message,
            at=at + timedelta(minutes=2),
        )
    return script
