"""The fault switches: every way the sandbox's world can break, on purpose and on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.fault import Fault
from bot.sandbox.lost_answer_faults import LOST_ANSWER_FAULTS
from bot.sandbox.scope_faults import SCOPE_FAULTS
from bot.sandbox.symptom_faults import SYMPTOM_FAULTS

__all__ = ["CATALOGUE", "Fault", "Faults"]


CATALOGUE: tuple[Fault, ...] = (
    Fault("api_slow", "platform", "Slow API", "Every API answer is late", 6.0, "s"),
    Fault("api_errors", "platform", "API errors", "This share of API answers is 500", 30.0, "%"),
    Fault("api_down", "platform", "API down", "Connections to the API are refused"),
    Fault("api_html", "platform", "HTML instead of JSON", "The API answers an HTML page, 200"),
    Fault("api_empty", "platform", "Empty answers", "The API answers 200 with no body"),
    Fault("api_redirects", "platform", "Redirect loop", "The API redirects to itself for ever"),
    Fault("api_drip", "platform", "Slow drip", "The API sends a byte a second"),
    Fault("api_degraded", "platform", "Degraded", "200, with `degraded` in the body"),
    Fault("bad_release", "platform", "Bad release", "The newest Worker version fails"),
    Fault("build", "builds", "CI uploads a build", "A new version on staging and production"),
    Fault(
        "build_errors",
        "builds",
        "CI uploads a failing build",
        "In production alone, this share of its answers is 500",
        20.0,
        "%",
    ),
    Fault(
        "build_slow",
        "builds",
        "CI uploads a slow build",
        "In production alone, its answers are this much later",
        400.0,
        "ms",
    ),
    Fault("build_broken", "builds", "CI uploads a broken build", "In production alone, it throws"),
    Fault("secret_changed", "cloudflare", "Secret changed", "Somebody set JWT_SECRET just now"),
    Fault("rate_limited", "platform", "Platform rate limit", "The API answers 429"),
    Fault("site_down", "site", "Site down", "Connections to the site are refused"),
    Fault("site_slow", "site", "Slow site", "Every page is late", 4.0, "s"),
    Fault("certificate_expired", "site", "Expired certificate", "Site and API certificates ended"),
    Fault(
        "certificate_expiring", "site", "Certificate ends soon", "Certificates end in", 6.0, "days"
    ),
    Fault(
        "certificate_wrong_host", "site", "Wrong certificate", "The certificate names another host"
    ),
    Fault("database_down", "database", "Database down", "PostgreSQL refuses connections"),
    Fault("database_slow", "database", "Slow database", "Every database answer is late", 3.0, "s"),
    Fault("pool_full", "database", "Pool full", "Nearly all connections are taken", 95.0, "%"),
    Fault("database_quota", "database", "Compute quota exhausted", "Neon answers HTTP 402"),
    Fault("cache_down", "cache", "Cache down", "Redis does not answer"),
    Fault("cache_cold", "cache", "Cold cache", "The hit rate falls to", 31.0, "%"),
    Fault(
        "cache_exposed", "platform", "Private answers kept", "Sign-in answers say: public, 10 min"
    ),
    Fault("storage_refuses", "storage", "Storage refuses", "S3 answers AccessDenied"),
    Fault("storage_down", "storage", "Storage down", "S3 refuses connections"),
    Fault(
        "storage_cuts", "storage", "Storage cuts", "This share of long transfers is cut", 100.0, "%"
    ),
    Fault("storage_shortens", "storage", "Storage loses bytes", "Large objects are kept too short"),
    Fault("storage_lies", "storage", "Storage lies", "It tells a length and gives fewer bytes"),
    Fault("storage_stale", "storage", "Storage gives old content", "Reads give an older backup's"),
    Fault("backup_damaged", "storage", "Damaged backup", "A byte of the newest dump is another"),
    Fault("backup_old", "storage", "Old backup", "The newest backup is this old", 60.0, "hours"),
    Fault(
        "backup_ahead",
        "storage",
        "Backup from the future",
        "Clocks ran ahead: another backup bears a time to come, by",
        400.0,
        "days",
    ),
    Fault("auth_broken", "auth", "Sign-in broken", "The session endpoint answers 500"),
    Fault(
        "cloudflare_incident",
        "cloudflare",
        "Cloudflare incident",
        "Its status page says major outage",
    ),
    Fault("cloudflare_down", "cloudflare", "Cloudflare API down", "Its API answers 503"),
    Fault("cloudflare_forbidden", "cloudflare", "Cloudflare token refused", "403, code 10000"),
    Fault("cloudflare_limited", "cloudflare", "Cloudflare rate limit", "429 with retry-after"),
    Fault(
        "cloudflare_flaky",
        "cloudflare",
        "Cloudflare flaky",
        "Every other answer is 429, retry after",
        1.0,
        "s",
    ),
    Fault("cloudflare_slow", "cloudflare", "Cloudflare slow", "Every answer is late", 3.0, "s"),
    Fault("cloudflare_lies", "cloudflare", "Cloudflare lies", "Failures come with HTTP 200"),
    *LOST_ANSWER_FAULTS,
    Fault("logs_off", "cloudflare", "Logs not kept", "The Worker has no observability"),
    Fault("tail_cut", "cloudflare", "Live logs cut", "Their sockets are cut this often", 5.0, "s"),
    Fault(
        "analytics_late", "cloudflare", "Late analytics", "Figures are this late", 10.0, "minutes"
    ),
    Fault(
        "analytics_partial", "cloudflare", "Partial analytics", "Half of an answer, with an error"
    ),
    Fault("ddos_attack", "cloudflare", "DDoS attack", "Cloudflare notifies of an attack"),
    Fault(
        "slack_rate_limited", "slack", "Slack rate limit", "This share of calls is 429", 100.0, "%"
    ),
    Fault("slack_errors", "slack", "Slack errors", "This share of calls is 500", 100.0, "%"),
    Fault("slack_invalid_auth", "slack", "Token revoked", "Every call answers invalid_auth"),
    Fault("slack_cut", "slack", "Socket cut", "Sockets are cut this often", 10.0, "s"),
    Fault("slack_redelivers", "slack", "Redelivery", "Every delivery comes twice"),
    Fault("slack_slow", "slack", "Slow Slack", "Every Slack answer is late", 2.0, "s"),
    *SCOPE_FAULTS,
    *SYMPTOM_FAULTS,
    Fault("bot_killed", "bot", "Bot killed", "The bot's process is killed; off starts it again"),
)


@dataclass
class Faults:
    """Which switches are on. Parts ask `on` and `amount`; the page and tests call `switch`."""

    catalogue: tuple[Fault, ...] = CATALOGUE
    _active: dict[str, float | None] = field(default_factory=dict)
    _listeners: list[Callable[[str, bool], None]] = field(default_factory=list)

    def on(self, name: str) -> bool:
        self.describe(name)
        return name in self._active

    def amount(self, name: str) -> float:
        """The strength of a switch that has one; its default while off."""
        fault = self.describe(name)
        chosen = self._active.get(name)
        return float(chosen if chosen is not None else fault.amount or 0.0)

    def switch(self, name: str, on: bool, amount: float | None = None) -> None:
        self.describe(name)
        if on:
            self._active[name] = amount
        else:
            self._active.pop(name, None)
        for listener in self._listeners:
            listener(name, on)

    def clear(self) -> None:
        for name in tuple(self._active):
            self.switch(name, False)

    def active(self) -> dict[str, float | None]:
        return dict(self._active)

    def listen(self, listener: Callable[[str, bool], None]) -> None:
        """Call `listener(name, on)` at every change."""
        self._listeners.append(listener)

    def describe(self, name: str) -> Fault:
        """The switch of that name; KeyError names the unknown one."""
        for fault in self.catalogue:
            if fault.name == name:
                return fault
        raise KeyError(f"no fault switch is called {name!r}")
