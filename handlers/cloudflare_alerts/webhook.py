"""`POST /webhooks/cloudflare`: a notification becomes an alert, once."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.command import Webhook
from bot.errors import BadInput
from bot.events import AlertChanged
from handlers.cloudflare_alerts.notification import OLDEST, Notification, read_notification, stale
from handlers.cloudflare_alerts.result import NAME

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
HEADER = "cf-webhook-auth"
SOURCE = "cloudflare"
MOST_A_MINUTE = 120  # notifications; Cloudflare sends a handful on its worst day
Answer = tuple[int, str]


class Pace:
    """Lets so many through in a minute; the rest is told to come back later."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._taken: deque[float] = deque()

    def allows(self) -> bool:
        now = self._clock()
        while self._taken and self._taken[0] <= now - 60:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            return False
        self._taken.append(now)
        return True


class Receiver:
    """Takes notifications for one process."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace(MOST_A_MINUTE)

    async def handle(self, runtime: Runtime, headers: Mapping[str, str], body: bytes) -> Answer:
        """Status and text. What does not know the secret is not looked at."""
        refused = self._refused(runtime, headers)
        if refused is not None:
            return refused
        now = runtime.now()
        try:
            found = read_notification(body, now)
        except BadInput as error:
            log.warning("a notification could not be read: %s", error.message)
            return (413 if "bytes" in error.message else 400), error.message
        if found.test:
            runtime.store.webhooks.tested(NAME, now)
            return 200, "The test has arrived."
        account = runtime.settings.cloudflare.account_id
        if account and found.account and found.account != account:
            return 403, "That is another account's notification."
        if stale(found, now):
            log.warning("a notification of %s was refused: it is of %s", found.key, found.at)
            return 409, "That notification is too old."
        digest = hashlib.sha256(body).hexdigest()
        if runtime.store.webhooks.taken(digest):
            return 409, "That notification was taken before."
        # Raised before it is remembered: a crash between the two raises the same alert again,
        # which changes nothing, instead of losing it.
        changed = self._apply(runtime, found)
        runtime.store.webhooks.take(digest, now, now - 2 * OLDEST)
        if changed is not None:
            runtime.publish(changed)
        return 200, "Taken."

    def _refused(self, runtime: Runtime, headers: Mapping[str, str]) -> Answer | None:
        secret = runtime.settings.secrets.cloudflare_webhook_secret
        if secret is None:
            return 503, "This bot has no secret for Cloudflare's notifications."
        given = headers.get(HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, secret.get_secret_value().encode()):
            return 401, "The secret is wrong."
        return None if self._pace.allows() else (429, "Too many notifications at once.")

    def _apply(self, runtime: Runtime, found: Notification) -> AlertChanged | None:
        """Raise or resolve; None where an end has no open alert."""
        alerts, now = runtime.store.alerts, runtime.now()
        summary = clip(runtime.redactor.text(" ".join(found.text.split())), 1_000)
        title = f"Cloudflare: {runtime.redactor.text(found.title)}"
        environment = runtime.settings.default_environment
        if found.ends:
            alert, state = alerts.resolve_external(SOURCE, found.key, now), "resolved"
        else:
            alert = alerts.raise_external(
                SOURCE,
                found.key,
                title,
                found.severity,
                summary,
                found.at,
                environment=environment,
                now=now,
            )
            state = "firing"
        if not alert:
            return None
        return AlertChanged(
            found.at, alert, SOURCE.upper(), title, found.severity, state, environment, summary
        )


WEBHOOK = Webhook(name="cloudflare", handle=Receiver().handle)
