"""One notification of Cloudflare's, understood. Pure.

Source: developers.cloudflare.com/notifications/reference/webhook-payload-schema. "Save and test"
sends a body that has a text alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clients.cloudflare_answers import whole
from bot.errors import BadInput

LARGEST = 64_000  # bytes; real ones have less than two thousand
OLDEST = timedelta(hours=1)
NEWEST = timedelta(minutes=5)  # how far ahead a clock may be
_START, _END = "ALERT_STATE_EVENT_START", "ALERT_STATE_EVENT_END"
_SEVERITIES = {
    "dos_attack_l7": "critical",
    "dos_attack_l4": "critical",
    "http_alert_origin_error": "warning",
    "http_alert_edge_error": "warning",
    "incident_alert": "warning",
    "real_origin_monitoring": "critical",
    "pages_event_alert": "info",
    "maintenance_event_notification": "info",
    "billing_usage_alert": "info",
}


@dataclass(frozen=True, slots=True)
class Notification:
    """`key` ties the end of a problem to its start; a `test` has nothing but its text."""

    title: str
    text: str
    alert_type: str
    severity: str
    key: str
    at: datetime
    ends: bool
    account: str
    test: bool = False


def read_notification(body: bytes, now: datetime) -> Notification:
    """What a body says; BadInput for what is none."""
    if len(body) > LARGEST:
        raise BadInput(f"The body has {len(body):,} bytes; at most {LARGEST:,} are read.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is not JSON.") from error
    if not isinstance(found, Mapping):
        raise BadInput("The body is not a JSON object.")
    text = _text(found, "text")
    kind = _text(found, "alert_type")
    if not kind:
        if text and set(found) <= {"text", "name"}:
            return Notification(
                "Test", text, "", "info", "", now, ends=False, account="", test=True
            )
        raise BadInput("The body is no notification of Cloudflare's.")
    event = _text(found, "alert_event")
    if event not in {_START, _END, ""}:
        raise BadInput("The body has an unknown alert_event.")
    title = _text(found, "name") or _text(found, "policy_name") or kind
    policy = _text(found, "policy_id")
    tie = _text(found, "alert_correlation_id") or policy or title
    return Notification(
        title=title[:200],
        text=text,
        alert_type=kind,
        severity=_SEVERITIES.get(kind, "warning"),
        key=f"{kind}:{tie}"[:200],
        at=_moment(found.get("ts"), now),
        ends=event == _END,
        account=_text(found, "account_id"),
    )


def stale(notification: Notification, now: datetime) -> bool:
    """Too old, or from a future that is none: somebody sends it again."""
    return not now - OLDEST <= notification.at <= now + NEWEST


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return whole(value).strip() if isinstance(value, str) else ""


def _moment(value: Any, now: datetime) -> datetime:
    """Seconds since 1970; what cannot be read is now."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return now
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadInput("The body has a time that is none.") from None
