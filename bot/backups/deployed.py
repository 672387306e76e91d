"""What was live when a backup was made: everything Cloudflare tells of it but values of secrets."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.backups.manifest import Code
from bot.clients.cloudflare_content import Bundle, bundle
from bot.clients.cloudflare_deployments import deployments
from bot.clients.cloudflare_secrets import secrets
from bot.clients.cloudflare_versions import version_detail, versions
from bot.errors import BadAnswer, NotConfigured, OpsError

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.clients.cloudflare import Cloudflare
    from bot.settings import Settings

_ASKING = 15.0
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")


async def deployed(settings: Settings, clients: Clients) -> tuple[Code, dict[str, Any], str]:
    """(what is live, everything Cloudflare tells of it, why not)."""
    script = settings.environment().worker_script
    cloudflare = clients.cloudflare
    try:
        if not script:
            raise NotConfigured("No Worker is named for this environment.")
        listed = await deployments(cloudflare, script, deadline=_ASKING)
        known = await versions(cloudflare, script, deadline=_ASKING)
        names = await secrets(cloudflare, script, deadline=_ASKING)
        # While maintenance mode is on, what answered before it is what a recovery brings back.
        closed = {each.id for each in known if each.tag == settings.maintenance.tag}
        live = next((each for each in listed if each.version not in closed), None)
        detail = await version_detail(cloudflare, script, live.version) if live else None
    except OpsError as error:
        return Code(script=script or ""), {}, error.message
    version = next((each for each in known if live and each.id == live.version), None)
    told = {
        "script": script,
        "deployment": _plain(live),
        "version": _plain(detail),
        "versions": [_plain(each) for each in known[:20]],
        "secrets": [each.name for each in names],  # values are never told, by nobody
    }
    if version is None:
        return Code(script=script, version=live.version if live else ""), told, ""
    said = _COMMIT.search(f"{version.tag} {version.message}")
    return (
        Code(
            script=script, version=version.id, number=version.number, tag=version.tag,
            message=version.message, commit=said.group() if said else "",
        ),
        told,
        "",
    )  # fmt: skip


async def live_code(cloudflare: Cloudflare, code: Code) -> Bundle:
    """The modules of that version; BadAnswer where Cloudflare gives those of the newest instead.

    Raises what Cloudflare.call does.
    """
    found = await bundle(cloudflare, code.script, code.version)
    newest = (await versions(cloudflare, code.script, deadline=_ASKING))[:1]
    if newest and newest[0].id != code.version:
        ours = await version_detail(cloudflare, code.script, code.version)
        theirs = await version_detail(cloudflare, code.script, newest[0].id)
        if ours.etag != theirs.etag and found == await bundle(
            cloudflare, code.script, newest[0].id
        ):
            raise BadAnswer("Cloudflare gives the newest code only, and another version is live.")
    return found


def _plain(value: Any) -> Any:
    if value is None:
        return None
    found: dict[str, Any] = asdict(value)
    return {
        name: each.isoformat() if isinstance(each, datetime) else each
        for name, each in found.items()
    }
