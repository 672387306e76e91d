"""Cloudflare's refusals as errors: what each code means, and those that callers tell apart. Pure.

Codes: developers.cloudflare.com/workers/observability/errors and wrangler's sources.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.clients.health_words import tidy
from bot.errors import OpsError

_NAMED = re.compile(r"secrets have changed:\s*(.+)", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_CHECK_SCRIPT = "Check worker_script in pitchey.toml."
MEANINGS: Mapping[int, tuple[str, str]] = {
    7003: ("Cloudflare does not know this address.", "Check account_id in pitchey.toml."),
    10007: ("Cloudflare knows no such Worker.", _CHECK_SCRIPT),
    10090: ("Cloudflare knows no such Worker.", _CHECK_SCRIPT),
    10021: ("Cloudflare refused the Worker's code or settings.", ""),
    10041: (
        "A KV namespace that the version binds does not exist any more.",
        "Another version has to be chosen.",
    ),
    10085: (
        "An R2 bucket that the version binds does not exist any more.",
        "Another version has to be chosen.",
    ),
    10211: (
        "A Durable Object migration cannot go with a version upload.",
        "Deploy it whole: `wrangler deploy`.",
    ),
    10214: (
        "The newest version is not deployed, so settings cannot be edited.",
        "Deploy the newest version, or roll back to another one, first.",
    ),
    10215: (
        "The newest version is not deployed, so secrets cannot be edited.",
        "Deploy the newest version first: an edit would otherwise put it live with the secret.",
    ),
    10220: ("Secrets have changed since that version.", "Compare them before going back."),
    10222: ("Cloudflare has no such version of the Worker.", "List them: `deployments`."),
    17200: ("The account's plan does not offer this alert.", "See available_alerts."),
    8000007: ("Cloudflare knows no such Pages project.", "Check pages_project in pitchey.toml."),
    8000009: ("Cloudflare knows no such Pages deployment.", "List them: `deployments`."),
}


class CloudflareError(OpsError):
    """Cloudflare refused a request: HTTP `status`, its `codes`, and what it `said`."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int,
        codes: tuple[int, ...] = (),
        said: str = "",
    ) -> None:
        super().__init__(message, hint, permanent=400 <= status < 500)
        self.status = status
        self.codes = codes
        self.said = said


class SecretsChanged(CloudflareError):
    """10220: the wanted version was live with other secrets; `names` are those that differ.

    Cloudflare deploys it all the same where the request says `force=true`.
    """

    @property
    def names(self) -> tuple[str, ...]:
        return changed_secrets(self.said)


class MigrationRefused(CloudflareError):
    """10211: a Durable Object migration in a version upload."""


class NewestNotDeployed(CloudflareError):
    """10214, 10215: settings and secrets are edited on the newest version, which is not live."""


class NoSuchVersion(CloudflareError):
    """10222: no versions, or not that one."""


class NoSuchWorker(CloudflareError):
    """10007, 10090."""


_KINDS: Mapping[int, type[CloudflareError]] = {
    10220: SecretsChanged,
    10211: MigrationRefused,
    10214: NewestNotDeployed,
    10215: NewestNotDeployed,
    10222: NoSuchVersion,
    10007: NoSuchWorker,
    10090: NoSuchWorker,
}


def refusal(status: int, codes: Sequence[int], said: str) -> CloudflareError:
    """The error for what Cloudflare answered, of the kind its first known code names."""
    known = next((MEANINGS[code] for code in codes if code in MEANINGS), None)
    kind = next((_KINDS[code] for code in codes if code in _KINDS), CloudflareError)
    short = tidy(said)
    message, hint = known or (f"Cloudflare refused: {short or status}", "")
    return kind(message, hint or short, status=status, codes=tuple(codes), said=said)


def changed_secrets(said: str) -> tuple[str, ...]:
    """Names out of what Cloudflare says with code 10220; empty where it names none."""
    found = _NAMED.search(said)
    return tuple(_NAME.findall(found.group(1))) if found else ()
