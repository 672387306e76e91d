"""Looks for secrets in everything a person, a log reader or a file's reader could see."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from urllib.parse import quote

from bot.sandbox.workspace import ANA
from tests.e2e.stage import Stage


def forms(secret: str) -> tuple[str, ...]:
    """The secret as it is, as in an address, and in base64."""
    return secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()


def leaks(stage: Stage) -> list[str]:
    """Where a secret shows: a place and the first characters of the secret."""
    workspace = stage.workspace
    messages = [
        asdict(message)
        for channel in workspace.channels
        for person in workspace.people
        for message in workspace.everything(channel, person)
    ]
    # What people did reaches the bot; what the bot answered must hold no secret.
    sent = [entry.arguments for entry in (*workspace.record.calls(), *workspace.record.responses())]
    seen = {
        "output and log": stage.said,
        "messages": json.dumps(messages, ensure_ascii=False),
        "calls": json.dumps(sent, ensure_ascii=False, default=str),
        "audit": json.dumps(stage.audit(10_000), ensure_ascii=False),
        "home": json.dumps(getattr(workspace.home(ANA), "payload", {}), ensure_ascii=False),
        "settings": stage.world.config_path.read_text("utf-8"),
    }
    return [
        f"{place}: {secret[:12]}…"
        for place, text in seen.items()
        for secret in stage.secrets
        if any(form in text for form in forms(secret))
    ]
